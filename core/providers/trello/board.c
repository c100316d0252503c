/* board.c: the system's board and the list on it that is meant. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/trello/trello.h"

#define LISTS_MAX 3000          /* Trello's own limit is near it */

static bool is_id(const char *text) {
	size_t len = text ? strlen(text) : 0;
	return len && len <= 64 && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

static bool ask_board(Trello *trello, const char *board, TrelloPlace *place, Error *err) {
	AUTO(Json) *answer = NULL;
	AUTO_FREE char *path = api_path("/1/boards/%s?fields=name,closed", board);
	if (!trello_ask(trello, path, &answer, err))
		return false;
	const char *id = json_get_string(answer, "id"), *name = json_get_string(answer, "name");
	if (!is_id(id) || !name || !json_is_bool(json_get(answer, "closed")))
		return api_strange(&trello->api, path, err, "does not say id, name and state of the board");
	place->board = bg_strdup(id);
	place->board_name = text_sanitised_line(name);
	if (!json_get_bool(answer, "closed", true))
		return true;
	error_set(err, ERROR_CONFLICT, "the board %.60s is closed", place->board_name);
	error_hint(err, "reopen it in Trello, or name another one (board:)");
	AUTO_FREE char *where = api_address(&trello->api, path);
	return error_where(err, "%s", where);
}

static bool is_list(const Json *list) { return is_id(json_get_string(list, "id")) && json_get_string(list, "name") && json_is_bool(json_get(list, "closed")); }

static bool is_meant(const Json *list, const char *wanted) {
	return text_eq(json_get_string(list, "id"), wanted) || text_eq(json_get_string(list, "name"), wanted);
}

/* Archived lists keep their names, and an open one may have the same. */
static const Json *choose(const Json *lists, const char *wanted, size_t *ret_open) {
	const Json *found = NULL;
	*ret_open = 0;
	JSON_EACH(list, lists) {
		bool closed = json_get_bool(list, "closed", true);
		if (!is_meant(list, wanted) || (closed && found))
			continue;
		*ret_open += !closed;
		found = list;
	}
	return found;
}

static bool not_there(const TrelloPlace *place, const Json *lists, const char *wanted, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	AUTO_FREE char *line = text_sanitised_line(wanted);
	JSON_EACH(list, lists)
		if (!json_get_bool(list, "closed", true))
			strlist_add_take(&names, text_sanitised_line(json_get_string_or(list, "name", "")));
	AUTO_FREE char *known = strlist_join(&names, ", ");
	error_set(err, ERROR_MISSING, "the board %.60s has no list %.60s", place->board_name, line);
	return error_hint(err, names.count ? "name one of: %s" : "it has no open list: make one in Trello%s", known);
}

static bool take_list(const Json *lists, const char *wanted, TrelloPlace *place, Error *err) {
	size_t open = 0;
	const Json *list = choose(lists, wanted, &open);
	if (!list)
		return not_there(place, lists, wanted, err);
	AUTO_FREE char *line = text_sanitised_line(wanted);
	if (open > 1) {
		error_set(err, ERROR_CONFLICT, "the board %.60s has %zu lists named %.60s", place->board_name, open, line);
		return error_hint(err, "give its id: add .json to the address of a card in it, and look for idList");
	}
	if (!open) {
		error_set(err, ERROR_CONFLICT, "the list %.60s of the board %.60s is archived", line, place->board_name);
		return error_hint(err, "take it out of the archive in Trello, or name another one");
	}
	place->list = bg_strdup(json_get_string(list, "id"));
	place->list_name = text_sanitised_line(json_get_string(list, "name"));
	return true;
}

static bool ask_list(Trello *trello, const char *wanted, TrelloPlace *place, Error *err) {
	AUTO(Json) *lists = NULL;
	AUTO_FREE char *path = api_path("/1/boards/%s/lists?filter=all&fields=name,closed", place->board);
	if (!trello_ask(trello, path, &lists, err))
		return false;
	bool right = json_is_array(lists) && json_count(lists) <= LISTS_MAX;
	JSON_EACH(list, lists)
		right = right && is_list(list);
	if (!right)
		return api_strange(&trello->api, path, err, "does not give the lists of the board");
	if (take_list(lists, wanted, place, err))
		return true;
	AUTO_FREE char *where = api_address(&trello->api, path);
	return error_where(err, "%s", where);
}

bool trello_find_place(Trello *trello, const char *list, TrelloPlace *ret, Error *err) {
	AUTO_CLEAR(TrelloPlace) place = {0};
	const Call *call = trello->api.call;
	if (!list || !*list)
		list = system_setting(call->system, "list");
	if (!list) {
		error_set(err, ERROR_MISSING, "into which list is not said");
		error_hint(err, "write list= in the playbook, or list: in the system");
		return environment_error_at(call->environment, call->system->place, err);
	}
	if (!ask_board(trello, system_setting(call->system, "board"), &place, err) || !ask_list(trello, list, &place, err))
		return false;
	*ret = place;
	place = (TrelloPlace){0};
	return true;
}

void trello_place_clear(TrelloPlace *place) {
	free(place->board);
	free(place->board_name);
	free(place->list);
	free(place->list_name);
	*place = (TrelloPlace){0};
}
