/* walk_line.c: the walk in words, for line mode: its rows and its text unwrapped, and the ceremony of applying where a word is typed as
 * quickly as a key is pressed: the plan is made and told first, and a yes or the name comes after it. */
#include "core/base/alloc.h"
#include "tui/view/walk_line.h"
#include "tui/view/walk_plan.h"
#include <stdio.h>

/* ---- rows ---- */

static void say_gate(const Run *run, const Gate *gate, WallTime now, Buf *out)
{
	AUTO_FREE char *roles = strlist_join(&gate->roles, " and ");
	AUTO_CLEAR(Buf) words = { 0 };
	(void) run;
	buf_printf(out, "sign-off %s: %s, needs %s", gate_state(gate, now) == GATE_CLOSED ? "not asked yet" : gate_state_name(gate_state(gate, now)),
		gate->title, roles);
}

static void say_step(const OutlineSource *source, const IncidentStep *step, Buf *out)
{
	const Run *run = source->run;
	WallTime now = source->now;
	AUTO_FREE char *title = outline_title(source, step);
	buf_printf(out, "%s: %s", step->kind == STEP_KIND_NOTE ? "note" : view_step_words(step), title);
	for (size_t i = 0; i < run->gate_count && !walk_row_is_over(step); i++) {
		const Gate *gate = &run->gates[i];
		if (gate->steps.count && (gate->live || gate->steps.count == 1) && text_eq(gate->steps.items[0], step->id)) {
			buf_puts(out, ", ");
			say_gate(run, gate, now, out);
		}
	}
}

void outline_say(size_t index, void *userdata, Buf *out)
{
	const OutlineSource *source = userdata;
	const OutlineRow *row = &source->outline->rows[index];
	size_t done, total;
	switch (row->kind) {
	case OUTLINE_RUN:
		run_progress(source->run, &done, &total);
		buf_printf(out, "%s: %s, %zu of %zu done", run_state_name(source->run->state), source->run->procedure_title, done, total);
		break;
	case OUTLINE_PHASE: buf_printf(out, "section: %s", source->run->steps[row->index].phase); break;
	case OUTLINE_GATE: say_gate(source->run, &source->run->gates[row->index], source->now, out); break;
	case OUTLINE_STEP: say_step(source, &source->run->steps[row->index], out); break;
	}
}

const char *outline_number(size_t index, void *userdata)
{
	const OutlineSource *source = userdata;
	const OutlineRow *row = &source->outline->rows[index];
	switch (row->kind) {
	case OUTLINE_RUN: return "run";
	case OUTLINE_PHASE: return "";
	case OUTLINE_GATE: return source->run->gates[row->index].id;
	case OUTLINE_STEP: return source->run->steps[row->index].number;
	}
	return "";
}

static bool is_there(const WalkView *walk, const ViewContext *context)
{
	return context->run && text_eq(walk->outline.run, context->run->id);
}

void walk_line_rows(void *state, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	WalkView *walk = state;
	if (!is_there(walk, context))
		return;
	OutlineSource outline = { &walk->outline, context->run, &walk->list, context->wall, walk, context };
	ListSource source = outline_source(&outline);
	use(&walk->list, &source, userdata);
}

void walk_line_choose(void *state, ViewContext *context, const char *id)
{
	WalkView *walk = state;
	if (!is_there(walk, context))
		return;
	walk->expects[0] = walk->also_step[0] = '\0';
	walk_choose(walk, context, id);
}

/* ---- the text ---- */

bool walk_line_page(void *state, ViewContext *context, Styled *out)
{
	WalkView *walk = state;
	const WalkTarget target = walk_target(walk, context);
	char hint[VIEW_HINT_SIZE];
	if (!is_there(walk, context) || !target.run)
		return false;
	if (walk->details && target.step) {
		walk_write_record(walk, context, &target, VIEW_LINE_COLUMNS, out);
		return true;
	}
	walk_write_head(walk, context, &target, VIEW_LINE_COLUMNS, out);
	walk_write_body(walk, context, &target, VIEW_LINE_COLUMNS, out);
	walk_write_hint(walk, context, &target, hint);
	styled_break(out);
	if (*hint)
		styled_printf(out, ROLE_TEXT, "%s\n", hint);
	return false;
}

bool walk_line_is_busy(void *state, const ViewContext *context)
{
	const WalkView *walk = state;
	const WalkTarget target = walk_target(walk, context);
	return walk->pending.step[0] || (target.step && ((target.job && target.job->running) || target.step->state == STEP_RUNNING));
}

/* ---- applying ---- */

static void agreed(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	WalkView *walk = state;
	const WalkTarget target = walk_target(walk, context);
	Error err = { 0 };
	(void) dialog;
	if (!target.open || target.open->plan_seq != json_get_int(data, "plan", 0))
		view_refuse(context, "the plan is another one by now: nothing was done");
	else if (!walk_can_apply(walk, context, &target, &err))
		view_error(context, &err);
	else
		walk_apply(walk, context, &target);
}

void walk_agree(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	Error err = { 0 };
	if (!walk_can_apply(walk, context, target, &err)) {
		view_error(context, &err);
		return;
	}
	if (row_risk(target->open, target->open->plan_is_undo) == RISK_READ || walk_apply_asks(walk, target)) {
		walk_apply(walk, context, target);
		return;
	}
	Json *data = json_new_object();
	json_add_int(data, "plan", target->open->plan_seq);
	AUTO_FREE char *filled = walk_title(walk, context, target);
	AUTO_FREE char *title = bg_asprintf("Step %s", filled);
	Dialog *dialog = view_dialog(context, DIALOG_CONFIRM, title, target->open->plan_is_undo ? "go back" : "apply it", agreed, data);
	plan_write_title(target->open, &dialog->text);
}

static Outcome apply(WalkView *walk, ViewContext *context)
{
	const WalkTarget target = walk_target(walk, context);
	Error err = { 0 };
	if (target.open) {
		walk_agree(walk, context, &target);
	} else if (!walk_can_plan(walk, context, &target, &err)) {
		view_error(context, &err);
	} else {
		walk_do_plan(walk, context, &target);
		walk->pending.agree = !walk->pending.apply;
	}
	return OUTCOME_DONE;
}

Outcome walk_line_in_words(void *state, ViewContext *context, CommandId id)
{
	WalkView *walk = state;
	if (id != COMMAND_APPLY || !is_there(walk, context) || !context->model->caught_up)
		return OUTCOME_IGNORED;
	return apply(walk, context);
}
