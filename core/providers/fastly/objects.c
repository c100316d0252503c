/* objects.c: the kinds of objects of a version, and their fields. */
#include "core/base/alloc.h"
#include "core/providers/fastly/fastly.h"

/* Every kind that can name a host or hold text (go-fastly, fastly/NAME.go). */
const FastlyKind FASTLY_KINDS[] = {
	{"backend", "backend", false, false},
	{"health check", "healthcheck", false, false},
	{"director", "director", false, false},
	{"pool", "pool", false, true},
	{"domain", "domain", false, false},
	{"header", "header", false, false},
	{"request setting", "request_settings", false, false},
	{"settings", "settings", true, false},
	{"condition", "condition", false, false},
	{"response object", "response_object", false, false},
	{"cache setting", "cache_settings", false, false},
	{"gzip", "gzip", false, false},
	{"VCL", "vcl", false, false},
	{"snippet", "snippet", false, false},
	{"dictionary", "dictionary", false, false},
	{"ACL", "acl", false, false},
	{"S3 log", "logging/s3", false, true},
};
const size_t FASTLY_KIND_COUNT = BG_LENGTH(FASTLY_KINDS);

const FastlyKind *fastly_kind(const char *name) {
	for (size_t i = 0; i < FASTLY_KIND_COUNT; i++)
		if (text_eq(FASTLY_KINDS[i].name, name))
			return &FASTLY_KINDS[i];
	bg_bug(__FILE__, __LINE__, "a kind of the table");
}

const char *fastly_object_name(const Json *object) { return json_get_string_or(object, "name", ""); }

static bool is_one_of(const char *field, const char *const *names, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (text_eq(field, names[i]))
			return true;
	return false;
}

bool fastly_field_is_secret(const char *field) {
	static const char *const NAMES[] = {"ssl_client_key", "ssl_client_cert", "client_cert", "tls_client_key", "tls_client_cert",
		"secret_key", "access_key", "token", "password"};
	return is_one_of(field, NAMES, BG_LENGTH(NAMES));
}

bool fastly_field_is_housekeeping(const char *field) {
	static const char *const NAMES[] = {"service_id", "version", "created_at", "updated_at", "deleted_at", "id", "name", "locked"};
	return is_one_of(field, NAMES, BG_LENGTH(NAMES));
}

static bool all_are_objects(const Json *array) {
	JSON_EACH(item, array)
		if (!json_is_object(item))
			return false;
	return true;
}

/* Any server has a page for what it does not know; only Fastly says it as {"msg": ...}, or in its newer forms. */
static bool speaks_fastly(const HttpResponse *response) {
	AUTO(Json) *json = NULL;
	return json_parse(buf_str(&response->body), &json, NULL)
		&& (json_get_string(json, "msg") || json_get_string(json, "title") || json_is_array(json_get(json, "errors")));
}

bool fastly_objects(Fastly *fastly, int64_t version, const FastlyKind *kind, Json **ret_objects, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *base = api_path("/service/%s/version/%lld/", fastly->id, (long long) version);
	AUTO_FREE char *path = bg_asprintf("%s%s", base, kind->path);
	if (!api_send(&fastly->api, "GET", path, NULL, &response, err))
		return false;
	*ret_objects = NULL;
	if (kind->optional && response.status == 403 && speaks_fastly(&response))
		return true;
	if (kind->optional && response.status == 404 && speaks_fastly(&response)) {
		*ret_objects = json_new_array();
		return true;
	}
	if (response.status != 200)
		return api_refused(&fastly->api, "GET", path, &response, err);
	if (!api_json(&fastly->api, path, &response, &json, err))
		return false;
	if (kind->single ? !json_is_object(json) : !json_is_array(json) || !all_are_objects(json))
		return api_strange(&fastly->api, path, err, "gives something else than the objects of the version");
	if (kind->single) {
		Json *array = json_new_array();
		json_append(array, TAKE(json));
		*ret_objects = array;
	} else {
		*ret_objects = TAKE(json);
	}
	return true;
}

/* ---- text in host names ---- */

/* What a bucket or host name may go on with: a match must not begin or end inside of one. */
static bool joins(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static ptrdiff_t find_whole(Str value, size_t from, Str text) {
	for (size_t at = from; text.len && at + text.len <= value.len; at++) {
		if (!str_eq_nocase(str_slice(value, at, text.len), text))
			continue;
		bool begins = at == 0 || !joins(value.ptr[at - 1]) || !joins(text.ptr[0]);
		bool ends = at + text.len == value.len || !joins(value.ptr[at + text.len]) || !joins(text.ptr[text.len - 1]);
		if (begins && ends)
			return (ptrdiff_t) at;
	}
	return -1;
}

bool fastly_names(const char *value, const char *text) { return value && find_whole(str_from(value), 0, str_from(text)) >= 0; }

char *fastly_exchange(const char *value, const char *from, const char *to) {
	Str text = str_from(value), wanted = str_from(from);
	if (!fastly_names(value, from))
		return NULL;
	Buf out = {0};
	size_t done = 0;
	for (ptrdiff_t at = find_whole(text, 0, wanted); at >= 0; at = find_whole(text, done, wanted)) {
		buf_put_str(&out, str_slice(text, done, (size_t) at - done));
		buf_puts(&out, to);
		done = (size_t) at + wanted.len;
	}
	buf_put_str(&out, str_slice(text, done, text.len));
	return buf_take(&out);
}
