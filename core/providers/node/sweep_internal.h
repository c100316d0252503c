/* sweep_internal.h: a sweep's insides, for sweep*.c only. The loop's thread owns the sessions; `lock` guards what the program threads and other threads
 * touch. */
#pragma once
#include <pthread.h>

#include "core/providers/mycelium/watch.h"
#include "core/providers/node/sweep.h"
#include "core/transport/ssh/session.h"

#define PROGRAM_THREADS 4

/* SETTLING: the look is over and failed; LAN: its other address is looked at; OVERLAY: the daemon is asked why. */
typedef enum ItemState { ITEM_WAITING, ITEM_SESSION, ITEM_QUEUED, ITEM_PROGRAM, ITEM_SETTLING, ITEM_LAN, ITEM_OVERLAY } ItemState;

typedef struct SweepItem {
	const EnvironmentNode *node;
	int64_t every_ms, deadline_ms;
	SshSession *session, *lan;   /* of the loop; lan NULL: it has no other address */
	bool lan_begun;              /* in this look */
	const SshResult *result;     /* of the look that is being settled: the session's, or by_program */
	SshResult by_program;
	char hop[sizeof(((OverlayRoute *) 0)->hop)];   /* of the last route to it that was seen */
	char *command, *loop;        /* the same for a shell that stays */
	char *why_program;           /* NULL: libssh2 does it */
	const KnownHosts *known;     /* that the session has */
	int program_rounds;          /* that are still to go without asking libssh2 */
	MonoTime begun;
	/* Under the lock: */
	ItemState state;
	bool wanted;
	int64_t due_ms;
} SweepItem;

struct NodeSweep {
	const Environment *environment;
	NodeSweepOwner owner;
	KnownHosts **known;          /* the last one counts; sessions may still hold those before it */
	size_t known_count;
	uint64_t known_stamp;        /* of the files when they were read */
	MonoTime known_looked;
	SweepItem *items;
	size_t count;
	pthread_mutex_t lock;
	pthread_cond_t queued;
	bool stopping;
	int wake[2];
	pthread_t loop, programs[PROGRAM_THREADS];
	size_t thread_count;         /* of programs */
	char *shared;                /* folder of the connections that the ssh program keeps; NULL = there is no place for one */
	bool looping;
	OverlayWatch *watch;         /* NULL: no node is in the overlay, or no daemon is named */
	/* Of the loop: */
	Overlay overlay;             /* what the daemon told last */
	MonoTime overlay_asked;      /* when that was asked for; 0 = nothing yet */
};

/* Another thread waits: the loop goes round once more. */
void sweep_wake(NodeSweep *sweep);
bool sweep_is_stopping(void *sweep);
void sweep_set_state(NodeSweep *sweep, SweepItem *item, ItemState state);
ItemState sweep_state_of(NodeSweep *sweep, const SweepItem *item);

/* sweep_known.c: the known host keys; the last that were read count. */
const KnownHosts *sweep_known_now(const NodeSweep *sweep);
BG_CHECK bool sweep_read_known(NodeSweep *sweep, Error *err);
/* A person who adds a key, or revokes one, need not start anything again. Files that cannot be read now leave what was read before. */
void sweep_follow_known(NodeSweep *sweep);

/* sweep_look.c: one look at one node, from its beginning to its reading. On the loop's thread. */
void sweep_look_begin(NodeSweep *sweep, SweepItem *item);
/* Goes on with it as far as it can. */
void sweep_look_step(NodeSweep *sweep, SweepItem *item);
/* Looks at the other address of those that do not answer soon. *wait_ms gets less where the next of them is due before. */
void sweep_begin_lan_beside(NodeSweep *sweep, int64_t *wait_ms);
/* Takes over what the overlay's daemon told, if it told anything. */
void sweep_take_overlay(NodeSweep *sweep);

/* sweep_loop.c, sweep_program.c: the threads; userdata is the sweep. */
void *sweep_loop_thread(void *sweep);
void *sweep_program_thread(void *sweep);
