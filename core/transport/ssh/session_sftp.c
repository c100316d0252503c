/* session_sftp.c: see sftp.h. The session brings the connection up (algorithms, host key, our keys); from then on it is libssh2's SFTP over it, never waiting
 * inside libssh2: between two tries the socket is waited for here, for as long as a person and the deadline allow. */
#include "core/transport/ssh/sftp_internal.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/transport/ssh/loop.h"

#define NAME_BYTES 1024
#define FREE_TRIES 64
#define NEAR_TRIES 3
#define OUTPUT_MAX (8u * 1024 * 1024)

/* ---- waiting ---- */

/* After EAGAIN. */
static bool wait_more(Sftp *sftp, Error *err) {
	int directions = libssh2_session_block_directions(sftp->session->lib);
	struct pollfd wanted = {.fd = sftp->session->fd};
	if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		wanted.events |= POLLOUT;
	if (directions & LIBSSH2_SESSION_BLOCK_INBOUND || !wanted.events)
		wanted.events |= POLLIN;
	if (poll(&wanted, 1, SFTP_SLICE_MS) > 0)
		sftp->heard = mono_now();
	return sftp_may_go_on(sftp, err);
}

static bool lib_failed(const Sftp *sftp, const char *path, const char *doing, Error *err) {
	char *words = NULL;
	unsigned long status = sftp->lib ? libssh2_sftp_last_error(sftp->lib) : 0;
	int last = libssh2_session_last_error(sftp->session->lib, &words, NULL, 0);
	if (last == LIBSSH2_ERROR_SFTP_PROTOCOL && sftp_status_error(sftp, status, path, err))
		return false;
	return sftp_broke(sftp, path, doing, str_from(words), err);
}

static bool is_again(const Sftp *sftp) { return libssh2_session_last_errno(sftp->session->lib) == LIBSSH2_ERROR_EAGAIN; }

/* ---- the connection ---- */

static SshCommand command_of(const Sftp *sftp, const char *text, int64_t most_ms) {
	int64_t left = sftp->options.deadline.ms - mono_now().ms;
	left = left < most_ms ? left : most_ms;
	return (SshCommand){.text = text, .deadline_ms = left > 0 ? left : 0, .max_output = OUTPUT_MAX, .repeatable = true};
}

/* A command over the session. */
static const SshResult *run(Sftp *sftp, const char *text, int64_t most_ms) {
	SshCommand command = command_of(sftp, text, most_ms);
	ssh_session_begin(sftp->session, &command);
	while (ssh_session_is_busy(sftp->session)) {
		ssh_sessions_wait(&sftp->session, 1, -1, SFTP_SLICE_MS);
		if (sftp->options.cancelled && sftp->options.cancelled(sftp->options.userdata))
			ssh_session_close(sftp->session);
	}
	sftp->heard = mono_now();
	return ssh_session_result(sftp->session);
}

/* The other side is not asked: it may not answer. Nothing of libssh2 waits once the socket is shut down. */
static void leave_session(Sftp *sftp) {
	if (sftp->lib && sftp->session->fd >= 0)
		shutdown(sftp->session->fd, SHUT_RDWR);
	for (int i = 0; sftp->handle && i < FREE_TRIES; i++)
		if (libssh2_sftp_close_handle(sftp->handle) != LIBSSH2_ERROR_EAGAIN)
			sftp->handle = NULL;
	for (int i = 0; sftp->lib && i < FREE_TRIES; i++)
		if (libssh2_sftp_shutdown(sftp->lib) != LIBSSH2_ERROR_EAGAIN)
			sftp->lib = NULL;
	ssh_session_close(sftp->session);
}

/* How long a question takes; a machine that has much to do may be slow with one, so that the quickest counts. */
static bool is_near(Sftp *sftp) {
	char home[NAME_BYTES];
	for (int i = 0; sftp->options.near_ms > 0 && i < NEAR_TRIES; i++) {
		MonoTime asked = mono_now();
		int got;
		while ((got = libssh2_sftp_symlink_ex(sftp->lib, ".", 1, home, sizeof(home), LIBSSH2_SFTP_REALPATH)) == LIBSSH2_ERROR_EAGAIN)
			if (!wait_more(sftp, NULL))
				return false;
		if (got >= 0 && mono_now().ms - asked.ms < sftp->options.near_ms)
			return true;
	}
	return false;
}

/* Its ciphers take half of the time that libssh2's take. Where it cannot, whatever the reason, the session does. */
static void change_to_program(Sftp *sftp, const SshTarget *target) {
	if (sftp_program_open(sftp, target, NULL, NULL))
		leave_session(sftp);
	else
		sftp->program = sftp_program_free(sftp->program);
}

static bool start(Sftp *sftp, const SshTarget *target, Error *err) {
	/* Its output does not matter: the connection stands when it ended, whatever it said. */
	const SshResult *result = run(sftp, ":", SFTP_CONNECT_MS);
	if (result->outcome == SSH_NOT_POSSIBLE)
		return sftp_program_open(sftp, target, result->error.why, err);
	if (result->outcome != SSH_RAN) {
		if (err)
			*err = result->error;
		return false;
	}
	while (!(sftp->lib = libssh2_sftp_init(sftp->session->lib))) {
		if (libssh2_session_last_errno(sftp->session->lib) == LIBSSH2_ERROR_CHANNEL_FAILURE)
			return sftp_offers_none(sftp, err);
		if (!is_again(sftp))
			return lib_failed(sftp, NULL, "SFTP was started", err);
		if (!wait_more(sftp, err))
			return sftp_at_place(sftp, NULL, err);
	}
	if (is_near(sftp))
		change_to_program(sftp, target);
	return true;
}

bool sftp_open(const SshTarget *target, const SftpOptions *options, Sftp **ret_sftp, Error *err) {
	AUTO(Sftp) *sftp = bg_calloc(1, sizeof(*sftp));
	sftp->session = ssh_session_new(target);
	sftp->options = *options;
	sftp->where = ssh_target_words(target);
	sftp->heard = mono_now();
	if (!start(sftp, target, err))
		return false;
	*ret_sftp = TAKE(sftp);
	return true;
}

void sftp_end_file(Sftp *sftp) {
	Error ignored;
	if (sftp->program)
		sftp_program_end(sftp);
	while (sftp->handle && libssh2_sftp_close_handle(sftp->handle) == LIBSSH2_ERROR_EAGAIN)
		if (!wait_more(sftp, &ignored))
			return;   /* the connection goes with it */
	sftp->handle = NULL;
}

Sftp *sftp_free(Sftp *sftp) {
	if (!sftp)
		return NULL;
	leave_session(sftp);
	sftp_program_free(sftp->program);
	ssh_session_free(sftp->session);
	free(sftp->where);
	free(sftp);
	return NULL;
}

/* ---- folders ---- */

static int by_name(const void *a, const void *b) {
	const SftpEntry *one = a, *other = b;
	return strcmp(one->name, other->name);
}

static SftpAttributes attributes_of(const LIBSSH2_SFTP_ATTRIBUTES *given) {
	return (SftpAttributes){.has_size = given->flags & LIBSSH2_SFTP_ATTR_SIZE, .has_mode = given->flags & LIBSSH2_SFTP_ATTR_PERMISSIONS,
		.has_time = given->flags & LIBSSH2_SFTP_ATTR_ACMODTIME, .size = given->filesize, .mode = (uint32_t) given->permissions, .time = (uint32_t) given->mtime};
}

static bool open_handle(Sftp *sftp, const char *path, int type, const char *doing, Error *err) {
	BG_ASSERT(!sftp->handle);
	if (sftp->program)
		return sftp_program_begin(sftp, path, type == LIBSSH2_SFTP_OPENDIR, 0, err);
	while (!(sftp->handle = libssh2_sftp_open_ex(sftp->lib, path, (unsigned) strlen(path), LIBSSH2_FXF_READ, 0, type)))
		if (!is_again(sftp))
			return lib_failed(sftp, path, doing, err);
		else if (!wait_more(sftp, err))
			return sftp_at_place(sftp, path, err);
	return true;
}

static bool read_folder(Sftp *sftp, const char *folder, SftpEntries *ret, Error *err) {
	char name[NAME_BYTES];
	if (sftp->program)
		return sftp_program_read_folder(sftp, folder, ret, err);
	for (;;) {
		LIBSSH2_SFTP_ATTRIBUTES attributes = {0};
		int got = libssh2_sftp_readdir_ex(sftp->handle, name, sizeof(name), NULL, 0, &attributes);
		if (got == 0)
			return true;
		if (got == LIBSSH2_ERROR_EAGAIN) {
			if (!wait_more(sftp, err))
				return sftp_at_place(sftp, folder, err);
		} else if (got < 0) {
			return lib_failed(sftp, folder, "a folder was read", err);
		} else {
			SftpAttributes known = attributes_of(&attributes);
			if (!sftp_add_entry(sftp, folder, (Str){name, (size_t) got}, &known, ret, err))
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
	if (sftp->program)
		return sftp_program_begin(sftp, path, false, offset, err);
	if (!open_handle(sftp, path, LIBSSH2_SFTP_OPENFILE, "a file was opened", err))
		return false;
	libssh2_sftp_seek64(sftp->handle, (libssh2_uint64_t) offset);
	return true;
}

bool sftp_next(Sftp *sftp, char *bytes, size_t size, size_t *ret_got, Error *err) {
	if (sftp->program)
		return sftp_program_next(sftp, bytes, size, ret_got, err);
	for (;;) {
		ssize_t got = libssh2_sftp_read(sftp->handle, bytes, size);
		if (got >= 0) {
			*ret_got = (size_t) got;
			sftp->heard = mono_now();
			return sftp_may_go_on(sftp, err) || sftp_at_place(sftp, NULL, err);
		}
		if (got != LIBSSH2_ERROR_EAGAIN)
			return lib_failed(sftp, NULL, "a file was read", err);
		if (!wait_more(sftp, err))
			return sftp_at_place(sftp, NULL, err);
	}
}

bool sftp_run(Sftp *sftp, const char *command, Buf *out, Error *err) {
	AUTO_CLEAR(SshResult) by_program = {0};
	SshCommand asked = command_of(sftp, command, INT64_MAX);
	if (sftp->program)
		sftp_program_run(sftp, &asked, &by_program);
	const SshResult *result = sftp->program ? &by_program : run(sftp, command, INT64_MAX);
	if (result->outcome != SSH_RAN) {
		if (err)
			*err = result->error;
		return false;
	}
	if (result->exit_code == 0 && !result->out.overflowed) {
		buf_put_str(out, buf_str(&result->out));
		return true;
	}
	AUTO_FREE char *said = text_sanitised_line(buf_text(&result->err));
	error_set(err, ERROR_REMOTE, "the command ended with status %d: %.100s", result->exit_code, said);
	return sftp_at_place(sftp, NULL, err);
}
