/* process_internal.h: what the files of process share. For this folder only. */
#pragma once
#include <sys/types.h>
#include "core/transport/process.h"

typedef struct ProcessPipes { int in[2], out[2], err[2], extra[2]; } ProcessPipes;   /* -1 = none; [0] is read, [1] written */

/* Forks and execs in a new process group. Errors of the child up to its exec come back here. The pipes' child ends stay open here. */
BG_CHECK bool process_spawn(const ProcessRequest *request, char *const *environment, const ProcessPipes *pipes, pid_t *ret_pid,
	Error *err);
/* Both ends above the descriptors that the child arranges; errno says why not. */
bool process_open_pair(int pair[2]);
/* A program that stops reading must not end ours. */
void process_ignore_broken_pipes(void);
