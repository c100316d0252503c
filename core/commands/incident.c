/* incident.c: declare, end, note, fact, handover. */
#include <stdio.h>
#include <stdlib.h>

#include "core/commands/command.h"
#include "core/commands/rows.h"

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

/* Times are given as people write them and kept as ms: the verdict computes with them. */
static char *fact_value(const char *name, const char *text) {
	WallTime time;
	if (text_eq(name, "bad-publish") && wall_parse_iso(str_from(text), &time)) {
		char ms[32];
		snprintf(ms, sizeof(ms), "%lld", (long long) time.ms);
		return str_dup(str_from(ms));
	}
	return str_dup(str_from(text));
}

int run_fact(Command *command) {
	AUTO_FREE char *text = command_text(command, 1);
	AUTO_FREE char *value = fact_value(command_word(command, 0), text);
	Json *args = json_new_object();
	json_add_string(args, "name", command_word(command, 0));
	json_add_string(args, "value", value);
	return ask_simply(command, ASK_FACT, args, "set");
}

int run_handover(Command *command) {
	Json *args = json_new_object();
	json_add_string(args, "to", command_word(command, 0));
	return ask_simply(command, ASK_HANDOVER, args, "handed over");
}
