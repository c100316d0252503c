/* listener.h: the engine's socket: made private, never stolen from a living engine. */
#pragma once
#include <stdbool.h>
#include <uv.h>
#include "core/base/error.h"
#include "core/engine/paths.h"

/* Takes STATE/ENV/engine.lock for the life of the process. CONFLICT when another engine has it. *ret_fd stays open. */
BG_CHECK bool listener_lock(const StatePaths *paths, int *ret_fd, Error *err);
/* False when the lock's file was removed or is another one: nobody can find this engine any more, and a second one may run beside it. What
 * cannot be looked at counts as there. */
bool listener_lock_stands(const StatePaths *paths, int fd);
/* Somebody listens at the socket now. */
bool listener_answers(const StatePaths *paths);
/* Binds and listens: for us alone, or for a `group` as well (NULL = none). Only the holder of the lock calls this, so a socket that is there already belongs to a dead engine. */
BG_CHECK bool listener_start(const StatePaths *paths, const unsigned *group, uv_loop_t *loop, uv_pipe_t *pipe, uv_connection_cb on_connection, Error *err);
