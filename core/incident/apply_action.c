/* apply_action.c: folds in plans and what becomes of an action: started, finished, lost, resolved.
 * An action that is not an `also` moves its step; what it opened depends on whether it began, not on whether it went
 * well. */
#include <string.h>

#include "core/incident/model.h"

void apply_plan_made(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	IncidentStep *step = model_step(run, event->data);
	StepAction *row = model_row(step, event->data);
	char digest[65];
	if (!row || !model_digest(event->data, "digest", digest))
		return;
	row->plan_is_undo = json_get_bool(event->data, "undo", false);
	row->plan_seq = event->seq;
	row->plan_time = event->time;
	memcpy(row->plan_digest, digest, sizeof digest);
	row->plan = json_free(row->plan);
	row->plan = json_copy(json_get(event->data, "plan"));
	if (!row->also && !row->plan_is_undo)
		step_apply_move(incident, run, step, MOVE_PLAN, event);
}

void apply_action_started(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	IncidentStep *step = model_step(run, event->data);
	StepAction *row = model_row(step, event->data);
	if (!row || run->running_action || json_get_int(event->data, "action", 0) != (int64_t) incident->action_count + 1)
		return;
	bool undo = json_get_bool(event->data, "undo", false);
	StepState before = step->state;
	if (undo || !row->also) {
		if (!step_apply_move(incident, run, step, undo ? MOVE_UNDO_START : MOVE_START, event))
			return;
		step->before_undo = before;
	}
	incident->actions = model_room(incident->actions, incident->action_count, sizeof *incident->actions);
	IncidentAction *action = &incident->actions[incident->action_count++];
	const char *verb = model_text(event->data, "verb", INCIDENT_LINE_MAX);
	const char *risk = json_get_string(event->data, "risk");
	*action = (IncidentAction) {
		.number = (int64_t) incident->action_count,
		.run = (int) (run - incident->runs),
		.step = run_step_index(run, step),
		.index = (size_t) (row - step->actions),
		.undo = undo,
		.verb = bg_strdup(verb ? verb : row->verb),
		.digest = bg_strdup_or_null(model_text(event->data, "digest", 64)),
		.who = bg_strdup(event->who),
		.save = bg_strdup_or_null(model_text(event->data, "save", INCIDENT_NAME_MAX)),
		.terminal = bg_strdup_or_null(model_text(event->data, "terminal", INCIDENT_NAME_MAX)),
		.risk = row->risk,
		.state = ACTION_RUNNING,
		.started_seq = event->seq,
		.started = model_steady_time(incident, event),
		.exit_code = -1,
	};
	if (risk)
		(void) risk_parse(str_from(risk), &action->risk);   /* an unknown word leaves the row's own risk */
	action_nodes_begin(action, row->plan);
	row->last_action = run->running_action = action->number;
	incident->running_count++;
}

/* What a record of the life of an action is about. */
typedef struct Target {
	IncidentAction *action;
	Run *run;
	IncidentStep *step;
	StepAction *row;
} Target;

/* Moves the action that the record names by its table; false when there is none or the table has no such cell. */
static bool target_move(Incident *incident, const Event *event, ActionMove move, Target *ret)
{
	int64_t number = json_get_int(event->data, "action", 0);
	if (number < 1 || (uint64_t) number > incident->action_count)
		return false;
	IncidentAction *action = &incident->actions[number - 1];
	ActionState next;
	if (!action_move(action->state, move, &next, NULL))
		return false;
	Run *run = &incident->runs[action->run];
	IncidentStep *step = &run->steps[action->step];
	incident->running_count -= action->state == ACTION_RUNNING;
	incident->doubt_count -= action->state == ACTION_IN_DOUBT;
	incident->doubt_count += next == ACTION_IN_DOUBT;
	if (run->running_action == action->number)
		run->running_action = 0;
	action->state = next;
	*ret = (Target) { action, run, step, &step->actions[action->index] };
	return true;
}

static void undos_forget(IncidentStep *step)
{
	for (size_t i = 0; i < step->action_count; i++)
		step->actions[i].undone = false;
}

static bool undos_all_done(const IncidentStep *step)
{
	for (size_t i = 0; i < step->undo_count; i++) {
		if (!step->actions[i].undone)
			return false;
	}
	return true;
}

/* A row was done: its effects are open; the step goes on. */
static void row_done(Incident *incident, const Target *target, const char *verified, const Event *event)
{
	target->row->done = true;
	if (target->row->also)
		return;
	IncidentStep *step = target->step;
	undos_forget(step);
	if (step->opens.count)
		ledger_open(incident, target->run, step, false, event);
	if (!step_rows_all_done(step))
		step_apply_move(incident, target->run, step, MOVE_ACTION_DONE, event);
	else
		step_rows_done(incident, target->run, step, verified, event);
}

/* The step was taken back: what it opened is closed, what it closed is open, nothing of it counts as done or seen.
 * While there are undos left, nothing of that is true yet. */
static void undo_done(Incident *incident, const Target *target, const Event *event)
{
	IncidentStep *step = target->step;
	target->row->undone = true;
	if (!undos_all_done(step)) {
		step_restore(incident, target->run, step, event);
		return;
	}
	step_apply_move(incident, target->run, step, MOVE_UNDO_DONE, event);
	undos_forget(step);
	step_unsettle(incident, target->run, step);
	ledger_close_own(incident, target->run, step, event);
	for (size_t i = 0; i < step->action_count; i++) {
		if (!step->actions[i].also)
			step->actions[i].done = false;
	}
	for (size_t i = 0; i < step->check_count; i++)
		step->checks[i].state = CHECK_NOT_LOOKED;
}

/* It did not end as it should. Began: something may have changed, so the step failed and its effects are listed. */
static void row_ended(Incident *incident, const Target *target, StepMove move, const Event *event)
{
	if (target->action->undo) {
		if (target->action->began)
			step_apply_move(incident, target->run, target->step, move, event);
		else
			step_restore(incident, target->run, target->step, event);
		return;
	}
	if (target->row->also)
		return;
	if (target->action->began && target->step->opens.count)
		ledger_open(incident, target->run, target->step, false, event);
	if (move == MOVE_CANCEL && !target->action->began)
		move = MOVE_STOP;
	step_apply_move(incident, target->run, target->step, move, event);
}

static void values_save(const Target *target, const Event *event)
{
	Run *run = target->run;
	const char *value = json_get_string(event->data, "value");
	if (target->action->save && value && strnlen(value, INCIDENT_TEXT_MAX + 1) <= INCIDENT_TEXT_MAX)
		values_set(&run->values, &run->value_count, target->action->save, value, false, NULL, event);
	JSON_EACH(item, json_get(event->data, "values")) {
		const char *name = json_key(item), *text = json_string(item);
		if (model_is_name(name) && text && strnlen(text, INCIDENT_TEXT_MAX + 1) <= INCIDENT_TEXT_MAX)
			values_set(&run->values, &run->value_count, name, text, false, NULL, event);
	}
}

static void action_note_result(const Incident *incident, IncidentAction *action, const Event *event)
{
	const Json *data = event->data, *error = json_get(data, "error");
	action->finished = model_steady_time(incident, event);
	action->began = json_get_bool(data, "began", false);
	action->exit_code = json_get_int(data, "exit", -1);
	model_set(&action->verified, model_text(data, "verified", 16));
	model_set(&action->evidence, model_text(data, "evidence", INCIDENT_TEXT_MAX));
	model_set(&action->value, model_text(data, "value", INCIDENT_TEXT_MAX));
	model_set(&action->what, model_text(error, "what", INCIDENT_LINE_MAX));
	model_set(&action->where, model_text(error, "where", INCIDENT_LINE_MAX));
	model_set(&action->why, model_text(error, "why", INCIDENT_LINE_MAX));
	model_set(&action->hint, model_text(error, "hint", INCIDENT_LINE_MAX));
	model_set(&action->log_sha256, model_text(data, "log_sha256", 64));
}

void apply_action_finished(Incident *incident, const Event *event)
{
	static const struct { const char *outcome; ActionMove action; StepMove step; } outcomes[] = {
		{ "done", ACTION_MOVE_DONE, MOVE_ALL_DONE },
		{ "failed", ACTION_MOVE_FAIL, MOVE_FAIL },
		{ "stopped", ACTION_MOVE_STOP, MOVE_STOP },
		{ "cancelled", ACTION_MOVE_CANCEL, MOVE_CANCEL },
	};
	const char *outcome = json_get_string(event->data, "outcome");
	size_t i = 0;
	while (i < BG_LENGTH(outcomes) && !text_eq(outcomes[i].outcome, outcome))
		i++;
	Target target;
	if (i == BG_LENGTH(outcomes) || !target_move(incident, event, outcomes[i].action, &target))
		return;
	action_note_result(incident, target.action, event);
	action_nodes_take(target.action, json_get(event->data, "nodes"), target.action->state == ACTION_DONE ? NODE_DONE : NODE_NOT_STARTED);
	if (outcomes[i].action != ACTION_MOVE_DONE) {
		row_ended(incident, &target, outcomes[i].step, event);
		return;
	}
	values_save(&target, event);
	if (target.action->undo)
		undo_done(incident, &target, event);
	else
		row_done(incident, &target, target.action->verified, event);
}

void apply_action_lost(Incident *incident, const Event *event)
{
	Target target;
	if (!target_move(incident, event, ACTION_MOVE_LOSE, &target))
		return;
	target.action->finished = model_steady_time(incident, event);
	target.action->began = true;
	action_nodes_take(target.action, json_get(event->data, "nodes"), NODE_IN_DOUBT);
	model_set(&target.action->why, model_text(event->data, "why", INCIDENT_LINE_MAX));
	if (!target.action->undo && target.row->also)
		return;
	if (!target.action->undo && target.step->opens.count)
		ledger_open(incident, target.run, target.step, true, event);
	step_apply_move(incident, target.run, target.step, MOVE_LOSE, event);
}

/* It ran on some machines, well or not, and not on others: what it opened is open, the rest is still to be done. An undo like that is one that failed on the
 * way: what the step did is not taken back, and not whole either. */
static void resolved_in_part(Incident *incident, const Target *target, const Event *event)
{
	if (target->action->undo) {
		step_apply_move(incident, target->run, target->step, MOVE_FAIL, event);
		return;
	}
	if (target->row->also)
		return;
	if (target->step->opens.count)
		ledger_open(incident, target->run, target->step, false, event);
	step_apply_move(incident, target->run, target->step, MOVE_RESOLVE_NOT_RUN, event);
}

static void resolved_ran(Incident *incident, const Target *target, const Event *event)
{
	if (action_nodes_are_left(target->action)) {
		resolved_in_part(incident, target, event);
		return;
	}
	if (target->action->undo) {
		undo_done(incident, target, event);
		return;
	}
	target->row->done = true;
	if (target->row->also)
		return;
	IncidentStep *step = target->step;
	undos_forget(step);
	if (step->opens.count)
		ledger_open(incident, target->run, step, false, event);
	step_apply_move(incident, target->run, step, MOVE_RESOLVE_RAN, event);
	if (!step_rows_all_done(step))
		step_apply_move(incident, target->run, step, MOVE_ACTION_DONE, event);
	else if (!step->check_count)
		step_apply_move(incident, target->run, step, MOVE_CHECKS_TRUE_HUMAN, event);
}

static void resolved_not_run(Incident *incident, const Target *target, const Event *event)
{
	if (action_nodes_ran(target->action)) {
		resolved_in_part(incident, target, event);
		return;
	}
	target->action->began = false;
	if (target->action->undo) {
		step_restore(incident, target->run, target->step, event);
		return;
	}
	if (target->row->also)
		return;
	ledger_close_doubtful(incident, target->run, target->step, event);
	step_apply_move(incident, target->run, target->step, MOVE_RESOLVE_NOT_RUN, event);
}

/* A person looked on some of the machines. True: with that nothing of it is in doubt any more; *ret_ran: it was done somewhere, or failed there. */
static bool resolve_nodes(Incident *incident, const Event *event, bool *ret_ran)
{
	int64_t number = json_get_int(event->data, "action", 0);
	IncidentAction *action = number >= 1 && (uint64_t) number <= incident->action_count ? &incident->actions[number - 1] : NULL;
	const char *reason = model_text(event->data, "reason", INCIDENT_TEXT_MAX);
	if (!action || action->state != ACTION_IN_DOUBT || !action_nodes_resolve_named(action, json_get(event->data, "nodes"), *ret_ran, reason))
		return false;
	model_set(&action->resolved_reason, reason);
	*ret_ran = action_nodes_ran(action);
	return !action_count_nodes(action, NODE_IN_DOUBT);
}

void apply_action_resolved(Incident *incident, const Event *event)
{
	const char *as = json_get_string(event->data, "as");
	bool ran = text_eq(as, "ran");
	Target target;
	if ((ran || text_eq(as, "not-run")) && json_get(event->data, "nodes") && !resolve_nodes(incident, event, &ran))
		return;
	if ((!ran && !text_eq(as, "not-run"))
		|| !target_move(incident, event, ran ? ACTION_MOVE_RESOLVE_RAN : ACTION_MOVE_RESOLVE_NOT_RUN, &target))
		return;
	model_set(&target.action->resolved_reason, model_text(event->data, "reason", INCIDENT_TEXT_MAX));
	const char *evidence = model_text(event->data, "evidence", INCIDENT_TEXT_MAX);
	if (evidence)
		model_set(&target.action->evidence, evidence);
	action_nodes_resolve(target.action, ran);
	if (ran)
		resolved_ran(incident, &target, event);
	else
		resolved_not_run(incident, &target, event);
}
