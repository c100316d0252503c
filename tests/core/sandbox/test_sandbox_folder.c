/* The folder that a console works on: modes, keys that OpenSSH reads, an environment that loads, and that it goes away. */
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/environment.h"
#include "core/providers/concourse/vars.h"
#include "core/providers/provider.h"
#include "ground.h"
#include "tests/support/process.h"

Test(sandbox_folder, only_its_owner_can_read_what_is_secret) {
	static const struct { const char *name; unsigned mode; } cases[] = {
		{"", 0700}, {"secrets", 0700}, {"signers", 0700}, {"secrets/concourse-token", 0600}, {"secrets/fastly-key", 0600},
		{"secrets/s3-key-id", 0600}, {"secrets/s3-secret", 0600}, {"signers/eng-practice", 0600}, {"signers/prod-practice", 0600},
		{"environment.yaml", 0600},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		struct stat status;
		AUTO_FREE char *path = path_join(sandbox_folder(ground.sandbox), cases[i].name);
		cr_assert_eq(stat(path, &status), 0, "%s", path);
		cr_expect_eq(status.st_mode & 07777, cases[i].mode, "%s: %o", cases[i].name, status.st_mode & 07777);
	}
}

Test(sandbox_folder, openssh_reads_the_practice_keys_and_they_are_the_allowed_ones) {
	static const char *const people[] = {"eng-practice", "prod-practice"};
	if (!have_program("ssh-keygen"))
		cr_skip_test("ssh-keygen is not there");
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	AUTO_FREE char *allowed_path = path_join(sandbox_folder(ground.sandbox), "allowed_signers");
	AUTO_FREE char *allowed = read_text(allowed_path);
	for (size_t i = 0; i < BG_LENGTH(people); i++) {
		AUTO_CLEAR(ProgramRun) run = {0};
		AUTO_FREE char *name = bg_asprintf("signers/%s", people[i]);
		AUTO_FREE char *path = path_join(sandbox_folder(ground.sandbox), name);
		AUTO_FREE char *public_path = bg_asprintf("%s.pub", path);
		AUTO_FREE char *public_key = read_text(public_path);
		run_program((const char *const[]){"ssh-keygen", "-y", "-f", path, NULL}, NULL, NULL, &run);
		cr_assert_eq(run.status, 0, "%s", buf_text(&run.err));
		cr_expect_str_eq(buf_text(&run.out), public_key);
		AUTO_FREE char *line = bg_asprintf("%s namespaces=\"signoff@breakglass,badge@breakglass\" %s", people[i], public_key);
		cr_expect(strstr(allowed, line), "%s: %s", line, allowed);
	}
}

Test(sandbox_folder, two_sandboxes_share_no_key_and_no_port) {
	static const char *const systems[] = {"concourse", "fastly", "s3", "site"};
	AUTO_CLEAR(Ground) one = {0};
	AUTO_CLEAR(Ground) two = {0};
	ground_begin(&one, NULL);
	ground_begin(&two, NULL);
	for (size_t i = 0; i < BG_LENGTH(systems); i++)
		cr_expect_str_neq(sandbox_url(one.sandbox, systems[i]), sandbox_url(two.sandbox, systems[i]));
	cr_expect_null(sandbox_url(one.sandbox, "moon"));
	cr_expect_str_neq(sandbox_folder(one.sandbox), sandbox_folder(two.sandbox));
	cr_expect_str_neq(secret_reveal(one.fastly_key), secret_reveal(two.fastly_key));
	cr_expect_str_neq(one.s3_key_id, two.s3_key_id);
	GroundCall others = {.token = secret_reveal(two.fastly_key)};
	cr_expect_eq(ground_ask(&one, "fastly", "GET", "/service", &others), 401);
}

/* Every probe of the environment, asked as a worker would, tells something: with the providers' own code and over the wire. */
Test(sandbox_folder, its_environment_loads_and_every_probe_in_it_sees_the_scenario) {
	static const struct { const char *name; ReadingState state; const char *part; } expected[] = {
		{"site pages", READING_FAIL, "14 of 40 sampled pages are broken"},
		{"backup job", READING_OK, "succeeded"},
		{"backup pipeline", READING_OK, ""},
		{"backup bucket", READING_OK, "objects"},
		{"live bucket", READING_OK, "newest 4 h"},
		{"fastly live", READING_OK, "v76"},
		{"readiness", READING_OK, "ready"},
	};
	Error err;
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	AUTO_FREE char *path = sandbox_environment(ground.sandbox);
	AUTO(Environment) *environment = NULL;
	assert_ok(environment_load(path, &environment, &err), &err);
	cr_expect_eq(environment->kind, ENVIRONMENT_DRILL);
	assert_ok(provider_check_environment(environment, &err), &err);
	cr_expect_eq(environment->probe_count, BG_LENGTH(expected));
	for (size_t i = 0; i < environment->probe_count; i++) {
		const EnvironmentProbe *probe = &environment->probes[i];
		Call call = {.environment = environment, .args = probe->args, .deadline = {mono_now().ms + GROUND_WAIT_MS}};
		AUTO_CLEAR(Reading) reading = {0};
		for (size_t s = 0; s < environment->system_count; s++)
			if (text_eq(environment->systems[s].name, probe->system))
				call.system = &environment->systems[s];
		probe_find(probe->probe)->read(&call, &reading);
		cr_expect_str_eq(probe->name, expected[i].name);
		cr_expect(reading.state == expected[i].state && strstr(reading.text, expected[i].part), "%s: %s, %s (%s)", probe->name,
			reading_state_name(reading.state), reading.text, reading.reason ? reading.reason : "");
	}
}

Test(sandbox_folder, it_goes_away_unless_it_is_to_be_kept_or_was_there) {
	static const struct { bool given, there, keep, stays; } cases[] = {
		{false, false, false, false}, {false, false, true, true}, {true, false, false, false}, {true, false, true, true}, {true, true, false, true},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		const char *path = temp_path(&folder, "drill");
		if (cases[i].there)
			assert_ok(file_make_folder(path, 0700, &err), &err);
		AUTO(Sandbox) *sandbox = NULL;
		setenv("TMPDIR", folder.path, 1);
		assert_ok(sandbox_start(&(SandboxOptions){.folder = cases[i].given ? path : NULL, .keep = cases[i].keep}, &sandbox, &err), &err);
		AUTO_FREE char *made = bg_strdup(sandbox_folder(sandbox));
		cr_expect(str_starts(str_from(made), folder.path));
		sandbox = sandbox_stop(sandbox);
		cr_expect_eq(file_is_folder(made), cases[i].stays, "%zu", i);
		unsetenv("TMPDIR");
	}
}

Test(sandbox_folder, a_folder_that_cannot_be_made_is_named) {
	Error err;
	AUTO(Sandbox) *sandbox = NULL;
	bool ok = sandbox_start(&(SandboxOptions){.folder = "/proc/nowhere/drill"}, &sandbox, &err);
	cr_expect(!ok && strstr(err.where, "/proc/nowhere") && text_eq(err.what, "open the sandbox"), "%s (%s) %s", err.why, err.where, err.what);
}

#define PIPELINE "/api/v1/teams/main/pipelines/backup-ocw-content"

Test(sandbox_folder, a_destroyed_pipeline_can_be_set_again_from_its_file) {
	AUTO_CLEAR(Ground) ground = {0};
	AUTO_CLEAR(Buf) filled = {0};
	AUTO_CLEAR(StrList) left = {0};
	Error err;
	ground_begin(&ground, NULL);
	AUTO_FREE char *config_path = path_join(sandbox_folder(ground.sandbox), "backup-ocw-content.yml");
	AUTO_FREE char *vars_path = path_join(sandbox_folder(ground.sandbox), "vars-backup-production.yml");
	AUTO_FREE char *config = read_text(config_path), *vars = read_text(vars_path);
	assert_ok(concourse_fill_vars(str_from(config), str_from(vars), vars_path, &filled, &left, &err), &err);
	cr_assert_eq(left.count, 0);
	ground_expect(&ground, 204, "concourse", "DELETE", PIPELINE, NULL);
	GroundCall set = {.type = "application/x-yaml", .body = buf_text(&filled)};
	ground_expect(&ground, 201, "concourse", "PUT", PIPELINE "/config", &set);
	ground_expect(&ground, 200, "concourse", "PUT", PIPELINE "/unpause", NULL);
	ground_expect(&ground, 200, "concourse", "GET", PIPELINE "/config", NULL);
	ground_expect_field(&ground, "config/resources/0/source/interval", "86400s");
	ground_expect_field(&ground, "config/jobs/0/plan/1/params/TARGET_BUCKET", "ocw-content-backup-live-production");
}
