/* sim_commands.c: see sim_commands.h. */
#include "core/sandbox/sim_commands.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_program.h"

struct SimCommands { const SimCommand *table; size_t count; void *system; SimCommandsOwner owner; SimPretend *pretend; };

static void on_run(void *userdata, SimRun *run) {
	SimCommands *commands = userdata;
	AUTO_CLEAR(Buf) line = {0};
	pthread_mutex_lock(commands->owner.lock);
	for (size_t i = 0; i < commands->count; i++)
		if (text_eq(commands->table[i].name, run->program))
			commands->table[i].run(commands->system, run, wall_now());
	sim_run_tell(run, &line);
	if (run->changes)
		commands->owner.changed(commands->owner.userdata, buf_text(&line));
	pthread_mutex_unlock(commands->owner.lock);
}

static bool write_them(const SimCommands *commands, const char *folder, const char *self, Error *err) {
	for (size_t i = 0; i < commands->count; i++) {
		AUTO_FREE char *path = path_join(folder, commands->table[i].path);
		AUTO_FREE char *place = path_folder(path);
		if (!file_make_folder(place, 0700, err) || !sim_pretend_write(folder, self, path, commands->table[i].name, err))
			return false;
	}
	AUTO_FREE char *home = path_join(folder, "home");
	return file_make_folder(home, 0700, err);
}

bool sim_commands_start(const char *folder, const char *self, const SimCommand *table, size_t count, void *system, const SimCommandsOwner *owner,
	SimCommands **ret_commands, Error *err) {
	AUTO(SimCommands) *commands = bg_calloc(1, sizeof(*commands));
	*commands = (SimCommands) { .table = table, .count = count, .system = system, .owner = *owner };
	if (!write_them(commands, folder, self, err) || !sim_pretend_start(folder, on_run, commands, &commands->pretend, err))
		return false;
	*ret_commands = TAKE(commands);
	return true;
}

SimCommands *sim_commands_stop(SimCommands *commands) {
	if (commands)
		sim_pretend_stop(commands->pretend);
	free(commands);
	return NULL;
}
