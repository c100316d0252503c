/* Concourse: destroying a pipeline, setting it again, and running a job. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/concourse/vars.h"
#include "fixture.h"

#define TOKEN "    token: { env: FIXTURE_TOKEN }\n"
#define P "/api/v1/teams/main/pipelines/backup"
#define VERSION "X-Concourse-Version: 8.2.5\r\n"
#define CONFIG_VERSION VERSION "X-Concourse-Config-Version: 42\r\n"
#define CONFIG "{\"config\":{\"jobs\":[{\"name\":\"copy\",\"plan\":[]}]}}"
#define RUNS "{\"id\":3,\"name\":\"backup\",\"paused\":false,\"archived\":false}"

static const FixtureRoute THERE[] = {{"GET " P, 200, VERSION, RUNS, LOOPBACK_WHOLE},
	{"GET " P "/jobs", 200, VERSION, "[]", LOOPBACK_WHOLE}, {"GET " P "/config", 200, CONFIG_VERSION, CONFIG, LOOPBACK_WHOLE},
	{"DELETE " P, 204, VERSION, "", LOOPBACK_WHOLE}, {0}};
static const FixtureRoute GONE[] = {{0}};

static void run_action(Fixture *fixture, const char *action, Plan *plan, ActionResult *result) {
	Error err;
	assert_ok(fixture_plan(fixture, action, plan, &err), &err);
	assert_ok(action_find(action)->apply(&fixture->call, plan, result, &err), &err);
}

Test(concourse_set, a_pipeline_is_saved_before_it_is_destroyed_and_can_be_set_again_from_that) {
	static const FixtureRoute set[] = {{"PUT " P "/config", 201, VERSION, "{\"warnings\":[{\"type\":\"pipeline\",\"message\":\"old name\"}]}",
		LOOPBACK_WHOLE}, {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) set_result = {0};
	fixture_begin(&fixture, "concourse", TOKEN, THERE);
	fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
	run_action(&fixture, "concourse.destroy", &plan, &result);
	AUTO_FREE char *changes = fixture_changes(&plan);
	assert_text("changes", changes, "pipeline backup: there goes\nbuild history of job copy: there goes");
	AUTO_FREE char *saved = read_text(result.value);
	cr_expect(strstr(saved, "\"copy\""), "%s", saved);
	fixture.routes = GONE;
	assert_ok(action_find("concourse.destroy")->verify(&fixture.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	char *verb = NULL;
	Json *args = NULL;
	cr_assert(action_find("concourse.destroy")->undo(&plan, result.values, &verb, &args));
	cr_expect_str_eq(verb, "concourse.set-pipeline");
	assert_ok(fixture_plan(&fixture, verb, &again, &err), &err);
	free(verb);
	json_free(args);
	fixture.routes = set;
	assert_ok(action_find("concourse.set-pipeline")->apply(&fixture.call, &again, &set_result, &err), &err);
	assert_text("warning", set_result.warnings.items[0], "Concourse says: old name");
	AUTO_FREE char *log = loopback_log(fixture.server);
	AUTO_FREE char *expected = bg_asprintf("PUT " P "/config %s", saved);
	cr_expect(strstr(log, expected), "%s", log);
	fixture.routes = THERE;
	assert_ok(action_find("concourse.set-pipeline")->verify(&fixture.call, &again, &set_result, &err), &err);
	cr_expect_eq(set_result.verified, VERIFIED_YES, "%s", set_result.evidence);
}

Test(concourse_set, what_is_gone_already_needs_no_destroying) {
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	fixture_begin(&fixture, "concourse", TOKEN, GONE);
	fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "concourse.destroy", &plan, &err), &err);
	cr_expect(plan.nothing_to_do);
}

Test(concourse_set, a_file_with_variables_is_filled_in_and_sent_with_the_version_it_replaces) {
	static const FixtureRoute set[] = {{"GET " P "/config", 200, CONFIG_VERSION, CONFIG, LOOPBACK_WHOLE},
		{"PUT " P "/config", 200, VERSION, "{}", LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "concourse", TOKEN, set);
	temp_write(&fixture.folder, "p.yml", "jobs: []\nuri: s3://((bucket))/x\ntoken: ((secret))\n");
	temp_write(&fixture.folder, "vars.yml", "bucket: live\n");
	fixture_args(&fixture, "pipeline", "backup", "config", "p.yml", "vars", "vars.yml", (char *) NULL);
	run_action(&fixture, "concourse.set-pipeline", &plan, &result);
	cr_expect(strstr(plan.changes[0].from, "version 42"), "%s", plan.changes[0].from);
	cr_expect(strstr(plan.warnings.items[0], "credential manager: secret"), "%s", plan.warnings.items[0]);
	AUTO_FREE char *log = loopback_log(fixture.server);
	cr_expect(strstr(log, "PUT " P "/config jobs: []\nuri: s3://live/x\ntoken: ((secret))\n"), "%s", log);
}

Test(concourse_set, refusals_of_a_configuration_are_told) {
	static const struct { int status; const char *body; ErrorKind kind; const char *why; } cases[] = {
		{400, "{\"errors\":[\"invalid jobs:\\n\\tjobs.x has no plan\"]}", ERROR_INVALID, "invalid jobs:"},
		{500, "failed to save config: comparison with existing config failed during save", ERROR_CONFLICT, "somebody set this pipeline meanwhile"},
		{415, "", ERROR_PROTOCOL, "status 415"},
		{403, "forbidden", ERROR_DENIED, "forbidden"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		FixtureRoute routes[] = {{"GET " P "/config", 200, CONFIG_VERSION, CONFIG, LOOPBACK_WHOLE},
			{"PUT *", cases[i].status, VERSION, cases[i].body, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		fixture_begin(&fixture, "concourse", TOKEN, routes);
		temp_write(&fixture.folder, "p.yml", "jobs: []\n");
		fixture_args(&fixture, "pipeline", "backup", "config", "p.yml", (char *) NULL);
		assert_ok(fixture_plan(&fixture, "concourse.set-pipeline", &plan, &err), &err);
		assert_refused(action_find("concourse.set-pipeline")->apply(&fixture.call, &plan, &result, &err), &err, cases[i].kind, cases[i].why);
		cr_expect(result.began && *err.hint && strstr(err.what, "set pipeline backup"));
	}
}

Test(concourse_set, a_missing_file_is_named_when_nothing_was_saved) {
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	fixture_begin(&fixture, "concourse", TOKEN, GONE);
	fixture_args(&fixture, "pipeline", "backup", "config", "nowhere.yml", (char *) NULL);
	assert_refused(fixture_plan(&fixture, "concourse.set-pipeline", &plan, &err), &err, ERROR_MISSING, "nowhere.yml");
}

Test(concourse_set, variables_go_where_they_cannot_change_the_shape) {
	static const struct { const char *config, *vars, *expected; } cases[] = {
		{"a: ((x))\n", "x: 5", "a: 5\n"},
		{"a: ((x))\n", "x: \"5\"", "a: \"5\"\n"},
		{"a: ((x))\n", "x: \"k: [v]\"", "a: \"k: [v]\"\n"},
		{"a: \"s3://((x))\"\n", "x: live", "a: \"s3://live\"\n"},
		{"a: [((x)), ((y))]\n", "{x: 1, y: b}", "a: [1, b]\n"},
		{"a: ((other))\n", "x: 1", "a: ((other))\n"},
		{"a: ((x\n", "x: 1", "a: ((x\n"},
		{"sh: echo $((1 + 2)) ((\na: ((x))\n", "x: 1", "sh: echo $((1 + 2)) ((\na: 1\n"},
		{"a: ((x\n))\nb: ((x))\n", "x: 1", "a: ((x\n))\nb: 1\n"},
		{"a: pre-((x))\n", "x: \"k: [v]\"", NULL},
		{"a: ((x))\n", "x: [1]", NULL},
		{"a: ((x))\n", "[1]", NULL},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Buf) out = {0};
		AUTO_CLEAR(StrList) left = {0};
		bool ok = concourse_fill_vars(str_from(cases[i].config), str_from(cases[i].vars), "vars.yml", &out, &left, &err);
		cr_assert_eq(ok, cases[i].expected != NULL, "case %zu", i);
		if (ok)
			assert_text(cases[i].config, buf_text(&out), cases[i].expected);
	}
}

static const FixtureRoute TRIGGER_PLAN[] = {{"GET " P, 200, VERSION, RUNS, LOOPBACK_WHOLE},
	{"GET " P "/jobs/copy", 200, VERSION, "{\"name\":\"copy\"}", LOOPBACK_WHOLE}, {0}};
#define BUILD(status) "{\"id\":77,\"name\":\"9\",\"status\":\"" status "\"}"

Test(concourse_set, a_triggered_run_is_followed_to_its_end) {
	static const struct { const char *status; Verified verified; } cases[] = {{"succeeded", VERIFIED_YES}, {"failed", VERIFIED_NO}};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_FREE char *build = bg_asprintf("{\"id\":77,\"name\":\"9\",\"status\":\"%s\"}", cases[i].status);
		FixtureRoute routes[] = {{"POST " P "/jobs/copy/builds", 200, VERSION, BUILD("pending"), LOOPBACK_WHOLE},
			{"GET /api/v1/builds/77", 200, VERSION, build, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		fixture_begin(&fixture, "concourse", TOKEN, TRIGGER_PLAN);
		fixture_args(&fixture, "pipeline", "backup", "job", "copy", (char *) NULL);
		assert_ok(fixture_plan(&fixture, "concourse.trigger", &plan, &err), &err);
		fixture.routes = routes;
		assert_ok(fixture_apply(&fixture, "concourse.trigger", &plan, &result, &err), &err);
		assert_text("value", result.value, "9");
		cr_expect_eq(result.verified, cases[i].verified, "%s", result.evidence);
	}
}

Test(concourse_set, a_run_that_does_not_begin_says_why_and_is_in_doubt) {
	static const FixtureRoute routes[] = {{"POST " P "/jobs/copy/builds", 200, VERSION, BUILD("pending"), LOOPBACK_WHOLE},
		{"GET /api/v1/builds/77", 200, VERSION, BUILD("pending"), LOOPBACK_WHOLE},
		{"GET /api/v1/builds/77/preparation", 200, VERSION, "{\"paused_pipeline\":\"blocking\"}", LOOPBACK_WHOLE}, {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "concourse", TOKEN, TRIGGER_PLAN);
	fixture_args(&fixture, "pipeline", "backup", "job", "copy", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "concourse.trigger", &plan, &err), &err);
	fixture.routes = routes;
	fixture.call.deadline = (MonoTime){mono_now().ms + 400};
	assert_refused(action_find("concourse.trigger")->apply(&fixture.call, &plan, &result, &err), &err, ERROR_TIMEOUT,
		"build #9 is still pending: the pipeline is paused");
	fixture.call.deadline = (MonoTime){mono_now().ms + 20000};
	assert_ok(action_find("concourse.trigger")->verify(&fixture.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_UNKNOWN);
}
