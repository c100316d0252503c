/* The scenario of a service at GitHub, with the environment file that a console gets: a freeze that refuses merges, a deployment that waits for somebody, and
 * the faults. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "ground.h"

typedef struct Field {
	Sandbox *sandbox;
	Environment *environment;
	Json *args;
	Call call;
	bool stop;
	const char *stop_at;
} Field;

static bool is_stopped(void *userdata) { return ((Field *) userdata)->stop; }

static void on_progress(void *userdata, const char *text, int64_t done, int64_t total) {
	Field *field = userdata;
	(void) done, (void) total;
	field->stop = field->stop || (field->stop_at && strstr(text, field->stop_at));
}

static void field_begin(Field *field) {
	Error err = {0};
	AUTO_FREE char *self = build_path("breakglass");
	SandboxOptions options = {.scenario = "service-healthy", .self = self, .build_ms = 1};
	assert_ok(sandbox_start(&options, &field->sandbox, &err), &err);
	AUTO_FREE char *path = sandbox_environment(field->sandbox);
	AUTO_FREE char *text = read_text(path);
	assert_ok(environment_parse(str_from(text), path, &field->environment, &err), &err);
	assert_ok(provider_check_environment(field->environment, &err), &err);
	field->call = (Call){.environment = field->environment, .system = environment_find_system(field->environment, "code"), .deadline = {mono_now().ms + GROUND_WAIT_MS},
		.cancelled = is_stopped, .progress = on_progress, .userdata = field};
	cr_assert_not_null(field->call.system);
}

static void field_clear(Field *field) {
	field->environment = environment_free(field->environment);
	field->sandbox = sandbox_stop(field->sandbox);
	field->args = json_free(field->args);
}
BG_DEFINE_CLEARP(Field, field_clear)

static void give(Field *field, const char *first, const char *value, const char *second, const char *other) {
	json_free(field->args);
	field->call.args = field->args = json_new_object();
	json_add_string(field->args, first, value);
	if (second)
		json_add_string(field->args, second, other);
}

static bool act(Field *field, const char *verb, ActionResult *result, Error *err) {
	AUTO_CLEAR(Plan) plan = {0};
	const Action *action = action_find(verb);
	assert_ok(action->plan(&field->call, &plan, err), err);
	bool ok = action->apply(&field->call, &plan, result, err);
	Error looking = {0};
	field->stop = false;
	field->stop_at = NULL;
	assert_ok(action->verify(&field->call, &plan, result, &looking), &looking);
	return ok;
}

static ReadingState look(Field *field, size_t probe) {
	AUTO_CLEAR(Reading) reading = {0};
	Call call = field->call;
	call.args = field->environment->probes[probe].args;
	probe_find(field->environment->probes[probe].probe)->read(&call, &reading);
	cr_expect(reading.state != READING_UNKNOWN, "%s", reading.text);
	return reading.state;
}

Test(sandbox_github, a_freeze_refuses_merges_until_it_is_taken_back) {
	AUTO_CLEAR(Field) field = {0};
	Error err = {0};
	field_begin(&field);
	cr_expect(look(&field, 0) == READING_OK && look(&field, 1) == READING_OK, "a healthy service");
	assert_ok(sandbox_command(field.sandbox, "merge 1", &err), &err);
	for (int approvals = 6; approvals >= 1; approvals -= 5) {
		AUTO_CLEAR(ActionResult) result = {0};
		give(&field, "approvals", approvals == 6 ? "6" : "1", NULL, NULL);
		assert_ok(act(&field, "github.protection", &result, &err), &err);
		cr_expect_eq(result.verified, VERIFIED_YES);
		cr_expect_eq(look(&field, 0), approvals == 6 ? READING_WARN : READING_OK);
		cr_expect_eq(sandbox_command(field.sandbox, "merge 1", &err), approvals == 1);
	}
	assert_refused(sandbox_command(field.sandbox, "merge all", &err), &err, ERROR_INVALID, "all is no number");
	assert_refused(sandbox_command(field.sandbox, "backup-now", &err), &err, ERROR_INVALID, "of another scenario");
}

Test(sandbox_github, a_deployment_waits_until_somebody_approves) {
	AUTO_CLEAR(Field) field = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) again = {0};
	Error err = {0};
	field_begin(&field);
	give(&field, "workflow", "deploy.yml", "input.environment", "production");
	field.stop_at = "wants the approval of prod-practice";
	assert_refused(act(&field, "github.workflow", &result, &err), &err, ERROR_CANCELLED, "still waiting");
	cr_expect_eq(result.verified, VERIFIED_UNKNOWN);
	assert_ok(sandbox_command(field.sandbox, "approve", &err), &err);
	/* It takes three milliseconds from now on. */
	while (result.verified == VERIFIED_UNKNOWN && call_remaining_ms(&field.call) > 0)
		assert_ok(action_find("github.workflow")->verify(&field.call, NULL, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	give(&field, "match", "restore.*point in time", "input.restore-time", "2026-11-21T03:00:00");
	AUTO_CLEAR(Plan) plan = {0};
	assert_refused(action_find("github.workflow")->plan(&field.call, &plan, &err), &err, ERROR_INVALID, "wants what is not given: new-db-server");
	give(&field, "match", "restore.*azure storage", "input.backup-file", "manual.sql.gz");
	assert_ok(act(&field, "github.workflow", &again, &err), &err);
	cr_expect_eq(again.verified, VERIFIED_YES);
}

/* What its clients in the wild get: the calls that the console makes are tried by the console's own tests. */
Test(sandbox_github, refuses_as_the_real_one_does) {
#define R "/repos/practice-digital/apply-for-a-place"
#define BACKUP R "/actions/workflows/database-backup.yml"
	static const struct { const char *method, *target, *body, *version; bool stranger; int status; const char *part; } CASES[] = {
		{"GET", R, NULL, NULL, true, 401, "Bad credentials"},
		{"GET", R, NULL, "2019-01-01", false, 400, "Unsupported 'X-GitHub-Api-Version'"},
		{"GET", "/repos/practice-digital/other", NULL, NULL, false, 404, "\"message\":\"Not Found\""},
		{"GET", "/repos/PRACTICE-digital/Apply-for-a-Place", NULL, NULL, false, 200, "\"default_branch\":\"main\""},
		{"GET", BACKUP, NULL, NULL, false, 200, "\"path\":\".github/workflows/database-backup.yml\""},
		{"GET", R "/branches/main/protection/required_pull_request_reviews", NULL, NULL, false, 200, "\"required_approving_review_count\":1"},
		{"PATCH", R "/branches/main/protection/required_pull_request_reviews", "{\"required_approving_review_count\":7}", NULL, false, 422, "Invalid request"},
		{"POST", BACKUP "/dispatches", "{}", NULL, false, 422, "wasn't supplied"},
		{"POST", BACKUP "/dispatches", "{\"ref\":\"none\"}", NULL, false, 422, "No ref found for: none"},
		{"POST", BACKUP "/dispatches", "{\"ref\":\"main\",\"inputs\":{\"x\":\"1\"}}", NULL, false, 422, "Unexpected inputs provided: [\\\"x\\\"]"},
		{"POST", BACKUP "/dispatches", "{\"ref\":\"main\",\"inputs\":{\"environment\":\"moon\"}}", NULL, false, 422, "not in the list of allowed values"},
		{"POST", R "/actions/workflows/postgres-restore.yml/dispatches", "{\"ref\":\"main\"}", NULL, false, 422, "Required input 'backup-file' not provided"},
		{"POST", BACKUP "/dispatches", "{\"ref\":\"main\"}", NULL, false, 204, ""},
		{"POST", R "/actions/runs/30433642/cancel", NULL, NULL, false, 409, "completed"},
		{"PUT", R "/pulls/9/merge", NULL, NULL, false, 404, "Not Found"},
		{"PATCH", R "/branches/main/protection/required_pull_request_reviews", "{\"required_approving_review_count\":6}", NULL, false, 200, "\"dismiss_stale_reviews\":true"},
		{"PUT", R "/pulls/1/merge", NULL, NULL, false, 405, "At least 6 approving reviews are required"},
		{"PATCH", R "/branches/main/protection/required_pull_request_reviews", "{\"required_approving_review_count\":1}", NULL, false, 200, ""},
		{"PUT", R "/pulls/1/merge", NULL, NULL, false, 200, "\"merged\":true"},
		{"PUT", R "/pulls/1/merge", NULL, NULL, false, 405, "not mergeable"},
	};
	AUTO_CLEAR(Field) field = {0};
	AUTO(HttpClient) *client = NULL;
	Error err = {0};
	field_begin(&field);
	assert_ok(http_client_new(NULL, &client, &err), &err);
	AUTO_FREE char *path = bg_asprintf("%s/secrets/github-token", sandbox_folder(field.sandbox));
	AUTO_FREE char *token = read_text(path);
	AUTO_FREE char *good = bg_asprintf("Bearer %s", token);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(HttpResponse) answer = {0};
		AUTO_FREE char *url = bg_asprintf("%s%s", sandbox_url(field.sandbox, "github"), CASES[i].target);
		HttpHeader headers[] = {{"Authorization", CASES[i].stranger ? "Bearer nobody" : good}, {"X-GitHub-Api-Version", CASES[i].version ? CASES[i].version : "2022-11-28"}};
		HttpRequest request = {.method = CASES[i].method, .url = url, .headers = headers, .header_count = 2, .body = str_from(CASES[i].body)};
		assert_ok(http_request(client, &request, &answer, &err), &err);
		cr_expect(answer.status == CASES[i].status && strstr(buf_text(&answer.body), CASES[i].part), "%s %s %s: %d %s", CASES[i].method, CASES[i].target,
			CASES[i].body, answer.status, buf_text(&answer.body));
		cr_expect(http_header(&answer, "X-RateLimit-Remaining").len > 0);
	}
#undef BACKUP
#undef R
}

Test(sandbox_github, faults_reach_it) {
	static const struct { const char *fault; const char *why; } CASES[] = {
		{"token-expired@github", "Bad credentials"}, {"rate-limit", "too many requests (status 403)"}, {"status=503@github", "is not available now"},
	};
	AUTO_CLEAR(Field) field = {0};
	AUTO_CLEAR(ActionResult) failed = {0};
	AUTO_CLEAR(ActionResult) found = {0};
	Error err = {0};
	field_begin(&field);
	give(&field, "approvals", "6", NULL, NULL);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Plan) plan = {0};
		assert_ok(sandbox_fault(field.sandbox, CASES[i].fault, &err), &err);
		cr_expect_not(action_find("github.protection")->plan(&field.call, &plan, &err));
		cr_expect(strstr(err.why, CASES[i].why), "%s: %s", CASES[i].fault, err.why);
		assert_ok(sandbox_fault(field.sandbox, "none", &err), &err);
	}
	assert_refused(sandbox_fault(field.sandbox, "status=503@fastly", &err), &err, ERROR_INVALID, "there is no system fastly");
	cr_expect_str_eq(err.hint, "github, github-logs, azure, service, service-temp, slack or trello");
	assert_ok(sandbox_fault(field.sandbox, "build-fail@github", &err), &err);
	give(&field, "workflow", "enable-maintenance.yml", NULL, NULL);
	assert_refused(act(&field, "github.workflow", &failed, &err), &err, ERROR_REMOTE, "ended with failure: job Enable maintenance");
	assert_ok(sandbox_fault(field.sandbox, "none", &err), &err);
	assert_ok(sandbox_fault(field.sandbox, "no-details", &err), &err);
	give(&field, "workflow", "postgres-restore.yml", "input.backup-file", "manual.sql.gz");
	json_add_string(field.args, "correlation", "run-mark");
	assert_ok(act(&field, "github.workflow", &found, &err), &err);
	cr_expect(strstr(found.evidence, "(known by its id)"), "%s", found.evidence);
}
