/* refusals.c: Trello's refusals are a status and a line of text: what each means, and what to do about it. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/trello/trello.h"

#define RIGHTS "ask the owner of the token to join the board, or make a token with scope=read,write"

typedef struct Refusal {
	const char *part;        /* of what it says, in any case */
	ErrorKind kind;
	const char *why, *hint;
	bool by_key, by_token;   /* the place of that one belongs into the hint */
} Refusal;

static const Refusal REFUSALS[] = {
	{"invalid key", ERROR_DENIED, "does not know the key", "copy the key again from trello.com/power-ups/admin and put it there", .by_key = true},
	{"invalid token", ERROR_DENIED, "does not accept the token", "make a new one by the link beside the key and put it there", .by_token = true},
	{"expired token", ERROR_DENIED, "says that the token has expired", "make a new one by the link beside the key and put it there", .by_token = true},
	{"permission requested", ERROR_DENIED, "does not let this token do that", RIGHTS, .by_token = true},
	{"invalid value for idList", ERROR_MISSING, "knows no such list", "look at the board: the list may have been deleted just now", 0, 0},
	{"board not found", ERROR_MISSING, "knows no such board", "check board: it is the part behind /b/ in the address of the board", 0, 0},
	{"invalid id", ERROR_MISSING, "knows no such board", "check board: it is the part behind /b/ in the address of the board", 0, 0},
};

bool trello_refused(const Trello *trello, const char *method, const char *path, const HttpResponse *response, Error *err) {
	Str body = str_trim(buf_str(&response->body));
	const Refusal *refusal = NULL;
	for (size_t i = 0; i < BG_LENGTH(REFUSALS) && response->status / 100 == 4 && response->status != 429; i++)
		if (!refusal && body.len < 200 && str_find_nocase(body, REFUSALS[i].part) >= 0)
			refusal = &REFUSALS[i];
	if (!refusal)
		return api_refused(&trello->api, method, path, response, err);
	AUTO_FREE char *raw = str_dup(str_slice(body, 0, 80));
	AUTO_FREE char *said = text_sanitised_line(raw);
	AUTO_FREE char *where = api_address(&trello->api, path);
	const char *place = refusal->by_key ? trello->key_place : refusal->by_token ? trello->api.secret_place : NULL;
	error_set(err, refusal->kind, "Trello %s (status %d): %s", refusal->why, response->status, said);
	error_hint(err, "%s%s%s%s", refusal->hint, place ? " (" : "", place ? place : "", place ? ")" : "");
	if (err)
		err->os_code = response->status;
	return error_where(err, "%s %s", method, where);
}
