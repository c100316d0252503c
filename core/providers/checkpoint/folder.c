/* folder.c: a second folder: another disk, a mounted share. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
	struct stat info;
	*ret_there = file_exists(path);
	/* A pipe of that name would keep whoever opens it. */
	if (*ret_there && (stat(path, &info) != 0 || !S_ISREG(info.st_mode))) {
		error_set(err, ERROR_CONFLICT, "what is there is no file");
		error_hint(err, "look what put it there");
		return error_where(err, "%s", path);
	}
	if (*ret_there && !file_read(path, NOTE_MAX, out, err))
		return error_hint(err, "look what put it there");
	return true;
}

/* Whether it could be written is not found out only when there is something to keep: that is too late. */
static bool folder_ready(const Call *call, PlaceSeen *seen, Error *err) {
	(void) seen;
	AUTO_FREE char *path = NULL;
	if (!path_of(call, "", &path, err))
		return false;
	if (access(path, W_OK | X_OK) == 0)
		return true;
	error_errno(err, errno, "the folder cannot be written");
	error_where(err, "%s", call_arg(call, "folder"));
	return error_hint(err, "make it writable for this login, or name another one");
}

static bool folder_put(const Call *call, const char *name, Str bytes, PlaceSeen *seen, Error *err) {
	(void) seen;
	AUTO_FREE char *path = NULL;
	if (!path_of(call, name, &path, err))
		return false;
	AUTO_FREE char *folder = path_folder(path);
	if (file_make_folder(folder, 0755, err) && file_write_atomic(path, bytes.ptr, bytes.len, 0644, err))
		return true;
	return error_hint(err, "look whether it can be written, and whether its disk has room");
}

static char *describe(const Call *call) { return bg_asprintf("folder %s", call_arg(call, "folder")); }

/* Whatever goes wrong here, this machine's kernel said it. */
static bool has_answered(const Error *err) { return error_is_set(err); }

const PlaceKind PLACE_FOLDER = {"checkpoint.folder", folder_get, folder_put, folder_ready, describe, has_answered};
