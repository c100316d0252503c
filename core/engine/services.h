/* services.h: one ask while it is served. Engine-internal. */
#pragma once
#include "core/engine/engine_state.h"
#include "core/engine/walk.h"

typedef struct Ask {
	Engine *engine;
	const Json *args;
	Connection *connection;
	const char *who, *how;
	Json *data;              /* what the reply carries; owned by the ask */
} Ask;

/* trouble.c: the records that are in memory only, as their lines; and the engine's end, which they forbid. */
BG_CHECK bool trouble_held(Ask *ask, Error *err);
BG_CHECK bool trouble_stop(Ask *ask, Error *err);
BG_CHECK bool ask_need_incident(const Ask *ask, Error *err);
/* The run of args.run (else the current one) and its step args.step, as it stands and as it is written. */
BG_CHECK bool ask_find_step(const Ask *ask, Walk *ret_walk, const IncidentStep **ret_state, const Step **ret_step, Error *err);
/* The run of args.run (else the current one) with its pinned playbook. `ret_step_id` (NULL ok) gets args.step. */
BG_CHECK bool ask_find_walk(const Ask *ask, Walk *ret_walk, const char **ret_step_id, Error *err);
