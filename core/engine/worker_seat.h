/* worker_seat.h: the worker's end of a terminal that a person lent (seat.h): it says what is to be run there, keeps what is recorded, and sees the
 * end, or that nobody can tell it any more. */
#pragma once
#include "core/providers/provider.h"

#define WORKER_SEAT_FD 4

/* What the request says of it: the number of the action. `stopped`: somebody has ended this worker by hand. */
void worker_seat_begin(const Json *request, bool (*stopped)(void *userdata));
/* Call.in_terminal. A worker is one process for one action: there is one seat, on WORKER_SEAT_FD. */
bool worker_seat_run(void *userdata, const TerminalCommand *command, TerminalEnd *ret, Error *err);
