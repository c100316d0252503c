/* engine.h: the engine role: owns the journal, decides, survives every terminal. One per environment and state folder. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"

typedef struct EngineOptions {
	const char *environment_path;   /* absolute */
	const char *state;              /* --state, or NULL */
	const char *self;               /* our own program: workers and the prober are a fresh exec of it */
	bool foreground;                /* tests and `engine run`: stays with the terminal's signals */
} EngineOptions;

/* Runs until stopped. 0, or 1 with one line on stderr (engine.log). A second engine for the same environment ends with 0 at once. */
int engine_main(const EngineOptions *options);
/* The other roles of the same program; each is its own process and never returns to the caller's code path. */
int worker_main(void);
int prober_main(void);
