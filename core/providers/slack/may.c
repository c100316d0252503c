/* may.c: may this token do what an action wants? Every answer of the Web API names the scopes of the token in x-oauth-scopes, with commas (Slack's Node SDK
 * reads them from there as response_metadata.scopes); auth.test asks for nothing else. Which scope a method wants is its reference's. Whether the app is in the
 * channel is not among them. Behind a webhook nothing can be asked. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/slack/slack.h"

#define TEST "/auth.test"

typedef struct Need { const char *verb, *does, *scopes; } Need;

static const Need NEEDS[] = {
	{"slack.post", "post messages", "chat:write"},
	{"slack.announce", "post messages", "chat:write"},
	{"slack.channel", "make channels", "channels:manage,channels:read"},
};

static const Need *find_need(const char *verb) {
	for (size_t i = 0; i < BG_LENGTH(NEEDS); i++)
		if (text_eq(NEEDS[i].verb, verb))
			return &NEEDS[i];
	return NULL;
}

static bool has_scope(Str scopes, Str wanted) {
	Str one;
	while (str_split(&scopes, ',', &one))
		if (str_eq(str_trim(one), wanted))
			return true;
	return false;
}

static void judge(const Need *need, Str scopes, Rights *rights) {
	AUTO_CLEAR(Buf) missing = {0};
	Str rest = str_from(need->scopes), wanted;
	if (!scopes.ptr) {
		rights_add(rights, RIGHT_UNTOLD, need->does, "", "Slack does not tell the scopes of this token");
		return;
	}
	while (str_split(&rest, ',', &wanted))
		if (!has_scope(scopes, wanted))
			buf_printf(&missing, "%s%.*s", missing.len ? " and " : "", STR_ARG(wanted));
	if (missing.len)
		rights_add(rights, RIGHT_NO, need->does, "add the scope to the app (OAuth & Permissions), and install it again", "the token has not the scope %s", buf_text(&missing));
	else
		rights_add(rights, RIGHT_YES, need->does, NULL, "the token has the scope %s", need->scopes);
}

static bool look(Slack *slack, HttpResponse *response, Error *err) {
	AUTO(Json) *answer = NULL;
	if (!api_do(&slack->api, "GET", TEST, NULL, response, err) || !api_json(&slack->api, TEST, response, &answer, err))
		return false;
	if (!json_is_bool(json_get(answer, "ok")))
		return api_strange(&slack->api, TEST, err, "does not say whether the token counts");
	return json_get_bool(answer, "ok", false) || slack_refused(slack, TEST, answer, err);
}

void slack_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Slack) slack = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	const Need *need = find_need(verb);
	Error err = {0};
	if (!need || rights_find(rights, need->does))
		return;
	bool open = slack_open(call, &slack, &err);
	if (open && slack.by_webhook)
		rights_add(rights, RIGHT_UNTOLD, need->does, "", "a webhook can only be posted to");
	else if (open && look(&slack, &response, &err))
		judge(need, http_header(&response, "x-oauth-scopes"), rights);
	else
		rights_add_error(rights, need->does, &err);
}
