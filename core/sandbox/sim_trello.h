/* sim_trello.h: one board of Trello with its lists and cards. Refusals are a line of plain text, a limit is JSON without a header; an answer says only the
 * fields that are asked for. Not thread-safe: who serves it locks. */
#pragma once
#include "core/sandbox/sim_message.h"

#define SIM_TRELLO_BOARD "q3Vf9PkZ"       /* as it stands in the address of the board */

typedef struct SimTrello SimTrello;

/* The board Improvements: To do, Doing, Done, and Old, which is archived. */
SimTrello *sim_trello_new(const char *key, const char *token);
SimTrello *sim_trello_free(SimTrello *trello);
BG_DEFINE_FREEP(SimTrello, sim_trello_free)
void sim_trello_handle(SimTrello *trello, const SimRequest *request, SimReply *reply, WallTime now);
void sim_trello_refuse_token(SimReply *reply);
/* The next `count` requests get 429; with a Retry-After, as something before Trello may send, unless `seconds` is negative. */
void sim_trello_limit(SimTrello *trello, int count, int seconds);
void sim_trello_limited(SimReply *reply);
/* The token may read only, from now on. */
void sim_trello_read_only(SimTrello *trello);
/* The next `count` cards are made, or with `done` false are not, and the answers are lost. */
void sim_trello_lose(SimTrello *trello, int count, bool done);
/* Somebody moves a card, by its place among all, into a list and maybe into the archive. */
void sim_trello_move(SimTrello *trello, size_t card, const char *list, bool archived);
/* So many cards that are none of ours. */
void sim_trello_fill(SimTrello *trello, size_t count, WallTime now);
/* "To do: NAME", "Done: NAME (archived)"; those that stand for others are left out. Appended. */
void sim_trello_cards(const SimTrello *trello, StrList *ret_cards);
/* The text of a card, by its place among all; borrowed. */
const char *sim_trello_desc(const SimTrello *trello, size_t card);
