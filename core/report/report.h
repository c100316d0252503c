/* report.h: what happened in an incident, for people who were not there: Markdown, JSON, and the situation in a few
 * lines. A Report owns everything in it; made from the journal alone, no engine needed. */
#pragma once
#include "core/incident/incident.h"
#include "core/journal/journal.h"

/* One line of the timeline. */
typedef struct ReportLine {
	int64_t seq, mono_ms;
	WallTime time;
	char *who, *how;
	EventType type;
	char *text;               /* as event_describe() says it, at that moment of the incident */
} ReportLine;

typedef struct Report {
	Incident *incident;       /* as it stands after the last record */
	ReportLine *lines;
	size_t count;
	char head[65];            /* hash of the last record */
} Report;

/* Folds FOLDER/journal.jsonl; takes no lock. A broken chain is an Error that names the line. */
BG_CHECK bool report_read(const char *folder, Report *ret_report, Error *err);
void report_clear(Report *report);
BG_DEFINE_CLEARP(Report, report_clear)

/* Everything from outside is escaped: the document shows it, and cannot be shaped by it. Appends. */
void report_markdown(const Report *report, Buf *out);
/* {"incident": the whole state, "timeline": [..], "records", "head"}. Owned. */
Json *report_json(const Report *report);
/* The situation at `now` in at most a dozen lines of plain text: what is done, what is next, who is waited for, what is
 * open. Takes the live model too, not only what was read from a journal. Appends. */
void report_sitrep(const Incident *incident, WallTime now, Buf *out);
