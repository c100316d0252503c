/* destroy.c: destroying a pipeline. Its configuration is saved in the incident's own folder before, so that set-pipeline can bring it
 * back; the history of its builds is lost for good. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/concourse/concourse.h"

static bool describe(Concourse *ci, const Call *call, const Json *config, Plan *plan, Error *err) {
	const char *name = concourse_pipeline_of(call);
	AUTO_CLEAR(StrList) running = {0};
	AUTO_FREE char *what = bg_asprintf("pipeline %s", name);
	plan_add_change(plan, what, "there", NULL);
	JSON_EACH(job, json_get(config, "jobs")) {
		AUTO_FREE char *history = bg_asprintf("build history of job %s", json_get_string_or(job, "name", "?"));
		plan_add_change(plan, history, "there", NULL);
	}
	if (!config)
		strlist_add(&plan->warnings, "it is archived: it has no configuration that could be saved");
	if (!concourse_running(ci, name, &running, err))
		return false;
	for (size_t i = 0; i < running.count; i++)
		strlist_add_take(&plan->warnings, bg_asprintf("%s is running now", running.items[i]));
	plan_set(&plan->undo, "set the pipeline again from the saved configuration; its build history does not come back");
	return true;
}

bool concourse_plan_destroy(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO(Json) *pipeline = NULL;
	AUTO(Json) *config = NULL;
	int64_t version = 0;
	const char *name = concourse_pipeline_of(call);
	if (!concourse_open(call, &ci, err))
		return error_what(err, "plan to destroy pipeline %s", name);
	AUTO_FREE char *path = concourse_path(&ci, name, "");
	if (!concourse_find(&ci, path, &pipeline, err) || (pipeline && !concourse_config(&ci, name, &config, &version, err)))
		return error_what(err, "plan to destroy pipeline %s", name);
	concourse_plan_begin(&ci, call, "concourse.destroy", ret_plan);
	json_add_bool(ret_plan->basis, "exists", pipeline != NULL);
	json_add_int(ret_plan->basis, "config_version", version);
	plan_set(&ret_plan->request, "DELETE %s%s", ci.api.url, path);
	plan_set(&ret_plan->manual, "fly -t TARGET get-pipeline -p %s > %s.yml; fly -t TARGET destroy-pipeline -p %s", name, name, name);
	ret_plan->nothing_to_do = pipeline == NULL;
	if (pipeline && !describe(&ci, call, config, ret_plan, err))
		return error_what(err, "plan to destroy pipeline %s", name);
	return true;
}

/* Nothing is destroyed that could not be saved. */
static bool save_config(Concourse *ci, const Call *call, char **ret_path, Error *err) {
	AUTO(Json) *config = NULL;
	AUTO_CLEAR(Buf) text = {0};
	int64_t version = 0;
	AUTO_FREE char *path = concourse_saved_path(ci, call);
	if (!path)
		return error_set(err, ERROR_MISSING, "there is no folder to save its configuration in");
	AUTO_FREE char *folder = path_folder(path);
	if (!concourse_config(ci, concourse_pipeline_of(call), &config, &version, err))
		return false;
	if (!config)
		return true;   /* archived: the plan said so */
	json_write_pretty(config, &text);
	if (!file_make_folder(folder, 0700, err) || !file_write_atomic(path, text.data, text.len, 0600, err))
		return error_hint(err, "its configuration must be saved before it is destroyed");
	*ret_path = TAKE(path);
	return true;
}

bool concourse_apply_destroy(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *saved = NULL;
	const char *name = concourse_pipeline_of(call);
	if (plan->nothing_to_do)
		return true;
	if (!concourse_open(call, &ci, err) || !save_config(&ci, call, &saved, err))
		return error_what(err, "destroy pipeline %s", name);
	result->values = json_new_object();
	json_add_string(result->values, "saved", saved);
	result->value = bg_strdup_or_null(saved);
	AUTO_FREE char *path = concourse_path(&ci, name, "");
	result->began = true;
	if (!api_do(&ci.api, "DELETE", path, NULL, &response, err))
		return error_what(err, "destroy pipeline %s", name);
	return true;
}

bool concourse_verify_destroy(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO(Json) *pipeline = NULL;
	const char *name = concourse_pipeline_of(call), *saved = json_get_string(result->values, "saved");
	(void) plan;
	if (!concourse_open(call, &ci, err))
		return error_what(err, "look at pipeline %s", name);
	AUTO_FREE char *path = concourse_path(&ci, name, "");
	if (!concourse_find(&ci, path, &pipeline, err))
		return error_what(err, "look at pipeline %s", name);
	result->verified = pipeline ? VERIFIED_NO : VERIFIED_YES;
	free(result->evidence);
	result->evidence = pipeline ? bg_asprintf("pipeline %s is still there", name)
		: bg_asprintf("there is no pipeline %s any more%s%s", name, saved ? "; its configuration is in " : "", saved ? saved : "");
	return true;
}

/* Without `config`, set-pipeline takes what was saved. */
bool concourse_undo_destroy(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	if (plan->nothing_to_do || !json_get_string(values, "saved"))
		return false;
	*ret_verb = bg_strdup("concourse.set-pipeline");
	*ret_args = json_copy(plan->args);
	return true;
}
