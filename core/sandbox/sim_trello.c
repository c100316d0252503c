/* sim_trello.c: see sim_trello.h. By the guides of Trello's REST API: authorization by header, limits, paging newest first by `before`. */
#include "core/sandbox/sim_trello.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_route.h"

#define BOARD_ID "66a1b2c3d4e5f60718293a4b"
#define LIST_ID "66a1b2c3d4e5f6071829000"     /* and one digit */
#define CARDS_MAX 5000
#define LIMIT_MAX 1000
#define NAME_MAX_BYTES 16384

typedef struct Card { char *id, *name, *desc; size_t list; bool closed, filler; } Card;

static const struct { const char *id, *name; bool closed; } LISTS[] = {
	{LIST_ID "1", "To do", false}, {LIST_ID "2", "Doing", false}, {LIST_ID "3", "Done", false}, {LIST_ID "4", "Old", true},
};

struct SimTrello {
	char *authorization;
	int limited, limit_s, lost;
	bool read_only, lost_done;
	Card *cards;
	size_t card_count;
};

SimTrello *sim_trello_new(const char *key, const char *token) {
	SimTrello *trello = bg_calloc(1, sizeof(*trello));
	trello->authorization = bg_asprintf("OAuth oauth_consumer_key=\"%s\", oauth_token=\"%s\"", key, token);
	return trello;
}

SimTrello *sim_trello_free(SimTrello *trello) {
	if (!trello)
		return NULL;
	for (size_t i = 0; i < trello->card_count; i++) {
		free(trello->cards[i].id);
		free(trello->cards[i].name);
		free(trello->cards[i].desc);
	}
	free(trello->cards);
	free(trello->authorization);
	free(trello);
	return NULL;
}

void sim_trello_limit(SimTrello *trello, int count, int seconds) {
	trello->limited = count;
	trello->limit_s = seconds;
}

void sim_trello_read_only(SimTrello *trello) { trello->read_only = true; }

void sim_trello_lose(SimTrello *trello, int count, bool done) {
	trello->lost = count;
	trello->lost_done = done;
}

void sim_trello_move(SimTrello *trello, size_t card, const char *list, bool archived) {
	BG_ASSERT(card < trello->card_count);
	for (size_t i = 0; i < BG_LENGTH(LISTS); i++)
		if (text_eq(LISTS[i].name, list))
			trello->cards[card].list = i;
	trello->cards[card].closed = archived;
}

/* An id begins with the second in which it was made. */
static Card *add_card(SimTrello *trello, size_t list, const char *name, const char *desc, WallTime now) {
	trello->cards = bg_reallocarray(trello->cards, trello->card_count + 1, sizeof(*trello->cards));
	Card *card = &trello->cards[trello->card_count++];
	*card = (Card){.id = bg_asprintf("%08llx%016zx", (unsigned long long) (now.ms / 1000) & 0xffffffffu, trello->card_count), .name = bg_strdup(name),
		.desc = bg_strdup(desc), .list = list};
	return card;
}

void sim_trello_fill(SimTrello *trello, size_t count, WallTime now) {
	for (size_t i = 0; i < count; i++)
		add_card(trello, 0, "another one", "breakglass: incident of others, record 1", now)->filler = true;
}

void sim_trello_cards(const SimTrello *trello, StrList *ret_cards) {
	for (size_t i = 0; i < trello->card_count; i++) {
		const Card *card = &trello->cards[i];
		if (!card->filler)
			strlist_add_take(ret_cards, bg_asprintf("%s: %s%s", LISTS[card->list].name, card->name, card->closed ? " (archived)" : ""));
	}
}

const char *sim_trello_desc(const SimTrello *trello, size_t card) { return card < trello->card_count ? trello->cards[card].desc : NULL; }

/* ---- answers ---- */

static void refuse(SimReply *reply, int status, const char *text) { sim_reply_text(reply, status, "text/plain; charset=utf-8", text); }

void sim_trello_refuse_token(SimReply *reply) { refuse(reply, 401, "expired token"); }

void sim_trello_limited(SimReply *reply) {
	sim_reply_text(reply, 429, "application/json; charset=utf-8", "{\"error\":\"API_TOKEN_LIMIT_EXCEEDED\",\"message\":\"Rate limit exceeded\"}");
}

static bool is_asked(const SimCall *call, const char *field) {
	AUTO_CLEAR(StrList) fields = {0};
	const char *asked = sim_request_arg(call->request, "fields");
	strlist_split(&fields, str_from(asked ? asked : "all"), ',');
	return strlist_has(&fields, "all") || strlist_has(&fields, field);
}

static void put_text(const SimCall *call, Json *json, const char *field, const char *text) {
	if (is_asked(call, field))
		json_add_string(json, field, text);
}

static Json *present_card(const SimCall *call, const Card *card) {
	Json *json = json_new_object();
	AUTO_FREE char *url = bg_asprintf("https://trello.com/c/%s", card->id + 16);
	json_add_string(json, "id", card->id);
	put_text(call, json, "name", card->name);
	put_text(call, json, "desc", card->desc);
	put_text(call, json, "idBoard", BOARD_ID);
	put_text(call, json, "idList", LISTS[card->list].id);
	put_text(call, json, "shortLink", card->id + 16);
	put_text(call, json, "shortUrl", url);
	put_text(call, json, "url", url);
	if (is_asked(call, "closed"))
		json_add_bool(json, "closed", card->closed);
	return json;
}

static bool is_board(SimCall *call) {
	if (text_eq(call->params[0], SIM_TRELLO_BOARD) || text_eq(call->params[0], BOARD_ID))
		return true;
	refuse(call->reply, strlen(call->params[0]) == 8 ? 404 : 400, strlen(call->params[0]) == 8 ? "board not found" : "invalid id");
	return false;
}

static void board(void *system, SimCall *call) {
	(void) system;
	if (!is_board(call))
		return;
	Json *json = json_new_object();
	json_add_string(json, "id", BOARD_ID);
	put_text(call, json, "name", "Improvements");
	if (is_asked(call, "closed"))
		json_add_bool(json, "closed", false);
	sim_reply_json_take(call->reply, 200, json);
}

static void lists(void *system, SimCall *call) {
	(void) system;
	bool all = text_eq(sim_request_arg(call->request, "filter"), "all");
	if (!is_board(call))
		return;
	Json *array = json_new_array();
	for (size_t i = 0; i < BG_LENGTH(LISTS); i++) {
		if (LISTS[i].closed && !all)
			continue;
		Json *json = json_append(array, json_new_object());
		json_add_string(json, "id", LISTS[i].id);
		put_text(call, json, "name", LISTS[i].name);
		put_text(call, json, "idBoard", BOARD_ID);
		if (is_asked(call, "closed"))
			json_add_bool(json, "closed", LISTS[i].closed);
	}
	sim_reply_json_take(call->reply, 200, array);
}

static void cards(void *system, SimCall *call) {
	SimTrello *trello = system;
	const char *before = sim_request_arg(call->request, "before");
	int64_t limit = sim_request_int_arg(call->request, "limit", LIMIT_MAX);
	bool all = text_eq(sim_request_arg(call->request, "filter"), "all");
	if (!is_board(call))
		return;
	if (limit < 1 || limit > LIMIT_MAX) {
		refuse(call->reply, 400, "invalid value for limit");
		return;
	}
	Json *array = json_new_array();
	for (size_t i = trello->card_count; i && limit; i--) {
		const Card *card = &trello->cards[i - 1];
		if ((card->closed && !all) || (before && strcmp(card->id, before) >= 0))
			continue;
		json_append(array, present_card(call, card));
		limit--;
	}
	sim_reply_json_take(call->reply, 200, array);
}

/* Arguments of what writes: JSON where the type says so, else a form. Owned. */
static Json *arguments(const SimCall *call) {
	const char *type = sim_request_header(call->request, "Content-Type");
	Json *json = NULL;
	AUTO_CLEAR(SimFields) form = {0};
	if (type && str_starts_nocase(str_from(type), "application/json"))
		return json_parse(buf_str(&call->request->body), &json, NULL) ? json : json_new_object();
	json = json_new_object();
	sim_form_parse(buf_str(&call->request->body), &form);
	for (size_t i = 0; i < form.count; i++)
		json_add_string(json, form.items[i].name, form.items[i].value);
	return json;
}

static void create(void *system, SimCall *call) {
	SimTrello *trello = system;
	AUTO(Json) *args = arguments(call);
	const char *name = json_get_string_or(args, "name", ""), *desc = json_get_string_or(args, "desc", "");
	size_t list = BG_LENGTH(LISTS);
	for (size_t i = 0; i < BG_LENGTH(LISTS); i++)
		if (text_eq(LISTS[i].id, json_get_string(args, "idList")))
			list = i;
	const char *wrong = list == BG_LENGTH(LISTS) ? "invalid value for idList" : strlen(name) > NAME_MAX_BYTES ? "invalid value for name"
		: strlen(desc) > NAME_MAX_BYTES ? "invalid value for desc" : NULL;
	bool lost = trello->lost > 0;
	if (trello->read_only || wrong || trello->card_count >= CARDS_MAX) {
		refuse(call->reply, trello->read_only ? 401 : 400, trello->read_only ? "unauthorized card permission requested" : wrong ? wrong : "too many cards");
		return;
	}
	trello->lost -= lost;
	if (!lost || trello->lost_done)
		sim_reply_json_take(call->reply, 200, present_card(call, add_card(trello, list, name, desc, call->now)));
	if (lost)
		call->reply->ending = SIM_ENDING_RESET;
}

static const SimRoute ROUTES[] = {
	{"GET", "/1/boards/*", board, 0}, {"GET", "/1/boards/*/lists", lists, 0}, {"GET", "/1/boards/*/cards", cards, 0}, {"POST", "/1/cards", create, 0},
};

/* The key is looked at before the token. */
static const char *wrong_credentials(const SimTrello *trello, const SimRequest *request) {
	const char *given = sim_request_header(request, "Authorization");
	size_t key_end = (size_t) (strchr(trello->authorization, ',') - trello->authorization);
	if (!given || strncmp(given, trello->authorization, key_end) != 0)
		return "invalid key";
	return text_eq(given, trello->authorization) ? NULL : "invalid token";
}

void sim_trello_handle(SimTrello *trello, const SimRequest *request, SimReply *reply, WallTime now) {
	SimCall call = {.request = request, .reply = reply, .now = now};
	if (trello->limited > 0) {
		AUTO_FREE char *seconds = bg_asprintf("%d", trello->limit_s);
		trello->limited--;
		sim_trello_limited(reply);
		if (trello->limit_s >= 0)
			sim_reply_header(reply, "Retry-After", seconds);
		return;
	}
	const SimRoute *route = sim_route_find(ROUTES, BG_LENGTH(ROUTES), &call);
	const char *wrong = wrong_credentials(trello, request);
	if (wrong)
		refuse(reply, 401, wrong);
	else if (route)
		route->handle(trello, &call);
	else
		refuse(reply, 404, "Cannot find that");
	sim_call_clear_params(&call);
}
