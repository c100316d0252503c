/* The site as visitors get it: by the active version's backend. A right failover heals it, a wrong one does not, and waiting too long
 * takes the cure away. */
#include "core/base/alloc.h"
#include "core/sandbox/sim_content.h"
#include "ground.h"

#define S "/service/SANDBOXservice00000001"
#define LIVE "ocw-content-live-production.s3.us-east-1.amazonaws.com"
#define BACKUP "ocw-content-backup-live-production.s3.us-east-1.amazonaws.com"

/* Clones the active version, edits its backend, activates. */
static void point_to(Ground *ground, const char *form) {
	GroundCall edit = {.body = form};
	ground_expect(ground, 200, "fastly", "GET", S "/details", NULL);
	AUTO_FREE char *clone = bg_asprintf(S "/version/%s/clone", ground_field(ground, "active_version/number"));
	ground_expect(ground, 200, "fastly", "PUT", clone, NULL);
	AUTO_FREE char *backend = bg_asprintf(S "/version/%s/backend/origin-s3", ground_field(ground, "number"));
	AUTO_FREE char *activate = bg_asprintf(S "/version/%s/activate", ground_field(ground, "number"));
	ground_expect(ground, 200, "fastly", "PUT", backend, &edit);
	ground_expect(ground, 200, "fastly", "PUT", activate, NULL);
}

Test(sandbox_site, damage_shows_and_a_failover_heals_it_and_a_way_back_brings_it_back) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	cr_expect_eq(sandbox_damaged_courses(ground.sandbox), 14);
	ground_expect(&ground, 404, "site", "GET", "/courses/linear-algebra/", NULL);
	ground_expect(&ground, 200, "site", "GET", "/courses/world-music-traditions/", NULL);
	cr_expect(strstr(ground_body(&ground), SIM_GOOD_MARK));
	point_to(&ground, "address=" BACKUP "&override_host=" BACKUP "&ssl_cert_hostname=" BACKUP "&ssl_sni_hostname=" BACKUP);
	ground_expect(&ground, 200, "site", "GET", "/courses/linear-algebra/", NULL);
	cr_expect(strstr(ground_body(&ground), SIM_GOOD_MARK));
	cr_expect_eq(sandbox_damaged_courses(ground.sandbox), 0);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/activate", NULL);
	cr_expect_eq(sandbox_damaged_courses(ground.sandbox), 14);
}

Test(sandbox_site, a_draft_changes_nothing_for_visitors) {
	static const GroundCall edit = {.body = "override_host=" BACKUP};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/backend/origin-s3", &edit);
	cr_expect_eq(sandbox_damaged_courses(ground.sandbox), 14);
}

Test(sandbox_site, a_wrong_failover_breaks_as_it_would_there) {
	static const struct { const char *name, *form; int status; const char *part; size_t damaged; } cases[] = {
		{"address alone", "address=" BACKUP, 200, SIM_GOOD_MARK, 14},        /* S3 goes by the Host header */
		{"override host alone", "override_host=" BACKUP, 200, SIM_GOOD_MARK, 0},
		{"no such bucket", "override_host=ocw-content-bakcup.s3.us-east-1.amazonaws.com", 404, "NoSuchBucket", 40},
		{"no override host", "override_host=", 404, "NoSuchBucket", 40},
		{"address that is none", "address=backup", 503, "backend read error", 40},
		{"certificate of another", "ssl_cert_hostname=backup.example.org", 503, "certificate", 40},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Ground) ground = {0};
		ground_begin(&ground, NULL);
		point_to(&ground, cases[i].form);
		int status = ground_ask(&ground, "site", "GET", "/courses/world-music-traditions/", NULL);
		cr_expect(status == cases[i].status && strstr(ground_body(&ground), cases[i].part), "%s: %d %s", cases[i].name, status,
			ground_body(&ground));
		cr_expect_eq(sandbox_damaged_courses(ground.sandbox), cases[i].damaged, "%s: %zu", cases[i].name,
			sandbox_damaged_courses(ground.sandbox));
	}
}

Test(sandbox_site, a_service_without_backends_serves_nothing) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect(&ground, 200, "fastly", "DELETE", S "/version/77/backend/origin-s3", NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/activate", NULL);
	cr_expect(strstr(ground_field(&ground, "msg"), "Warning: No default director"));   /* it activates, with a warning */
	ground_expect(&ground, 503, "site", "GET", "/", NULL);
}

Test(sandbox_site, a_backup_run_after_the_publish_takes_the_cure_away) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	sandbox_run_backup_now(ground.sandbox);
	point_to(&ground, "override_host=" BACKUP);
	cr_expect_eq(sandbox_damaged_courses(ground.sandbox), 14);
}

Test(sandbox_site, a_paused_pipeline_keeps_the_backup_good) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "concourse", "PUT", "/api/v1/teams/main/pipelines/backup-ocw-content/pause", NULL);
	sandbox_run_backup_now(ground.sandbox);
	point_to(&ground, "override_host=" BACKUP);
	cr_expect_eq(sandbox_damaged_courses(ground.sandbox), 0);
}

Test(sandbox_site, a_repaired_publish_heals_the_live_bucket) {
	Error err;
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	assert_ok(sandbox_command(ground.sandbox, "publish-repair", &err), &err);
	cr_expect_eq(sandbox_damaged_courses(ground.sandbox), 0);
	assert_refused(sandbox_command(ground.sandbox, "dance", &err), &err, ERROR_INVALID, "no command dance");
}

Test(sandbox_site, the_sitemap_leads_to_pages_of_the_sandbox) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "site", "GET", "/sitemap.xml", NULL);
	AUTO_FREE char *link = bg_asprintf("<loc>%s/courses/genetics/</loc>", sandbox_url(ground.sandbox, "site"));
	cr_expect(strstr(ground_body(&ground), link), "%s", ground_body(&ground));
	ground_expect(&ground, 405, "site", "DELETE", "/", NULL);
	ground_expect(&ground, 200, "site", "HEAD", "/?x=1", NULL);
	ground_expect(&ground, 404, "site", "GET", "/%2e%2e/%00", NULL);
}

Test(sandbox_site, scenarios_begin_as_their_story_says) {
	static const struct { const char *name; size_t live, backup; } cases[] = {
		{"ocw-mass-publish", 14, 0}, {"ocw-backup-overwritten", 14, 14}, {"ocw-healthy", 0, 0},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Ground) ground = {0};
		ground_begin(&ground, &(SandboxOptions){.scenario = cases[i].name});
		cr_expect_eq(sandbox_damaged_courses(ground.sandbox), cases[i].live, "%s", cases[i].name);
		point_to(&ground, "override_host=" BACKUP);
		cr_expect_eq(sandbox_damaged_courses(ground.sandbox), cases[i].backup, "%s", cases[i].name);
		cr_expect_str_eq(sandbox_scenario_at(i)->name, cases[i].name);
	}
	Error err;
	Sandbox *none = NULL;
	assert_refused(sandbox_start(&(SandboxOptions){.scenario = "flood"}, &none, &err), &err, ERROR_MISSING, "no scenario flood");
}
