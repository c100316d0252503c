/* restore_set.c: see restore_set.h. */
#include "core/providers/couchdb/restore_set.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#define DEPTH_MAX 4
#define NAME_MAX_BYTES 238     /* of a database, as CouchDB takes it */
#define SECURITY ".security.json"

static const char *const ENDINGS[] = {".json", ".couchbackup"};
static const char *const COMPRESSED[] = {".gz", ".xz", ".zst", ".bz2"};

/* Without the ending of a compressor. */
static Str uncompressed(Str name) {
	for (size_t i = 0; i < BG_LENGTH(COMPRESSED); i++)
		if (str_ends(name, COMPRESSED[i]))
			return str_slice(name, 0, name.len - strlen(COMPRESSED[i]));
	return name;
}

bool restore_is_dump_name(const char *file_name) {
	Str name = uncompressed(str_from(file_name));
	if (str_eq_c(name, "backup_manifest.json") || str_ends(name, SECURITY))
		return false;
	for (size_t i = 0; i < BG_LENGTH(ENDINGS); i++)
		if (str_ends(name, ENDINGS[i]))
			return true;
	return false;
}

/* Lowercase letters, digits and _$()+-/, a letter first; the system's own begin with an underscore. */
static bool is_database_name(Str name) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter = c >= 'a' && c <= 'z';
		if (!letter && (i == 0 ? c != '_' : !((c >= '0' && c <= '9') || strchr("_$()+-/", c))))
			return false;
	}
	return name.len > 0 && name.len <= NAME_MAX_BYTES;
}

char *restore_database_of(const char *file_name) {
	Str name = uncompressed(str_from(file_name));
	for (size_t i = 0; i < BG_LENGTH(ENDINGS); i++)
		if (str_ends(name, ENDINGS[i])) {
			name.len -= strlen(ENDINGS[i]);
			break;
		}
	AUTO_CLEAR(Buf) plain = {0};
	for (size_t i = 0; i < name.len; i++) {
		bool slash = str_starts_nocase(str_slice(name, i, 3), "%2f");   /* a file name has none */
		buf_putc(&plain, slash ? '/' : name.ptr[i]);
		i += slash ? 2 : 0;
	}
	return is_database_name(buf_str(&plain)) ? buf_take(&plain) : NULL;
}

/* ---- finding ---- */

typedef struct Search { const StrList *wanted; RestoreSet *set; } Search;

static bool same_twice(const RestoreSet *set, const char *database, const char *path, Error *err) {
	for (size_t i = 0; i < set->count; i++) {
		if (!text_eq(set->items[i].database, database))
			continue;
		error_set(err, ERROR_CONFLICT, "there are two dumps of database %s: %s and %s", database, path_base(set->items[i].path), path_base(path));
		error_hint(err, "give the file that counts as from=");
		error_where(err, "%s", path);
		return true;
	}
	return false;
}

static bool add(const Search *search, const char *path, const char *database, Error *err) {
	RestoreSet *set = search->set;
	struct stat info;
	if (same_twice(set, database, path, err))
		return false;
	if (set->count == RESTORE_DATABASES_MAX)
		return error_set(err, ERROR_INVALID, "the set holds more than %d databases", RESTORE_DATABASES_MAX);
	if (stat(path, &info) != 0)
		return error_errno(err, errno, "cannot look at %s", path);
	if (set->count == set->capacity) {
		set->capacity = set->capacity ? set->capacity * 2 : 16;
		set->items = bg_realloc(set->items, set->capacity * sizeof(*set->items));
	}
	Str stem = uncompressed(str_from(path));
	for (size_t i = 0; i < BG_LENGTH(ENDINGS); i++)
		if (str_ends(stem, ENDINGS[i]))
			stem.len -= strlen(ENDINGS[i]);
	AUTO_FREE char *security = bg_asprintf("%.*s" SECURITY, STR_ARG(stem));
	set->items[set->count++] = (RestoreItem){.database = bg_strdup(database), .path = bg_strdup(path),
		.security = file_exists(security) ? TAKE(security) : NULL, .bytes = info.st_size, .changed_s = info.st_mtim.tv_sec, .sum = {.total_rows = -1}};
	return true;
}

/* What these hold makes a server do something by itself, or belongs to the server that is gone. */
static const char *why_left_out(const char *database) {
	if (text_eq(database, "_replicator"))
		return "it would begin to replicate";
	if (text_eq(database, "_global_changes"))
		return "it tells what happened on the server that is gone";
	return NULL;
}

static bool consider(const Search *search, const char *path, Error *err) {
	AUTO_FREE char *database = restore_database_of(path_base(path));
	bool named = database && strlist_has(search->wanted, database);
	const char *why = !database ? "that is no name of a database" : !search->wanted->count ? why_left_out(database) : named ? NULL : "it was not named";
	if (!why)
		return add(search, path, database, err);
	AUTO_FREE char *line = bg_asprintf("%s: %s", path_base(path), why);
	strlist_add_take(&search->set->left_out, text_sanitised_line(line));
	return true;
}

static bool search_folder(const Search *search, const char *folder, int depth, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(folder, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		bool ok = true;
		if (file_is_folder(path))
			ok = depth == DEPTH_MAX || search_folder(search, path, depth + 1, err);
		else if (restore_is_dump_name(names.items[i]))
			ok = consider(search, path, err);
		if (!ok)
			return false;
	}
	return true;
}

static int by_name(const void *a, const void *b) {
	const RestoreItem *one = a, *other = b;
	return strcmp(one->database, other->database);
}

static bool nothing(const char *path, const StrList *left_out, Error *err) {
	AUTO_FREE char *words = strlist_join(left_out, ", ");
	error_set(err, ERROR_MISSING, left_out->count ? "no dump of a database to be restored is there; left out: %s" : "no dump of a database is there%s", words);
	error_hint(err, "dumps are DATABASE.json or DATABASE.couchbackup; name databases with databases=");
	return error_where(err, "%s", path);
}

bool restore_set_find(const char *path, const StrList *wanted, const char *as, RestoreSet *ret, Error *err) {
	AUTO_CLEAR(RestoreSet) set = {0};
	Search search = {wanted, &set};
	if (!file_exists(path)) {
		error_set(err, ERROR_MISSING, "there is no such set");
		error_hint(err, "give a folder with dumps, or a dump, as from=; relative paths start from the environment file");
		return error_where(err, "%s", path);
	}
	bool ok = file_is_folder(path) ? search_folder(&search, path, 0, err) : as ? add(&search, path, as, err) : consider(&search, path, err);
	if (!ok)
		return false;
	if (!set.count)
		return nothing(path, &set.left_out, err);
	for (size_t i = 0; i < wanted->count; i++) {
		bool there = false;
		for (size_t k = 0; k < set.count; k++)
			there = there || text_eq(set.items[k].database, wanted->items[i]);
		if (there)
			continue;
		error_set(err, ERROR_MISSING, "the set holds no dump of database %s", wanted->items[i]);
		return error_where(err, "%s", path);
	}
	qsort(set.items, set.count, sizeof(*set.items), by_name);
	*ret = set;
	set = (RestoreSet){0};
	return true;
}

void restore_set_clear(RestoreSet *set) {
	for (size_t i = 0; i < set->count; i++) {
		free(set->items[i].database);
		free(set->items[i].path);
		free(set->items[i].security);
	}
	free(set->items);
	strlist_clear(&set->left_out);
	*set = (RestoreSet){0};
}
