/* sim_slack.c: see sim_slack.h. By the method pages of Slack's API reference: what only reads takes a query or a form, no JSON. */
#include "core/sandbox/sim_slack.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_route.h"

#define MESSAGES_MAX 4096
#define TEAM "T0SANDBOX"
#define BOT "U0BREAKGLASS"

typedef struct Message { size_t channel, thread; char *ts, *text; } Message;     /* thread: 1 + the message that it answers; 0 = none */
typedef struct Channel { char *id, *name, *topic; bool is_member; StrList members; } Channel;

struct SimSlack {
	char *token, *webhook, *refused_method, *refused_error;
	int limited, limit_s, lost;
	Channel *channels;
	size_t channel_count;
	Message *messages;
	size_t message_count;
};

static Channel *add_channel(SimSlack *slack, const char *name) {
	slack->channels = bg_reallocarray(slack->channels, slack->channel_count + 1, sizeof(*slack->channels));
	Channel *channel = &slack->channels[slack->channel_count];
	*channel = (Channel){.id = slack->channel_count ? bg_asprintf("C%07zu", slack->channel_count) : bg_strdup("C0GENERAL"), .name = bg_strdup(name),
		.topic = bg_strdup(""), .is_member = true};
	slack->channel_count++;
	return channel;
}

SimSlack *sim_slack_new(const char *token, const char *webhook) {
	SimSlack *slack = bg_calloc(1, sizeof(*slack));
	slack->token = bg_strdup(token);
	slack->webhook = bg_strdup(webhook);
	(void) add_channel(slack, "general");
	return slack;
}

SimSlack *sim_slack_free(SimSlack *slack) {
	if (!slack)
		return NULL;
	for (size_t i = 0; i < slack->channel_count; i++) {
		free(slack->channels[i].id);
		free(slack->channels[i].name);
		free(slack->channels[i].topic);
		strlist_clear(&slack->channels[i].members);
	}
	for (size_t i = 0; i < slack->message_count; i++) {
		free(slack->messages[i].ts);
		free(slack->messages[i].text);
	}
	free(slack->channels);
	free(slack->messages);
	free(slack->token);
	free(slack->webhook);
	free(slack->refused_method);
	free(slack->refused_error);
	free(slack);
	return NULL;
}

void sim_slack_limit(SimSlack *slack, int count, int seconds) {
	slack->limited = count;
	slack->limit_s = seconds;
}

void sim_slack_refuse(SimSlack *slack, const char *method, const char *error) {
	free(slack->refused_method);
	free(slack->refused_error);
	slack->refused_method = bg_strdup_or_null(error ? method : NULL);
	slack->refused_error = bg_strdup_or_null(error);
}

void sim_slack_lose(SimSlack *slack, int count) { slack->lost = count; }

void sim_slack_messages(const SimSlack *slack, StrList *ret_messages) {
	for (size_t i = 0; i < slack->message_count; i++) {
		const Message *message = &slack->messages[i];
		AUTO_FREE char *answers = message->thread ? bg_asprintf(">%zu", message->thread) : bg_strdup("");
		strlist_add_take(ret_messages, bg_asprintf("%s %zu%s %s", slack->channels[message->channel].id, i + 1, answers, message->text));
	}
}

void sim_slack_channels(const SimSlack *slack, StrList *ret_channels) {
	for (size_t i = 0; i < slack->channel_count; i++) {
		AUTO_FREE char *members = strlist_join(&slack->channels[i].members, ",");
		strlist_add_take(ret_channels, bg_asprintf("%s %s %s %s", slack->channels[i].id, slack->channels[i].name, slack->channels[i].topic, members));
	}
}

/* ---- answers ---- */

static void refuse(SimCall *call, const char *error) {
	Json *json = json_new_object();
	json_add_bool(json, "ok", false);
	json_add_string(json, "error", error);
	if (text_eq(error, "missing_scope")) {
		json_add_string(json, "needed", "channels:manage");
		json_add_string(json, "provided", "chat:write");
	}
	sim_reply_json_take(call->reply, 200, json);
}

static void accept(SimCall *call, Json *json) {
	json_add_bool(json, "ok", true);
	sim_reply_json_take(call->reply, 200, json);
}

void sim_slack_refuse_token(SimReply *reply) { sim_reply_text(reply, 200, "application/json; charset=utf-8", "{\"ok\":false,\"error\":\"token_expired\"}"); }

/* Arguments of a method that writes: JSON where the type says so, else a form. Owned. */
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

static Channel *find_channel(SimSlack *slack, const char *id) {
	for (size_t i = 0; i < slack->channel_count; i++)
		if (text_eq(slack->channels[i].id, id) || (id && id[0] == '#' && text_eq(slack->channels[i].name, id + 1)))
			return &slack->channels[i];
	return NULL;
}

static Json *present_channel(const Channel *channel) {
	Json *json = json_new_object();
	json_add_string(json, "id", channel->id);
	json_add_string(json, "name", channel->name);
	json_add_bool(json, "is_channel", true);
	json_add_bool(json, "is_private", false);
	json_add_bool(json, "is_archived", false);
	json_add_bool(json, "is_member", channel->is_member);
	json_add_string(json, "creator", BOT);
	json_add_string(json_add(json, "topic", json_new_object()), "value", channel->topic);
	return json;
}

/* ---- methods ---- */

static void auth_test(void *system, SimCall *call) {
	(void) system;
	Json *json = json_new_object();
	json_add_string(json, "url", "https://sandbox.slack.com/");
	json_add_string(json, "team", "Sandbox");
	json_add_string(json, "user", "breakglass");
	json_add_string(json, "team_id", TEAM);
	json_add_string(json, "user_id", BOT);
	json_add_string(json, "bot_id", "B0BREAKGLASS");
	accept(call, json);
	sim_reply_header(call->reply, "x-oauth-scopes", "chat:write,channels:manage,channels:read");
}

static const char *wrong_name(const SimSlack *slack, const char *name) {
	size_t len = strlen(name);
	if (!len)
		return "invalid_name_required";
	if (len > 80)
		return "invalid_name_maxlength";
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != len)
		return "invalid_name_specials";
	if (strspn(name, "-_") == len)
		return "invalid_name_punctuation";
	for (size_t i = 0; i < slack->channel_count; i++)
		if (text_eq(slack->channels[i].name, name))
			return "name_taken";
	return NULL;
}

static void create(void *system, SimCall *call) {
	SimSlack *slack = system;
	AUTO(Json) *args = arguments(call);
	const char *name = json_get_string_or(args, "name", ""), *wrong = wrong_name(slack, name);
	if (wrong) {
		refuse(call, wrong);
		return;
	}
	Json *json = json_new_object();
	json_add(json, "channel", present_channel(add_channel(slack, name)));
	accept(call, json);
}

static void info(void *system, SimCall *call) {
	Channel *channel = find_channel(system, sim_request_arg(call->request, "channel"));
	if (!channel) {
		refuse(call, "channel_not_found");
		return;
	}
	Json *json = json_new_object();
	json_add(json, "channel", present_channel(channel));
	accept(call, json);
}

static void set_topic(void *system, SimCall *call) {
	AUTO(Json) *args = arguments(call);
	Channel *channel = find_channel(system, json_get_string(args, "channel"));
	if (!channel) {
		refuse(call, "channel_not_found");
		return;
	}
	free(channel->topic);
	channel->topic = bg_strdup(json_get_string_or(args, "topic", ""));
	Json *json = json_new_object();
	json_add(json, "channel", present_channel(channel));
	accept(call, json);
}

static void invite(void *system, SimCall *call) {
	AUTO(Json) *args = arguments(call);
	AUTO_CLEAR(StrList) users = {0};
	Channel *channel = find_channel(system, json_get_string(args, "channel"));
	strlist_split(&users, str_from(json_get_string_or(args, "users", "")), ',');
	size_t known = 0;
	for (size_t i = 0; i < users.count; i++)
		if (users.items[i][0] != 'U') {
			refuse(call, "user_not_found");
			return;
		}
	for (size_t i = 0; channel && i < users.count; i++)
		known += strlist_has(&channel->members, users.items[i]);
	if (!channel || !users.count || known == users.count) {
		refuse(call, !channel ? "channel_not_found" : users.count ? "already_in_channel" : "no_user");
		return;
	}
	for (size_t i = 0; i < users.count; i++)
		if (!strlist_has(&channel->members, users.items[i]))
			strlist_add(&channel->members, users.items[i]);
	Json *json = json_new_object();
	json_add(json, "channel", present_channel(channel));
	accept(call, json);
}

/* 1 + its place; 0: there is none. */
static size_t find_message(const SimSlack *slack, const char *ts) {
	for (size_t i = 0; i < slack->message_count; i++)
		if (text_eq(slack->messages[i].ts, ts))
			return i + 1;
	return 0;
}

static const Message *add_message(SimSlack *slack, size_t channel, size_t thread, const char *text, WallTime now) {
	slack->messages = bg_reallocarray(slack->messages, slack->message_count + 1, sizeof(*slack->messages));
	Message *message = &slack->messages[slack->message_count++];
	*message = (Message){channel, thread, bg_asprintf("%lld.%06zu", (long long) now.ms / 1000, slack->message_count), bg_strdup(text)};
	return message;
}

static void post(void *system, SimCall *call) {
	SimSlack *slack = system;
	AUTO(Json) *args = arguments(call);
	const char *text = json_get_string_or(args, "text", ""), *thread = json_get_string(args, "thread_ts");
	Channel *channel = find_channel(slack, json_get_string(args, "channel"));
	const char *wrong = !channel ? "channel_not_found" : !*text ? "no_text" : thread && !find_message(slack, thread) ? "thread_not_found"
		: slack->message_count >= MESSAGES_MAX ? "restricted_action" : NULL;
	if (wrong) {
		refuse(call, wrong);
		return;
	}
	const Message *message = add_message(slack, (size_t) (channel - slack->channels), thread ? find_message(slack, thread) : 0, text, call->now);
	Json *json = json_new_object();
	json_add_string(json, "channel", channel->id);
	json_add_string(json, "ts", message->ts);
	Json *shown = json_add(json, "message", json_new_object());
	json_add_string(shown, "type", "message");
	json_add_string(shown, "user", BOT);
	json_add_string(shown, "text", text);
	json_add_string(shown, "ts", message->ts);
	accept(call, json);
	if (slack->lost > 0) {
		slack->lost--;
		call->reply->ending = SIM_ENDING_RESET;
	}
}

static void permalink(void *system, SimCall *call) {
	SimSlack *slack = system;
	const char *ts = sim_request_arg(call->request, "message_ts");
	Channel *channel = find_channel(slack, sim_request_arg(call->request, "channel"));
	if (!channel || !find_message(slack, ts)) {
		refuse(call, channel ? "message_not_found" : "channel_not_found");
		return;
	}
	Json *json = json_new_object();
	AUTO_FREE char *link = bg_asprintf("https://sandbox.slack.com/archives/%s/p%s", channel->id, ts);
	json_add_string(json, "channel", channel->id);
	json_add_string(json, "permalink", link);
	accept(call, json);
}

static const SimRoute ROUTES[] = {
	{"GET", "/api/auth.test", auth_test, 0}, {"POST", "/api/auth.test", auth_test, 0}, {"POST", "/api/conversations.create", create, 0},
	{"GET", "/api/conversations.info", info, 0}, {"POST", "/api/conversations.setTopic", set_topic, 0}, {"POST", "/api/conversations.invite", invite, 0},
	{"POST", "/api/chat.postMessage", post, 0}, {"GET", "/api/chat.getPermalink", permalink, 0},
};

/* ---- the webhook ---- */

static void webhook(SimSlack *slack, const SimRequest *request, SimReply *reply, WallTime now) {
	AUTO(Json) *args = NULL;
	bool parsed = json_parse(buf_str(&request->body), &args, NULL);
	const char *text = json_get_string_or(args, "text", "");
	if (!text_eq(request->path, slack->webhook)) {
		sim_reply_text(reply, 404, "text/html", "no_service");
	} else if (!parsed || !*text) {
		sim_reply_text(reply, 400, "text/html", parsed ? "no_text" : "invalid_payload");
	} else {
		(void) add_message(slack, 0, 0, text, now);
		sim_reply_text(reply, 200, "text/html", "ok");
	}
	if (reply->status == 200 && slack->lost > 0) {
		slack->lost--;
		reply->ending = SIM_ENDING_RESET;
	}
}

static bool is_token(const SimSlack *slack, const SimRequest *request) {
	const char *given = sim_request_header(request, "Authorization");
	return given && str_starts(str_from(given), "Bearer ") && text_eq(given + strlen("Bearer "), slack->token);
}

void sim_slack_handle(SimSlack *slack, const SimRequest *request, SimReply *reply, WallTime now) {
	SimCall call = {.request = request, .reply = reply, .now = now};
	if (slack->limited > 0) {
		AUTO_FREE char *seconds = bg_asprintf("%d", slack->limit_s);
		slack->limited--;
		sim_reply_text(reply, 429, "application/json; charset=utf-8", "{\"ok\":false,\"error\":\"ratelimited\"}");
		sim_reply_header(reply, "Retry-After", seconds);
		return;
	}
	if (str_starts(str_from(request->path), "/services/")) {
		webhook(slack, request, reply, now);
		return;
	}
	const SimRoute *route = sim_route_find(ROUTES, BG_LENGTH(ROUTES), &call);
	const char *method = strrchr(request->path, '/');
	if (!is_token(slack, request))
		refuse(&call, sim_request_header(request, "Authorization") ? "invalid_auth" : "not_authed");
	else if (method && text_eq(method + 1, slack->refused_method))
		refuse(&call, slack->refused_error);
	else if (route)
		route->handle(slack, &call);
	else
		refuse(&call, "unknown_method");
	sim_call_clear_params(&call);
}
