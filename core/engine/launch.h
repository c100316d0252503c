/* launch.h: starting an engine from a console or command, detached from the terminal as a terminal multiplexer's server is. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/engine/paths.h"

/* How the line of the log begins that says that an engine did not come up. Other lines are news of one that did. */
#define LAUNCH_FAILED "breakglass engine: not started: "

/* Runs `self __engine --env PATH --state STATE` detached: own session, no terminal, output to engine.log, or to memory where that
 * cannot be written (then *ret_memory is a descriptor to read it from, else -1). Returns as soon as it is started: connect to see whether it answers. Two at once are harmless: the engine's lock lets one of them live. */
BG_CHECK bool launch_engine(const char *self, const char *environment_path, const StatePaths *paths, int *ret_memory, Error *err);
