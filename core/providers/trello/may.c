/* may.c: can the cards be made? Trello tells a token's scope at /1/tokens/TOKEN only, and an address with the token in it is not asked: so a token that does not
 * see the board or its list is refused for certain, and of another only its use will tell. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/trello/trello.h"

void trello_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Trello) trello = {0};
	AUTO_CLEAR(TrelloPlace) place = {0};
	Error err = {0};
	const char *list = call_arg(call, "list") ? call_arg(call, "list") : system_setting(call->system, "list");
	if (!text_eq(verb, "trello.card"))
		return;
	if (call_arg_is_open(call, "list")) {
		rights_add(rights, RIGHT_UNTOLD, "make cards in the list of its step", "", "which list that is is known in the run only");
		return;
	}
	AUTO_FREE char *shown = text_sanitised_line(list ? list : "that is not named");
	AUTO_FREE char *what = bg_asprintf("make cards in the list %.60s", shown);
	if (rights_find(rights, what))
		return;
	if (trello_open(call, &trello, &err)) {
		trello.patient = false;
		if (trello_find_place(&trello, list, &place, &err)) {
			rights_add(rights, RIGHT_UNTOLD, what, "", "it sees the list on the board %.60s; Trello tells what a token may only at an address that holds the token, writing shows "
				"itself in use", place.board_name);
			return;
		}
	}
	if (!err.os_code && (err.kind == ERROR_MISSING || err.kind == ERROR_CONFLICT))
		rights_add(rights, RIGHT_NO, what, err.hint, "%s", err.why);
	else
		rights_add_error(rights, what, &err);
}
