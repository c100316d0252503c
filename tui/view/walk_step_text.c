/* walk_step_text.c: what is told of a step, a piece each: its text, its values, what stands in the way, its checks, its keys. Pure. */
#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "core/playbook/value.h"
#include "core/providers/provider.h"
#include "tui/view/walk_view.h"
#include <stdio.h>

#define LABEL_COLUMNS 14
#define NAME_COLUMNS_MAX 22

void walk_section(Styled *out)
{
	styled_break(out);
	size_t len = out->text.len;
	if (len > 1 && !(out->text.data[len - 1] == '\n' && out->text.data[len - 2] == '\n'))
		styled_newline(out);
}

/* ---- the text of the playbook ---- */

static bool is_way_back(const Block *block) { return block->command && block->command->undo; }

/* A command that can be run stands among the keys; a way back does not, until it is planned. */
static bool is_shown(const Block *block)
{
	return block->use == USE_NOTE || block->use == USE_DETAIL || block->use == USE_LABEL || block->use == USE_SAMPLE ||
		(block->use == USE_COMMAND && block->command && (!block->command->runnable || is_way_back(block)));
}

static void write_lines(Styled *out, Role role, int indent, const char *text)
{
	Str rest = str_from(text), line;
	while (str_next_line(&rest, &line)) {
		styled_printf(out, role, "%*s", indent, "");
		styled_add_str(out, role, line);
		styled_newline(out);
	}
}

static void write_block(const WalkView *walk, const ViewContext *context, const WalkTarget *target, const Block *block, Styled *out)
{
	walk_section(out);
	switch (block->kind) {
	case BLOCK_CODE:
		if (block->use == USE_SAMPLE)
			styled_add(out, ROLE_MUTED, "expected:\n");
		if (is_way_back(block))
			styled_add(out, ROLE_MUTED, "the way back, which u plans:\n");
		write_lines(out, block->use == USE_SAMPLE ? ROLE_OUTPUT : ROLE_CODE, 2, block->command ? block->command->text : block->text);
		break;
	case BLOCK_TABLE: case BLOCK_HTML: case BLOCK_TEMPLATE:
		write_lines(out, ROLE_TEXT, 0, block->source);
		break;
	case BLOCK_ITEM:
		styled_printf(out, ROLE_TEXT, "%s ", block->marker ? block->marker : "-");
		walk_write_filled(walk, context, target, ROLE_TEXT, block->text ? block->text : "", out);
		styled_newline(out);
		break;
	case BLOCK_HEADING: case BLOCK_PARAGRAPH: case BLOCK_QUOTE: case BLOCK_RULE: case BLOCK_ANNOTATION: case BLOCK_FRONT_MATTER:
	case BLOCK_REFERENCES:
		walk_write_filled(walk, context, target, ROLE_TEXT, block->text ? block->text : "", out);
		styled_newline(out);
		break;
	}
}

/* What the first paragraph says beyond the title, which stands above it already. */
static const char *after_title(const Step *step)
{
	size_t len = strlen(step->title);
	if (!step->text || strncmp(step->text, step->title, len) != 0)
		return step->text && !text_eq(step->text, step->title) ? step->text : "";
	const char *more = step->text + len;
	return more + strspn(more, " .:;,!");
}

void walk_write_paragraph(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out)
{
	const Step *step = target->written;
	const char *more = step && !walk_title_warns(step) ? after_title(step) : "";
	if (!*more)
		return;
	walk_section(out);
	walk_write_filled(walk, context, target, ROLE_TEXT, more, out);
	styled_newline(out);
}

void walk_write_details(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out)
{
	const Step *step = target->written;
	for (size_t i = 0; step && i < step->block_count; i++)
		if (is_shown(step->blocks[i]))
			write_block(walk, context, target, step->blocks[i], out);
	for (size_t i = 0; step && i < step->link_count; i++) {
		if (!i)
			walk_section(out);
		styled_printf(out, ROLE_LINK, "%s  %s\n", step->links[i].text, step->links[i].url);
	}
}

/* ---- values ---- */

const Step *walk_finder(const Procedure *procedure, const char *name)
{
	for (size_t i = 0; procedure && i < procedure->step_count; i++)
		for (size_t a = 0; a < procedure->steps[i]->action_count; a++)
			if (text_eq(procedure->steps[i]->actions[a].save, name))
				return procedure->steps[i];
	return NULL;
}

/* What a probe told, and when. */
static void write_told(const NamedValue *known, Styled *out)
{
	char clock[ZONE_BOTH_SIZE];
	styled_printf(out, ROLE_CODE, "%s", known->value);
	styled_printf(out, ROLE_MUTED, "  from %s at %s\n", known->from, zone_clock(known->set, known->set, clock));
}

/* As wide as the names want it, within reason. */
static int name_columns(const Json *values)
{
	int columns = LABEL_COLUMNS;
	JSON_EACH(value, values) {
		int width = canvas_text_width(json_get_string_or(value, "name", "?")) + 1;
		columns = width > columns && width <= NAME_COLUMNS_MAX ? width : columns;
	}
	return columns;
}

void walk_write_values(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out)
{
	const Json *values = json_get(walk_preview(walk, target), "values");
	size_t shown = 0;
	int columns = name_columns(values);
	JSON_EACH(value, values) {
		const char *name = json_get_string_or(value, "name", "?"), *text = json_get_string(value, "value");
		if (!shown++)
			walk_section(out);
		int width = canvas_text_width(name);
		styled_printf(out, ROLE_MUTED, "%s%*s", name, columns > width ? columns - width : 1, "");
		AUTO_CLEAR(Buf) filled = { 0 };
		const Step *finder = text ? NULL : walk_finder(target->procedure, name);
		const Variable *variable = walk->playbook ? playbook_find_variable(walk->playbook, name) : NULL;
		const NamedValue *known = run_find_value(target->run, name);
		if (text && variable && variable->type == VARIABLE_SECRET)
			styled_add(out, ROLE_TEXT, "set, not shown\n");
		else if (text && known && known->from)
			write_told(known, out);
		else if (text) {
			walk_fill_arg(walk, context, target, text, &filled);
			styled_printf(out, ROLE_CODE, "%s\n", buf_text(&filled));
		} else if (variable && variable->from)
			styled_printf(out, ROLE_MUTED, "not known yet: %s is asked\n", variable->from);
		else if (finder)
			styled_printf(out, ROLE_MUTED, "not known yet: step %s finds it\n", finder->number);
		else
			styled_add(out, ROLE_WARN, "not set: e sets it\n");
	}
}

void walk_say_lacks(const WalkView *walk, const char *name, Buf *out)
{
	const Variable *variable = walk->playbook ? playbook_find_variable(walk->playbook, name) : NULL;
	AUTO_CLEAR(Buf) question = { 0 };
	if (variable)
		value_question(variable, &question);
	buf_printf(out, "e asks for %s", name);
	if (question.len && !text_eq(buf_text(&question), name))
		buf_printf(out, ": %s", buf_text(&question));
}

void walk_write_lacks(const WalkView *walk, const char *name, Styled *out)
{
	AUTO_CLEAR(Buf) words = { 0 };
	walk_say_lacks(walk, name, &words);
	styled_printf(out, ROLE_WARN, "%s\n", buf_text(&words));
}

/* ---- what stands in the way ---- */

void walk_write_guards(const WalkView *walk, const WalkTarget *target, Styled *out)
{
	if (walk_row_is_over(target->step))
		return;
	size_t shown = 0;
	JSON_EACH(guard, json_get(walk_preview(walk, target), "failed_guards")) {
		bool soft = json_get_bool(guard, "soft", false), confirm = json_get_bool(guard, "confirm", false);
		if (!shown++)
			walk_section(out);
		styled_printf(out, confirm || soft ? ROLE_WARN : ROLE_FAIL, "%s %s\n", confirm ? "?" : soft ? "!" : "\xe2\x9c\x96",
			json_get_string_or(guard, "text", "a guard does not hold"));
		styled_add(out, ROLE_MUTED, confirm ? "  you will be asked\n" : soft ? "  going on wants a reason\n" : "  this holds the step up; s leaves it out\n");
	}
}

/* ---- gates ---- */

static const char *gate_advice(const WalkTarget *target, const Gate *gate, GateState state)
{
	static const char *const words[] = { [GATE_CLOSED] = "asked when what comes before it is done",
		[GATE_WAITING] = "g opens the sign-off", [GATE_SIGNED] = "", [GATE_REFUSED] = "somebody said no; g shows the reason",
		[GATE_ESCALATED] = "a signer wants somebody else to decide; g shows who", [GATE_EXPIRED] = "signed too long ago: sign again, g" };
	bool plan_is_missing = state == GATE_CLOSED && gate->live && !gate_waits_for(target->run, gate);
	return plan_is_missing ? "asked when the plan is made: p" : words[state];
}

static void write_role(const ViewContext *context, const Gate *gate, const char *role, Styled *out)
{
	const Signoff *signoff = gate_signoff(gate, role);
	char clock[ZONE_BOTH_SIZE];
	bool expired = signoff && wall_known(signoff->expires) && context->wall.ms >= signoff->expires.ms && (gate->live || !gate->latched);
	if (!signoff || expired)
		styled_printf(out, ROLE_WAITING, "  \xc2\xb7 %-12s %s\n", role, expired ? "expired" : gate->subject[0] ? "waiting" : "not asked yet");
	else
		styled_printf(out, decision_opens(signoff->decision) ? ROLE_OK : ROLE_FAIL, "  %s %-12s %s %s %s\n",
			decision_opens(signoff->decision) ? "\xe2\x9c\x94" : "\xe2\x9c\x96", role,
			signoff->decision == DECISION_YES ? "signed by" : signoff->decision == DECISION_ALONE ? "signed ALONE by" : signoff->decision == DECISION_NO ? "NO from" : "escalated by",
			signoff->person, zone_hm(signoff->time, context->wall, clock));
}

/* Signed is said in one line: it is behind us. */
static void write_signers(const ViewContext *context, const Gate *gate, Styled *out)
{
	const Signoff *alone = gate_alone(gate, context->wall);
	if (alone) {
		styled_printf(out, ROLE_FAIL, "! signed ALONE by %s (%s): ", alone->person, alone->role);
		styled_printf(out, ROLE_TEXT, "%s\n", alone->reason ? alone->reason : "");
		return;
	}
	styled_add(out, ROLE_OK, "\xe2\x9c\x94 signed by ");
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		styled_printf(out, ROLE_TEXT, "%s%s (%s%s)", i ? " and " : "", signoff ? signoff->person : "?", gate->roles.items[i],
			signoff && signoff_is_weaker(signoff) ? ", by code: weaker" : "");
	}
	styled_newline(out);
}

void walk_write_gates(const ViewContext *context, const WalkTarget *target, Styled *out)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(target->run, target->step, gates, BG_LENGTH(gates));
	if (walk_row_is_over(target->step) && !target->open)
		return;
	for (size_t i = 0; i < count; i++) {
		GateState state = gate_state(gates[i], context->wall);
		AUTO_FREE char *roles = strlist_join(&gates[i]->roles, " and ");
		walk_section(out);
		if (state == GATE_SIGNED) {
			write_signers(context, gates[i], out);
			continue;
		}
		styled_printf(out, ROLE_WARN, "needs %s", roles);
		styled_printf(out, ROLE_MUTED, "   %s\n", gate_advice(target, gates[i], state));
		for (size_t r = 0; r < gates[i]->roles.count; r++)
			write_role(context, gates[i], gates[i]->roles.items[r], out);
	}
}

/* ---- what the keys do ---- */

static const char *risk_words(Risk risk)
{
	static const char *const words[] = { [RISK_READ] = "only reads", [RISK_CHANGE] = "changes something",
		[RISK_DESTRUCTIVE] = "destructive: its name is to be typed" };
	return words[risk];
}

static void write_call(const Json *row, Styled *out)
{
	const char *verb = json_get_string_or(row, "verb", "?");
	const Json *args = json_get(row, "args");
	const Action *known = action_find(verb);
	if (text_eq(verb, "command.run")) {
		const char *host = json_get_string_or(args, "host", "local");
		Str rest = str_from(json_get_string_or(args, "text", "")), line;
		for (bool first = true; str_next_line(&rest, &line); first = false)
			styled_printf(out, ROLE_CODE, "    %s%.*s\n", first ? "$ " : "  ", STR_ARG(line));
		if (!text_eq(host, "local"))
			styled_printf(out, ROLE_MUTED, "    on %s\n", host);
		return;
	}
	if (known && known->spec.help)
		styled_printf(out, ROLE_TEXT, "    %s\n", known->spec.help);
	styled_printf(out, ROLE_CODE, "    %s", verb);
	JSON_EACH(arg, args)
		styled_printf(out, ROLE_CODE, " %s=%s", json_key(arg), json_string(arg) ? json_string(arg) : "");
	styled_newline(out);
}

static void write_missing(const Json *row, Styled *out)
{
	AUTO_CLEAR(StrList) names = { 0 };
	JSON_EACH(name, json_get(row, "missing"))
		strlist_add(&names, json_string(name));
	AUTO_FREE char *joined = strlist_join(&names, ", ");
	if (names.count)
		styled_printf(out, ROLE_WARN, "    not known yet: %s\n", joined);
	else if (!json_get_bool(row, "ready", true))
		styled_printf(out, ROLE_WARN, "    cannot be run from here: %s\n", json_get_string_or(row, "why", ""));
}

/* Missing values can be given; what else stands in the way cannot be helped from here. */
static bool can_run(const Json *row)
{
	return json_get_bool(row, "ready", true) || json_count(json_get(row, "missing"));
}

/* What stands before a row: its key, or what became of it. */
static const char *row_mark(const StepAction *action, bool running, bool next, bool over, bool can_run)
{
	if (running)
		return "\xe2\x96\xb6 running: ";
	if (action->done)
		return "\xe2\x9c\x94 ";
	if (over)
		return "\xe2\x88\x92 ";
	if (next && !can_run)
		return "by hand: ";
	if (next)
		return action->risk == RISK_READ ? "Enter runs " : "Enter plans ";
	return action->also ? "a  optional: " : "\xc2\xb7 then ";
}

/* Of a step that has nothing else to run, what is optional is worth its words. */
static bool is_all_optional(const IncidentStep *step)
{
	for (size_t i = 0; i < step->action_count; i++)
		if (!step->actions[i].also)
			return false;
	return true;
}

static void write_row(const WalkTarget *target, const Json *row, size_t index, Styled *out)
{
	const StepAction *action = &target->step->actions[index];
	bool next = target->action == action, over = walk_row_is_over(target->step) || action->done;
	bool running = target->job && target->job->running && target->job->index == index && !text_eq(target->job->kind, "check");
	const char *label = action->label ? action->label : text_eq(action->verb, "command.run") ? "this command" : action->verb;
	styled_add(out, running ? ROLE_RUNNING : action->done ? ROLE_DONE : next && !over ? ROLE_KEY : ROLE_MUTED,
		row_mark(action, running, next, over, can_run(row)));
	styled_printf(out, next && !over ? ROLE_TEXT : ROLE_MUTED, "%s  ", label);
	styled_printf(out, action->risk == RISK_READ || over ? ROLE_MUTED : action->risk == RISK_CHANGE ? ROLE_WARN : ROLE_DANGER, "(%s)\n",
		action->done ? "done" : risk_words(action->risk));
	if (!over && (next || running || !action->also || is_all_optional(target->step))) {
		write_call(row, out);
		write_missing(row, out);
	}
}

void walk_write_keys(const WalkView *walk, const WalkTarget *target, Styled *out)
{
	size_t index = 0;
	JSON_EACH(row, json_get(walk_preview(walk, target), "rows")) {
		if (index >= target->step->action_count)
			break;
		if (!index)
			walk_section(out);
		write_row(target, row, index++, out);
	}
	bool idle = !target->job || !target->job->running;
	const Json *row = json_at(json_get(walk_preview(walk, target), "rows"), target->index);
	if (index && target->action && idle && can_run(row) && !walk_row_is_over(target->step) && target->action->risk != RISK_READ)
		styled_add(out, ROLE_MUTED, "Planning changes nothing; y applies the plan.\n");
}
