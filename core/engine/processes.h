/* processes.h: what holds for each process of this engine, as it is now. */
#pragma once
#include "core/engine/engine_state.h"

/* {"landlock_abi", "processes":[{role, pid, what, and the keys of confine_look and confine_tell}]}. Owned. */
Json *engine_processes(const Engine *engine);
