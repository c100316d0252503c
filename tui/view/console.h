/* console.h: the console as a whole: takes the terminal, shows the screens, and comes back when the person leaves. */
#pragma once
#include <stdbool.h>

typedef struct ConsoleSettings {
	const char *environment_path, *environment_name, *environment_group, *state, *self;
	const struct Environment *environment;   /* as it was read at the start: what needs no engine; may be NULL */
	const char *theme;               /* NULL: $BREAKGLASS_THEME, else ~/.config/breakglass/theme, else dark */
	const char *as;                  /* person whose badge is put on at once; NULL = nobody */
	const char *first_incident;      /* title of an incident to declare when none is open; NULL = none */
	bool drill;                      /* that one is a drill */
	bool practice;                   /* the simulated systems end with the console */
} ConsoleSettings;

/* Returns the exit status: 0 left, 1 the terminal cannot be used (said on stderr). */
int console_run(const ConsoleSettings *settings);
