/* trello.h: what the files of the Trello provider share. A card carries a line by which it is found again: Trello knows no idempotency key, so the board is
 * looked at before a card is made, and again when an answer was lost. */
#pragma once
#include "core/providers/patience.h"

#define TRELLO_URL "https://api.trello.com"

extern const Provider TRELLO_PROVIDER;

/* Trello for the length of one Call. */
typedef struct Trello {
	Api api;
	char *key_place;             /* where the key comes from, as it may be shown; owned */
	bool patient;                /* waits where Trello has had too many requests; a probe is asked again soon anyway */
} Trello;

BG_CHECK bool trello_open(const Call *call, Trello *ret, Error *err);
void trello_clear(Trello *trello);
BG_DEFINE_CLEARP(Trello, trello_clear)
/* The whole answer to a GET. */
BG_CHECK bool trello_ask(Trello *trello, const char *path, Json **ret_answer, Error *err);
/* *ret_end says what came of it, also on failure. */
BG_CHECK bool trello_send(Trello *trello, const char *method, const char *path, const Json *body, Json **ret_answer, SendEnd *ret_end, Error *err);
/* The refusal in words: what is wrong, and what to do. Always false. */
bool trello_refused(const Trello *trello, const char *method, const char *path, const HttpResponse *response, Error *err);

/* ---- a list of the system's board ---- */

typedef struct TrelloPlace { char *board, *board_name, *list, *list_name; } TrelloPlace;   /* ids, and names made harmless */

/* `list` by its name or id; NULL: the system's own. What is archived, or not there, is an error that names those that are. */
BG_CHECK bool trello_find_place(Trello *trello, const char *list, TrelloPlace *ret, Error *err);
void trello_place_clear(TrelloPlace *place);
BG_DEFINE_CLEARP(TrelloPlace, trello_place_clear)

/* ---- cards ---- */

typedef struct TrelloCard {
	char *name, *desc, *mark;    /* as they are wanted; `mark` is the last line of `desc` */
	char *from;                  /* in words: "noted by ann, record 17" */
	char *id, *url;              /* of the one that is there; NULL: there is none */
	bool archived;
} TrelloCard;

typedef struct TrelloCards { TrelloCard *items; size_t count; } TrelloCards;

/* The cards that the call asks for: the one that it names, and one for each improvement. */
void trello_wanted(const Call *call, TrelloCards *ret);
/* The same out of the basis of a plan. */
void trello_wanted_of(const Plan *plan, TrelloCards *ret);
void trello_wanted_put(const TrelloCards *cards, Json *basis);
/* Finds them by their marks among all of the board, archived ones and other lists too: a card that somebody has moved is not made again. */
BG_CHECK bool trello_find_cards(Trello *trello, const char *board, TrelloCards *cards, Error *err);
void trello_cards_clear(TrelloCards *cards);
BG_DEFINE_CLEARP(TrelloCards, trello_cards_clear)

/* ---- rows ---- */

bool trello_plan_card(const Call *call, Plan *ret_plan, Error *err);
bool trello_apply_card(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool trello_verify_card(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void trello_may(const Call *call, const char *verb, Rights *rights);
void trello_read_list(const Call *call, Reading *ret);
