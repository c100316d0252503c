/* folder.c: a second folder: another disk, a mounted share. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/checkpoint/checkpoint.h"

#define NOTE_MAX (64u * 1024)

/* The folder itself must be there: one that is made by us could be an empty mount point. */
static bool path_of(const Call *call, const char *name, char **ret_path, Error *err) {
	const char *folder = call_arg(call, "folder");
	if (!file_is_folder(folder)) {
		error_set(err, ERROR_MISSING, "the folder is not there");
		error_where(err, "%s", folder);
		return error_hint(err, "make it, or mount what belongs there");
	}
	*ret_path = path_join(folder, name);
	return true;
}

static bool folder_get(const Call *call, const char *name, Buf *out, bool *ret_there, PlaceSeen *seen, Error *err) {
	(void) seen;   /* a folder has no clock of its own */
	AUTO_FREE char *path = NULL;
	if (!path_of(call, name, &path, err))
		return false;
	*ret_there = file_exists(path);
	return !*ret_there || file_read(path, NOTE_MAX, out, err);
}

static bool folder_put(const Call *call, const char *name, Str bytes, PlaceSeen *seen, Error *err) {
	(void) seen;
	AUTO_FREE char *path = NULL;
	if (!path_of(call, name, &path, err))
		return false;
	AUTO_FREE char *folder = path_folder(path);
	return file_make_folder(folder, 0755, err) && file_write_atomic(path, bytes.ptr, bytes.len, 0644, err);
}

static char *describe(const Call *call) { return bg_asprintf("folder %s", call_arg(call, "folder")); }

/* Whatever goes wrong here, this machine's kernel said it. */
static bool has_answered(const Error *err) { return error_is_set(err); }

const PlaceKind PLACE_FOLDER = {"checkpoint.folder", folder_get, folder_put, describe, has_answered};
