/* listener.h: the engine's socket: made private, never stolen from a living engine. */
#pragma once
#include <stdbool.h>
#include <uv.h>
#include "core/base/error.h"
#include "core/engine/paths.h"

/* Takes STATE/ENV/engine.lock for the life of the process. CONFLICT when another engine has it. *ret_fd stays open. */
BG_CHECK bool listener_lock(const StatePaths *paths, int *ret_fd, Error *err);
/* Writes the process number into it, for people who look; on a full disk that waits. */
void listener_lock_sign(int fd);
/* False when the lock's file was removed or is another one: nobody can find this engine any more, and a second one may run beside it. What
 * cannot be looked at counts as there. */
bool listener_lock_stands(const StatePaths *paths, int fd);
/* An engine of this user: connects to the socket in the folder, or to the abstract one. -1 and errno: nobody answers at either (of the
 * first). Non-blocking. */
int listener_connect(const StatePaths *paths);
/* Somebody listens at one of the sockets now. */
bool listener_answers(const StatePaths *paths);
typedef struct ListenerMark { dev_t device; ino_t inode; } ListenerMark;
/* Somebody of this user listens at the abstract socket: an engine whose folder could not hold its lock. */
bool listener_spare_answers(const StatePaths *paths);
/* Binds and listens in the folder: for us alone, or for a `group` as well (NULL = none). Only the holder of the lock calls this, so a socket that is there
 * already belongs to a dead engine. *ret_mark tells it from one that somebody puts in its place. */
BG_CHECK bool listener_bind(const StatePaths *paths, const unsigned *group, ListenerMark *ret_mark, int *ret_fd, Error *err);
/* The same at the abstract address, which only one can have: that is a lock as well. CONFLICT when somebody has it. */
BG_CHECK bool listener_bind_spare(const StatePaths *paths, int *ret_fd, Error *err);
/* Takes `fd` over. */
BG_CHECK bool listener_start(int fd, uv_loop_t *loop, uv_pipe_t *pipe, uv_connection_cb on_connection, Error *err);
/* The socket at that path is the one that listener_bind() made. True also when it cannot be looked at. */
bool listener_stands(const StatePaths *paths, const ListenerMark *mark);
