/* playbooks.c: check, show, print. They need no engine and, but for check without a path, no environment. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/commands/command.h"
#include "core/commands/readiness.h"
#include "core/commands/rows.h"
#include "core/playbook/lint.h"
#include "core/playbook/model.h"
#include "core/playbook/show.h"
#include "core/providers/provider.h"

#define CHECK_DEPTH_MAX 16

typedef struct Tally { size_t files, errors, warnings, hints; Json *list; const Command *command; } Tally;

static void check_playbook(const char *path, Tally *tally) {
	AUTO(Playbook) *playbook = NULL;
	Error err = {0};
	tally->files++;
	if (!playbook_load(path, provider_vocabulary(), &playbook, &err)) {
		error_where(&err, "%s", path);
		tally->errors++;
		command_failed(&err);
		return;
	}
	AUTO_CLEAR(Buf) text = {0};
	lint_advice(playbook, wall_now(), true, &playbook->diagnostics);
	diagnostic_sort(&playbook->diagnostics);
	if (command_has(tally->command, "explain"))
		lint_explain(playbook, provider_vocabulary(), &text);
	else if (command_has(tally->command, "suggest"))
		lint_suggest(playbook, &text);
	else if (tally->command->json) {
		Json *found = diagnostic_list_to_json(&playbook->diagnostics);
		JSON_EACH(item, found)
			json_append(tally->list, json_copy(item));
		json_free(found);
	} else
		diagnostic_render_all(&playbook->diagnostics, &text);
	command_print("%s", buf_text(&text));
	tally->errors += playbook->diagnostics.errors;
	tally->warnings += playbook->diagnostics.warnings;
	tally->hints += playbook->diagnostics.hints;
}

static void check_environment(const char *path, Tally *tally) {
	AUTO(Environment) *environment = NULL;
	Error err = {0};
	tally->files++;
	bool ok = environment_load(path, &environment, &err) && provider_check_environment(environment, &err);
	if (ok)
		return;
	tally->errors++;
	if (tally->command->json) {
		Json *item = json_append(tally->list, json_new_object());
		json_add_string(item, "file", path);
		json_add_string(item, "code", "E-ENV");
		json_add_string(item, "where", err.where);
		json_add_string(item, "text", err.why);
		json_add_string(item, "hint", err.hint);
		return;
	}
	command_print("%s: E-ENV: %s%s%s\n", *err.where ? err.where : path, err.why, *err.hint ? "; " : "", err.hint);
}

static void check_path(const char *path, int depth, Tally *tally) {
	AUTO_CLEAR(StrList) names = {0};
	if (file_is_folder(path)) {
		if (depth < CHECK_DEPTH_MAX && file_list_folder(path, &names, NULL))
			for (size_t i = 0; i < names.count; i++) {
				AUTO_FREE char *inner = path_join(path, names.items[i]);
				Str name = str_from(names.items[i]);
				bool readme = str_eq_nocase(name, STR("README.md"));
				if (file_is_folder(inner) || (str_ends(name, ".md") && !readme) || str_eq_c(name, "environment.yaml"))
					check_path(inner, depth + 1, tally);
			}
		return;
	}
	Str name = str_from(path);
	if (str_ends(name, ".yaml") || str_ends(name, ".yml"))
		check_environment(path, tally);
	else
		check_playbook(path, tally);
}

static int check_all_of_environment(Command *command, Tally *tally) {
	Error err = {0};
	if (!command_environment(command, &err))
		return command_failed(&err);
	check_environment(command->environment_path, tally);
	for (size_t i = 0; i < command->environment->playbooks.count; i++)
		check_path(command->environment->playbooks.items[i], 0, tally);
	return EXIT_OK;
}

int run_check(Command *command) {
	if (command_has(command, "environment"))
		return check_readiness(command);
	AUTO(Json) *list = json_new_array();
	Tally tally = {.list = list, .command = command};
	for (size_t i = 0; i < command->words.count; i++) {
		if (!file_exists(command->words.items[i])) {
			Error err = {0};
			error_set(&err, ERROR_MISSING, "there is no such file or folder");
			error_where(&err, "%s", command->words.items[i]);
			return command_failed(&err);
		}
		check_path(command->words.items[i], 0, &tally);
	}
	if (!command->words.count && check_all_of_environment(command, &tally) != EXIT_OK)
		return EXIT_FAILED;
	if (command->json) {
		command_print_json(list);
	} else {
		fflush(stdout);   /* that where both are one, the sum comes last */
		fprintf(stderr, "%zu files: %zu errors, %zu warnings, %zu hints\n", tally.files, tally.errors, tally.warnings, tally.hints);
	}
	return tally.errors ? EXIT_FAILED : EXIT_OK;
}

static bool load(Command *command, Playbook **ret, Error *err) {
	return playbook_load(command_word(command, 0), provider_vocabulary(), ret, err);
}

int run_show(Command *command) {
	Error err = {0};
	AUTO(Playbook) *playbook = NULL;
	if (!load(command, &playbook, &err))
		return command_failed(&err);
	const char *id = command_flag(command, "procedure");
	const Procedure *procedure = id ? playbook_find_procedure(playbook, id) : NULL;
	if (id && !procedure) {
		error_set(&err, ERROR_MISSING, "the playbook has no procedure %s", id);
		error_hint(&err, "without --procedure all of them are shown");
		return command_failed(&err);
	}
	if (command->json) {
		AUTO(Json) *json = playbook_show_json(playbook, procedure);
		command_print_json(json);
		return EXIT_OK;
	}
	AUTO_CLEAR(Buf) text = {0};
	playbook_show(playbook, procedure, &text);
	fputs(buf_text(&text), stdout);
	return EXIT_OK;
}

int run_print(Command *command) {
	Error err = {0};
	AUTO(Playbook) *playbook = NULL;
	if (!load(command, &playbook, &err))
		return command_failed(&err);
	AUTO_CLEAR(Buf) text = {0};
	playbook_print(playbook, &text);
	fputs(buf_text(&text), stdout);
	return EXIT_OK;
}
