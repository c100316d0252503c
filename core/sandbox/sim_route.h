/* sim_route.h: which handler answers which method and path. A pattern is a path in which "*" stands for one part
 * ("/service/STAR/version/STAR/clone"); the parts are given to the handler decoded. */
#pragma once
#include "core/sandbox/sim_message.h"

typedef void (*SimHandler)(void *system, SimCall *call);

typedef struct SimRoute {
	const char *method;
	const char *pattern;
	SimHandler handle;
	int rule;            /* the system's own: who may call it */
} SimRoute;

/* The row for the call's request, its parts put into call->params; NULL if there is none. */
const SimRoute *sim_route_find(const SimRoute *routes, size_t count, SimCall *call);
