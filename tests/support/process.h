/* process.h: running a program as a person would: arguments, input, and what came back. For programs that need no
 * terminal. */
#pragma once
#include "core/base/buf.h"

typedef struct ProgramRun {
	int status;       /* exit status; 128 + signal when a signal ended it */
	Buf out, err;     /* all that it wrote */
} ProgramRun;
void program_run_clear(ProgramRun *run);
BG_DEFINE_CLEARP(ProgramRun, program_run_clear)

/* Runs argv[0] (a path, or a name to find in PATH) to its end. `input` NULL gives it an empty stdin. `env` holds
 * "NAME=value" entries on top of this process's environment, NULL-terminated, or is NULL. A program that takes longer
 * than a minute is ended and fails the test. */
void run_program(const char *const argv[], const char *input, const char *const env[], ProgramRun *ret_run);
/* Can `name` be found in PATH? For tests that say so when they are skipped. */
bool have_program(const char *name);
