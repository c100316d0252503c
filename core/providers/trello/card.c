/* card.c: trello.card: a card for each improvement, each once. What is there already stays as it is, whoever has moved, changed or archived it since. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/trello/trello.h"

#define URLS_MAX 3500           /* bytes of what save= keeps */

static bool check_args(const Call *call, Error *err) {
	const char *name = call_arg(call, "name"), *improvements = call_arg(call, "improvements");
	bool named = name && str_trim(str_from(name)).len, each = text_eq(improvements, "yes") || text_eq(improvements, "true");
	if (!name && call_arg(call, "desc")) {
		error_set(err, ERROR_INVALID, "desc is said of no card");
		return error_hint(err, "write name=\"...\" too; a card of an improvement has the note for its text");
	}
	if (named || (each && !name))
		return true;
	error_set(err, ERROR_INVALID, name ? "the card has no name" : "which card is not said");
	return error_hint(err, "write name=\"...\", or improvements=yes for one of each that was noted");
}

static Json *body_of(const char *list, const TrelloCard *card) {
	Json *json = json_new_object();
	json_add_string(json, "idList", list);
	json_add_string(json, "name", card->name);
	json_add_string(json, "desc", card->desc);
	json_add_string(json, "pos", "bottom");
	return json;
}

static void describe_card(const Trello *trello, const TrelloPlace *place, const TrelloCard *card, Buf *requests, Plan *plan) {
	if (card->id) {
		strlist_add_take(&plan->preconditions, bg_asprintf("\"%s\" has its card already%s: %s", card->name, card->archived ? ", archived" : "", card->url));
		return;
	}
	AUTO_FREE char *what = bg_asprintf("card \"%s\"", card->name);
	AUTO_FREE char *to = bg_asprintf("new, in %s; %s", place->list_name, card->from);
	plan_add_change(plan, what, NULL, to);
	AUTO(Json) *body = body_of(place->list, card);
	AUTO_FREE char *raw = json_text(body);
	AUTO_FREE char *text = text_sanitised_line(raw);
	buf_printf(requests, "%sPOST %s/1/cards %s", requests->len ? "\n" : "", trello->api.url, text);
}

static void describe(const Trello *trello, const TrelloPlace *place, const TrelloCards *cards, Plan *plan) {
	AUTO_CLEAR(Buf) requests = {0};
	plan_set(&plan->target, "list %s of the board %s in Trello", place->list_name, place->board_name);
	plan_set(&plan->confirm_name, "%s", place->list_name);
	json_add_string(plan->basis, "board", place->board);
	json_add_string(plan->basis, "list", place->list);
	for (size_t i = 0; i < cards->count; i++)
		describe_card(trello, place, &cards->items[i], &requests, plan);
	plan->nothing_to_do = !plan->count;
	if (!cards->count)
		strlist_add(&plan->warnings, "this incident has no improvement noted: :improvement TEXT, or breakglass note --improvement TEXT, then plan again");
	plan_set(&plan->request, "%s", requests.len ? buf_text(&requests) : "nothing is sent");
	plan_set(&plan->manual, "In Trello, board %s, list %s: Add a card for each", place->board_name, place->list_name);
	plan_set(&plan->undo, "archive the card in Trello");
}

bool trello_plan_card(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Trello) trello = {0};
	AUTO_CLEAR(TrelloPlace) place = {0};
	AUTO_CLEAR(TrelloCards) cards = {0};
	if (!check_args(call, err) || !trello_open(call, &trello, err) || !trello_find_place(&trello, call_arg(call, "list"), &place, err))
		return error_what(err, "plan cards in Trello");
	trello_wanted(call, &cards);
	if (cards.count && !trello_find_cards(&trello, place.board, &cards, err))
		return error_what(err, "plan cards in Trello");
	plan_set(&ret_plan->action, "trello.card");
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	trello_wanted_put(&cards, ret_plan->basis);
	describe(&trello, &place, &cards, ret_plan);
	return true;
}

/* ---- apply ---- */

static bool make(Trello *trello, const char *list, const TrelloCard *card, ActionResult *result, Error *err) {
	AUTO(Json) *body = body_of(list, card);
	AUTO(Json) *answer = NULL;
	SendEnd end;
	if (!trello_send(trello, "POST", "/1/cards", body, &answer, &end, err))
		return error_what(err, "make the card \"%.60s\"", card->name);
	const char *id = json_get_string(answer, "id");
	if (!id || !text_eq(json_get_string(answer, "idList"), list)) {
		api_strange(&trello->api, "/1/cards", err, "does not say which card it has made, and in which list");
		return error_what(err, "make the card \"%.60s\"", card->name);
	}
	AUTO_FREE char *url = text_sanitised_line(json_get_string_or(answer, "shortUrl", ""));
	size_t had = result->value ? strlen(result->value) : 0;
	if (*url && had + strlen(url) < URLS_MAX) {
		char *all = had ? bg_asprintf("%s %s", result->value, url) : bg_strdup(url);
		free(result->value);
		result->value = all;
	}
	return true;
}

bool trello_apply_card(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Trello) trello = {0};
	AUTO_CLEAR(TrelloCards) cards = {0};
	if (plan->nothing_to_do)
		return true;
	if (!trello_open(call, &trello, err))
		return error_what(err, "make cards in Trello");
	trello_wanted_of(plan, &cards);
	int64_t done = 0;
	for (size_t i = 0; i < cards.count; i++) {
		if (cards.items[i].id)
			continue;
		call_progress(call, done, (int64_t) plan->count, "card %lld of %zu", (long long) done + 1, plan->count);
		result->began = true;
		if (!make(&trello, json_get_string_or(plan->basis, "list", ""), &cards.items[i], result, err))
			return false;
		done++;
	}
	return true;
}

/* ---- verify ---- */

bool trello_verify_card(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Trello) trello = {0};
	AUTO_CLEAR(TrelloCards) cards = {0};
	size_t there = 0;
	const TrelloCard *missing = NULL, *last = NULL;
	trello_wanted_of(plan, &cards);
	if (cards.count && (!trello_open(call, &trello, err) || !trello_find_cards(&trello, json_get_string_or(plan->basis, "board", ""), &cards, err)))
		return error_what(err, "look at the cards");
	for (size_t i = 0; i < cards.count; i++) {
		there += cards.items[i].id != NULL;
		if (cards.items[i].id)
			last = &cards.items[i];
		else if (!missing)
			missing = &cards.items[i];
	}
	free(result->evidence);
	result->verified = missing ? VERIFIED_NO : VERIFIED_YES;
	result->evidence = missing ? bg_asprintf("%zu of %zu cards are on the board; \"%.100s\" is not", there, cards.count, missing->name)
		: last ? bg_asprintf("%zu of %zu cards are on the board, the last one: %.100s", there, cards.count, last->url) : bg_strdup("no improvement is noted, and no card was made");
	return true;
}
