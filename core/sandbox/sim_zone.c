/* sim_zone.c: see sim_zone.h. */
#include "core/sandbox/sim_zone.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"

static void clear_server(SimZone *zone, size_t server) {
	for (size_t i = 0; i < zone->servers[server].count; i++) {
		free(zone->servers[server].sets[i].name);
		strlist_clear(&zone->servers[server].sets[i].addresses);
	}
	free(zone->servers[server].sets);
	zone->servers[server].sets = NULL;
	zone->servers[server].count = 0;
}

void sim_zone_clear(SimZone *zone) {
	for (size_t i = 0; i < SIM_ZONE_SERVERS; i++)
		clear_server(zone, i);
	free(zone->domain);
	*zone = (SimZone) {0};
}

bool sim_zone_holds(const SimZone *zone, const char *name) {
	AUTO_FREE char *below = bg_asprintf(".%s", zone->domain);
	return text_eq(name, zone->domain) || str_ends(str_from(name), below);
}

static SimRecordSet *find(const SimZone *zone, size_t server, const char *name) {
	for (size_t i = 0; i < zone->servers[server].count; i++)
		if (text_eq(zone->servers[server].sets[i].name, name))
			return &zone->servers[server].sets[i];
	return NULL;
}

const SimRecordSet *sim_zone_find(const SimZone *zone, size_t server, const char *name) {
	const SimRecordSet *set = find(zone, server, name);
	return set && set->addresses.count ? set : NULL;
}

static SimRecordSet *add(SimZone *zone, size_t server, const char *name) {
	size_t count = zone->servers[server].count;
	zone->servers[server].sets = bg_reallocarray(zone->servers[server].sets, count + 1, sizeof(SimRecordSet));
	zone->servers[server].sets[count] = (SimRecordSet) { .name = bg_strdup(name) };
	zone->servers[server].count++;
	return &zone->servers[server].sets[count];
}

static bool set_on(SimZone *zone, size_t server, const char *name, const StrList *addresses) {
	SimRecordSet *set = find(zone, server, name);
	if (addresses->count > SIM_ZONE_ADDRESSES_MAX || (!set && zone->servers[server].count == SIM_ZONE_SETS_MAX))
		return false;
	set = set ? set : add(zone, server, name);
	strlist_clear(&set->addresses);
	for (size_t i = 0; i < addresses->count; i++)
		strlist_add(&set->addresses, addresses->items[i]);
	return true;
}

void sim_zone_take_over(SimZone *zone) {
	clear_server(zone, 1);
	for (size_t i = 0; i < zone->servers[0].count; i++)
		BG_IGNORE(set_on(zone, 1, zone->servers[0].sets[i].name, &zone->servers[0].sets[i].addresses));   /* it had room on the first */
}

bool sim_zone_set(SimZone *zone, const char *name, const StrList *addresses) {
	if (!set_on(zone, 0, name, addresses))
		return false;
	if (!zone->behind)
		sim_zone_take_over(zone);
	return true;
}
