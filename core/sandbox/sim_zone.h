/* sim_zone.h: what the name servers of the practice domain hold: AAAA records of its names, a set a name. Two servers; the second one takes over
 * what is published at the first, unless it is told to stay behind. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/str.h"

#define SIM_ZONE_SERVERS 2
#define SIM_ZONE_TTL_S 300
#define SIM_ZONE_SETS_MAX 64
#define SIM_ZONE_ADDRESSES_MAX 64      /* of one name */

typedef struct SimRecordSet { char *name; StrList addresses; } SimRecordSet;    /* name: lower case, no dot at its end */
typedef struct SimZone {
	char *domain;
	struct { SimRecordSet *sets; size_t count; } servers[SIM_ZONE_SERVERS];
	bool behind, silent;                   /* the second one: keeps what it has; does not answer */
} SimZone;
void sim_zone_clear(SimZone *zone);

/* The domain itself, or below it. */
bool sim_zone_holds(const SimZone *zone, const char *name);
/* Instead of what the name had; none takes it out. False: there is no room. */
bool sim_zone_set(SimZone *zone, const char *name, const StrList *addresses);
/* The second server has what the first has. */
void sim_zone_take_over(SimZone *zone);
/* NULL: that server has none of that name. */
const SimRecordSet *sim_zone_find(const SimZone *zone, size_t server, const char *name);
