/* sim_commands.h: the pretended programs of a scenario that has a table of its own, served under the world's lock. */
#pragma once
#include <pthread.h>
#include "core/sandbox/sim_pretend.h"
#include "core/base/moment.h"

typedef struct SimCommand {
	const char *name;
	const char *path;                  /* where it is, below the sandbox's folder: "bin/kubectl" */
	void (*run)(void *system, SimRun *run, WallTime now);
} SimCommand;

/* `changed` is called under the lock after each that changed something: "az postgres ... 0". */
typedef struct SimCommandsOwner { pthread_mutex_t *lock; void (*changed)(void *userdata, const char *line); void *userdata; } SimCommandsOwner;

typedef struct SimCommands SimCommands;
/* Writes them into `folder`, a home beside them, and answers. `table` is borrowed, as is the system that they act on. */
BG_CHECK bool sim_commands_start(const char *folder, const char *self, const SimCommand *table, size_t count, void *system, const SimCommandsOwner *owner,
	SimCommands **ret_commands, Error *err);
SimCommands *sim_commands_stop(SimCommands *commands);     /* NULL ok; returns NULL */
BG_DEFINE_FREEP(SimCommands, sim_commands_stop)
