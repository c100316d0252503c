/* session_sftp.c: see sftp.h. The session brings the connection up (algorithms, host key, our keys); from then on it is libssh2's SFTP over it, never waiting
 * inside libssh2: between two tries the socket is waited for here, for as long as a person and the deadline allow. */
#include "core/transport/ssh/sftp.h"

#include <libssh2_sftp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/transport/ssh/loop.h"
#include "core/transport/ssh/session_internal.h"

#define SLICE_MS 200                  /* a cancel is noticed within */
#define CONNECT_MS 60000              /* connecting and being admitted, all together */
#define SILENT_MS 60000               /* a connection over which nothing comes is given up */
#define NAME_BYTES 1024
#define ENTRIES_MAX 100000
#define FREE_TRIES 64
#define OUTPUT_MAX (8u * 1024 * 1024)

struct Sftp {
	SshSession *session;
	SftpOptions options;
	LIBSSH2_SFTP *lib;
	LIBSSH2_SFTP_HANDLE *handle;
	MonoTime heard;                   /* when something came last */
	char *where;                      /* "user@[4a1:b2::14]" */
};

static bool at_place(const Sftp *sftp, const char *path, Error *err) { return error_where(err, "%.80s%s%.70s", sftp->where, path ? ":" : "", path ? path : ""); }

/* ---- waiting ---- */

static bool may_go_on(const Sftp *sftp, Error *err) {
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

/* After EAGAIN. */
static bool wait_more(Sftp *sftp, Error *err) {
	int directions = libssh2_session_block_directions(sftp->session->lib);
	struct pollfd wanted = {.fd = sftp->session->fd};
	if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		wanted.events |= POLLOUT;
	if (directions & LIBSSH2_SESSION_BLOCK_INBOUND || !wanted.events)
		wanted.events |= POLLIN;
	if (poll(&wanted, 1, SLICE_MS) > 0)
		sftp->heard = mono_now();
	return may_go_on(sftp, err);
}

static bool lib_failed(const Sftp *sftp, const char *path, const char *doing, Error *err) {
	static const struct { unsigned long code; ErrorKind kind; const char *why, *hint; } CODES[] = {
		{LIBSSH2_FX_NO_SUCH_FILE, ERROR_MISSING, "there is no such file", "look at the path in the environment file"},
		{LIBSSH2_FX_NO_SUCH_PATH, ERROR_MISSING, "there is no such folder", "look at the path in the environment file"},
		{LIBSSH2_FX_PERMISSION_DENIED, ERROR_DENIED, "this login may not read it", "give the login the right to read there"},
	};
	char *words = NULL;
	unsigned long code = sftp->lib ? libssh2_sftp_last_error(sftp->lib) : 0;
	int last = libssh2_session_last_error(sftp->session->lib, &words, NULL, 0);
	for (size_t i = 0; i < BG_LENGTH(CODES) && last == LIBSSH2_ERROR_SFTP_PROTOCOL; i++) {
		if (CODES[i].code != code)
			continue;
		error_set(err, CODES[i].kind, "%s", CODES[i].why);
		error_hint(err, "%s", CODES[i].hint);
		return at_place(sftp, path, err);
	}
	AUTO_FREE char *said = text_sanitised_line(words && *words ? words : "no reason told");
	error_set(err, ERROR_IO, "the connection broke while %s: %.80s", doing, said);
	error_hint(err, "started again, it goes on where it was");
	return at_place(sftp, path, err);
}

static bool is_again(const Sftp *sftp) { return libssh2_session_last_errno(sftp->session->lib) == LIBSSH2_ERROR_EAGAIN; }

/* ---- the connection ---- */

/* A command over the session. */
static bool run(Sftp *sftp, const char *text, int64_t most_ms, Error *err) {
	int64_t left = sftp->options.deadline.ms - mono_now().ms;
	left = left < most_ms ? left : most_ms;
	SshCommand command = {.text = text, .deadline_ms = left > 0 ? left : 0, .max_output = OUTPUT_MAX, .repeatable = true};
	ssh_session_begin(sftp->session, &command);
	while (ssh_session_is_busy(sftp->session)) {
		ssh_sessions_wait(&sftp->session, 1, -1, SLICE_MS);
		if (sftp->options.cancelled && sftp->options.cancelled(sftp->options.userdata))
			ssh_session_close(sftp->session);
	}
	const SshResult *result = ssh_session_result(sftp->session);
	sftp->heard = mono_now();
	if (result->outcome == SSH_RAN)
		return true;
	*err = result->error;
	if (result->outcome != SSH_NOT_POSSIBLE)
		return false;
	error_set(err, ERROR_INVALID, "files cannot be had from it here: %.120s", result->error.why);
	error_hint(err, "give it an ed25519 or ECDSA key and a known host key; or fetch with the team's script");
	return at_place(sftp, NULL, err);
}

static bool start(Sftp *sftp, Error *err) {
	Error local = {0};
	/* Its output does not matter: the connection stands when it ended, whatever it said. */
	if (!run(sftp, ":", CONNECT_MS, err ? err : &local))
		return false;
	while (!(sftp->lib = libssh2_sftp_init(sftp->session->lib))) {
		if (libssh2_session_last_errno(sftp->session->lib) == LIBSSH2_ERROR_CHANNEL_FAILURE) {
			error_set(err, ERROR_DENIED, "it offers no SFTP to this login");
			error_hint(err, "look at Subsystem sftp in its sshd_config");
			return at_place(sftp, NULL, err);
		}
		if (!is_again(sftp))
			return lib_failed(sftp, NULL, "SFTP was started", err);
		if (!wait_more(sftp, err))
			return at_place(sftp, NULL, err);
	}
	return true;
}

bool sftp_open(const SshTarget *target, const SftpOptions *options, Sftp **ret_sftp, Error *err) {
	AUTO(Sftp) *sftp = bg_calloc(1, sizeof(*sftp));
	sftp->session = ssh_session_new(target);
	sftp->options = *options;
	sftp->where = ssh_target_words(target);
	sftp->heard = mono_now();
	if (!start(sftp, err))
		return false;
	*ret_sftp = TAKE(sftp);
	return true;
}

void sftp_end_file(Sftp *sftp) {
	Error ignored;
	while (sftp->handle && libssh2_sftp_close_handle(sftp->handle) == LIBSSH2_ERROR_EAGAIN)
		if (!wait_more(sftp, &ignored))
			return;   /* the connection goes with it */
	sftp->handle = NULL;
}

/* The other side is not asked: it may not answer. Nothing of libssh2 waits once the socket is shut down. */
Sftp *sftp_free(Sftp *sftp) {
	if (!sftp)
		return NULL;
	if (sftp->lib && sftp->session->fd >= 0)
		shutdown(sftp->session->fd, SHUT_RDWR);
	for (int i = 0; sftp->handle && i < FREE_TRIES; i++)
		if (libssh2_sftp_close_handle(sftp->handle) != LIBSSH2_ERROR_EAGAIN)
			sftp->handle = NULL;
	for (int i = 0; sftp->lib && i < FREE_TRIES; i++)
		if (libssh2_sftp_shutdown(sftp->lib) != LIBSSH2_ERROR_EAGAIN)
			sftp->lib = NULL;
	ssh_session_free(sftp->session);
	free(sftp->where);
	free(sftp);
	return NULL;
}

/* ---- folders ---- */

void sftp_entries_clear(SftpEntries *entries) {
	for (size_t i = 0; i < entries->count; i++)
		free(entries->items[i].name);
	free(entries->items);
	*entries = (SftpEntries){0};
}

static int by_name(const void *a, const void *b) {
	const SftpEntry *one = a, *other = b;
	return strcmp(one->name, other->name);
}

/* What the other side says is a name becomes one here. */
static bool add_entry(Sftp *sftp, const char *folder, Str name, const LIBSSH2_SFTP_ATTRIBUTES *attributes, SftpEntries *ret, Error *err) {
	if (str_eq_c(name, ".") || str_eq_c(name, ".."))
		return true;
	AUTO_FREE char *text = str_dup(name);
	AUTO_FREE char *clean = text_sanitised_line(text);
	if (!name.len || str_find_char(name, '/') >= 0 || strlen(text) != name.len || !text_eq(clean, text)) {
		error_set(err, ERROR_PROTOCOL, "a file there has a name that is none: %.60s", clean);
		return at_place(sftp, folder, err);
	}
	if (ret->count == ENTRIES_MAX) {
		error_set(err, ERROR_INVALID, "the folder holds more than %d files", ENTRIES_MAX);
		return at_place(sftp, folder, err);
	}
	if (ret->count == ret->capacity) {
		ret->capacity = ret->capacity ? ret->capacity * 2 : 32;
		ret->items = bg_realloc(ret->items, ret->capacity * sizeof(*ret->items));
	}
	bool known = attributes->flags & LIBSSH2_SFTP_ATTR_PERMISSIONS;
	SftpKind kind = known && LIBSSH2_SFTP_S_ISDIR(attributes->permissions) ? SFTP_FOLDER : known && LIBSSH2_SFTP_S_ISREG(attributes->permissions) ? SFTP_FILE : SFTP_OTHER;
	ret->items[ret->count++] = (SftpEntry){TAKE(text), kind, attributes->flags & LIBSSH2_SFTP_ATTR_SIZE ? (int64_t) attributes->filesize : 0,
		attributes->flags & LIBSSH2_SFTP_ATTR_ACMODTIME ? (int64_t) attributes->mtime : 0};
	return true;
}

static bool open_handle(Sftp *sftp, const char *path, int type, const char *doing, Error *err) {
	BG_ASSERT(!sftp->handle);
	while (!(sftp->handle = libssh2_sftp_open_ex(sftp->lib, path, (unsigned) strlen(path), LIBSSH2_FXF_READ, 0, type)))
		if (!is_again(sftp))
			return lib_failed(sftp, path, doing, err);
		else if (!wait_more(sftp, err))
			return at_place(sftp, path, err);
	return true;
}

static bool read_folder(Sftp *sftp, const char *folder, SftpEntries *ret, Error *err) {
	char name[NAME_BYTES];
	for (;;) {
		LIBSSH2_SFTP_ATTRIBUTES attributes = {0};
		int got = libssh2_sftp_readdir_ex(sftp->handle, name, sizeof(name), NULL, 0, &attributes);
		if (got == 0)
			return true;
		if (got == LIBSSH2_ERROR_EAGAIN) {
			if (!wait_more(sftp, err))
				return at_place(sftp, folder, err);
		} else if (got < 0) {
			return lib_failed(sftp, folder, "a folder was read", err);
		} else if (!add_entry(sftp, folder, (Str){name, (size_t) got}, &attributes, ret, err)) {
			return false;
		}
	}
}

bool sftp_list(Sftp *sftp, const char *folder, SftpEntries *ret, bool *ret_there, Error *err) {
	AUTO_CLEAR(SftpEntries) found = {0};
	Error local = {0};
	*ret_there = open_handle(sftp, folder, LIBSSH2_SFTP_OPENDIR, "a folder was opened", &local);
	bool ok = *ret_there && read_folder(sftp, folder, &found, &local);
	sftp_end_file(sftp);
	if (!*ret_there && local.kind == ERROR_MISSING)
		return true;
	if (!ok && err)
		*err = local;
	if (!ok)
		return false;
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items), by_name);
	*ret = found;
	found = (SftpEntries){0};
	return true;
}

/* ---- files ---- */

bool sftp_begin_file(Sftp *sftp, const char *path, int64_t offset, Error *err) {
	if (!open_handle(sftp, path, LIBSSH2_SFTP_OPENFILE, "a file was opened", err))
		return false;
	libssh2_sftp_seek64(sftp->handle, (libssh2_uint64_t) offset);
	return true;
}

bool sftp_next(Sftp *sftp, char *bytes, size_t size, size_t *ret_got, Error *err) {
	for (;;) {
		ssize_t got = libssh2_sftp_read(sftp->handle, bytes, size);
		if (got >= 0) {
			*ret_got = (size_t) got;
			sftp->heard = mono_now();
			return may_go_on(sftp, err) || at_place(sftp, NULL, err);
		}
		if (got != LIBSSH2_ERROR_EAGAIN)
			return lib_failed(sftp, NULL, "a file was read", err);
		if (!wait_more(sftp, err))
			return at_place(sftp, NULL, err);
	}
}

bool sftp_run(Sftp *sftp, const char *command, Buf *out, Error *err) {
	Error local = {0};
	if (!run(sftp, command, INT64_MAX, err ? err : &local))
		return false;
	const SshResult *result = ssh_session_result(sftp->session);
	if (result->exit_code == 0 && !result->out.overflowed) {
		buf_put_str(out, buf_str(&result->out));
		return true;
	}
	AUTO_FREE char *said = text_sanitised_line(buf_text(&result->err));
	error_set(err, ERROR_REMOTE, "the command ended with status %d: %.100s", result->exit_code, said);
	return at_place(sftp, NULL, err);
}
