/* session_internal.h: a session's insides, for session*.c only. */
#pragma once
#include <libssh2.h>
#include "core/transport/ssh/agent_exchange.h"
#include "core/transport/ssh/keys.h"
#include "core/transport/ssh/session.h"

typedef enum SessionState {
	SESSION_CLOSED, SESSION_RESTING, SESSION_CONNECTING, SESSION_BANNER, SESSION_HANDSHAKE, SESSION_LISTING, SESSION_AUTHENTICATING, SESSION_READY,
	SESSION_OPENING, SESSION_STARTING, SESSION_ENDING_INPUT, SESSION_READING, SESSION_CLOSING, SESSION_ASKING, SESSION_HEARING,
	SESSION_STATE_COUNT
} SessionState;

/* session_loop.c: a shell that stays on the other side and does the same command again for each line that it is sent. */
typedef struct SessionLoop {
	LIBSSH2_CHANNEL *channel;            /* NULL: none runs */
	char *text;                          /* that it was begun with */
	bool used;                           /* the command under way is to be done by it */
	int rests;                           /* commands that are done without, since it failed */
	char line[24];                       /* what was asked last, with its end of line */
	size_t sent;                         /* of that */
	bool begun;                          /* it said so */
} SessionLoop;

struct SshSession {
	SshTarget target;                    /* its texts are owned */
	SshCommand command;                  /* its text is owned */
	SshResult result;
	SessionState state;
	bool busy;
	bool answering;                      /* a channel is opened only so that libssh2 reads what the other side asks meanwhile */
	bool status_came;                    /* the other side told the exit status of this command */
	bool again;                          /* there is more to do at once: do not wait */
	MonoTime begun, deadline;
	MonoTime phase_end;                  /* of connecting, the banner, resting */
	int fd;
	Buf lines;                           /* what came in front of the banner */
	LIBSSH2_SESSION *lib;
	LIBSSH2_CHANNEL *channel;
	SessionLoop loop;
	SshKeys keys;
	size_t key;                          /* the one that is offered now */
	AgentExchange agent;
	Buf agent_body;                      /* the answer; not empty: not used yet */
};

/* WAIT: nothing more can be done now, or it is over. ON: the state changed, go on. */
typedef enum Step { STEP_WAIT, STEP_ON } Step;
typedef Step Stepper(SshSession *session);

Step session_enter(SshSession *session, SessionState state);
/* Ends the command; the connection goes unless `keep`. */
Step session_over(SshSession *session, bool keep);
/* The same as a failure, in words. */
Step session_fail(SshSession *session, SshOutcome outcome, ErrorKind kind, const char *why, ...) BG_PRINTF(4, 5);
/* After a call into libssh2: EAGAIN waits, anything else below 0 fails with libssh2's words behind `doing`. */
Step session_lib_failed(SshSession *session, int code, const char *doing);
void session_disconnect(SshSession *session);
/* Its memory tells status_came. Owned; NULL: no memory. */
LIBSSH2_SESSION *session_make_library(SshSession *session);
bool session_is_exit_status(const void *block, size_t size);
bool session_begin_keys(SshSession *session);

/* To be called as a command begins. */
void session_loop_choose(SshSession *session);
/* The channel that was opened runs it now. */
void session_loop_begin(SshSession *session);
/* It runs, idle, and something came. */
Step session_loop_idle(SshSession *session);
/* It failed: the command under way is done without it, and so are some behind it. The connection goes. */
Step session_loop_refuse(SshSession *session);
/* It was asked and has not begun yet. */
bool session_loop_is_asked(const SshSession *session);

/* Reads what is there of a channel's stream; `out` gets what has a place in it. As libssh2_channel_read_ex(). */
ssize_t session_read_stream(LIBSSH2_CHANNEL *channel, int stream, Buf *out);
/* Reading one stream takes what is there of the other one off the socket, too: nobody would wake us for that any more. */
bool session_has_unread(LIBSSH2_CHANNEL *channel);

Stepper session_ask, session_hear;
Stepper session_handshake, session_list_keys, session_authenticate, session_open, session_start, session_end_input, session_read, session_close_channel;
