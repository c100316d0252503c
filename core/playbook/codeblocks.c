/* codeblocks.c: what a code block is (C1, C2), which step it belongs to (C3), and commands inside text (S7, S8, G4). */
#include "core/playbook/build.h"
#include "core/playbook/imperative.h"
#include "core/playbook/shell.h"
#include "core/playbook/words.h"

static Str info_word(const Mark *mark)
{
	Str info = str_trim(str_from(mark->info));
	size_t len = 0;
	while (len < info.len && !strchr(" \t{,", info.ptr[len]))
		len++;
	return str_slice(info, 0, len);
}

static bool only_comments(Str text)
{
	bool comment = false;
	for (Str line; str_next_line(&text, &line);) {
		Str trimmed = str_trim(line);
		if (trimmed.len && trimmed.ptr[0] != '#')
			return false;
		comment = comment || trimmed.len;
	}
	return comment;
}

/* A tree of folders is labelled "bash" as often as not. */
static bool draws_a_tree(Str text)
{
	return str_find(text, "\xE2\x94\x9C\xE2\x94\x80") >= 0 || str_find(text, "\xE2\x94\x94\xE2\x94\x80") >= 0;
}

CodeKind code_kind(const Mark *mark)
{
	Str word = info_word(mark), text = str_from(mark->text);
	if (mark->force_note || draws_a_tree(text))
		return CODE_DATA;
	if (word_is_shell_language(word))
		return only_comments(text) ? CODE_MANUAL : CODE_SHELL;
	if (word_is_query_language(word))
		return CODE_QUERY;
	if (word_is_sample_language(word))
		return CODE_SAMPLE;
	if (word.len)
		return CODE_DATA;
	const Mark *lead = mark_before(mark);
	bool output = lead && lead->kind == MARK_PARAGRAPH && text_is_output_lead(str_from(lead->text));
	if (shell_has_prompts(text))
		return CODE_SHELL;
	if (output)
		return CODE_SAMPLE;
	return shell_looks_like(text) ? CODE_SHELL : CODE_DATA;
}

/* The shell's view of the text goes into the command. */
static void read_shell(Builder *builder, StepCommand *command, unsigned first_line)
{
	ShellBlock shell;
	shell_read(builder->arena, str_from(command->text), first_line, &shell);
	command->lines = shell.lines;
	command->line_count = shell.count;
	command->alternatives = shell.alternatives;
	command->risk = shell.risk;
	command->terminal = shell.terminal;
	for (size_t i = 0; i < shell.count && !command->why_not; i++)
		command->why_not = shell.lines[i].why_not;
	if (shell.count == 0)
		command->why_not = "there is no command in it";
	command->runnable = !command->why_not;
}

static StepCommand *new_command(Builder *builder, CodeKind kind, const char *text, Step *step, unsigned line)
{
	StepCommand *command = ARENA_NEW(builder->arena, StepCommand);
	command->kind = kind;
	command->language = "";
	command->text = text;
	command->step = step;
	command->line = line;
	command->line_total = 1;
	command->why_not = kind == CODE_SHELL ? NULL : kind == CODE_MANUAL ? "it is an instruction for a person"
		: "it is no shell command";
	ARENA_PUSH(builder->arena, builder->playbook->commands, builder->playbook->command_count, command);
	if (step)
		ARENA_PUSH(builder->arena, step->commands, step->command_count, command);
	return command;
}

StepCommand *command_from_code(Walk *walk, Mark *mark, Step *step)
{
	Builder *builder = walk->builder;
	StepCommand *command = new_command(builder, code_kind(mark), mark->text, step, mark->line);
	AUTO_FREE char *word = str_dup(info_word(mark));
	for (char *p = word; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char) (*p + ('a' - 'A')) : *p;
	command->language = arena_strdup(builder->arena, word);
	command->line_total = mark->block ? mark->block->line_count : 1;
	if (command->kind == CODE_SHELL)
		read_shell(builder, command, mark->line + (mark->fenced ? 1 : 0));
	mark->command = command;
	if (mark->block)
		mark->block->command = command;
	return command;
}

/* A command block is often preceded by nothing but its heading. */
static Step *step_of_code(Walk *walk, Mark *mark, CodeKind kind)
{
	if (mark->belongs)
		return mark->belongs;
	if (walk_home(walk))
		return walk_home(walk);
	bool acts = kind == CODE_SHELL || kind == CODE_MANUAL || (kind == CODE_QUERY && !mark_before(mark));
	if (walk->reference || !(acts || mark->force_step) || mark->force_note)
		return NULL;
	Mark *before = mark_before(mark);
	bool under_heading = !before || before->kind == MARK_HEADING;
	if (kind == CODE_QUERY && !under_heading)
		return NULL;
	return step_from_heading(walk, mark);
}

void code_classify(Walk *walk, Mark *mark)
{
	CodeKind kind = code_kind(mark);
	Step *step = step_of_code(walk, mark, kind);
	StepCommand *command = command_from_code(walk, mark, step);
	const Mark *lead = mark_before(mark);
	command->example = kind == CODE_SHELL && lead && lead->kind == MARK_PARAGRAPH
		&& text_is_example(str_from(lead->text));
	BlockUse use = kind == CODE_SAMPLE ? USE_SAMPLE : USE_COMMAND;
	mark->step = step;
	if (!mark->block)
		return;
	if (step)
		add_block_to_step(walk->builder, step, mark->block, use);
	else
		mark->block->use = use;
}

/* ---- Commands inside text ---- */

bool span_is_command(Str span)
{
	Str text = str_trim(span), word = shell_first_word(text);
	/* "$VAR", "--flag" and "key: value" are mentioned, not run. */
	return word_is_tool(word) || (str_starts(word, "./") && word.len > 2) || (str_starts(word, "bin/") && word.len > 4);
}

const CodeSpan *mark_only_span(const Mark *mark)
{
	if (mark->span_count != 1)
		return NULL;
	Str text = str_trim(str_from(mark->text)), span = str_trim(str_from(mark->spans[0].text));
	return str_eq(text, span) ? &mark->spans[0] : NULL;
}

StepCommand *command_from_span(Walk *walk, Mark *mark, const CodeSpan *span, Step *step)
{
	const char *text = arena_str(walk->builder->arena, str_trim(str_from(span->text)));
	StepCommand *command = new_command(walk->builder, CODE_SHELL, text, step, mark->line);
	command->language = "sh";
	read_shell(walk->builder, command, mark->line);
	mark->command = command;
	return command;
}

void add_offers(Walk *walk, Mark *mark, Step *step, bool example)
{
	for (size_t i = 0; i < mark->span_count; i++) {
		Str span = str_trim(str_from(mark->spans[i].text));
		if (str_find_char(span, ' ') < 0 || !span_is_command(span))
			continue;
		StepCommand *command = command_from_span(walk, mark, &mark->spans[i], step);
		command->offer = true;
		command->example = example;
	}
}
