/* post.c: one message. Slack would take the same message twice: one whose answer was lost is in doubt, and stays so until a person has looked. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/slack/slack.h"

static bool check_text(const char *text, Error *err) {
	if (!str_trim(str_from(text)).len) {
		error_set(err, ERROR_INVALID, "the message is empty");
		return error_hint(err, "write text= what is to be said");
	}
	if (strlen(text) <= SLACK_TEXT_MAX)
		return true;
	error_set(err, ERROR_INVALID, "the message has %zu bytes, and Slack shows %d well", strlen(text), SLACK_TEXT_MAX);
	return error_hint(err, "say it shorter, or in two steps");
}

static bool check_place(const Slack *slack, const Call *call, const char *channel, Error *err) {
	if (slack->by_webhook && (call_arg(call, "channel") || call_arg(call, "thread"))) {
		error_set(err, ERROR_INVALID, "%s has only a webhook, which posts to its own channel, in no thread", call->system->name);
		error_hint(err, "leave channel= and thread= out, or add token: to the system");
		return environment_error_at(call->environment, call->system->place, err);
	}
	if (slack->by_webhook || channel)
		return true;
	error_set(err, ERROR_MISSING, "to which channel it goes is not said, and this incident has none of its own yet");
	error_hint(err, "write channel= in the playbook, or channel: in the system; or make one first with slack.channel");
	return environment_error_at(call->environment, call->system->place, err);
}

static char *place_words(const Slack *slack, const char *channel, const char *thread) {
	if (slack->by_webhook)
		return bg_strdup("the channel of the webhook");
	return bg_asprintf("channel %s%s%s", channel, thread ? ", thread " : "", thread ? thread : "");
}

static void describe(const Slack *slack, const char *channel, const char *thread, const char *text, Plan *plan) {
	AUTO_FREE char *place = place_words(slack, channel, thread);
	AUTO_FREE char *url = api_address(&slack->api, slack->by_webhook ? "" : "/chat.postMessage");
	AUTO_FREE char *what = bg_asprintf("a message in %s", place);
	AUTO_FREE char *line = text_sanitised_line(text);
	plan_set(&plan->target, "Slack, %s", place);
	plan_add_change(plan, what, NULL, line);
	json_add_string(plan->basis, "channel", slack->by_webhook ? NULL : channel);
	json_add_string(plan->basis, "thread", thread);
	json_add_string(plan->basis, "text", text);
	if (slack->by_webhook)
		strlist_add(&plan->warnings, "only a webhook is given: nobody can look afterwards whether the message stands there, and no thread is possible");
	plan_set(&plan->request, "POST %s%s", url, slack->by_webhook ? " (the address of the webhook is not shown)" : "");
	plan_set(&plan->manual, "In Slack, %s: write it there", place);
	plan_set(&plan->undo, "delete the message in Slack");
}

bool slack_plan_post(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Slack) slack = {0};
	AUTO(Json) *answer = NULL;
	const char *text = call_arg(call, "text"), *given = call_arg(call, "channel");
	AUTO_FREE char *channel = given ? bg_strdup(given) : slack_channel_of(call);
	if (!check_text(text, err) || !slack_open(call, &slack, err) || !check_place(&slack, call, channel, err))
		return error_what(err, "plan a message in Slack");
	/* A webhook can only be posted to; a token is asked whether it counts. */
	if (!slack.by_webhook && !slack_ask(&slack, "/auth.test", &answer, err))
		return error_what(err, "plan a message in Slack");
	plan_set(&ret_plan->action, "slack.post");
	plan_set(&ret_plan->confirm_name, "%s", channel ? channel : call->system->name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	describe(&slack, channel, call_arg(call, "thread"), text, ret_plan);
	return true;
}

static bool post(Slack *slack, const Plan *plan, ActionResult *result, SendEnd *ret_end, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *body = json_new_object();
	AUTO(Json) *answer = NULL;
	char code[64];
	slack_escape(str_from(json_get_string_or(plan->basis, "text", "")), &text);
	if (slack->by_webhook)
		return slack_send_webhook(slack, buf_text(&text), ret_end, err);
	json_add_string(body, "channel", json_get_string_or(plan->basis, "channel", ""));
	json_add_string(body, "text", buf_text(&text));
	json_add_string(body, "thread_ts", json_get_string(plan->basis, "thread"));
	json_add_bool(body, "unfurl_links", false);
	if (!slack_send(slack, "/chat.postMessage", body, &answer, ret_end, code, err))
		return false;
	const char *ts = json_get_string(answer, "ts"), *channel = json_get_string(answer, "channel");
	if (!ts || !*ts || !channel || !*channel) {
		*ret_end = SEND_UNKNOWN;
		return api_strange(&slack->api, "/chat.postMessage", err, "does not say where the message stands");
	}
	result->value = text_sanitised_line(ts);
	AUTO_FREE char *id = text_sanitised_line(channel);
	json_add_string(result->values, "ts", result->value);
	json_add_string(result->values, "channel", id);
	return true;
}

bool slack_apply_post(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Slack) slack = {0};
	SendEnd end = SEND_UNKNOWN;
	json_free(result->values);
	result->values = json_new_object();
	if (!slack_open(call, &slack, err))
		return error_what(err, "post a message in Slack");
	result->began = true;
	bool ok = post(&slack, plan, result, &end, err);
	if (end == SEND_REFUSED || end == SEND_UNSENT)
		json_add_bool(result->values, "refused", true);
	if (ok && slack.by_webhook)
		json_add_bool(result->values, "by_webhook", true);
	return ok || error_what(err, "post a message in Slack");
}

/* A permalink is given for a message that is there, and for no other; it needs no scope of its own. */
static bool judge_message(Slack *slack, const char *channel, const char *ts, ActionResult *result, Error *err) {
	AUTO(Json) *answer = NULL;
	AUTO_FREE char *path = api_path("/chat.getPermalink?channel=%s&message_ts=%s", channel, ts);
	Error local = {0};
	if (!slack_ask(slack, path, &answer, &local)) {
		if (err)
			*err = local;
		if (!strstr(local.why, "message_not_found"))
			return false;
		result->verified = VERIFIED_NO;
		result->evidence = bg_strdup("Slack took the message, and it is not there any more");
		return true;
	}
	AUTO_FREE char *link = text_sanitised_line(json_get_string_or(answer, "permalink", ""));
	result->verified = *link ? VERIFIED_YES : VERIFIED_UNKNOWN;
	result->evidence = bg_asprintf("posted at %s: %.200s", ts, *link ? link : "Slack gives no link to it");
	return true;
}

bool slack_verify_post(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Slack) slack = {0};
	const char *ts = json_get_string(result->values, "ts"), *channel = json_get_string(result->values, "channel");
	bool refused = json_get_bool(result->values, "refused", false), by_webhook = json_get_bool(result->values, "by_webhook", false);
	free(result->evidence);
	result->evidence = NULL;
	if (ts && channel)
		return (slack_open(call, &slack, err) && judge_message(&slack, channel, ts, result, err)) || error_what(err, "look at the message");
	result->verified = refused ? VERIFIED_NO : VERIFIED_UNKNOWN;
	result->evidence = refused ? bg_strdup("nothing was posted") : by_webhook ? bg_strdup("Slack took it; a webhook does not let it be looked at")
		: bg_asprintf("the message may have been posted: look in %s before it is posted again", json_get_string_or(plan->basis, "channel", "the channel"));
	return true;
}
