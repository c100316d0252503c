/* terminal_program.h: the program of a Terminal: a pty, the environment and the signals of a login. Part of terminal.c. */
#pragma once
#include <sys/types.h>
#include "tests/support/terminal.h"

/* Starts it; it tells of its frames through `frame_fd`. */
pid_t terminal_program_start(const TerminalOptions *options, int frame_fd, int *ret_master);
