/* sim_fastly.h: Fastly's configuration API over one account's services: versions that lock when they are activated, the objects in them,
 * dictionaries' items and dynamic snippets that have no versions. Shapes and oddities (numbers as strings, form bodies) are those of
 * responses recorded by Fastly's own Go client. Not thread-safe: the sandbox locks. */
#pragma once
#include "core/sandbox/sim_message.h"

typedef struct SimFastly SimFastly;

SimFastly *sim_fastly_new(void);
SimFastly *sim_fastly_free(SimFastly *fastly);
BG_DEFINE_FREEP(SimFastly, sim_fastly_free)
void sim_fastly_add_token(SimFastly *fastly, const char *token);
void sim_fastly_set_url(SimFastly *fastly, const char *url);
/* A service with one version `number`, active and locked, whose objects are `objects` ({"backends":[..],"dictionaries":[..],...}), taken. */
void sim_fastly_add_service(SimFastly *fastly, const char *id, const char *name, int64_t number, Json *objects, WallTime now);
/* Items of a dictionary: [{"item_key","item_value"}], taken. */
void sim_fastly_set_items(SimFastly *fastly, const char *dictionary_id, Json *items);
void sim_fastly_set_dynamic_snippet(SimFastly *fastly, const char *snippet_id, const char *content);
void sim_fastly_handle(SimFastly *fastly, const SimRequest *request, SimReply *reply, WallTime now);
void sim_fastly_refuse_token(SimReply *reply);
/* The objects of the active version; NULL when none is active. Borrowed. */
const Json *sim_fastly_active(const SimFastly *fastly, const char *service_name);
/* Changes per hour that are left; writes over it get 429. */
void sim_fastly_set_writes_left(SimFastly *fastly, int64_t left, WallTime reset);
