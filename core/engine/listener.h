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
typedef struct ListenerMark { dev_t device; ino_t inode; } ListenerMark;
/* Binds and listens: for us alone, or for a `group` as well (NULL = none). Only the holder of the lock calls this, so a socket that is there
 * already belongs to a dead engine. *ret_mark tells it from one that somebody puts in its place. */
BG_CHECK bool listener_start(const StatePaths *paths, const unsigned *group, uv_loop_t *loop, uv_pipe_t *pipe, uv_connection_cb on_connection,
	ListenerMark *ret_mark, Error *err);
/* The socket at that path is the one that listener_start() made. True also when it cannot be looked at. */
bool listener_stands(const StatePaths *paths, const ListenerMark *mark);
