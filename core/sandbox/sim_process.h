/* sim_process.h: the only code of the sandbox that starts a program: the sshd of a machine, one for each connection. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

/* Starts argv[0] (a whole path) with `socket` as its stdin and stdout and `log` as its stderr. It dies with the thread that started it, so
 * that this must be one that lives as long as the sandbox. *ret_fd: readable when it has ended; the caller's. */
BG_CHECK bool sim_process_start(char *const argv[], int socket, int log, pid_t *ret_pid, int *ret_fd, Error *err);
/* Ends it without asking, and waits until it is gone. Closes *fd. */
void sim_process_end(pid_t pid, int *fd);
