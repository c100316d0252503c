/* paths.h: where an environment's engine keeps its things.
 * STATE/ENVIRONMENT/{engine.sock,engine.lock,engine.log,incidents/ID/}. STATE is --state, $BREAKGLASS_STATE,
 * $XDG_STATE_HOME/breakglass, ~/.local/state/breakglass, or /tmp/breakglass-UID when there is no HOME.
 * A folder that cannot be made or written to keeps nobody from starting: the engine then listens at an abstract socket address, which needs
 * no disk, and holds its records in memory. */
#pragma once
#include <stdbool.h>
#include "core/base/cleanup.h"
#include "core/base/error.h"

typedef struct StatePaths {
	char *state;        /* STATE */
	char *folder;       /* STATE/ENVIRONMENT */
	char *socket;       /* in `folder`, or in the run-time folder when that path is too long for a socket address */
	char *lock;
	char *log;
	char *incidents;
	char *spare;        /* name of the abstract socket, without its leading NUL: for when the folder cannot hold one */
	unsigned owner;     /* uid of who owns `folder`: ours, but in a folder that is shared with a group */
	Error trouble;      /* why the folders could not be made; NONE = they are there */
} StatePaths;

/* `state` NULL: found as above. Makes the folders (0700), or says in `trouble` why the disk does not let it. `environment` is the environment's
 * name, `group` the one that it names (NULL or "" = none). Folders that somebody else owns or can write in are refused, but for one that its
 * owner shares with that group. */
BG_CHECK bool state_paths_init(const char *state, const char *environment, const char *group, StatePaths *ret_paths, Error *err);
/* Makes a folder in a place that everybody may write to, or finds it: refused unless it is this user's own. */
BG_CHECK bool paths_make_private(const char *folder, Error *err);
/* The number of a group; false when this machine has none of that name. */
bool paths_group(const char *name, unsigned *ret_gid);
/* Why nothing can be written into the folder now: no room, read-only, not there. False and err filled; true: something can. */
BG_CHECK bool state_paths_can_write(const StatePaths *paths, Error *err);
void state_paths_clear(StatePaths *paths);
BG_DEFINE_CLEARP(StatePaths, state_paths_clear)
/* A name as a single folder name: anything outside [A-Za-z0-9._-] becomes "-". Owned. */
char *path_safe_name(const char *name);
