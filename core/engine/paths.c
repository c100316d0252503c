/* paths.c: the folders of an engine, and a socket path that fits into a socket address. */
#include "core/engine/paths.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"

/* *ret_shared: it is in a place that everybody may write to. */
static char *default_state(bool *ret_shared) {
	const char *given = getenv("BREAKGLASS_STATE");
	if (given && *given)
		return bg_strdup(given);
	const char *xdg = getenv("XDG_STATE_HOME");
	if (xdg && *xdg == '/')
		return path_join(xdg, "breakglass");
	const char *home = getenv("HOME");
	if (home && *home == '/')
		return path_join(home, ".local/state/breakglass");
	*ret_shared = true;
	return bg_asprintf("/tmp/breakglass-%u", (unsigned) getuid());
}

char *path_safe_name(const char *name) {
	char *safe = bg_strdup(name && *name ? name : "environment");
	for (char *c = safe; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-'
			|| *c == '_' || (*c == '.' && c != safe);
		if (!plain)
			*c = '-';
	}
	return safe;
}

/* In a place that everybody may write to, the folder must be this user's own. */
bool paths_make_private(const char *folder, Error *err) {
	struct stat info;
	if (!file_make_folder(folder, 0700, err))
		return false;
	if (lstat(folder, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == getuid() && !(info.st_mode & 022))
		return true;
	error_set(err, ERROR_DENIED, "the folder is not a private one of this user");
	error_where(err, "%s", folder);
	return error_hint(err, "remove it, or set XDG_RUNTIME_DIR");
}

/* Socket addresses hold about 100 bytes: a deep state folder gets a short name in a folder that only this user can enter. */
static bool short_socket(const char *digest, uid_t owner, char **ret_socket, Error *err) {
	if (owner != getuid())
		return error_set(err, ERROR_INVALID, "the path of a shared state folder is too long for a socket");
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	AUTO_FREE char *base = runtime && *runtime == '/' ? path_join(runtime, "breakglass")
		: bg_asprintf("/tmp/breakglass-%u", (unsigned) getuid());
	if (!paths_make_private(base, err))
		return false;
	*ret_socket = bg_asprintf("%s/%.16s.sock", base, digest);
	return true;
}

/* The folder's own name, links resolved as far as it is there: whoever means the same folder finds the same engine. */
static char *absolute_path(const char *given) {
	char *whole = realpath(given, NULL);
	if (whole)
		return whole;
	AUTO_FREE char *parent = path_folder(given);
	if (text_eq(parent, given) || text_eq(parent, ".")) {
		whole = realpath(".", NULL);
		whole = whole ? whole : bg_strdup("/");   /* the folder that we are in was removed */
	}
	AUTO_FREE char *above = whole ? whole : absolute_path(parent);
	return path_join(above, path_base(given));
}

/* ---- whose folders ---- */

static bool refuse_folder(const char *path, Error *err, const char *why, const char *hint) {
	error_set(err, ERROR_DENIED, "%s", why);
	error_where(err, "%s", path);
	return error_hint(err, "%s", hint);
}

/* Others could put a folder of theirs in place of ours; in a folder like /tmp only whose it is can. */
static bool is_open_to_others(const struct stat *info) { return (info->st_mode & 022) && !(info->st_mode & S_ISVTX); }

/* The folder of the environment: our own, or one that its owner opened to the group that the environment names. Whoever could make it, could
 * be the engine that we speak to. */
static bool check_folder(const char *path, const char *group, uid_t *ret_owner, Error *err) {
	struct stat link, info;
	if (lstat(path, &link) < 0 || stat(path, &info) < 0)
		return error_errno(err, errno, "cannot look at %s", path);
	unsigned gid = 0;
	bool shared = info.st_uid != getuid() && paths_group(group, &gid) && info.st_gid == gid;
	if ((link.st_uid != getuid() && link.st_uid != 0 && !shared) || (info.st_uid != getuid() && !shared))
		return refuse_folder(path, err, "the state folder belongs to somebody else",
			"remove it, or have the environment name the group that shares it (group: NAME)");
	if (info.st_mode & 022)
		return refuse_folder(path, err, "others can write in the state folder", "nobody but its owner may: chmod go-w");
	*ret_owner = info.st_uid;
	return true;
}

/* The folder above it. */
static bool check_parent(const char *path, uid_t owner, Error *err) {
	struct stat info;
	if (stat(path, &info) < 0)
		return error_errno(err, errno, "cannot look at %s", path);
	if (info.st_uid != getuid() && info.st_uid != 0 && info.st_uid != owner)
		return refuse_folder(path, err, "the folder that state is kept in belongs to somebody else", "give another place with --state DIR");
	if (is_open_to_others(&info))
		return refuse_folder(path, err, "others can write in the folder that state is kept in", "chmod go-w, or another place with --state DIR");
	return true;
}

bool paths_group(const char *name, unsigned *ret_gid) {
	char buffer[16384];
	struct group entry, *found = NULL;
	if (!name || !*name)
		return false;
	(void) getgrnam_r(name, &entry, buffer, sizeof(buffer), &found);   /* a group that is not there has no members */
	if (found)
		*ret_gid = found->gr_gid;
	return found != NULL;
}

bool state_paths_init(const char *state, const char *environment, const char *group, StatePaths *ret_paths, Error *err) {
	StatePaths paths = {0};
	char digest[SHA256_HEX_SIZE];
	bool shared = false;
	AUTO_FREE char *given = state && *state ? path_expand_home(state) : default_state(&shared);
	AUTO_FREE char *safe = path_safe_name(environment);
	bool made = shared ? paths_make_private(given, &paths.trouble) : file_make_folder(given, 0700, &paths.trouble);
	paths.state = absolute_path(given);
	paths.folder = path_join(paths.state, safe);
	paths.incidents = path_join(paths.folder, "incidents");
	paths.lock = path_join(paths.folder, "engine.lock");
	paths.log = path_join(paths.folder, "engine.log");
	paths.socket = path_join(paths.folder, "engine.sock");
	uid_t owner = getuid();
	struct stat there;
	made = made && file_make_folder(paths.folder, 0700, &paths.trouble);
	/* What cannot be looked at cannot be used either: `trouble` says so. */
	if (stat(paths.folder, &there) == 0 && !(check_folder(paths.folder, group, &owner, err) && check_parent(paths.state, owner, err))) {
		state_paths_clear(&paths);
		error_what(err, "prepare the state folder");
		return error_hint(err, "give another place with --state DIR");
	}
	paths.owner = owner;
	sha256_hex(paths.folder, strlen(paths.folder), digest);
	paths.spare = bg_asprintf("breakglass-%u-%.32s", (unsigned) owner, digest);
	made = made && (owner != getuid() || file_make_folder(paths.incidents, 0700, &paths.trouble));
	if (made && strlen(paths.socket) >= sizeof(((struct sockaddr_un *) 0)->sun_path)) {
		char *shorter = NULL;
		Error unwanted = {0};
		if (short_socket(digest, owner, &shorter, &unwanted)) {
			free(paths.socket);
			paths.socket = shorter;
		}
	}
	if (!made) {
		error_what(&paths.trouble, "prepare the state folder");
		error_where(&paths.trouble, "%s", paths.folder);
		error_hint(&paths.trouble, "give another place with --state DIR");
	}
	*ret_paths = paths;
	return true;
}

bool state_paths_can_write(const StatePaths *paths, Error *err) {
	struct statvfs info;
	int why = statvfs(paths->folder, &info) < 0 ? errno : info.f_flag & ST_RDONLY ? EROFS
		: info.f_blocks > 0 && info.f_bavail == 0 ? ENOSPC : info.f_files > 0 && info.f_favail == 0 ? ENOSPC : 0;
	if (!why && access(paths->folder, W_OK | X_OK) < 0)
		why = errno;
	if (!why)
		return true;
	error_errno(err, why, "nothing can be written");
	return error_where(err, "%s", paths->folder);
}

void state_paths_clear(StatePaths *paths) {
	free(paths->state);
	free(paths->folder);
	free(paths->socket);
	free(paths->lock);
	free(paths->log);
	free(paths->incidents);
	free(paths->spare);
	*paths = (StatePaths){0};
}
