/* shelter.c: see shelter.h. The file is JSON: the held lines as they stand, and the files that belong to them as base64. */
#include "core/engine/shelter.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/private_file.h"
#include "core/engine/incident_file_state.h"

/* More than an engine holds: JOURNAL_HELD_BYTES_MAX escaped, INCIDENT_HELD_FILES_MAX as base64. */
#define SHELTER_MAX_BYTES (128u * 1024 * 1024)

/* Places on other file systems than the state folder's, most lasting first. */
static void list_places(const StatePaths *paths, StrList *ret) {
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char digest[SHA256_HEX_SIZE];
	AUTO_CLEAR(StrList) folders = {0};
	sha256_hex(paths->folder, strlen(paths->folder), digest);
	if (runtime && *runtime == '/')
		strlist_add_take(&folders, path_join(runtime, "breakglass"));
	strlist_add_take(&folders, bg_asprintf("/tmp/breakglass-%u", (unsigned) getuid()));
	strlist_add_take(&folders, bg_asprintf("/dev/shm/breakglass-%u", (unsigned) getuid()));
	for (size_t i = 0; i < folders.count; i++)
		strlist_add_take(ret, bg_asprintf("%s/held-%.16s.json", folders.items[i], digest));
}

/* ---- keeping ---- */

static bool add_line(void *userdata, const Record *record, Str line, Error *err) {
	(void) record;
	(void) err;
	AUTO_FREE char *text = str_dup(line);
	json_append_string(userdata, text);
	return true;
}

static void add_file(const HeldFile *held, Json *files) {
	Json *item = json_append(files, json_new_object());
	AUTO_CLEAR(Buf) encoded = {0};
	base64_encode(held->bytes.data, held->bytes.len, &encoded);
	json_add_string(item, "name", held->name);
	json_add_string(item, "last_name", held->last_name);
	json_add_bool(item, "stored", held->stored);
	json_add_string(item, "base64", buf_text(&encoded));
}

/* The last page of a full disk may have taken records whose files it did not take: then there are files alone. */
static char *shelter_text(const IncidentFile *file, Error *err) {
	const JournalHeld *held = journal_held(file->journal);
	const Error *why = held ? &held->why : &file->problem;
	AUTO(Json) *json = json_new_object();
	json_add_string(json, "folder", file->folder);
	json_add_string(json, "why", why->why);
	json_add_int(json, "os_code", why->os_code);
	Json *files = json_add(json, "files", json_new_array());
	for (size_t i = 0; i < file->file_count; i++)
		add_file(&file->files[i], files);
	Json *lines = json_add(json, "lines", json_new_array());
	return !held || journal_replay(file->journal, held->first_seq, add_line, lines, err) ? json_text(json) : NULL;
}

bool shelter_keep(const StatePaths *paths, const IncidentFile *file, char **ret_path, Error *err) {
	AUTO_CLEAR(StrList) places = {0};
	AUTO_FREE char *text = shelter_text(file, err);
	list_places(paths, &places);
	for (size_t i = 0; text && i < places.count; i++) {
		AUTO_FREE char *folder = path_folder(places.items[i]);
		if (!paths_make_private(folder, err) || !file_write_atomic(places.items[i], text, strlen(text), 0600, err))
			continue;
		*ret_path = bg_strdup(places.items[i]);
		error_clear(err);
		return true;
	}
	return false;
}

/* ---- taking up ---- */

const char *shelter_folder(const Json *sheltered) { return json_get_string_or(sheltered, "folder", ""); }

Json *shelter_find(const StatePaths *paths, char **ret_path) {
	AUTO_CLEAR(StrList) places = {0};
	list_places(paths, &places);
	for (size_t i = 0; i < places.count; i++) {
		AUTO_CLEAR(Buf) text = {0};
		Json *json = NULL;
		if (!private_file_read(places.items[i], SHELTER_MAX_BYTES, &text, NULL) || !json_parse(buf_str(&text), &json, NULL))
			continue;
		*ret_path = bg_strdup(places.items[i]);
		return json;
	}
	return NULL;
}

/* Names are below the incident's folder and lead nowhere else. */
static bool take_file(IncidentFile *file, const Json *item, Error *err) {
	const char *name = json_get_string_or(item, "name", ""), *last_name = json_get_string(item, "last_name");
	if (!*name || *name == '/' || strstr(name, "..") || (last_name && (*last_name == '/' || strstr(last_name, ".."))))
		return error_set(err, ERROR_INVALID, "a file that is held has no name of the incident's folder");
	AUTO_CLEAR(Buf) bytes = {0};
	if (!base64_decode(str_from(json_get_string_or(item, "base64", "")), &bytes))
		return error_set(err, ERROR_INVALID, "the file %s that is held cannot be read", name);
	HeldFile *held = incident_held_add(file, name);
	held->last_name = bg_strdup_or_null(last_name);
	held->stored = json_get_bool(item, "stored", false);
	buf_put_str(&held->bytes, buf_str(&bytes));
	return true;
}

/* A line that was written before the file could be removed is there already. */
static bool take_line(IncidentFile *file, Str line, const Error *why, Error *err) {
	AUTO_CLEAR(Record) record = {0};
	AUTO_CLEAR(Record) taken = {0};
	if (!record_parse(line, &record, err))
		return false;
	if (record.seq >= 1 && record.seq <= (int64_t) file->head_count && text_eq(file->heads[record.seq - 1], record.hash))
		return true;
	return journal_take_up(file->journal, line, why, &taken, err) && incident_file_fold(file, &taken, line, err);
}

bool incident_file_take_up(IncidentFile *file, const Json *sheltered, Error *err) {
	Error why = {.kind = ERROR_IO, .os_code = (int) json_get_int(sheltered, "os_code", 0)};
	error_set(&why, ERROR_IO, "%s", json_get_string_or(sheltered, "why", "it was held when an engine ended"));
	bool ok = true;
	JSON_EACH(item, json_get(sheltered, "lines"))
		ok = ok && take_line(file, str_from(json_string(item) ? json_string(item) : ""), &why, err);
	if (!ok)
		return false;
	JSON_EACH(item, json_get(sheltered, "files"))
		ok = ok && take_file(file, item, err);
	if (incident_file_owes(file))
		incident_file_failed(file, &why);
	return ok;
}
