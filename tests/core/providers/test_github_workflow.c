/* Starting a workflow and following its run to its end, against a simulated GitHub: what is planned and refused, whose run it is, and how it ends. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "github_scene.h"

#define VERB "github.workflow"
#define MINUTE_MS 60000
#define POST "POST /repos/octo/app/actions/workflows/161335/dispatches"

static const char RESTORE[] =
	"name: Restore database from Azure storage\n"
	"run-name: Restore ${{ inputs.environment }} ${{ inputs.bg_id }}\n"
	"on:\n"
	"  workflow_dispatch:\n"
	"    inputs:\n"
	"      environment: { description: Environment to restore, required: true, type: choice, options: [production, staging], default: staging }\n"
	"      backup_file: { description: 'Name of the backup file', required: true }\n"
	"      Confirm-Production: { type: boolean }\n"
	"      workers: { type: number, default: 4 }\n"
	"      bg_id: { description: filled in by the console }\n"
	"jobs:\n"
	"  restore:\n"
	"    name: Restore\n"
	"    environment: production\n"
	"    steps:\n"
	"      - { name: Download the backup, run: az }\n"
	"      - { name: Load it, run: psql }\n";
static const char BACKUP[] = "name: Backup database to Azure storage\non: [push, workflow_dispatch]\njobs: { backup: { steps: [ { name: Dump, run: pg_dump } ] } }\n";
static const char DEPLOY[] = "name: Deploy\non: push\njobs: { deploy: { steps: [ { name: Apply, run: make } ] } }\n";
static const char ANCHORS[] = "name: Anchored\non: { workflow_dispatch: { inputs: { a: &x { required: true }, b: *x } } }\njobs: { a: { steps: [ { name: a, run: b } ] } }\n";

/* GitHub's clock is an hour behind at first, so that it can go on fast; and each restore takes so long. */
static void begin_with(GithubScene *scene, int64_t queue_ms, int64_t run_ms) {
	scene_begin(scene, "");
	scene->ahead_ms = -60 * MINUTE_MS;
	scene->jump_ms = MINUTE_MS;
	sim_github_add_workflow(scene->github, "restore-db.yml", RESTORE, queue_ms, run_ms);
	sim_github_add_workflow(scene->github, "backup-db.yml", BACKUP, 0, MINUTE_MS);
	sim_github_add_workflow(scene->github, "deploy.yml", DEPLOY, 0, MINUTE_MS);
	scene_args(scene, "match", "restore.*azure storage", "input.backup-file", "main.sql.gz", NULL);
}

static void begin(GithubScene *scene) { begin_with(scene, 30000, 3 * MINUTE_MS); }

/* It is as late there as here: then ages are told without a word about clocks. */
static void set_clock_right(GithubScene *scene) { scene->ahead_ms = scene->jump_ms = 0; }

/* Plan, apply, look. */
static bool run(GithubScene *scene, ActionResult *result, Error *err) {
	AUTO_CLEAR(Plan) plan = {0};
	assert_ok(scene_plan(scene, VERB, &plan, err), err);
	return scene_apply(scene, VERB, &plan, result, err);
}

/* ---- plans ---- */

Test(github_workflow, a_plan_shows_every_input_with_what_it_is_for) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(StrList) said = {0};
	char before[65], after[65];
	Error err = {0};
	begin(&scene);
	scene_args(&scene, "workflow", "restore-db.yml", "input.backup-file", "main.sql.gz", "input.confirm-production", "yes", "correlation", "bg-id", NULL);
	assert_ok(scene_plan(&scene, VERB, &plan, &err), &err);
	plan_describe(&plan, &said);
	AUTO_FREE char *all = strlist_join(&said, "\n");
	assert_text("changes", all,
		"a run of Restore database from Azure storage (restore-db.yml) of octo/app at main: becomes started now\n"
		"input environment (Environment to restore): becomes staging (its default)\n"
		"input backup_file (Name of the backup file): becomes main.sql.gz\n"
		"input Confirm-Production: becomes true\n"
		"input workers: becomes 4 (its default)\n"
		"input bg_id (filled in by the console): becomes an id that is made when it is started");
	cr_expect(strstr(plan.request, POST + strlen("POST ")) && strstr(plan.request, "{\"ref\":\"main\",\"inputs\":{\"backup_file\":\"main.sql.gz\",\"Confirm-Production\":\"true\"}"), "%s",
		plan.request);
	cr_expect_eq(plan.warnings.count, 0, "%s", plan.warnings.items ? plan.warnings.items[0] : "");
	cr_expect_eq(scene_count(&scene, "POST"), 0);
	assert_ok(scene_plan(&scene, VERB, &again, &err), &err);
	plan_digest(&plan, before);
	plan_digest(&again, after);
	cr_expect_str_eq(before, after);
	sim_github_put_file(scene.github, "main", "restore-db.yml", DEPLOY);
	plan_clear(&again);
	assert_refused(scene_plan(&scene, VERB, &again, &err), &err, ERROR_CONFLICT, "cannot be started by hand");
}

Test(github_workflow, what_is_wrong_is_told_before_anything_is_sent) {
	static const struct { const char *args[8]; ErrorKind kind; const char *why, *hint; } CASES[] = {
		{{NULL}, ERROR_INVALID, "which workflow is not said", "workflow="},
		{{"workflow", "a", "match", "b"}, ERROR_INVALID, "both workflow= and match=", "match="},
		{{"match", "restore("}, ERROR_INVALID, "is no pattern", "regular expression"},
		{{"match", "azure"}, ERROR_CONFLICT, "2 workflows fit azure: Restore database from Azure storage (restore-db.yml), Backup database", "say which"},
		{{"workflow", "restore.yml"}, ERROR_MISSING, "octo/app has no workflow restore.yml", "look which is meant: restore-db.yml, backup-db.yml, deploy.yml"},
		{{"workflow", "deploy.yml"}, ERROR_CONFLICT, "cannot be started by hand: it has no workflow_dispatch", "add workflow_dispatch"},
		{{"workflow", "restore-db.yml", "ref", "none"}, ERROR_MISSING, "none has no .github/workflows/restore-db.yml", "check ref="},
		{{"workflow", "restore-db.yml"}, ERROR_INVALID, "wants what is not given: backup_file", "write input.backup_file=VALUE"},
		{{"workflow", "restore-db.yml", "input.backup-file", "x", "input.backup_file", "y"}, ERROR_INVALID, "input backup_file is given twice", "give it once"},
		{{"workflow", "restore-db.yml", "input.file", "x"}, ERROR_INVALID, "the workflow has no input file", "it has: environment, backup_file"},
		{{"workflow", "restore-db.yml", "input.environment", "prod"}, ERROR_INVALID, "input environment cannot be prod: it is a choice", "it is one of: production, staging"},
		{{"workflow", "restore-db.yml", "input.confirm-production", "perhaps"}, ERROR_INVALID, "it is a boolean", "write yes or no"},
		{{"workflow", "restore-db.yml", "input.workers", "many"}, ERROR_INVALID, "it is a number", "write a number"},
		{{"workflow", "restore-db.yml", "input.backup-file", ""}, ERROR_INVALID, "input backup_file cannot be empty", "give it a value"},
		{{"workflow", "restore-db.yml", "correlation", "id"}, ERROR_INVALID, "the workflow has no input id", "it has: "},
		{{"workflow", "restore-db.yml", "correlation", "bg_id", "input.bg-id", "7"}, ERROR_INVALID, "input bg_id is given twice", "correlation= fills it in"},
		{{"workflow", "backup-db.yml", "input.x", "1"}, ERROR_INVALID, "the workflow has no input x", "it has none"},
		{{"workflow", "off.yml"}, ERROR_CONFLICT, "is not active: disabled_manually", "enable it there"},
		{{"workflow", "backup-db.yml", "repo", "octo/none"}, ERROR_MISSING, "knows no repository octo/none", "check its name"},
	};
	AUTO_CLEAR(GithubScene) scene = {0};
	begin(&scene);
	sim_github_add_workflow(scene.github, "off.yml", "name: Off\non: workflow_dispatch\n", 0, 0);
	sim_github_set_workflow_state(scene.github, "off.yml", "disabled_manually");
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		AUTO(Json) *args = json_new_object();
		for (size_t k = 0; k + 1 < BG_LENGTH(CASES[i].args) && CASES[i].args[k]; k += 2)
			json_add_string(args, CASES[i].args[k], CASES[i].args[k + 1]);
		scene.call.args = args;
		cr_expect_not(action_find(VERB)->plan(((scene.call.deadline = (MonoTime){mono_now().ms + 20000}), &scene.call), &plan, &err), "case %zu", i);
		cr_expect_eq(err.kind, CASES[i].kind, "case %zu: %s: %s", i, error_kind_name(err.kind), err.why);
		cr_expect(strstr(err.why, CASES[i].why) && strstr(err.hint, CASES[i].hint) && *err.where && *err.what, "case %zu: %s | %s | %s", i, err.why, err.hint, err.where);
	}
	cr_expect_eq(scene_count(&scene, "POST"), 0);
}

Test(github_workflow, a_file_that_cannot_be_read_here_is_judged_by_github) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	begin(&scene);
	sim_github_add_workflow(scene.github, "anchored.yml", ANCHORS, 0, 0);
	scene_args(&scene, "workflow", "anchored.yml", "input.a", "1", NULL);
	assert_ok(scene_plan(&scene, VERB, &plan, &err), &err);
	cr_expect(strstr(plan.warnings.items[0], "its inputs cannot be checked here"), "%s", plan.warnings.items[0]);
	cr_expect(strstr(plan.request, "\"inputs\":{\"a\":\"1\"}"));
}

/* ---- a run that goes well ---- */

static void remember(void *userdata, const SimGithubRun *ended) {
	strlist_add_take(userdata, bg_asprintf("%s %s %s %s", ended->file, ended->conclusion, ended->actor, json_get_string(ended->inputs, "backup_file")));
}

Test(github_workflow, a_run_is_followed_to_its_end) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(StrList) ended = {0};
	AUTO_CLEAR(Reading) reading = {0};
	Error err = {0};
	begin(&scene);
	sim_github_on_completed(scene.github, remember, &ended);
	assert_ok(run(&scene, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	cr_expect(strstr(result.evidence, "run #1 ended with success, ") && strstr(result.evidence, "/octo/app/actions/runs/30433642"), "%s", result.evidence);
	cr_expect_str_eq(result.value, "30433642");
	cr_expect_str_eq(json_get_string(result.values, "conclusion"), "success");
	cr_expect(str_ends(str_from(json_get_string(result.values, "url")), "/octo/app/actions/runs/30433642"));
	cr_expect_eq(scene_count(&scene, POST " 200"), 1);
	cr_expect(scene_told(&scene, "run #1 is under way, "));
	cr_expect(scene_told(&scene, ": job Restore, step Load it (2 of 2) for "), "%s", scene.told.items[scene.told.count - 1]);
	cr_expect_eq(ended.count, 1, "told once");
	cr_expect_str_eq(ended.items[0], "restore-db.yml success ann main.sql.gz");
	set_clock_right(&scene);
	scene_args(&scene, "run", result.value, NULL);
	scene_read(&scene, "github.run", &reading);
	cr_expect(reading.state == READING_OK && strstr(reading.text, "success, run #1 ended "), "%s: %s", reading.text, reading.reason);
	scene_args(&scene, "match", "restore", "max-age", "2h", NULL);
	scene_read(&scene, VERB, &reading);
	cr_expect_eq(reading.state, READING_OK, "%s: %s", reading.text, reading.reason);
	cr_expect_eq(json_get_int(reading.facts, "run", 0), 30433642);
	scene_args(&scene, "match", "restore", "max-age", "30m", NULL);
	scene_read(&scene, VERB, &reading);
	cr_expect(reading.state == READING_WARN && strstr(reading.reason, "older than 30 m"), "%s", reading.reason);
}

Test(github_workflow, it_is_done_when_it_is_started_where_nobody_waits) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	sim_github_hang_runs(scene.github, true);
	scene_args(&scene, "workflow", "backup-db.yml", "watch", "no", NULL);
	assert_ok(run(&scene, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES);
	cr_expect(strstr(result.evidence, "run #1 is under way still and goes on at GitHub, "), "%s", result.evidence);
	cr_expect_eq(scene_count(&scene, "GET /repos/octo/app/actions/runs/30433642/jobs"), 0);
}

/* Nothing that has not changed is counted. */
Test(github_workflow, what_stays_the_same_is_asked_for_by_its_etag) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	scene.jump_ms = 8000;
	sim_github_add_workflow(scene.github, "slow.yml", "name: Slow\non: workflow_dispatch\njobs: { a: { steps: [ { name: a, run: b } ] } }\n", 0, MINUTE_MS);
	scene_args(&scene, "workflow", "slow.yml", NULL);
	assert_ok(run(&scene, &result, &err), &err);
	cr_expect(scene_count(&scene, "GET /repos/octo/app/actions/runs/30433642 304") > 0);
}

/* ---- one that does not ---- */

Test(github_workflow, a_run_that_fails_names_the_step_and_the_end_of_its_log) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(Reading) reading = {0};
	Error err = {0};
	begin(&scene);
	sim_github_fail_runs(scene.github, true);
	assert_refused(run(&scene, &result, &err), &err, ERROR_REMOTE, "run #1 ended with failure: job Restore, step Load it");
	cr_expect_eq(result.verified, VERIFIED_NO, "%s", result.evidence);
	cr_expect(strstr(err.where, "/actions/runs/30433642"));
	AUTO_FREE char *output = scene_output(&scene);
	assert_text("the failing step's lines, without their times", output, "##[group]Run Load it\n##[endgroup]\n"
		"Load it of restore-db.yml: the server closed the connection\n##[error]Process completed with exit code 1.\n");
	cr_expect_eq(scene_count(&scene, "log 200"), 1, "asked without our token");
	set_clock_right(&scene);
	scene_args(&scene, "run", result.value, NULL);
	scene_read(&scene, "github.run", &reading);
	cr_expect(reading.state == READING_FAIL && strstr(reading.text, "failure"), "%s", reading.text);
	scene_args(&scene, "run", result.value, "conclusion", "failure", NULL);
	scene_read(&scene, "github.run", &reading);
	cr_expect_eq(reading.state, READING_OK);
}

static const char *skip_all(void *userdata, const SimGithubRun *ending, WallTime at) {
	(void) userdata;
	(void) ending;
	(void) at;
	return "skipped";
}

Test(github_workflow, a_run_that_was_skipped_sends_nobody_to_its_log) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	sim_github_on_ending(scene.github, skip_all, NULL);
	assert_refused(run(&scene, &result, &err), &err, ERROR_REMOTE, "run #1 ended with skipped");
	cr_expect(strstr(err.hint, "none of its jobs ran") && !strstr(err.hint, "log"), "%s", err.hint);
	cr_expect_eq(result.verified, VERIFIED_NO, "%s", result.evidence);
}

/* The link is a credential. */
Test(github_workflow, a_log_that_cannot_be_had_is_told_without_its_link) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	sim_github_fail_runs(scene.github, true);
	scene.logs = sim_http_stop(scene.logs);
	assert_refused(run(&scene, &result, &err), &err, ERROR_REMOTE, "ended with failure: job Restore, step Load it");
	AUTO_FREE char *output = scene_output(&scene);
	cr_expect(str_starts(str_from(output), "the log could not be had: ") && !strstr(output, "sig="), "%s", output);
	cr_expect(!strstr(err.why, "sig=") && !strstr(err.hint, "sig=") && !strstr(err.where, "sig="));
}

Test(github_workflow, what_github_refuses_has_begun_nothing) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	assert_ok(scene_plan(&scene, VERB, &plan, &err), &err);
	sim_github_set_workflow_state(scene.github, "restore-db.yml", "disabled_manually");
	assert_refused(scene_apply(&scene, VERB, &plan, &result, &err), &err, ERROR_INVALID, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
	cr_expect_eq(result.verified, VERIFIED_NO);
	cr_expect_str_eq(result.evidence, "GitHub refused to start it: no run has begun");
}

Test(github_workflow, an_approval_that_is_waited_for_is_told) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	sim_github_guard_environment(scene.github, "production", "carol");
	scene.stop_at = "environment production wants the approval of carol, at http";
	assert_refused(run(&scene, &result, &err), &err, ERROR_CANCELLED, "run #1 is still waiting; waiting for it was ended");
	cr_expect_eq(result.verified, VERIFIED_UNKNOWN, "it goes on: in doubt");
	cr_expect_eq(scene_count(&scene, "POST"), 1, "and nothing was cancelled there");
}

Test(github_workflow, a_run_is_cancelled_only_where_that_is_asked_for) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	sim_github_hang_runs(scene.github, true);
	scene_args(&scene, "match", "restore", "input.backup-file", "x", "cancel", "yes", NULL);
	scene.stop_at = "step Load it";
	assert_refused(run(&scene, &result, &err), &err, ERROR_CANCELLED, "run #1 was cancelled on GitHub and ended with cancelled");
	cr_expect_eq(result.verified, VERIFIED_NO);
	cr_expect_str_eq(json_get_string(result.values, "conclusion"), "cancelled");
	cr_expect_eq(scene_count(&scene, "POST /repos/octo/app/actions/runs/30433642/cancel 202"), 1);
}

/* ---- whose run it is, where GitHub does not say ---- */

static const char *other;   /* who starts the same at the same time */

static void somebody_else(GithubScene *scene, const SimRequest *request, WallTime now) {
	if (!text_eq(request->method, "POST") || !other)
		return;
	AUTO(Json) *inputs = json_new_object();
	json_add_string(inputs, "backup_file", "theirs.sql.gz");
	cr_assert(sim_github_dispatch(scene->github, "restore-db.yml", "main", other, inputs, now) > 0);
}

Test(github_workflow, a_run_that_is_not_named_is_found_or_in_doubt) {
	static const struct { const char *name, *other, *correlation; bool app; ErrorKind kind; const char *why; } CASES[] = {
		{"alone", NULL, NULL, false, ERROR_NONE, "run #2 ended with success"},
		{"beside somebody else's", "bob", NULL, false, ERROR_NONE, "(known by its time and its owner)"},
		{"beside another of the same person", "ann", NULL, false, ERROR_CONFLICT, "2 runs began at that time, and which one is ours cannot be told"},
		{"with an id", "ann", "bg_id", false, ERROR_NONE, "(known by its id)"},
		{"an app", NULL, NULL, true, ERROR_CONFLICT, "whose it is cannot be told with an app's token"},
		{"an app with an id", "ops[bot]", "bg_id", true, ERROR_NONE, "(known by its id)"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(GithubScene) scene = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		AUTO_CLEAR(StrList) ended = {0};
		Error err = {0};
		begin_with(&scene, 0, 1000);
		scene.jump_ms = 7000;
		sim_github_tell_no_details(scene.github, true);
		if (CASES[i].app)
			scene_use_token(&scene, "app-token", "ops[bot]", SIM_GITHUB_ADMIN, SIM_GITHUB_APP);
		AUTO(Json) *inputs = json_new_object();
		json_add_string(inputs, "backup_file", "older.sql.gz");
		cr_assert(sim_github_dispatch(scene.github, "restore-db.yml", "main", "ann", inputs, scene_now(&scene)) > 0, "one that was there before");
		other = CASES[i].other;
		scene.meanwhile = somebody_else;
		sim_github_on_completed(scene.github, remember, &ended);
		scene_args(&scene, "workflow", "restore-db.yml", "input.backup-file", "ours.sql.gz", CASES[i].correlation ? "correlation" : NULL, CASES[i].correlation, NULL);
		AUTO_CLEAR(Plan) plan = {0};
		assert_ok(scene_plan(&scene, VERB, &plan, &err), &err);
		bool ok = scene_apply(&scene, VERB, &plan, &result, &err);
		cr_expect_eq(ok, CASES[i].kind == ERROR_NONE, "%s: %s", CASES[i].name, err.why);
		cr_expect(strstr(ok ? result.evidence : err.why, CASES[i].why), "%s: %s", CASES[i].name, ok ? result.evidence : err.why);
		cr_expect_eq(result.verified, ok ? VERIFIED_YES : VERIFIED_UNKNOWN, "%s: %s", CASES[i].name, result.evidence);
		cr_expect(ok || strstr(result.evidence, "it may be one of these: http"), "%s: %s", CASES[i].name, result.evidence);
		if (ok)
			cr_expect_str_eq(result.value, "30433643", "%s: the second of this GitHub is ours", CASES[i].name);
	}
}

Test(github_workflow, no_run_at_all_is_in_doubt) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin(&scene);
	assert_ok(scene_plan(&scene, VERB, &plan, &err), &err);
	sim_github_lose_runs(scene.github, true);
	scene.jump_ms = 40000;   /* nothing for a minute, by GitHub's clock */
	assert_refused(scene_apply(&scene, VERB, &plan, &result, &err), &err, ERROR_TIMEOUT, "no run of it has appeared");
	cr_expect_eq(result.verified, VERIFIED_UNKNOWN);
}

Test(github_workflow, a_server_that_knows_no_such_question_is_asked_without_it) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	begin_with(&scene, 0, 1000);
	scene.jump_ms = 7000;
	sim_github_refuse_details(scene.github, true);
	assert_ok(run(&scene, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	cr_expect(scene_count(&scene, POST " 422") == 1 && scene_count(&scene, POST " 204") == 1);
}

/* ---- probes ---- */

Test(github_workflow, the_board_says_what_is_not_so) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Reading) reading = {0};
	begin(&scene);
	scene_args(&scene, "workflow", "backup-db.yml", NULL);
	scene_read(&scene, VERB, &reading);
	cr_expect(reading.state == READING_FAIL && text_eq(reading.text, "has never run"), "%s", reading.text);
	cr_assert(sim_github_dispatch(scene.github, "backup-db.yml", "main", "bob", NULL, scene_now(&scene)) > 0);
	set_clock_right(&scene);
	scene_read(&scene, VERB, &reading);
	cr_expect_eq(reading.state, READING_OK, "%s: %s", reading.text, reading.reason);
	sim_github_hang_runs(scene.github, true);
	cr_assert(sim_github_dispatch(scene.github, "backup-db.yml", "main", "bob", NULL, scene_now(&scene)) > 0);
	scene_read(&scene, VERB, &reading);
	cr_expect(strstr(reading.text, "running; before: success, run #1 ended") && json_get_bool(reading.facts, "running", false), "%s", reading.text);
	sim_github_set_workflow_state(scene.github, "backup-db.yml", "disabled_inactivity");
	scene_read(&scene, VERB, &reading);
	cr_expect(reading.state == READING_WARN && strstr(reading.reason, "disabled_inactivity"), "%s", reading.reason);
	scene_args(&scene, "run", "77", NULL);
	scene_read(&scene, "github.run", &reading);
	cr_expect(reading.state == READING_UNKNOWN && strstr(reading.text, "octo/app has no run 77"), "%s", reading.text);
}
