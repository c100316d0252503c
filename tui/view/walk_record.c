/* walk_record.c: everything that is known of a step, as one long text: its source, its plans in full, every action with its output. Pure. */
#include "tui/view/walk_view.h"
#include "tui/view/walk_plan.h"
#include "core/base/zone.h"
#include <stdio.h>

#define LABEL_COLUMNS 11

static void write_source(const Step *step, Styled *out)
{
	for (size_t i = 0; step && i < step->block_count; i++) {
		walk_section(out);
		Role role = step->blocks[i]->use == USE_METADATA ? ROLE_MUTED : step->blocks[i]->use == USE_WARNING ? ROLE_NOTICE
			: step->blocks[i]->kind == BLOCK_CODE ? ROLE_CODE : ROLE_TEXT;
		styled_printf(out, role, "%s\n", step->blocks[i]->source);
	}
}

static void write_heading(Styled *out, const char *text)
{
	walk_section(out);
	styled_printf(out, ROLE_HEADING, "%s\n", text);
}

static void write_call(const Json *row, Styled *out)
{
	styled_printf(out, ROLE_CODE, "%s", json_get_string_or(row, "verb", "?"));
	styled_printf(out, ROLE_MUTED, "  (%s%s)\n", json_get_string_or(row, "risk", "?"), json_get_bool(row, "also", false) ? ", optional" : "");
	JSON_EACH(arg, json_get(row, "args"))
		styled_printf(out, ROLE_CODE, "  %s=%s\n", json_key(arg), json_string(arg) ? json_string(arg) : "");
	if (!json_get_bool(row, "ready", true))
		styled_printf(out, ROLE_WARN, "  %s\n", json_get_string_or(row, "why", ""));
}

static void write_plans(const ViewContext *context, const IncidentStep *step, int columns, Styled *out)
{
	for (size_t i = 0; i < step->action_count; i++) {
		char clock[ZONE_BOTH_SIZE];
		if (!step->actions[i].plan)
			continue;
		write_heading(out, "Plan");
		styled_printf(out, ROLE_MUTED, "record %lld, made %s\n", (long long) step->actions[i].plan_seq,
			zone_clock(step->actions[i].plan_time, context->wall, clock));
		plan_write(&step->actions[i], context->wall, columns, true, out);
	}
}

static void write_output(const Json *reply, Styled *out)
{
	if (json_get_bool(reply, "cut", false))
		styled_add(out, ROLE_MUTED, "(the beginning is left out; the whole stands in the record's folder)\n");
	JSON_EACH(line, json_get(reply, "lines")) {
		const char *kind = json_get_string_or(line, "k", ""), *output = json_get_string(line, "s"), *progress = json_get_string(line, "text");
		if (output) {
			styled_add(out, text_eq(kind, "err") ? ROLE_WARN : ROLE_OUTPUT, output);
		} else if (progress && text_eq(kind, "progress")) {
			styled_break(out);
			styled_printf(out, ROLE_MUTED, "%s\n", progress);
		}
	}
	styled_break(out);
}

static void write_actions(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	int run = (int) (target->run - target->incident->runs), step = run_step_index(target->run, target->step);
	for (size_t i = 0; i < target->incident->action_count; i++) {
		const IncidentAction *action = &target->incident->actions[i];
		if (action->run != run || action->step != step)
			continue;
		write_heading(out, "Action");
		walk_write_outcome(context, action, columns, out);
		styled_field(out, LABEL_COLUMNS, "plan", ROLE_MUTED, action->digest);
		if (action->log_sha256)
			styled_field(out, LABEL_COLUMNS, "log sha256", ROLE_MUTED, action->log_sha256);
		if (action->exit_code >= 0)
			styled_printf(out, ROLE_MUTED, "%-*s%lld\n", LABEL_COLUMNS, "exit", (long long) action->exit_code);
		if (walk->record_action == action->number && walk->record_output)
			write_output(walk->record_output, out);
	}
}

void walk_write_record(const WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns, Styled *out)
{
	const IncidentStep *step = target->step;
	AUTO_FREE char *title = walk_title(walk, context, target);
	styled_printf(out, ROLE_TITLE, "%s\n", title);
	styled_printf(out, view_step_role(step), "%s", view_step_words(step));
	styled_printf(out, ROLE_MUTED, "   %s%s%u\n", step->id, target->written ? ", line " : "", target->written ? target->written->line : 0);
	write_source(target->written, out);
	size_t rows = 0;
	JSON_EACH(row, json_get(walk_preview(walk, target), "rows")) {
		if (!rows++)
			write_heading(out, "What its keys run");
		write_call(row, out);
	}
	if (step->check_count)
		write_heading(out, "Checks");
	walk_write_checks(walk, context, target, columns, out);
	walk_write_check_forms(target, out);
	if (json_count(json_get(walk_preview(walk, target), "values")))
		write_heading(out, "Values");
	walk_write_values(walk, context, target, out);
	walk_write_gates(context, target, out);
	write_plans(context, step, columns, out);
	write_actions(walk, context, target, columns, out);
}
