/* sim_pipeline.h: what a Concourse keeps and does: pipelines, jobs and builds, and time passing over them. Nothing here knows
 * HTTP. What a job does comes out of its pipeline's configuration, so that a pipeline that was set anew behaves as written:
 *   a task with params SOURCE_BUCKET and TARGET_BUCKET copies one bucket over the other, as `aws s3 sync --delete`;
 *   a task with params PUBLISH_BUCKET publishes every course anew and in order;
 *   a `get` with `trigger: true` of a `time` resource with `interval` makes the job run on that schedule.
 * Time is an argument everywhere: sim_pipelines_advance() does all that is due. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/sandbox/sim_store.h"

#define SIM_MAX_BUILDS 2000       /* kept of one job; older ones are reaped */
#define SIM_MIN_INTERVAL_MS 1000  /* a shorter schedule is run at this one */

typedef enum SimBuildStatus {
	SIM_BUILD_PENDING, SIM_BUILD_STARTED, SIM_BUILD_SUCCEEDED, SIM_BUILD_FAILED, SIM_BUILD_ERRORED, SIM_BUILD_ABORTED,
} SimBuildStatus;

typedef struct SimBuild {
	int id, number;
	SimBuildStatus status;
	WallTime created, started, ended;
	char *created_by;        /* NULL: the schedule */
	size_t changed;          /* objects that it wrote or removed so far */
	int64_t hung_ms;         /* time in which it did nothing, by a fault */
} SimBuild;

typedef struct SimJob {
	int id;
	char *name;
	bool paused, disable_manual_trigger;
	int64_t interval_ms;     /* 0: only by hand */
	WallTime next_run;       /* of the schedule; unknown = never */
	WallTime unpaused_at;    /* builds that waited start no earlier */
	char *source_bucket, *target_bucket, *publish_bucket;   /* NULL where it does not do that */
	SimBuild *builds;        /* oldest first */
	size_t build_count;
	int last_number;
} SimJob;

typedef struct SimPipeline {
	int id;
	char *team, *name;
	bool paused, public, archived;
	char *paused_by;
	WallTime paused_at, unpaused_at, last_updated;
	Json *config;            /* NULL once archived */
	int config_version;
	SimJob *jobs;
	size_t job_count;
} SimPipeline;

typedef struct SimPipelines {
	SimStore *store;         /* borrowed */
	SimPipeline **items;
	size_t count;
	int last_pipeline_id, last_job_id, last_build_id, last_config_version;
	int64_t build_duration_ms;
	bool builds_hang, builds_fail;   /* faults */
} SimPipelines;

void sim_pipelines_init(SimPipelines *pipelines, SimStore *store, int64_t build_duration_ms);
void sim_pipelines_clear(SimPipelines *pipelines);

SimPipeline *sim_pipeline_find(const SimPipelines *pipelines, const char *team, const char *name);
SimJob *sim_job_find(const SimPipeline *pipeline, const char *name);
/* With the pipeline and job that it belongs to. Either output may be NULL. */
SimBuild *sim_build_find(const SimPipelines *pipelines, int id, SimPipeline **ret_pipeline, SimJob **ret_job);
bool sim_build_is_running(const SimBuild *build);   /* pending or started, as Concourse means it */
const char *sim_build_status_name(SimBuildStatus status);

/* Creates (paused, as Concourse does) or replaces a pipeline. Takes `config`, which sim_config_check found sound. Jobs that
 * keep their name keep their builds. */
SimPipeline *sim_pipeline_set_take(SimPipelines *pipelines, const char *team, const char *name, Json *config, WallTime now,
	bool *ret_created);
void sim_pipeline_pause(SimPipeline *pipeline, const char *by, WallTime now);
void sim_pipeline_unpause(SimPipeline *pipeline, WallTime now);
void sim_job_set_paused(SimJob *job, bool paused, WallTime now);
void sim_pipeline_archive(SimPipeline *pipeline, WallTime now);
void sim_pipeline_remove(SimPipelines *pipelines, SimPipeline *pipeline);
SimBuild *sim_job_trigger(SimPipelines *pipelines, SimJob *job, const char *by, WallTime now);
/* A build of the past, for the scenario's history. */
void sim_job_add_history(SimPipelines *pipelines, SimJob *job, SimBuildStatus status, WallTime started, WallTime ended,
	const char *by);
void sim_build_abort(SimBuild *build, WallTime now);
/* Runs the job's whole work at once: a build that starts and ends now. */
SimBuild *sim_job_run_now(SimPipelines *pipelines, SimJob *job, WallTime now);
/* Everything that is due until `now`, for each job in the order in which it falls due: schedule, start, work, end. */
void sim_pipelines_advance(SimPipelines *pipelines, WallTime now);

/* sim_config.c: what a pipeline's configuration says. */
/* Says what is wrong in the server's own words, one message per line as it sends them; true if nothing. */
bool sim_config_check(const Json *config, Json *ret_messages);
/* Fills in the parts of `job` that the configuration decides. */
void sim_config_read_job(const Json *config, const Json *job_config, SimJob *job);
