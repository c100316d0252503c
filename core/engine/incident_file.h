/* incident_file.h: one incident on disk with its model folded: the only place where a request becomes a record.
 * The order is always the same and stands in one function: decide (pure), append to the journal (durable), apply (pure), tell.
 * While the disk takes nothing, records that start nothing are held in memory: they count and are told, and are written later. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/incident/incident.h"
#include "core/journal/journal.h"

typedef struct IncidentFile IncidentFile;

/* Told about every record after it is durable and folded in; `line` is the stored line without newline. */
typedef void (*RecordSink)(void *userdata, const Record *record, Str line);

/* A new folder INCIDENTS/ID with its first record. */
BG_CHECK bool incident_file_declare(const char *incidents, const Request *request, WallTime now, IncidentFile **ret_file, Error *err);
/* Opens an existing folder, folds its journal. A torn last line is cut, and that is recorded. */
BG_CHECK bool incident_file_open(const char *folder, IncidentFile **ret_file, Error *err);
/* The same with what an earlier engine could not write (shelter.h; NULL = nothing), which is held again. *ret_unfit: why it does not continue this
 * record; the incident is opened all the same. */
BG_CHECK bool incident_file_open_sheltered(const char *folder, const Json *sheltered, IncidentFile **ret_file, Error *ret_unfit, Error *err);
IncidentFile *incident_file_close(IncidentFile *file);
BG_DEFINE_FREEP(IncidentFile, incident_file_close)

void incident_file_set_sink(IncidentFile *file, RecordSink sink, void *userdata);
/* decide, append, apply, tell. On refusal or a failed append nothing has changed. A record that the disk does not take is held, unless it
 * starts something that changes the world, or ends the incident: that is refused. */
BG_CHECK bool incident_file_request(IncidentFile *file, const Request *request, Error *err);
/* Why the disk did not take something, and since when; NULL: all is on disk. Borrowed until the next request. */
const Error *incident_file_problem(const IncidentFile *file);
WallTime incident_file_problem_since(const IncidentFile *file);

/* ---- what is held ---- */
#define INCIDENT_HELD_FILES_MAX (16u * 1024 * 1024)
const JournalHeld *incident_file_held(const IncidentFile *file);     /* NULL: no record */
bool incident_file_owes(const IncidentFile *file);                   /* records or files that are in memory only */
bool incident_file_is_held(const IncidentFile *file, int64_t seq);
/* Writes it: files, then records, in order, then a record that says so. True: the disk takes all again (also when nothing was held). */
BG_CHECK bool incident_file_write_held(IncidentFile *file, Error *err);
/* A file of the incident's folder, written whole and durably, or held. `name` is below the folder. */
BG_CHECK bool incident_file_keep(IncidentFile *file, const char *name, Str bytes, Error *err);
/* Gives it another name, once every record so far is on disk. */
void incident_file_settle_name(IncidentFile *file, const char *name, const char *last_name);
void incident_file_drop(IncidentFile *file, const char *name);
/* False: it is not held; then it is on disk, or nowhere. Borrowed until the next request. */
bool incident_file_held_bytes(const IncidentFile *file, const char *name, Str *ret_bytes);
/* Every record from number `from` on, on disk or held. */
BG_CHECK bool incident_file_replay(const IncidentFile *file, int64_t from, bool (*each)(void *userdata, const Record *record, Str line,
	Error *err), void *userdata, Error *err);
int64_t incident_file_stored_seq(const IncidentFile *file);          /* of the last record on disk */
const char *incident_file_stored_head(const IncidentFile *file);

const Incident *incident_file_model(const IncidentFile *file);
const char *incident_file_folder(const IncidentFile *file);
int64_t incident_file_seq(const IncidentFile *file);
const char *incident_file_head(const IncidentFile *file);
/* Hash of record `seq`: 64 hex digits, NULL when there is no such record. Borrowed until the next record. */
const char *incident_file_head_of(const IncidentFile *file, int64_t seq);
/* FOLDER/actions/N.log; owned. */
char *incident_file_action_log(const IncidentFile *file, int64_t number);
/* The newest incident below INCIDENTS that has not ended; *ret_folder NULL when there is none. Owned. A journal that cannot be read
 * does not hide an older one: `ret_broken` tells of the newest such (kind NONE: there is none). */
BG_CHECK bool incident_file_find_open(const char *incidents, char **ret_folder, Error *ret_broken, Error *err);
/* "20261121-0312-ocw-mass-publish": sortable, readable, unique below INCIDENTS. Owned. */
char *incident_file_new_id(const char *incidents, const char *title, WallTime now);
/* A JournalRecord as the model sees it. Borrowed from `record`. */
Event record_event(const Record *record);
