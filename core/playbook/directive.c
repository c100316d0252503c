/* directive.c: reads annotations: lines of `verb word key=value key>="quoted value"`, with continuation lines and # remarks. */
#include "core/playbook/directive.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/playbook/directive_read.h"
#include "core/playbook/directive_table.h"

static const char *const OPS[] = {
	[OP_NONE] = "", [OP_EQ] = "=", [OP_NE] = "!=", [OP_MATCH] = "~", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=",
};

const char *directive_op_name(DirectiveOp op)
{
	return OPS[op];
}

bool directive_find_body(Str text, Str *ret_body, size_t *ret_offset)
{
	size_t at = 0;
	if (!str_starts(text, "<!--"))
		return false;
	at = 4;
	while (at < text.len && is_blank(text.ptr[at]))
		at++;
	if (at == 4 || !str_starts(str_slice(text, at, text.len), "bg"))
		return false;
	at += 2;
	Str body = str_slice(text, at, text.len);
	if (body.len > 0 && !is_blank(body.ptr[0]) && !str_starts(body, "-->"))
		return false;
	ptrdiff_t end = str_find(body, "-->");
	*ret_body = end < 0 ? body : str_slice(body, 0, (size_t) end);
	*ret_offset = at;
	return true;
}

static void directive_clear(Directive *directive)
{
	for (size_t i = 0; i < directive->arg_count; i++) {
		free(directive->args[i].value);
		free(directive->args[i].key);
	}
	free(directive->args);
	*directive = (Directive){0};
}

void directive_list_clear(DirectiveList *list)
{
	for (size_t i = 0; i < list->count; i++)
		directive_clear(&list->items[i]);
	free(list->items);
	*list = (DirectiveList){0};
}

static void list_push(DirectiveList *list, Directive directive)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 4;
		list->items = bg_reallocarray(list->items, list->capacity, sizeof *list->items);
	}
	list->items[list->count++] = directive;
}

void directive_list_move(DirectiveList *to, DirectiveList *from)
{
	for (size_t i = 0; i < from->count; i++)
		list_push(to, from->items[i]);
	free(from->items);
	*from = (DirectiveList){0};
}

Directive *directive_list_add(DirectiveList *list, DirectiveVerb verb, int line, int column)
{
	list_push(list, (Directive){ .verb = verb, .line = line, .column = column });
	return &list->items[list->count - 1];
}

void directive_add_arg(Directive *directive, DirectiveArg arg)
{
	directive->args = bg_reallocarray(directive->args, directive->arg_count + 1, sizeof *directive->args);
	directive->args[directive->arg_count++] = arg;
}

bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

static int column_at(const Reader *reader)
{
	return reader->column + (int) reader->at;
}

bool reader_skip_blanks(Reader *reader)
{
	while (reader->at < reader->text.len && is_blank(reader->text.ptr[reader->at]))
		reader->at++;
	return reader->at < reader->text.len;
}

static Str reader_rest(const Reader *reader)
{
	return str_slice(reader->text, reader->at, reader->text.len);
}

static Str peek_token(const Reader *reader)
{
	size_t end = reader->at;
	while (end < reader->text.len && !is_blank(reader->text.ptr[end]))
		end++;
	return str_slice(reader->text, reader->at, end - reader->at);
}

static bool read_op(Reader *reader, DirectiveOp *ret_op)
{
	static const struct { const char *text; DirectiveOp op; } SPELLINGS[] = {   /* the longer ones first */
		{ "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE }, { "=", OP_EQ }, { "~", OP_MATCH }, { "<", OP_LT }, { ">", OP_GT },
	};
	for (size_t i = 0; i < BG_LENGTH(SPELLINGS); i++)
		if (str_starts(reader_rest(reader), SPELLINGS[i].text)) {
			reader->at += strlen(SPELLINGS[i].text);
			*ret_op = SPELLINGS[i].op;
			return true;
		}
	return false;
}

static bool read_quoted(Reader *reader, Buf *value, DiagnosticList *diagnostics)
{
	int column = column_at(reader);
	for (reader->at++; reader->at < reader->text.len; reader->at++) {
		char c = reader->text.ptr[reader->at];
		char next = reader->at + 1 < reader->text.len ? reader->text.ptr[reader->at + 1] : '\0';
		if (c == '"') {
			reader->at++;
			if (reader->at == reader->text.len || is_blank(reader->text.ptr[reader->at]))
				return true;
			diagnostic_add(diagnostics, reader->line, column_at(reader), "E-KEY", "put a blank between them, or \\\" for a quote",
				"something follows the closing quote");
			return false;
		}
		if (c == '\\' && (next == '"' || next == '\\')) {
			reader->at++;
			c = next;
		}
		buf_putc(value, c);
	}
	diagnostic_add(diagnostics, reader->line, column, "E-KEY", "a value ends on the line on which it begins",
		"the quote is never closed");
	return false;
}

static bool read_bare(Reader *reader, const char *key, Buf *value, DiagnosticList *diagnostics)
{
	Str token = peek_token(reader);
	if (token.len == 0) {
		diagnostic_add(diagnostics, reader->line, column_at(reader), "E-KEY", "an empty value is written \"\"",
			"%s has no value", key);
		return false;
	}
	if (str_find_char(token, '"') >= 0) {
		diagnostic_add(diagnostics, reader->line, column_at(reader), "E-KEY", "quote the whole value",
			"a quote inside the value of %s", key);
		return false;
	}
	buf_put_str(value, token);
	reader->at += token.len;
	return true;
}

bool reader_next_arg(Reader *reader, DirectiveArg *ret_arg, DiagnosticList *diagnostics)
{
	Str token = peek_token(reader);
	int column = column_at(reader);
	size_t key_len = 0;
	while (key_len < token.len && is_key_char(token.ptr[key_len]))
		key_len++;
	AUTO_FREE char *key = str_dup(str_slice(token, 0, key_len));
	reader->at += key_len;
	DirectiveOp op = OP_NONE;
	if (key_len == 0 || !read_op(reader, &op)) {
		reader->at += token.len - key_len;
		if (str_find_char(token, '"') >= 0 || str_find_char(token, '=') >= 0) {
			diagnostic_add(diagnostics, reader->line, column, "E-KEY", "a key begins with a letter: key=value or key=\"a value\"",
				"\"%.*s\" is no argument", STR_ARG(token));
			reader->at = reader->text.len;
			return false;
		}
		*ret_arg = (DirectiveArg){ .key = str_dup(token), .op = OP_NONE, .line = reader->line, .column = column,
			.value_column = column };
		return true;
	}
	AUTO_CLEAR(Buf) value = {0};
	bool quoted = reader->at < reader->text.len && reader->text.ptr[reader->at] == '"';
	int value_column = column_at(reader) + quoted;
	if (!(quoted ? read_quoted(reader, &value, diagnostics) : read_bare(reader, key, &value, diagnostics))) {
		reader->at = reader->text.len;
		return false;
	}
	*ret_arg = (DirectiveArg){ .key = TAKE(key), .op = op, .value = buf_take(&value), .line = reader->line, .column = column,
		.value_column = value_column };
	return true;
}

static void read_args(Reader *reader, Directive *directive, DiagnosticList *diagnostics)
{
	while (reader_skip_blanks(reader)) {
		DirectiveArg arg;
		if (directive->arg_count == DIRECTIVE_ARG_LIMIT) {
			diagnostic_add(diagnostics, reader->line, column_at(reader), "E-KEY", "split the directive",
				"more than %d arguments in one directive", DIRECTIVE_ARG_LIMIT);
			return;
		}
		if (!reader_next_arg(reader, &arg, diagnostics))
			return;
		directive_add_arg(directive, arg);
	}
}

static void refuse_verb(const Reader *reader, Str token, DiagnosticList *diagnostics)
{
	AUTO_CLEAR(Buf) hint = {0};
	for (size_t i = 0; i < DIRECTIVE_VERB_COUNT && hint.len == 0; i++)
		if (word_distance(token, str_from(directive_verb_name((DirectiveVerb) i))) <= (token.len > 4 ? 2 : 1))
			buf_printf(&hint, "did you mean %s?", directive_verb_name((DirectiveVerb) i));
	if (hint.len == 0)
		buf_puts(&hint, "a line begins with a verb such as do, verify, gate or var, or goes on with key=value");
	diagnostic_add(diagnostics, reader->line, column_at(reader), "E-VERB", buf_text(&hint), "there is no verb \"%.*s\"",
		(int) (token.len > 40 ? 40 : token.len), token.ptr);
}

static bool continues(Str token)
{
	for (size_t i = 0; i < token.len; i++)
		if (memchr("=~<>", token.ptr[i], 4))
			return true;
	return false;
}

void directive_parse(Str body, int line, int column, int indent, DirectiveList *out, DiagnosticList *diagnostics)
{
	DirectiveList found = {0};
	Reader reader = { .line = line, .column = column };
	bool skipping = false;   /* after a line that began no directive, what continues it is passed over as well */
	for (; str_next_line(&body, &reader.text); reader.line++, reader.column = 1 + indent) {
		reader.at = 0;
		if (!reader_skip_blanks(&reader) || reader.text.ptr[reader.at] == '#')
			continue;
		Str token = peek_token(&reader);
		DirectiveVerb verb;
		if (directive_verb_parse(token, &verb)) {
			if (found.count == DIRECTIVE_LIMIT) {
				diagnostic_add(diagnostics, reader.line, column_at(&reader), "E-VERB", "split the comment",
					"more than %d directives in one annotation", DIRECTIVE_LIMIT);
				break;
			}
			Directive *directive = directive_list_add(&found, verb, reader.line, column_at(&reader));
			reader.at += token.len;
			read_args(&reader, directive, diagnostics);
			skipping = false;
		} else if (continues(token) && found.count > 0 && !skipping) {
			read_args(&reader, &found.items[found.count - 1], diagnostics);
		} else if (!skipping || !continues(token)) {
			refuse_verb(&reader, token, diagnostics);
			skipping = true;
		}
	}
	for (size_t i = 0; i < found.count; i++)
		directive_check_shape(&found.items[i], diagnostics);
	directive_list_move(out, &found);
}

const char *directive_word(const Directive *directive, size_t index)
{
	for (size_t i = 0; i < directive->arg_count; i++)
		if (directive->args[i].op == OP_NONE && index-- == 0)
			return directive->args[i].key;
	return NULL;
}

const DirectiveArg *directive_find(const Directive *directive, const char *key)
{
	for (size_t i = 0; i < directive->arg_count; i++)
		if (directive->args[i].op != OP_NONE && text_eq(directive->args[i].key, key))
			return &directive->args[i];
	return NULL;
}

const char *directive_value(const Directive *directive, const char *key)
{
	for (size_t i = 0; i < directive->arg_count; i++)
		if (directive->args[i].op == OP_EQ && text_eq(directive->args[i].key, key))
			return directive->args[i].value;
	return NULL;
}

bool directive_is_yes(const Directive *directive, const char *key)
{
	const char *value = directive_value(directive, key);
	if (value)
		return text_eq(value, "yes") || text_eq(value, "true") || text_eq(value, "required");
	for (size_t i = 0; i < directive->arg_count; i++)
		if (directive->args[i].op == OP_NONE && text_eq(directive->args[i].key, key))
			return true;
	return false;
}

static bool needs_quotes(const char *value)
{
	return value[0] == '\0' || strpbrk(value, " \t\r\n\"");
}

void directive_render(const Directive *directive, Buf *out)
{
	buf_puts(out, directive_verb_name(directive->verb));
	for (size_t i = 0; i < directive->arg_count; i++) {
		const DirectiveArg *arg = &directive->args[i];
		buf_printf(out, " %s%s", arg->key, directive_op_name(arg->op));
		if (arg->op == OP_NONE)
			continue;
		bool quoted = needs_quotes(arg->value);
		if (quoted)
			buf_putc(out, '"');
		for (const char *c = arg->value; *c; c++) {
			if (quoted && (*c == '"' || *c == '\\'))
				buf_putc(out, '\\');
			buf_putc(out, *c);
		}
		if (quoted)
			buf_putc(out, '"');
	}
}
