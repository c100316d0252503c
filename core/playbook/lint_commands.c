/* lint_commands.c: commands that run but do not do what they seem to, and values that only documentation has. */
#include <stdlib.h>

#include "core/playbook/lint_rules.h"
#include "core/playbook/placeholder.h"
#include "core/playbook/shell_context.h"

static int line_of(const ShellLine *line, size_t at)
{
	int number = (int) line->line;
	for (size_t i = 0; i < at; i++)
		number += line->text[i] == '\n';
	return number;
}

static bool is_expansion(Str text, size_t at)
{
	char next = at + 1 < text.len ? text.ptr[at + 1] : '\0';
	bool name = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '_';
	return text.ptr[at] == '$' && (name || next == '{' || next == '(') && (at == 0 || text.ptr[at - 1] != '\\');
}

#define SHOWN_NAME 40

static size_t name_len(const char *text)
{
	size_t len = strcspn(text, " \"'\n/");
	return len < SHOWN_NAME ? len : SHOWN_NAME;
}

/* An unquoted here-document expands $ before the command inside it ever sees it. */
static void check_heredoc(const Lint *lint, const ShellLine *line)
{
	Str text = str_from(line->text);
	ptrdiff_t start = str_find(text, "<<");
	if (start < 0)
		return;
	AUTO_FREE unsigned char *contexts = shell_contexts(text);
	bool inside = false;
	for (size_t i = (size_t) start; i < text.len; i++) {
		inside = contexts[i] == SHELL_HEREDOC || (inside && contexts[i] == SHELL_DEEP);
		if (!inside || !is_expansion(text, i))
			continue;
		diagnostic_add(lint->out, line_of(line, (size_t) start), 1, "W-HEREDOC", "quote the word: <<'EOF', and drop the backslashes",
			"this here-document is expanded by the shell that reads it: \"%.*s\" in line %d is not passed on as written",
			(int) name_len(text.ptr + i), text.ptr + i, line_of(line, i));
		return;
	}
}

static bool has_word(Str text, const char *word)
{
	size_t len = strlen(word);
	for (size_t at = 0; at + len <= text.len; at++) {
		char before = at > 0 ? text.ptr[at - 1] : ' ', after = at + len < text.len ? text.ptr[at + len] : ' ';
		if (memcmp(text.ptr + at, word, len) == 0 && strchr(" \t\n;|&(", before) && strchr(" \t\n;|&)=", after))
			return true;
	}
	return false;
}

static void check_wait(const Lint *lint, const ShellLine *line)
{
	Str text = str_from(line->text);
	if (!has_word(text, "kubectl") || !has_word(text, "wait"))
		return;
	bool complete_only = str_find(text, "condition=complete") >= 0 && str_find_nocase(text, "condition=failed") < 0;
	if (!has_word(text, "--timeout"))
		diagnostic_add(lint->out, (int) line->line, 1, "W-WAIT", "add --timeout=10m or what the job usually takes",
			"kubectl wait gives up after 30 seconds unless --timeout says otherwise");
	if (complete_only)
		diagnostic_add(lint->out, (int) line->line, 1, "W-WAIT", "look at the status of the job as well, or wait for condition=failed beside it",
			"waiting for condition=complete alone never ends when the job fails");
}

/* Longer than any address: a line of a million openings stays linear. */
#define BRACKET_LIMIT 256

/* ssh [x]: the brackets are taken for part of the name. scp host:path wants them. */
static void check_bracket(const Lint *lint, const ShellLine *line)
{
	Str text = str_from(line->text);
	if (!has_word(text, "ssh"))
		return;
	for (size_t at = 0; at < text.len; at++) {
		char before = at > 0 ? text.ptr[at - 1] : ' ';
		if (text.ptr[at] != '[' || (before != '@' && before != ' '))
			continue;
		ptrdiff_t end = str_find_char(str_slice(text, at, BRACKET_LIMIT), ']');
		size_t after = end > 1 ? at + (size_t) end + 1 : 0;
		bool name = end > 1 && str_find_char(str_slice(text, at, (size_t) end), ' ') < 0;
		if (name && (after >= text.len || text.ptr[after] == ' ') && before == '@') {
			diagnostic_add(lint->out, line_of(line, at), 1, "W-BRACKET", "write the address without brackets; only scp and URLs want them",
				"ssh does not find a host in brackets");
			return;
		}
	}
}

static void check_examples(const Lint *lint, Str text, TextPlace place, unsigned line, StrList *seen)
{
	const PlaceholderScope scope = { .variables = lint->playbook->variables, .variable_count = lint->playbook->variable_count };
	AUTO_CLEAR(PlaceholderList) list = {0};
	placeholder_find(text, place, &scope, &list);
	for (size_t i = 0; i < list.count; i++) {
		const Placeholder *found = &list.items[i];
		AUTO_FREE char *value = str_dup(str_slice(text, found->start, found->len));
		if (found->form != PLACEHOLDER_EXAMPLE || seen->count >= DIAGNOSTIC_LIMIT || strlist_has(seen, value))
			continue;
		strlist_add(seen, value);
		int number = (int) line;
		for (size_t k = 0; k < found->start; k++)
			number += text.ptr[k] == '\n';
		diagnostic_add(lint->out, number, 1, "W-EXAMPLE", "write the real value, or declare a variable with replaces= for it",
			"%s is a value of documentation, it exists nowhere", value);
	}
}

/* Cheap: most texts hold none of the beginnings. */
static bool may_hold_example(const char *text)
{
	static const char *const PARTS[] = { "example.", "2001:", "192.0.2.", "198.51.100.", "203.0.113.", "StrongPasswordHere", "changeme" };
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++)
		if (strstr(text, PARTS[i]))
			return true;
	return false;
}

/* What can only be planned into a refusal is said now. */
static void check_host(const Lint *lint, const StepCommand *command)
{
	bool local = !command->host || text_eq(command->host, "local") || text_eq(command->host, "elsewhere"), names = command->host && str_starts(str_from(command->host), "ssh:");
	if (!local && !names && !text_eq(command->host, "ssh"))
		diagnostic_add(lint->out, (int) command->line, 1, "W-HOST", "host=local, host=ssh:node1,node2, host=ssh each=${nodes}, or host=elsewhere for what is done by hand",
			"host=%.60s is neither this machine nor ssh:NAME: the command cannot be planned", command->host);
	else if ((command->each != NULL) != (!local && !names))
		diagnostic_add(lint->out, (int) command->line, 1, "W-HOST", "host=ssh each=${nodes}, or host=ssh:node1,node2 without each=",
			"each= and host=ssh belong together: one without the other cannot be planned");
	else if (!local && command->cwd)
		diagnostic_add(lint->out, (int) command->line, 1, "W-HOST", "write cd FOLDER && in front of the command",
			"cwd= is a folder of this machine, and the command runs on others");
}

static void check_shell(const Lint *lint, const StepCommand *command, StrList *examples)
{
	check_host(lint, command);
	for (size_t i = 0; i < command->line_count; i++) {
		const ShellLine *line = &command->lines[i];
		check_heredoc(lint, line);
		check_wait(lint, line);
		check_bracket(lint, line);
		if (!command->literal && may_hold_example(line->text))
			check_examples(lint, str_from(line->text), TEXT_COMMAND, line->line, examples);
	}
}

/* Which command is meant for which value must be plain: one each, in their order. */
static void check_choice(const Lint *lint, const StepCommand *command)
{
	if (command->choose && command->choice_count != command->line_count)
		diagnostic_add(lint->out, (int) command->line, 1, "E-KEY", "name one value in of= for each command of the block, in their order",
			"choose=%s has %zu values in of=, and the block %zu commands", command->choose, command->choice_count, command->line_count);
}

void lint_commands(const Lint *lint)
{
	AUTO_CLEAR(StrList) examples = {0};
	for (size_t i = 0; i < lint->playbook->command_count; i++)
		if (lint->playbook->commands[i]->kind == CODE_SHELL) {
			check_shell(lint, lint->playbook->commands[i], &examples);
			check_choice(lint, lint->playbook->commands[i]);
		}
	for (size_t i = 0; i < lint->playbook->block_count; i++) {
		const Block *block = lint->playbook->blocks[i];
		bool prose = block->kind != BLOCK_ANNOTATION && block->kind != BLOCK_FRONT_MATTER && block->kind != BLOCK_HTML;
		if (prose && may_hold_example(block->source))
			check_examples(lint, str_from(block->source), TEXT_PROSE, block->line, &examples);
	}
}
