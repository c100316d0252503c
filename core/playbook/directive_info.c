/* directive_info.c: the braces of a fence's info string as settings of the command: `sh {name=deploy risk=change}`.
 * Other tools write there too (pandoc's {.sh #id}, runme's {name=x background=true} and its JSON), so what is not ours is left alone
 * as long as nothing in the braces is ours alone. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/playbook/directive_read.h"
#include "core/playbook/directive_table.h"

/* How a key of the info string is kept: under which key, or as a flag that its value switches. */
static const struct InfoKey {
	const char *name, *kept_as;
	bool shared;   /* other tools use the name too */
} INFO_KEYS[] = {
	{ "name", "name", true }, { "cwd", "cwd", true }, { "interactive", "tty", true },
	{ "excludeFromRunAll", "optional", true }, { "host", "host", false }, { "tty", "tty", false }, { "risk", "risk", false },
	{ "timeout", "timeout", false }, { "confirm", "confirm", false }, { "expect", "expect", false },
	{ "choose", "choose", false }, { "of", "of", false }, { "each", "each", false }, { "literal", "literal", false }, { "optional", "optional", false },
	{ "undo", "undo", false }, { "restores", "restores", false },
};

static const struct InfoKey *find_info_key(const char *name) {
	for (size_t i = 0; i < BG_LENGTH(INFO_KEYS); i++)
		if (text_eq(INFO_KEYS[i].name, name))
			return &INFO_KEYS[i];
	return NULL;
}

static void arg_clear(DirectiveArg *arg)
{
	free(arg->key);
	free(arg->value);
}

static void keep_arg(Directive *directive, DirectiveArg arg, bool strict, DiagnosticList *diagnostics)
{
	const struct InfoKey *key = arg.op == OP_EQ ? find_info_key(arg.key) : NULL;
	if (key) {
		free(arg.key);
		arg.key = bg_strdup(key->kept_as);
		directive_add_arg(directive, arg);
		return;
	}
	if (strict && arg.op != OP_NONE)
		diagnostic_add(diagnostics, arg.line, arg.column, "E-KEY", "the keys are those of the cmd directive",
			"a command has no key %s", arg.key);
	arg_clear(&arg);
}

/* Whether the braces hold a key that no other tool has: then a mistyped one beside it is an error. */
static bool is_ours(Reader reader)
{
	DiagnosticList ignored = {0};
	bool ours = false;
	while (!ours && reader_skip_blanks(&reader)) {
		DirectiveArg arg;
		if (!reader_next_arg(&reader, &arg, &ignored))
			break;
		const struct InfoKey *key = arg.op == OP_EQ ? find_info_key(arg.key) : NULL;
		ours = key && !key->shared;
		arg_clear(&arg);
	}
	diagnostic_list_clear(&ignored);
	return ours;
}

void directive_parse_info(Str info, int line, int column, DirectiveList *out, DiagnosticList *diagnostics)
{
	Str line_end = info;
	if (!str_next_line(&line_end, &info))
		return;
	ptrdiff_t open = str_find_char(info, '{');
	if (open < 0)
		return;
	Str inside = str_slice(info, (size_t) open + 1, info.len);
	size_t end = inside.len;
	while (end > 0 && inside.ptr[end - 1] != '}')
		end--;
	if (end == 0 || str_starts(str_trim(inside), "\""))   /* no closing brace, or runme's JSON */
		return;
	Reader reader = { .text = str_slice(inside, 0, end - 1), .line = line, .column = column + (int) open + 1 };
	bool strict = is_ours(reader);
	DiagnosticList ignored = {0};
	DiagnosticList *errors = strict ? diagnostics : &ignored;
	DirectiveList found = {0};
	Directive *directive = directive_list_add(&found, DIRECTIVE_CMD, line, column + (int) open);
	while (directive->arg_count < DIRECTIVE_ARG_LIMIT && reader_skip_blanks(&reader)) {
		DirectiveArg arg;
		if (!reader_next_arg(&reader, &arg, errors))
			break;
		keep_arg(directive, arg, strict, errors);
	}
	if (directive->arg_count > 0) {
		directive_check_shape(directive, errors);
		directive_list_move(out, &found);
	}
	directive_list_clear(&found);
	diagnostic_list_clear(&ignored);
}
