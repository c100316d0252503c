/* commands.h: the command line: one table, one file for each family of subcommands. Everything that the screens can do, a command can do. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"

/* Opens the console; handed in by main so that this layer knows nothing of screens. Returns the exit status. */
typedef struct ConsoleOptions {
	const char *environment_path, *environment_name, *environment_group, *state, *self, *theme;
	const struct Environment *environment;   /* as it was read at the start: what needs no engine; may be NULL */
	const char *as;                  /* --as: whose badge is put on at once; NULL = nobody */
	const char *first_incident;      /* title of a drill to declare at once when none is open; NULL = none */
	bool drill;
	bool line;                       /* lines instead of screens, whatever the terminal can do */
	bool practice;                   /* `try`: the systems are simulated, the signers' keys are at hand, and all of it ends with the console */
} ConsoleOptions;
typedef int (*ConsoleOpen)(const ConsoleOptions *options);

/* 0 done; 1 failed or refused; 2 wrong use; 3 the outcome is not known (in doubt), or, for `status`, readings are unknown. */
int commands_main(int argc, char **argv, ConsoleOpen console);
