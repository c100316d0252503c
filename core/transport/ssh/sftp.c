/* sftp.c: what both ways to files say alike: how long they go on, what went wrong, which names count. See sftp_internal.h. */
#include "core/transport/ssh/sftp_internal.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

#define SILENT_MS 60000               /* a connection over which nothing comes is given up */
#define ENTRIES_MAX 100000

bool sftp_at_place(const Sftp *sftp, const char *path, Error *err) {
	return error_where(err, "%.80s%s%.70s", sftp->where, path ? ":" : "", path ? path : "");
}

bool sftp_may_go_on(const Sftp *sftp, Error *err) {
	int64_t now = mono_now().ms;
	if (sftp->options.cancelled && sftp->options.cancelled(sftp->options.userdata))
		return error_set(err, ERROR_CANCELLED, "it was stopped");
	if (now >= sftp->options.deadline.ms) {
		error_set(err, ERROR_TIMEOUT, "the time for it is over");
		return error_hint(err, "started again, it goes on where it was; give it more with timeout=");
	}
	if (now - sftp->heard.ms < SILENT_MS)
		return true;
	error_set(err, ERROR_TIMEOUT, "nothing came from the other side for %d s", SILENT_MS / 1000);
	return error_hint(err, "look whether the machine is there; started again, it goes on where it was");
}

/* ---- what went wrong ---- */

bool sftp_status_error(const Sftp *sftp, unsigned long status, const char *path, Error *err) {
	static const struct { unsigned long status; ErrorKind kind; const char *why, *hint; } ROWS[] = {
		{SFTP_NO_SUCH_FILE, ERROR_MISSING, "there is no such file", "look at the path in the environment file"},
		{LIBSSH2_FX_NO_SUCH_PATH, ERROR_MISSING, "there is no such folder", "look at the path in the environment file"},
		{SFTP_PERMISSION_DENIED, ERROR_DENIED, "this login may not read it", "give the login the right to read there"},
	};
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++) {
		if (ROWS[i].status != status)
			continue;
		error_set(err, ROWS[i].kind, "%s", ROWS[i].why);
		error_hint(err, "%s", ROWS[i].hint);
		sftp_at_place(sftp, path, err);
		return true;
	}
	return false;
}

bool sftp_broke(const Sftp *sftp, const char *path, const char *doing, Str said, Error *err) {
	AUTO_CLEAR(Buf) clean = {0};
	text_sanitise(str_slice(str_trim(said), 0, 80), SANITISE_LINE, &clean);
	error_set(err, ERROR_IO, "the connection broke while %s: %s", doing, clean.len ? buf_text(&clean) : "no reason told");
	error_hint(err, "started again, it goes on where it was");
	return sftp_at_place(sftp, path, err);
}

bool sftp_offers_none(const Sftp *sftp, Error *err) {
	error_set(err, ERROR_DENIED, "it offers no SFTP to this login");
	error_hint(err, "look at Subsystem sftp in its sshd_config");
	return sftp_at_place(sftp, NULL, err);
}

/* ---- names ---- */

void sftp_entries_clear(SftpEntries *entries) {
	for (size_t i = 0; i < entries->count; i++)
		free(entries->items[i].name);
	free(entries->items);
	*entries = (SftpEntries){0};
}

bool sftp_add_entry(const Sftp *sftp, const char *folder, Str name, const SftpAttributes *attributes, SftpEntries *ret, Error *err) {
	if (str_eq_c(name, ".") || str_eq_c(name, ".."))
		return true;
	AUTO_FREE char *text = str_dup(name);
	AUTO_FREE char *clean = text_sanitised_line(text);
	if (!name.len || str_find_char(name, '/') >= 0 || strlen(text) != name.len || !text_eq(clean, text)) {
		error_set(err, ERROR_PROTOCOL, "a file there has a name that is none: %.60s", clean);
		return sftp_at_place(sftp, folder, err);
	}
	if (ret->count == ENTRIES_MAX) {
		error_set(err, ERROR_INVALID, "the folder holds more than %d files", ENTRIES_MAX);
		return sftp_at_place(sftp, folder, err);
	}
	if (ret->count == ret->capacity) {
		ret->capacity = ret->capacity ? ret->capacity * 2 : 32;
		ret->items = bg_realloc(ret->items, ret->capacity * sizeof(*ret->items));
	}
	SftpKind kind = attributes->has_mode && S_ISDIR(attributes->mode) ? SFTP_FOLDER : attributes->has_mode && S_ISREG(attributes->mode) ? SFTP_FILE : SFTP_OTHER;
	bool sized = attributes->has_size && attributes->size <= INT64_MAX;
	ret->items[ret->count++] = (SftpEntry){TAKE(text), kind, sized ? (int64_t) attributes->size : 0, attributes->has_time ? (int64_t) attributes->time : 0};
	return true;
}
