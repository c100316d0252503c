/* foreground.h: runs a command in the terminal of the person who is there: in the foreground, with the terminal's keys its own, recorded by `script`
 * of util-linux where that is. The caller has given the terminal back first. */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/str.h"

#define FOREGROUND_FDS 2

/* Borrowed until foreground_run() returns. */
typedef struct ForegroundRequest {
	const char *text;             /* for sh: it reaches it in the environment, so that no list of processes shows it */
	const char *folder;           /* to run it in */
	const StrList *environment;   /* "NAME=value" */
	int terminal;                 /* a descriptor of it */
	const char *script;           /* the program that records; NULL = nothing is recorded */
	/* What is recorded, as it comes. */
	void (*recorded)(void *userdata, Str bytes);
	/* Further descriptors to wait for (-1 = none), and what is to be done after each wait. */
	int (*prepare)(void *userdata, struct pollfd fds[static FOREGROUND_FDS]);   /* milliseconds to wait at the most; -1 = for ever */
	void (*tend)(void *userdata);
	void *userdata;
} ForegroundRequest;

typedef struct ForegroundEnd {
	bool started;
	int exit_code, signal;        /* signal 0 = it exited */
} ForegroundEnd;

/* False: it could not be started. The modes of the terminal are afterwards as they were. When it stops (ctrl-z), the person is asked whether it goes on. */
BG_CHECK bool foreground_run(const ForegroundRequest *request, ForegroundEnd *ret, Error *err);

/* The `script` that can do what is needed, by that environment's PATH; owned. NULL: there is none, and *ret_why says so (static text). */
char *foreground_find_script(StrList *environment, const char **ret_why);
/* "script from util-linux 2.38.1": is it one that can? Pure. */
bool foreground_script_serves(Str version);
