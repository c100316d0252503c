/* job_calls.c: what a worker is asked: a plan, an apply or a check of one row, made from the run as it stands; and what follows by itself. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/approval.h"
#include "core/engine/engine_state.h"
#include "core/engine/errand.h"
#include "core/engine/fill.h"
#include "core/engine/walk.h"
#include "core/providers/provider.h"

Json *engine_job_request(const Engine *engine, const char *kind) {
	Json *request = json_new_object();
	json_add_string(request, "kind", kind);
	json_add_string(request, "environment", engine->environment_path);
	AUTO_FREE char *state = path_join(incident_file_folder(engine->file), "state");
	json_add_string(request, "state_folder", state);
	json_add_string(request, "incident", incident_file_model(engine->file)->id);
	return request;
}

static Json *request_of(const Engine *engine, const char *kind, const WalkCall *call) {
	Json *request = engine_job_request(engine, kind);
	json_add_string(request, "verb", call->verb);
	json_add(request, "args", json_copy(call->args));
	json_add(request, "improvements", incident_improvements(incident_file_model(engine->file)));
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

int64_t job_usual_ms(const char *verb) {
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
	if (!spec->undo)
		walk_leave_out_done(&walk, state, spec->index, INT64_MAX, &call);
	Json *request = request_of(engine, "plan", &call);
	json_add(request, "guards", walk_probe_guards(&walk, step));
	AUTO_FREE char *label = bg_asprintf("plan %s", call.label);
	spec->label = label;
	bool ok = engine_job_start(engine, old, spec, request, 0, ret_job, err);
	spec->label = NULL;
	return ok;
}

bool engine_job_plan_next(EngineJob *job, Error *err) {
	JobSpec spec = *job_spec(job->job);
	const Run *run = incident_find_run(incident_file_model(job->engine->file), spec.run);
	const IncidentStep *state = run ? run_find_step(run, spec.step) : NULL;
	if (!state || spec.undo || state->actions[spec.index].also || !step_is_signed_as_a_whole(run, state))
		return false;
	do
		spec.index++;
	while (spec.index < state->action_count && (state->actions[spec.index].also || state->actions[spec.index].done));
	if (spec.index >= state->action_count)
		return false;
	spec.label = spec.log_path = NULL;
	spec.goes_on = false;
	job->plan = json_free(job->plan);
	return begin_plan(job->engine, job, &spec, run, state, NULL, err);
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
bool engine_job_go_on(EngineJob *job, Error *err) {
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

static bool start_apply(Engine *engine, const IncidentAction *action, int seat_fd, Error *err) {
	const Incident *incident = incident_file_model(engine->file);
	const Run *run = &incident->runs[action->run];
	const IncidentStep *state = &run->steps[action->step];
	Walk walk;
	const Step *step;
	AUTO_CLEAR(WalkCall) call = {0};
	if (!walk_of(engine, run, state, &walk, &step, err) || !walk_call(&walk, step, action->index, action->undo, &call, err))
		return false;
	if (!action->undo)
		walk_leave_out_done(&walk, state, action->index, action->number, &call);
	Json *request = request_of(engine, "apply", &call);
	json_add_string(request, "digest", action->digest);
	json_add_int(request, "action", action->number);
	json_add_bool(request, "seat", seat_fd > 0);
	json_add(request, "approvals", approval_json(&walk, state));
	/* What only reads may run while its start is held; then its log is, too. */
	bool held = incident_file_is_held(engine->file, action->started_seq);
	AUTO_FREE char *log = held ? NULL : incident_file_action_log(engine->file, action->number);
	JobSpec spec = {.kind = JOB_APPLY, .run = run->id, .step = state->id, .index = action->index, .undo = action->undo,
		.action = action->number, .log_path = log, .label = call.label, .who = action->who, .seat_fd = seat_fd};
	return engine_job_start(engine, NULL, &spec, request, job_usual_ms(call.verb), NULL, err);
}

void engine_start_action(Engine *engine, const IncidentAction *action, int seat_fd) {
	Error err = {0};
	int64_t number = action->number;
	if (start_apply(engine, action, seat_fd, &err))
		return;
	AUTO(Json) *args = json_new_object();
	json_add_int(args, "action", number);
	json_add_string(args, "outcome", "stopped");
	json_add_bool(args, "began", false);
	json_add(args, "error", error_to_json(&err));
	BG_IGNORE(engine_request(engine, REQUEST_FINISHED, args, &err));   /* no log, no begin: the next look at it says the same */
}

/* A step whose actions are all done is looked at by itself: the person sees whether the world is as planned without another key. */
void engine_follow_up(Engine *engine, int64_t number) {
	const Incident *incident = incident_file_model(engine->file);
	const IncidentAction *action = incident_find_action(incident, number);
	if (!action || (action->state != ACTION_DONE && action->state != ACTION_RESOLVED_RAN) || action->undo)
		return;
	const Run *run = &incident->runs[action->run];
	const IncidentStep *state = &run->steps[action->step];
	errand_settle(engine, run);
	if (state->state == STEP_CHECKING)
		BG_IGNORE(engine_start_check(engine, action->who, run, state, NULL, NULL));   /* the key for it stays: a person can ask again */
}
