/* client.c: a CouchDB to talk to, its databases, and its errors. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/environment/secrets.h"
#include "core/providers/couchdb/couchdb.h"
#include "core/transport/process.h"

char *couch_error_of(const HttpResponse *response) {
	AUTO(Json) *json = NULL;
	Str body = str_trim(buf_str(&response->body));
	bool ok = str_starts(body, "{") && json_parse(body, &json, NULL);
	return bg_strdup(ok ? json_get_string_or(json, "error", "") : "");
}

/* {"error":"not_found","reason":"Database does not exist."} */
static void explain(const HttpResponse *response, Buf *said) {
	AUTO(Json) *json = NULL;
	Str body = str_trim(buf_str(&response->body)), line;
	if (str_starts(body, "{") && json_parse(body, &json, NULL)) {
		const char *error = json_get_string(json, "error"), *reason = json_get_string(json, "reason");
		buf_puts(said, error);
		buf_puts(said, error && reason ? ": " : "");
		buf_puts(said, reason);
	} else if (!str_starts(body, "<") && str_next_line(&body, &line)) {
		buf_put_str(said, line);
	}
}

static bool take_password(const Call *call, Couch *couch, Error *err) {
	const char *user = system_setting(call->system, "user");
	const SecretSource *source = system_find_secret(call->system, "password");
	MonoTime until = call->deadline;
	if (!source)
		return true;
	if (!secret_resolve_of_system(call->environment, call->system, "password", process_capture, &until, &couch->password, err))
		return false;
	couch->user = bg_strdup(user ? user : "admin");
	AUTO_CLEAR(Buf) plain = {0};
	AUTO_CLEAR(Buf) header = {0};
	buf_reserve(&plain, strlen(couch->user) + secret_len(couch->password) + 2);   /* so that no copies stay behind in freed memory */
	buf_reserve(&header, 2 * (strlen(couch->user) + secret_len(couch->password)) + 16);
	buf_printf(&plain, "%s:", couch->user);
	buf_append(&plain, secret_reveal(couch->password), secret_len(couch->password));
	buf_puts(&header, "Basic ");
	base64_encode(plain.data, plain.len, &header);
	couch->api.secret = secret_new(buf_str(&header), "password of CouchDB");
	secret_wipe(plain.data, plain.len);
	secret_wipe(header.data, header.len);
	couch->api.secret_place = secret_source_describe(source);
	couch->api.secret_header = "Authorization";
	couch->api.secret_is_whole = true;
	return true;
}

bool couch_open_at(const Call *call, const char *url, Couch *ret, Error *err) {
	AUTO_CLEAR(Couch) couch = {0};
	couch.api.explain = explain;
	if (!api_open(&couch.api, call, "CouchDB", url, NULL, err) || !take_password(call, &couch, err))
		return false;
	*ret = couch;
	couch = (Couch){0};
	return true;
}

bool couch_open(const Call *call, Couch *ret, Error *err) { return couch_open_at(call, system_setting(call->system, "url"), ret, err); }

void couch_clear(Couch *couch) {
	api_clear(&couch->api);
	secret_free(couch->password);
	free(couch->user);
	*couch = (Couch){0};
}

bool couch_send(Couch *couch, const char *method, const char *path, const Buf *body, HttpResponse *ret, Error *err) {
	ApiBody sent = {.content_type = "application/json", .bytes = body ? buf_str(body) : (Str){0}};
	bool ok = api_send(&couch->api, method, path, body ? &sent : NULL, ret, err);
	if (couch->password && ret->body.len)
		secret_hide(couch->password, ret->body.data, ret->body.len);
	if (couch->password && ret->headers.len)
		secret_hide(couch->password, ret->headers.data, ret->headers.len);
	return ok;
}

bool couch_refused(const Couch *couch, const char *method, const char *path, const HttpResponse *response, Error *err) {
	api_refused(&couch->api, method, path, response, err);
	if (!err || response->status != 401)
		return false;
	Error refused = *err;
	error_set(err, ERROR_DENIED, "CouchDB does not accept user %s with this password (status 401)", couch->user ? couch->user : "nobody");
	err->os_code = 401;
	error_hint(err, couch->api.secret_place ? "look at user and password in the environment file (%s)" : "give user and password in the environment file%s",
		couch->api.secret_place ? couch->api.secret_place : "");
	return error_where(err, "%s", refused.where);
}

bool couch_find(Couch *couch, const char *path, Json **ret_json, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	*ret_json = NULL;
	if (!couch_send(couch, "GET", path, NULL, &response, err))
		return false;
	if (response.status == 404) {
		AUTO_FREE char *error = couch_error_of(&response);
		return text_eq(error, "not_found") || couch_refused(couch, "GET", path, &response, err);
	}
	if (response.status != 200)
		return couch_refused(couch, "GET", path, &response, err);
	if (!api_json(&couch->api, path, &response, &json, err))
		return false;
	if (!json_is_object(json))
		return api_strange(&couch->api, path, err, "answers with JSON of an unknown shape");
	*ret_json = TAKE(json);
	return true;
}

bool couch_get(Couch *couch, const char *path, Json **ret_json, Error *err) {
	if (!couch_find(couch, path, ret_json, err))
		return false;
	return *ret_json || api_strange(&couch->api, path, err, "has nothing there: it may be older than version 3, or something else");
}

bool couch_database(Couch *couch, const char *name, CouchDatabase *ret, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_FREE char *path = api_path("/%s", name);
	*ret = (CouchDatabase){0};
	if (!couch_find(couch, path, &json, err))
		return false;
	if (!json)
		return true;
	int64_t documents = json_get_int(json, "doc_count", -1), deleted = json_get_int(json, "doc_del_count", 0);
	if (documents < 0 || deleted < 0)
		return api_strange(&couch->api, path, err, "does not say how many documents the database holds");
	*ret = (CouchDatabase){true, documents, deleted};
	return true;
}
