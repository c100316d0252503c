/* lint_suggest.c: the comments that an author can paste: variables for what the text leaves open, gates where it asks for a decision,
 * openings and closings where it pauses and resumes. Suggestions are made from words; the author decides. */
#include <stdlib.h>

#include "core/base/text.h"
#include "core/playbook/lint.h"
#include "core/playbook/lint_rules.h"
#include "core/playbook/placeholder.h"
#include "core/playbook/value.h"

static void put_question(const Variable *variable, Buf *out)
{
	AUTO_CLEAR(Buf) question = {0};
	for (size_t i = 0; !variable->ask && i < variable->choice_count; i++)
		buf_printf(&question, "%s%s%s", i ? " or " : "", variable->choices[i], i + 1 == variable->choice_count ? "?" : "");
	if (question.len == 0)
		value_question(variable, &question);
	char *text = buf_take(&question);
	if (text[0] >= 'a' && text[0] <= 'z')
		text[0] = (char) (text[0] - 'a' + 'A');
	buf_printf(out, " ask=\"%s\"", text);
	free(text);
}

static bool is_plain_word(const char *text)
{
	return text[0] && !strpbrk(text, " \t\"");
}

static void suggest_variable(const Variable *variable, Buf *out)
{
	buf_printf(out, "var %s", variable->name);
	if (variable->choice_count > 0)
		buf_puts(out, " choice=");
	for (size_t i = 0; i < variable->choice_count; i++)
		buf_printf(out, "%s%s", i ? "|" : "", variable->choices[i]);
	if (variable->match && !variable->exported)
		buf_printf(out, is_plain_word(variable->match) ? " match=%s" : " match=\"%s\"", variable->match);
	put_question(variable, out);
	buf_putc(out, '\n');
}

static void collect_examples(const Playbook *playbook, Str text, TextPlace place, StrList *seen, Buf *out)
{
	const PlaceholderScope scope = { .variables = playbook->variables, .variable_count = playbook->variable_count };
	AUTO_CLEAR(PlaceholderList) list = {0};
	placeholder_find(text, place, &scope, &list);
	for (size_t i = 0; i < list.count; i++) {
		AUTO_FREE char *value = str_dup(str_slice(text, list.items[i].start, list.items[i].len));
		if (list.items[i].form != PLACEHOLDER_EXAMPLE || strlist_has(seen, value))
			continue;
		strlist_add(seen, value);
		bool address = str_starts_nocase(str_from(value), "2001:");
		buf_printf(out, "var %s replaces=%s%s ask=\"Instead of %s?\"\n", list.items[i].name, value, address ? " type=ipv6" : "", value);
	}
}

static void suggest_document(const Playbook *playbook, Buf *out)
{
	AUTO_CLEAR(Buf) variables = {0};
	AUTO_CLEAR(StrList) seen = {0};
	bool named = false;
	for (size_t i = 0; i < playbook->binding_count; i++)
		named = named || playbook->bindings[i].directive->verb == DIRECTIVE_PLAYBOOK;
	for (size_t i = 0; i < playbook->variable_count; i++)
		if (playbook->variables[i]->implicit)
			suggest_variable(playbook->variables[i], &variables);
	for (size_t i = 0; i < playbook->command_count; i++)
		for (size_t k = 0; k < playbook->commands[i]->line_count; k++)
			collect_examples(playbook, str_from(playbook->commands[i]->lines[k].text), TEXT_COMMAND, &seen, &variables);
	if (named && variables.len == 0)
		return;
	buf_puts(out, "At the top, before the first heading:\n\n<!-- bg\n");
	if (!named)
		buf_printf(out, "playbook id=%s title=\"%s\"\n", playbook->id, playbook->title);
	buf_put_str(out, buf_str(&variables));
	buf_puts(out, "-->\n\n");
}

static void put_place(const Block *block, Buf *out)
{
	AUTO_CLEAR(Buf) text = {0};
	text_sanitise(str_slice(str_from(block->text), 0, 60), SANITISE_LINE, &text);
	unsigned last = block->line + block->line_count - 1;
	buf_printf(out, "Below line %u (%s%s)", last, buf_text(&text), strlen(block->text) > 60 ? "..." : "");
	buf_puts(out, block->indent > 0 || block->kind == BLOCK_ITEM ? ", indented like the text of its item:\n\n" : ":\n\n");
}

static void suggest_gates(const Playbook *playbook, Buf *out)
{
	static const char *const ROLES[] = { "product", "engineering", "security", "operations", "legal" };
	for (size_t i = 0; playbook->gate_count == 0 && i < playbook->block_count; i++) {
		const Block *block = playbook->blocks[i];
		bool text = block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_ITEM;
		if (!text || !block->text || !lint_asks_for_decision(block->text))
			continue;
		AUTO_CLEAR(Buf) roles = {0};
		for (size_t r = 0; r < BG_LENGTH(ROLES); r++)
			if (str_find_nocase(str_from(block->text), ROLES[r]) >= 0)
				buf_printf(&roles, "%s%s", roles.len ? "," : "", ROLES[r]);
		put_place(block, out);
		buf_printf(out, "<!-- bg gate decision roles=%s reason=required -->\n\n", roles.len ? buf_text(&roles) : "engineering");
	}
}

/* What opens, what closes it again, and what the ledger could call it. */
static const struct Pair { const char *opens, *closes, *name; } PAIRS[] = {
	{ "(^|[^n])pause", "unpause|resume", "paused" },
	{ "(^|[^n])freeze", "unfreeze", "freeze" },
	{ "enable maintenance", "disable maintenance", "maintenance" },
	{ "scale down|stop the|--replicas[= ]0", "scale up|scale .*back|restart|start the", "stopped" },
	{ "cordon", "uncordon", "cordoned" },
	{ "disable the alert|silence", "enable the alert|unsilence", "silenced" },
};

static bool step_says(const Step *step, const char *pattern)
{
	bool bad = false;
	if (str_matches(step->title, pattern, &bad))
		return true;
	for (size_t i = 0; i < step->command_count; i++)
		if (str_matches(step->commands[i]->text, pattern, &bad))
			return true;
	return false;
}

static const Block *title_block(const Step *step)
{
	return step->block_count > 0 ? step->blocks[step->block_count - 1] : NULL;
}

static void suggest_ledger(const Procedure *procedure, Buf *out)
{
	for (size_t i = 0; i < procedure->step_count; i++) {
		const Step *step = procedure->steps[i];
		for (size_t p = 0; step->mark_count == 0 && p < BG_LENGTH(PAIRS); p++) {
			bool closes = step_says(step, PAIRS[p].closes);
			const Block *block = title_block(step);
			if (!block || !block->text || !(closes || step_says(step, PAIRS[p].opens)))
				continue;
			put_place(block, out);
			buf_printf(out, "<!-- bg %s %s -->\n\n", closes ? "closes" : "opens", PAIRS[p].name);
			break;
		}
	}
}

void lint_suggest(const Playbook *playbook, Buf *out)
{
	size_t before = out->len;
	suggest_document(playbook, out);
	suggest_gates(playbook, out);
	for (size_t i = 0; i < playbook->procedure_count; i++)
		suggest_ledger(playbook->procedures[i], out);
	if (out->len == before)
		buf_puts(out, "Nothing to suggest: no open values, no prose that asks for a decision, nothing opened and left.\n");
}
