/* concourse.h: what the files of the Concourse provider share. The HTTP API has no formal description: facts are from the server's Go code
 * (concourse/concourse v8.2: atc/routes.go, atc/api, atc/wrappa). */
#pragma once
#include "core/providers/api.h"

#define CONCOURSE_CONFIG_MAX (4u * 1024 * 1024)

extern const Provider CONCOURSE_PROVIDER;

/* A Concourse for the length of one Call. */
typedef struct Concourse {
	Api api;
	char *team;
} Concourse;

/* With `token: { flyrc: TARGET }` the address, the team and the certificate come from there too, unless the system has its own. */
BG_CHECK bool concourse_open(const Call *call, Concourse *ret, Error *err);
void concourse_clear(Concourse *concourse);
BG_DEFINE_CLEARP(Concourse, concourse_clear)

/* "/api/v1/teams/T/pipelines/P" + rest; owned. */
char *concourse_path(const Concourse *concourse, const char *pipeline, const char *rest);
/* *ret_json is NULL when Concourse says that there is none: an answer that is really Concourse's own. */
BG_CHECK bool concourse_find(Concourse *concourse, const char *path, Json **ret_json, Error *err);
/* The pipeline's configuration and its version; *ret_config NULL when it is missing or archived. */
BG_CHECK bool concourse_config(Concourse *concourse, const char *pipeline, Json **ret_config, int64_t *ret_version, Error *err);
/* Names of the jobs that have a build running now, "job #12". */
BG_CHECK bool concourse_running(Concourse *concourse, const char *pipeline, StrList *ret_names, Error *err);
/* Every how many ms a job is triggered by a `time` resource of this configuration; 0 = not by one, or not by an interval. False when the
 * configuration is none that could tell. */
BG_CHECK bool concourse_interval(const Concourse *concourse, const Json *config, const char *job, int64_t *ret_ms, Error *err);
static inline WallTime concourse_time(const Json *object, const char *key) {
	return (WallTime){json_get_int(object, key, 0) * 1000};
}
/* The common beginning of a plan: action, target, arguments. */
void concourse_plan_begin(const Concourse *concourse, const Call *call, const char *action, Plan *plan);
/* The one target of every action. */
const char *concourse_pipeline_of(const Call *call);
/* Where destroy keeps the configuration and set-pipeline looks for it; owned; NULL when the run has no folder. */
char *concourse_saved_path(const Concourse *concourse, const Call *call);

void concourse_read_job(const Call *call, Reading *ret);
void concourse_read_pipeline(const Call *call, Reading *ret);
bool concourse_plan_pause(const Call *call, Plan *ret_plan, Error *err);
bool concourse_apply_pause(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_verify_pause(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_undo_pause(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
bool concourse_plan_unpause(const Call *call, Plan *ret_plan, Error *err);
bool concourse_apply_unpause(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_verify_unpause(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_undo_unpause(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
bool concourse_plan_destroy(const Call *call, Plan *ret_plan, Error *err);
bool concourse_apply_destroy(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_verify_destroy(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_undo_destroy(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
bool concourse_plan_set_pipeline(const Call *call, Plan *ret_plan, Error *err);
bool concourse_apply_set_pipeline(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_verify_set_pipeline(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_plan_trigger(const Call *call, Plan *ret_plan, Error *err);
bool concourse_apply_trigger(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool concourse_verify_trigger(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void concourse_may(const Call *call, const char *verb, Rights *rights);
