/* announce.c: the place where an incident's records are posted by themselves: one thread of one channel. As a place for checkpoints it is a
 * probe, so that the prober asks it again and again and the board shows it; it posts what it is given, once, and says what came of it. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/slack/slack.h"

typedef struct Posted { SendEnd end; char *thread; } Posted;

static const char *channel_of(const Call *call) {
	const char *given = call_arg(call, "channel");
	return given && *given ? given : system_setting(call->system, "channel");
}

static bool send_message(Slack *slack, const char *channel, const char *thread, const char *text, Posted *posted, char code[static 64], Error *err) {
	AUTO(Json) *body = json_new_object();
	AUTO(Json) *answer = NULL;
	json_add_string(body, "channel", channel);
	json_add_string(body, "text", text);
	json_add_string(body, "thread_ts", thread);
	json_add_bool(body, "unfurl_links", false);
	if (!slack_send(slack, "/chat.postMessage", body, &answer, &posted->end, code, err))
		return false;
	const char *ts = json_get_string(answer, "ts");
	if (!ts || !*ts) {
		posted->end = SEND_UNKNOWN;
		return api_strange(&slack->api, "/chat.postMessage", err, "does not say where the message stands");
	}
	posted->thread = thread ? bg_strdup(thread) : text_sanitised_line(ts);
	return true;
}

static bool post(const Call *call, Slack *slack, Posted *posted, Error *err) {
	const CallAnnouncement *what = call->announcement;
	const char *channel = channel_of(call);
	AUTO_CLEAR(Buf) text = {0};
	char code[64] = "";
	posted->end = SEND_UNSENT;
	slack_escape(str_from(what->text), &text);
	if (slack->by_webhook)
		return slack_send_webhook(slack, buf_text(&text), &posted->end, err);
	if (!channel) {
		error_set(err, ERROR_MISSING, "the channel for announcements is not said");
		return error_hint(err, "write channel: in announce or in the system, then breakglass engine stop");
	}
	if (send_message(slack, channel, what->thread, buf_text(&text), posted, code, err))
		return true;
	/* Somebody deleted where the thread began: it begins anew. */
	bool gone = text_eq(code, "thread_not_found") || text_eq(code, "message_not_found") || text_eq(code, "cannot_reply_to_message");
	return gone && what->thread && send_message(slack, channel, NULL, buf_text(&text), posted, code, err);
}

static const char *outcome_of(SendEnd end) {
	return end == SEND_DONE ? "posted" : end == SEND_UNKNOWN ? "in-doubt" : "not-posted";
}

/* `err` NULL: it was posted. Slack's own no is bad news; that nobody answered is the lack of news. */
static void tell_posted(const Call *call, const Posted *posted, const Error *err, Reading *ret) {
	long long seq = (long long) call->announcement->seq;
	if (err) {
		reading_set(ret, posted->end == SEND_REFUSED || err->os_code >= 300 ? READING_FAIL : READING_UNKNOWN, "record %lld %s posted: %s", seq,
			posted->end == SEND_UNKNOWN ? "may not be" : "is not", err->why);
		reading_because_error(ret, err);
	} else {
		reading_set(ret, READING_OK, "posted up to record %lld", seq);
	}
	reading_fact_string(ret, "outcome", outcome_of(posted->end));
	reading_fact_string(ret, "thread", posted->thread);
	reading_fact_int(ret, "record", seq);
}

/* A webhook can only be posted to: whether it would take something is not known before. */
static void look(Slack *slack, Reading *ret) {
	AUTO(Json) *answer = NULL;
	Error err = {0};
	if (slack->by_webhook) {
		reading_set(ret, READING_UNKNOWN, "ready, as far as a webhook tells");
		reading_because(ret, "a webhook cannot be asked, only posted to: add token: to the system to have it looked at");
	} else if (slack_ask(slack, "/auth.test", &answer, &err)) {
		AUTO_FREE char *team = text_sanitised_line(json_get_string_or(answer, "team", ""));
		if (*team)
			reading_set(ret, READING_OK, "ready: the workspace %.60s", team);
		else if (!api_strange(&slack->api, "/auth.test", &err, "does not say which workspace the token is for"))
			reading_set_error(ret, &err);
	} else {
		reading_set_error(ret, &err);
	}
}

void slack_read_announcements(const Call *call, Reading *ret) {
	AUTO_CLEAR(Slack) slack = {0};
	Posted posted = {SEND_UNSENT, NULL};
	Error err = {0};
	if (!slack_open(call, &slack, &err)) {
		if (call->announcement)
			tell_posted(call, &posted, &err, ret);
		else
			reading_set_error(ret, &err);
		reading_at_place(ret, NULL, "Slack");
		return;
	}
	if (call->announcement)
		tell_posted(call, &posted, post(call, &slack, &posted, &err) ? NULL : &err, ret);
	else
		look(&slack, ret);
	api_note(&slack.api, "Slack", ret);
	free(posted.thread);
}
