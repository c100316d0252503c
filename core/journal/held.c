/* held.c: records that the disk did not take: chained like all others, kept in memory, and written in their order as soon
 * as the disk takes them. Their lines are made once: what is written later is what was told, to the byte. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/journal/journal_state.h"
#include "core/journal/lines.h"

const JournalHeld *journal_held(const Journal *journal)
{
	return journal->held.count ? &journal->held : NULL;
}

/* ---- holding ---- */

static bool journal_has_room(const Journal *journal, size_t len, Error *err)
{
	const JournalHeld *held = &journal->held;
	if (held->count < JOURNAL_HELD_RECORDS_MAX && held->bytes + (int64_t) len <= JOURNAL_HELD_BYTES_MAX)
		return true;
	(void) error_set(err, ERROR_IO, "%lld records are held in memory already, and no more than that are", (long long) held->count);
	error_hint(err, "free space on the disk of the journal: they are written by themselves");
	error_what(err, "hold the record");
	return error_where(err, "%s", journal->path);
}

static void journal_begin_to_hold(Journal *journal, const Record *record, const Error *why)
{
	if (journal->held.count == 0)
		journal->held = (JournalHeld) { .first_seq = record->seq, .since = record->time };
	journal->held.why = *why;
}

static void journal_keep_line(Journal *journal, const Record *record, const Buf *line)
{
	if (journal->line_count == journal->line_capacity) {
		journal->line_capacity = journal->line_capacity ? journal->line_capacity * 2 : 16;
		journal->lines = bg_reallocarray(journal->lines, journal->line_capacity, sizeof *journal->lines);
	}
	HeldLine *held = &journal->lines[journal->line_count++];
	*held = (HeldLine) { .text = bg_memdup(line->data, line->len), .len = line->len, .time = record->time };
	memcpy(held->hash, record->hash, sizeof held->hash);
	journal->held.count++;
	journal->held.total++;
	journal->held.bytes += (int64_t) line->len;
	journal->held.last_seq = record->seq;
}

bool journal_hold(Journal *journal, const JournalEntry *entry, const Error *why, Record *ret_record, Buf *ret_line, Error *err)
{
	AUTO_CLEAR(Buf) line = { 0 };
	AUTO_CLEAR(Record) record = { 0 };
	journal_fill(journal, entry, &record);
	if (!journal_compose(journal, &record, &line, err))
		return false;
	if (!journal_has_room(journal, line.len, err))
		return false;
	journal_begin_to_hold(journal, &record, why);
	journal_keep_line(journal, &record, &line);
	journal_advance(journal, &record, &line, ret_record, ret_line);
	return true;
}

bool journal_take_up(Journal *journal, Str line, const Error *why, Record *ret_record, Error *err)
{
	AUTO_CLEAR(Buf) whole = { 0 };
	AUTO_CLEAR(Record) record = { 0 };
	buf_put_str(&whole, line);
	buf_putc(&whole, '\n');
	if (!record_parse(line, &record, err) || !journal_has_room(journal, whole.len, err))
		return false;
	if (record.seq != journal->seq + 1 || strcmp(record.prev, journal->head) != 0) {
		(void) error_set(err, ERROR_CONFLICT, "record %lld does not follow record %lld of the journal", (long long) record.seq,
			(long long) journal->seq);
		return error_where(err, "%s", journal->path);
	}
	journal_begin_to_hold(journal, &record, why);
	journal_keep_line(journal, &record, &whole);
	journal_advance(journal, &record, &whole, ret_record, NULL);
	return true;
}

/* ---- writing ---- */

/* The first `count` lines are in the file. */
static void journal_drop_lines(Journal *journal, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		journal->held.bytes -= (int64_t) journal->lines[i].len;
		free(journal->lines[i].text);
	}
	journal->line_count -= count;
	memmove(journal->lines, journal->lines + count, journal->line_count * sizeof *journal->lines);
	journal->held.count = (int64_t) journal->line_count;
	journal->held.first_seq += (int64_t) count;
}

/* As many lines as make one write. */
static size_t journal_next_block(const Journal *journal, Buf *block)
{
	size_t count = 0;
	while (count < journal->line_count && (count == 0 || block->len + journal->lines[count].len <= JOURNAL_LINE_MAX)) {
		buf_append(block, journal->lines[count].text, journal->lines[count].len);
		count++;
	}
	return count;
}

static bool journal_write_block(Journal *journal, Error *err)
{
	AUTO_CLEAR(Buf) block = { 0 };
	size_t count = journal_next_block(journal, &block);
	if (!journal_file_write(journal, buf_str(&block), err))
		return false;
	journal->size += (int64_t) block.len;
	journal->stored_seq += (int64_t) count;
	memcpy(journal->stored_head, journal->lines[count - 1].hash, sizeof journal->stored_head);
	journal_drop_lines(journal, count);
	return true;
}

bool journal_write_held(Journal *journal, JournalHeld *ret_written, Error *err)
{
	JournalHeld before = journal->held;
	before.first_seq = before.last_seq - before.total + 1;
	Error cause;
	bool ok = !journal->line_count || journal_file_ready(journal, &cause);
	while (ok && journal->line_count)
		ok = journal_write_block(journal, &cause);
	if (ok) {
		journal->held = (JournalHeld) { 0 };
		*ret_written = before;
		return true;
	}
	journal->held.why = cause;
	*err = cause;
	error_what(err, "write the records that are held in memory");
	return error_where(err, "%s", journal->path);
}

/* ---- reading all ---- */

static bool journal_replay_file(const Journal *journal, int64_t from, RecordFunction *each, void *userdata, Error *err)
{
	AUTO_CLOSE int fd = open(journal->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	Chain chain = { .from = from, .last = journal->stored_seq, .head = JOURNAL_GENESIS, .each = each, .userdata = userdata };
	LinesRead lines;
	if (fd < 0)
		(void) error_errno(err, errno, "cannot open the journal");
	if (fd >= 0 && lines_read(fd, journal->path, chain_link, &chain, &lines, err))
		return true;
	error_what(err, "read the journal");
	return error_where(err, "%s", journal->path);
}

bool journal_replay(const Journal *journal, int64_t from, RecordFunction *each, void *userdata, Error *err)
{
	from = from < 1 ? 1 : from;
	if (from <= journal->stored_seq && !journal_replay_file(journal, from, each, userdata, err))
		return false;
	for (size_t i = 0; i < journal->line_count; i++) {
		AUTO_CLEAR(Record) record = { 0 };
		Str line = { journal->lines[i].text, journal->lines[i].len - 1 };
		if (!record_parse(line, &record, err))
			return false;
		if (record.seq >= from && !each(userdata, &record, line, err))
			return false;
	}
	return true;
}

void journal_held_clear(Journal *journal)
{
	for (size_t i = 0; i < journal->line_count; i++)
		free(journal->lines[i].text);
	free(journal->lines);
}
