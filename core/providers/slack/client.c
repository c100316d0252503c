/* client.c: a workspace to talk to: its token or its webhook, the requests, and how long Slack wants us to wait. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/environment/secrets.h"
#include "core/providers/slack/slack.h"
#include "core/transport/process.h"
#include "core/transport/url.h"

#define LIMIT_DEFAULT_MS 5000

/* {"ok":false,"error":CODE}; webhooks answer with a line of plain text, and gateways with anything. */
static void explain(const HttpResponse *response, Buf *said) {
	AUTO(Json) *json = NULL;
	Str body = str_trim(buf_str(&response->body)), line;
	if (json_parse(body, &json, NULL))
		buf_puts(said, json_get_string(json, "error"));
	else if (!str_starts(body, "<") && str_next_line(&body, &line))
		buf_put_str(said, line);
}

static bool open_token(const Call *call, Slack *slack, Error *err) {
	const char *url = system_setting(call->system, "url");
	MonoTime until = call->deadline;
	slack->api.secret_header = "Authorization";
	if (!api_open(&slack->api, call, "Slack", url ? url : SLACK_URL, NULL, err) ||
	    !secret_resolve_of_system(call->environment, call->system, "token", process_capture, &until, &slack->api.secret, err))
		return false;
	slack->api.secret_place = secret_source_describe(system_find_secret(call->system, "token"));
	return true;
}

/* The whole address is the credential: whoever has it can post. */
static bool open_webhook(const Call *call, Slack *slack, Error *err) {
	AUTO(Secret) *secret = NULL;
	UrlParts parts;
	MonoTime until = call->deadline;
	slack->by_webhook = slack->api.url_is_secret = true;
	if (!secret_resolve_of_system(call->environment, call->system, "webhook", process_capture, &until, &secret, err))
		return false;
	slack->api.secret_place = secret_source_describe(system_find_secret(call->system, "webhook"));
	if (!url_parse(secret_reveal(secret), &parts, NULL)) {
		error_set(err, ERROR_INVALID, "the webhook of %s is not an address", call->system->name);
		error_where(err, "%s", slack->api.secret_place);
		return error_hint(err, "copy it whole from the app's page: https://hooks.slack.com/services/...");
	}
	return api_open(&slack->api, call, "Slack", secret_reveal(secret), NULL, err);
}

bool slack_open(const Call *call, Slack *ret, Error *err) {
	AUTO_CLEAR(Slack) slack = {0};
	slack.api.explain = explain;
	bool token = system_find_secret(call->system, "token") != NULL;
	if (!(token ? open_token(call, &slack, err) : open_webhook(call, &slack, err)))
		return false;
	*ret = slack;
	slack = (Slack){0};
	return true;
}

void slack_clear(Slack *slack) {
	api_clear(&slack->api);
	*slack = (Slack){0};
}

/* Where Slack does not say how long. */
static bool send_patiently(Slack *slack, const char *method, const char *path, const ApiBody *body, HttpResponse *ret, SendEnd *ret_end, Error *err) {
	return api_send_patiently(&slack->api, method, path, body, LIMIT_DEFAULT_MS, ret, ret_end, err);
}

/* ---- requests ---- */

static bool take_answer(Slack *slack, const char *method, const char *path, const HttpResponse *response, Json **ret_answer, SendEnd *ret_end,
	char ret_code[static 64], Error *err) {
	AUTO(Json) *answer = NULL;
	if (response->status / 100 != 2) {
		*ret_end = response->status / 100 == 4 ? SEND_REFUSED : SEND_UNKNOWN;
		return api_refused(&slack->api, method, path, response, err);
	}
	if (!api_json(&slack->api, path, response, &answer, err))
		return false;
	if (!json_is_bool(json_get(answer, "ok")))
		return api_strange(&slack->api, path, err, "does not say whether it did it");
	if (!json_get_bool(answer, "ok", false)) {
		const char *code = json_get_string_or(answer, "error", "");
		bool partly = text_eq(code, "fatal_error") || text_eq(code, "internal_error");
		*ret_end = partly ? SEND_UNKNOWN : SEND_REFUSED;
		if (strlen(code) < 64)
			memcpy(ret_code, code, strlen(code) + 1);
		return slack_refused(slack, path, answer, err);
	}
	*ret_end = SEND_DONE;
	*ret_answer = TAKE(answer);
	return true;
}

bool slack_ask(Slack *slack, const char *path, Json **ret_answer, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	SendEnd end;
	char code[64] = "";
	return send_patiently(slack, "GET", path, NULL, &response, &end, err) && take_answer(slack, "GET", path, &response, ret_answer, &end, code, err);
}

bool slack_send(Slack *slack, const char *path, const Json *body, Json **ret_answer, SendEnd *ret_end, char ret_code[static 64], Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) text = {0};
	ret_code[0] = '\0';
	json_write(body, &text);
	ApiBody sent = {.content_type = "application/json; charset=utf-8", .bytes = buf_str(&text)};
	return send_patiently(slack, "POST", path, &sent, &response, ret_end, err) &&
		take_answer(slack, "POST", path, &response, ret_answer, ret_end, ret_code, err);
}

/* 200 with the two letters "ok"; refusals are statuses with a word in plain text (changelog of 2016-05-17). */
bool slack_send_webhook(Slack *slack, const char *text, SendEnd *ret_end, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) bytes = {0};
	AUTO(Json) *body = json_new_object();
	json_add_string(body, "text", text);
	json_write(body, &bytes);
	ApiBody sent = {.content_type = "application/json; charset=utf-8", .bytes = buf_str(&bytes)};
	if (!send_patiently(slack, "POST", "", &sent, &response, ret_end, err))
		return false;
	if (response.status / 100 != 2) {
		*ret_end = response.status / 100 == 4 ? SEND_REFUSED : SEND_UNKNOWN;
		return api_refused(&slack->api, "POST", "", &response, err);
	}
	if (!str_eq_c(str_trim(buf_str(&response.body)), "ok"))
		return api_strange(&slack->api, "", err, "does not answer the webhook with ok");
	*ret_end = SEND_DONE;
	return true;
}
