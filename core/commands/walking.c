/* walking.c: starting a procedure and going through its steps by hand. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"
#include "core/engine/client_time.h"

/* The playbook that has the procedure, when it is named alone. */
static const PlaybookEntry *find_procedure(const ClientModel *model, const char *procedure) {
	for (size_t i = 0; i < model->playbook_count; i++)
		for (size_t p = 0; p < model->playbooks[i].procedure_count; p++)
			if (text_eq(model->playbooks[i].procedures[p].id, procedure))
				return &model->playbooks[i];
	return NULL;
}

int run_start(Command *command) {
	Error err = {0};
	if (!command_client(command, true, &err))
		return command_failed(&err);
	const char *procedure = command_word(command, 0), *path = command_flag(command, "playbook");
	const PlaybookEntry *entry = path ? client_find_playbook(client_model(command->client), path)
		: find_procedure(client_model(command->client), procedure);
	if (!entry && !path) {
		error_set(&err, ERROR_MISSING, "no playbook of this environment has a procedure %s", procedure);
		error_hint(&err, "breakglass show PLAYBOOK names the procedures of a file");
		return command_failed(&err);
	}
	Json *args = json_new_object();
	json_add_string(args, "playbook", entry ? entry->path : path);
	json_add_string(args, "procedure", procedure);
	AUTO(Json) *data = NULL;
	if (!command_ask(command, ASK_START, args, &data, &err))
		return command_failed(&err);
	if (command->json)
		command_print_json(data);
	else
		command_print("started run %s\nnext: breakglass steps\n", json_get_string_or(data, "run", "?"));
	return EXIT_OK;
}

static int step_request(Command *command, AskName name, const char *said) {
	Error err = {0};
	const Run *run;
	if (!command_run(command, &run, &err))
		return command_failed(&err);
	Json *args = json_new_object();
	const IncidentStep *step = run_find_step(run, command_word(command, 0));
	json_add_string(args, "run", run->id);
	json_add_string(args, "step", step ? step->id : command_word(command, 0));
	json_add_string(args, "reason", command_flag(command, "reason"));
	json_add_bool(args, "confirmed", command_has(command, "sure"));
	if (!command_ask(command, name, args, NULL, &err))
		return command_failed(&err);
	command_print("%s\n", said);
	return EXIT_OK;
}

int run_tick(Command *command) { return step_request(command, ASK_TICK, "ticked"); }
int run_untick(Command *command) { return step_request(command, ASK_UNTICK, "unticked"); }

int run_skip(Command *command) {
	if (!command_has(command, "reason"))
		return command_usage(command, "a skipped step wants a --reason");
	return step_request(command, ASK_SKIP, "skipped");
}

/* A time is shown in UTC and in every zone before it counts; one that was reckoned from another zone, or from now, is agreed to by --yes. */
static int set_as_told(Command *command, const Json *args, const Json *told) {
	Error err = {0};
	AUTO_CLEAR(Buf) said = {0};
	char iso[WALL_TEXT_SIZE];
	bool is_time = client_time_is(told), agreed = !is_time || client_time_is_plain(told) || command_has(command, "yes");
	if (is_time)
		client_time_say(client_model(command->client)->environment, told, &said);
	if (!agreed) {
		AUTO_FREE char *how = bg_asprintf("%s would be %s; to set it, say --yes, or write %s", command_word(command, 0), buf_text(&said),
			wall_format_iso((WallTime){json_get_int(told, "utc", 0)}, iso));
		return command_usage(command, how);
	}
	if (!command_ask(command, ASK_SET, client_time_agreed(args, told), NULL, &err))
		return command_failed(&err);
	if (is_time)
		command_print("set: %s\n", buf_text(&said));
	else
		command_print("set\n");
	return EXIT_OK;
}

int run_set(Command *command) {
	Error err = {0};
	const Run *run;
	if (!command_run(command, &run, &err))
		return command_failed(&err);
	if (command_has(command, "from-probe"))
		return command_word(command, 1) ? command_usage(command, "a value, or --from-probe: not both") : run_set_from_probe(command, run->id);
	if (!command_word(command, 1))
		return command_usage(command, "give the value, or --from-probe");
	AUTO_FREE char *value = command_text(command, 1);
	AUTO(Json) *args = json_new_object();
	AUTO(Json) *told = NULL;
	json_add_string(args, "run", run->id);
	json_add_string(args, "name", command_word(command, 0));
	json_add_string(args, "value", value);
	if (!client_time_ask(args, &err) || !command_ask(command, ASK_SET, json_copy(args), &told, &err))
		return command_failed(&err);
	return set_as_told(command, args, told);
}
