/* sim_dns.h: the two name servers of the practice domain, on loopback over UDP and TCP: authoritative for that zone and refusing all else. Shares no
 * code with core/transport/dns. */
#pragma once
#include <pthread.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/sandbox/sim_zone.h"

typedef struct SimDns SimDns;

/* `lock` is taken while the zone is looked at. */
BG_CHECK bool sim_dns_start(const SimZone *zone, pthread_mutex_t *lock, SimDns **ret_dns, Error *err);
SimDns *sim_dns_stop(SimDns *dns);                             /* NULL ok; returns NULL */
BG_DEFINE_FREEP(SimDns, sim_dns_stop)
/* "127.0.0.1:40001", for the server of that number. Owned. */
char *sim_dns_address(const SimDns *dns, size_t server);

/* What that server answers to a message; false: nothing. By UDP an answer of more than 512 bytes is cut off, and says so. Appends. */
bool sim_dns_answer(const SimZone *zone, size_t server, Str message, bool by_udp, Buf *out);
