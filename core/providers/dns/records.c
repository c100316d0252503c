/* records.c: what shall be published, from the environment's nodes, and as lines of a zone file. Pure: nothing is copied by hand. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/dns/dns_names.h"

void dns_zone_clear(DnsZone *zone) {
	for (size_t i = 0; i < zone->count; i++) {
		free(zone->sets[i].name);
		strlist_clear(&zone->sets[i].addresses);
	}
	*zone = (DnsZone){0};
}

static bool is_master(const EnvironmentNode *node) { return node->role && str_starts(str_from(node->role), "master"); }

bool dns_masters(const Environment *of, bool first_only, StrList *ret, Error *err) {
	const Environment *environment = environment_published(of);
	for (size_t i = 0; i < environment->node_count; i++) {
		const EnvironmentNode *node = &environment->nodes[i];
		if (!is_master(node) || (first_only && !node->is_first_master))
			continue;
		AUTO_FREE char *address = dns_address_plain(str_from(node->address));
		if (!address) {
			error_set(err, ERROR_INVALID, "%.60s is a master, and %.60s is no literal IPv6 address that could be published", node->name, node->address);
			error_hint(err, "give it its address in the cluster file, as `mycelium inspect` tells it");
			return error_where(err, "%s:%d:%d", node->path, node->place.line, node->place.column);
		}
		if (!strlist_has(ret, address))
			strlist_add(ret, address);
	}
	if (ret->count)
		return true;
	error_set(err, ERROR_MISSING, first_only ? "no node of the environment is the first master" : "no node of the environment is a master");
	error_hint(err, "nodes: of the environment names the cluster file, whose nodes have a role");
	return error_where(err, "%s", environment->path);
}

static bool add_set(const Environment *environment, const char *prefix, bool first_only, DnsZone *to, Error *err) {
	DnsRecordSet *set = &to->sets[to->count++];
	AUTO_FREE char *domain = dns_name_plain(environment->domain);
	*set = (DnsRecordSet){.name = bg_asprintf("%s%s", prefix, domain)};
	return dns_name_check(set->name, err) && dns_masters(environment, first_only, &set->addresses, err);
}

bool dns_zone_wanted(const Environment *of, DnsZone *ret, Error *err) {
	const Environment *environment = environment_published(of);
	AUTO_CLEAR(DnsZone) zone = {0};
	if (!environment->domain) {
		error_set(err, ERROR_MISSING, "the environment has no domain");
		error_hint(err, "nodes: { cluster: cluster-config.json }: the cluster file has it");
		return error_where(err, "%s", environment->path);
	}
	if (!add_set(environment, "", false, &zone, err) || !add_set(environment, "studio.", false, &zone, err)
		|| !add_set(environment, "monitoring.", true, &zone, err))
		return false;
	*ret = zone;
	zone = (DnsZone){0};
	return true;
}

/* ---- lines ---- */

/* "now on ns1 (..)", "not on ns2 (..), ns3 (..)" */
static void write_state(const DnsSights *sights, const char *address, Buf *out) {
	size_t have = 0, told = 0;
	AUTO_CLEAR(StrList) lacking = {0};
	for (size_t i = 0; i < sights->count; i++) {
		const DnsSight *sight = &sights->items[i];
		bool there = sight->told && strlist_has(&sight->addresses, address);
		told += sight->told;
		have += there;
		if (sight->told && !there)
			strlist_add(&lacking, sight->server);
	}
	AUTO_FREE char *names = strlist_join(&lacking, ", ");
	if (!told)
		buf_puts(out, "no server tells");
	else if (have == told)
		buf_printf(out, "is so now%s", told < sights->count ? " on those that tell" : "");
	else
		buf_printf(out, "not yet on %s", names);
}

static void write_set(const DnsRecordSet *set, const DnsSights *sights, int width, Buf *out) {
	for (size_t i = 0; i < set->addresses.count; i++) {
		AUTO_FREE char *line = bg_asprintf("%s. IN AAAA %s", set->name, set->addresses.items[i]);
		buf_printf(out, "%-*s", sights ? width : 0, line);
		if (sights) {
			buf_puts(out, "  ; ");
			write_state(sights, set->addresses.items[i], out);
		}
		buf_putc(out, '\n');
	}
}

void dns_old_addresses(const DnsRecordSet *set, const DnsSights *sights, StrList *ret) {
	for (size_t i = 0; i < sights->count; i++)
		for (size_t a = 0; a < sights->items[i].addresses.count; a++)
			if (!strlist_has(&set->addresses, sights->items[i].addresses.items[a]))
				dns_addresses_add(ret, sights->items[i].addresses.items[a]);
}

/* A remark, so that the whole can be pasted as it is. */
static void write_old(const DnsRecordSet *set, const DnsSights *sights, Buf *out) {
	AUTO_CLEAR(StrList) old = {0};
	dns_old_addresses(set, sights, &old);
	for (size_t i = 0; i < old.count; i++) {
		buf_printf(out, "; take out: %s. IN AAAA %s, still on", set->name, old.items[i]);
		for (size_t s = 0, told = 0; s < sights->count; s++)
			if (strlist_has(&sights->items[s].addresses, old.items[i]))
				buf_printf(out, "%s %s", told++ ? "," : "", sights->items[s].server);
		buf_putc(out, '\n');
	}
}

static int widest(const DnsZone *zone) {
	size_t width = 0;
	for (size_t i = 0; i < zone->count; i++)
		for (size_t a = 0; a < zone->sets[i].addresses.count; a++) {
			size_t own = strlen(zone->sets[i].name) + strlen(zone->sets[i].addresses.items[a]) + strlen(". IN AAAA ");
			width = own > width ? own : width;
		}
	return (int) width;
}

void dns_zone_write(const DnsZone *zone, const DnsSights *sights, const char *why, Buf *out) {
	for (size_t i = 0; i < zone->count; i++) {
		buf_puts(out, i ? "\n" : "");
		write_set(&zone->sets[i], sights ? &sights[i] : NULL, widest(zone), out);
		if (!sights)
			continue;
		write_old(&zone->sets[i], &sights[i], out);
		for (size_t s = 0; s < sights[i].count; s++)
			if (!sights[i].items[s].told)
				buf_printf(out, "; %s: %s\n", sights[i].items[s].server, sights[i].items[s].why);
	}
	if (why)
		buf_printf(out, "\n; what is published now is not known: %s\n", why);
}
