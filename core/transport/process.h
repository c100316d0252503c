/* process.h: runs a program from an argv array, without a shell, and reads what it says. The only place that starts programs.
 * The program gets the environment that the caller gives it, no descriptor of ours, and a process group of its own, so that a deadline or
 * a person ends everything that it started: SIGTERM to the group, SIGKILL after a grace. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

#define PROCESS_DEFAULT_GRACE_MS 2000
#define PROCESS_DEFAULT_OUTPUT (4u * 1024 * 1024)
#define PROCESS_EXTRA_MAX (1024u * 1024)
#define PROCESS_EXTRA_FD 3

/* Zero-initialise and fill in. Borrowed until process_run() returns. */
typedef struct ProcessRequest {
	char *const *argv;            /* NULL-terminated; argv[0] is a path or a name to find in the environment's PATH */
	char *const *environment;     /* "NAME=value", NULL-terminated; NULL = process_environment() with nothing added */
	const char *folder;           /* working directory; NULL = ours */
	Str input;                    /* stdin; nothing = /dev/null */
	int64_t deadline_ms;          /* 0 = none: the caller then brings `cancelled` */
	int64_t grace_ms;             /* between SIGTERM and SIGKILL; 0 = PROCESS_DEFAULT_GRACE_MS */
	/* Of stdout and stderr each: more is dropped and told in `out.overflowed`; 0 = PROCESS_DEFAULT_OUTPUT. */
	size_t max_output;
	bool want_extra;              /* descriptor PROCESS_EXTRA_FD is a pipe to result->extra; at most PROCESS_EXTRA_MAX are kept */
	bool (*cancelled)(void *userdata);                              /* asked ten times a second; NULL = never */
	void (*on_output)(void *userdata, bool is_stderr, Str piece);   /* instead of result->out and err; NULL = kept there */
	void *userdata;
} ProcessRequest;

typedef struct ProcessResult {
	int exit_code;                /* -1 when a signal ended it */
	int signal;                   /* 0 when it exited */
	Buf out, err, extra;
	int64_t elapsed_ms;
	bool started;                 /* the program ran, whatever came of it */
} ProcessResult;

/* True when the program ran to its end by itself, whatever its exit code. False when it could not be started, or was ended at the
 * deadline (ERROR_TIMEOUT) or on request (ERROR_CANCELLED); `ret` then holds what it said until then. The caller clears `ret`. */
BG_CHECK bool process_run(const ProcessRequest *request, ProcessResult *ret, Error *err);
void process_result_clear(ProcessResult *result);   /* wipes: a program's output may be a secret */
BG_DEFINE_CLEARP(ProcessResult, process_result_clear)

/* Appends the "NAME=value" entries that a program gets: where things are and how to speak (PATH, HOME, LANG, SSH_AUTH_SOCK, KUBECONFIG,
 * proxies, ...), not the tokens that stand in our own environment. `names` are further ones to hand on; NULL = none. */
void process_environment(const StrList *names, StrList *ret);
/* Sets or replaces an entry. */
void process_environment_set(StrList *environment, const char *name, const char *value);
const char *process_environment_get(char *const *environment, const char *name);   /* NULL if absent */

/* Runs `argv` for at most 30 s and appends its stdout: for programs that print a secret. A non-zero exit is an error with the first line
 * of its stderr. Has the type that the environment layer asks for; `userdata` is a MonoTime until when it must be done, or NULL. */
BG_CHECK bool process_capture(void *userdata, char *const *argv, Buf *ret_output, Error *err);
