/* walk_keys.c: what each key of the walk does, and why it cannot. One table. */
#include "core/base/alloc.h"
#include "tui/view/walk_view.h"
#include <stdio.h>

typedef struct WalkKey {
	CommandId id;
	/* Fills err->why when it cannot be used now. NULL: always. */
	bool (*can)(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err);
	void (*run)(WalkView *walk, ViewContext *context, const WalkTarget *target);
} WalkKey;

#define NO(...) error_set(err, ERROR_CONFLICT, __VA_ARGS__)

static bool has_step(const WalkTarget *target, Error *err)
{
	return target->step || NO("choose a step first");
}

static bool is_walked(const WalkTarget *target, Error *err)
{
	return target->run->state == RUN_WALKING || NO("this procedure is over (%s)", run_state_name(target->run->state));
}

/* ---- elsewhere ---- */

static const Gate *gate_of(const ViewContext *context, const WalkTarget *target)
{
	const Gate *gates[RUN_GATES_MAX];
	if (target->gate)
		return target->gate;
	size_t count = target->step ? run_step_gates(target->run, target->step, gates, BG_LENGTH(gates)) : 0;
	for (size_t i = 0; i < count; i++)
		if (gate_refuses(gates[i], context->wall, NULL))
			return gates[i];
	if (count)
		return gates[0];
	for (size_t i = 0; i < target->run->gate_count; i++)
		if (gate_state(&target->run->gates[i], context->wall) == GATE_WAITING)
			return &target->run->gates[i];
	return NULL;
}

static bool waits_for_gate(const ViewContext *context, const WalkTarget *target)
{
	const Gate *gate = gate_of(context, target);
	return gate && gate_state(gate, context->wall) == GATE_WAITING;
}

static bool can_open_gate(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	return gate_of(context, target) || NO("no sign-off is asked for this step");
}

static void open_gate(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	(void) walk;
	view_select(context, NULL, NULL, gate_of(context, target)->id);
	view_go(context, &VIEW_SIGNOFF);
}

static bool can_edit(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	return is_walked(target, err) && (target->procedure || NO("the playbook is still being fetched"));
}

static void edit_values(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	walk_open_values(walk, context, target, false);
}

static bool can_abandon(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	return is_walked(target, err);
}

static void abandon(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	(void) walk;
	Json *args = json_new_object();
	json_add_string(args, "run", target->run->id);
	json_add_string(args, "how", "abandoned");
	AUTO_FREE char *text = bg_asprintf("%s\nWhat is done stays done, and what is open stays in the ledger.\n", target->run->procedure_title);
	view_reason_ask(context, "Stop walking this procedure", "stop", text, "Reason", "reason", ASK_FINISH, args, "Abandoned.");
}

static bool can_show_details(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	return has_step(target, err);
}

static void took_output(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	WalkView *walk = state;
	(void) context;
	(void) err;   /* an output that cannot be read is simply not shown: the record says where it is */
	if (!ok || json_get_int(data, "action", 0) != walk->record_action)
		return;
	json_free(walk->record_output);
	walk->record_output = json_copy(reply);
	walk->record_of[0] = '\0';
}

static void details(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	walk->details = !walk->details;
	walk->record_pager = (Pager) { 0 };
	if (!walk->details || !target->last || target->last->state == ACTION_RUNNING)
		return;
	if (walk->record_action != target->last->number)
		walk->record_output = json_free(walk->record_output);
	walk->record_action = target->last->number;
	Json *args = json_new_object();
	json_add_int(args, "action", walk->record_action);
	view_ask_then(context, ASK_OUTPUT, args, took_output, json_copy(args));
}

/* ---- enter, esc and the arrows ---- */

static void open_row(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	Error err = { 0 };
	OutlineSource outline = { &walk->outline, context->run, &walk->list, context->wall };
	ListSource source = outline_source(&outline);
	if (context->small && walk->on_outline && target->kind == OUTLINE_STEP)
		walk->on_outline = false;
	else if (target->kind == OUTLINE_RUN)
		walk_finish(walk, context, target);
	else if (target->kind == OUTLINE_GATE)
		open_gate(walk, context, target);
	else if (target->kind == OUTLINE_PHASE)
		(void) list_command(&walk->list, &source, list_is_folded(&walk->list, walk->list.selected) ? COMMAND_UNFOLD : COMMAND_FOLD);
	else if (target->doubt || (target->step->state == STEP_RUNNING && !target->open))
		details(walk, context, target);
	else if (target->run->state == RUN_WALKING && walk_missing_value(walk, target))
		walk_open_values(walk, context, target, true);
	else if (!target->action && !walk_row_is_over(target->step) && waits_for_gate(context, target))
		open_gate(walk, context, target);
	else if (!target->action || walk_row_is_over(target->step))
		details(walk, context, target);
	else if (walk_can_plan(walk, context, target, &err))
		walk_do_plan(walk, context, target);
	else
		view_refuse(context, "%s%s%s", err.why, *err.hint ? ". " : "", err.hint);
}

/* People agreed on this very plan: it stays open until it is applied or made anew. */
static bool is_signed_plan(const ViewContext *context, const WalkTarget *target)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(target->run, target->step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++)
		if (gates[i]->live && !gate_refuses(gates[i], context->wall, NULL))
			return true;
	return false;
}

static bool go_back(WalkView *walk, const ViewContext *context, const WalkTarget *target)
{
	if (walk->details)
		walk->details = false;
	else if (target->open && !is_signed_plan(context, target))
		walk->dismissed = target->open->plan_seq;
	else if (walk->also_step[0])
		walk->also_step[0] = '\0';
	else if (context->small && !walk->on_outline)
		walk->on_outline = true;
	else
		return false;
	return true;
}

static bool is_scroll(CommandId id)
{
	return id == COMMAND_TEXT_UP || id == COMMAND_TEXT_DOWN;
}

static bool move(WalkView *walk, ViewContext *context, CommandId id)
{
	OutlineSource outline = { &walk->outline, context->run, &walk->list, context->wall };
	ListSource source = outline_source(&outline);
	if (walk->details)
		return pager_command(&walk->record_pager, &walk->record, id);
	if (is_scroll(id) || id == COMMAND_NEXT_MATCH || id == COMMAND_PREVIOUS_MATCH)
		return pager_command(&walk->pager, &walk->body, id);
	if (id == COMMAND_FOLLOW)
		return pager_command(&walk->output_pager, &walk->output, id);
	if (context->small && !walk->on_outline && id == COMMAND_FOLD) {
		walk->on_outline = true;
		return true;
	}
	if (!list_command(&walk->list, &source, id))
		return false;
	walk->expects[0] = walk->also_step[0] = '\0';
	return true;
}

/* ---- the table ---- */

static const WalkKey KEYS[] = {
	{ COMMAND_PLAN, walk_can_plan, walk_do_plan }, { COMMAND_APPLY, walk_can_apply, walk_apply }, { COMMAND_TICK, walk_can_tick, walk_tick },
	{ COMMAND_UNTICK, walk_can_untick, walk_do_untick }, { COMMAND_SKIP, walk_can_skip, walk_do_skip }, { COMMAND_CANCEL, walk_can_cancel, walk_do_cancel },
	{ COMMAND_RESOLVE, walk_can_resolve, walk_do_resolve }, { COMMAND_VERIFY, walk_can_verify, walk_do_verify }, { COMMAND_REFRESH, walk_can_refresh, walk_do_refresh },
	{ COMMAND_UNDO, walk_can_undo, walk_do_undo }, { COMMAND_ALSO, walk_can_also, walk_do_also }, { COMMAND_SIGN_OFF, can_open_gate, open_gate },
	{ COMMAND_EDIT_VALUES, can_edit, edit_values }, { COMMAND_ABANDON, can_abandon, abandon },
	{ COMMAND_DETAILS, can_show_details, details }, { COMMAND_OPEN, NULL, open_row },
};

static const WalkKey *find_key(CommandId id)
{
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		if (KEYS[i].id == id)
			return &KEYS[i];
	return NULL;
}

const char *walk_reason(WalkView *walk, const ViewContext *context, CommandId id)
{
	const WalkKey *key = find_key(id);
	const WalkTarget target = walk_target(walk, context);
	Error err = { 0 };
	if (id == COMMAND_OPEN)
		return target.open ? "the plan is open: y applies it, p reads again, Esc closes it" : NULL;
	if (!key)
		return NULL;
	if (!target.run)
		return "no procedure is being walked";
	if (!context->model->caught_up && id != COMMAND_DETAILS && id != COMMAND_SIGN_OFF)
		return "there is no connection to the engine";
	if (!key->can || key->can(walk, context, &target, &err))
		return NULL;
	snprintf(walk->reason, sizeof(walk->reason), "%s", err.why);
	return walk->reason;
}

Outcome walk_command(WalkView *walk, ViewContext *context, CommandId id)
{
	const WalkTarget target = walk_target(walk, context);
	const WalkKey *key = find_key(id);
	if (!target.run || !text_eq(walk->outline.run, target.run->id))
		return OUTCOME_IGNORED;
	if (id == COMMAND_BACK)
		return go_back(walk, context, &target) ? OUTCOME_DONE : OUTCOME_IGNORED;
	if (key) {
		key->run(walk, context, &target);
		return OUTCOME_DONE;
	}
	return move(walk, context, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}
