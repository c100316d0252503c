/* post_system.c: the service that is posted to: its address, which may itself be a secret, and its headers, whose secrets are named and never shown. */
#include <stdlib.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/environment/secrets.h"
#include "core/providers/http/post.h"
#include "core/transport/process.h"
#include "core/transport/url.h"

#define HEADER "header."
#define HEADERS_MAX 16

/* ---- the environment file ---- */

static bool fail(const Environment *environment, const EnvironmentSystem *system, const char *key, const char *hint, Error *err) {
	error_hint(err, "%s", hint);
	return environment_error_at(environment, system_setting_place(system, key), err);
}

/* What the client itself says, and what would make another request of it. */
static bool is_own_header(const char *name) {
	static const char *const OWN[] = {"content-type", "content-length", "transfer-encoding", "host", "connection", "expect"};
	for (size_t i = 0; i < BG_LENGTH(OWN); i++)
		if (strcasecmp(name, OWN[i]) == 0)
			return true;
	return false;
}

static bool is_header_name(const char *name) {
	size_t len = strlen(name);
	return len && len < 64 && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == len;
}

/* As they are usually called; a secret by another name is found by nobody. */
static bool is_secret_header(const char *name) {
	static const char *const PARTS[] = {"authorization", "cookie", "key", "token", "secret", "signature", "password"};
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++)
		if (str_find_nocase(str_from(name), PARTS[i]) >= 0)
			return true;
	return false;
}

static bool check_header(const Environment *environment, const EnvironmentSystem *system, const char *key, bool secret, Error *err) {
	const char *name = key + strlen(HEADER);
	if (!is_header_name(name)) {
		error_set(err, ERROR_INVALID, "%.80s is no name of a header", name);
		return fail(environment, system, key, "letters, digits and dashes: " HEADER "X-Project", err);
	}
	if (is_own_header(name)) {
		error_set(err, ERROR_INVALID, "%s of %s is said by breakglass itself", name, system->name);
		return fail(environment, system, key, "leave it out; sends: form says that it is a form", err);
	}
	if (!secret && is_secret_header(name)) {
		error_set(err, ERROR_INVALID, "%s of %s is a secret: say where it comes from", key, system->name);
		return fail(environment, system, key, "write { env: NAME } or { file: PATH }, with the whole value of the header in it", err);
	}
	return true;
}

static bool check_headers(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	size_t count = 0;
	JSON_EACH(setting, system->settings)
		if (str_starts(str_from(json_key(setting)), HEADER) && (++count, !check_header(environment, system, json_key(setting), false, err)))
			return false;
	size_t secrets = system_find_secret(system, "token") != NULL;
	for (size_t i = 0; i < system->secret_count; i++)
		if (str_starts(str_from(system->secrets[i].key), HEADER) && (++secrets, !check_header(environment, system, system->secrets[i].key, true, err)))
			return false;
	if (count <= HEADERS_MAX && secrets <= API_SECRETS_MAX)
		return true;
	error_set(err, ERROR_INVALID, "%s has too many headers: %d plain ones and %d secrets are the most", system->name, HEADERS_MAX, API_SECRETS_MAX);
	return environment_error_at(environment, system->place, err);
}

static bool is_flat(const Json *object) {
	bool flat = json_is_object(object);
	JSON_EACH(member, object)
		flat = flat && !json_is_object(member) && !json_is_array(member);
	return flat;
}

static bool check_body(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	AUTO(Json) *body = NULL;
	Error why = {0};
	const char *written = system_setting(system, "body"), *sends = system_setting(system, "sends");
	if (sends && !text_eq(sends, "json") && !text_eq(sends, "form")) {
		error_set(err, ERROR_INVALID, "sends of %s is json or form", system->name);
		return fail(environment, system, "sends", "leave it out for json", err);
	}
	if (!written)
		return true;
	if (!json_parse(str_from(written), &body, &why)) {
		error_set(err, ERROR_INVALID, "body of %s is no JSON: %.120s", system->name, why.why);
		return fail(environment, system, "body", "write body: '{\"text\": \"${text}\"}', also for a form", err);
	}
	if (is_flat(body) || !text_eq(sends, "form"))
		return true;
	error_set(err, ERROR_INVALID, "body of %s is sent as a form, and a form has no objects in it", system->name);
	return fail(environment, system, "body", "write an object of texts: '{\"text\": \"${text}\"}'", err);
}

bool post_check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	bool plain = system_setting(system, "url") != NULL, secret = system_find_secret(system, "url") != NULL;
	if (!plain && !secret) {
		error_set(err, ERROR_MISSING, "the http system %s has no url", system->name);
		error_hint(err, "write url: https://..., or url: { env: NAME } where the address itself is the secret");
		return environment_error_at(environment, system->place, err);
	}
	return check_headers(environment, system, err) && check_body(environment, system, err);
}

/* ---- one call ---- */

static bool take_secret(const Call *call, const char *key, Secret **ret, Error *err) {
	MonoTime until = call->deadline;
	return secret_resolve_of_system(call->environment, call->system, key, process_capture, &until, ret, err);
}

static bool open_url(const Call *call, Post *post, Error *err) {
	AUTO(Secret) *secret = NULL;
	UrlParts parts;
	const char *url = system_setting(call->system, "url");
	post->api.url_is_secret = !url;
	if (!url && !take_secret(call, "url", &secret, err))
		return false;
	if (!url) {
		url = secret_reveal(secret);
		post->api.secret_place = secret_source_describe(system_find_secret(call->system, "url"));
	}
	if (!url_parse(url, &parts, NULL)) {
		error_set(err, ERROR_INVALID, "the url of %s is not an address", call->system->name);
		error_where(err, "%s", post->api.secret_place ? post->api.secret_place : call->system->name);
		return error_hint(err, "it is a whole one: https://...");
	}
	/* The last slash is a part of the address. */
	post->path = str_ends(str_from(url), "/") ? "/" : "";
	return api_open(&post->api, call, call->system->name, url, NULL, err);
}

static bool open_headers(const Call *call, Post *post, Error *err) {
	Api *api = &post->api;
	post->headers = bg_calloc(HEADERS_MAX, sizeof(*post->headers));
	JSON_EACH(setting, call->system->settings) {
		const char *name = json_key(setting);
		if (!str_starts(str_from(name), HEADER) || !json_is_string(setting) || post->header_count == HEADERS_MAX)
			continue;
		post->headers[post->header_count++] = (HttpHeader){name + strlen(HEADER), json_string(setting)};
		strlist_add_take(&post->shown, bg_asprintf("%s: %s", name + strlen(HEADER), json_string(setting)));
	}
	for (size_t i = 0; i < call->system->secret_count; i++) {
		const char *name = call->system->secrets[i].key;
		bool token = text_eq(name, "token");
		if ((!token && !str_starts(str_from(name), HEADER)) || api->more_count == API_SECRETS_MAX)
			continue;
		Secret **place = token ? &api->secret : &api->more[api->more_count].secret;
		if (!take_secret(call, name, place, err))
			return false;
		if (!token)
			api->more[api->more_count++].header = name + strlen(HEADER);
		AUTO_FREE char *source = secret_source_describe(&call->system->secrets[i].source);
		strlist_add_take(&post->shown, bg_asprintf("%s (%s)", token ? "Authorization: Bearer" : name + strlen(HEADER), source));
		if (!api->secret_place)
			api->secret_place = bg_strdup(source);
	}
	api->secret_header = api->secret ? "Authorization" : NULL;
	return true;
}

/* What services say in JSON when they refuse, else a line of plain text. */
static void explain(const HttpResponse *response, Buf *said) {
	static const char *const NAMES[] = {"message", "error", "detail", "description", "title"};
	AUTO(Json) *json = NULL;
	Str body = str_trim(buf_str(&response->body)), line;
	if (json_parse(body, &json, NULL)) {
		for (size_t i = 0; i < BG_LENGTH(NAMES) && !said->len; i++)
			buf_puts(said, json_get_string(json, NAMES[i]));
	} else if (!str_starts(body, "<") && str_next_line(&body, &line)) {
		buf_put_str(said, line);
	}
}

bool post_open(const Call *call, Post *ret, Error *err) {
	AUTO_CLEAR(Post) post = {.api.explain = explain, .is_form = text_eq(system_setting(call->system, "sends"), "form")};
	if (!open_url(call, &post, err) || !open_headers(call, &post, err))
		return false;
	*ret = post;
	post = (Post){0};
	return true;
}

void post_clear(Post *post) {
	api_clear(&post->api);
	strlist_clear(&post->shown);
	free(post->headers);
	*post = (Post){0};
}
