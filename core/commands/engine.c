/* engine.c: status, start and stop of the process that owns the journal. */
#include <stdio.h>

#include "core/commands/command.h"
#include "core/commands/rows.h"

static int print_status(Command *command) {
	const ClientModel *model = client_model(command->client);
	const Incident *incident = model->incident;
	if (command->json) {
		AUTO(Json) *json = json_new_object();
		json_add_int(json, "pid", model->engine_pid);
		json_add_string(json, "environment", model->environment_name);
		json_add_string(json, "incident", incident ? incident->id : NULL);
		json_add_string(json, "state_folder", model->state_folder);
		json_add_int(json, "consoles", (int64_t) model->people_count);
		command_print_json(json);
		return EXIT_OK;
	}
	command_print("engine of %s: pid %lld, %zu consoles\nincident: %s\nkept in: %s\n", model->environment_name,
		(long long) model->engine_pid, model->people_count, incident ? incident->id : "none", model->state_folder);
	return EXIT_OK;
}

static bool gone(const ClientModel *model, void *userdata) {
	(void) userdata;
	return !model->connected;
}

int run_engine(Command *command) {
	Error err = {0};
	const char *verb = command_word(command, 0);
	if (text_eq(verb, "status") || text_eq(verb, "start")) {
		if (!command_client(command, text_eq(verb, "start"), &err))
			return command_failed(&err);
		return print_status(command);
	}
	if (!text_eq(verb, "stop"))
		return command_usage(command, "status, start or stop");
	if (!command_client(command, false, &err))
		return command_failed(&err);
	if (!command_ask(command, ASK_STOP, NULL, NULL, &err) || !client_wait(command->client, gone, NULL, 5000, &err))
		return command_failed(&err);
	command_print("stopped; workers that still run go on, and the next engine takes up what they leave\n");
	return EXIT_OK;
}
