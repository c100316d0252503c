/* lint.c: runs the rules in their order. */
#include "core/playbook/lint.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/playbook/lint_rules.h"

static Lint lint_begin(const Playbook *playbook, const Vocabulary *vocabulary, DiagnosticList *out)
{
	Lint lint = { .playbook = playbook, .vocabulary = vocabulary, .out = out };
	Str rest = { playbook->bytes, playbook->byte_count }, line;
	size_t capacity = 0;
	while (str_next_line(&rest, &line)) {
		if (lint.line_count == capacity) {
			capacity = capacity ? 2 * capacity : 256;
			lint.lines = bg_reallocarray(lint.lines, capacity, sizeof *lint.lines);
		}
		lint.lines[lint.line_count++] = line;
	}
	return lint;
}

Str lint_line(const Lint *lint, unsigned number)
{
	return number >= 1 && number <= lint->line_count ? lint->lines[number - 1] : STR("");
}

bool lint_in_code_span(Str line, size_t at)
{
	bool inside = false;
	for (size_t i = 0; i < at && i < line.len; i++)
		inside ^= line.ptr[i] == '`';
	return inside;
}

void lint_errors(Playbook *playbook, const Vocabulary *vocabulary)
{
	Lint lint = lint_begin(playbook, vocabulary, &playbook->diagnostics);
	lint_misplaced(&lint);
	lint_calls(&lint);
	lint_variables(&lint);
	lint_unclosed(&lint);
	lint_ways_back(&lint);
	free(lint.lines);
}

void lint_advice(const Playbook *playbook, WallTime today, bool look_beside, DiagnosticList *out)
{
	const char *file = out->file;
	out->file = playbook->path;
	Lint lint = lint_begin(playbook, NULL, out);
	lint_leftovers(&lint);
	lint_links(&lint, look_beside);
	lint_review(&lint, today);
	lint_commands(&lint);
	lint_literals(&lint);
	lint_undo(&lint);
	lint_hints(&lint);
	if (look_beside)
		lint_unclosed_beside(&lint);
	free(lint.lines);
	diagnostic_sort(out);
	out->file = file;
}
