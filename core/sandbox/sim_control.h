/* sim_control.h: the lines that somebody writes into FOLDER/control while the sandbox runs: `echo fault hang@fastly > FOLDER/control`.
 * A FIFO of its owner alone. Used by one thread. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SIM_CONTROL_MAX_LINE 1024

typedef struct SimControl {
	char *path;
	int fd;              /* -1 while closed */
	Buf waiting;         /* what came and is not a whole line yet */
	bool skipping;       /* until the end of a line that is too long */
} SimControl;

BG_CHECK bool sim_control_open(SimControl *control, const char *folder, Error *err);
/* The next whole line that has come; false when there is none yet. A longer line than SIM_CONTROL_MAX_LINE is thrown away. */
bool sim_control_line(SimControl *control, Buf *ret_line);
void sim_control_close(SimControl *control);   /* removes the FIFO; does nothing to one that was never opened */
