/* Concourse: what is read out of its answers, what is sent, and every way in which an answer can be wrong. */
#include "core/base/alloc.h"
#include "fixture.h"

#define TOKEN "    token: { env: FIXTURE_TOKEN }\n"
#define P "/api/v1/teams/main/pipelines/backup"
#define VERSION "X-Concourse-Version: 8.2.5\r\n"
/* The server's clock: 2013-05-24T12:00:00Z, 1369396800. */
#define CLOCK VERSION "Date: Fri, 24 May 2013 12:00:00 GMT\r\n"
#define JOB "{\"id\":1,\"name\":\"copy\",\"next_build\":null,\"finished_build\":null}"
#define CONFIG "{\"config\":{\"resources\":[{\"name\":\"daily\",\"type\":\"time\",\"source\":{\"interval\":\"24h\"}}]," \
	"\"jobs\":[{\"name\":\"copy\",\"plan\":[{\"get\":\"daily\",\"trigger\":true},{\"task\":\"sync\"}]}]}}"
#define GOOD_BUILD "{\"id\":8,\"name\":\"8\",\"status\":\"succeeded\",\"start_time\":1369386000,\"end_time\":1369389600}"
#define BAD_BUILD "{\"id\":9,\"name\":\"9\",\"status\":\"failed\",\"start_time\":1369393200,\"end_time\":1369393800}"
#define RUNNING_BUILD "{\"id\":10,\"name\":\"10\",\"status\":\"started\",\"start_time\":1369396000}"

typedef struct JobCase {
	const char *name, *builds, *max_age;
	ReadingState state;
	const char *text, *reason;
} JobCase;

Test(concourse, a_job_is_judged_by_its_last_run_and_its_age) {
	static const JobCase cases[] = {
		{"good", "[" GOOD_BUILD "]", "26h", READING_OK, "succeeded, ended May 24 10:00Z, 2 h ago", NULL},
		{"old", "[" GOOD_BUILD "]", "1h", READING_WARN, "succeeded, ended May 24 10:00Z", "older than 1 h 00 m"},
		{"failed", "[" BAD_BUILD "," GOOD_BUILD "]", "26h", READING_FAIL, "failed, ended May 24 11:10Z", "last good run ended May 24 10:00Z"},
		{"running", "[" RUNNING_BUILD "," GOOD_BUILD "]", "26h", READING_OK, "running; before: succeeded", NULL},
		{"never", "[]", NULL, READING_FAIL, "has never run", "no finished run"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		FixtureRoute routes[] = {
			{"GET " P "/jobs/copy", 200, CLOCK, JOB, LOOPBACK_WHOLE},
			{"GET " P "/jobs/copy/builds*", 200, CLOCK, cases[i].builds, LOOPBACK_WHOLE},
			{"GET " P "/config", 200, CLOCK "X-Concourse-Config-Version: 42\r\n", CONFIG, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		fixture_begin(&fixture, "concourse", TOKEN, routes);
		fixture_args(&fixture, "pipeline", "backup", "job", "copy", cases[i].max_age ? "max-age" : "show",
			cases[i].max_age ? cases[i].max_age : "last-run", (char *) NULL);
		fixture_read(&fixture, "concourse.job", &reading);
		cr_expect_eq(reading.state, cases[i].state, "%s: %s", cases[i].name, reading.text);
		cr_expect(strstr(reading.text, cases[i].text), "%s: %s", cases[i].name, reading.text);
		if (cases[i].reason)
			cr_expect(reading.reason && strstr(reading.reason, cases[i].reason), "%s: %s", cases[i].name, reading.reason);
		/* Our clock is a little ahead of the server's: that is said, and ages are by its clock. */
		cr_expect(reading.reason && strstr(reading.reason, "behind ours"), "%s: %s", cases[i].name, reading.reason);
	}
}

Test(concourse, a_job_tells_the_facts_that_the_verdict_rests_on) {
	static const FixtureRoute routes[] = {
		{"GET " P "/jobs/copy", 200, CLOCK, JOB, LOOPBACK_WHOLE},
		{"GET " P "/jobs/copy/builds*", 200, CLOCK, "[" BAD_BUILD "," GOOD_BUILD "]", LOOPBACK_WHOLE},
		{"GET " P "/config", 200, CLOCK "X-Concourse-Config-Version: 42\r\n", CONFIG, LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	fixture_begin(&fixture, "concourse", TOKEN, routes);
	fixture_args(&fixture, "pipeline", "backup", "job", "copy", (char *) NULL);
	fixture_read(&fixture, "concourse.job", &reading);
	AUTO_FREE char *facts = json_text(reading.facts);
	assert_text("facts", facts, "{\"exists\":true,\"running\":false,\"status\":\"failed\",\"last_status\":\"failed\",\"build\":\"9\","
		"\"last_start\":1369393200000,\"last_end\":1369393800000,\"age\":3000000,\"good_start\":1369386000000,"
		"\"good_end\":1369389600000,\"good_age\":7200000,\"job_paused\":false,\"interval\":86400000,\"next_run\":1369479600000}");
	JSON_EACH(fact, reading.facts)
		cr_expect_not_null(verb_find_field(&probe_find("concourse.job")->spec, str_from(json_key(fact))), "%s", json_key(fact));
}

Test(concourse, a_missing_pipeline_is_told_apart_from_a_wrong_address) {
	static const FixtureRoute nothing[] = {{0}};
	static const FixtureRoute stranger[] = {{"*", 404, NULL, "no such page", LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	fixture_begin(&fixture, "concourse", TOKEN, nothing);
	fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
	{
		AUTO_CLEAR(Reading) reading = {0};
		fixture_read(&fixture, "concourse.pipeline", &reading);
		cr_expect_eq(reading.state, READING_FAIL);
		cr_expect(!json_get_bool(reading.facts, "exists", true));
	}
	fixture.routes = stranger;
	{
		AUTO_CLEAR(Reading) reading = {0};
		fixture_read(&fixture, "concourse.pipeline", &reading);
		cr_expect_eq(reading.state, READING_UNKNOWN);
		cr_expect(strstr(reading.text, "not a Concourse"), "%s", reading.text);
	}
}

#define RUNS "{\"id\":3,\"name\":\"backup\",\"paused\":false,\"archived\":false}"
#define PAUSED "{\"id\":3,\"name\":\"backup\",\"paused\":true,\"archived\":false,\"paused_by\":\"alice\",\"paused_at\":1369386000}"

Test(concourse, a_pipeline_is_paused_or_not) {
	static const struct { const char *body; ReadingState state; const char *text; } cases[] = {
		{RUNS, READING_OK, "not paused"},
		{PAUSED, READING_WARN, "paused by alice since May 24 09:00Z"},
		{"{\"paused\":true,\"archived\":true}", READING_FAIL, "archived"},
		{"{\"name\":\"backup\"}", READING_UNKNOWN, "does not say whether"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		FixtureRoute routes[] = {{"GET " P, 200, VERSION, cases[i].body, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		fixture_begin(&fixture, "concourse", TOKEN, routes);
		fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
		fixture_read(&fixture, "concourse.pipeline", &reading);
		cr_expect_eq(reading.state, cases[i].state, "%s: %s", cases[i].body, reading.text);
		cr_expect(strstr(reading.text, cases[i].text), "%s: %s", cases[i].text, reading.text);
	}
}

Test(concourse, pausing_is_planned_done_and_looked_at) {
	static const FixtureRoute before[] = {{"GET " P, 200, VERSION, RUNS, LOOPBACK_WHOLE},
		{"GET " P "/jobs", 200, VERSION, "[{\"name\":\"copy\",\"next_build\":" RUNNING_BUILD "}]", LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute after[] = {{"PUT " P "/pause", 200, VERSION, "", LOOPBACK_WHOLE},
		{"GET " P, 200, VERSION, PAUSED, LOOPBACK_WHOLE}, {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "concourse", TOKEN, before);
	fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "concourse.pause", &plan, &err), &err);
	AUTO_FREE char *changes = fixture_changes(&plan);
	assert_text("changes", changes, "pipeline backup: runs -> paused");
	cr_assert_eq(plan.warnings.count, 1);
	cr_expect(strstr(plan.warnings.items[0], "copy #10 is running now"), "%s", plan.warnings.items[0]);
	fixture.routes = after;
	assert_ok(fixture_apply(&fixture, "concourse.pause", &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES);
	assert_text("evidence", result.evidence, "pipeline backup is paused by alice");
	char *verb = NULL;
	Json *args = NULL;
	cr_assert(action_find("concourse.pause")->undo(&plan, NULL, &verb, &args));
	cr_expect_str_eq(verb, "concourse.unpause");
	cr_expect(text_eq(json_get_string(args, "pipeline"), "backup"));
	free(verb);
	json_free(args);
}

Test(concourse, what_is_paused_already_needs_nothing) {
	static const FixtureRoute routes[] = {{"GET " P, 200, VERSION, PAUSED, LOOPBACK_WHOLE}, {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "concourse", TOKEN, routes);
	fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "concourse.pause", &plan, &err), &err);
	cr_expect(plan.nothing_to_do);
	assert_ok(fixture_apply(&fixture, "concourse.pause", &plan, &result, &err), &err);
	cr_expect(!result.began && result.verified == VERIFIED_YES);
	AUTO_FREE char *log = loopback_log(fixture.server);
	cr_expect(!strstr(log, "PUT"), "%s", log);
}

Test(concourse, every_fault_ends_in_an_error_that_helps_and_in_an_unknown_reading) {
	for (const FixtureFault *fault = FIXTURE_FAULTS; fault->name; fault++) {
		Error err;
		FixtureRoute routes[2];
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(Reading) reading = {0};
		fixture_begin(&fixture, "concourse", TOKEN, routes);
		fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
		fixture_fault(&fixture, fault, routes);
		cr_assert(!fixture_plan(&fixture, "concourse.pause", &plan, &err), "%s", fault->name);
		assert_error(&err, fault->kind, fault->why);
		cr_expect(strstr(err.what, "pause pipeline backup") && *err.where && *err.hint, "%s: %s | %s | %s", fault->name, err.what,
			err.where, err.hint);
		fixture_fault(&fixture, fault, routes);
		fixture_read(&fixture, "concourse.pipeline", &reading);
		cr_expect_eq(reading.state, READING_UNKNOWN, "%s: %s", fault->name, reading.text);
		cr_expect(reading.reason && *reading.reason, "%s has no reason", fault->name);
		assert_no_secret(err.why, "hush-hush");
		assert_no_secret(reading.text, "hush-hush");
	}
}

Test(concourse, a_missing_token_names_where_it_should_come_from) {
	static const FixtureRoute routes[] = {{0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	fixture_begin(&fixture, "concourse", "    token: { env: NO_SUCH_TOKEN_HERE }\n", routes);
	fixture_args(&fixture, "pipeline", "backup", (char *) NULL);
	fixture_read(&fixture, "concourse.pipeline", &reading);
	cr_expect_eq(reading.state, READING_UNKNOWN);
	cr_expect(strstr(reading.text, "NO_SUCH_TOKEN_HERE"), "%s", reading.text);
}
