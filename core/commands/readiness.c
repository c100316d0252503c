/* readiness.c: `breakglass check --environment`: is everything that the playbooks need there now? For quiet times; needs no engine. */
#include "core/commands/readiness.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/engine/paths.h"
#include "core/providers/readiness/readiness.h"

#define DEADLINE_MS 300000

static const char *word_of(const ReadinessFinding *found) {
	ReadingState state = found->state;
	return found->untold ? "untold" : state == READING_FAIL ? "missing" : state == READING_WARN ? "warn" : state == READING_OK ? "ok" : "unknown";
}

static void print_question(const Readiness *readiness, const ReadinessQuestion *question, ReadingState state) {
	if (!readiness->count || state == READING_OK)
		command_print("%-8s %s: %s\n", "ok", question->name, question->title);
	for (size_t i = 0; i < readiness->count; i++) {
		const ReadinessFinding *found = &readiness->found[i];
		command_print("%-8s %s: %s%s%s%s\n", word_of(found), question->name, found->what, *found->where ? " (" : "", found->where, *found->where ? ")" : "");
		if (*found->hint)
			command_print("%-8s   %s\n", "", found->hint);
	}
	if (readiness->beyond)
		command_print("%-8s %s: %zu more\n", "", question->name, readiness->beyond);
}

static void add_question(const Readiness *readiness, const ReadinessQuestion *question, ReadingState state, Json *list) {
	Json *item = json_append(list, json_new_object());
	json_add_string(item, "question", question->name);
	json_add_string(item, "state", reading_state_name(state));
	Json *found = json_add(item, "found", json_new_array());
	for (size_t i = 0; i < readiness->count; i++) {
		Json *one = json_append(found, json_new_object());
		json_add_string(one, "state", reading_state_name(readiness->found[i].state));
		json_add_bool(one, "untold", readiness->found[i].untold);
		json_add_string(one, "what", readiness->found[i].what);
		json_add_string(one, "where", readiness->found[i].where);
		json_add_string(one, "hint", readiness->found[i].hint);
	}
}

static bool is_asked(const Command *command, const char *name) { return !command->words.count || strlist_has(&command->words, name); }

static bool questions_are_known(const Command *command, Error *err) {
	for (size_t i = 0; i < command->words.count; i++)
		if (!readiness_find(command->words.items[i])) {
			AUTO_CLEAR(StrList) names = {0};
			for (size_t q = 0; q < READINESS_COUNT; q++)
				strlist_add(&names, READINESS[q].name);
			AUTO_FREE char *all = strlist_join(&names, ", ");
			error_set(err, ERROR_INVALID, "there is no question \"%s\"", command->words.items[i]);
			return error_hint(err, "the questions are %s", all);
		}
	return true;
}

int check_readiness(Command *command) {
	Error err = {0};
	AUTO_CLEAR(StatePaths) paths = {0};
	if (!questions_are_known(command, &err) || !command_environment(command, &err))
		return command_failed(&err);
	/* Where the incidents are: without that, only the question of the drills has no answer. */
	bool has_paths = state_paths_init(command->state, command->environment->name, command->environment->group, &paths, NULL);
	Call call = {.environment = command->environment, .deadline = {mono_now().ms + DEADLINE_MS}};
	AUTO_CLEAR(Readiness) readiness = {.call = &call, .environment = command->environment, .now = wall_now(), .may_start = true,
		.incidents = has_paths ? paths.incidents : NULL};
	AUTO(Json) *list = json_new_array();
	bool ready = provider_check_environment(command->environment, &err) || command_failed(&err) == EXIT_OK;
	readiness_load(&readiness);
	for (size_t i = 0; i < READINESS_COUNT; i++) {
		if (!is_asked(command, READINESS[i].name))
			continue;
		ReadingState state = readiness_ask(&readiness, &READINESS[i]);
		ready &= state != READING_FAIL;
		if (command->json)
			add_question(&readiness, &READINESS[i], state, list);
		else
			print_question(&readiness, &READINESS[i], state);
	}
	if (command->json)
		command_print_json(list);
	return ready ? EXIT_OK : EXIT_FAILED;
}
