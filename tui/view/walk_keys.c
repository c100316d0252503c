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

static bool can_open_gate(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	return walk_gate(context, target) || NO("no sign-off is asked for this step");
}

static void open_gate(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	(void) walk;
	view_select(context, NULL, NULL, walk_gate(context, target)->id);
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

static void details(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	(void) target;
	walk->details = !walk->details;
	walk->record_pager = (Pager) { 0 };
	walk->record_action = 0;
	walk_fetch_output(walk, context);
}

/* ---- enter, esc and the arrows ---- */

static void fold(WalkView *walk, const ViewContext *context)
{
	OutlineSource outline = { &walk->outline, context->run, &walk->list, context->wall, walk, context };
	ListSource source = outline_source(&outline);
	(void) list_command(&walk->list, &source, list_is_folded(&walk->list, walk->list.selected) ? COMMAND_UNFOLD : COMMAND_FOLD);
}

static void plan(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	Error err = { 0 };
	if (walk_can_plan(walk, context, target, &err))
		walk_do_plan(walk, context, target);
	else
		view_refuse(context, "%s%s%s", err.why, *err.hint ? ". " : "", err.hint);
}

static void open_row(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	switch (walk_enter(walk, context, target)) {
	case ENTER_SHOWS: walk->on_outline = false; break;
	case ENTER_ENDS: walk_finish(walk, context, target); break;
	case ENTER_SIGNS: open_gate(walk, context, target); break;
	case ENTER_FOLDS: fold(walk, context); break;
	case ENTER_TELLS: details(walk, context, target); break;
	case ENTER_ASKS: walk_open_values(walk, context, target, true); break;
	case ENTER_PLANS: plan(walk, context, target); break;
	}
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
	OutlineSource outline = { &walk->outline, context->run, &walk->list, context->wall, walk, context };
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
	if (id == COMMAND_OPEN && target.open && !walk->details)
		return "the plan is open: y applies it, p reads again, Esc closes it";
	if (id == COMMAND_OPEN && (!target.run || target.kind != OUTLINE_RUN || walk_can_finish(walk, context, &target, &err)))
		return NULL;
	if (id == COMMAND_OPEN) {
		snprintf(walk->reason, sizeof(walk->reason), "%s", err.why);
		return walk->reason;
	}
	if (id == COMMAND_FOLLOW && !walk->output.text.len)
		return "nothing is printed here";
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

/* What is read pages with the space bar, as readers do: it must not tick what one reads about. */
bool walk_key(void *state, ViewContext *context, KeyChord key)
{
	WalkView *walk = state;
	if (!walk->details || !key_equal(key, key_character(' ')))
		return false;
	(void) walk_command(walk, context, COMMAND_PAGE_DOWN);   /* at the end there is nothing to page */
	return true;
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
