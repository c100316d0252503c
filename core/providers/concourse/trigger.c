/* trigger.c: running a job once and waiting for its end. Doing it again runs it again: it is not repeatable. */
#include <poll.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/concourse/concourse.h"

#define ASK_EVERY_MS 2000
#define SLICE_MS 100

bool concourse_plan_trigger(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO(Json) *job = NULL;
	AUTO(Json) *pipeline = NULL;
	const char *name = concourse_pipeline_of(call), *job_name = call_arg(call, "job");
	if (!concourse_open(call, &ci, err))
		return error_what(err, "plan to trigger job %s", job_name);
	AUTO_FREE char *rest = api_path("/jobs/%s", job_name);
	AUTO_FREE char *path = concourse_path(&ci, name, rest);
	AUTO_FREE char *pipeline_path = concourse_path(&ci, name, "");
	if (!concourse_find(&ci, pipeline_path, &pipeline, err) || !concourse_find(&ci, path, &job, err))
		return error_what(err, "plan to trigger job %s", job_name);
	if (!job) {
		error_set(err, ERROR_MISSING, "there is no job %s in pipeline %s", job_name, name);
		error_hint(err, "check the names; a destroyed pipeline must be set again first");
		return error_what(err, "plan to trigger job %s", job_name);
	}
	concourse_plan_begin(&ci, call, "concourse.trigger", ret_plan);
	plan_set(&ret_plan->confirm_name, "%s", job_name);
	AUTO_FREE char *what = bg_asprintf("a run of job %s of pipeline %s", job_name, name);
	plan_add_change(ret_plan, what, NULL, "started now");
	if (json_get_bool(pipeline, "paused", false))
		strlist_add(&ret_plan->warnings, "the pipeline is paused: the run waits until it is unpaused");
	if (json_get_bool(job, "paused", false))
		strlist_add(&ret_plan->warnings, "the job is paused: the run waits until it is unpaused");
	plan_set(&ret_plan->request, "POST %s%s/builds", ci.api.url, path);
	plan_set(&ret_plan->manual, "fly -t TARGET trigger-job -j %s/%s -w", name, job_name);
	return true;
}

static bool is_over(const char *status) {
	return text_eq(status, "succeeded") || text_eq(status, "failed") || text_eq(status, "errored") || text_eq(status, "aborted");
}

/* Why a build does not begin: GET /builds/ID/preparation, "blocking" things only. Owned; NULL when nothing blocks. */
static char *why_pending(Concourse *ci, int64_t id) {
	static const struct { const char *key, *words; } REASONS[] = {
		{"paused_pipeline", "the pipeline is paused"}, {"paused_job", "the job is paused"},
		{"max_running_builds", "other builds of the job are running"}, {"inputs_satisfied", "its inputs are not there yet"},
	};
	AUTO(Json) *json = NULL;
	AUTO_FREE char *path = api_path("/api/v1/builds/%lld/preparation", (long long) id);
	if (!concourse_find(ci, path, &json, NULL))
		return NULL;
	for (size_t i = 0; i < BG_LENGTH(REASONS); i++)
		if (text_eq(json_get_string(json, REASONS[i].key), "blocking"))
			return bg_strdup(REASONS[i].words);
	return NULL;
}

static void wait_a_little(const Call *call) {
	for (int waited = 0; waited < ASK_EVERY_MS && !call_is_cancelled(call) && call_remaining_ms(call) > 0; waited += SLICE_MS)
		(void) poll(NULL, 0, SLICE_MS);   /* only the time matters */
}

static bool read_status(Concourse *ci, int64_t id, char ret_status[static 32], Error *err) {
	AUTO(Json) *build = NULL;
	AUTO_FREE char *path = api_path("/api/v1/builds/%lld", (long long) id);
	if (!concourse_find(ci, path, &build, err))
		return false;
	const char *status = json_get_string(build, "status");
	if (!status || strlen(status) >= 32)
		return api_strange(&ci->api, path, err, "does not say the status of build %lld", (long long) id);
	memcpy(ret_status, status, strlen(status) + 1);
	return true;
}

static bool stop_waiting(const Call *call, const char *number, const char *status, const char *why, Error *err) {
	bool cancelled = call_is_cancelled(call);
	error_set(err, cancelled ? ERROR_CANCELLED : ERROR_TIMEOUT, "build #%s is still %s%s%s%s", number, status, why ? ": " : "", why ? why : "",
		cancelled ? "; waiting for it was ended" : "; the time to wait is over");
	return error_hint(err, "it goes on in Concourse: look at it there");
}

static bool follow(Concourse *ci, const Call *call, int64_t id, const char *number, Error *err) {
	MonoTime began = mono_now();
	char status[32] = "pending", span[SPAN_TEXT_SIZE];
	for (;;) {
		if (!read_status(ci, id, status, err))
			return false;
		if (is_over(status))
			return true;
		AUTO_FREE char *why = text_eq(status, "pending") ? why_pending(ci, id) : NULL;
		call_progress(call, 0, 0, "build #%s is %s for %s%s%s", number, status, span_format(mono_now().ms - began.ms, span), why ? ": " : "",
			why ? why : "");
		wait_a_little(call);
		if (call_is_cancelled(call) || call_remaining_ms(call) <= 0)
			return stop_waiting(call, number, status, why, err);
	}
}

bool concourse_apply_trigger(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *build = NULL;
	const char *job_name = call_arg(call, "job"), *wait = call_arg(call, "wait");
	(void) plan;
	if (!concourse_open(call, &ci, err))
		return error_what(err, "trigger job %s", job_name);
	AUTO_FREE char *rest = api_path("/jobs/%s/builds", job_name);
	AUTO_FREE char *path = concourse_path(&ci, concourse_pipeline_of(call), rest);
	result->began = true;
	if (!api_do(&ci.api, "POST", path, NULL, &response, err) || !api_json(&ci.api, path, &response, &build, err))
		return error_what(err, "trigger job %s", job_name);
	int64_t id = json_get_int(build, "id", 0);
	const char *number = json_get_string_or(build, "name", "?");
	if (id <= 0) {
		api_strange(&ci.api, path, err, "does not say which build it started");
		return error_what(err, "trigger job %s", job_name);
	}
	result->value = bg_strdup(number);
	result->values = json_new_object();
	json_add_int(result->values, "build_id", id);
	json_add_string(result->values, "build", number);
	if (text_eq(wait, "no") || follow(&ci, call, id, number, err))
		return true;
	return error_what(err, "wait for build #%s of %s", number, job_name);
}

bool concourse_verify_trigger(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	char status[32];
	int64_t id = json_get_int(result->values, "build_id", 0);
	(void) plan;
	free(result->evidence);
	result->evidence = NULL;
	if (!id) {
		result->verified = VERIFIED_UNKNOWN;
		result->evidence = bg_strdup("whether a build was started is not known: look at the builds of the job");
		return true;
	}
	if (!concourse_open(call, &ci, err) || !read_status(&ci, id, status, err))
		return error_what(err, "look at build %lld", (long long) id);
	bool waits = !text_eq(call_arg(call, "wait"), "no");
	result->verified = text_eq(status, "succeeded") || (!waits && !is_over(status)) ? VERIFIED_YES
		: is_over(status) ? VERIFIED_NO : VERIFIED_UNKNOWN;
	result->evidence = bg_asprintf("build #%s is %s", json_get_string_or(result->values, "build", "?"), status);
	return true;
}
