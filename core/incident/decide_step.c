/* decide_step.c: requests about a step that a person does by hand, and what its checks saw. */
#include <stdio.h>

#include "core/incident/decide.h"

static bool move_allowed(Asked *asked, StepMove move)
{
	StepState next;
	Error cause;
	if (step_move(asked->step->state, move, &next, &cause))
		return true;
	return refuse(asked, cause.kind, *cause.hint ? cause.hint : NULL, "%s", cause.why);
}

/* Nothing of the step itself runs or is in doubt, `also` actions included. */
static bool rows_settled(Asked *asked)
{
	for (size_t i = 0; i < asked->step->action_count; i++) {
		const IncidentAction *last = incident_find_action(asked->incident, asked->step->actions[i].last_action);
		if (last && last->state == ACTION_RUNNING)
			return refuse(asked, ERROR_CONFLICT, "wait for its result, or cancel it", "%s is still running",
				last->verb);
		if (last && last->state == ACTION_IN_DOUBT)
			return refuse(asked, ERROR_CONFLICT, "look at the system, then say ran or not-run",
				"the outcome of action %lld (%s) is not known", (long long) last->number, last->verb);
	}
	return true;
}

/* The sub-steps of a parent that are still to do. */
static size_t open_children(const Run *run, const IncidentStep *step)
{
	size_t open = 0;
	int index = run_step_index(run, step);
	if (!run_step_is_parent(run, step))
		return 0;
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *child = &run->steps[i];
		open += child->parent == index && child->counted && child->state != STEP_DONE && child->state != STEP_SKIPPED;
	}
	return open;
}

/* The name of the check first, then what is not so. */
static void say_untrue(const StepCheck *check, char *why, size_t size)
{
	bool looked = check->state == CHECK_FALSE;
	const char *name = check->name ? check->name : check->text ? check->text : "its check";
	const char *saw = check->reason ? check->reason : check->name ? check->text : NULL;
	int room = looked && saw ? 90 : 170;
	snprintf(why, size, "%s: %.*s%s%.85s", looked ? "not true" : "not looked at yet", room, name, looked && saw ? ": " : "",
		looked && saw ? saw : "");
}

/* Why ticking it wants a reason, into `why`; `ret_hint` what to do instead. False: it does not. */
static bool tick_wants_reason(const Asked *asked, char *why, size_t size, const char **ret_hint)
{
	const IncidentStep *step = asked->step;
	size_t index, open = open_children(asked->run, step);
	const StepAction *next = step_next_action(step, &index);
	if (open) {
		snprintf(why, size, "%zu of its sub-steps %s still to do", open, open == 1 ? "is" : "are");
		*ret_hint = "tick the sub-steps, or give a reason";
		return true;
	}
	if (next) {
		snprintf(why, size, "its action has not been done: %s", next->label ? next->label : next->verb);
		*ret_hint = "do it with its key, or give a reason if it was done by hand";
		return true;
	}
	for (size_t i = 0; i < step->check_count; i++) {
		const StepCheck *check = &step->checks[i];
		if (check->state == CHECK_TRUE)
			continue;
		say_untrue(check, why, size);
		*ret_hint = "look again, or give a reason to tick it anyway";
		return true;
	}
	if (step->state == STEP_CHECKING && !step->check_count) {
		snprintf(why, size, "its action is done, but the system does not show it");
		*ret_hint = "look at the system, then give a reason to tick it anyway";
		return true;
	}
	return false;
}

/* A step that waits for sign-off is not ticked without it, whatever the reason: a reason is one person's word, the gate asks
 * for two. Who cannot wait skips the step, and the record says that it was skipped. One whose actions are done was signed when
 * they were started. */
static bool tick_waits_for_gate(const Asked *asked, Error *ret_cause)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t next;
	if (asked->step->action_count && !step_next_action(asked->step, &next))
		return false;
	size_t count = run_step_gates(asked->run, asked->step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++) {
		if (gate_refuses(gates[i], asked->now, ret_cause))
			return true;
	}
	return false;
}

bool decide_tick(Asked *asked)
{
	if (!take_step(asked))
		return false;
	if (asked->step->kind == STEP_KIND_NOTE)
		return refuse(asked, ERROR_INVALID, "make it a step first", "it is a note, not a step");
	if (!move_allowed(asked, MOVE_TICK) || !rows_settled(asked))
		return false;
	char why[192];
	const char *hint = NULL;
	Error gate;
	bool reason = has_text(asked, "reason");
	if (tick_waits_for_gate(asked, &gate))
		return refuse(asked, gate.kind, gate.hint, "%s", gate.why);
	if (!reason && tick_wants_reason(asked, why, sizeof why, &hint))
		return refuse(asked, ERROR_CONFLICT, hint, "%s", why);
	return take_reason(asked, NULL);
}

bool decide_untick(Asked *asked)
{
	if (!take_step(asked) || !move_allowed(asked, MOVE_UNTICK))
		return false;
	if (asked->step->derived)
		return refuse(asked, ERROR_CONFLICT, "untick the sub-step that is not done", "it follows its sub-steps");
	return rows_settled(asked);
}

bool decide_skip(Asked *asked)
{
	if (!take_step(asked) || !move_allowed(asked, MOVE_SKIP) || !rows_settled(asked))
		return false;
	const Run *run = asked->run;
	int index = run_step_index(run, asked->step);
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *below = &run->steps[i];
		bool inside = false;
		for (int above = below->parent; above >= 0 && !inside; above = run->steps[above].parent)
			inside = above == index;
		if (inside && (below->state == STEP_RUNNING || below->state == STEP_IN_DOUBT))
			return refuse(asked, ERROR_CONFLICT, "settle the sub-step first", "its sub-step %s is %s",
				*below->number ? below->number : below->title, step_state_words(below->state));
	}
	return take_reason(asked, "skipping a step wants a reason");
}

bool decide_reclassify(Asked *asked)
{
	static const char *const kinds[] = { "step", "note", NULL };
	if (!take_step(asked) || !take_choice(asked, "as", kinds) || !rows_settled(asked))
		return false;
	bool note = text_eq(json_get_string(asked->data, "as"), "note");
	if (note == (asked->step->kind == STEP_KIND_NOTE))
		return refuse(asked, ERROR_CONFLICT, NULL, "it is a %s already", note ? "note" : "step");
	return true;
}

bool decide_checked(Asked *asked)
{
	if (!take_run(asked))
		return false;
	const char *id = json_get_string(asked->args, "step");
	asked->step = run_find_step(asked->run, id);
	if (!asked->step)
		return refuse(asked, ERROR_MISSING, NULL, "the run has no step \"%.64s\"", id ? id : "");
	json_add_string(asked->data, "step", asked->step->id);
	if (!take_int(asked, "index", REQUIRED, 0, (int64_t) asked->step->check_count - 1))
		return false;
	take_bool(asked, "ok");
	take_cut(asked->data, "name", json_get_string(asked->args, "name"), INCIDENT_LINE_MAX, SANITISE_LINE);
	take_cut(asked->data, "text", json_get_string(asked->args, "text"), INCIDENT_TEXT_MAX, SANITISE_BLOCK);
	take_cut(asked->data, "reason", json_get_string(asked->args, "reason"), INCIDENT_TEXT_MAX, SANITISE_BLOCK);
	return true;
}
