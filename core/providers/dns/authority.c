/* authority.c: the servers of a zone: those that somebody named, else those that the zone itself names. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/dns/dns_names.h"

#define RESOLVERS_MAX 3
#define NAMES_MAX 13           /* servers of one zone that are looked up */
#define LABELS_MAX 20

void authorities_clear(Authorities *authorities) {
	for (size_t i = 0; i < authorities->count; i++)
		free(authorities->items[i].name);
	*authorities = (Authorities){0};
}

static void add(Authorities *to, const char *name, const DnsServer *server) {
	AUTO_FREE char *address = dns_server_text(server);
	if (to->count == DNS_AUTHORITIES_MAX)
		return;
	to->items[to->count++] = (Authority){name ? bg_asprintf("%s (%s)", name, address) : bg_strdup(address), *server};
}

/* ---- named ones ---- */

static bool add_text(const char *text, DnsServer *servers, size_t max, size_t *count, Error *err) {
	AUTO_CLEAR(StrList) parts = {0};
	strlist_split(&parts, str_from(text), ',');
	for (size_t i = 0; i < parts.count && *count < max; i++)
		if (!dns_server_parse(str_from(parts.items[i]), &servers[(*count)++], err))
			return false;
	return true;
}

/* A setting that is one address, or a list of them. */
static bool add_setting(const EnvironmentSystem *system, const char *key, DnsServer *servers, size_t max, size_t *count, Error *err) {
	const Json *setting = system ? json_get(system->settings, key) : NULL;
	if (json_is_string(setting))
		return add_text(json_string(setting), servers, max, count, err);
	JSON_EACH(item, setting)
		if (json_is_string(item) && !add_text(json_string(item), servers, max, count, err))
			return false;
	return true;
}

static bool add_named(const Call *call, Authorities *ret, Error *err) {
	DnsServer servers[DNS_AUTHORITIES_MAX];
	const char *given = call_arg(call, "server");
	size_t count = 0;
	if (given ? !add_text(given, servers, DNS_AUTHORITIES_MAX, &count, err) : !add_setting(call->system, "servers", servers, DNS_AUTHORITIES_MAX, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		add(ret, NULL, &servers[i]);
	return true;
}

/* ---- found ones ---- */

typedef struct Resolver { const Call *call; DnsServer servers[RESOLVERS_MAX]; size_t count; } Resolver;

static bool is_cancelled(void *userdata) { return call_is_cancelled(userdata); }

static MonoTime soon(const Call *call) {
	int64_t left_ms = call_remaining_ms(call);
	return (MonoTime){mono_now().ms + (left_ms < DNS_WAIT_MS ? left_ms : DNS_WAIT_MS)};
}

static void ask_all(const Call *call, DnsAsk *asks, size_t count) {
	union { const Call *call; void *userdata; } given = {.call = call};
	dns_ask_all(asks, count, soon(call), is_cancelled, given.userdata);
}

/* The first resolver that knows. What one of them says of a zone is as good as what another does. */
static bool ask_resolver(const Resolver *resolver, const char *name, DnsType type, DnsAnswer *ret, Error *err) {
	DnsAsk asks[RESOLVERS_MAX] = {0};
	bool found = false;
	for (size_t i = 0; i < resolver->count; i++)
		asks[i] = (DnsAsk){.server = resolver->servers[i], .name = name, .type = type, .recurse = true};
	ask_all(resolver->call, asks, resolver->count);
	for (size_t i = 0; i < resolver->count && !found; i++) {
		found = asks[i].answered && (asks[i].answer.code == 0 || asks[i].answer.code == 3);
		if (found) {
			*ret = asks[i].answer;
			asks[i].answer = (DnsAnswer){0};
		}
	}
	if (!found && err) {
		*err = asks[0].problem;
		if (asks[0].answered)
			error_set(err, ERROR_REMOTE, "the resolver cannot tell the servers of %.80s (code %d)", name, asks[0].answer.code);
		error_hint(err, "name the zone's own servers: server=ADDRESS, or servers: of a dns system in the environment file");
	}
	dns_asks_clear(asks, resolver->count);
	return found;
}

static bool is_below(const char *name, const char *zone) {
	AUTO_FREE char *end = bg_asprintf(".%s", zone);
	return text_eq(name, zone) || text_eq(zone, ".") || str_ends(str_from(name), end);
}

/* The zone's servers by name; or, where `name` is none itself, the zone that it says it lies in. */
static size_t read_servers(const DnsAnswer *answer, const char *name, StrList *servers, char zone[static DNS_NAME_SIZE]) {
	zone[0] = '\0';
	for (size_t i = 0; i < answer->count; i++) {
		const DnsRecord *record = &answer->records[i];
		if (record->type == DNS_NS && record->answer && text_eq(record->name, name) && servers->count < NAMES_MAX && !strlist_has(servers, record->value))
			strlist_add(servers, record->value);
		if (record->type == DNS_SOA && !record->answer && is_below(name, record->name) && !text_eq(name, record->name))
			snprintf(zone, DNS_NAME_SIZE, "%s", record->name);
	}
	return servers->count;
}

static bool find_servers(const Resolver *resolver, const char *name, StrList *servers, Error *err) {
	AUTO_FREE char *at = dns_name_plain(name);
	for (int i = 0; i < LABELS_MAX && *at && !text_eq(at, "."); i++) {
		AUTO_CLEAR(DnsAnswer) answer = {0};
		char zone[DNS_NAME_SIZE];
		if (!ask_resolver(resolver, at, DNS_NS, &answer, err))
			return false;
		if (read_servers(&answer, at, servers, zone))
			return true;
		const char *dot = strchr(at, '.');
		char *next = bg_strdup(*zone ? zone : dot ? dot + 1 : "");
		free(at);
		at = next;
	}
	error_set(err, ERROR_MISSING, "no zone of %.80s names its servers", name);
	return error_hint(err, "look at the name; or name the servers: server=ADDRESS");
}

/* Every address of every server: each of them may be the one that was forgotten. */
static void find_addresses(const Resolver *resolver, const StrList *names, Authorities *ret) {
	DnsAsk asks[NAMES_MAX * 2] = {0};
	size_t count = names->count * 2;
	for (size_t i = 0; i < count; i++)
		asks[i] = (DnsAsk){.server = resolver->servers[0], .name = names->items[i / 2], .type = i % 2 ? DNS_A : DNS_AAAA, .recurse = true};
	ask_all(resolver->call, asks, count);
	for (size_t i = 0; i < count; i++) {
		for (size_t r = 0; asks[i].answered && r < asks[i].answer.count; r++) {
			const DnsRecord *record = &asks[i].answer.records[r];
			DnsServer server = {.port = DNS_PORT};
			if (!record->answer || record->type != asks[i].type)
				continue;
			snprintf(server.address, sizeof(server.address), "%.45s", record->value);
			add(ret, asks[i].name, &server);
		}
	}
	dns_asks_clear(asks, count);
}

static bool find(const Call *call, const char *name, Authorities *ret, Error *err) {
	Resolver resolver = {.call = call};
	AUTO_CLEAR(StrList) names = {0};
	if (!add_setting(call->system, "resolver", resolver.servers, RESOLVERS_MAX, &resolver.count, err))
		return false;
	if (!resolver.count)
		resolver.count = dns_resolvers(resolver.servers, RESOLVERS_MAX);
	if (!resolver.count) {
		error_set(err, ERROR_MISSING, "this machine has no resolver that could name the zone's servers");
		return error_hint(err, "name them: server=ADDRESS, or servers: of a dns system in the environment file");
	}
	if (!find_servers(&resolver, name, &names, err))
		return false;
	find_addresses(&resolver, &names, ret);
	ret->by_resolver = true;
	if (ret->count)
		return true;
	error_set(err, ERROR_MISSING, "no server of the zone of %.80s has an address", name);
	return error_hint(err, "look with: dig NS; or name the servers: server=ADDRESS");
}

bool authorities_find(const Call *call, const char *name, Authorities *ret, Error *err) {
	AUTO_CLEAR(Authorities) found = {0};
	if (!dns_name_check(name, err) || !add_named(call, &found, err) || (!found.count && !find(call, name, &found, err)))
		return error_where(err, "name %.120s", name);
	*ret = found;
	found = (Authorities){0};
	return true;
}
