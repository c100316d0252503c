/* main.c: from argv to a subcommand: global options, roles of the same program, help. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/commands/command.h"
#include "core/engine/engine.h"
#include "core/sandbox/sandbox.h"

#ifndef BREAKGLASS_VERSION
#define BREAKGLASS_VERSION "unknown"
#endif

/* ---- help ---- */

static void print_overview(FILE *out) {
	fputs("breakglass: the console to open when the service is down\n\n"
		"usage: breakglass [--env FILE] [--state DIR] [COMMAND [ARGUMENTS]]\n\n"
		"Without a command it opens the console, starting the engine if needed.\n"
		"First time here? `breakglass try` practises a whole failover against simulated systems.\n\ncommands:\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!COMMANDS[i].hidden)
			fprintf(out, "  %-12s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
	fputs("\noptions:\n"
		"  --env FILE   the environment (else $BREAKGLASS_ENV, ./environment.yaml,\n"
		"               ~/.config/breakglass/environment.yaml, /etc/breakglass/environment.yaml)\n"
		"  --state DIR  where journals are kept (else $BREAKGLASS_STATE, ~/.local/state/breakglass)\n"
		"  --as PERSON  in a shared terminal: your key proves who types; the command, or the whole\n"
		"               console, then acts in that name (man page: WHO IS AT THE KEYS)\n"
		"  --run ID     the run that a command is about, r2 (else the procedure that is walked)\n"
		"  --line       the console in lines instead of screens; also with ACCESSIBLE=1, on a\n"
		"               terminal that cannot draw, and in a pipe, where it obeys a script\n"
		"  --theme NAME theme of the console (else $BREAKGLASS_THEME)\n"
		"  --json       data as JSON, for every command that prints data\n"
		"  --help       this, or the help of a command\n"
		"  --version\n", out);
}

static void print_help(const CommandRow *row) {
	printf("breakglass %s: %s\n\nusage: breakglass %s %s\n", row->name, row->summary, row->name, row->arguments);
	if (row->details)
		printf("\n%s", row->details);
	if (row->examples)
		printf("\nexamples:\n%s", row->examples);
}

/* ---- options ---- */

static bool takes_value(const CommandRow *row, const char *name, bool *ret_value) {
	Str rest = str_from(row->flags), flag;
	while (row->flags && str_split(&rest, ' ', &flag)) {
		bool value = str_ends(flag, ":");
		if (value)
			flag.len--;
		if (str_eq_c(flag, name)) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

typedef struct Arguments { int count, at; char **items; } Arguments;

/* The value of --name VALUE or --name=VALUE; NULL when there is none. */
static const char *take_value(Arguments *arguments, const char *inline_value) {
	if (inline_value)
		return inline_value;
	return arguments->at + 1 < arguments->count ? arguments->items[++arguments->at] : NULL;
}

static bool take_global(Command *command, Arguments *arguments, const char *name, const char *inline_value, int *ret_status) {
	const char **target = text_eq(name, "env") ? &command->env_flag : text_eq(name, "state") ? &command->state
		: text_eq(name, "theme") ? &command->theme : text_eq(name, "as") ? &command->as : text_eq(name, "run") ? &command->run_id : NULL;
	if (target) {
		*target = take_value(arguments, inline_value);
		if (!*target) {
			fprintf(stderr, "breakglass: --%s wants a value\n", name);
			*ret_status = EXIT_USAGE;
		}
		return true;
	}
	if (text_eq(name, "json") && !inline_value)
		return command->json = true;
	if (text_eq(name, "line") && !inline_value)
		return command->line = true;
	return false;
}

/* One --flag. Fills *ret_status when the program is to end here. */
static void take_flag(Command *command, Arguments *arguments, int *ret_status) {
	const char *argument = arguments->items[arguments->at] + 2;
	const char *equals = strchr(argument, '=');
	AUTO_FREE char *name = equals ? bg_strndup(argument, (size_t) (equals - argument)) : bg_strdup(argument);
	const char *inline_value = equals ? equals + 1 : NULL;
	bool value = false;
	if (text_eq(name, "help")) {
		if (command->row)
			print_help(command->row);
		else
			print_overview(stdout);
		*ret_status = EXIT_OK;
	} else if (text_eq(name, "version")) {
		puts("breakglass " BREAKGLASS_VERSION);
		*ret_status = EXIT_OK;
	} else if (command->row && takes_value(command->row, name, &value)) {
		const char *text = value ? take_value(arguments, inline_value) : "yes";
		if (!text) {
			AUTO_FREE char *why = bg_asprintf("--%s wants a value", name);
			*ret_status = command_usage(command, why);
			return;
		}
		json_add_string(command->flags, name, text);
	} else if (!take_global(command, arguments, name, inline_value, ret_status)) {
		AUTO_FREE char *shown = text_sanitised_line(name);
		fprintf(stderr, "breakglass: there is no option --%s%s%s; see breakglass %s%s--help\n", shown,
			command->row ? " of " : "", command->row ? command->row->name : "", command->row ? command->row->name : "",
			command->row ? " " : "");
		*ret_status = EXIT_USAGE;
	}
}

static void take_word(Command *command, const char *word, int *ret_status) {
	if (command->row) {
		strlist_add(&command->words, word);
		return;
	}
	command->row = command_row_find(word);
	if (command->row)
		return;
	AUTO_FREE char *shown = text_sanitised_line(word);
	fprintf(stderr, "breakglass: there is no command %s; see breakglass --help\n", shown);
	*ret_status = EXIT_USAGE;
}

static void parse(Command *command, Arguments *arguments, int *ret_status) {
	for (; arguments->at < arguments->count && *ret_status < 0; arguments->at++) {
		const char *argument = arguments->items[arguments->at];
		if (strcmp(argument, "--") == 0) {
			while (++arguments->at < arguments->count)
				strlist_add(&command->rest, arguments->items[arguments->at]);
			return;
		}
		if (strcmp(argument, "-h") == 0)
			arguments->items[arguments->at] = (char[]){"--help"};
		if (strncmp(arguments->items[arguments->at], "--", 2) == 0)
			take_flag(command, arguments, ret_status);
		else
			take_word(command, argument, ret_status);
	}
}

/* ---- running ---- */

static int open_console(Command *command) {
	Error err = {0};
	if (!command_environment(command, &err))
		return command_failed(&err);
	ConsoleOptions options = {.environment_path = command->environment_path, .environment_name = command->environment->name,
		.environment_group = command->environment->group, .environment = command->environment,
		.state = command->state, .self = command->self, .theme = command->theme,
		.line = command->line, .as = command->as, .drill = command->environment->kind == ENVIRONMENT_DRILL};
	return command->console(&options);
}

static int run(Command *command) {
	if (!command->row)
		return open_console(command);
	int words = (int) command->words.count;
	if (words < command->row->min_words || (command->row->max_words >= 0 && words > command->row->max_words))
		return command_usage(command, words < command->row->min_words ? "something is missing" : "too many words");
	return command->row->run(command);
}

/* Roles are a fresh exec of the same program; their names are not for people. */
static bool run_role(int argc, char **argv, const char *self, int *ret_status) {
	if (argc < 2 || strncmp(argv[1], "__", 2) != 0)
		return false;
	bool known = false;
	*ret_status = sandbox_role(argc, argv, &known);
	if (known)
		return true;
	EngineOptions options = {.self = self};
	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--env") == 0)
			options.environment_path = argv[i + 1];
		if (strcmp(argv[i], "--state") == 0)
			options.state = argv[i + 1];
	}
	if (strcmp(argv[1], "__worker") == 0)
		*ret_status = worker_main();
	else if (strcmp(argv[1], "__prober") == 0)
		*ret_status = prober_main();
	else if (strcmp(argv[1], "__engine") == 0 && options.environment_path)
		*ret_status = engine_main(&options);
	else
		return false;
	return true;
}

int commands_main(int argc, char **argv, ConsoleOpen console) {
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		len = 0;
	self[len] = '\0';
	int status = -1;
	if (run_role(argc, argv, self, &status))
		return status;
	Command command = {.self = self, .console = console, .flags = json_new_object()};
	Arguments arguments = {argc, 1, argv};
	parse(&command, &arguments, &status);
	if (status < 0)
		status = run(&command);
	client_close(command.client);
	environment_free(command.environment);
	free(command.environment_path);
	free(command.told_banner);
	strlist_clear(&command.words);
	strlist_clear(&command.rest);
	json_free(command.flags);
	return status;
}
