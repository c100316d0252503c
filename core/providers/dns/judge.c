/* judge.c: answers held against what is wanted. Pure. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/dns/dns_names.h"

#define TOLD_MAX 3             /* servers that are named in one line */

void dns_want_clear(DnsWant *want) {
	strlist_clear(&want->has);
	strlist_clear(&want->lacks);
}

char *dns_address_plain(Str text) {
	unsigned char bytes[16];
	char plain[INET6_ADDRSTRLEN];
	text = str_trim(text);
	if (str_starts(text, "[") && str_ends(text, "]"))
		text = str_slice(text, 1, text.len - 2);
	AUTO_FREE char *given = str_dup(text);
	if (inet_pton(AF_INET6, given, bytes) != 1 || !inet_ntop(AF_INET6, bytes, plain, sizeof(plain)))
		return NULL;
	return bg_strdup(plain);
}

void dns_addresses_add(StrList *addresses, const char *address) {
	if (strlist_has(addresses, address))
		return;
	strlist_add(addresses, address);
	for (size_t i = addresses->count - 1; i && strcmp(addresses->items[i - 1], addresses->items[i]) > 0; i--) {
		char *swapped = addresses->items[i];
		addresses->items[i] = addresses->items[i - 1];
		addresses->items[i - 1] = swapped;
	}
}

static bool holds_all(const StrList *whole, const StrList *part) {
	for (size_t i = 0; i < part->count; i++)
		if (!strlist_has(whole, part->items[i]))
			return false;
	return true;
}

static bool holds_one(const StrList *whole, const StrList *part) {
	for (size_t i = 0; i < part->count; i++)
		if (strlist_has(whole, part->items[i]))
			return true;
	return false;
}

bool dns_sight_is_right(const DnsSight *sight, const DnsWant *want) {
	return sight->told && sight->addresses.count && holds_all(&sight->addresses, &want->has) && !holds_one(&sight->addresses, &want->lacks)
		&& (!want->only || holds_all(&want->has, &sight->addresses));
}

char *dns_sight_words(const DnsSight *sight) {
	AUTO_FREE char *addresses = strlist_join(&sight->addresses, ", ");
	if (!sight->told)
		return bg_asprintf("%s: %s", sight->server, sight->why);
	if (!sight->exists)
		return bg_asprintf("%s knows no such name", sight->server);
	if (!sight->addresses.count)
		return bg_asprintf(sight->alias ? "%s says it is an alias of %s" : "%s has no AAAA of it", sight->server, sight->alias);
	return bg_asprintf("%s answers %s", sight->server, addresses);
}

/* ---- all of them ---- */

typedef struct Tally {
	StrList have, missing, extra, old, silent;   /* old, silent: in words */
	size_t told, right;
	int64_t ttl_ms;
	bool differ;
} Tally;

static void tally_clear(Tally *tally) {
	strlist_clear(&tally->have);
	strlist_clear(&tally->missing);
	strlist_clear(&tally->extra);
	strlist_clear(&tally->old);
	strlist_clear(&tally->silent);
}
BG_DEFINE_CLEARP(Tally, tally_clear)

static void count_one(const DnsSight *sight, const DnsWant *want, const StrList **first, Tally *tally) {
	if (!sight->told) {
		strlist_add_take(&tally->silent, dns_sight_words(sight));
		return;
	}
	tally->told++;
	for (size_t i = 0; i < sight->addresses.count; i++)
		dns_addresses_add(&tally->have, sight->addresses.items[i]);
	for (size_t i = 0; i < want->has.count; i++)
		if (!strlist_has(&sight->addresses, want->has.items[i]))
			dns_addresses_add(&tally->missing, want->has.items[i]);
	if (sight->ttl_ms > tally->ttl_ms)
		tally->ttl_ms = sight->ttl_ms;
	if (dns_sight_is_right(sight, want))
		tally->right++;
	else
		strlist_add_take(&tally->old, dns_sight_words(sight));
	if (*first && !(holds_all(*first, &sight->addresses) && holds_all(&sight->addresses, *first)))
		tally->differ = true;
	*first = &sight->addresses;
}

static void count_all(const DnsSights *sights, const DnsWant *want, Tally *tally) {
	const StrList *first = NULL;
	for (size_t i = 0; i < sights->count; i++)
		count_one(&sights->items[i], want, &first, tally);
	for (size_t i = 0; i < tally->have.count; i++)
		if ((want->has.count && !strlist_has(&want->has, tally->have.items[i])) || strlist_has(&want->lacks, tally->have.items[i]))
			dns_addresses_add(&tally->extra, tally->have.items[i]);
}

static void fact_list(Reading *ret, const char *key, const StrList *list, const char *between) {
	AUTO_FREE char *text = strlist_join(list, between);
	reading_fact_string(ret, key, text);
}

static void tell_facts(const Tally *tally, const DnsWant *want, Reading *ret) {
	fact_list(ret, "have", &tally->have, ",");
	fact_list(ret, "want", &want->has, ",");
	fact_list(ret, "missing", &tally->missing, ",");
	fact_list(ret, "extra", &tally->extra, ",");
	fact_list(ret, "old", &tally->old, "; ");
	fact_list(ret, "silent", &tally->silent, "; ");
	reading_fact_int(ret, "servers", (int64_t) (tally->told + tally->silent.count));
	reading_fact_int(ret, "right", (int64_t) tally->right);
	reading_fact_bool(ret, "agree", !tally->differ && tally->told);
	if (tally->ttl_ms)
		reading_fact_int(ret, "ttl", tally->ttl_ms);
}

static char *some_of(const StrList *words) {
	AUTO_CLEAR(StrList) some = {0};
	for (size_t i = 0; i < words->count && i < TOLD_MAX; i++)
		strlist_add(&some, words->items[i]);
	AUTO_FREE char *text = strlist_join(&some, "; ");
	return words->count > TOLD_MAX ? bg_asprintf("%s; and %zu more", text, words->count - TOLD_MAX) : bg_strdup(text);
}

static void tell_bad(const char *name, const Tally *tally, const DnsWant *want, Reading *ret) {
	char span[SPAN_TEXT_SIZE];
	AUTO_FREE char *old = some_of(&tally->old);
	AUTO_FREE char *wanted = strlist_join(&want->has, ", ");
	AUTO_FREE char *unwanted = strlist_join(&want->lacks, ", ");
	AUTO_FREE char *cached = tally->ttl_ms ? bg_asprintf("; caches keep what they have for up to %s", span_format(tally->ttl_ms, span)) : bg_strdup("");
	reading_set(ret, READING_FAIL, "%zu of %zu servers %s: %s", tally->old.count, tally->told + tally->silent.count,
		tally->have.count ? "still answer the old" : "have no address", old);
	reading_because(ret, "publish at %s: %s%s%s%s%s, on every server, then look again%s", name, *wanted ? wanted : "its addresses", want->only ? " and nothing else" : "",
		*unwanted ? ", without " : "", unwanted, "", cached);
}

void dns_judge(const char *name, const DnsSights *sights, const DnsWant *want, Reading *ret) {
	AUTO_CLEAR(Tally) tally = {0};
	char span[SPAN_TEXT_SIZE];
	count_all(sights, want, &tally);
	tell_facts(&tally, want, ret);
	AUTO_FREE char *silent = some_of(&tally.silent);
	AUTO_FREE char *have = strlist_join(&tally.have, ", ");
	size_t all = tally.told + tally.silent.count;
	if (!tally.told) {
		reading_set(ret, READING_UNKNOWN, "no server of the zone tells: %s", silent);
		reading_because(ret, "look at the name servers, or at the way there, for %s", name);
	} else if (tally.old.count) {
		tell_bad(name, &tally, want, ret);
	} else if (tally.silent.count) {
		reading_set(ret, READING_WARN, "%s on %zu of %zu servers; the others: %s", have, tally.told, all, silent);
		reading_because(ret, "look at the servers that do not tell: they may still answer the old for %s", name);
	} else if (!want->has.count && tally.differ) {
		reading_set(ret, READING_WARN, "the %zu servers say different things: %s", all, have);
		reading_because(ret, "look whether the zone was copied to all of them: %s", name);
	} else {
		reading_set(ret, READING_OK, "%s on %s%zu server%s%s%s", have, all > 1 ? "all of " : "", all, all > 1 ? "s" : "", tally.ttl_ms ? ", ttl " : "",
			tally.ttl_ms ? span_format(tally.ttl_ms, span) : "");
	}
}
