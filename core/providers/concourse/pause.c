/* pause.c: pausing and unpausing a pipeline. Both are idempotent at the server: doing them again is safe. */
#include "core/base/alloc.h"
#include "core/providers/concourse/concourse.h"

static bool find_pipeline(Concourse *ci, const Call *call, Json **ret_pipeline, Error *err) {
	AUTO_FREE char *path = concourse_path(ci, concourse_pipeline_of(call), "");
	if (!concourse_find(ci, path, ret_pipeline, err))
		return false;
	if (!*ret_pipeline) {
		error_set(err, ERROR_MISSING, "there is no pipeline %s in team %s", concourse_pipeline_of(call), ci->team);
		error_hint(err, "if it was destroyed, only set-pipeline brings it back");
		return error_where(err, "%s", call->system->name);
	}
	if (json_is_bool(json_get(*ret_pipeline, "paused")))
		return true;
	json_free(*ret_pipeline);
	*ret_pipeline = NULL;
	return api_strange(&ci->api, path, err, "does not say whether the pipeline is paused");
}

static bool plan_pausing(const Call *call, bool pause, Plan *ret_plan, Concourse *ci, Error *err) {
	AUTO(Json) *pipeline = NULL;
	const char *name = concourse_pipeline_of(call), *verb = pause ? "pause" : "unpause";
	if (!concourse_open(call, ci, err) || !find_pipeline(ci, call, &pipeline, err))
		return false;
	if (json_get_bool(pipeline, "archived", false)) {
		error_set(err, ERROR_CONFLICT, "pipeline %s is archived: it cannot be %sd", name, verb);
		error_hint(err, "set-pipeline brings an archived pipeline back");
		return error_where(err, "%s", call->system->name);
	}
	bool paused = json_get_bool(pipeline, "paused", false);
	AUTO_FREE char *action = bg_asprintf("concourse.%s", verb);
	AUTO_FREE char *path = concourse_path(ci, name, "");
	concourse_plan_begin(ci, call, action, ret_plan);
	json_add_int(ret_plan->basis, "id", json_get_int(pipeline, "id", 0));
	json_add_bool(ret_plan->basis, "paused", paused);
	ret_plan->nothing_to_do = paused == pause;
	if (!ret_plan->nothing_to_do) {
		AUTO_FREE char *what = bg_asprintf("pipeline %s", name);
		plan_add_change(ret_plan, what, pause ? "runs" : "paused", pause ? "paused" : "runs");
	}
	plan_set(&ret_plan->manual, "fly -t TARGET %s-pipeline -p %s", verb, name);
	plan_set(&ret_plan->request, "PUT %s%s/%s", ci->api.url, path, verb);
	plan_set(&ret_plan->undo, "%s it again", pause ? "unpause" : "pause");
	return true;
}

/* Pausing starts no further run; one that runs now goes on to its end. */
static void warn_of_running(Concourse *ci, const Call *call, Plan *plan) {
	AUTO_CLEAR(StrList) running = {0};
	if (!concourse_running(ci, concourse_pipeline_of(call), &running, NULL))
		strlist_add(&plan->warnings, "whether a run is under way cannot be told: pausing does not stop one");
	for (size_t i = 0; i < running.count; i++)
		strlist_add_take(&plan->warnings, bg_asprintf("%s is running now, and pausing does not stop it", running.items[i]));
}

bool concourse_plan_pause(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	if (!plan_pausing(call, true, ret_plan, &ci, err))
		return error_what(err, "plan to pause pipeline %s", concourse_pipeline_of(call));
	warn_of_running(&ci, call, ret_plan);
	return true;
}

bool concourse_plan_unpause(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	if (!plan_pausing(call, false, ret_plan, &ci, err))
		return error_what(err, "plan to unpause pipeline %s", concourse_pipeline_of(call));
	strlist_add(&ret_plan->warnings, "runs that are due or waiting start at once");
	return true;
}

static bool put(const Call *call, const char *rest, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	if (!concourse_open(call, &ci, err))
		return false;
	AUTO_FREE char *path = concourse_path(&ci, concourse_pipeline_of(call), rest);
	result->began = true;
	return api_do(&ci.api, "PUT", path, NULL, &response, err);
}

bool concourse_apply_pause(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	if (plan->nothing_to_do || put(call, "/pause", result, err))
		return true;
	return error_what(err, "pause pipeline %s", concourse_pipeline_of(call));
}

bool concourse_apply_unpause(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	if (plan->nothing_to_do || put(call, "/unpause", result, err))
		return true;
	return error_what(err, "unpause pipeline %s", concourse_pipeline_of(call));
}

static bool verify(const Call *call, bool wanted, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO(Json) *pipeline = NULL;
	if (!concourse_open(call, &ci, err) || !find_pipeline(&ci, call, &pipeline, err))
		return error_what(err, "look at pipeline %s", concourse_pipeline_of(call));
	bool paused = json_get_bool(pipeline, "paused", false);
	const char *by = json_get_string(pipeline, "paused_by");
	result->verified = paused == wanted ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	result->evidence = bg_asprintf("pipeline %s is %s%s%s", concourse_pipeline_of(call), paused ? "paused" : "not paused",
		paused && by ? " by " : "", paused && by ? by : "");
	return true;
}

bool concourse_verify_pause(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	(void) plan;
	return verify(call, true, result, err);
}

bool concourse_verify_unpause(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	(void) plan;
	return verify(call, false, result, err);
}

/* What was so already is not taken back. */
static bool undo(const Plan *plan, const char *verb, char **ret_verb, Json **ret_args) {
	if (plan->nothing_to_do)
		return false;
	*ret_verb = bg_strdup(verb);
	*ret_args = json_copy(plan->args);
	return true;
}

bool concourse_undo_pause(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	(void) values;
	return undo(plan, "concourse.unpause", ret_verb, ret_args);
}

bool concourse_undo_unpause(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	(void) values;
	return undo(plan, "concourse.pause", ret_verb, ret_args);
}
