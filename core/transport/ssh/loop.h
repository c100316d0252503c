/* loop.h: one loop for many sessions. */
#pragma once
#include "core/transport/ssh/session.h"

/* Waits until something can go on in one of them, `wake_fd` is readable (-1 = none), or `max_wait_ms` passed (-1 = for ever), and lets go on
 * what can. Returns true when wake_fd is readable. */
bool ssh_sessions_wait(SshSession *const *sessions, size_t count, int wake_fd, int64_t max_wait_ms);
