/* node.h: one machine of the environment, looked at over SSH: load, memory, disks, clock, units, newest backup. One short POSIX command a look,
 * nothing installed there. A look by itself is `node.machine`; the prober looks at all of them in one loop (sweep.h). */
#pragma once
#include "core/providers/mycelium/mycelium.h"
#include "core/providers/provider.h"
#include "core/transport/ssh/ssh.h"

extern const Provider NODE_PROVIDER;

#define NODE_EVERY_MS 30000
#define NODE_DEADLINE_MS 10000
#define NODE_BUDGET_MS 120000
#define NODE_OVERLAY_MS 1000         /* the daemon on this machine has to tell within */
#define NODE_MAX_DISKS 8
#define NODE_MAX_UNITS 4

typedef struct NodeDisk { char mount[64]; int64_t total_kb, available_kb; } NodeDisk;
typedef struct NodeUnit { char name[32], load[16], active[16]; } NodeUnit;   /* "k3s", "loaded", "active" */

/* What the command told. Parts that it did not tell have has_* false or a count of 0. */
typedef struct NodeFacts {
	bool has_load, has_memory, has_time, has_uptime;
	double load;                 /* of one minute */
	int64_t processors;          /* at least 1 */
	int64_t memory_kb, memory_available_kb;
	int64_t uptime_seconds, time_seconds;
	NodeDisk disks[NODE_MAX_DISKS];
	size_t disk_count;
	NodeUnit units[NODE_MAX_UNITS];
	size_t unit_count;
	bool backups_asked, backups_there;   /* the folder was asked for; it exists */
	int64_t backup_count, backup_seconds;
	char backup[96];             /* name of the newest */
} NodeFacts;

/* The command for a node. Appends. */
void node_command(const EnvironmentNode *node, Buf *out);
/* The same for a shell that stays there and looks again and again (SshCommand.loop). Appends. */
void node_loop_command(const EnvironmentNode *node, Buf *out);
/* False when the answer is not whole: nothing of it counts then. */
BG_CHECK bool node_facts_parse(Str text, NodeFacts *ret);

/* Where and how; borrows from all of them. Half of the deadline may go by until a connection stands. */
void node_target(const Environment *environment, const EnvironmentNode *node, const KnownHosts *known, int64_t deadline_ms, SshTarget *ret);
/* The files that the environment names, else ssh's own. */
void node_known_hosts_paths(const Environment *environment, StrList *ret);
BG_CHECK bool node_known_hosts(const Environment *environment, KnownHosts **ret, Error *err);
/* The same machine by its address in the local network: its key is looked up under its usual address, unless only the other is known. False: it has none. */
bool node_lan_target(const Environment *environment, const EnvironmentNode *node, const KnownHosts *known, int64_t deadline_ms, SshTarget *ret);
/* Did it come no further than the network? Then its address in the local network is worth a try. */
bool node_is_unreached(SshOutcome outcome);
/* Did it get no answer at all? Then the overlay may tell why, if it is an address of it. */
bool node_is_unanswered(const EnvironmentNode *node, SshOutcome outcome);
/* The system that is asked about the overlay; NULL: the environment names none, or several. */
const EnvironmentSystem *node_overlay_system(const Environment *environment);
/* Changes when one of those files does. */
uint64_t node_known_hosts_stamp(const Environment *environment);

/* What a look came to. */
typedef struct NodeLook {
	const SshResult *result;
	const char *why_program;     /* why it went through the ssh program; NULL or "" = it did not */
	const SshResult *lan;        /* at its address in the local network; NULL = not tried */
	const Overlay *overlay;      /* NULL = not asked */
	const char *hop;             /* next hop of the last route to it that was seen; "" = none */
} NodeLook;

/* The reading of a look. `now` is when the answer came. */
void node_judge(const EnvironmentNode *node, const NodeLook *look, WallTime now, Reading *ret);
