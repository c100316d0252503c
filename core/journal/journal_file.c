/* journal_file.c: the file below the chain. A write that fails is cut away again, so that the file never holds a record
 * that was refused. Where that cannot be known (the disk did not confirm, or the cut failed), the kernel's idea of the file
 * is not trusted either: it is opened anew, read from its first record, and cut to what had been confirmed, before anything
 * more is written. */
#include "core/journal/journal_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/journal/lines.h"

bool journal_is_disk_trouble(const Error *err)
{
	return err->kind == ERROR_IO || err->kind == ERROR_DENIED || err->kind == ERROR_MISSING;
}

static bool journal_lock(const Journal *journal, Error *err)
{
	if (flock(journal->fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return error_errno(err, errno, "cannot lock the journal");
	(void) error_set(err, ERROR_CONFLICT, "another engine writes this journal");
	return error_hint(err, "use the engine that runs: `breakglass engine status`");
}

static bool journal_file_is_plain(Journal *journal, Error *err)
{
	struct stat status;
	if (fstat(journal->fd, &status) != 0 || !S_ISREG(status.st_mode))
		return error_set(err, ERROR_INVALID, "the journal is not a plain file");
	journal->device = status.st_dev;
	journal->inode = status.st_ino;
	return true;
}

bool journal_file_open(Journal *journal, Error *err)
{
	if (!file_make_folder(journal->folder, 0700, err))
		return false;
	journal->fd = open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal->fd < 0)
		return error_errno(err, errno, "cannot open the journal");
	return journal_file_is_plain(journal, err) && journal_lock(journal, err) && file_sync_folder(journal->folder, err);
}

bool journal_file_open_to_read(Journal *journal, Error *err)
{
	bg_close_fd(&journal->fd);
	journal->read_only = true;
	journal->fd = open(journal->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (journal->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (journal->fd < 0)
		return error_errno(err, errno, "cannot open the journal");
	return journal_file_is_plain(journal, err) && journal_lock(journal, err);
}

bool journal_file_cut(Journal *journal, Error *err)
{
	if (ftruncate(journal->fd, journal->size) == 0 && fdatasync(journal->fd) == 0)
		return true;
	journal->suspect = true;
	return error_errno(err, errno, "cannot cut the torn last line");
}

/* ---- opening it anew ---- */

static bool journal_is_changed(Journal *journal, Error *err, const char *why)
{
	journal->changed = true;
	(void) error_set(err, ERROR_CONFLICT, "%s", why);
	return error_hint(err, "look who wrote to it: `breakglass verify` says from which record on");
}

/* What stands behind the confirmed records is the beginning of what we tried to write last, or nothing. */
static bool journal_tail_is_ours(Journal *journal, Error *err)
{
	struct stat status;
	if (fstat(journal->fd, &status) != 0)
		return error_errno(err, errno, "cannot look at the journal");
	int64_t tail = status.st_size - journal->size;
	if (tail == 0)
		return true;
	if (tail < 0 || (uint64_t) tail > journal->attempt.len)
		return journal_is_changed(journal, err, "something else changed the journal file");
	AUTO_FREE char *bytes = bg_malloc((size_t) tail);
	ssize_t got = pread(journal->fd, bytes, (size_t) tail, journal->size);
	if (got < 0)
		return error_errno(err, errno, "reading failed");
	if (got != tail || memcmp(bytes, journal->attempt.data, (size_t) tail) != 0)
		return journal_is_changed(journal, err, "something else changed the journal file");
	return journal_file_cut(journal, err);
}

static bool journal_read_again(Journal *journal, Error *err)
{
	Chain chain = { .from = 1, .last = journal->stored_seq, .head = JOURNAL_GENESIS };
	LinesRead lines;
	Error cause;
	if (lseek(journal->fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "reading failed");
	if (!lines_read(journal->fd, journal->path, chain_link, &chain, &lines, &cause)) {
		if (journal_is_disk_trouble(&cause)) {
			*err = cause;
			return false;
		}
		return journal_is_changed(journal, err, "what is in the file is not what was written there");
	}
	if (chain.seq != journal->stored_seq || chain.bytes != journal->size || strcmp(chain.head, journal->stored_head) != 0)
		return journal_is_changed(journal, err, "what is in the file is not what was written there");
	return journal_tail_is_ours(journal, err);
}

static bool journal_open_anew(Journal *journal, Error *err)
{
	ino_t before = journal->inode;
	dev_t device = journal->device;
	bg_close_fd(&journal->fd);
	journal->suspect = true;
	if (!journal_file_open(journal, err))
		return false;
	if (before && (journal->inode != before || journal->device != device))
		return journal_is_changed(journal, err, "another file stands in the place of the journal");
	journal->suspect = false;
	if (!journal_read_again(journal, err)) {
		journal->suspect = true;
		return false;
	}
	journal->read_only = false;
	buf_truncate(&journal->attempt, 0);
	return true;
}

bool journal_file_ready(Journal *journal, Error *err)
{
	struct stat status;
	if (journal->changed) {
		(void) error_set(err, ERROR_CONFLICT, "the journal is closed for writing: its file was changed by something else");
		return error_hint(err, "`breakglass verify` says from which record on; a restart of the engine reads it anew: `breakglass engine stop`");
	}
	if (journal->fd < 0 || journal->read_only || journal->suspect)
		return journal_open_anew(journal, err);
	if (fstat(journal->fd, &status) == 0 && status.st_size == journal->size)
		return true;
	return journal_is_changed(journal, err, "something else changed the journal file");
}

bool journal_file_write(Journal *journal, Str bytes, Error *err)
{
	if (file_write_all(journal->fd, bytes.ptr, bytes.len, err)) {
		if (fdatasync(journal->fd) == 0)
			return true;
		(void) error_errno(err, errno, "the disk did not confirm the record");
		/* What the kernel then still has in its cache may never reach the disk, and it says so only once. */
		journal->suspect = true;
	}
	buf_truncate(&journal->attempt, 0);
	buf_put_str(&journal->attempt, bytes);
	if (journal_file_cut(journal, NULL))
		return error_hint(err, "make room on the disk of the journal; nothing was recorded and nothing was started");
	return error_hint(err, "it could not be taken back: look at the timeline before asking again, nothing was started by it");
}
