/* one_time.h: whether a one-time code counts for a person: only where the environment names the file of secrets, never twice, and not after
 * many wrong ones. Engine-internal: no other process reads the secrets. */
#pragma once
#include "core/engine/engine_state.h"

/* On success the code is used up, durably, also when what it was for is refused afterwards. */
BG_CHECK bool one_time_accept(Engine *engine, const char *person, const char *code, Error *err);
