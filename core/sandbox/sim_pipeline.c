/* sim_pipeline.c: pipelines, jobs and builds as time passes. A started build works evenly over its duration, so that a copy
 * that is looked at half way has copied half; pausing a pipeline stops nothing that has started. */
#include "core/sandbox/sim_pipeline.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_content.h"

static const char *const status_names[] = {
	[SIM_BUILD_PENDING] = "pending", [SIM_BUILD_STARTED] = "started", [SIM_BUILD_SUCCEEDED] = "succeeded",
	[SIM_BUILD_FAILED] = "failed", [SIM_BUILD_ERRORED] = "errored", [SIM_BUILD_ABORTED] = "aborted",
};

static void build_clear(SimBuild *build) {
	free(build->created_by);
}

static void job_clear(SimJob *job) {
	for (size_t i = 0; i < job->build_count; i++)
		build_clear(&job->builds[i]);
	free(job->builds);
	free(job->name);
	free(job->source_bucket);
	free(job->target_bucket);
	free(job->publish_bucket);
	*job = (SimJob) {0};
}

static void pipeline_free(SimPipeline *pipeline) {
	for (size_t i = 0; i < pipeline->job_count; i++)
		job_clear(&pipeline->jobs[i]);
	free(pipeline->jobs);
	free(pipeline->team);
	free(pipeline->name);
	free(pipeline->paused_by);
	json_free(pipeline->config);
	free(pipeline);
}

void sim_pipelines_init(SimPipelines *pipelines, SimStore *store, int64_t build_duration_ms) {
	*pipelines = (SimPipelines) { .store = store, .build_duration_ms = build_duration_ms, .last_build_id = 4100, .last_config_version = 40 };
}

void sim_pipelines_clear(SimPipelines *pipelines) {
	for (size_t i = 0; i < pipelines->count; i++)
		pipeline_free(pipelines->items[i]);
	free(pipelines->items);
	*pipelines = (SimPipelines) {0};
}

SimPipeline *sim_pipeline_find(const SimPipelines *pipelines, const char *team, const char *name) {
	for (size_t i = 0; i < pipelines->count; i++)
		if (text_eq(pipelines->items[i]->team, team) && text_eq(pipelines->items[i]->name, name))
			return pipelines->items[i];
	return NULL;
}

SimJob *sim_job_find(const SimPipeline *pipeline, const char *name) {
	for (size_t i = 0; i < pipeline->job_count; i++)
		if (text_eq(pipeline->jobs[i].name, name))
			return &pipeline->jobs[i];
	return NULL;
}

SimBuild *sim_build_find(const SimPipelines *pipelines, int id, SimPipeline **ret_pipeline, SimJob **ret_job) {
	for (size_t i = 0; i < pipelines->count; i++)
		for (size_t j = 0; j < pipelines->items[i]->job_count; j++) {
			SimJob *job = &pipelines->items[i]->jobs[j];
			for (size_t k = 0; k < job->build_count; k++) {
				if (job->builds[k].id != id)
					continue;
				if (ret_pipeline)
					*ret_pipeline = pipelines->items[i];
				if (ret_job)
					*ret_job = job;
				return &job->builds[k];
			}
		}
	return NULL;
}

bool sim_build_is_running(const SimBuild *build) {
	return build->status == SIM_BUILD_PENDING || build->status == SIM_BUILD_STARTED;
}

const char *sim_build_status_name(SimBuildStatus status) {
	return status_names[status];
}

/* Jobs of the new configuration, each with the builds of the old job of its name. */
static void replace_jobs(SimPipelines *pipelines, SimPipeline *pipeline, WallTime now) {
	const Json *configs = json_get(pipeline->config, "jobs");
	SimJob *jobs = bg_calloc(json_count(configs) + 1, sizeof(*jobs));
	size_t count = 0;
	JSON_EACH(config, configs) {
		SimJob *job = &jobs[count++];
		SimJob *old = sim_job_find(pipeline, json_get_string(config, "name"));
		if (old) {
			*job = *old;
			*old = (SimJob) {0};
		} else {
			job->id = ++pipelines->last_job_id;
			job->name = bg_strdup(json_get_string(config, "name"));
		}
		sim_config_read_job(pipeline->config, config, job);
		if (job->interval_ms == 0)
			job->next_run = (WallTime) {0};
		else if (!wall_known(job->next_run))
			job->next_run = now;
	}
	for (size_t i = 0; i < pipeline->job_count; i++)
		job_clear(&pipeline->jobs[i]);
	free(pipeline->jobs);
	pipeline->jobs = jobs;
	pipeline->job_count = count;
}

SimPipeline *sim_pipeline_set_take(SimPipelines *pipelines, const char *team, const char *name, Json *config, WallTime now,
		bool *ret_created) {
	SimPipeline *pipeline = sim_pipeline_find(pipelines, team, name);
	bool created = !pipeline;
	if (created) {
		pipeline = bg_calloc(1, sizeof(*pipeline));
		pipeline->id = ++pipelines->last_pipeline_id;
		pipeline->team = bg_strdup(team);
		pipeline->name = bg_strdup(name);
		pipeline->paused = true;
		pipelines->items = bg_reallocarray(pipelines->items, pipelines->count + 1, sizeof(*pipelines->items));
		pipelines->items[pipelines->count++] = pipeline;
	}
	json_free(pipeline->config);
	pipeline->config = config;
	pipeline->config_version = ++pipelines->last_config_version;
	pipeline->archived = false;
	pipeline->last_updated = now;
	replace_jobs(pipelines, pipeline, now);
	if (ret_created)
		*ret_created = created;
	return pipeline;
}

void sim_pipeline_pause(SimPipeline *pipeline, const char *by, WallTime now) {
	if (pipeline->paused)
		return;
	pipeline->paused = true;
	free(pipeline->paused_by);
	pipeline->paused_by = bg_strdup(by);
	pipeline->paused_at = now;
}

/* What fell due during a pause runs at its end, once. */
static void skip_missed_runs(SimJob *job, WallTime now) {
	if (wall_known(job->next_run) && job->next_run.ms < now.ms)
		job->next_run = now;
}

void sim_pipeline_unpause(SimPipeline *pipeline, WallTime now) {
	if (!pipeline->paused)
		return;
	pipeline->paused = false;
	free(pipeline->paused_by);
	pipeline->paused_by = NULL;
	pipeline->paused_at = (WallTime) {0};
	pipeline->unpaused_at = now;
	for (size_t i = 0; i < pipeline->job_count; i++)
		skip_missed_runs(&pipeline->jobs[i], now);
}

void sim_job_set_paused(SimJob *job, bool paused, WallTime now) {
	if (job->paused && !paused) {
		job->unpaused_at = now;
		skip_missed_runs(job, now);
	}
	job->paused = paused;
}

void sim_pipeline_archive(SimPipeline *pipeline, WallTime now) {
	pipeline->paused = false;
	sim_pipeline_pause(pipeline, "automatic-pipeline-archiver", now);
	pipeline->archived = true;
	pipeline->config = json_free(pipeline->config);
	pipeline->config_version = 0;
	pipeline->last_updated = now;
}

void sim_pipeline_remove(SimPipelines *pipelines, SimPipeline *pipeline) {
	size_t at = 0;
	while (pipelines->items[at] != pipeline)
		at++;
	memmove(&pipelines->items[at], &pipelines->items[at + 1], (pipelines->count - at - 1) * sizeof(*pipelines->items));
	pipelines->count--;
	pipeline_free(pipeline);
}

SimBuild *sim_job_trigger(SimPipelines *pipelines, SimJob *job, const char *by, WallTime now) {
	if (job->build_count == SIM_MAX_BUILDS) {
		build_clear(&job->builds[0]);
		memmove(job->builds, job->builds + 1, --job->build_count * sizeof(*job->builds));
	}
	job->builds = bg_reallocarray(job->builds, job->build_count + 1, sizeof(*job->builds));
	SimBuild *build = &job->builds[job->build_count++];
	*build = (SimBuild) {
		.id = ++pipelines->last_build_id, .number = ++job->last_number, .created = now, .created_by = bg_strdup_or_null(by),
	};
	return build;
}

void sim_job_add_history(SimPipelines *pipelines, SimJob *job, SimBuildStatus status, WallTime started, WallTime ended,
		const char *by) {
	SimBuild *build = sim_job_trigger(pipelines, job, by, started);
	build->status = status;
	build->started = started;
	build->ended = ended;
}

void sim_build_abort(SimBuild *build, WallTime now) {
	if (!sim_build_is_running(build))
		return;
	build->status = SIM_BUILD_ABORTED;
	build->ended = now;
}

/* Does the build's work up to `done` of `whole` ms. */
static void work(const SimPipelines *pipelines, const SimJob *job, SimBuild *build, int64_t done, int64_t whole, WallTime now) {
	const SimBucket *source = job->source_bucket ? sim_store_find(pipelines->store, str_from(job->source_bucket)) : NULL;
	SimBucket *target = job->target_bucket ? sim_store_find(pipelines->store, str_from(job->target_bucket)) : NULL;
	if (source && target && source != target) {
		size_t count = done >= whole ? source->count : (size_t) ((double) source->count * (double) done / (double) whole);
		build->changed += sim_bucket_sync(source, target, count, now);
	}
	SimBucket *publish = job->publish_bucket ? sim_store_find(pipelines->store, str_from(job->publish_bucket)) : NULL;
	if (publish && done >= whole)
		sim_content_publish(publish, false, now);
}

static bool buckets_exist(const SimPipelines *pipelines, const SimJob *job) {
	const char *names[] = { job->source_bucket, job->target_bucket, job->publish_bucket };
	for (size_t i = 0; i < BG_LENGTH(names); i++)
		if (names[i] && !sim_store_find(pipelines->store, str_from(names[i])))
			return false;
	return true;
}

static void end_build(const SimPipelines *pipelines, const SimJob *job, SimBuild *build, WallTime when) {
	if (pipelines->builds_fail || !buckets_exist(pipelines, job)) {
		build->status = SIM_BUILD_FAILED;
	} else {
		work(pipelines, job, build, 1, 1, when);
		build->status = SIM_BUILD_SUCCEEDED;
	}
	build->ended = when;
}

SimBuild *sim_job_run_now(SimPipelines *pipelines, SimJob *job, WallTime now) {
	SimBuild *build = sim_job_trigger(pipelines, job, NULL, now);
	build->started = now;
	end_build(pipelines, job, build, now);
	return build;
}

static SimBuild *find_build(const SimJob *job, SimBuildStatus status) {
	for (size_t i = 0; i < job->build_count; i++)
		if (job->builds[i].status == status)
			return &job->builds[i];
	return NULL;
}

/* A hanging build does half its work and no more; once the fault is taken away it goes on from there. */
static void advance_build(const SimPipelines *pipelines, const SimJob *job, SimBuild *build, WallTime now) {
	int64_t whole = pipelines->build_duration_ms, done = now.ms - build->started.ms - build->hung_ms;
	if (pipelines->builds_hang && done > whole / 2) {
		build->hung_ms += done - whole / 2;
		done = whole / 2;
	}
	if (done >= whole)
		end_build(pipelines, job, build, (WallTime) { build->started.ms + build->hung_ms + whole });
	else if (!pipelines->builds_fail)
		work(pipelines, job, build, done, whole, now);
}

static WallTime later(WallTime a, WallTime b) {
	return a.ms > b.ms ? a : b;
}

/* One job, one build at a time. `until` walks from event to event, so that a clock that jumped past several does them all. */
static void advance_job(SimPipelines *pipelines, const SimPipeline *pipeline, SimJob *job, WallTime now) {
	while (true) {
		SimBuild *build = find_build(job, SIM_BUILD_STARTED);
		if (build)
			advance_build(pipelines, job, build, now);
		if (find_build(job, SIM_BUILD_STARTED) || pipeline->paused || job->paused)
			return;
		build = find_build(job, SIM_BUILD_PENDING);
		if (build) {
			const SimBuild *before = build > job->builds ? build - 1 : NULL;
			build->status = SIM_BUILD_STARTED;
			build->started = later(later(build->created, before ? before->ended : build->created),
				later(pipeline->unpaused_at, job->unpaused_at));
			continue;
		}
		if (!wall_known(job->next_run) || job->next_run.ms > now.ms)
			return;
		(void) sim_job_trigger(pipelines, job, NULL, job->next_run);
		job->next_run.ms += job->interval_ms;
	}
}

void sim_pipelines_advance(SimPipelines *pipelines, WallTime now) {
	for (size_t i = 0; i < pipelines->count; i++)
		for (size_t j = 0; j < pipelines->items[i]->job_count; j++)
			advance_job(pipelines, pipelines->items[i], &pipelines->items[i]->jobs[j], now);
}
