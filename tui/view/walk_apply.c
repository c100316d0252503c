/* walk_apply.c: doing and ticking, with the ceremony that the risk asks for: nothing, a key, a yes to a question, a reason, a typed name. */
#include "core/base/alloc.h"
#include "core/engine/client_seat.h"
#include "tui/view/walk_plan.h"
#include "tui/view/walk_view.h"
#include <stdio.h>

/* ---- guards ---- */

static const Json *step_guards(const WalkView *walk, const WalkTarget *target)
{
	return json_get(walk_preview(walk, target), "failed_guards");
}

static const Json *plan_guards(const StepAction *action)
{
	return action ? json_get(json_get(action->plan, "guards"), "failed") : NULL;
}

typedef enum GuardSort { GUARD_IS_HARD, GUARD_IS_SOFT, GUARD_ASKS } GuardSort;

static GuardSort sort_of(const Json *guard)
{
	if (json_get_bool(guard, "confirm", false))
		return GUARD_ASKS;
	return json_get_bool(guard, "soft", false) ? GUARD_IS_SOFT : GUARD_IS_HARD;
}

const char *walk_hard_guard(const WalkView *walk, const WalkTarget *target, const StepAction *action)
{
	const Json *lists[] = { step_guards(walk, target), plan_guards(action) };
	for (size_t i = 0; i < BG_LENGTH(lists); i++)
		JSON_EACH(guard, lists[i])
			if (sort_of(guard) == GUARD_IS_HARD)
				return json_get_string_or(guard, "text", "a guard of this step does not hold");
	return NULL;
}

/* The texts of all guards of a sort; returns how many there are. */
static size_t write_guards(const WalkView *walk, const WalkTarget *target, const StepAction *action, GuardSort sort, Styled *out)
{
	const Json *lists[] = { step_guards(walk, target), plan_guards(action) };
	size_t count = 0;
	for (size_t i = 0; i < BG_LENGTH(lists); i++)
		JSON_EACH(guard, lists[i]) {
			if (sort_of(guard) != sort)
				continue;
			count++;
			if (out)
				styled_printf(out, ROLE_WARN, "%s %s\n", sort == GUARD_ASKS ? "?" : "!", json_get_string_or(guard, "text", ""));
		}
	return count;
}

/* ---- apply ---- */

static void applied(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	(void) reply;
	(void) data;
	WalkView *walk = state;
	if (ok)
		return;
	walk->expects[0] = '\0';
	view_error(context, err);
}

/* The row that is applied says it by its plan. */
static bool wants_terminal(const ViewContext *context, const Json *args)
{
	const Incident *incident = context->model->incident;
	const Run *run = incident ? incident_find_run(incident, json_get_string(args, "run")) : NULL;
	const IncidentStep *step = run ? run_find_step(run, json_get_string(args, "step")) : NULL;
	size_t index = (size_t) json_get_int(args, "index", 0);
	return step && index < step->action_count && client_wants_terminal(&step->actions[index]);
}

static void send_apply(WalkView *walk, ViewContext *context, Json *args)
{
	/* After the way back there is nothing next, and who comes back from a command in this terminal was elsewhere: the person looks at what it did. */
	bool stays = json_get_bool(args, "undo", false) || wants_terminal(context, args);
	snprintf(walk->expects, sizeof(walk->expects), "%s", stays ? "" : json_get_string_or(args, "step", ""));
	walk->also_step[0] = '\0';
	if (wants_terminal(context, args))
		view_lend_then(context, args, applied, NULL);
	else
		view_ask_then(context, ASK_APPLY, args, applied, NULL);
}

/* The dialog has the typed name first, where it wants one, then the reason. */
static void agreed(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	Json *args = json_copy(json_get(data, "args"));
	size_t field = 0;
	json_add_bool(args, "confirmed", true);   /* the dialog showed what the guards ask */
	if (dialog->kind == DIALOG_TYPE_NAME)
		json_add_string(args, "confirm", form_text(&dialog->form, field++));
	if (field < dialog->form.count)
		json_add_string(args, "reason", form_text(&dialog->form, field));
	send_apply(state, context, args);
}

static void add_reason(Dialog *dialog)
{
	FormField *field = form_add(&dialog->form, FIELD_TEXT, "Reason", "");
	field->required = true;
}

static Json *apply_args(const WalkTarget *target)
{
	Json *args = json_new_object();
	json_add_string(args, "run", target->run->id);
	json_add_string(args, "step", target->step->id);
	json_add_int(args, "index", (int64_t) target->open_index);
	json_add_bool(args, "undo", target->open->plan_is_undo);
	json_add_string(args, "digest", target->open->plan_digest);
	json_add_string(args, "confirm", "yes");
	return args;
}

static void write_hidden_warnings(const WalkView *walk, const WalkTarget *target, Styled *out)
{
	for (size_t i = 0; walk->head_cut && target->written && i < target->written->warning_count; i++)
		styled_printf(out, ROLE_NOTICE, "! %s\n", target->written->warnings[i]->text ? target->written->warnings[i]->text : "");
}

static bool wants_name(const StepAction *action)
{
	const char *name = json_get_string(action->plan, "confirm_name");
	return row_risk(action, action->plan_is_undo) == RISK_DESTRUCTIVE && name && *name;
}

bool walk_apply_asks(const WalkView *walk, const WalkTarget *target)
{
	const StepAction *open = target->open;
	bool hidden = walk->head_cut && target->written && target->written->warning_count && open->risk != RISK_READ;
	bool guards = !open->plan_is_undo && (write_guards(walk, target, open, GUARD_ASKS, NULL) > 0 ||
		write_guards(walk, target, open, GUARD_IS_SOFT, NULL) > 0);
	return wants_name(open) || guards || hidden;
}

void walk_apply(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	const StepAction *open = target->open;
	bool undo = open->plan_is_undo;
	const char *name = json_get_string(open->plan, "confirm_name");
	bool types_name = wants_name(open);
	bool reason = !undo && write_guards(walk, target, open, GUARD_IS_SOFT, NULL) > 0;
	Json *args = apply_args(target);
	if (!walk_apply_asks(walk, target)) {
		send_apply(walk, context, args);
		return;
	}
	Json *data = json_new_object();
	json_add(data, "args", args);
	AUTO_FREE char *title = walk_title(walk, context, target);
	Dialog *dialog = view_dialog(context, types_name ? DIALOG_TYPE_NAME : reason ? DIALOG_FORM : DIALOG_CONFIRM, title,
		undo ? "go back" : "apply", agreed, data);
	if (types_name)
		styled_add(&dialog->text, ROLE_DANGER, "This loses something, or every user sees it at once.\n");
	/* What is agreed to stands first: a long plan is cut at its end, and a person would say yes to a question that was never shown. */
	write_hidden_warnings(walk, target, &dialog->text);
	if (!undo && write_guards(walk, target, open, GUARD_IS_SOFT, &dialog->text))
		styled_add(&dialog->text, ROLE_TEXT, "Going on all the same wants a reason; it stays in the record.\n");
	if (!undo && write_guards(walk, target, open, GUARD_ASKS, &dialog->text))
		styled_add(&dialog->text, ROLE_TEXT, "By going on you say that this is so.\n");
	plan_write_changes(open, DIALOG_TEXT_COLUMNS, &dialog->text);
	if (types_name)
		dialog_want_name(dialog, name);
	if (reason)
		add_reason(dialog);
}

/* ---- tick ---- */

static Json *tick_args(const WalkTarget *target)
{
	Json *args = json_new_object();
	json_add_string(args, "run", target->run->id);
	json_add_string(args, "step", target->step->id);
	return args;
}

static void send_tick(WalkView *walk, ViewContext *context, Json *args);

static void ticked_with_reason(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	Json *args = json_copy(data);
	json_add_string(args, "reason", form_text(&dialog->form, dialog->form.count - 1));
	send_tick(state, context, args);
}

/* The checks are told from the model: an error has no room for their names and what was seen. */
static void ask_tick_reason(const WalkView *walk, ViewContext *context, const Json *args, const char *why, const char *hint)
{
	const WalkTarget target = walk_target(walk, context);
	bool here = target.step && text_eq(target.step->id, json_get_string(args, "step"));
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Tick it all the same?", "tick", ticked_with_reason, json_copy(args));
	bool by_checks = here && (strncmp(why, "not true", 8) == 0 || strncmp(why, "not looked", 10) == 0);
	if (!by_checks || !walk_write_open_checks(walk, context, &target, DIALOG_TEXT_COLUMNS, &dialog->text))
		styled_printf(&dialog->text, ROLE_WARN, "%s\n", why);
	if (hint && *hint)
		styled_printf(&dialog->text, ROLE_MUTED, "%s\n", hint);
	styled_newline(&dialog->text);
	add_reason(dialog);
}

/* The engine knows best when a tick wants a reason: its words are the question. */
static void tick_answered(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	WalkView *walk = state;
	(void) reply;
	if (ok)
		return;
	bool may_insist = !json_get_string(data, "reason") && (err->kind == ERROR_CONFLICT || err->kind == ERROR_DENIED);
	if (may_insist) {
		ask_tick_reason(walk, context, data, err->why, err->hint);
	} else {
		walk->expects[0] = '\0';
		view_error(context, err);
	}
}

static void send_tick(WalkView *walk, ViewContext *context, Json *args)
{
	snprintf(walk->expects, sizeof(walk->expects), "%s", json_get_string_or(args, "step", ""));
	view_ask_then(context, ASK_TICK, args, tick_answered, json_copy(args));
}

static void tick_confirmed(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) dialog;
	Json *args = json_copy(data);
	json_add_bool(args, "confirmed", true);   /* the dialog showed what the guards ask */
	send_tick(state, context, args);
}

/* A step that names a text to type, one that wants a reason, one that asks something, and all the others. */
void walk_tick(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	const Step *step = target->written;
	AUTO_FREE char *title = walk_title(walk, context, target);
	bool asks = write_guards(walk, target, NULL, GUARD_ASKS, NULL) > 0;
	bool soft = write_guards(walk, target, NULL, GUARD_IS_SOFT, NULL) > 0;
	if (step && step->confirm) {
		Dialog *dialog = view_dialog(context, DIALOG_TYPE_NAME, title, "tick", step->reason_required || soft ? ticked_with_reason
			: tick_confirmed, tick_args(target));
		(void) write_guards(walk, target, NULL, GUARD_ASKS, &dialog->text);
		(void) write_guards(walk, target, NULL, GUARD_IS_SOFT, &dialog->text);
		dialog_want_name(dialog, step->confirm);
		if (step->reason_required || soft)
			add_reason(dialog);
		return;
	}
	if ((step && step->reason_required) || soft) {
		Dialog *dialog = view_dialog(context, DIALOG_FORM, title, "tick", ticked_with_reason, tick_args(target));
		(void) write_guards(walk, target, NULL, GUARD_ASKS, &dialog->text);
		if (write_guards(walk, target, NULL, GUARD_IS_SOFT, &dialog->text))
			styled_add(&dialog->text, ROLE_TEXT, "Going on all the same wants a reason; it stays in the record.\n");
		add_reason(dialog);
		return;
	}
	if (asks) {
		Dialog *dialog = view_dialog(context, DIALOG_CONFIRM, title, "it is so: tick", tick_confirmed, tick_args(target));
		(void) write_guards(walk, target, NULL, GUARD_ASKS, &dialog->text);
		return;
	}
	send_tick(walk, context, tick_args(target));
}
