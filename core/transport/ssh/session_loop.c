/* session_loop.c: a shell that stays. It is begun once a connection, on a channel that is kept, and then each command costs the other side neither a
 * session nor a login shell: a line with a number that was never used before goes in, what stands between "begin NUMBER" and "end NUMBER STATUS" comes
 * out. Whatever else comes is nobody's answer. Where such a shell cannot be had or does not answer, commands go the usual way, one channel each. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/transport/ssh/session_internal.h"

#define NUMBER_DIGITS 16
#define MARKS_BYTES 128u             /* around an answer */
#define RESTS 20                     /* a server with a command of its own: asked again after so many, its configuration may have changed */

/* What it says on stderr has no place among answers; what it starts must not read our lines. */
void ssh_loop_command(const char *preface, const char *body, Buf *out) {
	buf_printf(out, "exec sh -c 'exec 2>/dev/null; %s while read -r number; do echo \"begin $number\"; { %s; } </dev/null; echo \"end $number $?\"; done' sh",
		preface, body);
}

static void begin_asking(SessionLoop *loop) {
	loop->line[0] = '\0';
	loop->sent = 0;
	loop->begun = false;
}

void session_loop_choose(SshSession *session) {
	SessionLoop *loop = &session->loop;
	loop->used = session->command.loop && loop->rests == 0;
	begin_asking(loop);
	if (session->command.loop && loop->rests > 0)
		loop->rests--;
	if (loop->used && loop->channel && !text_eq(loop->text, session->command.loop))
		session_disconnect(session);
}

bool session_loop_is_asked(const SshSession *session) {
	return session->loop.used && (session->state == SESSION_ASKING || (session->state == SESSION_HEARING && !session->loop.begun));
}

static void give_up(SshSession *session) {
	session->loop.rests = RESTS;
	session_disconnect(session);
}

Step session_loop_refuse(SshSession *session) {
	give_up(session);
	buf_clear(&session->result.out);
	session->loop.used = session->result.began = false;
	return STEP_ON;
}

Step session_loop_idle(SshSession *session) {
	AUTO_CLEAR(Buf) said = {.limit = 1};
	ssize_t got = session_read_stream(session->loop.channel, 0, &said);
	if (got == LIBSSH2_ERROR_EAGAIN)
		return STEP_WAIT;
	if (got >= 0)
		give_up(session);   /* it ended, or talks without being asked */
	else
		session_disconnect(session);
	return STEP_WAIT;
}

/* ---- one command ---- */

void session_loop_begin(SshSession *session) {
	SessionLoop *loop = &session->loop;
	loop->channel = session->channel;
	loop->text = bg_strdup(session->command.loop);
	session->channel = NULL;
	begin_asking(loop);
	/* A command that the server has put in its place may wait for ever. Then there must be time for the usual way. */
	int64_t now = mono_now().ms;
	session->phase_end = (MonoTime){now + (session->deadline.ms - now) / 2};
}

Step session_ask(SshSession *session) {
	SessionLoop *loop = &session->loop;
	if (!*loop->line) {
		char number[NUMBER_DIGITS + 1];
		random_hex(number, NUMBER_DIGITS);
		snprintf(loop->line, sizeof(loop->line), "%s\n", number);
		session->result.began = true;
		session->result.out.limit = session->command.max_output + MARKS_BYTES;
	}
	while (loop->sent < strlen(loop->line)) {
		ssize_t put = libssh2_channel_write_ex(loop->channel, 0, loop->line + loop->sent, strlen(loop->line) - loop->sent);
		if (put == LIBSSH2_ERROR_CHANNEL_CLOSED || put == LIBSSH2_ERROR_CHANNEL_EOF_SENT)
			return session_loop_refuse(session);
		if (put < 0)
			return session_lib_failed(session, (int) put, "the command was asked for");
		loop->sent += (size_t) put;
	}
	return session_enter(session, SESSION_HEARING);
}

/* The line "WORD NUMBER..." in what came: where it begins, and what stands in it behind the number. False: it is not there, or not whole. */
static bool find_mark(const SessionLoop *loop, Str said, const char *word, size_t *ret_at, Str *ret_rest, size_t *ret_end) {
	char mark[sizeof(loop->line) + 8];
	snprintf(mark, sizeof(mark), "%s %.*s", word, NUMBER_DIGITS, loop->line);
	ptrdiff_t at = str_find(said, mark), end = at < 0 ? -1 : str_find_char(str_slice(said, (size_t) at, said.len), '\n');
	if (end < 0 || (at > 0 && said.ptr[at - 1] != '\n'))
		return false;
	*ret_at = (size_t) at;
	*ret_rest = str_slice(said, (size_t) at + strlen(mark), (size_t) end - strlen(mark));
	*ret_end = (size_t) at + (size_t) end + 1;
	return true;
}

/* Cuts the marks off. True: the answer is whole. */
static bool take_answer(SshSession *session) {
	SshResult *result = &session->result;
	Str rest = {0};
	size_t at = 0, end = 0;
	int64_t status = 0;
	if (!session->loop.begun && find_mark(&session->loop, buf_str(&result->out), "begin", &at, &rest, &end)) {
		buf_consume(&result->out, end);
		session->loop.begun = true;
	}
	if (!session->loop.begun || !find_mark(&session->loop, buf_str(&result->out), "end", &at, &rest, &end)
		|| !str_parse_int(str_trim(rest), &status))
		return false;
	buf_truncate(&result->out, at);
	result->exit_code = (int) status;
	result->outcome = SSH_RAN;
	return true;
}

Step session_hear(SshSession *session) {
	LIBSSH2_CHANNEL *channel = session->loop.channel;
	AUTO_CLEAR(Buf) dropped = {.limit = 1};
	ssize_t out = session_read_stream(channel, 0, &session->result.out);
	if (out < 0 && out != LIBSSH2_ERROR_EAGAIN)
		return session_lib_failed(session, (int) out, "its output was read");
	ssize_t err = session_read_stream(channel, SSH_EXTENDED_DATA_STDERR, &dropped);
	if (err < 0 && err != LIBSSH2_ERROR_EAGAIN)
		return session_lib_failed(session, (int) err, "its output was read");
	bool is_whole = out > 0 && take_answer(session), is_over = libssh2_channel_eof(channel);
	if (is_whole && is_over)
		session->loop.rests = RESTS;
	if (is_whole)
		return session_over(session, !is_over);
	if ((is_over && !session_has_unread(channel)) || session->result.out.overflowed)
		return session_loop_refuse(session);
	return out > 0 || err > 0 || session_has_unread(channel) ? STEP_ON : STEP_WAIT;
}
