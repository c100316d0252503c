/* session_exec.c: one command over a connection that stands: open a channel, start, read both streams to their ends, close. */
#include <stdlib.h>

#include "core/base/text.h"
#include "core/transport/ssh/session_internal.h"

#define WINDOW_BYTES (256u * 1024)
#define BLOCK_BYTES (16u * 1024)

Step session_open(SshSession *session) {
	static const char kind[] = "session";
	session->channel = libssh2_channel_open_ex(session->lib, kind, sizeof(kind) - 1, WINDOW_BYTES, LIBSSH2_CHANNEL_PACKET_DEFAULT, NULL, 0);
	if (!session->channel)
		return session_lib_failed(session, libssh2_session_last_errno(session->lib), "a channel was opened");
	session->result.out.limit = session->result.err.limit = session->command.max_output;
	return session_enter(session, session->answering ? SESSION_CLOSING : SESSION_STARTING);
}

Step session_start(SshSession *session) {
	static const char kind[] = "exec";
	const char *text = session->loop.used ? session->command.loop : session->command.text;
	session->result.began = true;
	session->status_came = false;
	int code = libssh2_channel_process_startup(session->channel, kind, sizeof(kind) - 1, text, (unsigned) strlen(text));
	if (code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
		return session_fail(session, SSH_NOT_ADMITTED, ERROR_DENIED, "it runs no commands for this user");
	if (code != 0)
		return session_lib_failed(session, code, "the command was sent");
	if (!session->loop.used)
		return session_enter(session, SESSION_ENDING_INPUT);
	session_loop_begin(session);
	return session_enter(session, SESSION_ASKING);
}

Step session_end_input(SshSession *session) {
	int code = libssh2_channel_send_eof(session->channel);
	return code == 0 ? session_enter(session, SESSION_READING) : session_lib_failed(session, code, "the command was sent");
}

/* What is over the limit is read all the same: an unread stream stops the other one, too. */
ssize_t session_read_stream(LIBSSH2_CHANNEL *channel, int stream, Buf *out) {
	char block[BLOCK_BYTES];
	ssize_t got = libssh2_channel_read_ex(channel, stream, block, sizeof(block));
	if (got > 0) {
		size_t room = out->limit - out->len;
		buf_append(out, block, (size_t) got < room ? (size_t) got : room);
		out->overflowed = out->overflowed || (size_t) got > room;
	}
	return got;
}

bool session_has_unread(LIBSSH2_CHANNEL *channel) {
	unsigned long unread = 0;
	(void) libssh2_channel_window_read_ex(channel, &unread, NULL);
	return unread > 0;
}

Step session_read(SshSession *session) {
	ssize_t out = session_read_stream(session->channel, 0, &session->result.out);
	if (out < 0 && out != LIBSSH2_ERROR_EAGAIN)
		return session_lib_failed(session, (int) out, "its output was read");
	ssize_t err = session_read_stream(session->channel, SSH_EXTENDED_DATA_STDERR, &session->result.err);
	if (err < 0 && err != LIBSSH2_ERROR_EAGAIN)
		return session_lib_failed(session, (int) err, "its output was read");
	if (out > 0 || err > 0 || session_has_unread(session->channel))
		return STEP_ON;
	return libssh2_channel_eof(session->channel) ? session_enter(session, SESSION_CLOSING) : STEP_WAIT;
}

/* False: it was not told how it ended. A server that gives up on a channel, or whose own process went, closes it like that. */
static bool take_exit(SshSession *session) {
	SshResult *result = &session->result;
	char *name = NULL;
	size_t len = 0;
	result->exit_code = libssh2_channel_get_exit_status(session->channel);
	if (libssh2_channel_get_exit_signal(session->channel, &name, &len, NULL, NULL, NULL, NULL) == 0 && name && len) {
		AUTO_FREE char *clean = text_sanitised_line(name);
		size_t kept = strlen(clean) < sizeof(result->signal) ? strlen(clean) : sizeof(result->signal) - 1;
		memcpy(result->signal, clean, kept);
		result->signal[kept] = 0;
		result->exit_code = -1;
	}
	if (name)
		libssh2_free(session->lib, name);
	if (!session->status_came && !*result->signal)
		return false;
	result->outcome = SSH_RAN;
	return true;
}

Step session_close_channel(SshSession *session) {
	int code = libssh2_channel_close(session->channel);
	if (code == 0)
		code = libssh2_channel_wait_closed(session->channel);
	if (code != 0)
		return session_lib_failed(session, code, "the channel was closed");
	if (!session->answering && !take_exit(session))
		return session_fail(session, SSH_BROKEN, ERROR_IO, "it closed the channel without an exit status: how the command ended is not known");
	if (libssh2_channel_free(session->channel) == LIBSSH2_ERROR_EAGAIN)
		return STEP_WAIT;
	session->channel = NULL;
	if (!session->answering)
		return session_over(session, true);
	session->answering = false;
	return session_enter(session, SESSION_READY);
}
