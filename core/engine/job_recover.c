/* job_recover.c: actions and looks that an engine's end left: their workers are followed, or what they left is recorded. */
#include "core/base/alloc.h"
#include "core/engine/engine_state.h"
#include "core/engine/job_record.h"

static void adopt(Engine *engine, const IncidentAction *action) {
	const Incident *incident = incident_file_model(engine->file);
	const Run *run = &incident->runs[action->run];
	AUTO_FREE char *log = incident_file_action_log(engine->file, action->number);
	JobSpec spec = {.kind = JOB_APPLY, .run = run->id, .step = run->steps[action->step].id, .index = action->index,
		.undo = action->undo, .action = action->number, .log_path = log, .label = action->verb, .who = action->who};
	Error err = {0};
	if (!engine_job_adopt(engine, &spec, job_usual_ms(action->verb), &err) && !job_record_is_shortage(&err))
		BG_IGNORE(job_record_lost(engine, action->number, "its worker lives, but its log cannot be read", NULL, &err));
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
		engine_follow_up(engine, number);
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
