/* engine_jobs.c: plans, applies and checks: making the worker's request, following it, taking up what a crash left. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/approval.h"
#include "core/engine/crash_points.h"
#include "core/engine/engine_state.h"
#include "core/engine/errand.h"
#include "core/engine/fill.h"
#include "core/engine/job_record.h"
#include "core/engine/walk.h"
#include "core/engine/worker_log.h"
#include "core/providers/provider.h"

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

static void start_follow_up(Engine *engine, int64_t number);
static bool go_on(EngineJob *job, Error *err);

/* Values are known now: what they were asked for begins, in the same job. False: it has ended, with or without `err`. */
static bool end_look(EngineJob *job, const Json *result, Error *err) {
	read_error(result, err);
	return !error_is_set(err) && fill_record(job, result, err) && job_spec(job->job)->goes_on && go_on(job, err);
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
	job->told.all = job->told.all && job_log_is_whole(handle);
	if (engine->file && job_kind(handle) == JOB_APPLY)
		job_record_keep_log(engine, handle, action);
	bool ok = !engine->file ? true
		: looked ? !error_is_set(&err)
		: job_kind(handle) == JOB_PLAN ? end_plan(job, result, &err)
		: job_kind(handle) == JOB_CHECK ? end_check(job, result, &err)
		: job_record_end(engine, action, result, began, &job->told, &err);
	publish_job(engine, job, false, ok ? NULL : &err);
	bool was_apply = job_kind(handle) == JOB_APPLY;
	forget(engine, job);
	if (was_apply && ok)
		start_follow_up(engine, action);
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

Json *engine_job_request(const Engine *engine, const char *kind) {
	Json *request = json_new_object();
	json_add_string(request, "kind", kind);
	json_add_string(request, "environment", engine->environment_path);
	AUTO_FREE char *state = path_join(incident_file_folder(engine->file), "state");
	json_add_string(request, "state_folder", state);
	return request;
}

static Json *request_of(const Engine *engine, const char *kind, const WalkCall *call) {
	Json *request = engine_job_request(engine, kind);
	json_add_string(request, "verb", call->verb);
	json_add(request, "args", json_copy(call->args));
	return request;
}

static bool walk_of(Engine *engine, const Run *run, const IncidentStep *state, Walk *ret_walk, const Step **ret_step, Error *err) {
	const Playbook *playbook = NULL;
	if (!library_pinned(engine->library, incident_file_folder(engine->file), run->playbook_sha256, &playbook, err))
		return false;
	const Procedure *procedure = playbook_find_procedure(playbook, run->procedure_id);
	*ret_walk = (Walk){engine->environment, incident_file_model(engine->file), run, playbook, procedure};
	*ret_step = procedure ? procedure_find_step(procedure, state->id) : NULL;
	return *ret_step ? true : error_set(err, ERROR_BUG, "the run's playbook has no step %s", state->id);
}

static int64_t usual_of(const char *verb) {
	const Action *action = action_find(verb);
	return action ? action->usual_ms : 0;
}

/* What a probe tells is asked first, so that the plan is made of it. */
static bool begin_plan(Engine *engine, EngineJob *old, JobSpec *spec, const Run *run, const IncidentStep *state, int64_t *ret_job, Error *err) {
	Walk walk;
	const Step *step;
	Error looking = {0};
	AUTO_CLEAR(WalkCall) call = {0};
	if (!walk_of(engine, run, state, &walk, &step, err))
		return false;
	if (spec->undo ? !step_can_undo(walk.incident, run, state, err) : !step_can_plan(walk.incident, run, state, spec->index, err))
		return false;
	if (fill_before(engine, old, &walk, step, spec, ret_job, &looking))
		return true;
	if (error_is_set(&looking)) {
		if (err)
			*err = looking;
		return false;
	}
	if (!walk_call(&walk, step, spec->index, spec->undo, &call, err))
		return false;
	walk_leave_out_done(&walk, state, spec->index, INT64_MAX, &call);
	Json *request = request_of(engine, "plan", &call);
	json_add(request, "guards", walk_probe_guards(&walk, step));
	AUTO_FREE char *label = bg_asprintf("plan %s", call.label);
	spec->label = label;
	bool ok = engine_job_start(engine, old, spec, request, 0, ret_job, err);
	spec->label = NULL;
	return ok;
}

bool engine_start_plan(Engine *engine, const char *who, const Run *run, const IncidentStep *state, size_t index, bool undo,
	int64_t *ret_job, Error *err) {
	JobSpec spec = {.kind = JOB_PLAN, .run = run->id, .step = state->id, .index = index, .undo = undo, .who = who};
	return begin_plan(engine, NULL, &spec, run, state, ret_job, err);
}

static bool begin_check(Engine *engine, EngineJob *old, JobSpec *spec, const Run *run, const IncidentStep *state, int64_t *ret_job, Error *err) {
	Walk walk;
	const Step *step;
	Json *checks = NULL;
	Error looking = {0};
	if (!walk_of(engine, run, state, &walk, &step, err))
		return false;
	if (step->verify_count && fill_before(engine, old, &walk, step, spec, ret_job, &looking))
		return true;
	if (error_is_set(&looking)) {
		if (err)
			*err = looking;
		return false;
	}
	if (!walk_checks(&walk, step, &checks, err))
		return false;
	Json *request = engine_job_request(engine, "check");
	json_add(request, "checks", checks);
	spec->label = "verify";
	return engine_job_start(engine, old, spec, request, 0, ret_job, err);
}

bool engine_start_check(Engine *engine, const char *who, const Run *run, const IncidentStep *state, int64_t *ret_job, Error *err) {
	JobSpec spec = {.kind = JOB_CHECK, .run = run->id, .step = state->id, .who = who};
	return begin_check(engine, NULL, &spec, run, state, ret_job, err);
}

/* The values that were asked for are known: on to what needs them, if that is still there. */
static bool go_on(EngineJob *job, Error *err) {
	JobSpec spec = *job_spec(job->job);
	const Run *run = incident_find_run(incident_file_model(job->engine->file), spec.run);
	const IncidentStep *state = run ? run_find_step(run, spec.step) : NULL;
	spec.kind = spec.then;
	spec.goes_on = false;
	spec.label = spec.log_path = NULL;
	if (!state)
		return error_set(err, ERROR_MISSING, "the step that it was asked for is gone");
	return spec.kind == JOB_PLAN ? begin_plan(job->engine, job, &spec, run, state, NULL, err) : begin_check(job->engine, job, &spec, run, state, NULL, err);
}

static bool start_apply(Engine *engine, const IncidentAction *action, Error *err) {
	const Incident *incident = incident_file_model(engine->file);
	const Run *run = &incident->runs[action->run];
	const IncidentStep *state = &run->steps[action->step];
	Walk walk;
	const Step *step;
	AUTO_CLEAR(WalkCall) call = {0};
	if (!walk_of(engine, run, state, &walk, &step, err) || !walk_call(&walk, step, action->index, action->undo, &call, err))
		return false;
	walk_leave_out_done(&walk, state, action->index, action->number, &call);
	Json *request = request_of(engine, "apply", &call);
	json_add_string(request, "digest", action->digest);
	json_add(request, "approvals", approval_json(&walk, state));
	/* What only reads may run while its start is held; then its log is, too. */
	bool held = incident_file_is_held(engine->file, action->started_seq);
	AUTO_FREE char *log = held ? NULL : incident_file_action_log(engine->file, action->number);
	JobSpec spec = {.kind = JOB_APPLY, .run = run->id, .step = state->id, .index = action->index, .undo = action->undo,
		.action = action->number, .log_path = log, .label = call.label, .who = action->who};
	return engine_job_start(engine, NULL, &spec, request, usual_of(call.verb), NULL, err);
}

void engine_start_action(Engine *engine, const IncidentAction *action) {
	Error err = {0};
	int64_t number = action->number;
	if (start_apply(engine, action, &err))
		return;
	AUTO(Json) *args = json_new_object();
	json_add_int(args, "action", number);
	json_add_string(args, "outcome", "stopped");
	json_add_bool(args, "began", false);
	json_add(args, "error", error_to_json(&err));
	BG_IGNORE(engine_request(engine, REQUEST_FINISHED, args, &err));   /* no log, no begin: the next look at it says the same */
}

/* A step whose actions are all done is looked at by itself: the person sees whether the world is as planned without another key. */
static void start_follow_up(Engine *engine, int64_t number) {
	const Incident *incident = incident_file_model(engine->file);
	const IncidentAction *action = incident_find_action(incident, number);
	if (!action || action->state != ACTION_DONE || action->undo)
		return;
	const Run *run = &incident->runs[action->run];
	const IncidentStep *state = &run->steps[action->step];
	errand_settle(engine, run);
	if (state->state == STEP_CHECKING)
		BG_IGNORE(engine_start_check(engine, action->who, run, state, NULL, NULL));   /* the key for it stays: a person can ask again */
}

/* ---- after a crash ---- */

static void adopt(Engine *engine, const IncidentAction *action) {
	const Incident *incident = incident_file_model(engine->file);
	const Run *run = &incident->runs[action->run];
	AUTO_FREE char *log = incident_file_action_log(engine->file, action->number);
	JobSpec spec = {.kind = JOB_APPLY, .run = run->id, .step = run->steps[action->step].id, .index = action->index,
		.undo = action->undo, .action = action->number, .log_path = log, .label = action->verb, .who = action->who};
	EngineJob *job = bg_calloc(1, sizeof(*job));
	job->engine = engine;
	job->id = ++engine->next_job;
	job->usual_ms = usual_of(action->verb);
	JobOwner owner = {on_line, on_ended, job};
	Error err = {0};
	job->job = job_adopt(&engine->loop, &spec, &owner, &err);
	if (!job->job) {
		forget(engine, job);
		if (!job_record_is_shortage(&err))
			BG_IGNORE(job_record_lost(engine, action->number, "its worker lives, but its log cannot be read", NULL, &err));
		return;
	}
	job->next = engine->jobs;
	engine->jobs = job;
}

static void recover(Engine *engine, const IncidentAction *action) {
	AUTO_FREE char *log = incident_file_action_log(engine->file, action->number);
	AUTO_CLEAR(WorkerVerdict) verdict = {0};
	Error err = {0};
	int64_t number = action->number;
	if (!worker_log_judge(log, &verdict, &err)) {
		if (!job_record_is_shortage(&err))
			BG_IGNORE(job_record_lost(engine, number, "its log cannot be read", NULL, &err));   /* stays running in the record: tried again */
		return;
	}
	if (verdict.locked)
		adopt(engine, action);
	else if (job_record_end(engine, number, verdict.result, verdict.began, &verdict.told, &err))
		start_follow_up(engine, number);
}

static bool is_followed(const Engine *engine, int64_t action) {
	for (const EngineJob *job = engine->jobs; job; job = job->next)
		if (job_spec(job->job)->action == action)
			return true;
	return false;
}

void engine_recover_actions(Engine *engine) {
	const Incident *incident = incident_file_model(engine->file);
	for (size_t i = 0; i < incident->action_count && incident->running_count; i++)
		if (incident->actions[i].state == ACTION_RUNNING && !is_followed(engine, incident->actions[i].number))
			recover(engine, &incident->actions[i]);
}

static bool is_being_checked(const Engine *engine, const IncidentStep *step) {
	for (const EngineJob *job = engine->jobs; job; job = job->next)
		if (job_kind(job->job) == JOB_CHECK && text_eq(job_spec(job->job)->step, step->id))
			return true;
	return false;
}

static bool was_never_looked_at(const IncidentStep *step) {
	for (size_t i = 0; i < step->check_count; i++)
		if (step->checks[i].state == CHECK_NOT_LOOKED)
			return true;
	return false;
}

void engine_resume_checks(Engine *engine) {
	const Incident *incident = incident_file_model(engine->file);
	for (size_t r = 0; r < incident->run_count; r++) {
		const Run *run = &incident->runs[r];
		for (size_t i = 0; run->state == RUN_WALKING && i < run->step_count; i++)
			if (run->steps[i].state == STEP_CHECKING && was_never_looked_at(&run->steps[i]) && !is_being_checked(engine, &run->steps[i]))
				BG_IGNORE(engine_start_check(engine, "engine", run, &run->steps[i], NULL, NULL));   /* the key for it stays */
	}
}
