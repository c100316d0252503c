/* dns.h: one question to a name server, and to many servers at once. What a machine's own resolver says is what some cache remembers; the servers of a
 * zone say what is published now. Messages are taken apart by the C library's own parser (libresolv); sockets and time are ours, so that each question has
 * its deadline, a person's cancel is noticed, and a server may stand at any port. UDP first, TCP when the answer was cut off. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/str.h"

#define DNS_NAME_SIZE 1025      /* as text, with escapes, and its end */
#define DNS_VALUE_SIZE 1025
#define DNS_ADDRESS_SIZE 46
#define DNS_RECORDS_MAX 256
#define DNS_PORT 53

typedef enum DnsType { DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_SOA = 6, DNS_AAAA = 28 } DnsType;

typedef struct DnsRecord {
	DnsType type;
	bool answer;                    /* of the answer section; else of the authority section */
	uint32_t ttl_s;
	char name[DNS_NAME_SIZE];       /* lower case, no dot at the end; "." is the root */
	char value[DNS_VALUE_SIZE];     /* an address; a name (NS, CNAME); "" for SOA */
} DnsRecord;

typedef struct DnsAnswer {
	int code;                       /* RCODE: 0 none, 2 server failure, 3 no such name, 5 refused */
	bool authoritative, truncated;
	DnsRecord *records;             /* of the types above; the others are left out */
	size_t count;
} DnsAnswer;
void dns_answer_clear(DnsAnswer *answer);
BG_DEFINE_CLEARP(DnsAnswer, dns_answer_clear)

/* Where a server listens. */
typedef struct DnsServer { char address[DNS_ADDRESS_SIZE]; int port; } DnsServer;
/* "192.0.2.1", "192.0.2.1:5353", "400::1", "[400::1]:5353". */
BG_CHECK bool dns_server_parse(Str text, DnsServer *ret, Error *err);
/* The same text again; owned. */
char *dns_server_text(const DnsServer *server);
/* The name servers of this machine (/etc/resolv.conf), at most `max`; returns how many. */
size_t dns_resolvers(DnsServer *ret, size_t max);

/* A name as DNS takes it. False with the reason: too long, an empty label. */
BG_CHECK bool dns_name_check(const char *name, Error *err);
/* Lower case, without a dot at its end. Owned. */
char *dns_name_plain(const char *name);

#define DNS_QUERY_MAX 512
/* The bytes of a question; returns their number, 0 when `name` is none (dns_name_check tells why). */
size_t dns_query_write(uint16_t id, const char *name, DnsType type, bool recurse, unsigned char ret[static DNS_QUERY_MAX]);
/* An answer to exactly that question. *ret_other: it is one to another question (its id or its question differ), which says nothing about this one. */
BG_CHECK bool dns_answer_parse(const unsigned char *bytes, size_t size, uint16_t id, const char *name, DnsType type, DnsAnswer *ret, bool *ret_other,
	Error *err);

/* ---- ask.c ---- */

typedef struct DnsAsk {
	DnsServer server;
	const char *name;
	DnsType type;
	bool recurse;                   /* of a resolver; a zone's own server needs not */
	bool answered;                  /* `answer` is filled; else `problem` says why not */
	bool by_tcp;
	DnsAnswer answer;
	Error problem;
} DnsAsk;
void dns_asks_clear(DnsAsk *asks, size_t count);

/* Asks all of them beside one another and comes back when each has answered or failed, at the deadline at the latest. */
void dns_ask_all(DnsAsk *asks, size_t count, MonoTime deadline, bool (*cancelled)(void *userdata), void *userdata);
