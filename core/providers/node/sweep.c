/* sweep.c: see sweep.h. Its threads are in sweep_loop.c and sweep_program.c. */
#include "core/providers/node/sweep_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/transport/ssh/program_shared.h"

#define END_KEPT_MS 5000
#define ROUTES_EVERY_MS 30000        /* so that the last route is known of what has none any more */

/* ---- what the threads share ---- */

void sweep_wake(NodeSweep *sweep) {
	char byte = 0;
	BG_IGNORE(write(sweep->wake[1], &byte, 1) < 0);   /* full: it will wake */
}

bool sweep_is_stopping(void *userdata) {
	NodeSweep *sweep = userdata;
	pthread_mutex_lock(&sweep->lock);
	bool stopping = sweep->stopping;
	pthread_mutex_unlock(&sweep->lock);
	return stopping;
}

void sweep_set_state(NodeSweep *sweep, SweepItem *item, ItemState state) {
	pthread_mutex_lock(&sweep->lock);
	item->state = state;
	if (state == ITEM_QUEUED)
		pthread_cond_signal(&sweep->queued);
	pthread_mutex_unlock(&sweep->lock);
}

ItemState sweep_state_of(NodeSweep *sweep, const SweepItem *item) {
	pthread_mutex_lock(&sweep->lock);
	ItemState state = item->state;
	pthread_mutex_unlock(&sweep->lock);
	return state;
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

static void init_item(NodeSweep *sweep, const NodeSweepItem *from, SweepItem *item) {
	SshTarget target, lan;
	AUTO_CLEAR(Buf) command = {0};
	AUTO_CLEAR(Buf) loop = {0};
	node_target(sweep->environment, from->node, sweep_known_now(sweep), from->deadline_ms, &target);
	node_command(from->node, &command);
	node_loop_command(from->node, &loop);
	*item = (SweepItem){.node = from->node, .every_ms = from->every_ms, .deadline_ms = from->deadline_ms, .session = ssh_session_new(&target),
		.known = target.known, .command = buf_take(&command), .loop = buf_take(&loop)};
	if (node_lan_target(sweep->environment, from->node, sweep_known_now(sweep), from->deadline_ms, &lan))
		item->lan = ssh_session_new(&lan);
}

static void on_told(void *userdata) { sweep_wake(userdata); }

static bool start_watch(NodeSweep *sweep, Error *err) {
	const EnvironmentSystem *system = node_overlay_system(sweep->environment);
	OverlayWatchOwner owner = {.told = on_told, .userdata = sweep};
	bool is_wanted = false;
	for (size_t i = 0; i < sweep->count; i++)
		is_wanted = is_wanted || overlay_has_address(sweep->items[i].node->address);
	return !system || !is_wanted || overlay_watch_start(sweep->environment, system, ROUTES_EVERY_MS, NODE_OVERLAY_MS, &owner, &sweep->watch, err);
}

static bool start_threads(NodeSweep *sweep, Error *err) {
	int status = pthread_create(&sweep->loop, NULL, sweep_loop_thread, sweep);
	sweep->looping = status == 0;
	for (size_t i = 0; status == 0 && i < PROGRAM_THREADS; i++) {
		status = pthread_create(&sweep->programs[i], NULL, sweep_program_thread, sweep);
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
	if (!sweep_read_known(sweep, err))
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
	sweep_wake(sweep);
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
	sweep_wake(sweep);
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
		free(sweep->items[i].loop);
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
