/* sweep_known.c: the known host keys of a sweep, read again when their files change. */
#include "core/base/alloc.h"
#include "core/providers/node/sweep_internal.h"

#define KNOWN_LOOK_MS 1000

const KnownHosts *sweep_known_now(const NodeSweep *sweep) { return sweep->known[sweep->known_count - 1]; }

bool sweep_read_known(NodeSweep *sweep, Error *err) {
	uint64_t stamp = node_known_hosts_stamp(sweep->environment);
	KnownHosts *known = NULL;
	if (!node_known_hosts(sweep->environment, &known, err))
		return false;
	sweep->known = bg_reallocarray(sweep->known, sweep->known_count + 1, sizeof(KnownHosts *));
	sweep->known[sweep->known_count++] = known;
	sweep->known_stamp = stamp;
	return true;
}

void sweep_follow_known(NodeSweep *sweep) {
	int64_t now = mono_now().ms;
	if (now - sweep->known_looked.ms < KNOWN_LOOK_MS)
		return;
	sweep->known_looked.ms = now;
	if (node_known_hosts_stamp(sweep->environment) != sweep->known_stamp)
		BG_IGNORE(sweep_read_known(sweep, NULL));
}
