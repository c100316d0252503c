/* incident_held.c: what the disk did not take: which records may be held in memory, files that belong to them, and writing all of it once
 * the disk takes it again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/incident_file_state.h"

/* ---- what may be held ---- */

/* What the disk said, without what was tried. */
static const char *plain_reason(const Error *why) {
	const char *plain = why->os_code ? strerrordesc_np(why->os_code) : NULL;
	return plain ? plain : why->why;
}

/* Whoever reads the record after a crash must know of everything that was sent out: what changes the world starts only once its start is
 * on disk. The end of an incident closes its record, so all of it must be there. A reading's change is on the board anyway. */
bool incident_file_may_hold(const Request *request, const Draft *draft, const Error *why, Error *err) {
	const char *hint = "free space on its disk: what is held is written by itself";
	bool read_only = why->kind == ERROR_DENIED;
	const char *plain = plain_reason(why);
	switch (request->kind) {
	case REQUEST_APPLY:
		if (text_eq(json_get_string(draft->data, "risk"), risk_name(RISK_READ)))
			return true;
		*err = *why;
		/* Refused, and by the engine: whoever asked must not take it for a connection that broke, after which it may have been started. */
		error_set(err, ERROR_DENIED, "the record is not on disk (%.90s); what changes something starts only when that is written", plain);
		hint = "free space there, then once more; what only reads, ticks, notes and values go on, held in memory";
		break;
	case REQUEST_END:
		*err = *why;
		error_set(err, why->kind, "the record is not on disk (%.90s); an incident ends only when all of it is written", plain);
		break;
	case REQUEST_READING:
	case REQUEST_HELD:
		*err = *why;
		return false;
	case REQUEST_DECLARE: case REQUEST_HANDOVER: case REQUEST_NOTE: case REQUEST_FACT: case REQUEST_START: case REQUEST_FINISH:
	case REQUEST_SET: case REQUEST_TICK: case REQUEST_UNTICK: case REQUEST_SKIP: case REQUEST_RECLASSIFY: case REQUEST_ASK:
	case REQUEST_SIGN: case REQUEST_PLANNED: case REQUEST_FINISHED: case REQUEST_LOST: case REQUEST_RESOLVE: case REQUEST_CHECKED:
	case REQUEST_REPAIRED: case REQUEST_ENGINE: case REQUEST_KIND_COUNT:
		return true;
	}
	error_where(err, "%s", why->where);
	return error_hint(err, "%s", read_only ? "make it writable, then once more; what only reads, ticks, notes and values go on, held in memory" : hint);
}

/* ---- files ---- */

static HeldFile *find_file(const IncidentFile *file, const char *name) {
	for (size_t i = 0; i < file->file_count; i++)
		if (text_eq(file->files[i].name, name))
			return &file->files[i];
	return NULL;
}

static void clear_file(HeldFile *held) {
	free(held->name);
	free(held->last_name);
	buf_clear(&held->bytes);
}

static void forget_file(IncidentFile *file, HeldFile *held) {
	size_t index = (size_t) (held - file->files);
	clear_file(held);
	memmove(held, held + 1, (file->file_count - index - 1) * sizeof(*held));
	file->file_count--;
}

HeldFile *incident_held_add(IncidentFile *file, const char *name) {
	file->files = bg_reallocarray(file->files, file->file_count + 1, sizeof(*file->files));
	HeldFile *held = &file->files[file->file_count++];
	*held = (HeldFile){.name = bg_strdup(name)};
	return held;
}

static bool store(const IncidentFile *file, const char *name, Str bytes, Error *err) {
	AUTO_FREE char *path = path_join(file->folder, name);
	AUTO_FREE char *folder = path_folder(path);
	return file_make_folder(folder, 0700, err) && file_write_atomic(path, bytes.ptr, bytes.len, 0600, err);
}

static bool has_room(const IncidentFile *file, size_t len) {
	size_t held = 0;
	for (size_t i = 0; i < file->file_count; i++)
		held += file->files[i].bytes.len;
	return held + len <= INCIDENT_HELD_FILES_MAX;
}

bool incident_file_keep(IncidentFile *file, const char *name, Str bytes, Error *err) {
	Error why = {0};
	if (store(file, name, bytes, &why))
		return true;
	if (!journal_is_disk_trouble(&why) || !has_room(file, bytes.len)) {
		*err = why;
		return false;
	}
	incident_file_failed(file, &why);
	HeldFile *held = find_file(file, name);
	if (!held)
		held = incident_held_add(file, name);
	buf_clear(&held->bytes);
	buf_put_str(&held->bytes, bytes);
	held->stored = false;
	return true;
}

static void rename_stored(const IncidentFile *file, const char *name, const char *last_name) {
	AUTO_FREE char *from = path_join(file->folder, name);
	AUTO_FREE char *to = path_join(file->folder, last_name);
	(void) rename(from, to);   /* under the first name it proves as much */
}

void incident_file_settle_name(IncidentFile *file, const char *name, const char *last_name) {
	HeldFile *held = find_file(file, name);
	if (!held && !journal_held(file->journal)) {
		rename_stored(file, name, last_name);
		return;
	}
	if (!held) {
		held = incident_held_add(file, name);
		held->stored = true;
	}
	free(held->last_name);
	held->last_name = bg_strdup(last_name);
}

void incident_file_drop(IncidentFile *file, const char *name) {
	AUTO_FREE char *path = path_join(file->folder, name);
	HeldFile *held = find_file(file, name);
	if (held)
		forget_file(file, held);
	else
		(void) unlink(path);   /* what stays behind under this name says nothing */
}

bool incident_file_held_bytes(const IncidentFile *file, const char *name, Str *ret_bytes) {
	const HeldFile *held = find_file(file, name);
	if (!held || held->stored)
		return false;
	*ret_bytes = buf_str(&held->bytes);
	return true;
}

/* ---- writing what is held ---- */

static bool write_files(IncidentFile *file, Error *err) {
	for (size_t i = 0; i < file->file_count; i++) {
		HeldFile *held = &file->files[i];
		if (held->stored)
			continue;
		if (!store(file, held->name, buf_str(&held->bytes), err))
			return false;
		held->stored = true;
		buf_clear(&held->bytes);
	}
	return true;
}

static void name_files(IncidentFile *file) {
	while (file->file_count) {
		HeldFile *held = &file->files[file->file_count - 1];
		if (held->last_name)
			rename_stored(file, held->name, held->last_name);
		forget_file(file, held);
	}
}

/* That the record stood in memory, or could not be written at all, belongs into the record. Writing it is also the way to know that it
 * works again. */
static bool record_gap(IncidentFile *file, Error *err) {
	const JournalHeld *gap = &file->gap;
	AUTO(Json) *args = json_new_object();
	json_add_int(args, "count", gap->total);
	if (gap->total) {
		json_add_int(args, "first", gap->first_seq);
		json_add_int(args, "last", gap->last_seq);
	}
	WallTime since = gap->total ? gap->since : file->problem_since, now = wall_now();
	if (since.ms > 0 && now.ms > 0) {
		json_add_int(args, "since", since.ms);
		json_add_int(args, "until", now.ms);
	}
	json_add_string(args, "why", plain_reason(*gap->why.why ? &gap->why : &file->problem));
	Request request = {REQUEST_HELD, "engine", "engine", args};
	if (!incident_file_append(file, &request, err))
		return false;
	file->gap = (JournalHeld){0};
	return true;
}

bool incident_file_write_held(IncidentFile *file, Error *err) {
	JournalHeld written;
	Error why = {0};
	if (!incident_file_problem(file))
		return true;
	if (!write_files(file, &why) || !journal_write_held(file->journal, &written, &why)) {
		incident_file_failed(file, &why);
		if (err)
			*err = why;
		return false;
	}
	if (written.total)
		file->gap = written;
	name_files(file);
	if (!record_gap(file, err))
		return false;
	if (file->clock_owed)
		incident_file_write_clock(file);
	return true;
}

/* ---- asking ---- */

const JournalHeld *incident_file_held(const IncidentFile *file) { return journal_held(file->journal); }

bool incident_file_owes(const IncidentFile *file) { return journal_held(file->journal) || file->file_count; }

bool incident_file_is_held(const IncidentFile *file, int64_t seq) {
	const JournalHeld *held = journal_held(file->journal);
	return held && seq >= held->first_seq;
}

bool incident_file_replay(const IncidentFile *file, int64_t from, bool (*each)(void *, const Record *, Str, Error *), void *userdata, Error *err) {
	return journal_replay(file->journal, from, each, userdata, err);
}

void incident_held_clear(IncidentFile *file) {
	for (size_t i = 0; i < file->file_count; i++)
		clear_file(&file->files[i]);
	free(file->files);
}
