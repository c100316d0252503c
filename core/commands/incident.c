/* incident.c: declare, end, note, fact, handover. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"
#include "core/engine/client_time.h"

static int ask_simply(Command *command, AskName name, Json *args, const char *said) {
	Error err = {0};
	AUTO(Json) *data = NULL;
	if (!command_ask(command, name, args, &data, &err))
		return command_failed(&err);
	if (command->json && data)
		command_print_json(data);
	else if (said)
		command_print("%s\n", said);
	return EXIT_OK;
}

int run_declare(Command *command) {
	Error err = {0};
	AUTO_FREE char *title = command_text(command, 0);
	Json *args = json_new_object();
	json_add_string(args, "title", title);
	json_add_bool(args, "drill", command_has(command, "drill"));
	AUTO(Json) *data = NULL;
	if (!command_ask(command, ASK_DECLARE, args, &data, &err))
		return command_failed(&err);
	if (command->json)
		command_print_json(data);
	else
		command_print("declared %s\nnext: breakglass start PROCEDURE, or breakglass for the console\n", json_get_string_or(data, "incident", "?"));
	return EXIT_OK;
}

int run_end(Command *command) {
	Json *args = json_new_object();
	json_add_string(args, "reason", command_flag(command, "reason"));
	return ask_simply(command, ASK_END, args, "ended");
}

int run_note(Command *command) {
	AUTO_FREE char *text = command_text(command, 0);
	Json *args = json_new_object();
	json_add_string(args, "text", text);
	if (command_flag(command, "improvement"))
		json_add_string(args, "as", "improvement");
	return ask_simply(command, ASK_NOTE, args, "noted");
}

/* Kept as ms, which the verdict computes with; shown in every zone first, as the value of a playbook is. */
static int set_damage(Command *command, const char *typed) {
	Error err = {0};
	char iso[WALL_TEXT_SIZE], ms[32];
	AUTO_CLEAR(Buf) said = {0};
	AUTO(Json) *told = client_time_past(typed, &err);
	if (!told || !command_client(command, true, &err))
		return command_failed(&err);
	WallTime time = {json_get_int(told, "utc", 0)};
	client_time_say(client_model(command->client)->environment, told, &said);
	if (!client_time_is_plain(told) && !command_has(command, "yes")) {
		AUTO_FREE char *how = bg_asprintf("%s would be %s; to set it, say --yes, or write %s", DAMAGE_FACT, buf_text(&said), wall_format_iso(time, iso));
		return command_usage(command, how);
	}
	Json *args = json_new_object();
	snprintf(ms, sizeof(ms), "%lld", (long long) time.ms);
	json_add_string(args, "name", DAMAGE_FACT);
	json_add_string(args, "value", ms);
	AUTO_FREE char *done = bg_asprintf("set: %s", buf_text(&said));
	return ask_simply(command, ASK_FACT, args, done);
}

int run_fact(Command *command) {
	AUTO_FREE char *text = command_text(command, 1);
	if (text_eq(command_word(command, 0), DAMAGE_FACT))
		return set_damage(command, text);
	Json *args = json_new_object();
	json_add_string(args, "name", command_word(command, 0));
	json_add_string(args, "value", text);
	return ask_simply(command, ASK_FACT, args, "set");
}

int run_handover(Command *command) {
	Json *args = json_new_object();
	json_add_string(args, "to", command_word(command, 0));
	return ask_simply(command, ASK_HANDOVER, args, "handed over");
}
