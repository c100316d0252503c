/* test_journal.c: what is appended is there, in order and chained, and damage is found. */
#include "core/journal/journal.h"

#include <sys/stat.h>

#include "chronicle.h"
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"

typedef struct Seen { int64_t count, stop_at; char last[65]; } Seen;

static bool see(void *userdata, const Record *record, Str line, Error *err)
{
	Seen *seen = userdata;
	char hash[65];
	sha256_hex(line.ptr, line.len, hash);
	cr_assert_str_eq(hash, record->hash);
	memcpy(seen->last, hash, sizeof hash);
	seen->count++;
	return seen->count != seen->stop_at || error_set(err, ERROR_CANCELLED, "enough");
}

Test(journal, what_was_appended_is_read_back_after_reopening)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *sub = path_join(folder.path, "a/b");
	AUTO(Journal) *journal = NULL;
	JournalOpened opened;
	Error err;
	assert_ok(journal_open(sub, NULL, NULL, &journal, &opened, &err), &err);
	cr_assert_eq(opened.records, 0);
	cr_assert_str_eq(journal_head(journal), JOURNAL_GENESIS);
	AUTO(Json) *data = json_new_object();
	AUTO_CLEAR(Record) record = { 0 };
	AUTO_CLEAR(Buf) line = { 0 };
	assert_ok(journal_append(journal, "ann", "uid", "note.added", data, (WallTime) { 5 }, 3, &record, &line, &err),
		&err);
	cr_assert_eq(record.seq, 1);
	cr_assert_str_eq(record.hash, journal_head(journal));
	note_append(journal, "two");
	char head[65];
	memcpy(head, journal_head(journal), sizeof head);
	journal = journal_close(journal);
	Seen seen = { 0 };
	assert_ok(journal_open(sub, see, &seen, &journal, &opened, &err), &err);
	cr_assert_eq(seen.count, 2);
	cr_assert_eq(journal_seq(journal), 2);
	cr_assert_eq(journal_first_time(journal).ms, 5);
	cr_assert_str_eq(journal_head(journal), head);
	struct stat status;
	AUTO_FREE char *path = path_join(sub, "journal.jsonl");
	cr_assert(stat(path, &status) == 0);
	cr_assert_eq(status.st_mode & 0777, 0600);
	cr_assert(stat(sub, &status) == 0);
	cr_assert_eq(status.st_mode & 0777, 0700);
}

Test(journal, one_writer_at_a_time)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	AUTO(Journal) *second = NULL;
	Error err;
	assert_refused(journal_open(folder.path, NULL, NULL, &second, NULL, &err), &err, ERROR_CONFLICT, "another engine");
	cr_assert(*err.what && *err.where && *err.hint);
	/* Readers need no lock. */
	note_append(journal, "x");
	Seen seen = { 0 };
	assert_ok(journal_read(folder.path, 1, see, &seen, &err), &err);
	cr_assert_eq(seen.count, 1);
	journal = journal_close(journal);
	assert_ok(journal_open(folder.path, NULL, NULL, &second, NULL, &err), &err);
}

Test(journal, a_torn_last_line_is_cut_wherever_it_was_torn)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *bytes = journal_of_notes(&folder, 3);
	size_t len = strlen(bytes), second = 0;
	for (int lines = 0; lines < 2; second++)
		lines += bytes[second] == '\n';
	for (size_t cut = second; cut <= len; cut++) {
		journal_bytes_write(&folder, bytes, cut);
		JournalOpened opened;
		AUTO(Journal) *journal = journal_in(&folder, &opened);
		cr_assert_eq(opened.records, cut == len ? 3 : 2, "cut at %zu", cut);
		cr_assert_eq(opened.cut_bytes, cut == len ? 0 : (int64_t) (cut - second), "cut at %zu", cut);
		note_append(journal, "after");
		journal = journal_close(journal);
		Seen seen = { 0 };
		Error err;
		assert_ok(journal_read(folder.path, 1, see, &seen, &err), &err);
		cr_assert_eq(seen.count, cut == len ? 4 : 3);
	}
}

Test(journal, every_changed_byte_is_found_by_the_chain_or_by_the_head)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *bytes = journal_of_notes(&folder, 3);
	AUTO(Journal) *whole = journal_in(&folder, NULL);
	char head[65];
	memcpy(head, journal_head(whole), sizeof head);
	whole = journal_close(whole);
	size_t len = strlen(bytes);
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 0x04;
		journal_bytes_write(&folder, bytes, len);
		AUTO(Journal) *journal = NULL;
		JournalOpened opened;
		Error err = { 0 };
		bool ok = journal_open(folder.path, NULL, NULL, &journal, &opened, &err);
		cr_assert(!ok || strcmp(journal_head(journal), head) != 0, "byte %zu was changed unnoticed", i);
		cr_assert(ok || strstr(err.where, "journal.jsonl:"), "byte %zu: no line: %s", i, err.where);
		if (!ok) {
			AUTO_FREE char *after = read_text(temp_path(&folder, "journal.jsonl"));
			cr_assert_eq(strlen(after), len, "byte %zu: a broken journal was changed", i);
		}
		bytes[i] ^= 0x04;
	}
}

Test(journal, lines_taken_out_swapped_or_doubled_break_the_chain)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *bytes = journal_of_notes(&folder, 4);
	AUTO_CLEAR(StrList) lines = { 0 };
	strlist_split(&lines, str_from(bytes), '\n');
	static const int orders[][5] = { { 1, 2, 3, -1 }, { 0, 2, 3, -1 }, { 0, 2, 1, 3, -1 }, { 0, 0, 1, 2, -1 }, { 0, 1,
		1, 2, -1 } };
	for (size_t i = 0; i < BG_LENGTH(orders); i++) {
		AUTO_CLEAR(Buf) changed = { 0 };
		for (const int *line = orders[i]; *line >= 0; line++)
			buf_printf(&changed, "%s\n", lines.items[*line]);
		journal_bytes_write(&folder, changed.data, changed.len);
		AUTO(Journal) *journal = NULL;
		Error err;
		cr_assert_not(journal_open(folder.path, NULL, NULL, &journal, NULL, &err), "order %zu was accepted", i);
		cr_assert(*err.where && *err.why);
	}
}

Test(journal, a_reader_begins_anywhere_and_leaves_out_what_is_being_written)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *bytes = journal_of_notes(&folder, 5);
	journal_bytes_write(&folder, bytes, strlen(bytes) - 3);
	static const struct { int64_t from, count; } cases[] = { { 1, 4 }, { 0, 4 }, { 3, 2 }, { 4, 1 }, { 5, 0 }, { 99,
		0 } };
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Seen seen = { 0 };
		Error err;
		assert_ok(journal_read(folder.path, cases[i].from, see, &seen, &err), &err);
		cr_assert_eq(seen.count, cases[i].count, "from %d", (int) cases[i].from);
	}
	Seen seen = { .stop_at = 2 };
	Error err;
	assert_refused(journal_read(folder.path, 1, see, &seen, &err), &err, ERROR_CANCELLED, "enough");
	cr_assert_eq(seen.count, 2);
	assert_refused(journal_read("/nowhere", 1, see, &seen, &err), &err, ERROR_MISSING, "cannot open");
}

Test(journal, two_hundred_thousand_records_are_read_back)
{
	enum { COUNT = 200000 };
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Buf) file = { 0 };
	AUTO(Json) *data = json_new_object();
	json_add_string(data, "text",
		"a note that is about as long as notes in the night of an outage usually are, give or take");
	Record record = { .who = bg_strdup("eng-oncall"), .how = bg_strdup("uid"), .type = bg_strdup("note.added"),
		.data = data };
	memcpy(record.prev, JOURNAL_GENESIS, sizeof record.prev);
	for (int i = 0; i < COUNT; i++) {
		size_t start = file.len;
		record.seq = i + 1;
		record.time.ms = INT64_C(1770000000000) + i * 7;
		record.mono_ms = i * 7;
		record_write(&record, &file);
		sha256_hex(file.data + start, file.len - start, record.prev);
		buf_putc(&file, '\n');
	}
	journal_bytes_write(&folder, file.data, file.len);
	free(record.who);
	free(record.how);
	free(record.type);
	AUTO(Journal) *journal = NULL;
	JournalOpened opened;
	Error err;
	assert_ok(journal_open(folder.path, NULL, NULL, &journal, &opened, &err), &err);
	cr_assert_eq(opened.records, COUNT);
	cr_assert_str_eq(journal_head(journal), record.prev);
	Seen seen = { 0 };
	assert_ok(journal_read(folder.path, COUNT - 1, see, &seen, &err), &err);
	cr_assert_eq(seen.count, 2);
}

Test(journal, long_lines_up_to_the_limit_are_read_across_pieces)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	AUTO_FREE char *text = bg_malloc(JOURNAL_LINE_MAX + 1);
	static const size_t sizes[] = { 10, 262144, 262100, 1000000, 300000, 1 };
	for (size_t i = 0; i < BG_LENGTH(sizes); i++) {
		memset(text, 'x', sizes[i]);
		text[sizes[i]] = '\0';
		note_append(journal, text);
	}
	journal = journal_close(journal);
	Seen seen = { 0 };
	Error err;
	assert_ok(journal_read(folder.path, 1, see, &seen, &err), &err);
	cr_assert_eq(seen.count, (int64_t) BG_LENGTH(sizes));
	memset(text, '\n', 4);
	memset(text + 4, 'x', JOURNAL_LINE_MAX - 4);
	text[JOURNAL_LINE_MAX] = '\0';
	AUTO(Journal) *again = journal_in(&folder, NULL);
	AUTO(Json) *data = json_new_object();
	json_add_string(data, "text", text);
	assert_refused(journal_append(again, "ann", "uid", "note.added", data, (WallTime) { 1 }, 0, NULL, NULL, &err), &err,
		ERROR_INVALID, "longer than");
	note_append(again, "and on");
}

Test(journal, what_could_not_be_read_back_is_not_written)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	AUTO(Json) *data = json_new_object();
	char who[300];
	memset(who, 'x', sizeof who - 1);
	who[sizeof who - 1] = '\0';
	Json *deep = data;
	for (int i = 0; i < JSON_MAX_DEPTH + 2; i++)
		deep = json_add(deep, "in", json_new_object());
	AUTO(Json) *flat = json_new_object();
	AUTO(Json) *latin = json_new_object();
	json_add_string(latin, "text", "caf\xe9");
	const struct { const char *name, *who, *type; const Json *data; } cases[] = {
		{ "deep", "ann", "a.b", data }, { "who", who, "a.b", flat }, { "type",
			"ann", "a b", flat },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		cr_assert_not(journal_append(journal, cases[i].who, "uid", cases[i].type, cases[i].data, (WallTime) { 1 }, 0,
			NULL, NULL,
			&err), "%s was written", cases[i].name);
		cr_assert(strstr(err.why, "could not be read back"), "%s: %s", cases[i].name, err.why);
	}
	/* Bytes that are no text become the mark for that, in the file and in what the caller gets alike. */
	AUTO_CLEAR(Record) record = { 0 };
	Error latin_err;
	assert_ok(journal_append(journal, "ann", "uid", "a.b", latin, (WallTime) { 1 }, 0, &record, NULL, &latin_err),
		&latin_err);
	assert_text("text", json_get_string(record.data, "text"), "caf\xef\xbf\xbd");
	who[256] = '\0';
	memset(who, '\x7f', 200);
	Error err;
	assert_ok(journal_append(journal, who, "uid", "a.b", flat, (WallTime) { INT64_MAX }, 0, NULL, NULL, &err), &err);
	journal = journal_close(journal);
	journal = journal_in(&folder, NULL);
	cr_assert_eq(journal_seq(journal), 2);
}

Test(journal, something_that_is_no_journal_is_refused_and_left_alone)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *big = bg_malloc(JOURNAL_LINE_MAX * 2);
	memset(big, 'x', JOURNAL_LINE_MAX * 2);
	journal_bytes_write(&folder, big, JOURNAL_LINE_MAX * 2);
	AUTO(Journal) *journal = NULL;
	Error err;
	assert_refused(journal_open(folder.path, NULL, NULL, &journal, NULL, &err), &err, ERROR_INVALID, "line is longer");
	assert_text("line", strrchr(err.where, ':'), ":1");
}
