/* sweep_loop.c: the loop of a sweep: begins what is due, waits for all sessions at once, and goes on with each look. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/providers/node/sweep_internal.h"
#include "core/transport/ssh/loop.h"

#define BEGIN_AT_ONCE 128            /* looks under way: key exchanges cost both sides */

/* Begins what is due, as long as not too many are under way; *ret_wait_ms: until the next is. */
static void begin_due(NodeSweep *sweep, int64_t *ret_wait_ms) {
	size_t under_way = 0;
	int64_t now = mono_now().ms, next = INT64_MAX;
	for (size_t i = 0; i < sweep->count; i++)
		under_way += ssh_session_is_busy(sweep->items[i].session);
	for (size_t i = 0; i < sweep->count; i++) {
		SweepItem *item = &sweep->items[i];
		pthread_mutex_lock(&sweep->lock);
		bool due = item->state == ITEM_WAITING && (item->wanted || item->due_ms <= now);
		if (item->state == ITEM_WAITING && !due && item->due_ms < next)
			next = item->due_ms;
		if (due && under_way < BEGIN_AT_ONCE)
			item->wanted = false;
		pthread_mutex_unlock(&sweep->lock);
		if (!due || under_way >= BEGIN_AT_ONCE)
			continue;
		sweep_look_begin(sweep, item);
		under_way += ssh_session_is_busy(item->session);
	}
	*ret_wait_ms = next == INT64_MAX ? -1 : next > now ? next - now : 0;
}

void *sweep_loop_thread(void *userdata) {
	NodeSweep *sweep = userdata;
	AUTO_FREE SshSession **sessions = bg_calloc(2 * sweep->count + 1, sizeof(SshSession *));
	size_t count = 0;
	for (size_t i = 0; i < sweep->count; i++) {
		sessions[count++] = sweep->items[i].session;
		if (sweep->items[i].lan)
			sessions[count++] = sweep->items[i].lan;
	}
	while (!sweep_is_stopping(sweep)) {
		int64_t wait_ms = -1;
		char drain[64];
		sweep_follow_known(sweep);
		sweep_take_overlay(sweep);
		begin_due(sweep, &wait_ms);
		sweep_begin_lan_beside(sweep, &wait_ms);
		if (ssh_sessions_wait(sessions, count, sweep->wake[0], wait_ms))
			while (read(sweep->wake[0], drain, sizeof(drain)) > 0)
				;
		for (size_t i = 0; i < sweep->count; i++)
			sweep_look_step(sweep, &sweep->items[i]);
	}
	return NULL;
}
