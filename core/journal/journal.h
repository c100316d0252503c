/* journal.h: the append-only, hash-chained file of one incident.
 * A line is one JSON object of exactly this form (order of the fields, no blanks; the line break below is not there):
 *   {"seq":1,"time":"2026-11-21T03:04:05.678Z","mono":0,"actor":{"who":"ann","how":"uid"},"type":"note.added",
 *   "data":{..},"prev":".."}
 * `time` is UTC, "-" when no calendar can write it; `mono` is ms. `prev` is the SHA-256 of the exact bytes of the line
 * before, without its newline (64 zeros for the first). The head is the hash of the last line.
 * A Journal owns its descriptor and holds an exclusive lock on the file: one writer. Not thread-safe. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/base/str.h"

#define JOURNAL_LINE_MAX (1024 * 1024)      /* bytes of one record */
#define JOURNAL_GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

/* One record, owned. */
typedef struct Record {
	int64_t seq;
	WallTime time;
	int64_t mono_ms;
	char *who, *how, *type;
	Json *data;
	char prev[65];
	char hash[65];               /* of its own line */
} Record;
/* Parses one line (without newline). Refuses missing fields, unknown shapes and over-long lines. Does not check the
 * chain. */
BG_CHECK bool record_parse(Str line, Record *ret_record, Error *err);
/* Appends the line, without newline, exactly as it is stored. */
void record_write(const Record *record, Buf *out);
void record_clear(Record *record);
BG_DEFINE_CLEARP(Record, record_clear)

typedef struct Journal Journal;
/* cut_bytes > 0: a torn last line was cut */
typedef struct JournalOpened {
	int64_t cut_bytes, records;
	Error trouble;               /* journal_open_held(): why nothing can be written now; NONE = it can */
} JournalOpened;

/* Opens or creates FOLDER/journal.jsonl (folder 0700, file 0600), locks it, checks the whole chain, cuts a torn last
 * line (one without a newline, and only that). `each` (NULL ok) gets every record in order; returning false stops with
 * its error. A broken chain is an Error that names the line; nothing is changed then. A journal that another process
 * holds is CONFLICT. */
BG_CHECK bool journal_open(const char *folder, bool (*each)(void *userdata, const Record *record, Str line, Error *err),
	void *userdata, Journal **ret_journal, JournalOpened *ret_opened, Error *err);
/* Appends durably: one write, then fdatasync, before it returns true. What could not be read back (text that is not
 * UTF-8, nesting that is too deep, a line that is too long) is refused. Fills seq, time, prev, hash of *record and
 * gives the stored line in `ret_line` (appended; NULL ok). On failure (disk full, EIO) the file is cut back to what was
 * there before; where that failed too, or the disk did not confirm, the file is opened anew and read again before the next
 * write. Refused while records are held. */
BG_CHECK bool journal_append(Journal *journal, const char *who, const char *how, const char *type, const Json *data,
	WallTime now, int64_t mono_ms, Record *ret_record, Buf *ret_line, Error *err);

/* ---- what the disk does not take ---- */
#define JOURNAL_HELD_RECORDS_MAX 2000
#define JOURNAL_HELD_BYTES_MAX (8 * 1024 * 1024)
/* Records that are chained and told, but stand in memory only. */
typedef struct JournalHeld {
	int64_t count, bytes;        /* now */
	int64_t total;               /* since `since`, with those that were written meanwhile */
	int64_t first_seq, last_seq;
	WallTime since;              /* time of the first */
	Error why;                   /* what the disk said last */
} JournalHeld;
/* journal_open(), but a file that cannot be written (no room, no rights, read-only, no folder) is opened for reading, and one
 * that is not there is empty: records are held then, and `ret_opened->trouble` says why. */
BG_CHECK bool journal_open_held(const char *folder, bool (*each)(void *userdata, const Record *record, Str line, Error *err),
	void *userdata, Journal **ret_journal, JournalOpened *ret_opened, Error *err);
/* One record that is to follow the last one. Borrows all. */
typedef struct JournalEntry {
	const char *who, *how, *type;
	const Json *data;
	WallTime now;
	int64_t mono_ms;
} JournalEntry;
/* Chains a record that could not be written, for `why`: it counts, but is held in memory. Refused when there are too many. */
BG_CHECK bool journal_hold(Journal *journal, const JournalEntry *entry, const Error *why, Record *ret_record, Buf *ret_line,
	Error *err);
/* NULL: everything is on disk. Borrowed. */
const JournalHeld *journal_held(const Journal *journal);
/* Takes up a line (without its newline) that another process held and could not write: it must be the next one of the chain, and is held again. */
BG_CHECK bool journal_take_up(Journal *journal, Str line, const Error *why, Record *ret_record, Error *err);
/* Writes what is held, in order and durably. *ret_written tells of all of it (total 0: nothing was held). False: the rest is
 * still held. */
BG_CHECK bool journal_write_held(Journal *journal, JournalHeld *ret_written, Error *err);
/* Every record from number `from` on, the held ones too, each checked against the one before. */
BG_CHECK bool journal_replay(const Journal *journal, int64_t from, bool (*each)(void *userdata, const Record *record, Str line,
	Error *err), void *userdata, Error *err);
int64_t journal_stored_seq(const Journal *journal);      /* of the last record on disk; 0 = none */
const char *journal_stored_head(const Journal *journal);
/* Is it the disk that failed, and not what was asked? */
bool journal_is_disk_trouble(const Error *err);

int64_t journal_seq(const Journal *journal);             /* of the last record, held or not; 0 = empty */
const char *journal_head(const Journal *journal);        /* JOURNAL_GENESIS when empty */
WallTime journal_first_time(const Journal *journal);
/* The lines from record `from` on, in order, without a lock: for readers and late consoles. The chain is checked
 * from there on; a last line without a newline is left out: it is being written, or torn. */
BG_CHECK bool journal_read(const char *folder, int64_t from, bool (*each)(void *userdata, const Record *record,
	Str line, Error *err), void *userdata, Error *err);
Journal *journal_close(Journal *journal);                /* NULL ok; returns NULL */
BG_DEFINE_FREEP(Journal, journal_close)

/* A checkpoint: origin, size, head as a small text note: "breakglass <incident>\n<seq>\n<head>\n". */
void checkpoint_write(const char *incident, int64_t seq, const char *head, Buf *out);
BG_CHECK bool checkpoint_parse(Str text, char **ret_incident, int64_t *ret_seq, char ret_head[static 65], Error *err);

/* ---- verification, without a lock and without trusting anything ---- */
typedef struct JournalReport {
	int64_t records, bytes;
	char head[65];
	StrList problems;            /* "journal.jsonl:12: prev does not match the line before" */
	StrList notes;               /* honest oddities: a torn last line, a clock that went back */
	/* the highest record that a signature or a receipt saw as it is here: what follows is unanchored */
	int64_t anchored;
} JournalReport;
/* Checks chain, sequence, the checkpoints in sign-offs and in receipts/, that each sign-off has its receipt and each
 * receipt its sign-off, action logs against their recorded digests, playbook copies against theirs. `places` (NULL ok)
 * are folders of checkpoints and receipts that were kept elsewhere; one with nothing in it is a problem: what is absent
 * proves nothing. True when it could be read; whether it is sound is `ret->problems.count == 0`. Signatures are checked
 * by the caller (signoff). */
BG_CHECK bool journal_verify(const char *folder, const StrList *places, JournalReport *ret_report, Error *err);
void journal_report_clear(JournalReport *report);
BG_DEFINE_CLEARP(JournalReport, journal_report_clear)
