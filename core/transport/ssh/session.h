/* session.h: an SSH connection that is kept open and runs one command after another, never waiting: one loop drives many (loop.h).
 * libssh2 is below. What it cannot do (see SSH_NOT_POSSIBLE) ends at once with the reason, and program.h does it. */
#pragma once
#include <poll.h>
#include "core/transport/ssh/ssh.h"

typedef struct SshSession SshSession;

/* Copies `target` but for `known`. Connects when the first command begins. */
SshSession *ssh_session_new(const SshTarget *target);
SshSession *ssh_session_free(SshSession *session);
BG_DEFINE_FREEP(SshSession, ssh_session_free)

/* Begins a command; there must be none under way. The result of the one before is gone. */
void ssh_session_begin(SshSession *session, const SshCommand *command);
bool ssh_session_is_busy(const SshSession *session);
bool ssh_session_is_connected(const SshSession *session);
/* Of the last command, once the session is not busy any more. Borrowed until the next begins. */
const SshResult *ssh_session_result(const SshSession *session);
/* Another set of known host keys, from now on: the connection is closed, so that the next command checks its key anew. Not while busy. */
void ssh_session_set_known(SshSession *session, const KnownHosts *known);
/* Closes the connection; a command under way ends as SSH_BROKEN, its outcome open if it had begun. */
void ssh_session_close(SshSession *session);

/* What to wait for: a descriptor (fd -1: none) and the time until which, at most (-1: for ever). */
void ssh_session_poll(const SshSession *session, struct pollfd *ret, int64_t *ret_wait_ms);
/* Goes on as far as it can without waiting. To be called when what ssh_session_poll() told came true; calling it too often does no harm. */
void ssh_session_step(SshSession *session);
