/* test_journal_faults.c: disks that are full or fail: nothing that was refused is ever found in the file. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chronicle.h"

static bool try_note(Journal *journal, const char *text, Error *err)
{
	AUTO(Json) *data = json_new_object();
	json_add_string(data, "text", text);
	return journal_append(journal, "ann", "uid", "note.added", data, (WallTime) { 1 }, 0, NULL, NULL, err);
}

static off_t size_of(TempFolder *folder)
{
	struct stat status;
	cr_assert(stat(temp_path(folder, "journal.jsonl"), &status) == 0);
	return status.st_size;
}

Test(journal_faults, a_full_disk_refuses_and_leaves_what_was_there)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "before");
	off_t before = size_of(&folder);
	struct rlimit limit;
	(void) signal(SIGXFSZ, SIG_IGN);
	cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	/* The limit stops the write at every byte of the line in turn. */
	for (rlim_t room = 0; room < 200; room += 7) {
		struct rlimit tight = { .rlim_cur = (rlim_t) before + room, .rlim_max = limit.rlim_max };
		Error err;
		cr_assert(setrlimit(RLIMIT_FSIZE, &tight) == 0);
		bool ok = try_note(journal, "does not fit", &err);
		cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
		cr_assert_not(ok);
		assert_error(&err, ERROR_IO, "writing failed");
		cr_assert(*err.what && *err.where && *err.hint);
		cr_assert_eq(size_of(&folder), before);
		cr_assert_eq(journal_seq(journal), 1);
	}
	note_append(journal, "after");
	journal = journal_close(journal);
	JournalOpened opened;
	journal = journal_in(&folder, &opened);
	cr_assert_eq(opened.records, 2);
	cr_assert_eq(opened.cut_bytes, 0);
}

/* The descriptor of the open journal: the one that leads to its file. */
static int journal_descriptor(TempFolder *folder)
{
	struct stat wanted, found;
	cr_assert(stat(temp_path(folder, "journal.jsonl"), &wanted) == 0);
	for (int fd = 3; fd < 1024; fd++) {
		if (fstat(fd, &found) == 0 && found.st_ino == wanted.st_ino && found.st_dev == wanted.st_dev)
			return fd;
	}
	cr_assert(false, "the journal is not open");
	return -1;
}

Test(journal_faults, a_journal_that_cannot_be_cut_back_is_opened_anew_before_the_next_write)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	/* A device that takes nothing and cannot be cut: every write fails, and so does taking it back. */
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int fd = journal_descriptor(&folder);
	int kept = dup(fd);
	cr_assert(full >= 0 && kept >= 0 && dup2(full, fd) == fd);
	Error err;
	assert_refused(try_note(journal, "x", &err), &err, ERROR_IO, "writing failed");
	cr_assert(dup2(kept, fd) == fd);
	(void) close(full);
	(void) close(kept);
	note_append(journal, "after");
	journal = journal_close(journal);
	JournalOpened opened;
	journal = journal_in(&folder, &opened);
	cr_assert_eq(opened.records, 1);
	cr_assert_eq(opened.cut_bytes, 0);
}

Test(journal_faults, a_write_by_somebody_else_is_noticed)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = journal_in(&folder, NULL);
	note_append(journal, "mine");
	FILE *other = fopen(temp_path(&folder, "journal.jsonl"), "a");
	cr_assert(other && fputs("{}\n", other) >= 0 && fclose(other) == 0);
	Error err;
	assert_refused(try_note(journal, "x", &err), &err, ERROR_CONFLICT, "something else changed");
	assert_refused(try_note(journal, "y", &err), &err, ERROR_CONFLICT, "closed for writing");
}

Test(journal_faults, a_link_or_a_folder_is_no_journal)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Journal) *journal = NULL;
	Error err;
	cr_assert(symlink("/dev/null", temp_path(&folder, "journal.jsonl")) == 0);
	cr_assert_not(journal_open(folder.path, NULL, NULL, &journal, NULL, &err));
	cr_assert(unlink(temp_path(&folder, "journal.jsonl")) == 0);
	cr_assert(mkdir(temp_path(&folder, "journal.jsonl"), 0700) == 0);
	cr_assert_not(journal_open(folder.path, NULL, NULL, &journal, NULL, &err));
	cr_assert(mkfifo(temp_path(&folder, "pipe"), 0600) == 0);
	cr_assert(rmdir(temp_path(&folder, "journal.jsonl")) == 0);
	cr_assert(rename(temp_path(&folder, "pipe"), temp_path(&folder, "journal.jsonl")) == 0);
	assert_refused(journal_open(folder.path, NULL, NULL, &journal, NULL, &err), &err, ERROR_INVALID,
		"not a plain file");
}
