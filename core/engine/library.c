/* library.c: see library.h. */
#include "core/engine/library.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"

#define LIBRARY_FILES_MAX 2000
#define FOLDER_DEPTH_MAX 4

typedef struct Shelf {
	char *path;
	Playbook *playbook;          /* NULL: see error */
	Error error;
	struct timespec changed;
	int64_t size;
} Shelf;

typedef struct Pinned { char sha256[SHA256_HEX_SIZE]; Playbook *playbook; } Pinned;

struct Library {
	StrList places;
	const Vocabulary *vocabulary;
	Shelf *shelves;
	size_t count;
	Pinned *pinned;
	size_t pinned_count;
};

/* ---- reading ---- */

static void clear_shelf(Shelf *shelf) {
	playbook_free(shelf->playbook);
	free(shelf->path);
}

static void read_shelf(Library *library, Shelf *shelf) {
	struct stat info;
	shelf->playbook = playbook_free(shelf->playbook);
	shelf->error = (Error){0};
	if (stat(shelf->path, &info) == 0) {
		shelf->changed = info.st_mtim;
		shelf->size = info.st_size;
	}
	BG_IGNORE(playbook_load(shelf->path, library->vocabulary, &shelf->playbook, &shelf->error));   /* kept in shelf->error */
}

static bool is_changed(const Shelf *shelf) {
	struct stat info;
	return stat(shelf->path, &info) == 0 && (info.st_size != shelf->size || info.st_mtim.tv_sec != shelf->changed.tv_sec
		|| info.st_mtim.tv_nsec != shelf->changed.tv_nsec);
}

static void add_file(Library *library, const char *path) {
	if (library->count >= LIBRARY_FILES_MAX)
		return;
	for (size_t i = 0; i < library->count; i++)
		if (text_eq(library->shelves[i].path, path))
			return;
	library->shelves = bg_reallocarray(library->shelves, library->count + 1, sizeof(*library->shelves));
	Shelf *shelf = &library->shelves[library->count++];
	*shelf = (Shelf){.path = bg_strdup(path)};
	read_shelf(library, shelf);
}

/* README files describe a folder to people; they are no playbooks. */
static bool is_playbook_name(const char *name) {
	return str_ends(str_from(name), ".md") && !str_eq_nocase(str_from(name), STR("README.md"));
}

static void add_folder(Library *library, const char *folder, int depth) {
	AUTO_CLEAR(StrList) names = {0};
	if (depth > FOLDER_DEPTH_MAX || !file_list_folder(folder, &names, NULL))
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		if (file_is_folder(path))
			add_folder(library, path, depth + 1);
		else if (is_playbook_name(names.items[i]))
			add_file(library, path);
	}
}

void library_reload(Library *library) {
	for (size_t i = 0; i < library->count; i++)
		clear_shelf(&library->shelves[i]);
	library->count = 0;
	for (size_t i = 0; i < library->places.count; i++) {
		if (file_is_folder(library->places.items[i]))
			add_folder(library, library->places.items[i], 0);
		else
			add_file(library, library->places.items[i]);
	}
}

Library *library_new(const StrList *places, const Vocabulary *vocabulary) {
	Library *library = bg_calloc(1, sizeof(*library));
	library->vocabulary = vocabulary;
	for (size_t i = 0; i < places->count; i++)
		strlist_add(&library->places, places->items[i]);
	library_reload(library);
	return library;
}

Library *library_free(Library *library) {
	if (!library)
		return NULL;
	for (size_t i = 0; i < library->count; i++)
		clear_shelf(&library->shelves[i]);
	for (size_t i = 0; i < library->pinned_count; i++)
		playbook_free(library->pinned[i].playbook);
	free(library->shelves);
	free(library->pinned);
	strlist_clear(&library->places);
	free(library);
	return NULL;
}

const Playbook *library_find(Library *library, const char *name) {
	for (size_t i = 0; i < library->count; i++) {
		Shelf *shelf = &library->shelves[i];
		if (is_changed(shelf))
			read_shelf(library, shelf);
		if (text_eq(shelf->path, name) || (shelf->playbook && text_eq(shelf->playbook->id, name))
			|| text_eq(path_base(shelf->path), name))
			return shelf->playbook;
	}
	return NULL;
}

/* ---- listing ---- */

static const Diagnostic *first_error(const Playbook *playbook) {
	for (size_t i = 0; i < playbook->diagnostics.count; i++)
		if (playbook->diagnostics.items[i].severity == SEVERITY_ERROR)
			return &playbook->diagnostics.items[i];
	return NULL;
}

static void list_procedures(const Playbook *playbook, Json *entry) {
	Json *procedures = json_add(entry, "procedures", json_new_array());
	for (size_t i = 0; i < playbook->procedure_count; i++) {
		const Procedure *procedure = playbook->procedures[i];
		int64_t actions = 0, commands = 0;
		for (size_t s = 0; s < procedure->step_count; s++) {
			const Step *step = procedure->steps[s];
			actions += (int64_t) step->action_count;
			commands += step->action_count ? 0 : (int64_t) step_count_work(step);
		}
		Json *item = json_append(procedures, json_new_object());
		json_add_string(item, "id", procedure->id);
		json_add_string(item, "title", procedure->title);
		json_add_int(item, "steps", (int64_t) procedure->counted);
		json_add_int(item, "gates", (int64_t) procedure->gate_count);
		json_add_int(item, "actions", actions);
		json_add_int(item, "commands", commands);
	}
}

static Json *list_shelf(const Shelf *shelf) {
	Json *entry = json_new_object();
	const Playbook *playbook = shelf->playbook;
	json_add_string(entry, "path", shelf->path);
	if (!playbook) {
		char problem[512];
		json_add_string(entry, "title", path_base(shelf->path));
		json_add_string(entry, "id", path_base(shelf->path));
		json_add_string(entry, "problem", error_format(&shelf->error, problem, sizeof(problem)));
		return entry;
	}
	int64_t errors = 0, warnings = 0;
	for (size_t i = 0; i < playbook->diagnostics.count; i++) {
		errors += playbook->diagnostics.items[i].severity == SEVERITY_ERROR;
		warnings += playbook->diagnostics.items[i].severity == SEVERITY_WARNING;
		if (text_eq(playbook->diagnostics.items[i].code, "W-REVIEW"))
			json_add_string(entry, "review", playbook->diagnostics.items[i].text);
	}
	json_add_string(entry, "title", playbook->title);
	json_add_string(entry, "id", playbook->id);
	json_add_string(entry, "sha256", playbook->sha256);
	json_add_int(entry, "errors", errors);
	json_add_int(entry, "warnings", warnings);
	const Diagnostic *error = first_error(playbook);
	AUTO_FREE char *problem = error ? bg_asprintf("line %d: %s", error->line, error->text) : bg_strdup_or_null(playbook->no_run);
	json_add_string(entry, "problem", problem);
	list_procedures(playbook, entry);
	return entry;
}

Json *library_list(const Library *library) {
	Json *list = json_new_array();
	for (size_t i = 0; i < library->count; i++)
		json_append(list, list_shelf(&library->shelves[i]));
	return list;
}

/* ---- pinning ---- */

static char *pinned_path(const char *incident_folder, const char *sha256) {
	return bg_asprintf("%s/playbooks/%s.md", incident_folder, sha256);
}

static const Playbook *find_pinned(const Library *library, const char *sha256) {
	for (size_t i = 0; i < library->pinned_count; i++)
		if (text_eq(library->pinned[i].sha256, sha256))
			return library->pinned[i].playbook;
	return NULL;
}

static const Playbook *remember_pinned(Library *library, Playbook *playbook) {
	library->pinned = bg_reallocarray(library->pinned, library->pinned_count + 1, sizeof(*library->pinned));
	Pinned *pinned = &library->pinned[library->pinned_count++];
	memcpy(pinned->sha256, playbook->sha256, sizeof(pinned->sha256));
	pinned->playbook = playbook;
	return playbook;
}

bool library_pin(Library *library, IncidentFile *file, const Playbook *playbook, Error *err) {
	AUTO_FREE char *path = pinned_path(incident_file_folder(file), playbook->sha256);
	AUTO_FREE char *name = bg_asprintf("playbooks/%s.md", playbook->sha256);
	Str bytes = {playbook->bytes, playbook->byte_count};
	if (file_exists(path))
		return true;
	if (!incident_file_keep(file, name, bytes, err))
		return error_what(err, "keep the exact playbook with the incident");
	/* What is only held cannot be read back from the folder. */
	if (!incident_file_held_bytes(file, name, &bytes) || find_pinned(library, playbook->sha256))
		return true;
	AUTO(Playbook) *copy = NULL;
	if (!playbook_parse(bytes, path, library->vocabulary, &copy, err))
		return error_what(err, "keep the exact playbook with the incident");
	(void) remember_pinned(library, TAKE(copy));
	return true;
}

bool library_pinned(Library *library, const char *incident_folder, const char *sha256, const Playbook **ret, Error *err) {
	const Playbook *known = find_pinned(library, sha256);
	if (known) {
		*ret = known;
		return true;
	}
	AUTO_FREE char *path = pinned_path(incident_folder, sha256);
	AUTO(Playbook) *playbook = NULL;
	if (!playbook_load(path, library->vocabulary, &playbook, err))
		return error_what(err, "read the run's own copy of the playbook");
	if (!text_eq(playbook->sha256, sha256)) {
		error_set(err, ERROR_CONFLICT, "the copy was changed: its digest is not the recorded one");
		error_where(err, "%s", path);
		return error_hint(err, "nothing more is done from it; put the original back, or start a new run");
	}
	*ret = remember_pinned(library, TAKE(playbook));
	return true;
}
