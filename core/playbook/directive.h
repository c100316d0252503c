/* directive.h: the annotation language: one-line directives in `<!-- bg ... -->`, in a ```breakglass fence, or as key=value pairs of
 * a fence's info string. Parsing is by the grammar alone; what a directive is bound to and whether its action exists comes later. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/str.h"
#include "core/playbook/diagnostic.h"

typedef enum DirectiveVerb {
	DIRECTIVE_PLAYBOOK,
	DIRECTIVE_PROCEDURE,
	DIRECTIVE_VAR,
	DIRECTIVE_GATE,
	DIRECTIVE_DO,
	DIRECTIVE_ALSO,
	DIRECTIVE_UNDO,
	DIRECTIVE_VERIFY,
	DIRECTIVE_GUARD,
	DIRECTIVE_OPENS,
	DIRECTIVE_CLOSES,
	DIRECTIVE_TIMER,
	DIRECTIVE_CMD,
	DIRECTIVE_STEP,
	DIRECTIVE_NOTE,
	DIRECTIVE_OPTIONAL,
	DIRECTIVE_VERB_COUNT
} DirectiveVerb;

typedef enum DirectiveOp {
	OP_NONE,        /* a word */
	OP_EQ,          /* = */
	OP_NE,          /* != */
	OP_MATCH,       /* ~ : POSIX ERE, case-insensitive */
	OP_LT, OP_LE, OP_GT, OP_GE,
} DirectiveOp;

typedef struct DirectiveArg {
	char *key;      /* the word itself when op is OP_NONE */
	DirectiveOp op;
	char *value;    /* unquoted; NULL for a word. ${name} stays as it is */
	int line, column;         /* of the key, from 1 */
	int value_column;         /* of the value's first byte (after the quote) */
} DirectiveArg;

typedef struct Directive {
	DirectiveVerb verb;
	DirectiveArg *args;
	size_t arg_count;
	int line, column;
} Directive;

typedef struct DirectiveList { Directive *items; size_t count, capacity; } DirectiveList;

#define DIRECTIVE_ARG_LIMIT 64     /* arguments of one directive */
#define DIRECTIVE_LIMIT 256        /* directives of one annotation */
#define COMMAND_TIMEOUT_MAX_MS (24LL * 60 * 60 * 1000)   /* what timeout= of a command may say */

/* Parses the body of an annotation: the text between "<!-- bg" and "-->", or the content of a ```breakglass fence. `line` and `column`
 * say where the body's first byte stands in the file; further lines count from column 1 + `indent`, the columns that the container
 * of the block took away (0 for text taken from the file as it is). What breaks a rule is added to `diagnostics` (E-VERB, E-KEY) and
 * left out; the rest is appended to `out`. */
void directive_parse(Str body, int line, int column, int indent, DirectiveList *out, DiagnosticList *diagnostics);
/* Parses the braces of a fence's info string ("sh {name=x risk=read}") into one `cmd` directive; appends nothing when there are
 * none or they hold only other tools' keys. Keys of runme are understood: name, cwd, interactive (tty), excludeFromRunAll. */
void directive_parse_info(Str info, int line, int column, DirectiveList *out, DiagnosticList *diagnostics);
/* True when `text`, a whole HTML comment or its beginning, is an annotation; *ret_body is then what lies between, *ret_offset its
 * byte offset in `text`. An unended comment gives the rest. */
bool directive_find_body(Str text, Str *ret_body, size_t *ret_offset);

const char *directive_verb_name(DirectiveVerb verb);         /* "do" */
const char *directive_verb_help(DirectiveVerb verb);         /* one line */
bool directive_verb_parse(Str name, DirectiveVerb *ret_verb);
const char *directive_op_name(DirectiveOp op);               /* "<=" ; "" for OP_NONE */
/* Whether `key` belongs to the verb itself, not to the action or probe that it names. */
bool directive_is_own_key(DirectiveVerb verb, const char *key);

/* Queries. Borrowed; NULL when absent. */
const char *directive_word(const Directive *directive, size_t index);              /* positional words, from 0 */
const DirectiveArg *directive_find(const Directive *directive, const char *key);   /* the first `key op value` */
const char *directive_value(const Directive *directive, const char *key);          /* of `key=value` */
bool directive_is_yes(const Directive *directive, const char *key);                /* key=yes, or the bare word key */
/* The directive in one line, values quoted where needed: for `--explain` and footnotes. Appends. */
void directive_render(const Directive *directive, Buf *out);

void directive_list_clear(DirectiveList *list);
BG_DEFINE_CLEARP(DirectiveList, directive_list_clear)
/* Moves all of `from` to the end of `to`. */
void directive_list_move(DirectiveList *to, DirectiveList *from);
