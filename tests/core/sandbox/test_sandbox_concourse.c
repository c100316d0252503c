/* The simulated Concourse on the wire: who is refused how, pipelines and their configurations, builds and what they do. */
#include "core/base/alloc.h"
#include "ground.h"

#define T "/api/v1/teams/main/pipelines"
#define P T "/backup-ocw-content"
#define J P "/jobs/backup-ocw-content"

static const GroundCall NOBODY = {.token = ""}, WRONG = {.token = "wrong"};

Test(sandbox_concourse, refuses_in_the_order_of_the_real_one) {
	static const struct { const char *method, *target; const GroundCall *call; int status; const char *body; } cases[] = {
		{"GET", "/api/v1/info", &NOBODY, 200, NULL},
		{"GET", "/api/v1/info", &WRONG, 401, "not authorized\n"},
		{"GET", "/api/v1/user", &NOBODY, 401, "not authorized\n"},
		{"GET", "/api/v1/teams", &NOBODY, 200, "[]"},
		{"GET", "/api/v1/pipelines", &NOBODY, 200, "[]"},
		{"GET", "/api/v1/pipelines", &WRONG, 401, "not authorized\n"},
		{"GET", T, &WRONG, 401, "not authorized\n"},
		{"GET", P, &NOBODY, 401, "not authorized\n"},
		{"GET", T "/none", &NOBODY, 404, ""},                      /* reading what is not there: 404 before 401 */
		{"GET", T "/none/jobs/x/builds", &WRONG, 404, ""},
		{"GET", T "/none/config", &NOBODY, 401, "not authorized\n"},  /* a configuration is not a reading of the pipeline */
		{"GET", T "/none/config", NULL, 404, ""},
		{"PUT", T "/none/pause", &NOBODY, 401, "not authorized\n"},
		{"PUT", T "/none/pause", NULL, 404, ""},
		{"PUT", "/api/v1/teams/other/pipelines/none/pause", NULL, 403, "forbidden\n"},
		{"PUT", "/api/v1/teams/other/pipelines/none/pause", &WRONG, 401, "not authorized\n"},
		{"DELETE", T "/none", NULL, 404, ""},
		{"GET", P "/jobs/none", NULL, 404, ""},
		{"POST", P "/jobs/none/builds", NULL, 404, ""},
		{"GET", "/api/v1/builds/1", NULL, 404, ""},
		{"GET", "/api/v1/builds/99999999999999999999", NULL, 404, ""},
		{"GET", "/api/v1/nothing", NULL, 404, NULL},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		int status = ground_ask(&ground, "concourse", cases[i].method, cases[i].target, cases[i].call);
		cr_expect_eq(status, cases[i].status, "%s %s: %d", cases[i].method, cases[i].target, status);
		cr_expect(!cases[i].body || text_eq(ground_body(&ground), cases[i].body), "%s %s: %s", cases[i].method, cases[i].target,
			ground_body(&ground));
		cr_expect(str_eq_c(http_header(&ground.answer, "X-Concourse-Version"), "8.2.5"));
	}
}

Test(sandbox_concourse, pausing_is_idempotent_and_names_who_did_it) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "concourse", "GET", P, NULL);
	ground_expect_field(&ground, "paused", "false");
	ground_expect_field(&ground, "paused_by", "-");
	ground_expect_field(&ground, "archived", "false");
	for (int i = 0; i < 2; i++) {
		ground_expect(&ground, 200, "concourse", "PUT", P "/pause", NULL);
		cr_expect_str_eq(ground_body(&ground), "");
	}
	ground_expect(&ground, 200, "concourse", "GET", P, NULL);
	ground_expect_field(&ground, "paused", "true");
	ground_expect_field(&ground, "paused_by", "drill");
	cr_expect(json_get_int(ground.json, "paused_at", 0) > 1600000000);
	ground_expect(&ground, 200, "concourse", "PUT", P "/unpause", NULL);
	ground_expect(&ground, 200, "concourse", "GET", P, NULL);
	ground_expect_field(&ground, "paused", "false");
	ground_expect_field(&ground, "paused_at", "-");
	ground_expect(&ground, 200, "concourse", "PUT", J "/pause", NULL);
	ground_expect(&ground, 200, "concourse", "GET", J, NULL);
	ground_expect_field(&ground, "paused", "true");
	ground_expect(&ground, 200, "concourse", "PUT", J "/unpause", NULL);
	ground_expect(&ground, 200, "concourse", "GET", J, NULL);
	ground_expect_field(&ground, "paused", "-");          /* absent when it is false */
}

Test(sandbox_concourse, an_archived_pipeline_refuses_all_but_reading_setting_and_destroying) {
	static const struct { const char *method, *target; } refused[] = {{"PUT", P "/pause"}, {"PUT", P "/unpause"}, {"POST", J "/builds"}};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "concourse", "PUT", P "/pause", NULL);
	ground_expect(&ground, 200, "concourse", "PUT", P "/archive", NULL);
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		ground_expect(&ground, 409, "concourse", refused[i].method, refused[i].target, NULL);
		cr_expect_str_eq(ground_body(&ground), "action not allowed for an archived pipeline\n");
	}
	ground_expect(&ground, 200, "concourse", "GET", P, NULL);
	ground_expect_field(&ground, "paused_by", "automatic-pipeline-archiver");
	ground_expect(&ground, 404, "concourse", "GET", P "/config", NULL);
	ground_expect(&ground, 200, "concourse", "GET", J, NULL);
	ground_expect(&ground, 204, "concourse", "DELETE", P, NULL);
}

Test(sandbox_concourse, a_destroyed_pipeline_comes_back_paused_and_without_its_builds) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "concourse", "GET", P "/config", NULL);
	cr_expect(http_header(&ground.answer, "X-Concourse-Config-Version").len);
	AUTO_FREE char *config = json_text(json_get(ground.json, "config"));
	ground_expect(&ground, 204, "concourse", "DELETE", P, NULL);
	cr_expect_str_eq(ground_body(&ground), "");
	ground_expect(&ground, 404, "concourse", "GET", P, NULL);
	ground_expect(&ground, 404, "concourse", "DELETE", P, NULL);
	GroundCall set = {.type = "application/json", .body = config};
	ground_expect(&ground, 201, "concourse", "PUT", P "/config", &set);
	ground_expect(&ground, 200, "concourse", "GET", P, NULL);
	ground_expect_field(&ground, "paused", "true");
	ground_expect(&ground, 200, "concourse", "GET", J "/builds", NULL);
	cr_expect_str_eq(ground_body(&ground), "[]");
}

Test(sandbox_concourse, a_configuration_is_checked_and_its_version_must_be_the_present_one) {
	static const struct { const char *type, *body, *version; int status; const char *part; } cases[] = {
		{"text/plain", "jobs: []", "", 415, ""},
		{"application/json", "{", "", 400, "malformed config"},
		{"application/x-yaml", "jobs: [", "", 400, "malformed config"},
		{"application/x-yaml", "just words", "", 400, "malformed config"},
		{"application/x-yaml", "jobs: []\n", "", 400, "at least one job"},
		{"application/x-yaml", "jobs: [{name: a, plan: [{get: x}]}]\n", "", 400, "unknown resource 'x'"},
		{"application/x-yaml", "jobs: [{name: a, plan: [{task: x}]}]\nfoo: 1\n", "", 400, "unknown field"},
		{"application/x-yaml", "jobs: [{name: a, plan: [{task: x}]}]\n", "soon", 400, "config version is malformed"},
		{"application/x-yaml", "jobs: [{name: a, plan: [{task: x}]}]\n", "", 500, "comparison with existing config failed"},
		{"application/x-yaml", "jobs: [{name: a, plan: [{task: x}]}]\n", "1", 500, "comparison with existing config failed"},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		GroundCall set = {.type = cases[i].type, .body = cases[i].body, .header_name = "X-Concourse-Config-Version",
			.header_value = cases[i].version};
		if (!*cases[i].version)
			set.header_name = NULL;
		int status = ground_ask(&ground, "concourse", "PUT", P "/config", &set);
		cr_expect(status == cases[i].status && strstr(ground_body(&ground), cases[i].part), "%zu: %d %s", i, status, ground_body(&ground));
		if (status == 400)
			cr_expect(json_count(json_get(ground.json, "errors")) > 0, "%s", ground_body(&ground));
	}
	ground_expect(&ground, 200, "concourse", "GET", P "/config", NULL);
	AUTO_FREE char *version = str_dup(http_header(&ground.answer, "X-Concourse-Config-Version"));
	GroundCall set = {.type = "application/x-yaml", .body = "jobs: [{name: a, plan: [{task: x}]}]\n",
		.header_name = "X-Concourse-Config-Version", .header_value = version};
	ground_expect(&ground, 200, "concourse", "PUT", P "/config", &set);
	ground_expect(&ground, 500, "concourse", "PUT", P "/config", &set);   /* it is another one now */
	ground_expect(&ground, 200, "concourse", "GET", P "/jobs", NULL);
	ground_expect_field(&ground, "0/name", "a");
	ground_expect_field(&ground, "1", "-");
	ground_expect(&ground, 403, "concourse", "PUT", "/api/v1/teams/other/pipelines/x/config", &set);
}

static int64_t first_id(Ground *ground) { return json_get_int(json_at(ground->json, 0), "id", -1); }

/* The target of the Link header with this relation; owned, NULL when there is none. http_header gives the first only: look at all. */
static char *link_of(const Ground *ground, const char *relation) {
	AUTO_FREE char *mark = bg_asprintf(">; rel=\"%s\"", relation);
	Str rest = buf_str(&ground->answer.headers), line;
	while (str_next_line(&rest, &line)) {
		ptrdiff_t open = str_find(line, "<"), end = str_find(line, mark), api = str_find(line, "/api/");
		if (str_starts_nocase(line, "link:") && open >= 0 && end > api && api > open)
			return str_dup(str_slice(line, (size_t) api, (size_t) (end - api)));
	}
	return NULL;
}

Test(sandbox_concourse, builds_come_in_pages_newest_first_and_the_links_lead_through_all) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "concourse", "GET", J "/builds", NULL);
	size_t all = json_count(ground.json), seen = 0;
	int64_t before = INT64_MAX;
	cr_assert(all > 10);
	cr_expect_null(link_of(&ground, "next"));
	AUTO_FREE char *target = bg_strdup(J "/builds?limit=4");
	while (target) {
		ground_expect(&ground, 200, "concourse", "GET", target, NULL);
		JSON_EACH(build, ground.json) {
			cr_expect(json_get_int(build, "id", 0) < before);
			before = json_get_int(build, "id", 0);
			seen++;
		}
		free(target);
		target = link_of(&ground, "next");
	}
	cr_expect_eq(seen, all);
	AUTO_FREE char *back = link_of(&ground, "previous");
	cr_assert_not_null(back);
	ground_expect(&ground, 200, "concourse", "GET", back, NULL);
	cr_expect(first_id(&ground) > before);
	cr_expect_eq(json_count(ground.json), 4);
}

static void wait_build(Ground *ground, const char *url, const char *status) {
	MonoTime end = {mono_now().ms + GROUND_WAIT_MS};
	do
		ground_expect(ground, 200, "concourse", "GET", url, NULL);
	while (!text_eq(ground_field(ground, "status"), status) && mono_now().ms < end.ms);
	ground_expect_field(ground, "status", status);
}

Test(sandbox_concourse, a_build_triggered_in_a_pause_waits_and_then_copies_the_bucket) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "concourse", "PUT", P "/pause", NULL);
	ground_expect(&ground, 200, "concourse", "POST", J "/builds", NULL);
	ground_expect_field(&ground, "status", "pending");
	ground_expect_field(&ground, "start_time", "-");
	ground_expect_field(&ground, "created_by", "drill");
	AUTO_FREE char *url = bg_strdup(ground_field(&ground, "api_url"));
	AUTO_FREE char *preparation = bg_asprintf("%s/preparation", url);
	AUTO_FREE char *events = bg_asprintf("%s/events", url);
	ground_expect(&ground, 200, "concourse", "GET", preparation, NULL);
	ground_expect_field(&ground, "paused_pipeline", "blocking");
	ground_expect_field(&ground, "inputs_satisfied", "not_blocking");
	ground_expect(&ground, 200, "concourse", "GET", J, NULL);
	ground_expect_field(&ground, "next_build/status", "pending");
	ground_expect_field(&ground, "finished_build/status", "succeeded");
	ground_expect(&ground, 200, "concourse", "PUT", P "/unpause", NULL);
	wait_build(&ground, url, "succeeded");
	cr_expect(json_get_int(ground.json, "end_time", 0) >= json_get_int(ground.json, "start_time", 1));
	ground_expect(&ground, 200, "concourse", "GET", events, NULL);
	cr_expect(strstr(ground_body(&ground), "aws s3 sync --delete s3://ocw-content-live-production s3://ocw-content-backup-live-production"));
	cr_expect(strstr(ground_body(&ground), "event: end"));
	/* The damage is in the backup now: a failover heals nothing. */
	ground_expect(&ground, 404, "s3", "GET", "/ocw-content-backup-live-production/courses/linear-algebra/index.html", NULL);
}

Test(sandbox_concourse, builds_can_be_aborted_named_and_run_again) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, &(SandboxOptions){.build_ms = 3600 * 1000});
	ground_expect(&ground, 200, "concourse", "POST", J "/builds", NULL);
	AUTO_FREE char *url = bg_strdup(ground_field(&ground, "api_url"));
	AUTO_FREE char *name = bg_asprintf(J "/builds/%s", ground_field(&ground, "name"));
	AUTO_FREE char *abort = bg_asprintf("%s/abort", url);
	wait_build(&ground, url, "started");
	ground_expect(&ground, 200, "concourse", "PUT", P "/pause", NULL);
	ground_expect(&ground, 200, "concourse", "GET", url, NULL);
	ground_expect_field(&ground, "status", "started");        /* pausing stops nothing that runs */
	ground_expect(&ground, 401, "concourse", "PUT", abort, &NOBODY);
	ground_expect(&ground, 204, "concourse", "PUT", abort, NULL);
	ground_expect(&ground, 200, "concourse", "GET", name, NULL);
	ground_expect_field(&ground, "status", "aborted");
	ground_expect(&ground, 200, "concourse", "POST", name, NULL);
	ground_expect_field(&ground, "status", "pending");
}

Test(sandbox_concourse, gives_tokens_for_a_password_and_refuses_in_oauth_words) {
	static const char GOOD[] = "grant_type=password&username=drill&password=drill&scope=openid+profile+email+federated%3Aid+groups";
	static const struct { const char *client, *body; int status; const char *error; } cases[] = {
		{"Basic Zmx5OlpteDU=", "grant_type=password&username=drill&password=no&scope=openid", 401, "access_denied"},
		{"Basic Zmx5OlpteDU=", "grant_type=password&username=drill&password=drill", 400, "invalid_request"},
		{"Basic eDp5", GOOD, 401, "invalid_client"},
		{"Basic Zmx5OlpteDU=", GOOD, 200, "-"},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		GroundCall call = {.token = "", .body = cases[i].body, .header_name = "Authorization", .header_value = cases[i].client};
		ground_expect(&ground, cases[i].status, "concourse", "POST", "/sky/issuer/token", &call);
		ground_expect_field(&ground, "error", cases[i].error);
	}
	ground_expect_field(&ground, "token_type", "bearer");
	AUTO_FREE char *token = bg_strdup(ground_field(&ground, "access_token"));
	GroundCall with_it = {.token = token};
	ground_expect(&ground, 200, "concourse", "GET", "/api/v1/user", &with_it);
	ground_expect_field(&ground, "user_name", "drill");
}
