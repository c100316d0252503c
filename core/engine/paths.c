/* paths.c: the folders of an engine, and a socket path that fits into a socket address. */
#include "core/engine/paths.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"

static char *default_state(void) {
	const char *given = getenv("BREAKGLASS_STATE");
	if (given && *given)
		return bg_strdup(given);
	const char *xdg = getenv("XDG_STATE_HOME");
	if (xdg && *xdg == '/')
		return path_join(xdg, "breakglass");
	const char *home = getenv("HOME");
	if (home && *home == '/')
		return path_join(home, ".local/state/breakglass");
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

/* Socket addresses hold about 100 bytes: a deep state folder gets a short name in a folder that only this user can enter. */
static bool short_socket(const char *folder, uid_t owner, char **ret_socket, Error *err) {
	if (owner != getuid())
		return error_set(err, ERROR_INVALID, "the path of a shared state folder is too long for a socket: %zu bytes", strlen(folder));
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	AUTO_FREE char *base = runtime && *runtime == '/' ? path_join(runtime, "breakglass")
		: bg_asprintf("/tmp/breakglass-%u", (unsigned) getuid());
	if (!file_make_folder(base, 0700, err))
		return false;
	struct stat info;
	if (lstat(base, &info) < 0 || !S_ISDIR(info.st_mode) || info.st_uid != getuid() || (info.st_mode & 022)) {
		error_set(err, ERROR_DENIED, "the folder is not a private one of this user");
		error_where(err, "%s", base);
		return error_hint(err, "remove it, or set XDG_RUNTIME_DIR");
	}
	char digest[SHA256_HEX_SIZE];
	sha256_hex(folder, strlen(folder), digest);
	*ret_socket = bg_asprintf("%s/%.16s.sock", base, digest);
	return true;
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
	AUTO_FREE char *given = state && *state ? path_expand_home(state) : default_state();
	AUTO_FREE char *safe = path_safe_name(environment);
	if (!file_make_folder(given, 0700, err))
		return error_what(err, "prepare the state folder");
	char *absolute = realpath(given, NULL);
	if (!absolute)
		return error_errno(err, errno, "cannot resolve %s", given);
	paths.state = absolute;
	paths.folder = path_join(absolute, safe);
	paths.incidents = path_join(paths.folder, "incidents");
	paths.lock = path_join(paths.folder, "engine.lock");
	paths.log = path_join(paths.folder, "engine.log");
	paths.socket = path_join(paths.folder, "engine.sock");
	uid_t owner = getuid();
	bool ok = file_make_folder(paths.folder, 0700, err) && check_folder(paths.folder, group, &owner, err)
		&& check_parent(absolute, owner, err) && (owner != getuid() || file_make_folder(paths.incidents, 0700, err));
	paths.owner = owner;
	if (ok && strlen(paths.socket) >= sizeof(((struct sockaddr_un *) 0)->sun_path)) {
		free(paths.socket);
		paths.socket = NULL;
		ok = short_socket(paths.folder, owner, &paths.socket, err);
	}
	if (!ok) {
		state_paths_clear(&paths);
		error_what(err, "prepare the state folder");
		return error_hint(err, "give another place with --state DIR");
	}
	*ret_paths = paths;
	return true;
}

void state_paths_clear(StatePaths *paths) {
	free(paths->state);
	free(paths->folder);
	free(paths->socket);
	free(paths->lock);
	free(paths->log);
	free(paths->incidents);
	*paths = (StatePaths){0};
}
