/* report.h: what happened in an incident, for people who were not there: Markdown, HTML, JSON, and the situation in a
 * few lines. A Report owns everything in it; made from the journal alone, no engine needed. */
#pragma once
#include "core/incident/incident.h"
#include "core/journal/journal.h"
#include "core/providers/reading.h"

/* One line of the timeline. */
typedef struct ReportLine {
	int64_t seq, mono_ms;
	WallTime time;
	char *who, *how;
	EventType type;
	char *text;               /* as event_describe() says it, at that moment of the incident */
} ReportLine;

/* A plan as it was made; the model keeps only the newest of each row. */
typedef struct ReportPlan {
	int64_t seq;
	WallTime time;
	int run, step;            /* indexes */
	bool undo;
	char *who;
	char digest[65];
	Json *plan;
} ReportPlan;

typedef struct ReportReading { WallTime time; char *name, *from, *to, *text; } ReportReading;

typedef struct Report {
	char *folder;
	Incident *incident;       /* as it stands after the last record */
	ReportPlan *plans;
	size_t plan_count;
	ReportReading *readings;  /* changes, oldest first */
	size_t reading_count;
	JournalReport checked;    /* chain, logs, copies, receipts; report_verify() fills it */
	ReportLine *lines;
	size_t count;
	char head[65];            /* hash of the last record */
} Report;

/* Folds FOLDER/journal.jsonl; takes no lock. A broken chain is an Error that names the line. */
BG_CHECK bool report_read(const char *folder, Report *ret_report, Error *err);
/* The same, and `more`: lines of records that follow those in the file (which may be missing then), held in memory by an engine. */
BG_CHECK bool report_read_on(const char *folder, const StrList *more, Report *ret_report, Error *err);
/* Checks the record that the report is about; a report says how that went. */
BG_CHECK bool report_verify(Report *report, Error *err);
/* The plan that an action carried out: the newest of its digest made before it. NULL: it had none. */
const ReportPlan *report_plan_of(const Report *report, const IncidentAction *action);
/* "done", "abandoned", "walking"; of one that nobody ended before the incident was: "never ended". */
const char *report_run_words(const Incident *incident, const Run *run);
void report_clear(Report *report);
BG_DEFINE_CLEARP(Report, report_clear)

/* Everything from outside is escaped: the document shows it, and cannot be shaped by it. Appends. */
void report_markdown(const Report *report, Buf *out);
/* One self-contained file: a picture of the timeline, steps, plans, sign-offs checked again, outputs folded. Appends. */
void report_html(const Report *report, WallTime made, Buf *out);
/* {"incident": the whole state, "timeline": [..], "plans": [..], "signoffs": [how each was checked], "record": {sound, anchored, ..},
 * "records", "head"}. Owned. */
Json *report_json(const Report *report);
/* How one thing is, for the sitrep. `since`: known only from the record; unknown: seen just now. */
typedef struct SitrepCondition { const char *name, *text; ReadingState state; WallTime since; } SitrepCondition;

/* The situation at `now` in short lines of plain text, fit for a chat message: conditions, actions, needs. Takes the live
 * model too, not only what was read from a journal. Appends. */
void report_sitrep(const Incident *incident, const SitrepCondition *conditions, size_t count, WallTime now, Buf *out);
/* The same of a report; conditions are the last that its record tells of, and what was ok is told as what it was then. */
void report_sitrep_of(const Report *report, WallTime now, Buf *out);
