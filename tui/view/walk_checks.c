/* walk_checks.c: what a step verifies: each check by its name, then what was seen and what is not so; while a look runs, how far it is. Pure. */
#include "core/base/alloc.h"
#include "core/playbook/condition.h"
#include "core/providers/provider.h"
#include "tui/view/walk_plan.h"
#include "tui/view/walk_view.h"

#define LABEL_COLUMNS 10

/* Its note, else its arguments as a sentence, with what is known filled in; else what the record calls it. */
static void say_name(const WalkView *walk, const ViewContext *context, const WalkTarget *target, size_t index, Buf *out)
{
	const StepCheck *check = &target->step->checks[index];
	const PlaybookVerify *written = target->written && index < target->written->verify_count ? &target->written->verifies[index] : NULL;
	const Probe *probe = written && written->probe ? probe_find(written->probe) : NULL;
	AUTO_CLEAR(Buf) said = { 0 };
	if (written && written->note)
		buf_puts(&said, written->note);
	else if (probe)
		condition_say(&probe->spec, written->args, written->arg_count, &said);
	if (said.len)
		walk_fill_arg(walk, context, target, buf_text(&said), out);
	else if (check->name || check->text)
		buf_puts(out, check->name ? check->name : check->text);
	else
		buf_puts(out, written ? "a person looks" : "its check");
}

void walk_say_untrue(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Buf *out)
{
	const StepCheck *untrue = view_step_untrue(target->step);
	if (untrue)
		say_name(walk, context, target, (size_t) (untrue - target->step->checks), out);
}

static const ClientJob *look_under_way(const WalkTarget *target)
{
	return target->job && target->job->running && text_eq(target->job->kind, "check") ? target->job : NULL;
}

static void write_age(const ViewContext *context, const StepCheck *check, Styled *out)
{
	char age[SPAN_TEXT_SIZE];
	styled_printf(out, ROLE_MUTED, "  %s%s\n", view_age(context->wall, check->time, age),
		view_age_is_now(context->wall, check->time) ? "" : " ago");
}

static void write_false(const ViewContext *context, const StepCheck *check, int columns, Styled *out)
{
	write_age(context, check, out);
	if (check->reason && *check->reason)
		write_hanging(out, LABEL_COLUMNS, "  not so", ROLE_FAIL, check->reason, columns);
	if (check->text && *check->text && !text_eq(check->text, check->reason))
		write_hanging(out, LABEL_COLUMNS, "  seen", ROLE_TEXT, check->text, columns);
}

static void write_look(const ViewContext *context, const ClientJob *job, const PlaybookVerify *written, int columns, Styled *out)
{
	char span[SPAN_TEXT_SIZE], within[SPAN_TEXT_SIZE];
	int64_t elapsed = context->mono.ms - job->started_ms;
	styled_printf(out, ROLE_RUNNING, "  looking for %s", span_format(elapsed < 0 ? 0 : elapsed, span));
	if (written && written->within_ms)
		styled_printf(out, ROLE_RUNNING, ", at most %s", span_format_short(written->within_ms, within));
	styled_newline(out);
	if (job->progress)
		write_hanging(out, LABEL_COLUMNS, "  so far", ROLE_TEXT, job->progress, columns);
}

static void write_check(const WalkView *walk, const ViewContext *context, const WalkTarget *target, size_t index, int columns, Styled *out)
{
	static const struct { const char *sign; Role role; } LOOKS[] = { [CHECK_NOT_LOOKED] = { "\xc2\xb7", ROLE_WAITING },
		[CHECK_TRUE] = { "\xe2\x9c\x94", ROLE_OK }, [CHECK_FALSE] = { "\xe2\x9c\x96", ROLE_FAIL } };
	const StepCheck *check = &target->step->checks[index];
	const ClientJob *look = look_under_way(target);
	bool now = look && look->done == (int64_t) index;
	AUTO_CLEAR(Buf) name = { 0 };
	say_name(walk, context, target, index, &name);
	styled_printf(out, now ? ROLE_RUNNING : LOOKS[check->state].role, "%s ", now ? "\xe2\x96\xb6" : LOOKS[check->state].sign);
	styled_add(out, ROLE_TEXT, buf_text(&name));
	if (now) {
		write_look(context, look, target->written && index < target->written->verify_count ? &target->written->verifies[index] : NULL,
			columns, out);
	} else if (check->state == CHECK_NOT_LOOKED) {
		styled_add(out, ROLE_MUTED, look ? "  comes next\n" : "  not looked at yet\n");
	} else if (check->state == CHECK_FALSE) {
		write_false(context, check, columns, out);
	} else {
		if (check->text && *check->text)
			styled_printf(out, ROLE_MUTED, ": %s", check->text);
		write_age(context, check, out);
	}
}

/* Not true is said in words, with all that can be done about it. */
static void write_untrue(const WalkTarget *target, Styled *out)
{
	if (!view_step_untrue(target->step) || look_under_way(target))
		return;
	styled_add(out, ROLE_FAIL, "NOT TRUE: this step does not hold as it stands.\n");
	styled_add(out, ROLE_KEY, "v");
	styled_add(out, ROLE_TEXT, " looks again, ");
	styled_add(out, ROLE_KEY, "x");
	styled_add(out, ROLE_TEXT, " ticks it all the same and ");
	styled_add(out, ROLE_KEY, "s");
	styled_add(out, ROLE_TEXT, " leaves it out, both with a reason.\n\n");
}

void walk_write_checks(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	bool missing = false;
	for (size_t i = 0; i < target->step->check_count; i++) {
		if (!i) {
			walk_section(out);
			write_untrue(target, out);
		}
		write_check(walk, context, target, i, columns, out);
		missing = missing || target->step->checks[i].state != CHECK_TRUE;
	}
	const char *lacks = walk_missing_value(walk, target);
	if (!missing || walk_row_is_over(target->step) || view_step_untrue(target->step) || look_under_way(target))
		return;
	if (lacks)
		walk_write_lacks(walk, lacks, out);
	else
		styled_add(out, ROLE_MUTED, "v looks now\n");
}

size_t walk_write_open_checks(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	size_t open = 0;
	for (size_t i = 0; i < target->step->check_count; i++) {
		if (target->step->checks[i].state == CHECK_TRUE)
			continue;
		write_check(walk, context, target, i, columns, out);
		open++;
	}
	return open;
}

/* As they are written, for who wants to know what exactly is asked. */
void walk_write_check_forms(const WalkTarget *target, Styled *out)
{
	for (size_t i = 0; target->written && i < target->written->verify_count; i++) {
		const PlaybookVerify *verify = &target->written->verifies[i];
		styled_printf(out, ROLE_CODE, "  %s", verify->probe ? verify->probe : "by=human");
		for (size_t a = 0; a < verify->arg_count; a++)
			styled_printf(out, ROLE_CODE, " %s%s%s", verify->args[a].key, directive_op_name(verify->args[a].op),
				verify->args[a].value ? verify->args[a].value : "");
		styled_newline(out);
	}
}
