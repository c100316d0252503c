/* sweep.h: all nodes, again and again, in one loop: each has a session that is kept and its own deadline, and its reading comes as soon as it is
 * there. What libssh2 cannot do goes to a few threads with the ssh program. */
#pragma once
#include "core/providers/node/node.h"

typedef struct NodeSweep NodeSweep;

typedef struct NodeSweepItem {
	const EnvironmentNode *node;
	int64_t every_ms, deadline_ms;
} NodeSweepItem;

/* Called on the sweep's threads, one at a time for one item. */
typedef struct NodeSweepOwner {
	void (*found)(void *userdata, size_t index, Reading *reading);   /* may be emptied */
	void *userdata;
} NodeSweepOwner;

/* Starts its threads. Borrows the environment; copies the items. */
BG_CHECK bool node_sweep_start(const Environment *environment, const NodeSweepItem *items, size_t count, const NodeSweepOwner *owner,
	NodeSweep **ret, Error *err);
/* Look at it now, or once more when a look is under way: what that one saw may be older than the wish. From any thread. */
void node_sweep_want(NodeSweep *sweep, size_t index);
/* For a process that ends under its threads: ends the connections that the ssh program keeps, within two seconds; what does not end then ends by itself, two
 * rounds later. NULL ok. */
void node_sweep_leave(NodeSweep *sweep);
/* Stops and waits for the threads: at most until the ssh programs under way have been ended. NULL ok; returns NULL. */
NodeSweep *node_sweep_free(NodeSweep *sweep);
BG_DEFINE_FREEP(NodeSweep, node_sweep_free)
