/* client.c: a Fastly service to talk to, its versions, and its errors. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/environment/secrets.h"
#include "core/providers/fastly/fastly.h"
#include "core/transport/process.h"
#include "core/transport/url.h"

#define VERSIONS_MAX 100000
#define LIMIT_LOW 50

/* {"msg","detail"}, newer {"errors":[{"title","detail"}]} or {"title","detail"} (go-fastly errors.go). */
static void explain(const HttpResponse *response, Buf *said) {
	AUTO(Json) *json = NULL;
	Str body = str_trim(buf_str(&response->body)), line;
	if (!json_parse(body, &json, NULL)) {
		if (!str_starts(body, "<") && str_next_line(&body, &line))
			buf_put_str(said, line);
		return;
	}
	const Json *error = json_at(json_get(json, "errors"), 0);
	error = error ? error : json;
	const char *title = json_get_string(error, "msg"), *detail = json_get_string(error, "detail");
	if (!title)
		title = json_get_string(error, "title");
	buf_puts(said, title);
	if (title && detail)
		buf_puts(said, ": ");
	buf_puts(said, detail);
}

static bool may_be_id(const char *service) {
	Str text = str_from(service);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
			return false;
	}
	return text.len >= 16 && text.len <= 32;
}

static bool take_service(Fastly *fastly, const Json *service, const char *path, Error *err) {
	const char *id = json_get_string(service, "id");
	if (!id || !may_be_id(id))
		return api_strange(&fastly->api, path, err, "gives a service without an id");
	fastly->id = bg_strdup(id);
	fastly->name = bg_strdup(json_get_string_or(service, "name", id));
	return true;
}

static bool no_service(const Fastly *fastly, const char *service, Error *err) {
	error_set(err, ERROR_MISSING, "there is no Fastly service named %s, or this token may not see it", service);
	error_hint(err, "give its id or its exact name as service");
	return error_where(err, "%s", fastly->api.url);
}

/* An id is looked up as one first. No such name is 400 with /service/search, not 404 (go-fastly, SearchService). */
static bool find_service(Fastly *fastly, const char *service, Error *err) {
	AUTO_FREE char *by_id = api_path("/service/%s", service);
	AUTO_FREE char *by_name = api_path("/service/search?name=%s", service);
	for (int i = may_be_id(service) ? 0 : 1; i < 2; i++) {
		AUTO(Json) *json = NULL;
		AUTO_CLEAR(HttpResponse) response = {0};
		const char *path = i == 0 ? by_id : by_name;
		if (!api_send(&fastly->api, "GET", path, NULL, &response, err))
			return false;
		if (response.status == 200)
			return api_json(&fastly->api, path, &response, &json, err) && take_service(fastly, json, path, err);
		if (response.status != 404 && !(i == 1 && response.status == 400))
			return api_refused(&fastly->api, "GET", path, &response, err);
	}
	return no_service(fastly, service, err);
}

bool fastly_open_account(const Call *call, Fastly *ret, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	const char *url = system_setting(call->system, "url");
	MonoTime until = call->deadline;
	fastly.api.explain = explain;
	fastly.api.secret_header = "Fastly-Key";
	if (!api_open(&fastly.api, call, "Fastly", url ? url : FASTLY_URL, NULL, err) ||
	    !secret_resolve_of_system(call->environment, call->system, "token", process_capture, &until, &fastly.api.secret, err))
		return false;
	fastly.api.secret_place = secret_source_describe(system_find_secret(call->system, "token"));
	*ret = fastly;
	fastly = (Fastly){0};
	return true;
}

bool fastly_open(const Call *call, Fastly *ret, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	const char *service = call_arg(call, "service");
	if (!service || !*service)
		service = system_setting(call->system, "service");
	if (!service) {
		error_set(err, ERROR_MISSING, "which service of %s is meant is not said", call->system->name);
		error_hint(err, "write service: there, or service= in the playbook");
		return environment_error_at(call->environment, call->system->place, err);
	}
	if (!fastly_open_account(call, &fastly, err) || !find_service(&fastly, service, err))
		return false;
	*ret = fastly;
	fastly = (Fastly){0};
	return true;
}

void fastly_clear(Fastly *fastly) {
	api_clear(&fastly->api);
	free(fastly->id);
	free(fastly->name);
	*fastly = (Fastly){0};
}

/* ---- versions ---- */

static bool read_versions(Fastly *fastly, const Json *json, const char *path, FastlyVersions *ret, Error *err) {
	size_t count = json_is_array(json) ? json_count(json) : 0;
	if (!count || count > VERSIONS_MAX)
		return api_strange(&fastly->api, path, err, "gives no list of versions");
	ret->items = bg_calloc(count, sizeof(*ret->items));
	JSON_EACH(item, json) {
		FastlyVersion version = {json_int_lenient(json_get(item, "number"), 0), json_get_bool(item, "active", false),
			json_get_bool(item, "locked", false)};
		if (version.number <= 0 || !json_is_bool(json_get(item, "active")))
			return api_strange(&fastly->api, path, err, "gives a version without a number, or without saying whether it is active");
		ret->items[ret->count++] = version;
		if (version.active)
			ret->active = version.number;
		if (version.number > ret->latest)
			ret->latest = version.number;
	}
	return true;
}

bool fastly_versions(Fastly *fastly, FastlyVersions *ret, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(FastlyVersions) versions = {0};
	AUTO_FREE char *path = api_path("/service/%s/version", fastly->id);
	if (!api_get(&fastly->api, path, &json, err) || !read_versions(fastly, json, path, &versions, err))
		return false;
	*ret = versions;
	versions = (FastlyVersions){0};
	return true;
}

void fastly_versions_clear(FastlyVersions *versions) {
	free(versions->items);
	*versions = (FastlyVersions){0};
}

bool fastly_choose_version(const Fastly *fastly, const FastlyVersions *versions, const char *text, const FastlyVersion **ret,
	Error *err) {
	int64_t number = 0;
	if (!text || !*text || text_eq(text, "active"))
		number = versions->active;
	else if (text_eq(text, "latest"))
		number = versions->latest;
	else if (!str_parse_int(str_from(text), &number) || number <= 0) {
		error_set(err, ERROR_INVALID, "\"%.20s\" is no version: a number, active or latest is", text);
		return error_hint(err, "look at the step that makes the draft");
	}
	for (size_t i = 0; i < versions->count; i++) {
		if (versions->items[i].number == number) {
			*ret = &versions->items[i];
			return true;
		}
	}
	if (number)
		error_set(err, ERROR_MISSING, "service %s has no version %lld", fastly->name, (long long) number);
	else
		error_set(err, ERROR_MISSING, "service %s has no active version", fastly->name);
	return error_hint(err, "look at the versions of the service in Fastly");
}

bool fastly_validate(Fastly *fastly, int64_t version, char **ret_why_not, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_FREE char *path = api_path("/service/%s/version/%lld/validate", fastly->id, (long long) version);
	*ret_why_not = NULL;
	if (!api_get(&fastly->api, path, &json, err))
		return false;
	const char *status = json_get_string(json, "status");
	if (!status)
		return api_strange(&fastly->api, path, err, "does not say whether the version is valid");
	if (!text_eq(status, "ok"))
		*ret_why_not = bg_asprintf("%.150s", json_get_string_or(json, "msg", status));
	return true;
}

void fastly_plan_begin(const Fastly *fastly, const Call *call, const char *action, Plan *plan) {
	plan_set(&plan->action, "%s", action);
	plan_set(&plan->confirm_name, "%s", fastly->name);
	plan->args = json_copy(call->args);
	plan->basis = json_new_object();
	json_add_string(plan->basis, "service", fastly->id);
}

void fastly_note_limit(const HttpResponse *response, ActionResult *result) {
	int64_t left = 0, reset = 0;
	char clock[WALL_TEXT_SIZE];
	if (!str_parse_int(http_header(response, "Fastly-RateLimit-Remaining"), &left) || left > LIMIT_LOW || result->warnings.count)
		return;
	bool known = str_parse_int(http_header(response, "Fastly-RateLimit-Reset"), &reset);
	strlist_add_take(&result->warnings, bg_asprintf("Fastly allows only %lld more changes until %s", (long long) left,
		known ? wall_format_dated((WallTime){reset * 1000}, wall_now(), clock) : "its limit ends"));
}
