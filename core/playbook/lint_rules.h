/* lint_rules.h: the rules behind lint.h, a file a family. Private to this folder. */
#pragma once
#include "core/playbook/lint.h"

typedef struct Lint {
	const Playbook *playbook;
	const Vocabulary *vocabulary;   /* NULL: unknown */
	DiagnosticList *out;
	Str *lines;                     /* as written, [0] is line 1 */
	size_t line_count;
} Lint;

/* lint_calls.c: E-ACTION, and E-KEY for the arguments of actions and probes */
void lint_calls(const Lint *lint);
/* lint_variables.c: E-VAR */
void lint_variables(const Lint *lint);
/* lint_ledger.c */
void lint_unclosed(const Lint *lint);                     /* E-UNCLOSED inside the file */
void lint_unclosed_beside(const Lint *lint);              /* E-UNCLOSED where closed-by= names another file */
void lint_ways_back(const Lint *lint);                    /* E-BIND of cmd undo */
void lint_undo(const Lint *lint);                         /* W-UNDOFLAG */
/* lint_source.c */
void lint_misplaced(const Lint *lint);                    /* E-FENCE, E-TERM */
void lint_leftovers(const Lint *lint);                    /* W-TODO */
void lint_links(const Lint *lint, bool look_beside);      /* W-LINK */
void lint_review(const Lint *lint, WallTime today);       /* W-REVIEW */
/* lint_commands.c: W-HEREDOC, W-WAIT, W-EXAMPLE, W-BRACKET */
void lint_commands(const Lint *lint);
/* lint_literals.c: W-REPLACES */
void lint_literals(const Lint *lint);
/* lint_hints.c: H-GATE, H-STEP, H-VERIFY */
void lint_hints(const Lint *lint);
bool lint_asks_for_decision(const char *text);

/* Line `number` from 1 as written; empty outside the file. */
Str lint_line(const Lint *lint, unsigned number);
/* Whether a byte of the line stands between backquotes. */
bool lint_in_code_span(Str line, size_t at);
const LedgerMark *lint_find_closing(const LedgerMark *marks, size_t count, const char *name);
