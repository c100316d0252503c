/* ask.h: one line of an answer, from a terminal or a pipe. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"

#define ASK_MAX_BYTES 4096

/* Prints the prompt and reads a line. False at the end of the input. `hidden`: what is typed on a terminal is not shown; the terminal is as it was
 * afterwards, also when a signal ends this program or stops it for a while. */
BG_CHECK bool ask_line(const char *prompt, bool hidden, Buf *ret_line);
