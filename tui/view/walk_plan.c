/* walk_plan.c: see walk_plan.h. Nothing of a change is left out: who applies it must have been able to read it. */
#include "tui/view/walk_plan.h"
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/widget/wrap.h"

#define LABEL_COLUMNS 9
#define FIELD_COLUMNS 18
#define REQUESTS_SHOWN 2

const char *short_digest(const char *digest, char text[static SHORT_DIGEST_SIZE])
{
	size_t len = digest ? strlen(digest) : 0;
	if (len < 12)
		snprintf(text, SHORT_DIGEST_SIZE, "%.12s", digest ? digest : "-");
	else
		snprintf(text, SHORT_DIGEST_SIZE, "%.4s\xe2\x80\xa6%.4s", digest, digest + len - 4);
	return text;
}

void write_hanging(Styled *out, int label_columns, const char *label, Role role, const char *text, int columns)
{
	int room = columns - label_columns, width = canvas_text_width(label);
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise(str_from(text), SANITISE_BLOCK, &clean);
	Str rest = buf_str(&clean), line;
	styled_printf(out, ROLE_MUTED, "%s%*s", label, label_columns > width ? label_columns - width : 1, "");
	if (room < 10) {
		styled_add(out, role, text);
		styled_newline(out);
		return;
	}
	for (bool first = true; wrap_next(&rest, room, &line); first = false) {
		styled_printf(out, role, "%*s%.*s", first ? 0 : label_columns, "", STR_ARG(line));
		styled_newline(out);
	}
	styled_break(out);
}

/* ---- changes ---- */

/* Bytes of the words that both begin with: "backend origin-s3 " of two fields of one backend; never all of either. */
static size_t common_words(const char *a, const char *b)
{
	size_t common = 0;
	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == ' ')
			common = i + 1;
	return common;
}

static bool same_values(const PlanChange *a, const PlanChange *b)
{
	return a->from && b->from && a->to && b->to && text_eq(a->from, b->from) && text_eq(a->to, b->to);
}

/* What is there and what will be, under each other, so that the eye sees where they differ: beside the name where there is room. */
static void write_values(const PlanChange *change, int used, int columns, Styled *out)
{
	int longest = canvas_text_width(change->from ? change->from : ""), to = canvas_text_width(change->to ? change->to : "");
	longest = to > longest ? to : longest;
	bool beside = used + 2 + longest <= columns;
	int indent = beside ? used : 4;
	AUTO_FREE char *arrow = bg_asprintf("%*s\xe2\x86\x92", beside && !change->from ? 0 : indent, "");
	AUTO_FREE char *blanks = bg_asprintf("%*s", beside ? 0 : indent, "");
	if (!beside)
		styled_newline(out);
	if (change->from)
		write_hanging(out, beside ? 2 : indent + 2, blanks, ROLE_REMOVED, change->from, beside ? 0 : columns);
	write_hanging(out, beside && !change->from ? 2 : indent + 2, arrow, ROLE_ADDED, change->to ? change->to : "gone", beside ? 0 : columns);
}

typedef struct ChangeGroup { const char *what; size_t len; } ChangeGroup;

static void write_change(const Plan *plan, size_t index, ChangeGroup *group, int columns, Styled *out)
{
	const PlanChange *change = &plan->changes[index];
	if (!change->from && !change->to) {
		bool command = text_eq(plan->action, "command.run") && strncmp(change->what, "run ", 4) == 0;
		write_hanging(out, 4, command ? "  $" : "  -", ROLE_CODE, change->what + (command ? 4 : 0), columns);
		return;
	}
	bool goes_on = group->len && strncmp(change->what, group->what, group->len) == 0;
	if (!goes_on) {
		size_t len = index + 1 < plan->count ? common_words(change->what, plan->changes[index + 1].what) : 0;
		*group = (ChangeGroup) { change->what, len };
		if (len)
			styled_printf(out, ROLE_CHANGED, "  %.*s\n", (int) len - 1, change->what);
	}
	const char *field = change->what + group->len;
	int indent = group->len ? 4 : 2, width = canvas_text_width(field), used = indent + (width < FIELD_COLUMNS ? FIELD_COLUMNS : width + 1);
	styled_printf(out, ROLE_CHANGED, "%*s%s%*s", indent, "", field, used - indent - width, "");
	if (index && same_values(change - 1, change))
		styled_add(out, ROLE_MUTED, "  same change\n");
	else
		write_values(change, used, columns, out);
}

/* ---- around them ---- */

static void write_title(const Plan *plan, const StepAction *action, Styled *out)
{
	const char *target = plan->target ? plan->target : "the system";
	if (action->plan_is_undo)
		styled_add(out, ROLE_HEADING, "The way back: ");
	if (plan->nothing_to_do)
		styled_printf(out, ROLE_HEADING, "Nothing to do in %s: it is so already", target);
	else if (json_get(plan->basis, "nodes"))
		styled_printf(out, ROLE_HEADING, "Runs on %s", target);
	else if (text_eq(json_get_string(plan->args, "terminal"), "yes"))
		styled_printf(out, ROLE_HEADING, "Runs in %s", target);
	else if (text_eq(plan->action, "command.run"))
		styled_printf(out, ROLE_HEADING, "Runs on this machine, as %s", target);
	else if (plan->count == 0)
		styled_printf(out, ROLE_HEADING, "Looks at %s, changes nothing", target);
	else
		styled_printf(out, ROLE_HEADING, "%zu change%s in %s", plan->count, plan->count == 1 ? "" : "s", target);
	styled_newline(out);
}

void plan_write_title(const StepAction *action, Styled *out)
{
	AUTO_CLEAR(Plan) plan = { 0 };
	if (action->plan && plan_from_json(action->plan, &plan, NULL))
		write_title(&plan, action, out);
}

static void write_guards(const StepAction *action, Styled *out)
{
	JSON_EACH(guard, json_get(json_get(action->plan, "guards"), "failed")) {
		bool soft = json_get_bool(guard, "soft", false);
		styled_printf(out, soft ? ROLE_WARN : ROLE_FAIL, "%s %s%s\n", soft ? "!" : "\xe2\x9c\x96",
			json_get_string_or(guard, "text", "a guard does not hold"),
			soft ? "  (going on wants a reason)" : "  (holds the step up; s leaves it out)");
	}
}

static void write_label(Styled *out, const char *label, Role role, const char *text, int columns)
{
	if (text && *text)
		write_hanging(out, LABEL_COLUMNS, label, role, text, columns);
}

/* The exact requests, one a line; without `whole` the first ones. */
static void write_requests(const Plan *plan, bool whole, int columns, Styled *out)
{
	Str rest = str_from(plan->request), line;
	size_t shown = 0, left = 0;
	if (text_eq(plan->action, "command.run") && !whole)
		return;
	while (str_next_line(&rest, &line)) {
		if (!whole && shown == REQUESTS_SHOWN) {
			left++;
			continue;
		}
		AUTO_FREE char *request = str_dup(line);
		write_label(out, shown++ ? "" : "sends", ROLE_CODE, request, columns);
	}
	if (left)
		styled_printf(out, ROLE_MUTED, "%*sand %zu more: d shows all\n", LABEL_COLUMNS, "", left);
}

static void write_digest(const StepAction *action, WallTime now, bool whole, Styled *out)
{
	char digest[SHORT_DIGEST_SIZE], age[SPAN_TEXT_SIZE];
	int64_t age_ms = wall_known(action->plan_time) ? now.ms - action->plan_time.ms : 0;
	styled_printf(out, ROLE_MUTED, "%-*ssha256:%s", LABEL_COLUMNS, "digest",
		whole ? action->plan_digest : short_digest(action->plan_digest, digest));
	if (age_ms < 10000)
		styled_add(out, ROLE_MUTED, "   read just now");
	else
		styled_printf(out, age_ms > 600000 ? ROLE_WARN : ROLE_MUTED, "   read %s ago%s",
			span_format_short(age_ms < 60000 ? age_ms - age_ms % 10000 : age_ms, age), age_ms > 600000 ? ": p reads again" : "");
	styled_newline(out);
}

static void write_rest(const Plan *plan, const StepAction *action, WallTime now, int columns, bool whole, Styled *out)
{
	for (size_t i = 0; i < plan->warnings.count; i++)
		styled_printf(out, ROLE_WARN, "! %s\n", plan->warnings.items[i]);
	if (plan->warnings.count)
		styled_newline(out);
	for (size_t i = 0; whole && i < plan->preconditions.count; i++)
		write_label(out, i ? "" : "holds if", ROLE_TEXT, plan->preconditions.items[i], columns);
	write_label(out, "undo", ROLE_TEXT, plan->undo, columns);
	if (!text_eq(plan->action, "command.run") || whole)
		write_label(out, "by hand", ROLE_CODE, plan->manual, columns);
	write_requests(plan, whole, columns, out);
	write_digest(action, now, whole, out);
}

static void write_changes(const Plan *plan, int columns, Styled *out)
{
	ChangeGroup group = { "", 0 };
	for (size_t i = 0; i < plan->count; i++)
		write_change(plan, i, &group, columns, out);
}

void plan_write_changes(const StepAction *action, int columns, Styled *out)
{
	AUTO_CLEAR(Plan) plan = { 0 };
	Error err = { 0 };
	if (!action->plan || !plan_from_json(action->plan, &plan, &err)) {
		styled_add(out, ROLE_FAIL, "The plan cannot be shown. Plan again: p\n");
		return;
	}
	write_title(&plan, action, out);
	write_changes(&plan, columns, out);
	for (size_t i = 0; i < plan.warnings.count; i++)
		styled_printf(out, ROLE_WARN, "! %s\n", plan.warnings.items[i]);
}

void plan_write(const StepAction *action, WallTime now, int columns, bool whole, Styled *out)
{
	AUTO_CLEAR(Plan) plan = { 0 };
	Error err = { 0 };
	if (!action->plan || !plan_from_json(action->plan, &plan, &err)) {
		styled_printf(out, ROLE_FAIL, "The plan cannot be shown: %s. Plan again: p\n", action->plan ? err.why : "it is missing");
		return;
	}
	write_title(&plan, action, out);
	if (plan.warnings.count)
		styled_printf(out, ROLE_WARN, "! %zu warning%s below\n", plan.warnings.count, plan.warnings.count == 1 ? "" : "s");
	write_guards(action, out);
	styled_newline(out);
	write_changes(&plan, columns, out);
	if (plan.count)
		styled_newline(out);
	write_rest(&plan, action, now, columns, whole, out);
}
