/* sim_fastly_parts.h: shared by the files of the simulated Fastly, nobody else. */
#pragma once
#include "core/sandbox/sim_fastly.h"
#include "core/sandbox/sim_route.h"

typedef struct SimVersion {
	int64_t number;
	bool active, locked;
	char *comment;
	WallTime created, updated;
	Json *objects;           /* kind in plural -> array; "settings" -> object */
} SimVersion;

typedef struct SimService {
	char *id, *name;
	SimVersion *versions;
	size_t count;
	WallTime created;
} SimService;

struct SimFastly {
	StrList tokens;
	SimService *services;
	size_t count;
	Json *items;             /* dictionary id -> array of items */
	Json *dynamic;           /* snippet id -> content */
	char *url;
	int64_t writes_left;
	WallTime writes_reset;
};

/* A kind of object in a version. */
typedef struct SimKind { const char *path, *plural, *by; } SimKind;   /* by: the field that names one */
const SimKind *sim_kind_find(const char *path);

/* From the call's parts; answer 404 in Fastly's words and give NULL when there is none. */
SimService *sim_fastly_service(SimFastly *fastly, SimCall *call);
SimVersion *sim_fastly_version(SimFastly *fastly, SimCall *call, SimService **ret_service);
void sim_fastly_error(SimReply *reply, int status, const char *msg, const char *detail, ...) BG_PRINTF(4, 5);
void sim_fastly_reply_page(SimCall *call, const Json *list);
/* created_at, updated_at (seconds, as Fastly writes them) and deleted_at, which every object has; those that it has already stay. */
void sim_fastly_add_times(Json *object, WallTime now);
void sim_fastly_add_time(Json *json, const char *key, WallTime time);
Json *sim_present_version(const SimService *service, const SimVersion *version, bool with_objects);

/* Handlers about objects (sim_fastly_objects.c). */
void sim_fastly_list_objects(void *system, SimCall *call);
void sim_fastly_get_object(void *system, SimCall *call);
void sim_fastly_put_object(void *system, SimCall *call);
void sim_fastly_post_object(void *system, SimCall *call);
void sim_fastly_delete_object(void *system, SimCall *call);
void sim_fastly_put_settings(void *system, SimCall *call);
void sim_fastly_get_items(void *system, SimCall *call);
void sim_fastly_get_dynamic(void *system, SimCall *call);
void sim_fastly_diff(void *system, SimCall *call);
void sim_fastly_validate(void *system, SimCall *call);
