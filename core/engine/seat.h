/* seat.h: the terminal of a person, lent to one command. A client opens a second connection that says hello{kind "seat"}; the engine gives it a
 * number and nothing else. The ask that starts the command names it, and the worker of that command gets the connection itself: from then on worker
 * and client speak with each other, whatever becomes of the engine.
 *
 * Wire:
 *   engine: seat{number}
 *   worker: run{text, folder, record(bool), login(bool: the engine's own), environment[], path[]}
 *   client: began{recorded(bool), why}     sent before the program is started: without it nothing ran
 *           output{text}                   of the recording, whole lines where there are any
 *           ended{exit, signal, cut(bool)}, or not-run{error{}} in its place
 * The worker closes the connection when the end stands in its log. */
#pragma once
#include "core/engine/engine_state.h"

#define SEAT_FRAME_MAX (64u * 1024)             /* of what a client says */
#define SEAT_RECORDING_MAX (16LL * 1024 * 1024)  /* bytes of a recording that are kept */

/* Gives the connection its number and tells it. One that is not used within the time of a hello is closed. */
void seat_offer(Engine *engine, Connection *connection);
/* The one with that number, if the same login opened it as `asker`. */
BG_CHECK bool seat_find(Engine *engine, const Connection *asker, int64_t number, Connection **ret_seat, Error *err);
/* A descriptor of the same connection: the caller closes both. */
BG_CHECK bool seat_hold(const Connection *seat, int *ret_fd, Error *err);
