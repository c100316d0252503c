/* cards.c: which cards are wanted, and which of them are there already. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/providers/trello/trello.h"

#define NAME_COLUMNS 120
#define PAGE 500                /* cards of one answer */
#define PAGES_MAX 200
#define EARLY_MS (2LL * 24 * 3600 * 1000)   /* clocks do not disagree by more */

/* ---- wanted ---- */

static TrelloCard *add_card(TrelloCards *cards) {
	cards->items = bg_reallocarray(cards->items, cards->count + 1, sizeof(*cards->items));
	TrelloCard *card = &cards->items[cards->count++];
	*card = (TrelloCard){0};
	return card;
}

/* One line that is not too long for a card; the whole stands in its text. */
static char *name_of(const char *text) {
	AUTO_FREE char *line = text_sanitised_line(text);
	Str shown = str_trim(str_from(line));
	size_t width, fits = text_fit(shown, NAME_COLUMNS, &width);
	return fits == shown.len ? str_dup(shown) : bg_asprintf("%.*s...", (int) fits, shown.ptr);
}

/* What people wrote, made harmless, and below it the mark. */
static char *desc_of(const char *text, const char *noted, const char *mark) {
	AUTO_CLEAR(Buf) desc = {0};
	text_sanitise(str_trim(str_from(text)), SANITISE_BLOCK, &desc);
	buf_printf(&desc, "%s%s%s%s", desc.len ? "\n\n" : "", noted, *noted ? "\n\n" : "", mark);
	return buf_take(&desc);
}

static void want_named(const Call *call, TrelloCards *cards) {
	const char *name = call_arg(call, "name"), *desc = call_arg(call, "desc");
	char digest[65];
	if (!name || !str_trim(str_from(name)).len)
		return;
	TrelloCard *card = add_card(cards);
	sha256_hex(name, strlen(name), digest);
	card->mark = bg_asprintf("breakglass: incident %s, card %.12s", call->incident ? call->incident : "none", digest);
	card->name = name_of(name);
	card->desc = desc_of(desc ? desc : "", "", card->mark);
	card->from = bg_strdup("as the playbook says");
}

static void want_improvement(const Call *call, const Json *improvement, TrelloCards *cards) {
	const char *text = json_get_string_or(improvement, "text", "");
	AUTO_FREE char *who = text_sanitised_line(json_get_string_or(improvement, "who", "somebody"));
	int64_t record = json_get_int(improvement, "record", 0);
	TrelloCard *card = add_card(cards);
	card->mark = bg_asprintf("breakglass: incident %s, record %lld", call->incident ? call->incident : "none", (long long) record);
	card->name = name_of(text);
	AUTO_FREE char *noted = bg_asprintf("Noted by %s.", who);
	card->desc = desc_of(text_eq(card->name, text) ? "" : text, noted, card->mark);
	card->from = bg_asprintf("noted by %s, record %lld", who, (long long) record);
}

void trello_wanted(const Call *call, TrelloCards *ret) {
	const char *improvements = call_arg(call, "improvements");
	want_named(call, ret);
	if (text_eq(improvements, "yes") || text_eq(improvements, "true"))
		JSON_EACH(improvement, call->improvements)
			want_improvement(call, improvement, ret);
}

void trello_wanted_put(const TrelloCards *cards, Json *basis) {
	Json *array = json_add(basis, "cards", json_new_array());
	for (size_t i = 0; i < cards->count; i++) {
		Json *json = json_append(array, json_new_object());
		json_add_string(json, "name", cards->items[i].name);
		json_add_string(json, "desc", cards->items[i].desc);
		json_add_string(json, "mark", cards->items[i].mark);
		json_add_string(json, "there", cards->items[i].id);
	}
}

void trello_wanted_of(const Plan *plan, TrelloCards *ret) {
	JSON_EACH(json, json_get(plan->basis, "cards")) {
		TrelloCard *card = add_card(ret);
		card->name = bg_strdup(json_get_string_or(json, "name", ""));
		card->desc = bg_strdup(json_get_string_or(json, "desc", ""));
		card->mark = bg_strdup(json_get_string_or(json, "mark", ""));
		card->id = bg_strdup_or_null(json_get_string(json, "there"));
	}
}

static void forget(TrelloCard *card) {
	free(card->id);
	free(card->url);
	card->id = card->url = NULL;
}

void trello_cards_clear(TrelloCards *cards) {
	for (size_t i = 0; i < cards->count; i++) {
		TrelloCard *card = &cards->items[i];
		free(card->name);
		free(card->desc);
		free(card->mark);
		free(card->from);
		forget(card);
	}
	free(cards->items);
	*cards = (TrelloCards){0};
}

/* ---- found ---- */

static bool has_line(Str text, const char *wanted) {
	Str line;
	while (str_next_line(&text, &line))
		if (str_eq_c(str_trim(line), wanted))
			return true;
	return false;
}

static void compare(const Json *there, TrelloCards *cards) {
	Str desc = str_from(json_get_string(there, "desc"));
	for (size_t i = 0; i < cards->count; i++) {
		TrelloCard *card = &cards->items[i];
		if (card->id || !has_line(desc, card->mark))
			continue;
		card->id = bg_strdup(json_get_string(there, "id"));
		card->url = text_sanitised_line(json_get_string_or(there, "shortUrl", ""));
		card->archived = json_get_bool(there, "closed", false);
	}
}

static bool is_card(const Json *card) {
	const char *id = json_get_string(card, "id");
	return id && strlen(id) == 24 && strspn(id, "0123456789abcdef") == 24 && json_get_string(card, "desc") && json_is_bool(json_get(card, "closed"));
}

/* An id begins with the second in which it was made. */
static WallTime made(const Json *card) {
	const char *id = json_get_string(card, "id");
	int64_t seconds = 0;
	for (size_t i = 0; i < 8; i++)
		seconds = seconds * 16 + (id[i] <= '9' ? id[i] - '0' : id[i] - 'a' + 10);
	return (WallTime){seconds * 1000};
}

/* Before this nothing can have been made for the incident: 20260102-031205-... says when it began. */
static WallTime earliest(const Call *call) {
	WallTime began = {0};
	const char *id = call->incident;
	if (!id || strlen(id) < 15)
		return began;
	AUTO_FREE char *iso = bg_asprintf("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", id, id + 4, id + 6, id + 9, id + 11, id + 13);
	return wall_parse_iso(str_from(iso), &began) ? (WallTime){began.ms - EARLY_MS} : (WallTime){0};
}

/* One page, the newest first; *ret_before is the id that the next one ends before, NULL: there is none. */
static bool ask_page(Trello *trello, const char *board, const char *before, TrelloCards *cards, char **ret_before, Error *err) {
	AUTO(Json) *page = NULL;
	AUTO_FREE char *path = before ? api_path("/1/boards/%s/cards?filter=all&fields=desc,closed,shortUrl&limit=%lld&before=%s", board, (long long) PAGE, before)
		: api_path("/1/boards/%s/cards?filter=all&fields=desc,closed,shortUrl&limit=%lld", board, (long long) PAGE);
	if (!trello_ask(trello, path, &page, err))
		return false;
	const Json *oldest = NULL;
	bool right = json_is_array(page);
	JSON_EACH(card, page) {
		right = right && is_card(card);
		if (right && (!oldest || strcmp(json_get_string(card, "id"), json_get_string(oldest, "id")) < 0))
			oldest = card;
	}
	if (!right)
		return api_strange(&trello->api, path, err, "does not give the cards of the board");
	JSON_EACH(card, page)
		compare(card, cards);
	bool more = oldest && json_count(page) >= PAGE && made(oldest).ms >= earliest(trello->api.call).ms;
	*ret_before = more ? bg_strdup(json_get_string(oldest, "id")) : NULL;
	return true;
}

bool trello_find_cards(Trello *trello, const char *board, TrelloCards *cards, Error *err) {
	AUTO_FREE char *before = NULL;
	for (size_t i = 0; i < cards->count; i++)
		forget(&cards->items[i]);
	for (int pages = 0; pages < PAGES_MAX; pages++) {
		char *next = NULL;
		if (!ask_page(trello, board, before, cards, &next, err))
			return false;
		free(before);
		before = next;
		if (!before)
			return true;
		call_progress(trello->api.call, 0, 0, "looking through the cards of the board: %d so far", (pages + 1) * PAGE);
	}
	error_set(err, ERROR_INVALID, "the board has more than %d cards since the incident began", PAGES_MAX * PAGE);
	return error_hint(err, "name a smaller board in the environment file");
}
