/* statement.c: the lines of a statement, and how they are written. A value can never begin a line of its own: it is cleaned of
 * everything that a terminal obeys or a reader can be fooled by. */
#include "core/signoff/statement.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/signoff/statement_lines.h"

#define CHANGES_BUDGET (STATEMENT_MAX_BYTES / 4 * 3)   /* bytes after which further changes are only counted */

#define AT(member) offsetof(Statement, member)
const StatementLine STATEMENT_LINES[STATEMENT_LINE_COUNT] = {
	{ "breakglass-signoff", LINE_VERSION, 0 },
	{ "environment", LINE_TEXT, AT(environment) },
	{ "kind", LINE_TEXT, AT(kind) },
	{ "incident", LINE_TEXT, AT(incident) },
	{ "run", LINE_TEXT, AT(run) },
	{ "playbook", LINE_TEXT, AT(playbook) },
	{ "playbook-digest", LINE_DIGEST, AT(playbook_digest) },
	{ "gate", LINE_TEXT, AT(gate) },
	{ "step", LINE_TEXT, AT(step) },
	{ "role", LINE_TEXT, AT(role) },
	{ "signer", LINE_TEXT, AT(signer) },
	{ "decision", LINE_DECISION, AT(decision) },
	{ "reason", LINE_REASON, AT(reason) },
	{ "digest", LINE_DIGEST, AT(digest) },
	{ "change", LINE_CHANGES, AT(changes) },
	{ "record", LINE_RECORD, AT(record) },
	{ "time", LINE_TIME, AT(time) },
	{ "expires", LINE_TIME, AT(expires) },
};
#undef AT

static const char *const decision_names[] = {
	[STATEMENT_YES] = "yes", [STATEMENT_NO] = "no", [STATEMENT_ESCALATE] = "escalate",
	[STATEMENT_WITHDRAW] = "withdraw", [STATEMENT_ALONE] = "alone", [STATEMENT_COUNTERSIGN] = "countersign",
};

const char *statement_decision_name(StatementDecision decision)
{
	return decision_names[decision];
}

bool statement_decision_parse(const char *name, StatementDecision *ret_decision)
{
	for (size_t i = 0; i < BG_LENGTH(decision_names); i++) {
		if (text_eq(name, decision_names[i])) {
			*ret_decision = (StatementDecision) i;
			return true;
		}
	}
	return false;
}

char **statement_text_at(Statement *statement, const StatementLine *line)
{
	return (char **) (void *) ((char *) statement + line->offset);
}

WallTime *statement_time_at(Statement *statement, const StatementLine *line)
{
	return (WallTime *) (void *) ((char *) statement + line->offset);
}

/* The longest prefix of whole characters within `limit` bytes. */
static size_t fitting(Str text, size_t limit)
{
	while (limit && ((unsigned char) text.ptr[limit] & 0xc0) == 0x80)
		limit--;
	return limit;
}

static void put_value(Buf *out, const char *key, const char *value)
{
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise(str_from(value), SANITISE_LINE, &clean);
	Str text = str_trim(buf_str(&clean));
	bool cut = text.len > STATEMENT_MAX_VALUE;
	if (cut)
		text = str_trim(str_slice(text, 0, fitting(text, STATEMENT_MAX_VALUE - 3)));
	buf_printf(out, "%s: %.*s%s\n", key, STR_ARG(text), cut ? "..." : text.len ? "" : "-");
}

/* When there are too many, the last line says how many more the digest covers. The very last change is always written, so that a
 * text that was parsed is written again as it was. */
static void put_changes(Buf *out, const char *key, const StrList *changes)
{
	size_t start = out->len;
	for (size_t i = 0; i < changes->count; i++) {
		bool last = i + 1 == changes->count;
		if (!last && (i + 1 >= STATEMENT_MAX_CHANGES || out->len - start > CHANGES_BUDGET)) {
			buf_printf(out, "%s: and %zu more, all of them in the digest\n", key, changes->count - i);
			return;
		}
		put_value(out, key, changes->items[i]);
	}
}

static void put_line(Buf *out, const Statement *statement, const StatementLine *line)
{
	const char *member = (const char *) statement + line->offset;
	const char *text = line->kind == LINE_TEXT || line->kind == LINE_REASON || line->kind == LINE_DIGEST
		? *(char *const *) (const void *) member : NULL;
	char time[WALL_TEXT_SIZE];
	switch (line->kind) {
	case LINE_VERSION:
		buf_printf(out, "%s: " STATEMENT_VERSION "\n", line->key);
		return;
	case LINE_TEXT:
		put_value(out, line->key, text);
		return;
	case LINE_REASON:
		if (text && *text)
			put_value(out, line->key, text);
		return;
	case LINE_DIGEST:
		buf_printf(out, "%s: sha256:%s\n", line->key, text ? text : "");
		return;
	case LINE_DECISION:
		buf_printf(out, "%s: %s\n", line->key, statement_decision_name(statement->decision));
		return;
	case LINE_CHANGES:
		put_changes(out, line->key, &statement->changes);
		return;
	case LINE_RECORD:
		buf_printf(out, "%s: %" PRId64 " sha256:%s\n", line->key, statement->record, statement->head ? statement->head : "");
		return;
	case LINE_TIME:
		buf_printf(out, "%s: %s\n", line->key, wall_format_iso(*(const WallTime *) (const void *) member, time));
		return;
	}
}

void statement_render(const Statement *statement, Buf *out)
{
	for (size_t i = 0; i < STATEMENT_LINE_COUNT; i++)
		put_line(out, statement, &STATEMENT_LINES[i]);
}

void statement_clear(Statement *statement)
{
	for (size_t i = 0; i < STATEMENT_LINE_COUNT; i++) {
		StatementLineKind kind = STATEMENT_LINES[i].kind;
		if (kind == LINE_TEXT || kind == LINE_REASON || kind == LINE_DIGEST)
			free(*statement_text_at(statement, &STATEMENT_LINES[i]));
	}
	free(statement->head);
	strlist_clear(&statement->changes);
	*statement = (Statement){ 0 };
}
