/* walk_enter.c: what Enter does on the selected row, which gate is meant there, and so what the footer says: the keys that help most now,
 * and each by what it would do to this very row. Pure. */
#include "tui/view/walk_view.h"

/* ---- which gate ---- */

static bool is_asked(const Run *run, const Gate *gate, WallTime now)
{
	return gate->subject[0] && run_gate_state(run, gate, now) != GATE_SIGNED;
}

static bool covers_phase(const Run *run, const Gate *gate, const char *phase)
{
	for (size_t i = 0; phase && i < gate->steps.count; i++) {
		const IncidentStep *step = run_find_step(run, gate->steps.items[i]);
		if (step && text_eq(step->phase, phase))
			return true;
	}
	return false;
}

/* Of a section the one that is asked, else its first. */
static const Gate *gate_of_phase(const WalkTarget *target, WallTime now)
{
	const Gate *found = NULL;
	for (size_t i = 0; i < target->run->gate_count; i++) {
		const Gate *gate = &target->run->gates[i];
		if (covers_phase(target->run, gate, target->phase) && (!found || (is_asked(target->run, gate, now) && !is_asked(target->run, found, now))))
			found = gate;
	}
	return found;
}

static const Gate *gate_of_step(const WalkTarget *target, WallTime now)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(target->run, target->step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++)
		if (gate_refuses(gates[i], now, NULL))
			return gates[i];
	return count ? gates[0] : NULL;
}

const Gate *walk_gate(const ViewContext *context, const WalkTarget *target)
{
	const Gate *gate = target->gate ? target->gate : target->step ? gate_of_step(target, context->wall) : gate_of_phase(target, context->wall);
	for (size_t i = 0; !gate && i < target->run->gate_count; i++)
		if (is_asked(target->run, &target->run->gates[i], context->wall))
			gate = &target->run->gates[i];
	return gate;
}

static bool waits_for_gate(const ViewContext *context, const WalkTarget *target)
{
	const Gate *gate = walk_gate(context, target);
	return gate && gate_state(gate, context->wall) == GATE_WAITING;
}

/* ---- Enter ---- */

WalkEnter walk_enter(const WalkView *walk, const ViewContext *context, const WalkTarget *target)
{
	if (context->small && walk->on_outline && target->kind == OUTLINE_STEP)
		return ENTER_SHOWS;
	switch (target->kind) {
	case OUTLINE_RUN: return ENTER_ENDS;
	case OUTLINE_GATE: return ENTER_SIGNS;
	case OUTLINE_PHASE: return ENTER_FOLDS;
	case OUTLINE_STEP: break;
	}
	if (target->doubt || (target->step->state == STEP_RUNNING && !target->open))
		return ENTER_TELLS;
	if (target->run->state == RUN_WALKING && walk_missing_value(walk, target))
		return ENTER_ASKS;
	if (!target->action && !walk_row_is_over(target->step) && waits_for_gate(context, target))
		return ENTER_SIGNS;
	return target->action && !walk_row_is_over(target->step) ? ENTER_PLANS : ENTER_TELLS;
}

static const char *enter_label(const WalkView *walk, const WalkTarget *target, WalkEnter enter)
{
	switch (enter) {
	case ENTER_SHOWS: return "show";
	case ENTER_ENDS: return target->run->state == RUN_WALKING ? "end" : "way back";
	case ENTER_SIGNS: return "sign-off";
	case ENTER_FOLDS: return list_is_folded(&walk->list, walk->list.selected) ? "unfold" : "fold";
	case ENTER_TELLS: return walk->details ? "close" : "details";
	case ENTER_ASKS: return "fill in";
	case ENTER_PLANS: return target->action->risk == RISK_READ ? "run" : "plan";
	}
	return NULL;
}

/* ---- the footer ---- */

/* A second key for what Enter does already only takes room. */
static bool is_told_by_enter(CommandId id, WalkEnter enter)
{
	return (enter == ENTER_PLANS && id == COMMAND_PLAN) || (enter == ENTER_TELLS && id == COMMAND_DETAILS)
		|| (enter == ENTER_SIGNS && id == COMMAND_SIGN_OFF);
}

const char *walk_label(void *state, const ViewContext *context, CommandId id)
{
	const WalkView *walk = state;
	const WalkTarget target = walk_target(walk, context);
	if (!target.run)
		return NULL;
	if (id == COMMAND_BACK && context->small && !walk->on_outline && !walk->details && !target.open)
		return "outline";
	if (target.open && id == COMMAND_PLAN)
		return "read again";
	if (target.open && !walk->details)
		return id == COMMAND_OPEN ? "" : NULL;
	WalkEnter enter = walk_enter(walk, context, &target);
	return id == COMMAND_OPEN ? enter_label(walk, &target, enter) : is_told_by_enter(id, enter) ? "" : NULL;
}

typedef struct First { CommandId *ids; size_t count; } First;

/* The first ones matter most: what is too much is left out. */
static void add(First *first, CommandId id)
{
	if (first->count < VIEW_MAX_FIRST)
		first->ids[first->count++] = id;
}

/* What is open: its plan is applied, signed or put away; one that may not be done is left out. */
static void add_for_plan(const WalkView *walk, const ViewContext *context, const WalkTarget *target, First *first)
{
	bool blocked = !target->open->plan_is_undo && walk_hard_guard(walk, target, target->open);
	add(first, blocked ? COMMAND_SKIP : waits_for_gate(context, target) ? COMMAND_SIGN_OFF : COMMAND_APPLY);
	add(first, COMMAND_BACK);
	if (target->step->optional && !blocked)
		add(first, COMMAND_SKIP);
}

static void add_for_step(const WalkView *walk, const ViewContext *context, const WalkTarget *target, First *first)
{
	const IncidentStep *step = target->step;
	bool untrue = view_step_untrue(step) != NULL;
	if (target->job && target->job->running)
		add(first, COMMAND_CANCEL);
	else if (walk_missing_value(walk, target))
		add(first, COMMAND_EDIT_VALUES);
	else if (untrue || (!target->action && step->check_count && !step_checks_true(step)))
		add(first, COMMAND_VERIFY);
	else if (!target->doubt && !target->action && !waits_for_gate(context, target))
		add(first, COMMAND_TICK);
	add(first, COMMAND_OPEN);
	if (step->optional || untrue || walk_hard_guard(walk, target, NULL))
		add(first, COMMAND_SKIP);
}

size_t walk_first(void *state, const ViewContext *context, CommandId ret_ids[static VIEW_MAX_FIRST])
{
	const WalkView *walk = state;
	const WalkTarget target = walk_target(walk, context);
	First first = { .ids = ret_ids };
	if (walk->details)
		add(&first, COMMAND_BACK);
	if (target.doubt)
		add(&first, COMMAND_RESOLVE);
	bool running = target.job && target.job->running;
	if (target.step && target.open && !running)
		add_for_plan(walk, context, &target, &first);
	else if (target.step && (running || !walk_row_is_over(target.step)))
		add_for_step(walk, context, &target, &first);
	if (target.run && !first.count)
		add(&first, COMMAND_OPEN);
	/* Where only one of the two is shown, the way to the other stands second. */
	if (target.run && context->small && !walk->on_outline && !walk->details && first.count < 2)
		add(&first, COMMAND_BACK);
	return first.count;
}
