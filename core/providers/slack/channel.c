/* channel.c: the incident's channel. It is kept as soon as Slack has made it, so that doing it again goes on with that one instead of
 * making another; a name that is taken gets a number. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/slack/slack.h"

#define TEMPLATE "inc-${date}-${slug}"
#define OTHERS_MAX 20          /* so many numbers are tried */
#define TOPIC_MAX 250          /* by Slack's rules */

static bool need_token(const Slack *slack, const Call *call, Error *err) {
	if (!slack->by_webhook)
		return true;
	error_set(err, ERROR_INVALID, "%s has only a webhook, and a webhook cannot make channels", call->system->name);
	error_hint(err, "add token: to it, or make the channel by hand");
	return environment_error_at(call->environment, call->system->place, err);
}

static char *name_of(const Call *call) {
	const char *given = call_arg(call, "name");
	if (!given || !*given)
		given = system_setting(call->system, "channel-name");
	return slack_channel_name(given && *given ? given : TEMPLATE, call->incident ? call->incident : "");
}

/* Of the argument, else of the system: "U1,U2", without blanks and double ones. Owned. */
static char *invited_of(const Call *call) {
	AUTO_CLEAR(StrList) raw = {0};
	AUTO_CLEAR(StrList) users = {0};
	const char *given = call_arg(call, "invite");
	if (!given)
		given = system_setting(call->system, "invite");
	strlist_split(&raw, str_from(given), ',');
	if (!given)
		JSON_EACH(user, json_get(call->system->settings, "invite"))
			if (json_is_string(user))
				strlist_add(&raw, json_string(user));
	for (size_t i = 0; i < raw.count; i++)
		if (!strlist_has(&users, raw.items[i]))
			strlist_add(&users, raw.items[i]);
	return strlist_join(&users, ",");
}

static char *topic_of(const Call *call) {
	const char *given = call_arg(call, "topic");
	AUTO_FREE char *own = given ? bg_strdup(given) : bg_asprintf("Incident %s, run with breakglass", call->incident ? call->incident : "");
	AUTO_FREE char *line = text_sanitised_line(own);
	size_t width;
	return bg_strndup(line, text_fit(str_from(line), TOPIC_MAX, &width));
}

/* Whose token it is: also the proof that it counts. Owned; the workspace's name. */
static bool ask_workspace(Slack *slack, char **ret_name, Error *err) {
	AUTO(Json) *answer = NULL;
	if (!slack_ask(slack, "/auth.test", &answer, err))
		return false;
	const char *team = json_get_string(answer, "team");
	if (!team || !*team)
		return api_strange(&slack->api, "/auth.test", err, "does not say which workspace the token is for");
	*ret_name = text_sanitised_line(team);
	return true;
}

static void describe(const Slack *slack, const SlackKept *kept, const char *team, const char *name, const char *topic, const char *invited, Plan *plan) {
	plan_set(&plan->target, "channel #%s in the Slack workspace %s", kept->name ? kept->name : name, team);
	AUTO_FREE char *channel = bg_asprintf("channel #%s", kept->name ? kept->name : name);
	if (kept->id)
		strlist_add_take(&plan->warnings, bg_asprintf("this incident has its channel already: #%s (%s); only topic and invitations are sent", kept->name, kept->id));
	else
		plan_add_change(plan, channel, NULL, "new, public; with a number behind it if the name is taken");
	plan_add_change(plan, "its topic", NULL, topic);
	if (*invited)
		plan_add_change(plan, "who is invited", NULL, invited);
	json_add_string(plan->basis, "channel", kept->id);
	json_add_string(plan->basis, "name", kept->name ? kept->name : name);
	json_add_string(plan->basis, "topic", topic);
	json_add_string(plan->basis, "invited", invited);
	AUTO_CLEAR(Buf) request = {0};
	if (!kept->id)
		buf_printf(&request, "POST %s/conversations.create {\"name\":\"%s\"}\n", slack->api.url, name);
	buf_printf(&request, "POST %s/conversations.setTopic", slack->api.url);
	if (*invited)
		buf_printf(&request, "\nPOST %s/conversations.invite {\"users\":\"%s\"}", slack->api.url, invited);
	plan_set(&plan->request, "%s", buf_text(&request));
	plan_set(&plan->manual, "In Slack: + next to Channels, Create, name %s; then invite and set the topic", name);
	plan_set(&plan->undo, "archive it in Slack when the incident is over");
}

bool slack_plan_channel(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Slack) slack = {0};
	AUTO_CLEAR(SlackKept) kept = {0};
	AUTO_FREE char *name = name_of(call), *invited = invited_of(call), *topic = topic_of(call);
	AUTO_FREE char *team = NULL;
	if (!*name) {
		error_set(err, ERROR_INVALID, "no letter is left for the channel's name");
		error_hint(err, "write name= with letters, or channel-name: in the environment file");
		return error_what(err, "plan a Slack channel");
	}
	if (!slack_open(call, &slack, err) || !need_token(&slack, call, err) || !ask_workspace(&slack, &team, err))
		return error_what(err, "plan a Slack channel");
	slack_kept_get(call, &kept);
	plan_set(&ret_plan->action, "slack.channel");
	plan_set(&ret_plan->confirm_name, "%s", name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_string(ret_plan->basis, "workspace", team);
	describe(&slack, &kept, team, name, topic, invited, ret_plan);
	return true;
}

/* ---- apply ---- */

static bool take_channel(Slack *slack, const Json *answer, SlackKept *ret, Error *err) {
	const Json *channel = json_get(answer, "channel");
	const char *id = json_get_string(channel, "id"), *name = json_get_string(channel, "name");
	if (!id || !*id || !name || !*name)
		return api_strange(&slack->api, "/conversations.create", err, "does not say the id of the new channel");
	*ret = (SlackKept){text_sanitised_line(id), text_sanitised_line(name)};
	return true;
}

static bool create(Slack *slack, const char *name, SlackKept *ret, SendEnd *ret_end, Error *err) {
	char code[64] = "name_taken";
	for (int number = 1; number <= OTHERS_MAX; number++) {
		AUTO(Json) *body = json_new_object();
		AUTO(Json) *answer = NULL;
		AUTO_FREE char *tried = number == 1 ? bg_strdup(name) : slack_other_name(name, number);
		json_add_string(body, "name", tried);
		json_add_bool(body, "is_private", false);
		if (slack_send(slack, "/conversations.create", body, &answer, ret_end, code, err))
			return take_channel(slack, answer, ret, err);
		if (!text_eq(code, "name_taken"))
			return false;
	}
	return false;
}

/* What is set already is no failure: it may be the second time. */
static bool send_to(Slack *slack, const char *path, const char *channel, const char *key, const char *value, Error *err) {
	AUTO(Json) *body = json_new_object();
	AUTO(Json) *answer = NULL;
	SendEnd end;
	char code[64];
	json_add_string(body, "channel", channel);
	json_add_string(body, key, value);
	return slack_send(slack, path, body, &answer, &end, code, err) || text_eq(code, "already_in_channel");
}

static bool furnish(Slack *slack, const SlackKept *kept, const Plan *plan, Error *err) {
	const char *topic = json_get_string_or(plan->basis, "topic", ""), *invited = json_get_string_or(plan->basis, "invited", "");
	if (!send_to(slack, "/conversations.setTopic", kept->id, "topic", topic, err))
		return error_what(err, "set the topic of #%s", kept->name);
	if (*invited && !send_to(slack, "/conversations.invite", kept->id, "users", invited, err))
		return error_what(err, "invite to #%s", kept->name);
	return true;
}

static void tell_channel(const SlackKept *kept, ActionResult *result) {
	result->value = bg_strdup(kept->id);
	json_add_string(result->values, "channel", kept->id);
	json_add_string(result->values, "name", kept->name);
}

bool slack_apply_channel(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Slack) slack = {0};
	AUTO_CLEAR(SlackKept) kept = {0};
	const char *name = json_get_string_or(plan->basis, "name", "");
	SendEnd end = SEND_DONE;
	result->values = json_new_object();
	if (!slack_open(call, &slack, err))
		return error_what(err, "make the channel #%s", name);
	slack_kept_get(call, &kept);
	result->began = true;
	if (!kept.id) {
		bool made = create(&slack, name, &kept, &end, err);
		if (end == SEND_REFUSED || end == SEND_UNSENT)
			json_add_bool(result->values, "refused", true);
		if (!made)
			return error_what(err, "make the channel #%s", name);
		/* Without the note, doing it again would make another: that is told, and is no reason to stop. */
		Error unkept = {0};
		if (!slack_kept_put(call, kept.id, kept.name, &unkept))
			strlist_add_take(&result->warnings, bg_asprintf("which channel it is could not be kept (%s): give channel=%s from now on", unkept.why, kept.id));
	}
	tell_channel(&kept, result);
	if (!furnish(&slack, &kept, plan, err))
		return false;
	json_add_bool(result->values, "complete", true);
	return true;
}

/* ---- verify ---- */

static bool judge_channel(Slack *slack, const char *id, ActionResult *result, Error *err) {
	AUTO(Json) *answer = NULL;
	AUTO_FREE char *path = api_path("/conversations.info?channel=%s", id);
	if (!slack_ask(slack, path, &answer, err))
		return false;
	const Json *channel = json_get(answer, "channel");
	AUTO_FREE char *name = text_sanitised_line(json_get_string_or(channel, "name", "?"));
	bool is_it = text_eq(json_get_string(channel, "id"), id), archived = json_get_bool(channel, "is_archived", false);
	bool complete = json_get_bool(result->values, "complete", false);
	if (!is_it)
		return api_strange(&slack->api, path, err, "answers with another channel");
	result->verified = complete && !archived ? VERIFIED_YES : VERIFIED_NO;
	result->evidence = bg_asprintf("#%s (%s) is there%s%s", name, id, archived ? ", and is archived" : "",
		complete ? "" : "; its topic or invitations were not all set: do it again, and it goes on with this one");
	return true;
}

bool slack_verify_channel(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Slack) slack = {0};
	const char *id = json_get_string(result->values, "channel");
	free(result->evidence);
	result->evidence = NULL;
	if (!id) {
		bool refused = json_get_bool(result->values, "refused", false);
		result->verified = refused ? VERIFIED_NO : VERIFIED_UNKNOWN;
		result->evidence = refused ? bg_strdup("Slack made no channel")
			: bg_asprintf("whether #%s was made is not known: look for it in Slack", json_get_string_or(plan->basis, "name", ""));
		return true;
	}
	return (slack_open(call, &slack, err) && judge_channel(&slack, id, result, err)) || error_what(err, "look at the channel");
}
