/* lint_literals.c: W-REPLACES. What replaces= names is replaced where it stands as a whole token. As a part of a longer one it stays as it is, and the
 * command would run against the name of the example. */
#include "core/playbook/lint_rules.h"
#include "core/playbook/placeholder.h"
#include "core/playbook/placeholder_rules.h"
#include "core/playbook/shell_context.h"

static bool is_filled(const PlaceholderList *found, size_t start, size_t len)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->items[i].start < start + len && start < found->items[i].start + found->items[i].len)
			return true;
	return false;
}

/* A file of a million words stays linear. */
#define TOKENS_LIMIT 20000

/* "node1" in "node1-new", not in "node10". */
static bool stands_in(Str token, const char *literal)
{
	size_t len = strlen(literal);
	for (size_t at = 0; len < token.len && at + len <= token.len; at++) {
		bool begins = at == 0 || !is_word_char(token.ptr[at - 1]), ends = at + len == token.len || !is_word_char(token.ptr[at + len]);
		if (begins && ends && memcmp(token.ptr + at, literal, len) == 0)
			return true;
	}
	return false;
}

static const Variable *half_replaced(const Lint *lint, Str token, const char **ret_literal)
{
	for (size_t i = 0; i < lint->playbook->variable_count; i++) {
		const Variable *variable = lint->playbook->variables[i];
		for (size_t n = 0; n < variable->replaces_count; n++)
			if (stands_in(token, variable->replaces[n])) {
				*ret_literal = variable->replaces[n];
				return variable;
			}
	}
	return NULL;
}

static void check_token(const Lint *lint, Str token, unsigned line, StrList *seen)
{
	const char *literal = NULL;
	const Variable *variable = half_replaced(lint, token, &literal);
	AUTO_FREE char *shown = str_dup(token);
	if (!variable || seen->count >= DIAGNOSTIC_LIMIT || strlist_has(seen, shown))
		return;
	strlist_add(seen, shown);
	diagnostic_add(lint->out, (int) line, 1, "W-REPLACES", "declare a variable that replaces the whole of it, or write cmd literal",
		"%.80s stays as it is when %s replaces %.80s: only whole words are replaced", shown, variable->name, literal);
}

static void check_line(const Lint *lint, const ShellLine *line, size_t *left, StrList *seen)
{
	const PlaceholderScope scope = { .variables = lint->playbook->variables, .variable_count = lint->playbook->variable_count };
	AUTO_CLEAR(PlaceholderList) found = {0};
	Str text = str_from(line->text);
	AUTO_FREE unsigned char *contexts = shell_contexts(text);
	unsigned number = line->line;
	placeholder_find(text, TEXT_COMMAND, &scope, &found);
	for (size_t at = 0, len; at < text.len && *left; at += len ? len : 1) {
		for (len = 0; at + len < text.len && is_literal_char(text.ptr[at + len]); len++)
			continue;
		if (len && contexts[at] != SHELL_COMMENT && !is_filled(&found, at, len))
			check_token(lint, str_slice(text, at, len), number, seen);
		*left -= len > 0;
		number += len == 0 && text.ptr[at] == '\n';
	}
}

void lint_literals(const Lint *lint)
{
	AUTO_CLEAR(StrList) seen = {0};
	size_t left = TOKENS_LIMIT;
	for (size_t i = 0; i < lint->playbook->command_count; i++) {
		const StepCommand *command = lint->playbook->commands[i];
		for (size_t k = 0; command->kind == CODE_SHELL && !command->literal && k < command->line_count; k++)
			check_line(lint, &command->lines[k], &left, &seen);
	}
}
