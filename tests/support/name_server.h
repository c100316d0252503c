/* name_server.h: a DNS server of one thread on a free loopback port, over UDP and TCP, that answers out of a table, and is at fault when it is told to. It writes
 * its messages byte by byte: nothing of it is shared with the program. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/attributes.h"
#include "core/base/cleanup.h"

typedef enum NameFault {
	NAME_WHOLE,             /* no fault */
	NAME_SILENT,            /* never answers */
	NAME_LOSES_ONE,         /* the first packet is lost */
	NAME_SERVFAIL,
	NAME_REFUSED,
	NAME_FORMERR,
	NAME_FROM_CACHE,        /* answers without being authoritative */
	NAME_TRUNCATED,         /* over UDP half of it, over TCP all of it */
	NAME_ALWAYS_TRUNCATED,
	NAME_TCP_CUT,           /* truncated; over TCP it breaks off in the middle */
	NAME_TCP_CLOSES,        /* truncated; over TCP it closes without a word */
	NAME_GARBAGE,           /* bytes that are no DNS, with the right id */
	NAME_HALF,              /* a record that ends behind the message */
	NAME_LOOP,              /* a name that points at itself */
	NAME_OTHER_ID,          /* only answers with another id */
	NAME_SPOOFED,           /* first one with another id, then the true one */
	NAME_OTHER_QUESTION,    /* an answer to what was not asked */
	NAME_FLOOD,             /* more records than anybody takes, over TCP */
} NameFault;

/* NULL name: no more rows. `value` of AAAA is an address, of NS and CNAME a name, of SOA anything. A name with no row is none (NXDOMAIN, with the
 * SOA whose name it ends in); one with rows of other types only has no record of this one. */
typedef struct NameRow { const char *name; int type; const char *value; uint32_t ttl; } NameRow;

typedef struct NameServer NameServer;
NameServer *name_server_start(const char *address, const NameRow *rows, NameFault fault);   /* "127.0.0.1" or "::1" */
/* "127.0.0.1:PORT", "[::1]:PORT"; borrowed. */
const char *name_server_at(const NameServer *server);
int name_server_port(const NameServer *server);
void name_server_rows(NameServer *server, const NameRow *rows);     /* from now on */
void name_server_fault(NameServer *server, NameFault fault);
int name_server_asked(NameServer *server, bool tcp);               /* how often */
NameServer *name_server_free(NameServer *server);
BG_DEFINE_FREEP(NameServer, name_server_free)
