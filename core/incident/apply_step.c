/* apply_step.c: folds in what happens to a step by hand and by its checks, and what follows when a step becomes done or
 * is not done any more: ledger, timers, the steps above it. */
#include "core/incident/model.h"

bool step_rows_all_done(const IncidentStep *step)
{
	for (size_t i = 0; i < step->action_count; i++) {
		if (!step->actions[i].also && !step->actions[i].done)
			return false;
	}
	return true;
}

/* A step that is done starts and stops timers. */
static void timers_settle(Run *run, const IncidentStep *step, WallTime now)
{
	for (size_t i = 0; i < run->timer_count; i++) {
		Timer *timer = &run->timers[i];
		if (!text_eq(timer->step, step->id))
			continue;
		if (timer->starts) {
			timer->started = now;
			continue;
		}
		timer->stopped = now;
		for (size_t k = 0; k < run->timer_count; k++) {
			Timer *other = &run->timers[k];
			if (other->starts && text_eq(other->name, timer->name) && wall_known(other->started)
				&& !wall_known(other->stopped))
				other->stopped = now;
		}
	}
}

static void timers_unsettle(Run *run, const IncidentStep *step)
{
	for (size_t i = 0; i < run->timer_count; i++) {
		Timer *timer = &run->timers[i];
		if (!text_eq(timer->step, step->id))
			continue;
		if (timer->starts) {
			timer->started = timer->stopped = (WallTime) { 0 };
			continue;
		}
		for (size_t k = 0; k < run->timer_count; k++) {
			Timer *other = &run->timers[k];
			if (other->starts && text_eq(other->name, timer->name) && other->stopped.ms == timer->stopped.ms)
				other->stopped = (WallTime) { 0 };
		}
		timer->stopped = (WallTime) { 0 };
	}
}

static void step_settle(Incident *incident, Run *run, IncidentStep *step, const Event *event)
{
	if (step->settled)
		return;
	step->settled = true;
	/* What its actions opened may have been closed since: only a step that opened nothing yet opens by becoming done.
	 * */
	if (!step->opened && step->opens.count)
		ledger_open(incident, run, step, false, event);
	ledger_close_named(incident, run, step, event);
	timers_settle(run, step, model_steady_time(incident, event));
}

void step_unsettle(Incident *incident, Run *run, IncidentStep *step)
{
	if (!step->settled)
		return;
	step->settled = false;
	ledger_reopen(incident, run, step);
	timers_unsettle(run, step);
}

static void parents_derive(Incident *incident, Run *run, int index, const Event *event);

static void step_set(Incident *incident, Run *run, IncidentStep *step, StepState next, const Event *event)
{
	if (step->state == next)
		return;
	step->state = next;
	step->changed = event->time;
	model_set(&step->who, event->who);
	if (next == STEP_DONE)
		step_settle(incident, run, step, event);
	parents_derive(incident, run, step->parent, event);
}

bool step_apply_move(Incident *incident, Run *run, IncidentStep *step, StepMove move, const Event *event)
{
	StepState next;
	if (!step_move(step->state, move, &next, NULL))
		return false;
	step_set(incident, run, step, next, event);
	return true;
}

void step_restore(Incident *incident, Run *run, IncidentStep *step, const Event *event)
{
	step_set(incident, run, step, step->before_undo, event);
}

/* What the counted sub-steps of `index` make of it: to do while one is open, else done, or skipped when all were
 * skipped. */
static bool children_look(const Run *run, int index, StepState *ret_state)
{
	bool any = false, done = false, open = false;
	for (size_t i = (size_t) index + 1; i < run->step_count; i++) {
		const IncidentStep *child = &run->steps[i];
		if (child->parent != index || !child->counted)
			continue;
		any = true;
		done = done || child->state == STEP_DONE;
		open = open || (child->state != STEP_DONE && child->state != STEP_SKIPPED);
	}
	*ret_state = !any || open ? STEP_TODO : done ? STEP_DONE : STEP_SKIPPED;
	return any;
}

bool run_step_is_parent(const Run *run, const IncidentStep *step)
{
	StepState state;
	return !step->action_count && !step->check_count && children_look(run, run_step_index(run, step), &state);
}

/* A parent follows its counted sub-steps. One that a person ticked or skipped is left as that person put it. */
static void parents_derive(Incident *incident, Run *run, int index, const Event *event)
{
	if (index < 0)
		return;
	IncidentStep *parent = &run->steps[index];
	StepState wanted;
	if (parent->action_count || parent->check_count)
		return;
	(void) children_look(run, index, &wanted);   /* without any, TODO is wanted: what it is */
	if (parent->derived && parent->state != wanted) {
		parent->derived = false;
		step_unsettle(incident, run, parent);
		ledger_close_own(incident, run, parent, event);
		step_apply_move(incident, run, parent, MOVE_UNTICK, event);
	}
	if (parent->state == STEP_TODO && wanted != STEP_TODO) {
		parent->derived = true;
		step_apply_move(incident, run, parent, wanted == STEP_DONE ? MOVE_TICK : MOVE_SKIP, event);
	}
}

void apply_ticked(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	IncidentStep *step = model_step(run, event->data);
	if (!step || !step_apply_move(incident, run, step, MOVE_TICK, event))
		return;
	step->derived = false;
	step->skipped_with = -1;
	model_set(&step->reason, model_text(event->data, "reason", INCIDENT_TEXT_MAX));
}

static bool step_has_done_row(const IncidentStep *step)
{
	for (size_t i = 0; i < step->action_count; i++) {
		if (!step->actions[i].also && step->actions[i].done)
			return true;
	}
	return false;
}

void apply_unticked(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	IncidentStep *step = model_step(run, event->data);
	if (!step)
		return;
	bool was_skipped = step->state == STEP_SKIPPED;
	if (!step_apply_move(incident, run, step, MOVE_UNTICK, event))
		return;
	step->derived = false;
	step->skipped_with = -1;
	model_set(&step->reason, NULL);
	step_unsettle(incident, run, step);
	/* What an action opened is open whatever the box says; what only the tick opened was not opened after all. */
	if (!was_skipped && !step_has_done_row(step))
		ledger_close_own(incident, run, step, event);
	int index = run_step_index(run, step);
	for (size_t i = 0; was_skipped && i < run->step_count; i++) {
		IncidentStep *along = &run->steps[i];
		if (along->skipped_with != index)
			continue;
		along->skipped_with = -1;
		model_set(&along->reason, NULL);
		step_apply_move(incident, run, along, MOVE_UNTICK, event);
	}
	parents_derive(incident, run, index, event);
}

static bool step_is_below(const Run *run, const IncidentStep *step, int index)
{
	for (int above = step->parent; above >= 0; above = run->steps[above].parent) {
		if (above == index)
			return true;
	}
	return false;
}

void apply_skipped(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	IncidentStep *step = model_step(run, event->data);
	const char *reason = model_text(event->data, "reason", INCIDENT_TEXT_MAX);
	if (!step || !step_apply_move(incident, run, step, MOVE_SKIP, event))
		return;
	model_set(&step->reason, reason);
	step->skipped_with = -1;
	int index = run_step_index(run, step);
	for (size_t i = (size_t) index + 1; i < run->step_count; i++) {
		IncidentStep *below = &run->steps[i];
		if (below->state == STEP_SKIPPED || below->kind == STEP_KIND_NOTE || !step_is_below(run, below, index)
			|| !step_apply_move(incident, run, below, MOVE_SKIP, event))
			continue;
		below->skipped_with = index;
		model_set(&below->reason, reason);
	}
}

void apply_reclassified(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	IncidentStep *step = model_step(run, event->data);
	const char *as = json_get_string(event->data, "as");
	if (!step || !(text_eq(as, "step") || text_eq(as, "note")))
		return;
	step->kind = text_eq(as, "note") ? STEP_KIND_NOTE : STEP_KIND_STEP;
	step->counted = step->kind == STEP_KIND_STEP;
	parents_derive(incident, run, step->parent, event);
}

void step_rows_done(Incident *incident, Run *run, IncidentStep *step, const char *verified, const Event *event)
{
	/* Its own verify saw that the world is not as planned: not green, whatever the other checks say. */
	if (text_eq(verified, "no") || step->check_count) {
		step_apply_move(incident, run, step, MOVE_TO_CHECK, event);
		return;
	}
	bool person = step->human || text_eq(verified, "unknown");
	step_apply_move(incident, run, step, person ? MOVE_CHECKS_TRUE_HUMAN : MOVE_ALL_DONE, event);
}

void apply_check(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	IncidentStep *step = model_step(run, event->data);
	int64_t index = json_get_int(event->data, "index", -1);
	if (!step || index < 0 || (uint64_t) index >= step->check_count || !json_is_bool(json_get(event->data, "ok")))
		return;
	StepCheck *check = &step->checks[index];
	check->state = json_get_bool(event->data, "ok", false) ? CHECK_TRUE : CHECK_FALSE;
	check->time = event->time;
	model_set(&check->name, model_text(event->data, "name", INCIDENT_LINE_MAX));
	model_set(&check->text, model_text(event->data, "text", INCIDENT_TEXT_MAX));
	model_set(&check->reason, model_text(event->data, "reason", INCIDENT_TEXT_MAX));
	if (!step_rows_all_done(step) || step->state == STEP_RUNNING)
		return;
	if (check->state == CHECK_FALSE)
		step_apply_move(incident, run, step, MOVE_CHECK_FALSE, event);
	else if (step_checks_true(step))
		step_apply_move(incident, run, step, step->human ? MOVE_CHECKS_TRUE_HUMAN : MOVE_CHECKS_TRUE, event);
}
