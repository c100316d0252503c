/* journal.c: the file store. One writer holds the lock; a record is one write and one fdatasync before anybody is told.
 * A write that fails is cut away again, so that the file never holds a record that was refused. */
#include "core/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/journal/lines.h"

#define JOURNAL_FILE "journal.jsonl"

struct Journal {
	char *path;
	int fd;
	int64_t size;            /* bytes of whole records */
	int64_t seq;
	WallTime first_time;
	char head[65];
	bool broken;             /* the file may hold what was refused: nothing more is written */
};

typedef bool RecordFunction(void *userdata, const Record *record, Str line, Error *err);

/* Checks the chain line by line and hands the records from `from` on. */
typedef struct Chain {
	int64_t from, seq;
	char head[65];
	WallTime first_time;
	RecordFunction *each;
	void *userdata;
} Chain;

static bool chain_link(void *userdata, int64_t number, Str line, Error *err)
{
	Chain *chain = userdata;
	chain->seq = number;
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

static bool journal_lock(Journal *journal, Error *err)
{
	if (flock(journal->fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return error_errno(err, errno, "cannot lock the journal");
	(void) error_set(err, ERROR_CONFLICT, "another engine writes this journal");
	return error_hint(err, "use the engine that runs: `breakglass engine status`");
}

/* A torn last line is one whose newline never reached the disk; whoever wrote it was never told that it was kept. */
static bool journal_cut_tail(Journal *journal, Error *err)
{
	if (ftruncate(journal->fd, journal->size) != 0 || fdatasync(journal->fd) != 0)
		return error_errno(err, errno, "cannot cut the torn last line");
	return true;
}

static bool journal_open_file(Journal *journal, const char *folder, Error *err)
{
	struct stat status;
	if (!file_make_folder(folder, 0700, err))
		return false;
	journal->fd = open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal->fd < 0)
		return error_errno(err, errno, "cannot open the journal");
	if (fstat(journal->fd, &status) != 0 || !S_ISREG(status.st_mode))
		return error_set(err, ERROR_INVALID, "the journal is not a plain file");
	return journal_lock(journal, err) && file_sync_folder(folder, err);
}

static bool journal_load(Journal *journal, RecordFunction *each, void *userdata, JournalOpened *ret_opened, Error *err)
{
	Chain chain = { .from = 1, .head = JOURNAL_GENESIS, .each = each, .userdata = userdata };
	LinesRead lines;
	if (!lines_read(journal->fd, journal->path, chain_link, &chain, &lines, err))
		return false;
	journal->size = lines.bytes;
	journal->seq = chain.seq;
	journal->first_time = chain.first_time;
	memcpy(journal->head, chain.head, sizeof journal->head);
	*ret_opened = (JournalOpened) { .cut_bytes = lines.tail_bytes, .records = chain.seq };
	return lines.tail_bytes == 0 || journal_cut_tail(journal, err);
}

bool journal_open(const char *folder, RecordFunction *each, void *userdata, Journal **ret_journal,
	JournalOpened *ret_opened, Error *err)
{
	AUTO(Journal) *journal = bg_calloc(1, sizeof *journal);
	JournalOpened opened;
	journal->fd = -1;
	journal->path = path_join(folder, JOURNAL_FILE);
	if (!journal_open_file(journal, folder, err) || !journal_load(journal, each, userdata, &opened, err)) {
		error_what(err, "open the journal");
		return error_where(err, "%s", journal->path);
	}
	*ret_journal = TAKE(journal);
	if (ret_opened)
		*ret_opened = opened;
	return true;
}

/* Nobody else may write here; a file of another length means that somebody did. */
static bool journal_is_ours(Journal *journal, Error *err)
{
	struct stat status;
	if (journal->broken) {
		(void) error_set(err, ERROR_IO,
			"an earlier failed write could not be taken back, so the journal is closed for writing");
		return error_hint(err, "make room on the disk, then restart the engine: `breakglass engine stop`");
	}
	if (fstat(journal->fd, &status) == 0 && status.st_size == journal->size)
		return true;
	journal->broken = true;
	(void) error_set(err, ERROR_CONFLICT, "something else changed the journal file");
	return error_hint(err, "look who wrote to it: `breakglass verify` says from which record on");
}

static bool journal_write(Journal *journal, Str line, Error *err)
{
	if (file_write_all(journal->fd, line.ptr, line.len, err)) {
		if (fdatasync(journal->fd) == 0)
			return true;
		(void) error_errno(err, errno, "the disk did not confirm the record");
	}
	if (ftruncate(journal->fd, journal->size) != 0 || fdatasync(journal->fd) != 0)
		journal->broken = true;
	return error_hint(err, "make room on the disk of the journal; nothing was recorded and nothing was started");
}

/* The line of *record, which becomes what a reader will make of that line: what could not be read back is not written.
 * */
static bool journal_compose(Record *record, Buf *line, Error *err)
{
	Record back;
	Error cause;
	record_write(record, line);
	if (line->len > JOURNAL_LINE_MAX) {
		(void) error_set(err, ERROR_INVALID, "the record is longer than %d bytes", JOURNAL_LINE_MAX);
		return error_hint(err, "make it smaller: the plan or the text is too long for one record");
	}
	if (!record_parse(buf_str(line), &back, &cause)) {
		(void) error_set(err, ERROR_INVALID, "the record could not be read back: %s", cause.why);
		return error_hint(err, "leave out what is not plain text, then try again");
	}
	record_clear(record);
	*record = back;
	buf_putc(line, '\n');
	return true;
}

bool journal_append(Journal *journal, const char *who, const char *how, const char *type, const Json *data,
	WallTime now, int64_t mono_ms, Record *ret_record, Buf *ret_line, Error *err)
{
	AUTO_CLEAR(Buf) line = { 0 };
	AUTO_CLEAR(Record) record = {
		.seq = journal->seq + 1, .time = now, .mono_ms = mono_ms, .who = bg_strdup(who), .how = bg_strdup(how),
		.type = bg_strdup(type), .data = json_copy(data),
	};
	memcpy(record.prev, journal->head, sizeof record.prev);
	if (!journal_is_ours(journal, err) || !journal_compose(&record, &line, err)
		|| !journal_write(journal, buf_str(&line), err)) {
		error_what(err, "write the record");
		return error_where(err, "%s", journal->path);
	}
	if (journal->seq == 0)
		journal->first_time = record.time;
	journal->size += (int64_t) line.len;
	journal->seq = record.seq;
	memcpy(journal->head, record.hash, sizeof journal->head);
	if (ret_line)
		buf_append(ret_line, line.data, line.len - 1);
	if (ret_record) {
		*ret_record = record;
		record = (Record) { 0 };
	}
	return true;
}

int64_t journal_seq(const Journal *journal)
{
	return journal->seq;
}

const char *journal_head(const Journal *journal)
{
	return journal->head;
}

WallTime journal_first_time(const Journal *journal)
{
	return journal->first_time;
}

bool journal_read(const char *folder, int64_t from, RecordFunction *each, void *userdata, Error *err)
{
	AUTO_FREE char *path = path_join(folder, JOURNAL_FILE);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	Chain chain = { .from = from < 1 ? 1 : from, .head = JOURNAL_GENESIS, .each = each, .userdata = userdata };
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
	free(journal->path);
	free(journal);
	return NULL;
}
