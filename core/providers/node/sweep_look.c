/* sweep_look.c: one look at one node: over its session or the ssh program, and for what was not reached its other address and what the overlay says. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/node/sweep_internal.h"

#define PROGRAM_ROUNDS 20            /* then libssh2 is tried again: keys and servers change */
#define LAN_AFTER_MS 1500            /* not connected by then: its address in the local network is tried beside */
#define LAN_LEAST_MS 3000            /* that one gets at least so long */
#define OVERLAY_GOOD_MS 2000         /* what the daemon told is asked for anew after that */

static SshCommand command_of(const SweepItem *item, int64_t deadline_ms) {
	return (SshCommand){.text = item->command, .loop = item->loop, .deadline_ms = deadline_ms, .repeatable = true};
}

void sweep_look_begin(NodeSweep *sweep, SweepItem *item) {
	item->begun = mono_now();
	item->lan_begun = false;
	if (item->program_rounds > 0) {
		item->program_rounds--;
		sweep_set_state(sweep, item, ITEM_QUEUED);
		return;
	}
	SshCommand command = command_of(item, item->deadline_ms);
	if (item->known != sweep_known_now(sweep)) {
		item->known = sweep_known_now(sweep);
		ssh_session_set_known(item->session, item->known);
		if (item->lan)
			ssh_session_set_known(item->lan, item->known);
	}
	sweep_set_state(sweep, item, ITEM_SESSION);
	ssh_session_begin(item->session, &command);
}

static void end_session(NodeSweep *sweep, SweepItem *item) {
	const SshResult *result = ssh_session_result(item->session);
	free(item->why_program);
	item->why_program = NULL;
	item->result = result;
	if (result->outcome != SSH_NOT_POSSIBLE) {
		sweep_set_state(sweep, item, ITEM_SETTLING);
		return;
	}
	item->why_program = bg_strdup(result->error.why);
	item->program_rounds = PROGRAM_ROUNDS;
	sweep_set_state(sweep, item, ITEM_QUEUED);
}

/* ---- what was not reached ---- */

static void begin_lan(SweepItem *item) {
	int64_t left = item->begun.ms + item->deadline_ms - mono_now().ms;
	SshCommand command = command_of(item, left > LAN_LEAST_MS ? left : LAN_LEAST_MS);
	item->lan_begun = true;
	ssh_session_begin(item->lan, &command);
}

/* Where the usual address does not answer soon, so that what is told of both is there within one deadline. */
void sweep_begin_lan_beside(NodeSweep *sweep, int64_t *wait_ms) {
	int64_t now = mono_now().ms;
	for (size_t i = 0; i < sweep->count; i++) {
		SweepItem *item = &sweep->items[i];
		if (!item->lan || item->lan_begun || sweep_state_of(sweep, item) != ITEM_SESSION || ssh_session_is_connected(item->session))
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
static bool is_overlay_known(NodeSweep *sweep, const SweepItem *item) {
	if (sweep->overlay_asked.ms && sweep->overlay_asked.ms >= item->begun.ms - OVERLAY_GOOD_MS)
		return true;
	if (sweep_state_of(sweep, item) != ITEM_OVERLAY)
		overlay_watch_want(sweep->watch);
	return false;
}

/* Keeps the next hop of each node that has a route. What is told may be from before a wish: whoever waits still wishes again. */
void sweep_take_overlay(NodeSweep *sweep) {
	Overlay overlay = {0};
	if (!sweep->watch || !overlay_watch_take(sweep->watch, &overlay, &sweep->overlay_asked))
		return;
	overlay_clear(&sweep->overlay);
	sweep->overlay = overlay;
	for (size_t i = 0; i < sweep->count; i++) {
		const OverlayRoute *route = overlay_route(&overlay, sweep->items[i].node->address);
		if (route && route->metric >= 0)
			memcpy(sweep->items[i].hop, route->hop, sizeof(route->hop));
		if (sweep_state_of(sweep, &sweep->items[i]) == ITEM_OVERLAY)
			sweep_set_state(sweep, &sweep->items[i], ITEM_SETTLING);
	}
}

/* ---- the end of a look ---- */

static int64_t jittered(int64_t every_ms) {
	unsigned char noise = 0;
	random_bytes(&noise, 1);
	return every_ms - every_ms / 10 + every_ms / 5 * noise / 255;
}

static void finish(NodeSweep *sweep, SweepItem *item, const NodeLook *look) {
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

/* The look is over. One that was not reached waits for what else can be known of it. */
static void settle(NodeSweep *sweep, SweepItem *item) {
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
		sweep_set_state(sweep, item, looking ? ITEM_LAN : ITEM_OVERLAY);
		return;
	}
	NodeLook look = {.result = item->result, .why_program = item->why_program, .hop = item->hop, .overlay = asks ? &sweep->overlay : NULL,
		.lan = unreached && item->lan_begun ? ssh_session_result(item->lan) : NULL};
	finish(sweep, item, &look);
}

void sweep_look_step(NodeSweep *sweep, SweepItem *item) {
	if (sweep_state_of(sweep, item) == ITEM_SESSION && !ssh_session_is_busy(item->session))
		end_session(sweep, item);
	if (sweep_state_of(sweep, item) >= ITEM_SETTLING)
		settle(sweep, item);
}
