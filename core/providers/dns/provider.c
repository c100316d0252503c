/* provider.c: dns.aaaa, dns.records and dns.zone. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/dns/dns_names.h"
#include "core/providers/settings.h"

#define SERVER_PARAM {"server", PARAM_LIST, false, NULL, "addresses of the zone's own servers, with a port where it is not 53; if not said, servers: of the system, else those that the zone names"}

static const SettingSpec SETTINGS[] = {
	{"servers", PARAM_TEXT, false, false, "addresses of the zone's own servers, instead of those that it names: [192.0.2.1, '[400::1]:5353']"},
	{"resolver", PARAM_TEXT, false, false, "address of the resolver that finds the zone's servers; this machine's own if not said"},
};

static bool check_servers(const Environment *environment, const EnvironmentSystem *system, const char *key, Error *err) {
	const Json *setting = json_get(system->settings, key);
	DnsServer server;
	if (json_is_string(setting) && !dns_server_parse(str_from(json_string(setting)), &server, err))
		return environment_error_at(environment, system_setting_place(system, key), err);
	JSON_EACH(item, setting)
		if (json_is_string(item) && !dns_server_parse(str_from(json_string(item)), &server, err))
			return environment_error_at(environment, system_setting_place(system, key), err);
	return true;
}

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err) && check_servers(environment, system, "servers", err)
		&& check_servers(environment, system, "resolver", err);
}

/* ---- dns.aaaa ---- */

/* An address, a node of the environment, "masters" or "first-master". */
static bool add_address(const Environment *environment, const char *word, StrList *to, Error *err) {
	AUTO_CLEAR(StrList) found = {0};
	const EnvironmentNode *node = environment_find_node(environment_published(environment), word);
	AUTO_FREE char *address = dns_address_plain(str_from(node ? node->address : word));
	bool masters = text_eq(word, "masters"), first = text_eq(word, "first-master");
	if (address)
		strlist_add(&found, address);
	else if ((masters || first) && !dns_masters(environment, first, &found, err))
		return false;
	for (size_t i = 0; i < found.count; i++)
		dns_addresses_add(to, found.items[i]);
	if (found.count)
		return true;
	error_set(err, ERROR_INVALID, "\"%.60s\" is no IPv6 address and no node of the environment", word);
	return error_hint(err, "write an address, the name of a node, masters, or first-master");
}

static bool add_addresses(const Call *call, const char *param, StrList *to, Error *err) {
	AUTO_CLEAR(StrList) words = {0};
	strlist_split(&words, str_from(call_arg(call, param)), ',');
	for (size_t i = 0; i < words.count; i++)
		if (!add_address(call->environment, words.items[i], to, err))
			return false;
	return true;
}

static bool read_want(const Call *call, DnsWant *want, Error *err) {
	const char *only = call_arg(call, "only");
	want->only = text_eq(only, "yes") || text_eq(only, "true");
	return add_addresses(call, "has", &want->has, err) && add_addresses(call, "lacks", &want->lacks, err);
}

static bool look_at(const Call *call, const char *name, Reading *ret, Error *err) {
	AUTO_CLEAR(DnsWant) want = {0};
	AUTO_CLEAR(Authorities) authorities = {0};
	AUTO_CLEAR(DnsSights) sights = {0};
	AUTO_CLEAR(StrList) names = {0};
	if (!read_want(call, &want, err) || !authorities_find(call, name, &authorities, err))
		return false;
	strlist_add(&names, name);
	dns_look(call, &authorities, &names, &sights);
	dns_judge(name, &sights, &want, ret);
	ret->by_name = authorities.by_resolver;
	return true;
}

static void read_aaaa(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_FREE char *name = dns_name_plain(call_arg(call, "name"));
	if (!look_at(call, name, ret, &err))
		reading_set_error(ret, &err);
	reading_at_place(ret, NULL, name);
}

/* ---- the table ---- */

static const Action ACTIONS[] = {
	{.spec = {.name = "dns.zone", .kind = VERB_ACTION, .risk = RISK_READ,
			.help = "the records to publish, as lines of a zone file made from the cluster file's nodes, with what each server answers now beside them",
			.VERB_PARAMS(SERVER_PARAM, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 1000, .plan = dns_plan_zone, .apply = dns_apply_zone, .manual = "breakglass nodes --dns"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "dns.aaaa", .kind = VERB_PROBE, .subject = "AAAA of ${name}", .help = "a name's AAAA, asked of each authoritative server: whether it is as wanted, and who still answers the old",
			.VERB_PARAMS({"name", PARAM_HOST, true, NULL, "the name"},
				{"has", PARAM_LIST, false, NULL, "what must be there: addresses, names of nodes, masters, first-master"},
				{"lacks", PARAM_LIST, false, NULL, "what must not be there any more, written the same way"},
				{"only", PARAM_BOOL, false, NULL, "yes: nothing else may be there"}, SERVER_PARAM, SYSTEM_PARAM),
			.VERB_FIELDS({"have", PARAM_LIST, "addresses that some server answers"}, {"want", PARAM_LIST, "addresses that are wanted"},
				{"missing", PARAM_LIST, "wanted ones that some server does not answer"}, {"extra", PARAM_LIST, "ones that some server answers and nobody wants"},
				{"old", PARAM_TEXT, "which servers still answer the old, and what"}, {"silent", PARAM_TEXT, "which servers do not tell, and why"},
				{"servers", PARAM_INT, "how many servers there are"}, {"right", PARAM_INT, "how many answer what is wanted"},
				{"agree", PARAM_BOOL, "all that tell say the same"}, {"ttl", PARAM_SPAN, "how long caches keep what they have"})},
		.every_ms = 60000, .deadline_ms = 20000, .budget_ms = 240000, .read = read_aaaa},
	{.spec = {.name = "dns.records", .kind = VERB_PROBE, .subject = "DNS of the cluster", .help = "whether every server of the zone answers the records that the cluster file wants, and no others",
			.VERB_PARAMS(SERVER_PARAM, SYSTEM_PARAM),
			.VERB_FIELDS({"records", PARAM_INT, "how many are wanted"}, {"names", PARAM_INT, "of how many names"}, {"right", PARAM_INT, "names that every server answers as wanted"},
				{"wrong", PARAM_LIST, "names that some server answers otherwise"}, {"old", PARAM_TEXT, "which servers still answer the old, and what"})},
		.every_ms = 60000, .deadline_ms = 20000, .budget_ms = 240000, .read = dns_probe_records},
};

const Provider DNS_PROVIDER = {.name = "dns", .title = "DNS", .needs_no_system = true, .check_system = check_system, .actions = ACTIONS,
	.action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES)};
