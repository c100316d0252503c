/* sweep.c: see sweep.h. The loop's thread owns the sessions; `lock` guards what the program threads and other threads touch. */
#include "core/providers/node/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/mycelium/watch.h"
#include "core/transport/ssh/loop.h"
#include "core/transport/ssh/program.h"
#include "core/transport/ssh/program_shared.h"

#define PROGRAM_THREADS 4
#define BEGIN_AT_ONCE 128            /* looks under way: key exchanges cost both sides */
#define KNOWN_LOOK_MS 1000
#define KEPT_MORE_S 10               /* beyond two rounds: a connection of the ssh program that nobody uses any more */
#define END_KEPT_MS 2000
#define PROGRAM_ROUNDS 20            /* then libssh2 is tried again: keys and servers change */

#define LAN_AFTER_MS 1500            /* not connected by then: its address in the local network is tried beside */
#define LAN_LEAST_MS 3000            /* that one gets at least so long */
#define OVERLAY_GOOD_MS 2000         /* what the daemon told is asked for anew after that */
#define ROUTES_EVERY_MS 30000        /* so that the last route is known of what has none any more */

/* SETTLING: the look is over and failed; LAN: its other address is looked at; OVERLAY: the daemon is asked why. */
typedef enum ItemState { ITEM_WAITING, ITEM_SESSION, ITEM_QUEUED, ITEM_PROGRAM, ITEM_SETTLING, ITEM_LAN, ITEM_OVERLAY } ItemState;

typedef struct Item {
	const EnvironmentNode *node;
	int64_t every_ms, deadline_ms;
	SshSession *session, *lan;   /* of the loop; lan NULL: it has no other address */
	bool lan_begun;              /* in this look */
	const SshResult *result;     /* of the look that is being settled: the session's, or by_program */
	SshResult by_program;
	char hop[sizeof(((OverlayRoute *) 0)->hop)];   /* of the last route to it that was seen */
	char *command;
	char *why_program;           /* NULL: libssh2 does it */
	const KnownHosts *known;     /* that the session has */
	int program_rounds;          /* that are still to go without asking libssh2 */
	MonoTime begun;
	/* Under the lock: */
	ItemState state;
	bool wanted;
	int64_t due_ms;
} Item;

struct NodeSweep {
	const Environment *environment;
	NodeSweepOwner owner;
	KnownHosts **known;          /* the last one counts; sessions may still hold those before it */
	size_t known_count;
	uint64_t known_stamp;        /* of the files when they were read */
	MonoTime known_looked;
	Item *items;
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

static void wake_loop(NodeSweep *sweep) {
	char byte = 0;
	BG_IGNORE(write(sweep->wake[1], &byte, 1) < 0);   /* full: it will wake */
}

/* ---- known host keys ---- */

static const KnownHosts *known_now(const NodeSweep *sweep) { return sweep->known[sweep->known_count - 1]; }

static bool read_known(NodeSweep *sweep, Error *err) {
	uint64_t stamp = node_known_hosts_stamp(sweep->environment);
	KnownHosts *known = NULL;
	if (!node_known_hosts(sweep->environment, &known, err))
		return false;
	sweep->known = bg_reallocarray(sweep->known, sweep->known_count + 1, sizeof(KnownHosts *));
	sweep->known[sweep->known_count++] = known;
	sweep->known_stamp = stamp;
	return true;
}

/* A person who adds a key, or revokes one, need not start anything again. Files that cannot be read now leave what was read before. */
static void follow_known(NodeSweep *sweep) {
	int64_t now = mono_now().ms;
	if (now - sweep->known_looked.ms < KNOWN_LOOK_MS)
		return;
	sweep->known_looked.ms = now;
	if (node_known_hosts_stamp(sweep->environment) != sweep->known_stamp)
		BG_IGNORE(read_known(sweep, NULL));
}

/* ---- the end of a look ---- */

static int64_t jittered(int64_t every_ms) {
	unsigned char noise = 0;
	random_bytes(&noise, 1);
	return every_ms - every_ms / 10 + every_ms / 5 * noise / 255;
}

static void finish(NodeSweep *sweep, Item *item, const NodeLook *look) {
	AUTO_CLEAR(Reading) reading = {0};
	node_judge(item->node, look, wall_now(), &reading);
	reading.elapsed_ms = mono_now().ms - item->begun.ms;
	sweep->owner.found(sweep->owner.userdata, (size_t) (item - sweep->items), &reading);
	ssh_result_clear(&item->by_program);
	pthread_mutex_lock(&sweep->lock);
	item->state = ITEM_WAITING;
	item->due_ms = mono_now().ms + jittered(item->every_ms);
	pthread_mutex_unlock(&sweep->lock);
}

/* ---- the ssh program ---- */

static bool is_stopping(void *userdata) {
	NodeSweep *sweep = userdata;
	pthread_mutex_lock(&sweep->lock);
	bool stopping = sweep->stopping;
	pthread_mutex_unlock(&sweep->lock);
	return stopping;
}

static Item *take_queued(NodeSweep *sweep) {
	Item *found = NULL;
	pthread_mutex_lock(&sweep->lock);
	while (!sweep->stopping && !found) {
		for (size_t i = 0; i < sweep->count; i++)
			if (sweep->items[i].state == ITEM_QUEUED && (!found || sweep->items[i].begun.ms < found->begun.ms))
				found = &sweep->items[i];
		if (!found)
			pthread_cond_wait(&sweep->queued, &sweep->lock);
	}
	if (found)
		found->state = ITEM_PROGRAM;
	pthread_mutex_unlock(&sweep->lock);
	return found;
}

/* Its own deadline begins when its turn comes: that many nodes need the program must not make the last ones look dead. */
static void set_state(NodeSweep *sweep, Item *item, ItemState state) {
	pthread_mutex_lock(&sweep->lock);
	item->state = state;
	if (state == ITEM_QUEUED)
		pthread_cond_signal(&sweep->queued);
	pthread_mutex_unlock(&sweep->lock);
}

static ItemState state_of(NodeSweep *sweep, const Item *item) {
	pthread_mutex_lock(&sweep->lock);
	ItemState state = item->state;
	pthread_mutex_unlock(&sweep->lock);
	return state;
}

/* Made when the first one needs it. */
static const char *shared_folder(NodeSweep *sweep) {
	pthread_mutex_lock(&sweep->lock);
	if (!sweep->shared && !sweep->stopping)
		sweep->shared = ssh_shared_begin();
	const char *folder = sweep->shared;
	pthread_mutex_unlock(&sweep->lock);
	return folder;
}

static void *program_thread(void *userdata) {
	NodeSweep *sweep = userdata;
	for (Item *item; (item = take_queued(sweep));) {
		SshTarget target;
		node_target(sweep->environment, item->node, item->known, item->deadline_ms, &target);
		target.shared = shared_folder(sweep);
		target.shared_s = (int) (2 * item->every_ms / 1000) + KEPT_MORE_S;
		SshCommand command = {.text = item->command, .deadline_ms = item->deadline_ms, .repeatable = true};
		item->begun = mono_now();
		ssh_program_run(&target, &command, is_stopping, sweep, &item->by_program);
		item->result = &item->by_program;
		set_state(sweep, item, ITEM_SETTLING);
		wake_loop(sweep);
	}
	return NULL;
}

/* ---- the loop ---- */

static void begin(NodeSweep *sweep, Item *item) {
	item->begun = mono_now();
	item->lan_begun = false;
	if (item->program_rounds > 0) {
		item->program_rounds--;
		set_state(sweep, item, ITEM_QUEUED);
		return;
	}
	SshCommand command = {.text = item->command, .deadline_ms = item->deadline_ms, .repeatable = true};
	if (item->known != known_now(sweep)) {
		item->known = known_now(sweep);
		ssh_session_set_known(item->session, item->known);
		if (item->lan)
			ssh_session_set_known(item->lan, item->known);
	}
	set_state(sweep, item, ITEM_SESSION);
	ssh_session_begin(item->session, &command);
}

static void end_session(NodeSweep *sweep, Item *item) {
	const SshResult *result = ssh_session_result(item->session);
	free(item->why_program);
	item->why_program = NULL;
	item->result = result;
	if (result->outcome != SSH_NOT_POSSIBLE) {
		set_state(sweep, item, ITEM_SETTLING);
		return;
	}
	item->why_program = bg_strdup(result->error.why);
	item->program_rounds = PROGRAM_ROUNDS;
	set_state(sweep, item, ITEM_QUEUED);
}

/* Begins what is due, as long as not too many are under way; *ret_wait_ms: until the next is. */
static void begin_due(NodeSweep *sweep, int64_t *ret_wait_ms) {
	size_t under_way = 0;
	int64_t now = mono_now().ms, next = INT64_MAX;
	for (size_t i = 0; i < sweep->count; i++)
		under_way += ssh_session_is_busy(sweep->items[i].session);
	for (size_t i = 0; i < sweep->count; i++) {
		Item *item = &sweep->items[i];
		pthread_mutex_lock(&sweep->lock);
		bool due = item->state == ITEM_WAITING && (item->wanted || item->due_ms <= now);
		if (item->state == ITEM_WAITING && !due && item->due_ms < next)
			next = item->due_ms;
		if (due && under_way < BEGIN_AT_ONCE)
			item->wanted = false;
		pthread_mutex_unlock(&sweep->lock);
		if (!due || under_way >= BEGIN_AT_ONCE)
			continue;
		begin(sweep, item);
		under_way += ssh_session_is_busy(item->session);
	}
	*ret_wait_ms = next == INT64_MAX ? -1 : next > now ? next - now : 0;
}

/* ---- what was not reached ---- */

static void begin_lan(Item *item) {
	int64_t left = item->begun.ms + item->deadline_ms - mono_now().ms;
	SshCommand command = {.text = item->command, .deadline_ms = left > LAN_LEAST_MS ? left : LAN_LEAST_MS, .repeatable = true};
	item->lan_begun = true;
	ssh_session_begin(item->lan, &command);
}

/* Where the usual address does not answer soon, so that what is told of both is there within one deadline. */
static void begin_lan_beside(NodeSweep *sweep, int64_t *wait_ms) {
	int64_t now = mono_now().ms;
	for (size_t i = 0; i < sweep->count; i++) {
		Item *item = &sweep->items[i];
		if (!item->lan || item->lan_begun || state_of(sweep, item) != ITEM_SESSION || ssh_session_is_connected(item->session))
			continue;
		int64_t left = item->begun.ms + LAN_AFTER_MS - now;
		if (left <= 0)
			begin_lan(item);
		left = left > 0 ? left : 0;
		if (*wait_ms < 0 || left < *wait_ms)
			*wait_ms = left;
	}
}

/* True: what the daemon told is new enough. Else it is asked. */
static bool is_overlay_known(NodeSweep *sweep, const Item *item) {
	if (sweep->overlay_asked.ms && sweep->overlay_asked.ms >= item->begun.ms - OVERLAY_GOOD_MS)
		return true;
	if (state_of(sweep, item) != ITEM_OVERLAY)
		overlay_watch_want(sweep->watch);
	return false;
}

/* Keeps the next hop of each node that has a route. What is told may be from before a wish: whoever waits still wishes again. */
static void take_overlay(NodeSweep *sweep) {
	Overlay overlay = {0};
	if (!sweep->watch || !overlay_watch_take(sweep->watch, &overlay, &sweep->overlay_asked))
		return;
	overlay_clear(&sweep->overlay);
	sweep->overlay = overlay;
	for (size_t i = 0; i < sweep->count; i++) {
		const OverlayRoute *route = overlay_route(&overlay, sweep->items[i].node->address);
		if (route && route->metric >= 0)
			memcpy(sweep->items[i].hop, route->hop, sizeof(route->hop));
		if (state_of(sweep, &sweep->items[i]) == ITEM_OVERLAY)
			set_state(sweep, &sweep->items[i], ITEM_SETTLING);
	}
}

/* The look is over. One that was not reached waits for what else can be known of it. */
static void settle(NodeSweep *sweep, Item *item) {
	SshOutcome outcome = item->result->outcome;
	bool unreached = node_is_unreached(outcome), asks = sweep->watch && node_is_unanswered(item->node, outcome);
	if (item->lan && unreached && !item->lan_begun)
		begin_lan(item);
	bool looking = item->lan && item->lan_begun && ssh_session_is_busy(item->lan);
	if (looking && !unreached) {
		ssh_session_close(item->lan);
		looking = false;
	}
	if (looking || (asks && !is_overlay_known(sweep, item))) {
		set_state(sweep, item, looking ? ITEM_LAN : ITEM_OVERLAY);
		return;
	}
	NodeLook look = {.result = item->result, .why_program = item->why_program, .hop = item->hop, .overlay = asks ? &sweep->overlay : NULL,
		.lan = unreached && item->lan_begun ? ssh_session_result(item->lan) : NULL};
	finish(sweep, item, &look);
}

static void *loop_thread(void *userdata) {
	NodeSweep *sweep = userdata;
	AUTO_FREE SshSession **sessions = bg_calloc(2 * sweep->count + 1, sizeof(SshSession *));
	size_t count = 0;
	for (size_t i = 0; i < sweep->count; i++) {
		sessions[count++] = sweep->items[i].session;
		if (sweep->items[i].lan)
			sessions[count++] = sweep->items[i].lan;
	}
	while (!is_stopping(sweep)) {
		int64_t wait_ms = -1;
		char drain[64];
		follow_known(sweep);
		take_overlay(sweep);
		begin_due(sweep, &wait_ms);
		begin_lan_beside(sweep, &wait_ms);
		if (ssh_sessions_wait(sessions, count, sweep->wake[0], wait_ms))
			while (read(sweep->wake[0], drain, sizeof(drain)) > 0)
				;
		for (size_t i = 0; i < sweep->count; i++) {
			Item *item = &sweep->items[i];
			if (state_of(sweep, item) == ITEM_SESSION && !ssh_session_is_busy(item->session))
				end_session(sweep, item);
			if (state_of(sweep, item) >= ITEM_SETTLING)
				settle(sweep, item);
		}
	}
	return NULL;
}

/* ---- start and end ---- */

/* A descriptor or two for each node, and some. What cannot be had is told by the looks that get none. */
static void raise_descriptor_limit(size_t count) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count * 3 + 256)
		return;
	limit.rlim_cur = limit.rlim_max;
	BG_IGNORE(setrlimit(RLIMIT_NOFILE, &limit) != 0);
}

static void init_item(NodeSweep *sweep, const NodeSweepItem *from, Item *item) {
	SshTarget target, lan;
	AUTO_CLEAR(Buf) command = {0};
	node_target(sweep->environment, from->node, known_now(sweep), from->deadline_ms, &target);
	node_command(from->node, &command);
	*item = (Item){.node = from->node, .every_ms = from->every_ms, .deadline_ms = from->deadline_ms, .session = ssh_session_new(&target),
		.known = target.known,
		.command = buf_take(&command)};
	if (node_lan_target(sweep->environment, from->node, known_now(sweep), from->deadline_ms, &lan))
		item->lan = ssh_session_new(&lan);
}

static void on_told(void *userdata) { wake_loop(userdata); }

static bool start_watch(NodeSweep *sweep, Error *err) {
	const EnvironmentSystem *system = node_overlay_system(sweep->environment);
	OverlayWatchOwner owner = {.told = on_told, .userdata = sweep};
	bool is_wanted = false;
	for (size_t i = 0; i < sweep->count; i++)
		is_wanted = is_wanted || overlay_has_address(sweep->items[i].node->address);
	return !system || !is_wanted || overlay_watch_start(sweep->environment, system, ROUTES_EVERY_MS, NODE_OVERLAY_MS, &owner, &sweep->watch, err);
}

static bool start_threads(NodeSweep *sweep, Error *err) {
	int status = pthread_create(&sweep->loop, NULL, loop_thread, sweep);
	sweep->looping = status == 0;
	for (size_t i = 0; status == 0 && i < PROGRAM_THREADS; i++) {
		status = pthread_create(&sweep->programs[i], NULL, program_thread, sweep);
		sweep->thread_count += status == 0;
	}
	return status == 0 || error_errno(err, status, "cannot start a thread for the nodes");
}

bool node_sweep_start(const Environment *environment, const NodeSweepItem *items, size_t count, const NodeSweepOwner *owner, NodeSweep **ret,
	Error *err) {
	AUTO(NodeSweep) *sweep = bg_calloc(1, sizeof(*sweep));
	sweep->environment = environment;
	sweep->owner = *owner;
	sweep->wake[0] = sweep->wake[1] = -1;
	pthread_mutex_init(&sweep->lock, NULL);
	pthread_cond_init(&sweep->queued, NULL);
	if (!read_known(sweep, err))
		return false;
	if (pipe2(sweep->wake, O_CLOEXEC | O_NONBLOCK) != 0)
		return error_errno(err, errno, "no pipe could be made");
	raise_descriptor_limit(count);
	sweep->items = bg_calloc(count + 1, sizeof(*sweep->items));
	for (; sweep->count < count; sweep->count++)
		init_item(sweep, &items[sweep->count], &sweep->items[sweep->count]);
	if (!start_watch(sweep, err) || !start_threads(sweep, err))
		return false;
	*ret = TAKE(sweep);
	return true;
}

void node_sweep_want(NodeSweep *sweep, size_t index) {
	pthread_mutex_lock(&sweep->lock);
	sweep->items[index].wanted = true;
	pthread_mutex_unlock(&sweep->lock);
	wake_loop(sweep);
}

void node_sweep_leave(NodeSweep *sweep) {
	if (!sweep)
		return;
	pthread_mutex_lock(&sweep->lock);
	sweep->stopping = true;
	const char *folder = sweep->shared;   /* threads may still read it: it stays */
	pthread_mutex_unlock(&sweep->lock);
	ssh_shared_end_all(folder, END_KEPT_MS);
}

NodeSweep *node_sweep_free(NodeSweep *sweep) {
	if (!sweep)
		return NULL;
	pthread_mutex_lock(&sweep->lock);
	sweep->stopping = true;
	pthread_cond_broadcast(&sweep->queued);
	pthread_mutex_unlock(&sweep->lock);
	wake_loop(sweep);
	if (sweep->looping)
		pthread_join(sweep->loop, NULL);
	for (size_t i = 0; i < sweep->thread_count; i++)
		pthread_join(sweep->programs[i], NULL);
	ssh_shared_end_all(sweep->shared, END_KEPT_MS);
	free(sweep->shared);
	overlay_watch_free(sweep->watch);
	overlay_clear(&sweep->overlay);
	for (size_t i = 0; i < sweep->count; i++) {
		ssh_session_free(sweep->items[i].session);
		ssh_session_free(sweep->items[i].lan);
		ssh_result_clear(&sweep->items[i].by_program);
		free(sweep->items[i].command);
		free(sweep->items[i].why_program);
	}
	free(sweep->items);
	for (size_t i = 0; i < sweep->known_count; i++)
		known_hosts_free(sweep->known[i]);
	free(sweep->known);
	for (size_t i = 0; i < BG_LENGTH(sweep->wake); i++)
		if (sweep->wake[i] >= 0)
			close(sweep->wake[i]);
	pthread_cond_destroy(&sweep->queued);
	pthread_mutex_destroy(&sweep->lock);
	free(sweep);
	return NULL;
}
