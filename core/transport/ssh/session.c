/* session.c: the life of a connection: connect, wait for the banner, try again where the server has too many beginners, end. What happens over
 * the connection is in session_handshake.c and session_exec.c. */
#include "core/transport/ssh/session.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/transport/ssh/session_internal.h"

#define STEPS_AT_ONCE 64             /* then the other sessions have their turn */
#define REST_FIRST_MS 100
#define REST_LAST_MS 2000
#define LINES_MAX 4096               /* in front of a banner */
#define ANSWER_MS 10000
#define KEEPALIVE_SECONDS 15
#define FREE_TRIES 64

static void begin_library(void) {
	signal(SIGPIPE, SIG_IGN);
	BG_ASSERT(libssh2_init(0) == 0);
}

SshSession *ssh_session_new(const SshTarget *target) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, begin_library);
	SshSession *session = bg_calloc(1, sizeof(*session));
	session->target = *target;
	session->target.host = bg_strdup(target->host);
	session->target.known_as = bg_strdup_or_null(target->known_as);
	session->target.user = bg_strdup(target->user);
	session->target.key_path = bg_strdup_or_null(target->key_path);
	session->target.agent = bg_strdup_or_null(target->agent);
	session->target.jump = bg_strdup_or_null(target->jump);
	session->target.known_files = NULL;
	if (!session->target.port)
		session->target.port = 22;
	if (!session->target.connect_ms)
		session->target.connect_ms = SSH_DEFAULT_CONNECT_MS;
	session->fd = -1;
	return session;
}

static void free_text(const char *text) {
	union { const char *borrowed; char *owned; } it = {.borrowed = text};
	free(it.owned);
}

SshSession *ssh_session_free(SshSession *session) {
	if (!session)
		return NULL;
	session_disconnect(session);
	ssh_result_clear(&session->result);
	free_text(session->target.host);
	free_text(session->target.known_as);
	free_text(session->target.user);
	free_text(session->target.key_path);
	free_text(session->target.agent);
	free_text(session->target.jump);
	free_text(session->command.text);
	free_text(session->command.loop);
	free(session);
	return NULL;
}

/* The other side is not asked: it may not answer. Nothing of libssh2 waits once the socket is shut down. */
void session_disconnect(SshSession *session) {
	agent_exchange_clear(&session->agent);
	buf_clear(&session->agent_body);
	buf_clear(&session->lines);
	ssh_keys_clear(&session->keys);
	if (session->fd >= 0)
		shutdown(session->fd, SHUT_RDWR);
	LIBSSH2_CHANNEL *channels[] = {session->channel, session->loop.channel};
	for (size_t k = 0; k < BG_LENGTH(channels); k++)
		for (int i = 0; channels[k] && i < FREE_TRIES; i++)
			if (libssh2_channel_free(channels[k]) != LIBSSH2_ERROR_EAGAIN)
				break;
	for (int i = 0; session->lib && i < FREE_TRIES; i++)
		if (libssh2_session_free(session->lib) != LIBSSH2_ERROR_EAGAIN)
			break;
	session->channel = session->loop.channel = NULL;
	free(session->loop.text);
	session->loop.text = NULL;
	session->lib = NULL;
	if (session->fd >= 0)
		close(session->fd);
	session->fd = -1;
	session->state = SESSION_CLOSED;
	session->answering = session->again = false;
}

/* ---- ends ---- */

Step session_enter(SshSession *session, SessionState state) {
	session->state = state;
	return STEP_ON;
}

Step session_over(SshSession *session, bool keep) {
	session->result.elapsed_ms = mono_now().ms - session->begun.ms;
	session->busy = false;
	if (keep)
		session->state = SESSION_READY;
	else
		session_disconnect(session);
	return STEP_WAIT;
}

Step session_fail(SshSession *session, SshOutcome outcome, ErrorKind kind, const char *why, ...) {
	char text[sizeof(session->result.error.why)];
	va_list args;
	va_start(args, why);
	vsnprintf(text, sizeof(text), why, args);
	va_end(args);
	AUTO_FREE char *line = text_sanitised_line(text);
	ssh_fail(&session->result, &session->target, outcome, kind, "%s", line);
	return session_over(session, false);
}

static Step connect_failed(SshSession *session, int code) {
	switch (code) {
	case ECONNREFUSED:
		return session_fail(session, SSH_REFUSED, ERROR_IO, "connection refused");
	case ENETUNREACH: case EHOSTUNREACH: case EADDRNOTAVAIL: case ENETDOWN: case EACCES: case EPERM:
		return session_fail(session, SSH_NO_ROUTE, ERROR_IO, "no route to the address: %s", strerror(code));
	case ETIMEDOUT:
		return session_fail(session, SSH_TIMED_OUT, ERROR_TIMEOUT, "nothing answers at the address");
	default:
		return session_fail(session, SSH_BROKEN, ERROR_IO, "no connection: %s", strerror(code));
	}
}

/* ---- connecting ---- */

/* A dead peer is noticed by itself, also while nothing is sent. */
static void set_socket_options(const SshSession *session, int fd) {
	int one = 1, interval = KEEPALIVE_SECONDS, tries = 3;
	unsigned unanswered_ms = (unsigned) session->target.connect_ms;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof(tries));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof(unanswered_ms));
}

static Step start_connecting(SshSession *session) {
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found = NULL;
	char service[16];
	snprintf(service, sizeof(service), "%d", session->target.port);
	if (getaddrinfo(session->target.host, service, &hints, &found) != 0)
		return session_fail(session, SSH_NOT_POSSIBLE, ERROR_INVALID, "its address is a name");
	session->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int status = -1, code = errno;
	if (session->fd >= 0) {
		set_socket_options(session, session->fd);
		status = connect(session->fd, found->ai_addr, found->ai_addrlen);
		code = errno;
	}
	freeaddrinfo(found);
	if (session->fd < 0 || (status != 0 && code != EINPROGRESS))
		return connect_failed(session, code);
	session->phase_end = (MonoTime){mono_now().ms + session->target.connect_ms};
	return session_enter(session, SESSION_CONNECTING);
}

static Step connecting(SshSession *session) {
	int code = 0;
	socklen_t len = sizeof(code);
	struct pollfd writable = {.fd = session->fd, .events = POLLOUT};
	if (poll(&writable, 1, 0) <= 0)
		return STEP_WAIT;
	if (getsockopt(session->fd, SOL_SOCKET, SO_ERROR, &code, &len) != 0 || code)
		return connect_failed(session, code);
	int enough = 4;
	setsockopt(session->fd, SOL_SOCKET, SO_RCVLOWAT, &enough, sizeof(enough));   /* "SSH-": not woken for less */
	session->phase_end = (MonoTime){mono_now().ms + session->target.connect_ms};
	return session_enter(session, SESSION_BANNER);
}

/* Closed before its banner: with many sessions beginning, sshd refuses some (MaxStartups). Later it may not. */
static Step rest(SshSession *session) {
	int64_t wait = REST_FIRST_MS;
	unsigned char noise = 0;
	for (int i = 0; i < session->result.refusals && wait < REST_LAST_MS; i++)
		wait *= 2;
	random_bytes(&noise, 1);
	wait += wait * noise / 512;
	session->result.refusals++;
	MonoTime until = {mono_now().ms + wait};
	if (until.ms >= session->deadline.ms)
		return session_fail(session, SSH_BUSY, ERROR_REMOTE, "it closed all of %d connections before its banner%s", session->result.refusals,
			str_find(buf_str(&session->lines), "MaxStartups") >= 0 ? ": Exceeded MaxStartups" : "");
	session_disconnect(session);
	session->phase_end = until;
	session->state = SESSION_RESTING;
	return STEP_WAIT;
}

static Step resting(SshSession *session) {
	return mono_now().ms < session->phase_end.ms ? STEP_WAIT : session_enter(session, SESSION_CLOSED);
}

/* libssh2 would read lines in front of a banner for as long as they come. Here they have an end, and are looked at. */
static Step banner(SshSession *session) {
	for (;;) {
		char head[4], c = 0;
		ssize_t got = recv(session->fd, head, sizeof(head), MSG_PEEK);
		if (got < 0 && errno == EAGAIN)
			return STEP_WAIT;
		if (got <= 0)
			return rest(session);
		bool at_line = !session->lines.len || session->lines.data[session->lines.len - 1] == '\n';
		if (at_line && got == (ssize_t) sizeof(head) && memcmp(head, "SSH-", sizeof(head)) == 0)
			break;
		if (recv(session->fd, &c, 1, 0) != 1)
			return STEP_WAIT;
		buf_append(&session->lines, &c, 1);
		if (session->lines.len > LINES_MAX)
			return session_fail(session, SSH_NO_BANNER, ERROR_PROTOCOL, "what listens there is no SSH server");
	}
	int one = 1;
	setsockopt(session->fd, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof(one));
	return session_enter(session, SESSION_HANDSHAKE);
}

/* ---- commands ---- */

void ssh_session_begin(SshSession *session, const SshCommand *command) {
	BG_ASSERT(!session->busy && (!command->loop || command->repeatable));
	free_text(session->command.text);
	free_text(session->command.loop);
	session->command = *command;
	session->command.text = bg_strdup(command->text);
	session->command.loop = bg_strdup_or_null(command->loop);
	if (!session->command.max_output)
		session->command.max_output = SSH_DEFAULT_OUTPUT;
	ssh_result_clear(&session->result);
	session->begun = mono_now();
	session->deadline = (MonoTime){session->begun.ms + command->deadline_ms};
	session_loop_choose(session);
	session->busy = session->again = true;
	session->result.reused = session->state != SESSION_CLOSED;
}

bool ssh_session_is_busy(const SshSession *session) { return session->busy; }
bool ssh_session_is_connected(const SshSession *session) { return session->state >= SESSION_READY; }
const SshResult *ssh_session_result(const SshSession *session) { return &session->result; }

void ssh_session_set_known(SshSession *session, const KnownHosts *known) {
	BG_ASSERT(!session->busy);
	session->target.known = known;
	session_disconnect(session);
}

void ssh_session_close(SshSession *session) {
	if (session->busy)
		session_fail(session, SSH_BROKEN, ERROR_CANCELLED, "it was stopped");
	else
		session_disconnect(session);
}

/* ---- the loop's side ---- */

static Step begin_connection(SshSession *session) {
	if (!session->busy)
		return STEP_WAIT;
	session->result.reused = false;
	if (!session_begin_keys(session))
		return session_over(session, false);
	return start_connecting(session);
}

/* Idle, and something came: the end, or a question that wants an answer (ClientAliveInterval). */
static Step ready(SshSession *session) {
	char byte = 0;
	if (session->busy) {
		session->phase_end = (MonoTime){mono_now().ms + session->target.connect_ms};
		return session_enter(session, session->loop.used && session->loop.channel ? SESSION_ASKING : SESSION_OPENING);
	}
	ssize_t got = recv(session->fd, &byte, 1, MSG_PEEK);
	if (got < 0 && errno == EAGAIN)
		return STEP_WAIT;
	if (got <= 0) {
		session_disconnect(session);
		return STEP_WAIT;
	}
	if (session->loop.channel)
		return session_loop_idle(session);
	session->answering = true;
	session->phase_end = (MonoTime){mono_now().ms + ANSWER_MS};
	return session_enter(session, SESSION_OPENING);
}

static Stepper *const STEPPERS[SESSION_STATE_COUNT] = {
	[SESSION_CLOSED] = begin_connection, [SESSION_RESTING] = resting, [SESSION_CONNECTING] = connecting, [SESSION_BANNER] = banner,
	[SESSION_HANDSHAKE] = session_handshake, [SESSION_LISTING] = session_list_keys, [SESSION_AUTHENTICATING] = session_authenticate,
	[SESSION_READY] = ready, [SESSION_OPENING] = session_open, [SESSION_STARTING] = session_start, [SESSION_ENDING_INPUT] = session_end_input,
	[SESSION_READING] = session_read, [SESSION_CLOSING] = session_close_channel, [SESSION_ASKING] = session_ask, [SESSION_HEARING] = session_hear,
};

/* A connection that was kept and does not answer is given up early, so that there is time for a new one. */
static bool is_trying_kept(const SshSession *session) {
	return session->answering || (session->result.reused && (session->state == SESSION_OPENING || session_loop_is_asked(session)));
}

static bool has_phase_end(const SshSession *session) {
	return session->state == SESSION_CONNECTING || session->state == SESSION_BANNER || session->state == SESSION_RESTING || is_trying_kept(session)
		|| session_loop_is_asked(session);
}

static void too_late(SshSession *session) {
	char span[SPAN_TEXT_SIZE];
	span_format(mono_now().ms - session->begun.ms, span);
	if (session->state == SESSION_BANNER)
		session_fail(session, SSH_NO_BANNER, ERROR_TIMEOUT, "connected, but no SSH banner came in %s", span);
	else if (session->state <= SESSION_CONNECTING)
		session_fail(session, SSH_TIMED_OUT, ERROR_TIMEOUT, "nothing answered at the address in %s", span);
	else if (session->agent.asking)
		session_fail(session, SSH_NOT_ADMITTED, ERROR_TIMEOUT, "the ssh-agent did not answer in %s: it may wait for a touch", span);
	else if (session->state <= SESSION_OPENING)
		session_fail(session, SSH_TIMED_OUT, ERROR_TIMEOUT, "it stopped answering while the session began, after %s", span);
	else
		session_fail(session, SSH_COMMAND_SLOW, ERROR_TIMEOUT, "the command did not end in %s", span);
}

static int64_t end_of(const SshSession *session) {
	int64_t end = session->busy ? session->deadline.ms : INT64_MAX;
	return has_phase_end(session) && session->phase_end.ms < end ? session->phase_end.ms : end;
}

void ssh_session_step(SshSession *session) {
	session->again = false;
	int64_t now = mono_now().ms;
	if (session->state != SESSION_RESTING && now >= end_of(session)) {
		if (is_trying_kept(session) && (!session->busy || now < session->deadline.ms))
			session_disconnect(session);
		else if (session_loop_is_asked(session) && now < session->deadline.ms)
			session_loop_refuse(session);
		else
			too_late(session);
	}
	for (int i = 0; i < STEPS_AT_ONCE; i++)
		if (STEPPERS[session->state](session) == STEP_WAIT)
			return;
	session->again = true;
}

static short events_of(const SshSession *session) {
	if (session->state == SESSION_CONNECTING)
		return POLLOUT;
	if (session->state <= SESSION_BANNER || session->state == SESSION_READY)
		return POLLIN;
	int directions = libssh2_session_block_directions(session->lib);
	short events = directions & LIBSSH2_SESSION_BLOCK_OUTBOUND ? POLLOUT : 0;
	return (short) (directions & LIBSSH2_SESSION_BLOCK_INBOUND || !events ? events | POLLIN : events);
}

void ssh_session_poll(const SshSession *session, struct pollfd *ret, int64_t *ret_wait_ms) {
	int64_t end = end_of(session), now = mono_now().ms;
	*ret = (struct pollfd){.fd = session->agent.asking ? session->agent.fd : session->fd};
	if (session->fd >= 0)
		ret->events = session->agent.asking ? POLLIN : events_of(session);
	*ret_wait_ms = session->again ? 0 : end == INT64_MAX ? -1 : end > now ? end - now : 0;
}
