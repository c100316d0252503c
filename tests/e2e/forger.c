/* forger.c: see forger.h. */
#include "forger.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/journal/journal.h"
#include "tests/support/support.h"

#define PREV ",\"prev\":\""

void forger_read(const char *folder, StrList *ret_lines)
{
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE char *text = read_text(path);
	Str rest = str_from(text), line;
	while (str_next_line(&rest, &line))
		strlist_add_str(ret_lines, line);
}

void forger_write(const char *folder, const StrList *lines)
{
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_CLEAR(Buf) text = { 0 };
	Error err;
	for (size_t i = 0; i < lines->count; i++)
		buf_printf(&text, "%s\n", lines->items[i]);
	assert_ok(file_write_atomic(path, text.data, text.len, 0600, &err), &err);
}

void forger_replace(StrList *lines, size_t at, char *line_take)
{
	free(lines->items[at]);
	lines->items[at] = line_take;
}

void forger_rechain(StrList *lines, size_t from)
{
	for (size_t i = from; i < lines->count; i++) {
		char head[SHA256_HEX_SIZE] = JOURNAL_GENESIS;
		char *line = lines->items[i], *start = strchr(line, ','), *end = strstr(line, PREV);
		for (char *next = end; next; next = strstr(next + 1, PREV))
			end = next;
		if (!start || !end)
			continue;
		if (i > 0)
			sha256_hex(lines->items[i - 1], strlen(lines->items[i - 1]), head);
		forger_replace(lines, i, bg_asprintf("{\"seq\":%zu%.*s" PREV "%s\"}", i + 1, (int) (end - start), start, head));
	}
}

void forger_insert(StrList *lines, size_t at, const char *line)
{
	strlist_add(lines, line);
	for (size_t i = lines->count - 1; i > at; i--)
		forger_swap(lines, i - 1);
}

void forger_swap(StrList *lines, size_t at)
{
	char *line = lines->items[at];
	lines->items[at] = lines->items[at + 1];
	lines->items[at + 1] = line;
}

void forger_cut(StrList *lines, size_t count)
{
	while (lines->count > count)
		strlist_remove(lines, lines->count - 1);
}

bool forger_edit(StrList *lines, size_t at, const char *from, const char *to)
{
	const char *line = lines->items[at], *found = strstr(line, from);
	if (!found)
		return false;
	forger_replace(lines, at, bg_asprintf("%.*s%s%s", (int) (found - line), line, to, found + strlen(from)));
	return true;
}

Json *forger_data(const StrList *lines, size_t at)
{
	AUTO_CLEAR(Record) record = { 0 };
	Error err;
	assert_ok(record_parse(str_from(lines->items[at]), &record, &err), &err);
	return TAKE(record.data);
}

void forger_set_data(StrList *lines, size_t at, const Json *data)
{
	AUTO_FREE char *text = json_text(data);
	const char *line = lines->items[at], *start = strstr(line, ",\"data\":"), *end = line + strlen(line) - strlen(PREV) - 66;
	forger_replace(lines, at, bg_asprintf("%.*s,\"data\":%s%s", (int) (start - line), line, text, end));
}

size_t forger_find(const StrList *lines, const char *type, size_t nth)
{
	AUTO_FREE char *wanted = bg_asprintf("\"type\":\"%s\"", type);
	for (size_t i = 0; i < lines->count; i++) {
		if (strstr(lines->items[i], wanted) && nth-- == 0)
			return i;
	}
	cr_assert_fail("there is no %s in the record", type);
	return 0;
}

char *forger_checkpoint(const StrList *lines, size_t count, const char *incident)
{
	AUTO_CLEAR(Buf) note = { 0 };
	char head[SHA256_HEX_SIZE];
	sha256_hex(lines->items[count - 1], strlen(lines->items[count - 1]), head);
	checkpoint_write(incident, (int64_t) count, head, &note);
	return buf_take(&note);
}
