/* journal_state.h: a Journal from inside, for the files that share it: the chain, the file below it, the held tail. Used
 * inside journal only. */
#pragma once
#include <sys/types.h>
#include "core/journal/journal.h"

/* A record that is chained and told, but not on disk. */
typedef struct HeldLine { char *text; size_t len; char hash[65]; WallTime time; } HeldLine;   /* text ends in its newline */

struct Journal {
	char *folder, *path;
	int fd;                      /* -1: there is no file, or it could not be opened */
	dev_t device;                /* which file it is; inode 0 = none was opened yet */
	ino_t inode;
	bool read_only;              /* it could be opened for reading only */
	int64_t size;                /* bytes of whole records in the file */
	int64_t stored_seq;          /* the last record in the file; 0 = none */
	char stored_head[65];
	int64_t seq;                 /* the last record of the chain, held or in the file */
	char head[65];
	WallTime first_time;
	bool changed;                /* somebody else wrote: nothing more is written */
	/* What lies behind `size` is not known: the file is opened anew and read before anything more is written. It may hold
	 * the beginning of `attempt`, and nothing else. */
	bool suspect;
	Buf attempt;
	HeldLine *lines;             /* the held tail, in order */
	size_t line_count, line_capacity;
	JournalHeld held;
};

typedef bool RecordFunction(void *userdata, const Record *record, Str line, Error *err);

/* Checks the chain line by line and hands the records from `from` to `last` on; lines behind `last` are left alone. */
typedef struct Chain {
	int64_t from, last, seq;
	char head[65];
	WallTime first_time;
	int64_t bytes;
	RecordFunction *each;
	void *userdata;
} Chain;
bool chain_link(void *userdata, int64_t number, Str line, Error *err);

/* ---- journal_file.c ---- */
/* Opens and locks the file, making folder and file. */
BG_CHECK bool journal_file_open(Journal *journal, Error *err);
/* The same for reading only; a file that is not there is none. */
BG_CHECK bool journal_file_open_to_read(Journal *journal, Error *err);
/* Removes what stands behind the last whole record. */
BG_CHECK bool journal_file_cut(Journal *journal, Error *err);
/* The file can be written to and is as it was left: opened anew and read again where that was in doubt. */
BG_CHECK bool journal_file_ready(Journal *journal, Error *err);
/* Writes all and confirms it, or leaves the file as it was (or suspect). */
BG_CHECK bool journal_file_write(Journal *journal, Str bytes, Error *err);

/* ---- journal.c: a record that is to follow the last one: filled, composed, and what it is when it counts ---- */
/* The line of *record, which becomes what a reader will make of that line: what could not be read back is not written. */
void journal_fill(const Journal *journal, const JournalEntry *entry, Record *record);
BG_CHECK bool journal_compose(const Journal *journal, Record *record, Buf *line, Error *err);
void journal_advance(Journal *journal, Record *record, const Buf *line, Record *ret_record, Buf *ret_line);
/* held.c */
void journal_held_clear(Journal *journal);
