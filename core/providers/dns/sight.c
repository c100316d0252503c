/* sight.c: every authority asked for every name, at once. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/dns/dns_names.h"

void dns_sights_clear(DnsSights *sights) {
	for (size_t i = 0; i < sights->count; i++) {
		strlist_clear(&sights->items[i].addresses);
		free(sights->items[i].alias);
		free(sights->items[i].why);
	}
	free(sights->items);
	*sights = (DnsSights){0};
}

static bool is_cancelled(void *userdata) { return call_is_cancelled(userdata); }

static const char *code_words(int code) {
	switch (code) {
	case 1: return "does not understand the question";
	case 2: return "cannot tell: it failed (SERVFAIL)";
	case 5: return "refuses to tell (REFUSED)";
	default: return "answers with a failure";
	}
}

static void read_records(const DnsAnswer *answer, DnsSight *ret) {
	for (size_t i = 0; i < answer->count; i++) {
		const DnsRecord *record = &answer->records[i];
		if (record->answer && record->type == DNS_CNAME && !ret->alias)
			ret->alias = bg_strdup(record->value);
		if (!record->answer || record->type != DNS_AAAA)
			continue;
		dns_addresses_add(&ret->addresses, record->value);
		if ((int64_t) record->ttl_s * 1000 > ret->ttl_ms)
			ret->ttl_ms = (int64_t) record->ttl_s * 1000;
	}
}

static DnsSight sight_of(const Authority *authority, DnsAsk *ask) {
	const DnsAnswer *answer = &ask->answer;
	DnsSight sight = {.server = authority->name};
	if (!ask->answered)
		sight.why = bg_strdup(ask->problem.why);
	else if (answer->code != 0 && answer->code != 3)
		sight.why = bg_strdup(code_words(answer->code));
	else if (!answer->authoritative)
		sight.why = bg_strdup("does not answer for this zone: what it says is from a cache");
	sight.told = !sight.why;
	sight.exists = sight.told && answer->code == 0;
	if (sight.told)
		read_records(answer, &sight);
	return sight;
}

void dns_look(const Call *call, const Authorities *authorities, const StrList *names, DnsSights *ret) {
	union { const Call *call; void *userdata; } given = {.call = call};
	size_t count = authorities->count * names->count;
	DnsAsk *asks = bg_calloc(count + 1, sizeof(*asks));
	int64_t left_ms = call_remaining_ms(call);
	for (size_t i = 0; i < count; i++)
		asks[i] = (DnsAsk){.server = authorities->items[i % authorities->count].server, .name = names->items[i / authorities->count], .type = DNS_AAAA};
	dns_ask_all(asks, count, (MonoTime){mono_now().ms + (left_ms < DNS_WAIT_MS ? left_ms : DNS_WAIT_MS)}, is_cancelled, given.userdata);
	for (size_t n = 0; n < names->count; n++) {
		ret[n] = (DnsSights){bg_calloc(authorities->count + 1, sizeof(DnsSight)), authorities->count};
		for (size_t a = 0; a < authorities->count; a++)
			ret[n].items[a] = sight_of(&authorities->items[a], &asks[n * authorities->count + a]);
	}
	dns_asks_clear(asks, count);
	free(asks);
}
