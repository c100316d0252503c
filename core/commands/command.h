/* command.h: one subcommand while it runs. Internal to core/commands. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/commands/commands.h"
#include "core/engine/client.h"
#include "core/environment/environment.h"

#define EXIT_OK 0
#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define EXIT_IN_DOUBT 3

typedef struct CommandRow CommandRow;

typedef struct Command {
	const CommandRow *row;
	StrList words;                   /* positional arguments */
	Json *flags;                     /* name -> string, or true */
	StrList rest;                    /* after -- */
	const char *env_flag, *state, *self, *theme, *as;     /* as: whose badge is shown first */
	const char *run_id;              /* --run: which one it is about; NULL = the one that is walked */
	bool json, line;
	ConsoleOpen console;
	/* Filled on demand: */
	char *environment_path;
	Environment *environment;
	Client *client;
	char *told_banner;               /* what was said already of what the engine shouts */
} Command;

struct CommandRow {
	const char *name;
	const char *arguments;           /* "STEP [--reason TEXT]", for usage */
	const char *flags;               /* "role: key: drill": a colon takes a value */
	int min_words, max_words;        /* positional; max -1 = any */
	const char *summary;             /* one line */
	const char *examples;            /* lines, each a whole command */
	int (*run)(Command *command);
	bool hidden;
	const char *details;             /* lines about its options; NULL = the usage says it all */
};
extern const CommandRow COMMANDS[];
extern const size_t COMMAND_COUNT;
const CommandRow *command_row_find(const char *name);

const char *command_word(const Command *command, size_t index);          /* NULL when absent */
const char *command_flag(const Command *command, const char *name);      /* NULL when absent */
bool command_has(const Command *command, const char *name);
/* All words from `index` on, joined by blanks; owned. */
char *command_text(const Command *command, size_t index);

/* The environment: --env, $BREAKGLASS_ENV, ./environment.yaml, ~/.config/breakglass/environment.yaml, /etc/breakglass/environment.yaml. */
bool command_environment(Command *command, Error *err);
/* The engine's client. `start`: starts an engine if none answers. */
bool command_client(Command *command, bool start, Error *err);
/* The run that is walked; false with an error that says how to start one. */
bool command_run(Command *command, const Run **ret_run, Error *err);
/* Sends one ask and waits. */
bool command_ask(Command *command, AskName name, Json *args, Json **ret_data, Error *err);

/* Error to stderr, as "breakglass: what: why (where)\n  hint\n". Returns EXIT_FAILED. */
int command_failed(const Error *err);
int command_usage(const Command *command, const char *why);
/* Prints a JSON document and a newline to stdout. */
void command_print_json(const Json *json);
/* Text from outside, made harmless, to stdout. */
void command_print(const char *format, ...) BG_PRINTF(1, 2);
