/* walk_hint.c: the line above the footer: the state of the step in a word, and what it means for the person. Pure. */
#include "tui/view/walk_view.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/view/walk_plan.h"
#include <stdio.h>

#define NAME_COLUMNS 32

static bool is_slow(const ClientJob *job, int64_t elapsed_ms)
{
	return job->usual_ms > 0 && elapsed_ms > 2 * job->usual_ms;
}

const IncidentAction *walk_in_terminal(const WalkTarget *target)
{
	const IncidentAction *action = target->run ? incident_running_action(target->incident, target->run) : NULL;
	return action && action->terminal && target->step == &target->run->steps[action->step] ? action : NULL;
}

static void write_job(const ViewContext *context, const WalkTarget *target, char *text)
{
	const ClientJob *job = target->job;
	const IncidentAction *lent = walk_in_terminal(target);
	char elapsed[SPAN_TEXT_SIZE], usual[SPAN_TEXT_SIZE];
	int64_t elapsed_ms = context->mono.ms - job->started_ms;
	const char *word = text_eq(job->kind, "plan") ? "planning" : text_eq(job->kind, "check") ? "looking" : job->undo ? "going back" : "running";
	int len = snprintf(text, VIEW_HINT_SIZE, "%s   %s", word, span_format(elapsed_ms < 0 ? 0 : elapsed_ms, elapsed));
	if (job->usual_ms > 0)
		len += snprintf(text + len, VIEW_HINT_SIZE - (size_t) len, " (usually %s)%s", span_format_short(job->usual_ms, usual),
			is_slow(job, elapsed_ms) ? ", slow" : "");
	if (lent && len < VIEW_HINT_SIZE)
		snprintf(text + len, VIEW_HINT_SIZE - (size_t) len, "   in the terminal of %s", lent->who);
	else if (job->progress && len < VIEW_HINT_SIZE)
		snprintf(text + len, VIEW_HINT_SIZE - (size_t) len, "   %s", job->progress);
}

static bool waits_for_gate(const ViewContext *context, const WalkTarget *target, char *text)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(target->run, target->step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++) {
		Error err = { 0 };
		if (!gate_refuses(gates[i], context->wall, &err))
			continue;
		const IncidentStep *before = gate_waits_for(target->run, gates[i]);
		if (!gates[i]->subject[0] && before)
			snprintf(text, VIEW_HINT_SIZE, "waits   it is signed after what comes before it: first %s %.60s", before->number, before->title);
		else if (!gates[i]->subject[0] && gates[i]->live && !target->open)
			snprintf(text, VIEW_HINT_SIZE, "to do   Enter plans it; the plan is what is signed");
		else
			snprintf(text, VIEW_HINT_SIZE, "waits   %s", err.why);
		return true;
	}
	return false;
}

static void write_over(const ViewContext *context, const IncidentStep *step, char *text)
{
	char age[SPAN_TEXT_SIZE];
	const char *word = step->state == STEP_DONE ? "done" : "left out";
	if (step->derived || !step->who)
		snprintf(text, VIEW_HINT_SIZE, "%s", word);
	else
		snprintf(text, VIEW_HINT_SIZE, "%s   by %s, %s%s%s%s", word, step->who, view_age(context->wall, step->changed, age),
			view_age_is_now(context->wall, step->changed) ? "" : " ago", step->reason ? ": " : "", step->reason ? step->reason : "");
}

static void write_todo(const WalkView *walk, const ViewContext *context, const WalkTarget *target, char *text)
{
	const IncidentStep *step = target->step;
	const char *missing = walk_missing_value(walk, target);
	AUTO_CLEAR(Buf) lacks = { 0 };
	if (missing)
		walk_say_lacks(walk, missing, &lacks);
	if (missing)
		snprintf(text, VIEW_HINT_SIZE, "to do   %s", buf_text(&lacks));
	else if (waits_for_gate(context, target, text))
		return;
	else if (run_step_is_parent(target->run, step))
		snprintf(text, VIEW_HINT_SIZE, "to do   done by itself when its sub-steps are");
	else if (!target->action && step->check_count && !step_checks_true(step))
		snprintf(text, VIEW_HINT_SIZE, "to do   v looks; x ticks it");
	else if (!target->action)
		snprintf(text, VIEW_HINT_SIZE, "to do   do it, then x ticks it");
	else if (target->action->risk == RISK_READ)
		snprintf(text, VIEW_HINT_SIZE, "to do   Enter does it: it only reads");
	else
		snprintf(text, VIEW_HINT_SIZE, "to do   Enter shows what it would change");
}

static void write_checking(const WalkView *walk, const ViewContext *context, const WalkTarget *target, char *text)
{
	AUTO_CLEAR(Buf) name = { 0 };
	walk_say_untrue(walk, context, target, &name);
	size_t width, fits = text_fit(buf_str(&name), NAME_COLUMNS, &width);
	if (name.len)
		snprintf(text, VIEW_HINT_SIZE, "NOT TRUE   %.*s%s   v looks again; x, s with a reason", (int) fits, buf_text(&name),
			fits < name.len ? "\xe2\x80\xa6" : "");
	else
		snprintf(text, VIEW_HINT_SIZE, "%s", target->step->action_count ? "checking   its action is done; v looks whether the system shows it"
			: "checking   v looks");
}

static void write_step(const WalkView *walk, const ViewContext *context, const WalkTarget *target, char *text)
{
	const IncidentStep *step = target->step;
	const char *why = target->last && target->last->why ? target->last->why : "";
	if (target->open && step->state != STEP_IN_DOUBT) {
		const char *guard = target->open->plan_is_undo ? NULL : walk_hard_guard(walk, target, target->open);
		if (guard)
			snprintf(text, VIEW_HINT_SIZE, "blocked   %s", guard);
		else if (!waits_for_gate(context, target, text))
			snprintf(text, VIEW_HINT_SIZE, "ready   nothing has been changed yet");
		return;
	}
	switch (step->state) {
	case STEP_TODO: case STEP_PLANNED: write_todo(walk, context, target, text); break;
	case STEP_RUNNING: snprintf(text, VIEW_HINT_SIZE, "running"); break;
	case STEP_CHECKING:
		write_checking(walk, context, target, text);
		break;
	case STEP_READY: snprintf(text, VIEW_HINT_SIZE, "ready to tick   look for yourself, then x"); break;
	case STEP_DONE: case STEP_SKIPPED: write_over(context, step, text); break;
	case STEP_FAILED: snprintf(text, VIEW_HINT_SIZE, "failed   %.120s   p plans again", why); break;
	case STEP_STOPPED: snprintf(text, VIEW_HINT_SIZE, "stopped   the system had changed; nothing was done. New plan: p"); break;
	case STEP_IN_DOUBT: snprintf(text, VIEW_HINT_SIZE, "IN DOUBT   the outcome is not known: look at the system, then R"); break;
	case STEP_UNDONE: snprintf(text, VIEW_HINT_SIZE, "undone   p plans it again"); break;
	case STEP_STATE_COUNT: break;
	}
}

/* Of a section's row, and of its gate's: who is still asked. */
static void write_section_gate(const ViewContext *context, const WalkTarget *target, char *text)
{
	Error err = { 0 };
	const Gate *gate = walk_gate(context, target);
	if (!gate || (target->kind == OUTLINE_PHASE && !gate->subject[0]) || !gate_refuses(gate, context->wall, &err))
		return;
	snprintf(text, VIEW_HINT_SIZE, "%s   %.120s; g opens the sign-off", gate->subject[0] ? gate_state_name(gate_state(gate, context->wall)) : "waits", err.why);
}

void walk_write_hint(const WalkView *walk, const ViewContext *context, const WalkTarget *target, char text[static VIEW_HINT_SIZE])
{
	text[0] = '\0';
	if (!target->run)
		return;
	const IncidentAction *elsewhere = incident_running_action(target->incident, target->run);
	if (walk->pending.step[0] && !target->job)
		snprintf(text, VIEW_HINT_SIZE, "asking...");
	else if (target->step && target->job && target->job->running)
		write_job(context, target, text);
	else if (target->run->state != RUN_WALKING)
		snprintf(text, VIEW_HINT_SIZE, "%s   this procedure is over", run_state_name(target->run->state));
	else if (target->step && elsewhere && &target->run->steps[elsewhere->step] != target->step && !walk_row_is_over(target->step))
		snprintf(text, VIEW_HINT_SIZE, "waits   step %s is running", target->run->steps[elsewhere->step].number);
	else if (target->step)
		write_step(walk, context, target, text);
	else if (walk_is_complete(target->run))
		snprintf(text, VIEW_HINT_SIZE, "complete   nothing is left to do; Enter ends the procedure");
	else if (target->kind == OUTLINE_PHASE || target->kind == OUTLINE_GATE)
		write_section_gate(context, target, text);
}
