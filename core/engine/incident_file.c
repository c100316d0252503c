/* incident_file.c: see incident_file.h. */
#include "core/engine/incident_file_state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/crash_points.h"

Event record_event(const Record *record) {
	return (Event){.seq = record->seq, .time = record->time, .mono_ms = record->mono_ms, .who = record->who,
		.how = record->how, .type = event_type_parse(record->type), .data = record->data};
}

/* ---- the clock that no one can set ---- */

/* FOLDER/clock holds "BOOT_ID BASE": within one boot the base stays what it was; after another boot it goes on from the last record,
 * by the wall clock as far as that went forward. */
static void read_boot_id(char ret[static 64]) {
	AUTO_CLEAR(Buf) text = {0};
	if (!file_read("/proc/sys/kernel/random/boot_id", 128, &text, NULL)) {
		memcpy(ret, "unknown", 8);
		return;
	}
	Str id = str_trim(buf_str(&text));
	size_t len = id.len < 63 ? id.len : 63;
	memcpy(ret, id.ptr, len);
	ret[len] = '\0';
}

static bool stored_base(const char *path, const char *boot_id, int64_t *ret_base) {
	AUTO_CLEAR(Buf) text = {0};
	if (!file_read(path, 256, &text, NULL))
		return false;
	Str rest = str_trim(buf_str(&text)), id;
	return str_split(&rest, ' ', &id) && str_eq_c(id, boot_id) && str_parse_int(str_trim(rest), ret_base);
}

void incident_file_write_clock(IncidentFile *file) {
	char boot_id[64];
	read_boot_id(boot_id);
	AUTO_FREE char *path = path_join(file->folder, "clock");
	AUTO_FREE char *text = bg_asprintf("%s %lld\n", boot_id, (long long) file->mono_base);
	/* Losing this file only loses precision after a crash: the next open goes on from the last record. */
	file->clock_owed = !file_write_atomic(path, text, strlen(text), 0600, NULL);
}

static void start_clock(IncidentFile *file) {
	char boot_id[64];
	read_boot_id(boot_id);
	AUTO_FREE char *path = path_join(file->folder, "clock");
	int64_t now = mono_now().ms;
	if (stored_base(path, boot_id, &file->mono_base) && now + file->mono_base >= file->model->last_mono_ms)
		return;
	int64_t gone = file->model->seq ? wall_now().ms - file->model->last_time.ms : 0;
	file->mono_base = file->model->last_mono_ms + (gone > 0 ? gone : 0) - now;
	incident_file_write_clock(file);
}

/* ---- open, declare, close ---- */

static void keep_head(IncidentFile *file, const Record *record) {
	if (file->head_count == file->head_capacity) {
		file->head_capacity = file->head_capacity ? file->head_capacity * 2 : 64;
		file->heads = bg_reallocarray(file->heads, file->head_capacity, sizeof(*file->heads));
	}
	memcpy(file->heads[file->head_count++], record->hash, SHA256_HEX_SIZE);
}

bool incident_file_fold(void *userdata, const Record *record, Str line, Error *err) {
	(void) line;
	(void) err;
	IncidentFile *file = userdata;
	Event event = record_event(record);
	incident_apply(file->model, &event);
	keep_head(file, record);
	return true;
}

/* `sheltered` NULL: nothing. What does not fit stays where it is; *ret_unfit says why. */
static bool open_folder(const char *folder, const Json *sheltered, IncidentFile **ret_file, JournalOpened *ret_opened, Error *ret_unfit, Error *err) {
	AUTO(IncidentFile) *file = bg_calloc(1, sizeof(*file));
	file->folder = bg_strdup(folder);
	file->model = incident_new();
	static const char *const PARTS[] = {"actions", "playbooks", "receipts", "state"};
	Error trouble = {0};
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++) {
		AUTO_FREE char *part = path_join(folder, PARTS[i]);
		if (!file_make_folder(part, 0700, &trouble))
			break;   /* the journal says whether that matters now; each file makes its folder once more */
	}
	if (!journal_open_held(folder, incident_file_fold, file, &file->journal, ret_opened, err))
		return false;
	if (error_is_set(&ret_opened->trouble))
		incident_file_failed(file, &ret_opened->trouble);
	if (sheltered)
		BG_IGNORE(incident_file_take_up(file, sheltered, ret_unfit));
	start_clock(file);
	*ret_file = TAKE(file);
	return true;
}

static bool record_repair(IncidentFile *file, Error *err) {
	if (!file->cut_bytes)
		return true;
	AUTO(Json) *args = json_new_object();
	json_add_int(args, "cut_bytes", file->cut_bytes);
	Request request = {REQUEST_REPAIRED, "engine", "engine", args};
	if (!incident_file_append(file, &request, err))
		return false;
	file->cut_bytes = 0;
	return true;
}

bool incident_file_open(const char *folder, IncidentFile **ret_file, Error *err) { return incident_file_open_sheltered(folder, NULL, ret_file, NULL, err); }

bool incident_file_open_sheltered(const char *folder, const Json *sheltered, IncidentFile **ret_file, Error *ret_unfit, Error *err) {
	AUTO(IncidentFile) *file = NULL;
	JournalOpened opened = {0};
	if (!open_folder(folder, sheltered, &file, &opened, ret_unfit, err))
		return error_what(err, "open the incident's journal");
	/* Recorded before anything else is: now, or on a full disk as soon as it can be. */
	if (file->model->phase == INCIDENT_OPEN)
		file->cut_bytes = opened.cut_bytes;
	BG_IGNORE(record_repair(file, NULL));
	*ret_file = TAKE(file);
	return true;
}

bool incident_file_declare(const char *incidents, const Request *request, WallTime now, IncidentFile **ret_file, Error *err) {
	(void) now;
	const char *id = json_get_string(request->args, "incident");
	BG_ASSERT(request->kind == REQUEST_DECLARE && id);
	/* Judge first, so that a refused request leaves no folder behind. */
	AUTO(Incident) *nothing = incident_new();
	AUTO_CLEAR(Draft) draft = {0};
	if (!incident_decide(nothing, request, wall_now(), &draft, err))
		return false;
	AUTO_FREE char *folder = path_join(incidents, id);
	AUTO(IncidentFile) *file = NULL;
	JournalOpened opened = {0};
	if (!open_folder(folder, NULL, &file, &opened, NULL, err) || !incident_file_request(file, request, err))
		return error_what(err, "declare the incident");
	*ret_file = TAKE(file);
	return true;
}

IncidentFile *incident_file_close(IncidentFile *file) {
	if (!file)
		return NULL;
	incident_held_clear(file);
	journal_close(file->journal);
	incident_free(file->model);
	free(file->heads);
	free(file->folder);
	free(file);
	return NULL;
}

void incident_file_set_sink(IncidentFile *file, RecordSink sink, void *userdata) {
	file->sink = sink;
	file->sink_userdata = userdata;
}

/* ---- the one order ---- */

void incident_file_failed(IncidentFile *file, const Error *why) {
	if (!error_is_set(&file->problem))
		file->problem_since = wall_now();
	file->problem = *why;
}

/* Durably; or in memory, when the disk fails and the record is one that may stand there. */
static bool write_or_hold(IncidentFile *file, const Request *request, const Draft *draft, WallTime now, Record *record, Buf *line,
	Error *err) {
	JournalEntry entry = {request->who, request->how, event_type_name(draft->type), draft->data, now, mono_now().ms + file->mono_base};
	Error why = {0};
	const JournalHeld *held = journal_held(file->journal);
	if (held)
		why = held->why;
	else if (journal_append(file->journal, entry.who, entry.how, entry.type, entry.data, entry.now, entry.mono_ms, record, line, &why)) {
		if (!file->file_count)
			file->problem = (Error){0};
		return true;
	}
	/* A record that is wrong in itself says nothing about the disk. */
	if (why.kind != ERROR_INVALID)
		incident_file_failed(file, &why);
	if (held || journal_is_disk_trouble(&why))
		return incident_file_may_hold(request, draft, &why, err) && journal_hold(file->journal, &entry, &why, record, line, err);
	*err = why;
	return false;
}

bool incident_file_append(IncidentFile *file, const Request *request, Error *err) {
	WallTime now = wall_now();
	AUTO_CLEAR(Draft) draft = {0};
	Error failed = {0};
	if (!incident_decide(file->model, request, now, &draft, err))
		return false;
	crash_point(CRASH_BEFORE_APPEND);
	AUTO_CLEAR(Record) record = {0};
	AUTO_CLEAR(Buf) line = {0};
	if (!write_or_hold(file, request, &draft, now, &record, &line, &failed)) {
		error_what(&failed, "write the record");
		if (err)
			*err = failed;
		return false;
	}
	crash_point(CRASH_AFTER_APPEND);
	Event event = record_event(&record);
	incident_apply(file->model, &event);
	keep_head(file, &record);
	if (file->sink)
		file->sink(file->sink_userdata, &record, buf_str(&line));
	return true;
}

/* What is held goes first: only when nothing is held any more can the next record be durable. */
bool incident_file_request(IncidentFile *file, const Request *request, Error *err) {
	BG_IGNORE(incident_file_write_held(file, NULL));
	return record_repair(file, err) && incident_file_append(file, request, err);
}

WallTime incident_file_problem_since(const IncidentFile *file) { return file->problem_since; }
const Error *incident_file_problem(const IncidentFile *file) { return error_is_set(&file->problem) ? &file->problem : NULL; }

/* ---- queries ---- */

const Incident *incident_file_model(const IncidentFile *file) { return file->model; }
const char *incident_file_folder(const IncidentFile *file) { return file->folder; }
int64_t incident_file_stored_seq(const IncidentFile *file) { return journal_stored_seq(file->journal); }
const char *incident_file_stored_head(const IncidentFile *file) { return journal_stored_head(file->journal); }
int64_t incident_file_seq(const IncidentFile *file) { return journal_seq(file->journal); }
const char *incident_file_head(const IncidentFile *file) { return journal_head(file->journal); }

const char *incident_file_head_of(const IncidentFile *file, int64_t seq) {
	return seq >= 1 && (uint64_t) seq <= file->head_count ? file->heads[seq - 1] : NULL;
}

char *incident_file_action_log(const IncidentFile *file, int64_t number) {
	return bg_asprintf("%s/actions/%lld.log", file->folder, (long long) number);
}

char *incident_file_new_id(const char *incidents, const char *title, WallTime now) {
	char iso[WALL_TEXT_SIZE];
	wall_format_iso(now, iso);
	Buf id = {0};
	buf_printf(&id, "%.4s%.2s%.2s-%.2s%.2s%.2s-", iso, iso + 5, iso + 8, iso + 11, iso + 14, iso + 17);
	bool dash = true;
	for (const char *c = title; *c && id.len < 48; c++) {
		bool upper = *c >= 'A' && *c <= 'Z';
		bool plain = upper || (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
		if (plain)
			buf_putc(&id, upper ? (char) (*c + 32) : *c);
		else if (!dash)
			buf_putc(&id, '-');
		dash = !plain;
	}
	while (id.len && id.data[id.len - 1] == '-')
		buf_truncate(&id, id.len - 1);
	size_t base = id.len;
	for (int n = 2;; n++) {
		AUTO_FREE char *folder = path_join(incidents, buf_text(&id));
		if (!file_exists(folder))
			return buf_take(&id);
		buf_truncate(&id, base);
		buf_printf(&id, "-%d", n);
	}
}
