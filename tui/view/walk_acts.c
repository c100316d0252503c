/* walk_acts.c: planning, going back, ticking, cancelling, looking: what the keys of the walk do to a step. */
#include "core/base/alloc.h"
#include "tui/view/walk_line.h"
#include <stdio.h>

#define NO(...) error_set(err, ERROR_CONFLICT, __VA_ARGS__)

static Json *step_args(const WalkTarget *target)
{
	Json *args = json_new_object();
	json_add_string(args, "run", target->run->id);
	json_add_string(args, "step", target->step->id);
	return args;
}

static bool has_step(const WalkTarget *target, Error *err)
{
	return target->step || NO("choose a step first");
}

static bool is_walked(const WalkTarget *target, Error *err)
{
	return target->run->state == RUN_WALKING || NO("this procedure is over (%s)", run_state_name(target->run->state));
}

static bool may_move(const WalkTarget *target, StepMove move, Error *err)
{
	StepState next;
	return has_step(target, err) && is_walked(target, err) && step_move(target->step->state, move, &next, err);
}

static bool nothing_runs(const WalkTarget *target, Error *err)
{
	if (target->job && target->job->running)
		return NO("%s; c cancels it", text_eq(target->job->kind, "plan") ? "it is being planned" :
			text_eq(target->job->kind, "check") ? "it is being looked at" : "it is running");
	return true;
}

/* ---- plan and undo ---- */

/* The first that a person has to give: what a probe tells is asked before the plan is made. */
static const char *first_missing(const WalkView *walk, const Json *row)
{
	JSON_EACH(name, json_get(row, "missing")) {
		const Variable *variable = walk->playbook ? playbook_find_variable(walk->playbook, json_string(name)) : NULL;
		if (!variable || !variable->from)
			return json_string(name);
	}
	return NULL;
}

static bool values_are_known(const WalkView *walk, const WalkTarget *target, Error *err)
{
	JSON_EACH(row, json_get(walk_preview(walk, target), "rows")) {
		if (json_get_int(row, "index", -1) != (int64_t) target->index || json_get_bool(row, "ready", true))
			continue;
		const char *missing = first_missing(walk, row);
		if (missing)
			return NO("%s is not known yet; e sets values", missing);
		if (json_count(json_get(row, "missing")))
			continue;   /* probes tell the rest */
		return NO("%s", json_get_string_or(row, "why", "it cannot be run from here"));
	}
	return true;
}

bool walk_can_plan(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) context;
	if (!has_step(target, err) || !nothing_runs(target, err))
		return false;
	if (!target->action)
		return NO("%s", target->step->action_count ? "all of its actions are done" : "it has no action: do it, then x ticks it");
	return step_can_plan(target->incident, target->run, target->step, target->index, err) && values_are_known(walk, target, err);
}

static void plan_failed(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	WalkView *walk = state;
	(void) data;
	if (ok) {
		walk->pending.job = json_get_int(reply, "job", 0);
		return;
	}
	walk->pending = (Pending) { 0 };
	view_error(context, err);
}

static void ask_plan(WalkView *walk, ViewContext *context, const WalkTarget *target, size_t index, bool undo)
{
	const StepAction *action = &target->step->actions[index];
	Json *args = step_args(target);
	json_add_int(args, "index", (int64_t) index);
	json_add_bool(args, "undo", undo);
	walk->dismissed = 0;
	walk->pending = (Pending) { .apply = !undo && action->risk == RISK_READ, .index = index, .after_seq = target->incident->seq };
	snprintf(walk->pending.run, sizeof(walk->pending.run), "%s", target->run->id);
	snprintf(walk->pending.step, sizeof(walk->pending.step), "%s", target->step->id);
	view_ask_then(context, ASK_PLAN, args, plan_failed, NULL);
}

void walk_do_plan(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	ask_plan(walk, context, target, target->index, false);
}

/* What only reads is done as soon as its plan is there; anything else waits for its own key. */
void walk_pending(WalkView *walk, ViewContext *context)
{
	Pending *pending = &walk->pending;
	const WalkTarget target = walk_target(walk, context);
	if (!pending->step[0])
		return;
	bool here = target.step && text_eq(pending->step, target.step->id) && text_eq(pending->run, target.run->id);
	if (!here) {
		*pending = (Pending) { 0 };
		return;
	}
	const StepAction *action = pending->index < target.step->action_count ? &target.step->actions[pending->index] : NULL;
	/* The plan is recorded a moment before its job is told to have ended; until then nothing else can be begun. */
	if (action && target.job && target.job->running)
		return;
	bool planned = action && action->plan_seq > pending->after_seq;
	bool failed = target.job && target.job->id == pending->job && !target.job->running && error_is_set(&target.job->error);
	bool apply = pending->apply && planned && target.open == action && walk_can_apply(walk, context, &target, NULL);
	bool agree = pending->agree && planned && target.open == action;
	if (planned || failed || !action)
		*pending = (Pending) { 0 };
	if (apply)
		walk_apply(walk, context, &target);
	else if (agree)
		walk_agree(walk, context, &target);
}

bool walk_can_undo(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	if (!has_step(target, err) || !nothing_runs(target, err) || !step_can_undo(target->incident, target->run, target->step, err))
		return false;
	return target->step->action_count > 0 || NO("it was done by hand: take it back by hand");
}

void walk_do_undo(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	ask_plan(walk, context, target, step_next_undo(target->step), true);
}

/* A way back is signed like the way there. */
bool walk_may_apply(const ViewContext *context, const WalkTarget *target, Error *err)
{
	const Gate *gates[RUN_GATES_MAX];
	if (!target->open->plan_is_undo)
		return step_can_start(target->incident, target->run, target->step, target->open_index, context->wall, err);
	size_t count = run_step_gates(target->run, target->step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++)
		if (gate_refuses(gates[i], context->wall, err))
			return false;
	return step_can_undo(target->incident, target->run, target->step, err);
}

bool walk_can_apply(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	if (!has_step(target, err) || !nothing_runs(target, err))
		return false;
	if (!target->open)
		return NO("no plan is open; p makes one");
	const char *guard = target->open->plan_is_undo ? NULL : walk_hard_guard(walk, target, target->open);
	return walk_may_apply(context, target, err) && (!guard || NO("%s", guard));
}

/* ---- by hand ---- */

/* Without its signatures a step is not ticked from here; one whose actions are done was signed when they were started. */
static bool is_signed(const ViewContext *context, const WalkTarget *target, Error *err)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t next, count = run_step_gates(target->run, target->step, gates, BG_LENGTH(gates));
	if (target->step->action_count && !step_next_action(target->step, &next))
		return true;
	for (size_t i = 0; i < count; i++)
		if (gate_refuses(gates[i], context->wall, err))
			return false;
	return true;
}

bool walk_can_tick(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	if (has_step(target, err) && target->step->state == STEP_DONE)
		return NO("it is done already; X takes the tick back");
	if (!target->step || !may_move(target, MOVE_TICK, err) || !nothing_runs(target, err) || !is_signed(context, target, err))
		return false;
	const char *guard = walk_hard_guard(walk, target, NULL);
	return target->step->kind == STEP_KIND_NOTE ? NO("it is a note, not a step") : !guard || NO("%s", guard);
}

bool walk_can_untick(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	return may_move(target, MOVE_UNTICK, err) && (!target->step->derived || NO("it follows its sub-steps"));
}

void walk_do_untick(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	AUTO_FREE char *title = walk_title(walk, context, target);
	bool left_out = target->step->state == STEP_SKIPPED;
	AUTO_FREE char *text = bg_asprintf("%s\nIt counts as to do again.%s\n", title, left_out ? " That it was left out stays in the record." :
		" What its action changed stays changed.");
	view_confirm_ask(context, left_out ? "Do it after all" : "Take the tick back", left_out ? "to do again" : "untick", text, ASK_UNTICK,
		step_args(target), NULL);
}

bool walk_can_skip(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	return may_move(target, MOVE_SKIP, err) && nothing_runs(target, err);
}

void walk_do_skip(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	snprintf(walk->expects, sizeof(walk->expects), "%s", target->step->id);
	AUTO_FREE char *title = walk_title(walk, context, target);
	AUTO_FREE char *text = bg_asprintf("%s\nIt will stand in the record as left out, with your reason.\n", title);
	view_reason_ask(context, "Leave the step out", "leave out", text, "Reason", "reason", ASK_SKIP, step_args(target), NULL);
}

/* ---- what runs, and what came of it ---- */

bool walk_can_cancel(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	const IncidentAction *lent = walk_in_terminal(target);
	return has_step(target, err) && ((target->job && target->job->running) || NO("nothing of this step is running"))
		&& (!lent || NO("it runs in the terminal of %s: only who sits there can end it", lent->who));
}

void walk_do_cancel(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	Json *args = json_new_object();
	json_add_int(args, "job", target->job->id);
	walk->pending = (Pending) { 0 };
	if (!target->job->action) {
		view_ask(context, ASK_CANCEL, args, NULL);
		return;
	}
	view_confirm_ask(context, "Cancel the action", "cancel it", "It may already have changed something. After it has stopped, what it did "
		"is looked at, not assumed.\n", ASK_CANCEL, args, NULL);
}

bool walk_can_verify(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	if (!has_step(target, err) || !nothing_runs(target, err))
		return false;
	if (!target->step->check_count)
		return NO("it has no checks of its own: look for yourself, then x");
	const char *missing = walk_missing_value(walk, target);
	AUTO_CLEAR(Buf) lacks = { 0 };
	if (missing)
		walk_say_lacks(walk, missing, &lacks);
	return !missing || NO("first %s", buf_text(&lacks));
}

void walk_do_verify(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	snprintf(walk->expects, sizeof(walk->expects), "%s", target->step->id);
	view_ask(context, ASK_CHECK, step_args(target), NULL);
}

bool walk_can_refresh(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	return target->open && !target->open->plan_is_undo ? walk_can_plan(walk, context, target, err) : walk_can_verify(walk, context, target, err);
}

void walk_do_refresh(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	if (target->open && !target->open->plan_is_undo)
		ask_plan(walk, context, target, target->open_index, false);
	else
		walk_do_verify(walk, context, target);
}

/* ---- optional actions ---- */

static size_t also_rows(const IncidentStep *step, size_t rows[static STEP_ROWS_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < step->action_count && count < STEP_ROWS_MAX; i++)
		if (step->actions[i].also)
			rows[count++] = i;
	return count;
}

bool walk_can_also(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	size_t rows[STEP_ROWS_MAX];
	(void) walk;
	(void) context;
	if (!has_step(target, err) || !is_walked(target, err) || !nothing_runs(target, err))
		return false;
	return also_rows(target->step, rows) > 0 || NO("this step has no optional actions");
}

static void choose_also(WalkView *walk, ViewContext *context, const char *step_id, size_t index)
{
	walk->also = index;
	snprintf(walk->also_step, sizeof(walk->also_step), "%s", step_id);
	WalkTarget target = walk_target(walk, context);
	Error err = { 0 };
	if (target.step && walk_can_plan(walk, context, &target, &err))
		ask_plan(walk, context, &target, index, false);
	else
		view_error(context, &err);
}

static void also_chosen(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	size_t chosen = dialog->form.fields[0].choice;
	const Json *index = json_at(json_get(data, "rows"), chosen);
	choose_also(state, context, json_get_string_or(data, "step", ""), (size_t) json_int_lenient(index, 0));
}

void walk_do_also(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	size_t rows[STEP_ROWS_MAX], count = also_rows(target->step, rows);
	static const char *const NUMBERS[] = { "1", "2", "3", "4", "5", "6", "7", "8", "9" };
	if (count == 1) {
		choose_also(walk, context, target->step->id, rows[0]);
		return;
	}
	Json *data = json_new_object();
	Json *list = json_add(data, "rows", json_new_array());
	json_add_string(data, "step", target->step->id);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Optional actions", "plan it", also_chosen, data);
	count = count > BG_LENGTH(NUMBERS) ? BG_LENGTH(NUMBERS) : count;
	for (size_t i = 0; i < count; i++) {
		const StepAction *action = &target->step->actions[rows[i]];
		json_append(list, json_new_int((int64_t) rows[i]));
		styled_printf(&dialog->text, ROLE_TEXT, "%zu  %s  (%s)%s\n", i + 1, action->label ? action->label : action->verb,
			risk_name(action->risk), action->done ? "  done" : "");
	}
	styled_newline(&dialog->text);
	FormField *field = form_add(&dialog->form, FIELD_CHOICE, "Which", "");
	field->choices = NUMBERS;
	field->choice_count = count;
	field->help = "left and right change it; the plan is shown before anything is done";
}
