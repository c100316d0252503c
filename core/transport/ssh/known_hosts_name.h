/* known_hosts_name.h: does the first field of a known_hosts line name a host? For known_hosts*.c only. */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include "core/base/str.h"

/* A host as it is looked for. */
typedef struct SoughtHost {
	char *name;                        /* as known_hosts_name() */
	bool is_ipv6;
	struct in6_addr address;
	int port;
} SoughtHost;

void sought_host_init(SoughtHost *sought, const char *host, int port);
void sought_host_clear(SoughtHost *sought);
BG_DEFINE_CLEARP(SoughtHost, sought_host_clear)

/* `names` is "a,b*,!c", or one hashed name "|1|salt|hash". */
bool known_hosts_names_match(Str names, const SoughtHost *sought);
/* Could it be such a field at all? A hashed one must be well formed. */
bool known_hosts_names_ok(Str names);
