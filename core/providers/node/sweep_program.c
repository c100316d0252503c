/* sweep_program.c: what libssh2 cannot do, looked at with the ssh program by a few threads. */
#include "core/providers/node/sweep_internal.h"
#include "core/transport/ssh/program.h"
#include "core/transport/ssh/program_shared.h"

#define KEPT_MORE_S 10               /* beyond two rounds: a connection of the ssh program that nobody uses any more */

static SweepItem *take_queued(NodeSweep *sweep) {
	SweepItem *found = NULL;
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

/* Made when the first one needs it. */
static const char *shared_folder(NodeSweep *sweep) {
	pthread_mutex_lock(&sweep->lock);
	if (!sweep->shared && !sweep->stopping)
		sweep->shared = ssh_shared_begin();
	const char *folder = sweep->shared;
	pthread_mutex_unlock(&sweep->lock);
	return folder;
}

/* The deadline of a look begins when its turn comes: that many nodes need the program must not make the last ones look dead. */
void *sweep_program_thread(void *userdata) {
	NodeSweep *sweep = userdata;
	for (SweepItem *item; (item = take_queued(sweep));) {
		SshTarget target;
		node_target(sweep->environment, item->node, item->known, item->deadline_ms, &target);
		target.shared = shared_folder(sweep);
		target.shared_s = (int) (2 * item->every_ms / 1000) + KEPT_MORE_S;
		SshCommand command = {.text = item->command, .deadline_ms = item->deadline_ms, .repeatable = true};
		item->begun = mono_now();
		ssh_program_run(&target, &command, sweep_is_stopping, sweep, &item->by_program);
		item->result = &item->by_program;
		sweep_set_state(sweep, item, ITEM_SETTLING);
		sweep_wake(sweep);
	}
	return NULL;
}
