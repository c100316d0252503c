/* zone.c: the records of the environment beside what is published: dns.records judges, dns.zone prints. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/dns/dns_names.h"

typedef struct Published { DnsZone zone; Authorities authorities; DnsSights sights[DNS_RECORD_SETS]; } Published;

static void published_clear(Published *published) {
	for (size_t i = 0; i < DNS_RECORD_SETS; i++)
		dns_sights_clear(&published->sights[i]);
	authorities_clear(&published->authorities);
	dns_zone_clear(&published->zone);
}
BG_DEFINE_CLEARP(Published, published_clear)

/* All names are in one zone, that of the domain. */
static bool look(const Call *call, Published *to, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	for (size_t i = 0; i < to->zone.count; i++)
		strlist_add(&names, to->zone.sets[i].name);
	if (!authorities_find(call, names.items[0], &to->authorities, err))
		return false;
	dns_look(call, &to->authorities, &names, to->sights);
	return true;
}

bool dns_zone_text(const Call *call, Buf *out, Error *err) {
	AUTO_CLEAR(Published) published = {0};
	Error problem = {0};
	if (!dns_zone_wanted(call->environment, &published.zone, err))
		return false;
	bool seen = look(call, &published, &problem);
	dns_zone_write(&published.zone, seen ? published.sights : NULL, seen ? NULL : problem.why, out);
	return true;
}

static Json *add_row(Json *list, const char *name, const char *address) {
	Json *row = json_append(list, json_new_object());
	json_add_string(row, "name", name);
	json_add_string(row, "address", address);
	return row;
}

/* Which servers answer the address, and which do not. */
static void add_servers(const DnsSights *sights, const char *address, bool also_not, Json *row) {
	Json *on = json_add(row, "on", json_new_array()), *not_on = also_not ? json_add(row, "not_on", json_new_array()) : NULL;
	for (size_t i = 0; i < sights->count; i++) {
		const DnsSight *sight = &sights->items[i];
		if (strlist_has(&sight->addresses, address))
			json_append_string(on, sight->server);
		else if (sight->told && not_on)
			json_append_string(not_on, sight->server);
	}
}

static void add_old(const DnsRecordSet *set, const DnsSights *sights, Json *list) {
	AUTO_CLEAR(StrList) old = {0};
	dns_old_addresses(set, sights, &old);
	for (size_t i = 0; i < old.count; i++)
		add_servers(sights, old.items[i], false, add_row(list, set->name, old.items[i]));
}

bool dns_zone_json(const Call *call, Json **ret, Error *err) {
	AUTO_CLEAR(Published) published = {0};
	Error problem = {0};
	if (!dns_zone_wanted(call->environment, &published.zone, err))
		return false;
	bool seen = look(call, &published, &problem);
	Json *json = json_new_object();
	Json *records = json_add(json, "records", json_new_array()), *old = json_add(json, "take_out", json_new_array());
	Json *silent = json_add(json, "silent", json_new_array());
	for (size_t i = 0; i < published.zone.count; i++) {
		const DnsRecordSet *set = &published.zone.sets[i];
		for (size_t a = 0; a < set->addresses.count; a++)
			add_servers(&published.sights[i], set->addresses.items[a], true, add_row(records, set->name, set->addresses.items[a]));
		add_old(set, &published.sights[i], old);
		for (size_t s = 0; s < published.sights[i].count; s++) {
			if (published.sights[i].items[s].told)
				continue;
			Json *row = json_append(silent, json_new_object());
			json_add_string(row, "name", set->name);
			json_add_string(row, "server", published.sights[i].items[s].server);
			json_add_string(row, "why", published.sights[i].items[s].why);
		}
	}
	json_add_string(json, "why", seen ? NULL : problem.why);
	*ret = json;
	return true;
}

/* ---- dns.records ---- */

typedef struct Sum { int64_t records, right, told; StrList wrong, old; Reading worst; } Sum;

static void sum_clear(Sum *sum) {
	strlist_clear(&sum->wrong);
	strlist_clear(&sum->old);
	reading_clear(&sum->worst);
}
BG_DEFINE_CLEARP(Sum, sum_clear)

/* What is worst is told: what is wrong before what is not known, that before what is known in part. */
static int rank(ReadingState state) { return state == READING_FAIL ? 3 : state == READING_UNKNOWN ? 2 : state == READING_WARN ? 1 : 0; }

static void add_set(const DnsRecordSet *set, const DnsSights *sights, Sum *sum) {
	Reading one = {0};
	DnsWant want = {.has = set->addresses, .only = true};   /* borrowed */
	dns_judge(set->name, sights, &want, &one);
	sum->records += (int64_t) set->addresses.count;
	sum->right += one.state == READING_OK;
	if (one.state == READING_FAIL)
		strlist_add(&sum->wrong, set->name);
	const char *old = json_get_string_or(one.facts, "old", "");
	if (*old)
		strlist_add_take(&sum->old, bg_asprintf("%s: %s", set->name, old));
	if (!sum->worst.text || rank(one.state) > rank(sum->worst.state)) {
		reading_clear(&sum->worst);
		sum->worst = one;
		one = (Reading){0};
	}
	reading_clear(&one);
}

static void tell(const Published *published, const Sum *sum, Reading *ret) {
	AUTO_FREE char *wrong = strlist_join(&sum->wrong, ",");
	AUTO_FREE char *old = strlist_join(&sum->old, "; ");
	reading_fact_int(ret, "records", sum->records);
	reading_fact_int(ret, "names", (int64_t) published->zone.count);
	reading_fact_int(ret, "right", sum->right);
	reading_fact_string(ret, "wrong", wrong);
	reading_fact_string(ret, "old", old);
	if (sum->worst.state == READING_OK) {
		reading_set(ret, READING_OK, "%lld records of %zu names are published as wanted, on %zu servers", (long long) sum->records, published->zone.count,
			published->authorities.count);
		return;
	}
	reading_set(ret, sum->worst.state, "%lld of %zu names are as wanted; %s", (long long) sum->right, published->zone.count, sum->worst.text);
	reading_because(ret, "%s; breakglass nodes --dns writes the records", sum->worst.reason ? sum->worst.reason : "look at the zone");
}

void dns_probe_records(const Call *call, Reading *ret) {
	AUTO_CLEAR(Published) published = {0};
	AUTO_CLEAR(Sum) sum = {0};
	Error err = {0};
	if (!dns_zone_wanted(call->environment, &published.zone, &err) || !look(call, &published, &err)) {
		reading_set_error(ret, &err);
	} else {
		for (size_t i = 0; i < published.zone.count; i++)
			add_set(&published.zone.sets[i], &published.sights[i], &sum);
		tell(&published, &sum, ret);
		ret->by_name = published.authorities.by_resolver;
	}
	const char *domain = environment_published(call->environment)->domain;
	reading_at_place(ret, NULL, domain ? domain : call->environment->path);
}

/* ---- dns.zone ---- */

bool dns_plan_zone(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(DnsZone) zone = {0};
	if (!dns_zone_wanted(call->environment, &zone, err))
		return error_what(err, "write the records");
	plan_set(&ret_plan->action, "dns.zone");
	plan_set(&ret_plan->target, "the zone of %s", zone.sets[0].name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	for (size_t i = 0; i < zone.count; i++) {
		AUTO_FREE char *what = bg_asprintf("AAAA of %s, to be published by hand", zone.sets[i].name);
		AUTO_FREE char *to = strlist_join(&zone.sets[i].addresses, ", ");
		plan_add_change(ret_plan, what, NULL, to);
	}
	plan_set(&ret_plan->request, "AAAA of each name, of each authoritative server");
	plan_set(&ret_plan->manual, "breakglass nodes --dns");
	return true;
}

bool dns_apply_zone(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	(void) plan;
	if (!dns_zone_text(call, &text, err))
		return error_what(err, "write the records");
	if (call->output)
		call->output(call->userdata, false, buf_str(&text));
	result->evidence = bg_strdup("the records stand in the output; nothing was changed");
	return true;
}
