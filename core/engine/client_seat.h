/* client_seat.h: lending the terminal of this person to one command (seat.h), from a console, from line mode or from a command.
 * client_lend() asks for the command; when client_seat_is_due() the caller puts aside whatever it has on the terminal and calls client_seat_run(), which
 * returns when the command has ended. Until then it serves the client, and nothing else: the terminal is the command's. */
#pragma once
#include "core/engine/client.h"

/* ASK_APPLY of a row that wants a terminal. As client_ask(); `args` is taken. One at a time. */
void client_lend(Client *client, Json *args, ClientReply reply, void *userdata);
/* The row's plan says that it wants one. */
bool client_wants_terminal(const StepAction *row);
/* To be polled for reading; -1 = none. client_process() reads it. */
int client_seat_fd(const Client *client);
/* The engine has started the command, and its worker says: now. */
bool client_seat_is_due(const Client *client);

typedef struct SeatEnd {
	int64_t action;                  /* its number; 0 = it was not told */
	int exit_code, signal;
	int64_t elapsed_ms;
	bool recorded, cut;
	const char *why_not;             /* it was not recorded; static text */
	bool handed_in;                  /* its end was taken; else nobody will ever know, and it is in doubt */
} SeatEnd;
/* Runs it in the terminal that is `terminal`. False: it could not be started; that is handed in, too. */
BG_CHECK bool client_seat_run(Client *client, int terminal, SeatEnd *ret, Error *err);
/* "exit 0 after 2m10s, recorded in actions/3.log", for the person who is back at the console. */
void seat_end_words(const SeatEnd *end, Buf *out);
/* The text that is run, as it may be shown; borrowed. NULL: nothing is due. */
const char *client_seat_text(const Client *client);

/* client.c calls these. */
void client_seat_process(Client *client);
void client_seat_close(Client *client);
