/* directive_table.h: the table of verbs: which words and keys each takes. Private to the parser of annotations. */
#pragma once
#include "core/playbook/directive.h"
#include "core/playbook/vocabulary.h"

typedef struct VerbRow {
	const char *name;
	size_t min_words, max_words;
	const char *words;         /* what the words are, for messages: "NAME" */
	const ParamSpec *keys;
	size_t key_count;
	bool takes_call;           /* other keys belong to the action, probe or variable that it names */
	bool flags;                /* bare words name keys: `cmd optional` */
	const char *help;
} VerbRow;

const VerbRow *verb_row(DirectiveVerb verb);
/* Adds E-KEY for words too many or too few, unknown keys, wrong operators and values that cannot be; removes nothing. */
void directive_check_shape(const Directive *directive, DiagnosticList *diagnostics);
