/* directive_read.h: reading one line of arguments; shared by annotations and info strings, private to them. */
#pragma once
#include "core/playbook/directive.h"

typedef struct Reader {
	Str text;          /* one line */
	size_t at;
	int line, column;  /* of text.ptr[0] */
} Reader;

bool is_blank(char c);
/* False at the end of the line. */
bool reader_skip_blanks(Reader *reader);
/* The argument at reader->at, which is no blank. On false the rest of the line is passed over and a diagnostic was added. */
bool reader_next_arg(Reader *reader, DirectiveArg *ret_arg, DiagnosticList *diagnostics);
/* Borrowed until the next one is added. */
Directive *directive_list_add(DirectiveList *list, DirectiveVerb verb, int line, int column);
void directive_add_arg(Directive *directive, DirectiveArg arg);   /* takes the argument's texts */
