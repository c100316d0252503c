/* engine_jobs.c: the workers that run now: starting one, following it, what came of it. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/engine_state.h"
#include "core/engine/fill.h"
#include "core/engine/job_record.h"
#include "core/engine/worker_log.h"

/* ---- bookkeeping ---- */

EngineJob *engine_find_job(Engine *engine, int64_t id) {
	for (EngineJob *job = engine->jobs; job; job = job->next)
		if (job->id == id)
			return job;
	return NULL;
}

static void forget(Engine *engine, EngineJob *job) {
	for (EngineJob **link = &engine->jobs; *link; link = &(*link)->next) {
		if (*link == job) {
			*link = job->next;
			break;
		}
	}
	json_free(job->plan);
	json_free(job->request);
	told_nodes_clear(&job->told);
	free(job->progress);
	free(job);
}

static size_t count_jobs(const Engine *engine) {
	size_t count = 0;
	for (const EngineJob *job = engine->jobs; job; job = job->next)
		count++;
	return count;
}

void engine_abandon_jobs(Engine *engine) {
	while (engine->jobs) {
		job_abandon(engine->jobs->job);
		forget(engine, engine->jobs);
	}
}

/* ---- following ---- */

static void send_output(Engine *engine, const EngineJob *job, const Json *line) {
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "output");
	json_add_int(frame, "job", job->id);
	json_add_string(frame, "text", json_get_string_or(line, "s", ""));
	publish(engine, frame);
}

static void on_line(void *userdata, Job *handle, const Json *line) {
	EngineJob *job = userdata;
	(void) handle;
	const char *kind = json_get_string_or(line, "k", "");
	if (text_eq(kind, "out") || text_eq(kind, "err")) {
		send_output(job->engine, job, line);
		return;
	}
	told_nodes_take(&job->told, line);
	if (text_eq(kind, "plan")) {
		json_free(job->plan);
		job->plan = json_copy(json_get(line, "plan"));
	}
	if (text_eq(kind, "progress")) {
		free(job->progress);
		job->progress = bg_strdup(json_get_string_or(line, "text", ""));
		job->done = json_get_int(line, "done", 0);
		job->total = json_get_int(line, "total", 0);
		publish_job(job->engine, job, true, NULL);
	}
}

static void read_error(const Json *result, Error *err) {
	const Json *json = json_get(result, "error");
	if (json_is_object(json))
		error_from_json(json, err);
}

static bool end_plan(EngineJob *job, const Json *result, Error *err) {
	const JobSpec *spec = job_spec(job->job);
	if (!result) {
		error_set(err, ERROR_IO, "the worker ended without a plan");
		return error_hint(err, "nothing was changed; plan again");
	}
	read_error(result, err);
	if (error_is_set(err) || !job->plan)
		return false;
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "run", spec->run);
	json_add_string(args, "step", spec->step);
	json_add_int(args, "index", (int64_t) spec->index);
	json_add_bool(args, "undo", spec->undo);
	json_add_string(args, "digest", json_get_string_or(job->plan, "digest", ""));
	json_add(args, "plan", json_copy(job->plan));
	Request request = {REQUEST_PLANNED, spec->who, "uid", args};
	return incident_file_request(job->engine->file, &request, err);
}

static bool end_check(EngineJob *job, const Json *result, Error *err) {
	const JobSpec *spec = job_spec(job->job);
	if (!result) {
		error_set(err, ERROR_IO, "the worker ended without an answer");
		return error_hint(err, "check again");
	}
	read_error(result, err);
	JSON_EACH(check, json_get(result, "checks")) {
		AUTO(Json) *args = json_copy(check);
		json_add_string(args, "run", spec->run);
		json_add_string(args, "step", spec->step);
		Request request = {REQUEST_CHECKED, spec->who, "uid", args};
		if (!incident_file_request(job->engine->file, &request, err))
			return false;
	}
	return !error_is_set(err);
}

/* Values are known now: what they were asked for begins, in the same job. False: it has ended, with or without `err`. */
static bool end_look(EngineJob *job, const Json *result, Error *err) {
	read_error(result, err);
	return !error_is_set(err) && fill_record(job, result, err) && job_spec(job->job)->goes_on && engine_job_go_on(job, err);
}

static void on_ended(void *userdata, Job *handle, const Json *result, bool began) {
	EngineJob *job = userdata;
	Engine *engine = job->engine;
	Error err = {0};
	int64_t action = job_spec(handle)->action;
	bool looked = job_kind(handle) == JOB_LOOK;
	if (looked && engine->file && end_look(job, result, &err)) {
		engine_show_trouble(engine);
		return;
	}
	if (job_kind(handle) == JOB_PLAN && engine->file && end_plan(job, result, &err)) {
		if (engine_job_plan_next(job, &err))
			return;
	}
	job->told.all = job->told.all && job_log_is_whole(handle);
	if (engine->file && job_kind(handle) == JOB_APPLY)
		job_record_keep_log(engine, handle, action);
	bool ok = !engine->file ? true
		: looked || job_kind(handle) == JOB_PLAN ? !error_is_set(&err)
		: job_kind(handle) == JOB_CHECK ? end_check(job, result, &err)
		: job_record_end(engine, action, result, began, &job->told, &err);
	publish_job(engine, job, false, ok ? NULL : &err);
	bool was_apply = job_kind(handle) == JOB_APPLY;
	forget(engine, job);
	if (was_apply && ok)
		engine_follow_up(engine, action);
	if (was_apply && engine->prober)
		prober_link_refresh(engine->prober, NULL);   /* the board shows what it did without waiting for the next round */
	engine_show_trouble(engine);   /* an end that could not be written is taken up from the log as soon as it can be */
	engine_renew_gates(engine);
}

/* ---- starting ---- */

bool engine_job_start(Engine *engine, EngineJob *old, const JobSpec *spec, Json *request, int64_t usual_ms, int64_t *ret_job, Error *err) {
	if (!old && count_jobs(engine) >= ENGINE_JOBS_MAX) {
		json_free(request);
		error_set(err, ERROR_CONFLICT, "%d things are running already", ENGINE_JOBS_MAX);
		return error_hint(err, "wait for one of them, or cancel it");
	}
	EngineJob *job = old ? old : bg_calloc(1, sizeof(*job));
	job->engine = engine;
	job->id = old ? old->id : ++engine->next_job;
	json_free(job->request);
	job->request = request;
	job->usual_ms = usual_ms;
	JobOwner owner = {on_line, on_ended, job};
	Job *handle = job_start(&engine->loop, engine->self, spec, request, &owner, err);
	if (!handle) {
		if (!old)
			forget(engine, job);
		return false;
	}
	job->job = handle;
	free(job->progress);
	job->progress = NULL;
	if (!old) {
		job->next = engine->jobs;
		engine->jobs = job;
	}
	if (ret_job)
		*ret_job = job->id;
	publish_job(engine, job, true, NULL);
	return true;
}

bool engine_job_adopt(Engine *engine, const JobSpec *spec, int64_t usual_ms, Error *err) {
	EngineJob *job = bg_calloc(1, sizeof(*job));
	job->engine = engine;
	job->id = ++engine->next_job;
	job->usual_ms = usual_ms;
	JobOwner owner = {on_line, on_ended, job};
	job->job = job_adopt(&engine->loop, spec, &owner, err);
	if (!job->job) {
		forget(engine, job);
		return false;
	}
	job->next = engine->jobs;
	engine->jobs = job;
	return true;
}
