/* walk_text.c: the right pane put together: what must be seen first stands first. Pure. */
#include "tui/view/walk_view.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "tui/view/walk_plan.h"
#include <stdio.h>

#define LABEL_COLUMNS 9

/* ---- the head: number, title and warnings; it does not scroll ---- */

static void write_warnings(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out)
{
	const Step *step = target->written;
	for (size_t i = 0; step && i < step->warning_count; i++)
		if (step->warnings[i]->use != USE_TITLE) {
			styled_add(out, ROLE_NOTICE, "! ");
			walk_write_filled(walk, context, target, ROLE_NOTICE, step->warnings[i]->text ? step->warnings[i]->text
				: step->warnings[i]->source, out);
			styled_newline(out);
		}
}

bool walk_title_warns(const Step *step)
{
	for (size_t i = 0; step && i < step->warning_count; i++)
		if (step->warnings[i]->use == USE_TITLE)
			return true;
	return false;
}

/* With a plan open its room is the plan's: one line. */
static void write_short_title(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	AUTO_FREE char *title = walk_title(walk, context, target);
	AUTO_FREE char *clean = text_sanitised_line(title);
	size_t width, fits = text_fit(str_from(clean), columns > 1 ? (size_t) columns - 1 : 0, &width);
	styled_printf(out, ROLE_TITLE, "%.*s%s\n", (int) fits, clean, clean[fits] ? "\xe2\x80\xa6" : "");
}

void walk_write_head(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	if (!target->step)
		return;
	bool warns = walk_title_warns(target->written);
	bool over = walk_row_is_over(target->step);
	/* A warning is told whole, however long the first sentence of it is. */
	const char *title = warns && !over && target->written->text ? target->written->text : target->step->title;
	if (target->open && !warns && !context->small)
		write_short_title(walk, context, target, columns, out);
	else if (!context->small || warns) {
		Role role = warns && !over ? ROLE_NOTICE : ROLE_TITLE;
		styled_printf(out, role, "%s%s%s", warns && !over ? "! " : "", context->small ? "" : target->step->number, context->small ? "" : "  ");
		walk_write_filled(walk, context, target, role, title, out);
		styled_newline(out);
	}
	if (!over)
		write_warnings(walk, context, target, out);
}

/* ---- what became of it ---- */

static void write_error(const char *what, const char *where, const char *why, const char *hint, int columns, Styled *out)
{
	if (why && *why)
		styled_printf(out, ROLE_FAIL, "%s\n", why);
	if (where && *where)
		write_hanging(out, LABEL_COLUMNS, "where", ROLE_TEXT, where, columns);
	if (what && *what)
		write_hanging(out, LABEL_COLUMNS, "while", ROLE_TEXT, what, columns);
	if (hint && *hint)
		styled_printf(out, ROLE_TEXT, "%s\n", hint);
}

static void write_times(const ViewContext *context, const IncidentAction *action, Styled *out)
{
	char clock[ZONE_BOTH_SIZE], span[SPAN_TEXT_SIZE], age[SPAN_TEXT_SIZE];
	styled_printf(out, ROLE_MUTED, "action %lld by %s, %s", (long long) action->number, action->who,
		zone_clock(action->started, context->wall, clock));
	if (wall_known(action->finished))
		styled_printf(out, ROLE_MUTED, " for %s; %s%s", span_format(action->finished.ms - action->started.ms, span),
			view_age_is_now(context->wall, action->finished) ? "just " : "", view_age(context->wall, action->finished, age));
	if (wall_known(action->finished) && !view_age_is_now(context->wall, action->finished))
		styled_add(out, ROLE_MUTED, " ago");
	styled_newline(out);
}

static void write_doubt(const ViewContext *context, const IncidentAction *action, Styled *out)
{
	styled_add(out, ROLE_DOUBT, "IN DOUBT: nobody knows whether it happened\n");
	AUTO_CLEAR(Buf) name = { 0 };
	action_name(action, &name);
	styled_printf(out, ROLE_TEXT, "%s was started, and its end was not seen%s%s. It may have changed something, or not. "
		"It is not tried again by itself.\n", buf_text(&name), action->why && *action->why ? ": " : "", action->why ? action->why : "");
	write_times(context, action, out);
	if (action->node_count) {
		AUTO_CLEAR(Buf) score = { 0 };
		action_score(action, &score);
		styled_printf(out, ROLE_DOUBT, "%s\n", buf_text(&score));
	}
	styled_add(out, ROLE_TEXT, "Look at the system itself, then press ");
	styled_add(out, ROLE_KEY, "R");
	styled_add(out, ROLE_TEXT, " and say what you saw: it ran, or it did not run.\n");
}

static const char *outcome_title(const IncidentAction *action)
{
	static const char *const words[] = { [ACTION_RUNNING] = "Running", [ACTION_DONE] = "Done", [ACTION_FAILED] = "Failed",
		[ACTION_STOPPED] = "Stopped before it changed anything: the system is not as the plan saw it", [ACTION_CANCELLED] = "Cancelled",
		[ACTION_IN_DOUBT] = "IN DOUBT", [ACTION_RESOLVED_RAN] = "Resolved: a person saw that it ran",
		[ACTION_RESOLVED_NOT_RUN] = "Resolved: a person saw that it did not run" };
	return words[action->state];
}

static Role outcome_role(ActionState state)
{
	static const Role roles[] = { [ACTION_RUNNING] = ROLE_RUNNING, [ACTION_DONE] = ROLE_OK, [ACTION_FAILED] = ROLE_FAIL,
		[ACTION_STOPPED] = ROLE_WARN, [ACTION_CANCELLED] = ROLE_WARN, [ACTION_IN_DOUBT] = ROLE_DOUBT,
		[ACTION_RESOLVED_RAN] = ROLE_OK, [ACTION_RESOLVED_NOT_RUN] = ROLE_WARN };
	return roles[state];
}

void walk_write_outcome(const ViewContext *context, const IncidentAction *action, int columns, Styled *out)
{
	if (action->state == ACTION_IN_DOUBT) {
		write_doubt(context, action, out);
		return;
	}
	styled_printf(out, outcome_role(action->state), "%s%s: ", action->undo ? "The way back: " : "", outcome_title(action));
	AUTO_CLEAR(Buf) name = { 0 };
	AUTO_CLEAR(Buf) score = { 0 };
	action_name(action, &name);
	action_score(action, &score);
	styled_printf(out, ROLE_TEXT, "%s\n", buf_text(&name));
	if (score.len)
		styled_printf(out, outcome_role(action->state), "%s\n", buf_text(&score));
	bool bad = action->state == ACTION_FAILED || action->state == ACTION_STOPPED || action->state == ACTION_CANCELLED;
	if (bad)
		write_error(action->what, text_eq(action->where, buf_text(&score)) ? NULL : action->where, action->why, action->hint, columns, out);
	if ((action->state == ACTION_FAILED || action->state == ACTION_CANCELLED) && !action->began)
		styled_add(out, ROLE_TEXT, "Nothing had been changed by then.\n");
	else if (action->state == ACTION_FAILED || action->state == ACTION_CANCELLED)
		styled_add(out, ROLE_WARN, "It had begun: a part of it may have been done. A new plan shows what is left.\n");
	if (action->evidence && *action->evidence && !text_eq(action->evidence, buf_text(&score)))
		write_hanging(out, LABEL_COLUMNS, text_eq(action->verified, "no") ? "NOT SEEN" : "seen", text_eq(action->verified, "no") ? ROLE_WARN : ROLE_TEXT,
			action->evidence, columns);
	if (action->save && action->value)
		write_hanging(out, LABEL_COLUMNS, action->save, ROLE_CODE, action->value, columns);
	if (action->resolved_reason)
		write_hanging(out, LABEL_COLUMNS, "because", ROLE_TEXT, action->resolved_reason, columns);
	write_times(context, action, out);
}

/* A plan or a look that could not be made leaves no record: its error is in the job. */
void walk_write_trouble(const WalkTarget *target, int columns, Styled *out)
{
	const ClientJob *job = target->job;
	if (!job || job->running || job->action || !error_is_set(&job->error))
		return;
	walk_section(out);
	styled_printf(out, ROLE_FAIL, "%s\n", text_eq(job->kind, "check") ? "Could not look" : "No plan could be made");
	write_error(job->error.what, job->error.where, job->error.why, job->error.hint, columns, out);
	if (text_eq(job->kind, "plan"))
		styled_add(out, ROLE_MUTED, "Nothing has been changed. p tries again.\n");
}

/* ---- the whole ---- */

static void write_state(const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	const IncidentStep *step = target->step;
	char clock[ZONE_BOTH_SIZE];
	if (step->state == STEP_TODO)
		return;
	walk_section(out);
	styled_add(out, view_step_role(step), view_step_words(step));
	if (step->derived)
		styled_add(out, ROLE_MUTED, "  all of its sub-steps are done");
	else if (step->who)
		styled_printf(out, ROLE_MUTED, "  %s by %s", zone_clock(step->changed, context->wall, clock), step->who);
	styled_newline(out);
	if (step->reason && *step->reason)
		write_hanging(out, LABEL_COLUMNS, "because", ROLE_TEXT, step->reason, columns);
	const IncidentAction *lent = walk_in_terminal(target);
	if (lent)
		styled_printf(out, ROLE_RUNNING, "%s runs it in a terminal of their own (%s), since %s. Only who sits there can end it.\n", lent->who, lent->terminal,
			wall_format_clock(lent->started, context->wall, clock));
}

static void write_marks(const WalkTarget *target, Styled *out)
{
	const IncidentStep *step = target->step;
	if (step->opens.count || step->closes.count)
		walk_section(out);
	for (size_t i = 0; i < step->opens.count; i++)
		styled_printf(out, ROLE_MUTED, "opens %s in the ledger%s%s\n", step->opens.items[i], step->closed_by ? "; closed by " : "",
			step->closed_by ? step->closed_by : "");
	for (size_t i = 0; i < step->closes.count; i++)
		styled_printf(out, ROLE_MUTED, "closes %s in the ledger\n", step->closes.items[i]);
}

static void write_note(const Step *step, Styled *out)
{
	if (step && step->optional)
		styled_add(out, ROLE_MUTED, "optional\n");
	if (step && step->conditional)
		styled_add(out, ROLE_MUTED, "may not apply: s leaves it out, with a reason\n");
}

/* Why the open plan cannot be applied yet, in one line above it. */
static void write_waiting(const ViewContext *context, const WalkTarget *target, Styled *out)
{
	Error err = { 0 };
	if (!walk_may_apply(context, target, &err))
		styled_printf(out, ROLE_WARN, "! %s\n", err.why);
}

static void write_step(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	const IncidentStep *step = target->step;
	const IncidentAction *shown = target->doubt ? target->doubt : target->last;
	bool first = shown && shown->state != ACTION_RUNNING && (target->doubt || (!target->open && !walk_row_is_over(step)));
	if (first) {
		walk_section(out);
		walk_write_outcome(context, shown, columns, out);
	}
	walk_write_trouble(target, columns, out);
	bool checks_first = !target->open && step->check_count && (view_step_untrue(step) || (target->job && target->job->running));
	if (checks_first)
		walk_write_checks(walk, context, target, columns, out);
	if (target->open) {
		walk_section(out);
		write_waiting(context, target, out);
		walk_write_guards(walk, target, out);
		plan_write(target->open, context->wall, columns, false, out);
		walk_write_gates(context, target, out);
	}
	if (!target->open && step->state != STEP_TODO && step->state != STEP_PLANNED && !first && !view_step_untrue(step))
		write_state(context, target, columns, out);
	write_note(target->written, out);
	walk_write_paragraph(walk, context, target, out);
	if (!target->open && !target->doubt && step->state != STEP_RUNNING)
		walk_write_guards(walk, target, out);
	if (!target->open && !target->doubt) {
		if (step->state != STEP_RUNNING)
			walk_write_gates(context, target, out);
		walk_write_keys(walk, target, out);
	}
	if (!checks_first)
		walk_write_checks(walk, context, target, columns, out);
	walk_write_details(walk, context, target, out);
	walk_write_values(walk, context, target, out);
	if (shown && !first && shown->state != ACTION_RUNNING) {
		walk_section(out);
		walk_write_outcome(context, shown, columns, out);
	}
	write_marks(target, out);
}

static void write_gate_row(const ViewContext *context, const WalkTarget *target, Styled *out)
{
	Error err = { 0 };
	styled_printf(out, ROLE_TITLE, "Sign-off: %s\n", target->gate->title);
	walk_section(out);
	AUTO_FREE char *roles = strlist_join(&target->gate->roles, " and ");
	if (gate_refuses(target->gate, context->wall, &err))
		styled_printf(out, ROLE_WARN, "%s\n", err.why);
	else
		styled_printf(out, ROLE_OK, "Signed by %s.\n", roles);
	if (*err.hint)
		styled_printf(out, ROLE_MUTED, "%s\n", err.hint);
	walk_section(out);
	styled_printf(out, ROLE_TEXT, "It holds back %zu step%s. Enter or g opens it.\n", target->gate->steps.count,
		target->gate->steps.count == 1 ? "" : "s");
	for (size_t i = 0; i < target->gate->lines.count; i++) {
		if (!i)
			walk_section(out);
		styled_printf(out, ROLE_TEXT, "  %s\n", target->gate->lines.items[i]);
	}
}

static void write_phase(const WalkView *walk, const ViewContext *context, const WalkTarget *target, const char *title, Styled *out)
{
	styled_printf(out, ROLE_TITLE, "%s\n", title);
	const Phase *phase = NULL;
	for (size_t i = 0; target->procedure && i < target->procedure->phase_count; i++)
		if (text_eq(target->procedure->phases[i]->title, title))
			phase = target->procedure->phases[i];
	for (size_t i = 0; phase && i < target->run->step_count; i++)
		if (text_eq(target->run->steps[i].phase, title) && target->run->steps[i].level == 0) {
			AUTO_FREE char *filled = walk_filled(walk, context, target, target->run->steps[i].title);
			styled_printf(out, ROLE_TEXT, "  %-4s %s\n", target->run->steps[i].number, filled);
		}
	walk_section(out);
	styled_add(out, ROLE_MUTED, "Enter or the arrow keys fold and unfold the section.\n");
}

void walk_write_body(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	switch (target->kind) {
	case OUTLINE_RUN: walk_write_run(walk, context, target, out); break;
	case OUTLINE_GATE: write_gate_row(context, target, out); break;
	case OUTLINE_PHASE:
		for (size_t i = 0; i < walk->outline.count; i++)
			if (text_eq(walk->outline.rows[i].id, walk->list.selected))
				write_phase(walk, context, target, target->run->steps[walk->outline.rows[i].index].phase, out);
		break;
	case OUTLINE_STEP: write_step(walk, context, target, columns, out); break;
	}
}
