/* record_held.h: what an engine holds in memory and the record on disk does not have. */
#pragma once
#include "core/commands/command.h"
#include "core/report/report.h"

/* The report of an incident (NULL: the newest), with the records that a running engine holds of it. No engine is started for that. */
BG_CHECK bool record_load(Command *command, const char *name, Report *ret_report, Error *err);
/* The names of all incidents, oldest first; also one that stands in an engine's memory only. */
BG_CHECK bool record_list(Command *command, StrList *ret_names, Error *err);
/* Says once, on stderr, what is not on disk: an answer that looks well must not hide it. */
void record_tell_held(Command *command);
/* The same words as a line of text on stdout, for what is read aloud or pasted. */
void record_print_held(const Command *command);
/* A line of the record on stdout: its time in UTC and, where that is another one, by the reader's clock. */
void record_print_line(const ReportLine *line);
/* For `--json`: null when all is on disk. Owned. */
Json *record_held_json(const Command *command);
/* The records themselves, as lines of a journal. */
BG_CHECK bool record_held_lines(Command *command, StrList *ret_lines, Json **ret_data, Error *err);
