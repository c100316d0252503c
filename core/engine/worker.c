/* worker.c: the role that does one thing: a plan, an apply or a check, as straight-line blocking code. Its request comes on stdin; what
 * it does goes to its log. The result line: {"k":"result","outcome":"done|failed|stopped|cancelled|in-doubt","error":{..},
 * "verified":"yes|no|unknown","evidence":..,"value":..,"values":{..},"nodes":[..],"warnings":[..],"exit":N,"began":bool} for an apply;
 * {"k":"result","error":{..}} for a plan; {"k":"result","checks":[..]} for a check; {"k":"result","values":[..]} for a look. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/approval.h"
#include "core/engine/confine.h"
#include "core/engine/crash_points.h"
#include "core/engine/engine.h"
#include "core/engine/worker_check.h"
#include "core/engine/worker_confine.h"
#include "core/engine/worker_log.h"
#include "core/engine/worker_seat.h"
#include "core/environment/environment.h"
#include "core/providers/provider.h"

#define REQUEST_MAX (8 * 1024 * 1024)
#define PLAN_DEADLINE_MS (60 * 1000)
#define APPLY_DEADLINE_MS (10 * 60 * 1000)

/* A worker is one process for one thing: whether it was asked to stop is its state. */
static volatile sig_atomic_t stop_asked;

static void on_stop(int number) {
	(void) number;
	stop_asked = 1;
}

static bool is_cancelled(void *userdata) {
	(void) userdata;
	return stop_asked != 0;
}

static void on_progress(void *userdata, const char *text, int64_t done, int64_t total) {
	(void) userdata;
	worker_log_progress(text, done, total);
}

static void on_output(void *userdata, bool is_stderr, Str bytes) {
	(void) userdata;
	worker_log_output(is_stderr, bytes);
}

static bool on_sending(void *userdata, const Json *nodes, Error *err) {
	(void) userdata;
	if (!worker_log_sending(nodes, err))
		return false;
	crash_point(CRASH_WORKER_SENDING);
	return true;
}

static void on_fact(void *userdata, const Json *node) {
	(void) userdata;
	worker_log_json("node", "node", node);
}

/* ---- results ---- */

static Json *error_json(const Error *err) {
	Json *json = json_new_object();
	json_add_string(json, "kind", error_kind_name(err->kind));
	json_add_string(json, "what", err->what);
	json_add_string(json, "where", err->where);
	json_add_string(json, "why", err->why);
	json_add_string(json, "hint", err->hint);
	return json;
}

static int leave(Json *result) {
	worker_log_result(result);
	json_free(result);
	crash_point(CRASH_WORKER_RESULT);
	return 0;
}

static int leave_error(const Error *err) {
	Json *result = json_new_object();
	json_add_string(result, "outcome", "stopped");
	json_add_bool(result, "began", false);
	json_add(result, "error", error_json(err));
	return leave(result);
}

static Json *outcome_json(const Action *action, const char *outcome, const ActionResult *result, const Error *err) {
	static const char *const VERIFIED[] = {[VERIFIED_UNKNOWN] = "unknown", [VERIFIED_YES] = "yes", [VERIFIED_NO] = "no"};
	Json *json = json_new_object();
	json_add_string(json, "outcome", outcome);
	json_add_bool(json, "began", result->began);
	if (action->verify)
		json_add_string(json, "verified", VERIFIED[result->verified]);
	json_add_string(json, "evidence", result->evidence);
	json_add_string(json, "value", result->value);
	json_add(json, "values", json_copy(result->values));
	if (result->nodes)
		json_add(json, "nodes", json_copy(result->nodes));
	json_add_int(json, "exit", result->exit_code);
	Json *warnings = json_add(json, "warnings", json_new_array());
	for (size_t i = 0; i < result->warnings.count; i++)
		json_append_string(warnings, result->warnings.items[i]);
	if (err && error_is_set(err))
		json_add(json, "error", error_json(err));
	return json;
}

/* ---- plan ---- */

static void log_plan(const Plan *plan, const Json *guards) {
	AUTO(Json) *json = plan_to_json(plan);
	if (guards)
		json_add(json, "guards", json_copy(guards));
	worker_log_json("plan", "plan", json);
}

static int do_plan(const Action *action, Call *call, const Json *request) {
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	call->deadline = (MonoTime){mono_now().ms + (action->plan_ms ? action->plan_ms : PLAN_DEADLINE_MS)};
	if (!action->plan(call, &plan, &err))
		return leave_error(&err);
	AUTO(Json) *guards = worker_judge_guards(call, json_get(request, "guards"));
	log_plan(&plan, guards);
	return leave(json_new_object());
}

/* ---- apply ---- */

/* Reads the world again. Anything but the very plan that was agreed on stops here, with the difference to be seen. */
static bool plan_again(const Action *action, const Call *call, const char *agreed, Plan *plan, Error *err) {
	char digest[65];
	if (!action->plan(call, plan, err))
		return false;
	plan_digest(plan, digest);
	if (text_eq(digest, agreed))
		return true;
	log_plan(plan, NULL);
	error_set(err, ERROR_CONFLICT, "the world has changed since this was planned: the plan would be another one now");
	error_where(err, "%s", plan->target ? plan->target : plan->action);
	return error_hint(err, "nothing was changed; look at the new plan (p), sign it again if it needs signing");
}

/* After a failure that came once something may have been sent, the world is asked what came of it. */
static int judge_failure(const Action *action, Call *call, const Plan *plan, ActionResult *result, const Error *failure) {
	Error looking = {0};
	bool cancelled = failure->kind == ERROR_CANCELLED || stop_asked;
	stop_asked = 0;
	call->deadline = (MonoTime){mono_now().ms + (action->plan_ms ? action->plan_ms : PLAN_DEADLINE_MS)};
	if (!result->began)
		return leave(outcome_json(action, cancelled ? "cancelled" : "failed", result, failure));
	bool looked = action->verify && action->verify(call, plan, result, &looking);
	if (looked && result->verified == VERIFIED_YES)
		return leave(outcome_json(action, "done", result, NULL));
	if (looked && result->verified == VERIFIED_NO)
		return leave(outcome_json(action, cancelled ? "cancelled" : "failed", result, failure));
	/* A failure that the other side itself reported is known, even where there is nothing to look at. */
	if (!action->verify && failure->kind != ERROR_TIMEOUT && failure->kind != ERROR_IO && failure->kind != ERROR_CANCELLED)
		return leave(outcome_json(action, "failed", result, failure));
	if (!result->evidence)
		result->evidence = bg_asprintf("%s%s%s", failure->why, *looking.why ? "; looking afterwards: " : "", looking.why);
	return leave(outcome_json(action, "in-doubt", result, failure));
}

static int do_apply(const Action *action, Call *call, const Json *request) {
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	int64_t timeout = action->apply_ms ? action->apply_ms : APPLY_DEADLINE_MS;
	const char *given = call_arg(call, "timeout");
	if (given)
		(void) span_parse(str_from(given), &timeout);   /* checked when the playbook was read */
	call->deadline = (MonoTime){mono_now().ms + timeout};
	if (!plan_again(action, call, json_get_string_or(request, "digest", ""), &plan, &err))
		return leave_error(&err);
	/* Reading the world took its time: whoever agreed must still agree in the last moment before the first change. */
	if (!approval_holds(call->environment, json_get(request, "approvals"), NULL, NULL, &err))
		return leave_error(&err);
	if (!worker_log_begin(&err))
		return leave_error(&err);
	crash_point(CRASH_WORKER_BEGUN);
	bool ok = action->apply(call, &plan, &result, &err);
	crash_point(CRASH_WORKER_APPLIED);
	if (!ok)
		return judge_failure(action, call, &plan, &result, &err);
	if (action->verify && !action->verify(call, &plan, &result, &err)) {
		result.verified = VERIFIED_UNKNOWN;
		if (!result.evidence)
			result.evidence = bg_asprintf("done, but looking afterwards failed: %s", err.why);
	}
	if (result.verified == VERIFIED_NO) {
		error_set(&err, ERROR_REMOTE, "it was sent and accepted, but the world is not as planned");
		error_where(&err, "%s", plan.target ? plan.target : "");
		error_hint(&err, "%s", result.evidence ? result.evidence : "look before doing anything else");
		return leave(outcome_json(action, "failed", &result, &err));
	}
	return leave(outcome_json(action, "done", &result, NULL));
}

/* ---- role ---- */

static int run(const Json *request) {
	Error err = {0};
	AUTO(Environment) *environment = NULL;
	if (!environment_load(json_get_string_or(request, "environment", ""), &environment, &err))
		return leave_error(&err);
	const char *kind = json_get_string_or(request, "kind", "");
	Call call = {.environment = environment, .args = json_get(request, "args"),
		.state_folder = json_get_string(request, "state_folder"), .incident = json_get_string(request, "incident"), .improvements = json_get(request, "improvements"),
		.cancelled = is_cancelled, .progress = on_progress,
		.output = on_output, .sending = on_sending, .fact = on_fact, .in_terminal = json_get_bool(request, "seat", false) ? worker_seat_run : NULL};
	worker_seat_begin(request, is_cancelled);
	worker_confine(&call, text_eq(kind, "apply") ? json_get_string_or(request, "verb", "") : NULL);
	if (text_eq(kind, "check")) {
		Json *result = worker_check(&call, json_get(request, "checks"));
		return leave(result);
	}
	if (text_eq(kind, "look"))
		return leave(worker_look(&call, json_get(request, "looks")));
	const char *verb = json_get_string_or(request, "verb", "");
	const Action *action = action_find(verb);
	if (!action) {
		error_set(&err, ERROR_INVALID, "there is no action %s", verb);
		return leave_error(&err);
	}
	if (!provider_choose_system(environment, verb, call.args, &call.system, &err)
		|| !provider_check_args(&action->spec, call.args, &err))
		return leave_error(&err);
	return text_eq(kind, "plan") ? do_plan(action, &call, request) : do_apply(action, &call, request);
}

int worker_main(void) {
	signal(SIGPIPE, SIG_IGN);
	struct sigaction stop = {.sa_handler = on_stop};
	sigaction(SIGTERM, &stop, NULL);
	fd_set_cloexec(WORKER_LOG_FD);
	confine_begin();
	crash_points_init();
	AUTO(Json) *pid = json_new_int(getpid());
	worker_log_json("start", "pid", pid);
	crash_point(CRASH_WORKER_START);
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *request = NULL;
	Error err = {0};
	if (!file_read_fd(0, "request", REQUEST_MAX, &text, &err) || !json_parse(buf_str(&text), &request, &err))
		return leave_error(&err);
	return run(request);
}
