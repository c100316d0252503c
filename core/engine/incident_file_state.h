/* incident_file_state.h: an IncidentFile from inside, for incident_file.c (decide, append, apply, tell) and incident_held.c (what the disk
 * did not take). Not for anybody else. */
#pragma once
#include "core/base/digest.h"
#include "core/engine/incident_file.h"

/* A file of the incident's folder that is not there yet, or not under its last name. Written before the held records, renamed after. */
typedef struct HeldFile {
	char *name;              /* below the folder */
	char *last_name;         /* what it is called once the records are on disk; NULL = as it is */
	Buf bytes;
	bool stored;             /* only the name is still to be given */
} HeldFile;

struct IncidentFile {
	char *folder;
	Journal *journal;
	Incident *model;
	int64_t mono_base;       /* what to add to the boot clock to get ms since the incident began */
	bool clock_owed;         /* that base is not on disk */
	RecordSink sink;
	void *sink_userdata;
	char (*heads)[SHA256_HEX_SIZE];   /* hash of record n at n - 1: what checkpoints of signatures are held against */
	size_t head_count, head_capacity;
	int64_t cut_bytes;       /* of a torn line, not recorded yet */
	Error problem;           /* why the disk did not take something; NONE = it takes all */
	WallTime problem_since;
	JournalHeld gap;         /* held records that are written, but not told of in the record yet */
	HeldFile *files;
	size_t file_count;
};

/* incident_file.c */
BG_CHECK bool incident_file_append(IncidentFile *file, const Request *request, Error *err);
void incident_file_write_clock(IncidentFile *file);
void incident_file_failed(IncidentFile *file, const Error *why);
/* Into the model, and its head into the list. */
bool incident_file_fold(void *userdata, const Record *record, Str line, Error *err);
/* shelter.c: what an earlier engine could not write, held again. */
BG_CHECK bool incident_file_take_up(IncidentFile *file, const Json *sheltered, Error *err);
/* incident_held.c: whether the record that `request` becomes may stand in memory only; else why not. */
BG_CHECK bool incident_file_may_hold(const Request *request, const Draft *draft, const Error *why, Error *err);
/* A file to be written with what is held. */
HeldFile *incident_held_add(IncidentFile *file, const char *name);
void incident_held_clear(IncidentFile *file);
