/* verify.c: reads an incident's folder as a stranger would, and lists what is not sound. Goes on after a broken line,
 * so that one change does not hide another. Changes nothing, takes no lock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/journal/anchors.h"
#include "core/journal/lines.h"
#include "core/journal/receipts.h"

enum { REPORT_LINES_MAX = 200, ACTIONS_MAX = 1000000 };

typedef struct Verifier {
	const char *folder;
	JournalReport *report;
	char *incident;               /* its id; NULL until it is declared */
	StrList playbooks;            /* digests of the files in playbooks/ */
	StrList receipts;             /* digests of the files in receipts/ */
	StrList given;                /* digests of the receipts that the sign-offs of the record must have left */
	unsigned char *logs;          /* of each action number: what is known of its log */
	int64_t log_count;
	int64_t last_time_ms, last_mono_ms;
	Anchors anchors;              /* what signers saw */
} Verifier;

enum { LOG_STARTED = 1, LOG_RECORDED = 2 };

static void report_add(StrList *list, const char *format, ...) BG_PRINTF(2, 3);

static void report_add(StrList *list, const char *format, ...)
{
	if (list->count > REPORT_LINES_MAX)
		return;
	if (list->count == REPORT_LINES_MAX) {
		strlist_add(list, "and more, not listed");
		return;
	}
	va_list args;
	va_start(args, format);
	strlist_add_take(list, bg_vasprintf(format, args));
	va_end(args);
}

static void verify_clock(Verifier *verifier, int64_t number, const Record *record)
{
	char span[SPAN_TEXT_SIZE];
	if (number > 1 && wall_known(record->time) && record->time.ms < verifier->last_time_ms)
		report_add(&verifier->report->notes, "journal.jsonl:%lld: the clock went back by %s", (long long) number,
			span_format(verifier->last_time_ms - record->time.ms, span));
	if (number > 1 && record->mono_ms < verifier->last_mono_ms)
		report_add(&verifier->report->notes,
			"journal.jsonl:%lld: the clock that no one can set went back: another machine, or a restart",
			(long long) number);
	verifier->last_time_ms = record->time.ms;
	verifier->last_mono_ms = record->mono_ms;
}

static unsigned char *verify_log_slot(Verifier *verifier, int64_t action)
{
	if (action < 1 || action > ACTIONS_MAX)
		return NULL;
	if (action >= verifier->log_count) {
		int64_t count = action * 2;
		verifier->logs = bg_realloc(verifier->logs, (size_t) count);
		memset(verifier->logs + verifier->log_count, 0, (size_t) (count - verifier->log_count));
		verifier->log_count = count;
	}
	return &verifier->logs[action];
}

static void verify_action_log(Verifier *verifier, int64_t number, const Record *record)
{
	const char *recorded = json_get_string(record->data, "log_sha256");
	int64_t action = json_get_int(record->data, "action", 0), bytes = json_get_int(record->data, "log_bytes", -1);
	unsigned char *slot = verify_log_slot(verifier, action);
	if (!slot)
		return;
	if (!recorded) {
		report_add(&verifier->report->notes, "journal.jsonl:%lld: action %lld was recorded without a digest of its log",
			(long long) number, (long long) action);
		return;
	}
	*slot |= LOG_RECORDED;
	AUTO_FREE char *name = bg_asprintf("actions/%lld.log", (long long) action);
	AUTO_FREE char *path = path_join(verifier->folder, name);
	char digest[SHA256_HEX_SIZE];
	unsigned long long size = 0;
	Error cause;
	if (!sha256_file_hex(path, digest, &size, &cause))
		report_add(&verifier->report->problems, "%s: the log of journal.jsonl:%lld cannot be read: %s", name,
			(long long) number, cause.why);
	else if (strcmp(digest, recorded) != 0)
		report_add(&verifier->report->problems, "%s: not the bytes that journal.jsonl:%lld recorded", name,
			(long long) number);
	else if (bytes >= 0 && (unsigned long long) bytes != size)
		report_add(&verifier->report->problems, "%s: %llu bytes, but journal.jsonl:%lld recorded %lld", name, size,
			(long long) number, (long long) bytes);
}

static void verify_started(Verifier *verifier, int64_t number, const Record *record)
{
	unsigned char *slot = verify_log_slot(verifier, json_get_int(record->data, "action", 0));
	(void) number;
	if (slot)
		*slot |= LOG_STARTED;
}

static void verify_playbook(Verifier *verifier, int64_t number, const Record *record)
{
	const char *sha256 = json_get_string(json_get(record->data, "playbook"), "sha256");
	if (!sha256 || strlist_has(&verifier->playbooks, sha256))
		return;
	report_add(&verifier->report->problems,
		"playbooks/: no copy of the playbook that journal.jsonl:%lld runs (sha256 %.16s...): missing or changed",
		(long long) number, sha256);
}

static void verify_declared(Verifier *verifier, int64_t number, const Record *record)
{
	(void) number;
	if (!verifier->incident)
		verifier->incident = bg_strdup_or_null(json_get_string(record->data, "incident"));
}

static void verify_signoff(Verifier *verifier, int64_t number, const Record *record)
{
	char where[64], digest[SHA256_HEX_SIZE];
	const char *statement = json_get_string_or(record->data, "statement", "");
	(void) snprintf(where, sizeof where, "journal.jsonl:%lld", (long long) number);
	receipt_digest(statement, json_get_string_or(record->data, "signature", ""), digest);
	strlist_add(&verifier->given, digest);
	if (!strlist_has(&verifier->receipts, digest))
		report_add(&verifier->report->problems, "receipts/: no receipt of the sign-off in %s: missing or changed", where);
	if (!anchors_add(&verifier->anchors, str_from(statement), NULL, where))
		report_add(&verifier->report->problems, "%s: the signed text names no record that was seen", where);
}

/* What a type of record brings along that lies outside the journal. */
static const struct { const char *type; void (*verify)(Verifier *verifier, int64_t number,
	const Record *record); } outside[] = {
	{ "incident.declared", verify_declared },
	{ "run.started", verify_playbook },
	{ "action.started", verify_started },
	{ "action.finished", verify_action_log },
	{ "signoff.given", verify_signoff },
};

static bool verify_line(void *userdata, int64_t number, Str line, Error *err)
{
	Verifier *verifier = userdata;
	JournalReport *report = verifier->report;
	AUTO_CLEAR(Record) record = { 0 };
	Error cause;
	(void) err;   /* a broken line is a finding, not an end */
	report->records = number;
	bool readable = record_parse(line, &record, &cause);
	if (!readable)
		report_add(&report->problems, "journal.jsonl:%lld: %s", (long long) number, cause.why);
	if (readable && record.seq != number)
		report_add(&report->problems, "journal.jsonl:%lld: the record says it is number %lld", (long long) number,
			(long long) record.seq);
	if (readable && strcmp(record.prev, report->head) != 0)
		report_add(&report->problems, "journal.jsonl:%lld: prev does not match the line before", (long long) number);
	sha256_hex(line.ptr, line.len, report->head);
	if (!readable)
		return true;
	verify_clock(verifier, number, &record);
	for (size_t i = 0; i < BG_LENGTH(outside); i++) {
		if (strcmp(record.type, outside[i].type) == 0)
			outside[i].verify(verifier, number, &record);
	}
	return true;
}

static void verify_read_playbooks(Verifier *verifier)
{
	AUTO_FREE char *folder = path_join(verifier->folder, "playbooks");
	AUTO_CLEAR(StrList) names = { 0 };
	if (!file_is_folder(folder) || !file_list_folder(folder, &names, NULL))
		return;   /* what is missing shows when a run names it */
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		char digest[SHA256_HEX_SIZE];
		unsigned long long size;
		if (!file_is_folder(path) && sha256_file_hex(path, digest, &size, NULL))
			strlist_add(&verifier->playbooks, digest);
	}
}

/* Logs that no record vouches for. */
static void verify_stray_logs(Verifier *verifier)
{
	AUTO_FREE char *folder = path_join(verifier->folder, "actions");
	AUTO_CLEAR(StrList) names = { 0 };
	if (!file_is_folder(folder) || !file_list_folder(folder, &names, NULL))
		return;
	for (size_t i = 0; i < names.count; i++) {
		Str name = str_from(names.items[i]);
		int64_t action = 0;
		if (!str_ends(name, ".log"))
			continue;
		if (!str_parse_int(str_slice(name, 0, name.len - 4), &action))
			action = 0;   /* no action has this number */
		int known = action >= 1 && action < verifier->log_count ? verifier->logs[action] : 0;
		if (!(known & LOG_STARTED))
			report_add(&verifier->report->problems, "actions/%s: the journal has no such action", names.items[i]);
		else if (!(known & LOG_RECORDED))
			report_add(&verifier->report->notes,
				"actions/%s: no digest was recorded; the action runs, or its outcome was lost", names.items[i]);
	}
}

static void verifier_clear(Verifier *verifier)
{
	anchors_clear(&verifier->anchors);
	strlist_clear(&verifier->playbooks);
	strlist_clear(&verifier->receipts);
	strlist_clear(&verifier->given);
	free(verifier->incident);
	free(verifier->logs);
}
BG_DEFINE_CLEARP(Verifier, verifier_clear)

/* What others saw: every receipt and checkpoint, then all of it held against the journal. */
static bool verify_anchors(Verifier *verifier, const StrList *places, Error *err)
{
	ReceiptsReading reading = { verifier->incident, &verifier->given, &verifier->anchors, verifier->report };
	receipts_read_own(&reading, verifier->folder);
	for (size_t i = 0; places && i < places->count; i++)
		receipts_read_kept(&reading, places->items[i]);
	return anchors_check(&verifier->anchors, verifier->folder, verifier->report, err);
}

bool journal_verify(const char *folder, const StrList *places, JournalReport *ret_report, Error *err)
{
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		(void) error_errno(err, errno, "cannot open the journal");
		error_what(err, "verify the record");
		return error_where(err, "%s", path);
	}
	AUTO_CLEAR(JournalReport) report = { .head = JOURNAL_GENESIS };
	AUTO_CLEAR(Verifier) verifier = { .folder = folder, .report = &report };
	LinesRead lines;
	Error cause;
	verify_read_playbooks(&verifier);
	receipts_digests(folder, &verifier.receipts);
	if (!lines_read(fd, "journal.jsonl", verify_line, &verifier, &lines, &cause))
		report_add(&report.problems, "%s: %s; what follows was not read", cause.where, cause.why);
	else if (lines.tail_bytes)
		report_add(&report.notes, "journal.jsonl: a torn last line of %lld bytes: a write that was never confirmed",
			(long long) lines.tail_bytes);
	report.bytes = lines.bytes;
	if (report.records == 0)
		report_add(&report.problems, "journal.jsonl: no records");
	verify_stray_logs(&verifier);
	if (!verify_anchors(&verifier, places, err))
		return error_what(err, "verify the record");
	*ret_report = report;
	report = (JournalReport) { 0 };
	return true;
}

void journal_report_clear(JournalReport *report)
{
	strlist_clear(&report->problems);
	strlist_clear(&report->notes);
	*report = (JournalReport) { 0 };
}
