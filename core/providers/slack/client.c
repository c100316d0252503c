/* client.c: a workspace to talk to: its token or its webhook, the requests, and how long Slack wants us to wait. */
#include <poll.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/environment/secrets.h"
#include "core/providers/slack/slack.h"
#include "core/transport/process.h"
#include "core/transport/url.h"

#define TRIES_MAX 5
#define LIMIT_DEFAULT_S 5      /* where Slack does not say how long */
#define SLICE_MS 100

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

/* ---- waiting ---- */

static int64_t wait_of(const HttpResponse *response) {
	int64_t seconds = 0;
	return (str_parse_int(http_header(response, "Retry-After"), &seconds) && seconds >= 0 ? seconds : LIMIT_DEFAULT_S) * 1000;
}

/* False: the limit ends after the deadline, or somebody wants it to stop. */
static bool wait_for_limit(const Call *call, int64_t wait_ms) {
	if (wait_ms >= call_remaining_ms(call))
		return false;
	call_progress(call, 0, 0, "Slack asks to wait %lld s", (long long) (wait_ms / 1000));
	for (int64_t end = mono_now().ms + wait_ms; mono_now().ms < end && !call_is_cancelled(call);)
		(void) poll(NULL, 0, (int) (end - mono_now().ms < SLICE_MS ? end - mono_now().ms + 1 : SLICE_MS));   /* only the time matters */
	return !call_is_cancelled(call);
}

/* One request, again after each 429, which says that nothing was done. Any whole answer but that one. */
static bool send_patiently(Slack *slack, const char *method, const char *path, const ApiBody *body, HttpResponse *ret, SlackEnd *ret_end, Error *err) {
	Error local = {0};
	for (int tries = 0;; tries++) {
		http_response_clear(ret);
		*ret_end = SLACK_UNKNOWN;
		if (!api_send(&slack->api, method, path, body, ret, &local)) {
			*ret_end = ret->unsent ? SLACK_UNSENT : SLACK_UNKNOWN;
			if (err)
				*err = local;
			return false;
		}
		if (ret->status != 429)
			return true;
		*ret_end = SLACK_REFUSED;
		if (tries + 1 >= TRIES_MAX || !wait_for_limit(slack->api.call, wait_of(ret)))
			return api_refused(&slack->api, method, path, ret, err);
	}
}

/* ---- requests ---- */

static bool take_answer(Slack *slack, const char *method, const char *path, const HttpResponse *response, Json **ret_answer, SlackEnd *ret_end,
	char ret_code[static 64], Error *err) {
	AUTO(Json) *answer = NULL;
	if (response->status / 100 != 2) {
		*ret_end = response->status / 100 == 4 ? SLACK_REFUSED : SLACK_UNKNOWN;
		return api_refused(&slack->api, method, path, response, err);
	}
	if (!api_json(&slack->api, path, response, &answer, err))
		return false;
	if (!json_is_bool(json_get(answer, "ok")))
		return api_strange(&slack->api, path, err, "does not say whether it did it");
	if (!json_get_bool(answer, "ok", false)) {
		const char *code = json_get_string_or(answer, "error", "");
		bool partly = text_eq(code, "fatal_error") || text_eq(code, "internal_error");
		*ret_end = partly ? SLACK_UNKNOWN : SLACK_REFUSED;
		if (strlen(code) < 64)
			memcpy(ret_code, code, strlen(code) + 1);
		return slack_refused(slack, path, answer, err);
	}
	*ret_end = SLACK_DONE;
	*ret_answer = TAKE(answer);
	return true;
}

bool slack_ask(Slack *slack, const char *path, Json **ret_answer, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	SlackEnd end;
	char code[64] = "";
	return send_patiently(slack, "GET", path, NULL, &response, &end, err) && take_answer(slack, "GET", path, &response, ret_answer, &end, code, err);
}

bool slack_send(Slack *slack, const char *path, const Json *body, Json **ret_answer, SlackEnd *ret_end, char ret_code[static 64], Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) text = {0};
	ret_code[0] = '\0';
	json_write(body, &text);
	ApiBody sent = {.content_type = "application/json; charset=utf-8", .bytes = buf_str(&text)};
	return send_patiently(slack, "POST", path, &sent, &response, ret_end, err) &&
		take_answer(slack, "POST", path, &response, ret_answer, ret_end, ret_code, err);
}

/* 200 with the two letters "ok"; refusals are statuses with a word in plain text (changelog of 2016-05-17). */
bool slack_send_webhook(Slack *slack, const char *text, SlackEnd *ret_end, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) bytes = {0};
	AUTO(Json) *body = json_new_object();
	json_add_string(body, "text", text);
	json_write(body, &bytes);
	ApiBody sent = {.content_type = "application/json; charset=utf-8", .bytes = buf_str(&bytes)};
	if (!send_patiently(slack, "POST", "", &sent, &response, ret_end, err))
		return false;
	if (response.status / 100 != 2) {
		*ret_end = response.status / 100 == 4 ? SLACK_REFUSED : SLACK_UNKNOWN;
		return api_refused(&slack->api, "POST", "", &response, err);
	}
	if (!str_eq_c(str_trim(buf_str(&response.body)), "ok"))
		return api_strange(&slack->api, "", err, "does not answer the webhook with ok");
	*ret_end = SLACK_DONE;
	return true;
}
