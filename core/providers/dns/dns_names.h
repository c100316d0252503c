/* dns_names.h: what the name servers of a zone say now, beside what is wanted, and who still answers the old. Each authoritative server is asked itself: what
 * a resolver remembers may be hours old, and one server of three that was forgotten is what nobody sees from their own desk. */
#pragma once
#include "core/providers/provider.h"
#include "core/transport/dns/dns.h"

extern const Provider DNS_PROVIDER;

#define DNS_AUTHORITIES_MAX 32
#define DNS_WAIT_MS 4000          /* for one round of questions */

/* ---- authority.c: whom to ask ---- */

typedef struct Authority {
	char *name;                    /* "ns1.example.org (192.0.2.1)", or the address alone; owned */
	DnsServer server;
} Authority;

typedef struct Authorities { Authority items[DNS_AUTHORITIES_MAX]; size_t count; bool by_resolver; } Authorities;
void authorities_clear(Authorities *authorities);
BG_DEFINE_CLEARP(Authorities, authorities_clear)
/* Those that `server=` or the system's `servers:` name; else those that the zone of `name` names, found by a resolver. */
BG_CHECK bool authorities_find(const Call *call, const char *name, Authorities *ret, Error *err);

/* ---- sight.c: what they answer ---- */

/* One server's answer for one name. */
typedef struct DnsSight {
	const char *server;            /* its Authority's name; borrowed */
	bool told;                     /* it answered, and for this zone; else `why` says why not */
	bool exists;                   /* there is such a name there */
	StrList addresses;             /* sorted, in the one form of inet_ntop */
	int64_t ttl_ms;                /* of its AAAA; 0 = none */
	char *alias;                   /* it is another name's; NULL = no */
	char *why;
} DnsSight;

typedef struct DnsSights { DnsSight *items; size_t count; } DnsSights;
void dns_sights_clear(DnsSights *sights);
BG_DEFINE_CLEARP(DnsSights, dns_sights_clear)
/* Asks every authority for each of the names, all beside one another. `ret` holds one DnsSights for each name; the first in it is of the first authority. */
void dns_look(const Call *call, const Authorities *authorities, const StrList *names, DnsSights *ret);

/* ---- judge.c: pure ---- */

/* An address in the form in which they are compared; NULL if it is no IPv6 address. Brackets around it are dropped. Owned. */
char *dns_address_plain(Str text);
/* Sorted, each once. */
void dns_addresses_add(StrList *addresses, const char *address);

typedef struct DnsWant {
	StrList has;                   /* must be there; empty: whatever is there is well, as long as all say the same */
	StrList lacks;                 /* must not be there any more */
	bool only;                     /* nothing else may be there */
} DnsWant;
void dns_want_clear(DnsWant *want);
BG_DEFINE_CLEARP(DnsWant, dns_want_clear)

/* Whether one server's answer is what is wanted. */
bool dns_sight_is_right(const DnsSight *sight, const DnsWant *want);
/* "ns2.example.org (192.0.2.2) answers 4a1:b2::9" */
char *dns_sight_words(const DnsSight *sight);
/* State, text, reason and facts. */
void dns_judge(const char *name, const DnsSights *sights, const DnsWant *want, Reading *ret);

/* ---- records.c: what the environment wants published. Pure. ---- */

typedef struct DnsRecordSet { char *name; StrList addresses; } DnsRecordSet;
#define DNS_RECORD_SETS 3
typedef struct DnsZone { DnsRecordSet sets[DNS_RECORD_SETS]; size_t count; } DnsZone;
void dns_zone_clear(DnsZone *zone);
BG_DEFINE_CLEARP(DnsZone, dns_zone_clear)
/* The domain and studio.domain at every master, monitoring.domain at the first one. */
BG_CHECK bool dns_zone_wanted(const Environment *environment, DnsZone *ret, Error *err);
/* The masters' addresses alone, and the first master's. False when a node has no literal IPv6 address. */
BG_CHECK bool dns_masters(const Environment *environment, bool first_only, StrList *ret, Error *err);

/* Addresses that some server answers for the name and nobody wants. */
void dns_old_addresses(const DnsRecordSet *set, const DnsSights *sights, StrList *ret);
/* Lines for a zone file; beside each, as a remark, what is answered now. `sights` has one for each set, or is NULL where nobody was asked: `why` says why. */
void dns_zone_write(const DnsZone *zone, const DnsSights *sights, const char *why, Buf *out);
/* Asks, and writes. Whoever cannot be asked is said in the text: the lines are there all the same. False: there is no zone to write. */
BG_CHECK bool dns_zone_text(const Call *call, Buf *out, Error *err);
/* The same as {"records":[{name, address, on[], not_on[]}], "take_out":[{name, address, on[]}], "silent":[{server, why}], "why"}; owned. */
BG_CHECK bool dns_zone_json(const Call *call, Json **ret, Error *err);

void dns_probe_records(const Call *call, Reading *ret);
bool dns_plan_zone(const Call *call, Plan *ret_plan, Error *err);
bool dns_apply_zone(const Call *call, const Plan *plan, ActionResult *result, Error *err);
