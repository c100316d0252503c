/* refusals.c: Slack's words for a refusal, and what to do about each. By the method pages of its API reference. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/slack/slack.h"

typedef struct Refusal {
	const char *code;
	ErrorKind kind;
	const char *why, *hint;
} Refusal;

#define NEW_TOKEN "get a new bot token (xoxb-...) from the app's page and put it where it comes from"
#define ASK_ADMIN "ask an administrator of the workspace, or do it by hand"

static const Refusal REFUSALS[] = {
	{"invalid_auth", ERROR_DENIED, "does not accept the token", NEW_TOKEN},
	{"not_authed", ERROR_DENIED, "was given no token", NEW_TOKEN},
	{"account_inactive", ERROR_DENIED, "says that the token's user or app is gone", NEW_TOKEN},
	{"token_revoked", ERROR_DENIED, "says that the token was revoked", NEW_TOKEN},
	{"token_expired", ERROR_DENIED, "says that the token has expired", NEW_TOKEN},
	{"not_allowed_token_type", ERROR_DENIED, "wants another kind of token", NEW_TOKEN},
	{"org_login_required", ERROR_DENIED, "is moving the workspace to an organisation", "wait until it is moved, and post by hand meanwhile"},
	{"team_access_not_granted", ERROR_DENIED, "does not let the app into this workspace", ASK_ADMIN},
	{"missing_scope", ERROR_DENIED, "says that the token lacks a scope", "add the scope to the app, install it again, and put the new token there"},
	{"no_permission", ERROR_DENIED, "does not allow this with this token", ASK_ADMIN},
	{"restricted_action", ERROR_DENIED, "says that the workspace's settings forbid it", ASK_ADMIN},
	{"channel_not_found", ERROR_MISSING, "knows no such channel", "check its id; a private channel must be shared with the app: /invite it there"},
	{"not_in_channel", ERROR_DENIED, "says that the app is not in the channel", "/invite it there, or give it the scope chat:write.public"},
	{"is_archived", ERROR_CONFLICT, "says that the channel is archived", "unarchive it in Slack, or name another one"},
	{"message_not_found", ERROR_MISSING, "knows no such message", "look in the channel"},
	{"thread_not_found", ERROR_MISSING, "knows no such thread", "look in the channel; leave thread out to begin a new one"},
	{"cannot_reply_to_message", ERROR_CONFLICT, "takes no answer to that message", "leave thread out to begin a new one"},
	{"msg_too_long", ERROR_INVALID, "finds the message too long", "say it shorter, or in two"},
	{"msg_blocks_too_long", ERROR_INVALID, "finds the message too long", "say it shorter, or in two"},
	{"no_text", ERROR_INVALID, "finds no text in the message", "write what is to be said"},
	{"name_taken", ERROR_CONFLICT, "has a channel of that name already", "use that one, or give another name"},
	{"invalid_name", ERROR_INVALID, "does not take that name for a channel", "small letters, digits, - and _; at most 80"},
	{"invalid_name_required", ERROR_INVALID, "does not take an empty name", "small letters, digits, - and _; at most 80"},
	{"invalid_name_maxlength", ERROR_INVALID, "finds the name too long", "at most 80 letters"},
	{"invalid_name_specials", ERROR_INVALID, "does not take that name for a channel", "small letters, digits, - and _; at most 80"},
	{"invalid_name_punctuation", ERROR_INVALID, "does not take a name of punctuation only", "small letters, digits, - and _; at most 80"},
	{"user_not_found", ERROR_MISSING, "does not know one of the users", "use member ids (U...), as the profile's menu copies them"},
	{"cant_invite", ERROR_DENIED, "does not let this user be invited", "invite by hand"},
	{"cant_invite_self", ERROR_INVALID, "cannot invite the app to its own channel", "take its id out of invite"},
	{"ratelimited", ERROR_REMOTE, "refuses: too many requests", "wait for the limit to end, then try again"},
	{"rate_limited", ERROR_REMOTE, "refuses: too many requests", "wait for the limit to end, then try again"},
	{"request_timeout", ERROR_REMOTE, "got only a part of the request", "look at the line to Slack, then try again"},
	{"service_unavailable", ERROR_REMOTE, "is not available now", "look at status.slack.com, then try again"},
	{"fatal_error", ERROR_REMOTE, "has an error of its own, and may have done it in part", "look in Slack before trying again"},
	{"internal_error", ERROR_REMOTE, "has an error of its own, and may have done it in part", "look in Slack before trying again"},
};

/* Slack's words are small letters and lines below; anything else is not shown as one. */
static const char *known_code(const Json *answer) {
	const char *code = json_get_string_or(answer, "error", "");
	size_t len = strlen(code);
	return len && len < 48 && strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_") == len ? code : "an error without a name";
}

bool slack_refused(const Slack *slack, const char *path, const Json *answer, Error *err) {
	const char *code = known_code(answer);
	const Refusal *refusal = NULL;
	for (size_t i = 0; i < BG_LENGTH(REFUSALS); i++)
		if (text_eq(REFUSALS[i].code, code))
			refusal = &REFUSALS[i];
	AUTO_FREE char *needed = text_sanitised_line(json_get_string_or(answer, "needed", ""));
	AUTO_FREE char *provided = text_sanitised_line(json_get_string_or(answer, "provided", ""));
	error_set(err, refusal ? refusal->kind : ERROR_REMOTE, "Slack %s (%s)%s%.40s%s%.60s", refusal ? refusal->why : "refuses", code,
		*needed ? ": it needs " : "", needed, *provided ? ", and has " : "", provided);
	if (refusal && refusal->hint[0] == NEW_TOKEN[0] && text_eq(refusal->hint, NEW_TOKEN) && slack->api.secret_place)
		error_hint(err, "get a new bot token (xoxb-...) and put it there (%s)", slack->api.secret_place);
	error_hint(err, "%s", refusal ? refusal->hint : "look the word up on the page of this method at api.slack.com/methods");
	Str method = str_from(path);
	ptrdiff_t query = str_find_char(method, '?');
	if (query >= 0)
		method = str_slice(method, 0, (size_t) query);
	return error_where(err, "%s%.*s", slack->api.url, STR_ARG(method));
}
