/* statement_parse.c: reads the lines in their order, then writes them again: a text whose bytes are not those that we would write
 * is refused. So there is one text for every statement, and no second reading of it. */
#include "core/base/alloc.h"
#include "core/signoff/statement.h"
#include "core/signoff/statement_lines.h"

static bool fail_line(Error *err, int number, const char *key, const char *why)
{
	error_set(err, ERROR_INVALID, "the line \"%s\" %s", key, why);
	return error_where(err, "statement:%d", number);
}

static bool is_hex_digest(Str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!((text.ptr[i] >= '0' && text.ptr[i] <= '9') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'f')))
			return false;
	return text.len == 64;
}

static bool read_digest(Str value, char **ret_digest)
{
	if (!str_starts(value, "sha256:"))
		return false;
	Str digits = str_slice(value, 7, value.len);
	if (!is_hex_digest(digits))
		return false;
	*ret_digest = str_dup(digits);
	return true;
}

static bool read_record(Str value, Statement *statement)
{
	Str rest = value, seq;
	return str_split(&rest, ' ', &seq) && str_parse_int(seq, &statement->record) && statement->record >= 0
		&& rest.ptr && read_digest(rest, &statement->head);
}

static bool read_decision(Str value, Statement *statement)
{
	AUTO_FREE char *name = str_dup(value);
	return statement_decision_parse(name, &statement->decision);
}

static bool read_value(Str value, const StatementLine *line, Statement *statement)
{
	switch (line->kind) {
	case LINE_VERSION:
		return str_eq_c(value, STATEMENT_VERSION);
	case LINE_TEXT:
	case LINE_REASON:
		*statement_text_at(statement, line) = str_dup(value);
		return value.len > 0;
	case LINE_DIGEST:
		return read_digest(value, statement_text_at(statement, line));
	case LINE_DECISION:
		return read_decision(value, statement);
	case LINE_CHANGES:
		strlist_add_str(&statement->changes, value);
		return value.len > 0 && statement->changes.count <= STATEMENT_MAX_CHANGES;
	case LINE_RECORD:
		return read_record(value, statement);
	case LINE_TIME:
		return wall_parse_iso(value, statement_time_at(statement, line));
	}
	return false;
}

/* "key: value" with this key; moves past it. */
static bool take_line(Str *rest, const char *key, Str *ret_value)
{
	Str ahead = *rest, line;
	size_t len = strlen(key);
	if (!str_next_line(&ahead, &line) || !str_starts(line, key) || !str_starts(str_slice(line, len, line.len), ": "))
		return false;
	*ret_value = str_slice(line, len + 2, line.len);
	*rest = ahead;
	return true;
}

static bool may_be_absent(StatementLineKind kind)
{
	return kind == LINE_REASON || kind == LINE_CHANGES;
}

static bool parse_lines(Str text, Statement *statement, Error *err)
{
	Str rest = text, value;
	int number = 0;
	for (size_t i = 0; i < STATEMENT_LINE_COUNT; i++) {
		const StatementLine *line = &STATEMENT_LINES[i];
		bool found = false;
		while (!(found && line->kind != LINE_CHANGES) && take_line(&rest, line->key, &value)) {
			found = true;
			number++;
			if (!read_value(value, line, statement))
				return fail_line(err, number, line->key, "is not well formed");
		}
		if (!found && !may_be_absent(line->kind))
			return fail_line(err, number + 1, line->key, "is missing here");
	}
	return rest.len ? fail_line(err, number + 1, "expires", "must be the last one") : true;
}

bool statement_parse(Str text, Statement *ret_statement, Error *err)
{
	if (text.len > STATEMENT_MAX_BYTES)
		return error_set(err, ERROR_INVALID, "the statement is larger than the limit of %d bytes", STATEMENT_MAX_BYTES);
	AUTO_CLEAR(Statement) statement = { 0 };
	if (!parse_lines(text, &statement, err))
		return false;
	AUTO_CLEAR(Buf) again = { 0 };
	statement_render(&statement, &again);
	if (!str_eq(buf_str(&again), text))
		return error_set(err, ERROR_INVALID, "the statement is not written as breakglass writes it");
	*ret_statement = statement;
	statement = (Statement){ 0 };
	return true;
}
