/* client.c: Trello with a key and a token, both in one header: an address would end up in logs. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/environment/secrets.h"
#include "core/providers/trello/trello.h"
#include "core/transport/process.h"

#define LIMIT_MS 10000         /* its limits are over ten seconds, and no header says when they end */

/* Plain text; a limit and some gateways answer with JSON. */
static void explain(const HttpResponse *response, Buf *said) {
	AUTO(Json) *json = NULL;
	Str body = str_trim(buf_str(&response->body)), line;
	if (str_starts(body, "{") && json_parse(body, &json, NULL)) {
		buf_puts(said, json_get_string(json, "message"));
		if (json_get_string(json, "error"))
			buf_printf(said, " (%s)", json_get_string(json, "error"));
	} else if (!str_starts(body, "<") && !str_starts(body, "[") && str_next_line(&body, &line)) {
		buf_put_str(said, line);
	}
}

/* They stand between quotes in the header: what would end those is no key and no token. */
static bool is_plain(const Secret *secret) {
	const char *text = secret_reveal(secret);
	size_t len = strlen(text);
	return len && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~") == len;
}

static bool take_part(const Call *call, Trello *trello, const char *name, Error *err) {
	MonoTime until = call->deadline;
	Secret *secret = NULL;
	if (!secret_resolve_of_system(call->environment, call->system, name, process_capture, &until, &secret, err))
		return false;
	trello->api.more[trello->api.more_count++] = (HttpSecret){NULL, secret};
	if (is_plain(secret))
		return true;
	AUTO_FREE char *place = secret_source_describe(system_find_secret(call->system, name));
	error_set(err, ERROR_INVALID, "the %s of %s holds what no %s of Trello holds: letters and digits only", name, call->system->name, name);
	error_where(err, "%s", place);
	return error_hint(err, "copy it again from trello.com/power-ups/admin, alone on its line");
}

static bool open_secrets(const Call *call, Trello *trello, Error *err) {
	AUTO_CLEAR(Buf) whole = {0};
	Api *api = &trello->api;
	if (!take_part(call, trello, "key", err) || !take_part(call, trello, "token", err))
		return false;
	buf_reserve(&whole, secret_len(api->more[0].secret) + secret_len(api->more[1].secret) + 64);   /* no half copy stays behind */
	buf_printf(&whole, "OAuth oauth_consumer_key=\"%s\", oauth_token=\"%s\"", secret_reveal(api->more[0].secret), secret_reveal(api->more[1].secret));
	api->secret = secret_new(buf_str(&whole), "key and token of Trello");
	secret_wipe(whole.data, whole.len);
	api->secret_header = "Authorization";
	api->secret_is_whole = true;
	api->secret_place = secret_source_describe(system_find_secret(call->system, "token"));
	trello->key_place = secret_source_describe(system_find_secret(call->system, "key"));
	return true;
}

bool trello_open(const Call *call, Trello *ret, Error *err) {
	AUTO_CLEAR(Trello) trello = {.patient = true};
	const char *url = system_setting(call->system, "url");
	trello.api.explain = explain;
	if (!api_open(&trello.api, call, "Trello", url ? url : TRELLO_URL, NULL, err) || !open_secrets(call, &trello, err))
		return false;
	*ret = trello;
	trello = (Trello){0};
	return true;
}

void trello_clear(Trello *trello) {
	api_clear(&trello->api);
	free(trello->key_place);
	*trello = (Trello){0};
}

/* ---- requests ---- */

static bool send_one(Trello *trello, const char *method, const char *path, const ApiBody *body, HttpResponse *ret, SendEnd *ret_end, Error *err) {
	if (trello->patient)
		return api_send_patiently(&trello->api, method, path, body, LIMIT_MS, ret, ret_end, err);
	*ret_end = SEND_UNKNOWN;
	return api_send(&trello->api, method, path, body, ret, err);
}

static bool take_answer(Trello *trello, const char *method, const char *path, const HttpResponse *response, Json **ret_answer, SendEnd *ret_end, Error *err) {
	if (response->status / 100 != 2) {
		*ret_end = response->status / 100 == 4 ? SEND_REFUSED : SEND_UNKNOWN;
		return trello_refused(trello, method, path, response, err);
	}
	if (!api_json(&trello->api, path, response, ret_answer, err))
		return false;
	*ret_end = SEND_DONE;
	return true;
}

bool trello_ask(Trello *trello, const char *path, Json **ret_answer, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	SendEnd end;
	return send_one(trello, "GET", path, NULL, &response, &end, err) && take_answer(trello, "GET", path, &response, ret_answer, &end, err);
}

bool trello_send(Trello *trello, const char *method, const char *path, const Json *body, Json **ret_answer, SendEnd *ret_end, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) text = {0};
	json_write(body, &text);
	ApiBody sent = {.content_type = "application/json; charset=utf-8", .bytes = buf_str(&text)};
	return send_one(trello, method, path, &sent, &response, ret_end, err) && take_answer(trello, method, path, &response, ret_answer, ret_end, err);
}
