/* journal.c: the chain and its store. One writer holds the lock; a record is one write and one fdatasync before anybody is
 * told. What the disk does not take can be held (held.c). */
#include "core/journal/journal_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/journal/lines.h"

#define JOURNAL_FILE "journal.jsonl"

bool chain_link(void *userdata, int64_t number, Str line, Error *err)
{
	Chain *chain = userdata;
	if (number > chain->last)
		return true;
	chain->seq = number;
	chain->bytes += (int64_t) line.len + 1;
	if (number < chain->from) {
		/* Not asked for: only the last one before is needed, for its hash. */
		if (number == chain->from - 1)
			sha256_hex(line.ptr, line.len, chain->head);
		return true;
	}
	AUTO_CLEAR(Record) record = { 0 };
	if (!record_parse(line, &record, err))
		return false;
	if (record.seq != number)
		return error_set(err, ERROR_INVALID, "the record says it is number %lld, but it is line %lld",
			(long long) record.seq, (long long) number);
	if (strcmp(record.prev, chain->head) != 0)
		return error_set(err, ERROR_INVALID, "prev does not match the line before: one of the two was changed");
	memcpy(chain->head, record.hash, sizeof chain->head);
	if (number == 1)
		chain->first_time = record.time;
	return !chain->each || chain->each(chain->userdata, &record, line, err);
}

/* ---- opening ---- */

/* The bytes behind the last newline, which a file that cannot be written keeps until it can. */
static bool journal_remember_tail(Journal *journal, int64_t tail, Error *err)
{
	AUTO_FREE char *bytes = bg_malloc((size_t) tail);
	if (pread(journal->fd, bytes, (size_t) tail, journal->size) != tail)
		return error_errno(err, errno, "reading failed");
	buf_append(&journal->attempt, bytes, (size_t) tail);
	return true;
}

static bool journal_load(Journal *journal, RecordFunction *each, void *userdata, JournalOpened *ret_opened, Error *err)
{
	Chain chain = { .from = 1, .last = INT64_MAX, .head = JOURNAL_GENESIS, .each = each, .userdata = userdata };
	LinesRead lines = { 0 };
	if (journal->fd >= 0 && !lines_read(journal->fd, journal->path, chain_link, &chain, &lines, err))
		return false;
	journal->size = lines.bytes;
	journal->seq = journal->stored_seq = chain.seq;
	journal->first_time = chain.first_time;
	memcpy(journal->head, chain.head, sizeof journal->head);
	memcpy(journal->stored_head, chain.head, sizeof journal->stored_head);
	*ret_opened = (JournalOpened) { .cut_bytes = lines.tail_bytes, .records = chain.seq };
	/* A torn last line is one whose newline never reached the disk; whoever wrote it was never told that it was kept. */
	if (!lines.tail_bytes)
		return true;
	return journal->read_only ? journal_remember_tail(journal, lines.tail_bytes, err) : journal_file_cut(journal, err);
}

static Journal *journal_new(const char *folder)
{
	Journal *journal = bg_calloc(1, sizeof *journal);
	journal->fd = -1;
	journal->folder = bg_strdup(folder);
	journal->path = path_join(folder, JOURNAL_FILE);
	return journal;
}

bool journal_open(const char *folder, RecordFunction *each, void *userdata, Journal **ret_journal,
	JournalOpened *ret_opened, Error *err)
{
	AUTO(Journal) *journal = journal_new(folder);
	JournalOpened opened;
	if (!journal_file_open(journal, err) || !journal_load(journal, each, userdata, &opened, err)) {
		error_what(err, "open the journal");
		return error_where(err, "%s", journal->path);
	}
	*ret_journal = TAKE(journal);
	if (ret_opened)
		*ret_opened = opened;
	return true;
}

bool journal_open_held(const char *folder, RecordFunction *each, void *userdata, Journal **ret_journal,
	JournalOpened *ret_opened, Error *err)
{
	AUTO(Journal) *journal = journal_new(folder);
	Error cause = { 0 };
	bool written = journal_file_open(journal, &cause);
	if (!written && !journal_is_disk_trouble(&cause)) {
		*err = cause;
		error_what(err, "open the journal");
		return error_where(err, "%s", journal->path);
	}
	if ((!written && !journal_file_open_to_read(journal, err)) || !journal_load(journal, each, userdata, ret_opened, err)) {
		error_what(err, "open the journal");
		return error_where(err, "%s", journal->path);
	}
	if (!written)
		ret_opened->trouble = cause;
	*ret_journal = TAKE(journal);
	return true;
}

/* ---- appending ---- */

bool journal_compose(const Journal *journal, Record *record, Buf *line, Error *err)
{
	Record back;
	Error cause;
	record_write(record, line);
	if (line->len > JOURNAL_LINE_MAX) {
		(void) error_set(err, ERROR_INVALID, "the record is longer than %d bytes", JOURNAL_LINE_MAX);
		error_hint(err, "make it smaller: the plan or the text is too long for one record");
	} else if (!record_parse(buf_str(line), &back, &cause)) {
		(void) error_set(err, ERROR_INVALID, "the record could not be read back: %s", cause.why);
		error_hint(err, "leave out what is not plain text, then try again");
	} else {
		record_clear(record);
		*record = back;
		buf_putc(line, '\n');
		return true;
	}
	error_what(err, "write the record");
	return error_where(err, "%s", journal->path);
}

void journal_fill(const Journal *journal, const JournalEntry *entry, Record *record)
{
	*record = (Record) {
		.seq = journal->seq + 1, .time = entry->now, .mono_ms = entry->mono_ms, .who = bg_strdup(entry->who),
		.how = bg_strdup(entry->how), .type = bg_strdup(entry->type), .data = json_copy(entry->data),
	};
	memcpy(record->prev, journal->head, sizeof record->prev);
}

void journal_advance(Journal *journal, Record *record, const Buf *line, Record *ret_record, Buf *ret_line)
{
	if (journal->seq == 0)
		journal->first_time = record->time;
	journal->seq = record->seq;
	memcpy(journal->head, record->hash, sizeof journal->head);
	if (ret_line)
		buf_append(ret_line, line->data, line->len - 1);
	if (ret_record) {
		*ret_record = *record;
		*record = (Record) { 0 };
	}
}

/* What is written now follows what is held: that goes first. */
static bool journal_holds_nothing(const Journal *journal, Error *err)
{
	if (!journal->held.count)
		return true;
	*err = journal->held.why;
	err->hint[0] = '\0';
	return error_hint(err, "%lld earlier records are held in memory: they are written first", (long long) journal->held.count);
}

bool journal_append(Journal *journal, const char *who, const char *how, const char *type, const Json *data,
	WallTime now, int64_t mono_ms, Record *ret_record, Buf *ret_line, Error *err)
{
	JournalEntry entry = { who, how, type, data, now, mono_ms };
	AUTO_CLEAR(Buf) line = { 0 };
	AUTO_CLEAR(Record) record = { 0 };
	Error unwanted;
	err = err ? err : &unwanted;
	journal_fill(journal, &entry, &record);
	if (!journal_compose(journal, &record, &line, err))
		return false;
	if (!journal_holds_nothing(journal, err) || !journal_file_ready(journal, err)
		|| !journal_file_write(journal, buf_str(&line), err)) {
		error_what(err, "write the record");
		return error_where(err, "%s", journal->path);
	}
	journal->size += (int64_t) line.len;
	journal->stored_seq = record.seq;
	memcpy(journal->stored_head, record.hash, sizeof journal->stored_head);
	journal_advance(journal, &record, &line, ret_record, ret_line);
	return true;
}

/* ---- asking ---- */

int64_t journal_seq(const Journal *journal)
{
	return journal->seq;
}

const char *journal_head(const Journal *journal)
{
	return journal->head;
}

int64_t journal_stored_seq(const Journal *journal)
{
	return journal->stored_seq;
}

const char *journal_stored_head(const Journal *journal)
{
	return journal->stored_head;
}

WallTime journal_first_time(const Journal *journal)
{
	return journal->first_time;
}

bool journal_read(const char *folder, int64_t from, RecordFunction *each, void *userdata, Error *err)
{
	AUTO_FREE char *path = path_join(folder, JOURNAL_FILE);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	Chain chain = { .from = from < 1 ? 1 : from, .last = INT64_MAX, .head = JOURNAL_GENESIS, .each = each, .userdata = userdata };
	LinesRead lines;
	if (fd < 0)
		(void) error_errno(err, errno, "cannot open the journal");
	if (fd >= 0 && lines_read(fd, path, chain_link, &chain, &lines, err))
		return true;
	error_what(err, "read the journal");
	return error_where(err, "%s", path);
}

Journal *journal_close(Journal *journal)
{
	if (!journal)
		return NULL;
	if (journal->fd >= 0)
		(void) close(journal->fd);   /* every record was confirmed when it was written */
	journal_held_clear(journal);
	buf_clear(&journal->attempt);
	free(journal->folder);
	free(journal->path);
	free(journal);
	return NULL;
}
