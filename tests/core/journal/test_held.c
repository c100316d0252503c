/* test_held.c: what the disk does not take is chained, kept, and written in its order, to the byte; a disk that did not confirm is read again
 * before anything more is written. The calls that a disk can fail stand in this file: they fail when a test says so. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chronicle.h"
#include "core/base/alloc.h"

/* How the disk fails. A test is a process of its own. */
static struct Disk {
	bool full;               /* writes take `room` bytes more, then none */
	size_t room;
	int sync_errno, cut_errno;   /* 0 = well */
	int error;               /* of a write that fails; 0 = ENOSPC */
	bool read_only;
} disk;

ssize_t write(int fd, const void *bytes, size_t len)
{
	struct stat status;
	bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	if (regular && disk.full) {
		if (disk.room == 0) {
			errno = disk.error ? disk.error : ENOSPC;
			return -1;
		}
		len = len < disk.room ? len : disk.room;
		disk.room -= len;
	}
	return syscall(SYS_write, fd, bytes, len);
}

int fdatasync(int fd)
{
	if (!disk.sync_errno)
		return (int) syscall(SYS_fdatasync, fd);
	errno = disk.sync_errno;
	return -1;
}

int ftruncate(int fd, off_t size)
{
	if (!disk.cut_errno)
		return (int) syscall(SYS_ftruncate, fd, size);
	errno = disk.cut_errno;
	return -1;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	if (flags & O_CREAT) {
		va_list args;
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (!disk.read_only || !(flags & (O_RDWR | O_WRONLY | O_CREAT)))
		return (int) syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	errno = EROFS;
	return -1;
}

#define NOTED ((WallTime) { INT64_C(1770000000123) })

static Json *note(const char *text)
{
	Json *data = json_new_object();
	json_add_string(data, "text", text);
	return data;
}

static bool try_note(Journal *journal, const char *text, Error *err)
{
	AUTO(Json) *data = note(text);
	return journal_append(journal, "ann", "uid", "note.added", data, NOTED, 0, NULL, NULL, err);
}

/* As the engine does: written if it can be, else held. */
static void note_or_hold(Journal *journal, const char *text)
{
	Error why, err;
	if (try_note(journal, text, &why))
		return;
	AUTO(Json) *data = note(text);
	JournalEntry entry = { "ann", "uid", "note.added", data, NOTED, 0 };
	AUTO_CLEAR(Record) record = { 0 };
	assert_ok(journal_hold(journal, &entry, &why, &record, NULL, &err), &err);
	cr_assert_str_eq(record.hash, journal_head(journal));
}

typedef struct Told { Buf texts; int64_t last; } Told;

static bool tell(void *userdata, const Record *record, Str line, Error *err)
{
	Told *told = userdata;
	(void) line;
	(void) err;
	cr_assert_eq(record->seq, told->last + 1);
	told->last = record->seq;
	buf_printf(&told->texts, "%s ", json_get_string_or(record->data, "text", "?"));
	return true;
}

static void expect_replay(const Journal *journal, const char *texts)
{
	Told told = { 0 };
	Error err;
	assert_ok(journal_replay(journal, 1, tell, &told, &err), &err);
	assert_text("replay", buf_text(&told.texts), texts);
	buf_clear(&told.texts);
}

static void expect_file(TempFolder *folder, const char *texts)
{
	Told told = { 0 };
	Error err;
	assert_ok(journal_read(folder->path, 1, tell, &told, &err), &err);
	assert_text("file", buf_text(&told.texts), texts);
	buf_clear(&told.texts);
	AUTO_CLEAR(JournalReport) report = { 0 };
	assert_ok(journal_verify(folder->path, NULL, &report, &err), &err);
	cr_assert(report.problems.count == 0, "%s", report.problems.count ? report.problems.items[0] : "");
	cr_assert_eq(report.notes.count, 0);
}

static int64_t write_held(Journal *journal)
{
	JournalHeld written;
	Error err;
	assert_ok(journal_write_held(journal, &written, &err), &err);
	cr_assert_null(journal_held(journal));
	return written.total;
}

Test(held, what_a_full_disk_does_not_take_is_written_later_in_its_order)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "one");
	disk.full = true;
	disk.room = 120;
	note_or_hold(journal, "two");
	note_or_hold(journal, "three");
	const JournalHeld *held = journal_held(journal);
	cr_assert(held && held->count == 2 && held->first_seq == 2 && held->last_seq == 3 && held->why.os_code == ENOSPC);
	cr_assert_eq(journal_seq(journal), 3);
	cr_assert_eq(journal_stored_seq(journal), 1);
	expect_replay(journal, "one two three ");
	expect_file(&folder, "one ");
	JournalHeld written;
	Error err;
	disk.room = 300;
	assert_refused(journal_write_held(journal, &written, &err), &err, ERROR_IO, "No space left");
	cr_assert_eq(journal_held(journal)->count, 2);
	disk.full = false;
	char head[65];
	memcpy(head, journal_head(journal), sizeof head);
	cr_assert_eq(write_held(journal), 2);
	cr_assert_str_eq(journal_head(journal), head, "what was told is not what was written");
	expect_file(&folder, "one two three ");
	note_append(journal, "four");
	expect_file(&folder, "one two three four ");
}

Test(held, nothing_overtakes_what_is_held)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "one");
	disk.full = true;
	note_or_hold(journal, "two");
	disk.full = false;
	Error err;
	assert_refused(try_note(journal, "three", &err), &err, ERROR_IO, "No space left");
	cr_assert(strstr(err.hint, "written first"), "%s", err.hint);
	cr_assert_eq(write_held(journal), 1);
	note_append(journal, "three");
	expect_file(&folder, "one two three ");
}

Test(held, only_so_many_are_held)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	Error why = { .kind = ERROR_IO }, err;
	AUTO(Json) *data = note("x");
	JournalEntry entry = { "ann", "uid", "note.added", data, NOTED, 0 };
	for (int i = 0; i < JOURNAL_HELD_RECORDS_MAX; i++)
		assert_ok(journal_hold(journal, &entry, &why, NULL, NULL, &err), &err);
	assert_refused(journal_hold(journal, &entry, &why, NULL, NULL, &err), &err, ERROR_IO, "held in memory already");
	cr_assert(*err.what && *err.where && *err.hint);
	cr_assert_eq(write_held(journal), JOURNAL_HELD_RECORDS_MAX);
	AUTO_FREE char *large = bg_malloc(900 * 1024 + 1);
	memset(large, 'y', 900 * 1024);
	large[900 * 1024] = '\0';
	AUTO(Json) *much = note(large);
	entry.data = much;
	int count = 0;
	while (journal_hold(journal, &entry, &why, NULL, NULL, &err))
		count++;
	cr_assert(count >= 8 && count <= 10, "%d", count);
	cr_assert_eq(write_held(journal), count);
}

/* ---- another process takes it up ---- */

static bool keep_line(void *userdata, const Record *record, Str line, Error *err)
{
	(void) record;
	(void) err;
	strlist_add_str(userdata, line);
	return true;
}

Test(held, what_was_held_when_a_process_ended_is_taken_up_by_another_only_where_it_continues_the_chain)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(StrList) lines = { 0 };
	Journal *first = journal_in(&folder, NULL);
	Error why = { .kind = ERROR_IO, .why = "No space left on device" }, err;
	note_append(first, "one");
	disk.full = true;
	note_or_hold(first, "two");
	note_or_hold(first, "three");
	assert_ok(journal_replay(first, 2, keep_line, &lines, &err), &err);
	journal_close(first);
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	AUTO_CLEAR(Record) taken = { 0 };
	AUTO_FREE char *changed = bg_strdup(lines.items[0]);
	strstr(changed, "two")[0] = 'T';
	assert_refused(journal_take_up(journal, str_from(lines.items[1]), &why, NULL, &err), &err, ERROR_CONFLICT, "record 3 does not follow record 1");
	assert_ok(journal_take_up(journal, str_from(changed), &why, &taken, &err), &err);
	cr_assert_eq(taken.seq, 2);
	/* Nobody can tell that it was changed, but what comes after it does not follow any more. */
	assert_refused(journal_take_up(journal, str_from(lines.items[1]), &why, NULL, &err), &err, ERROR_CONFLICT, "record 3 does not follow record 2");
	assert_refused(journal_take_up(journal, str_from("{}"), &why, NULL, &err), &err, ERROR_INVALID, "");
	cr_assert_eq(journal_held(journal)->count, 1);
	AUTO(Journal) *again = (journal = journal_close(journal), journal_in(&folder, NULL));
	for (size_t i = 0; i < lines.count; i++)
		assert_ok(journal_take_up(again, str_from(lines.items[i]), &why, NULL, &err), &err);
	disk.full = false;
	cr_assert_eq(write_held(again), 2);
	expect_file(&folder, "one two three ");
}

/* ---- the disk does not confirm ---- */

Test(held, after_a_failed_sync_the_file_is_read_again_and_the_record_written_anew)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "one");
	disk.sync_errno = EIO;
	note_or_hold(journal, "two");
	cr_assert_eq(journal_held(journal)->why.os_code, EIO);
	cr_assert(strstr(journal_held(journal)->why.why, "did not confirm"));
	disk.sync_errno = 0;
	cr_assert_eq(write_held(journal), 1);
	expect_file(&folder, "one two ");
}

Test(held, what_could_not_be_cut_is_cut_when_the_file_is_opened_anew)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "one");
	disk.full = true;
	disk.room = 50;
	disk.cut_errno = EIO;
	note_or_hold(journal, "two");
	disk.full = false;
	JournalHeld written;
	Error err;
	assert_refused(journal_write_held(journal, &written, &err), &err, ERROR_IO, "cannot cut");
	disk.cut_errno = 0;
	cr_assert_eq(write_held(journal), 1);
	expect_file(&folder, "one two ");
}

Test(held, a_file_that_is_not_as_it_was_left_is_not_written_to)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "one");
	disk.sync_errno = EIO;
	note_or_hold(journal, "two");
	disk.sync_errno = 0;
	/* What the cache had and the disk did not: a confirmed byte is another one now. */
	AUTO_CLOSE int fd = open(temp_path(&folder, "journal.jsonl"), O_WRONLY | O_CLOEXEC);
	cr_assert(pwrite(fd, "2", 1, 40) == 1);
	JournalHeld written;
	Error err;
	assert_refused(journal_write_held(journal, &written, &err), &err, ERROR_CONFLICT, "not what was written");
	assert_refused(journal_write_held(journal, &written, &err), &err, ERROR_CONFLICT, "closed for writing");
	cr_assert_eq(journal_held(journal)->count, 1);
}

Test(held, another_file_in_its_place_is_not_written_to)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "one");
	disk.sync_errno = EIO;
	note_or_hold(journal, "two");
	disk.sync_errno = 0;
	AUTO_FREE char *bytes = read_text(temp_path(&folder, "journal.jsonl"));
	cr_assert(rename(temp_path(&folder, "journal.jsonl"), temp_path(&folder, "moved")) == 0);
	temp_write(&folder, "journal.jsonl", bytes);
	JournalHeld written;
	Error err;
	assert_refused(journal_write_held(journal, &written, &err), &err, ERROR_CONFLICT, "another file");
}

/* ---- it cannot even be opened ---- */

static Journal *open_held(const char *folder, JournalOpened *ret_opened)
{
	Journal *journal = NULL;
	Error err;
	assert_ok(journal_open_held(folder, NULL, NULL, &journal, ret_opened, &err), &err);
	return journal;
}

Test(held, a_folder_that_cannot_be_made_holds_everything_until_it_can)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	temp_write(&folder, "in the way", "a file");
	const char *below = temp_path(&folder, "in the way/incident");
	JournalOpened opened = { 0 };
	AUTO(Journal) *journal = open_held(below, &opened);
	cr_assert(error_is_set(&opened.trouble) && opened.records == 0);
	note_or_hold(journal, "one");
	note_or_hold(journal, "two");
	expect_replay(journal, "one two ");
	cr_assert(unlink(temp_path(&folder, "in the way")) == 0);
	cr_assert_eq(write_held(journal), 2);
	TempFolder made = { .path = bg_strdup(below) };
	expect_file(&made, "one two ");
	free(made.path);
}

Test(held, a_file_that_can_only_be_read_is_read_and_its_torn_line_cut_later)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *bytes = journal_of_notes(&folder, 2);
	AUTO_FREE char *torn = bg_asprintf("%s{\"seq\":3", bytes);
	journal_bytes_write(&folder, torn, strlen(torn));
	disk.read_only = true;
	JournalOpened opened = { 0 };
	AUTO(Journal) *journal = open_held(folder.path, &opened);
	cr_assert(opened.trouble.os_code == EROFS && opened.records == 2 && opened.cut_bytes == 8);
	note_or_hold(journal, "three");
	cr_assert_eq(journal_held(journal)->why.os_code, EROFS);
	AUTO_FREE char *untouched = read_text(temp_path(&folder, "journal.jsonl"));
	assert_text("the file", untouched, torn);
	disk.read_only = false;
	cr_assert_eq(write_held(journal), 1);
	AUTO(Journal) *second = NULL;
	Error err;
	assert_refused(journal_open(folder.path, NULL, NULL, &second, NULL, &err), &err, ERROR_CONFLICT, "another engine");
	journal = journal_close(journal);
	journal = journal_in(&folder, &opened);
	cr_assert(opened.records == 3 && opened.cut_bytes == 0);
}

Test(held, a_journal_that_can_be_opened_holds_nothing)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	JournalOpened opened = { 0 };
	AUTO(Journal) *journal = open_held(folder.path, &opened);
	cr_assert_not(error_is_set(&opened.trouble));
	note_append(journal, "one");
	cr_assert_null(journal_held(journal));
	expect_file(&folder, "one ");
}
