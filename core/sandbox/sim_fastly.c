/* sim_fastly.c: services and versions: list, search, details, clone, activate, lock. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_fastly_parts.h"

#define WRITES_AN_HOUR 1000

SimFastly *sim_fastly_new(void) {
	SimFastly *fastly = bg_calloc(1, sizeof(*fastly));
	fastly->items = json_new_object();
	fastly->dynamic = json_new_object();
	fastly->url = bg_strdup("");
	fastly->writes_left = WRITES_AN_HOUR;
	return fastly;
}

SimFastly *sim_fastly_free(SimFastly *fastly) {
	if (!fastly)
		return NULL;
	for (size_t i = 0; i < fastly->count; i++) {
		SimService *service = &fastly->services[i];
		for (size_t v = 0; v < service->count; v++) {
			free(service->versions[v].comment);
			json_free(service->versions[v].objects);
		}
		free(service->versions);
		free(service->id);
		free(service->name);
	}
	free(fastly->services);
	strlist_clear(&fastly->tokens);
	json_free(fastly->items);
	json_free(fastly->dynamic);
	free(fastly->url);
	free(fastly);
	return NULL;
}

void sim_fastly_add_token(SimFastly *fastly, const char *token) { strlist_add(&fastly->tokens, token); }

void sim_fastly_set_url(SimFastly *fastly, const char *url) {
	free(fastly->url);
	fastly->url = bg_strdup(url);
}

void sim_fastly_set_items(SimFastly *fastly, const char *dictionary_id, Json *items) { json_add(fastly->items, dictionary_id, items); }

void sim_fastly_set_dynamic_snippet(SimFastly *fastly, const char *snippet_id, const char *content) {
	json_add_string(fastly->dynamic, snippet_id, content);
}

void sim_fastly_set_writes_left(SimFastly *fastly, int64_t left, WallTime reset) {
	fastly->writes_left = left;
	fastly->writes_reset = reset;
}

static SimVersion *add_version(SimService *service, int64_t number, Json *objects, WallTime now) {
	service->versions = bg_reallocarray(service->versions, service->count + 1, sizeof(*service->versions));
	SimVersion *version = &service->versions[service->count++];
	*version = (SimVersion) { .number = number, .comment = bg_strdup(""), .created = now, .updated = now, .objects = objects };
	return version;
}

/* The clients of others count on the times of every object: the official one ends with a fault without them. */
static Json *with_times(Json *objects, WallTime now) {
	Json *copy = json_new_object();
	JSON_EACH(kind, objects) {
		Json *same = json_add(copy, json_key(kind), json_is_array(kind) ? json_new_array() : json_copy(kind));
		JSON_EACH(object, json_is_array(kind) ? kind : NULL)
			sim_fastly_add_times(json_append(same, json_copy(object)), now);
	}
	json_free(objects);
	return copy;
}

void sim_fastly_add_service(SimFastly *fastly, const char *id, const char *name, int64_t number, Json *objects, WallTime now) {
	fastly->services = bg_reallocarray(fastly->services, fastly->count + 1, sizeof(*fastly->services));
	SimService *service = &fastly->services[fastly->count++];
	*service = (SimService) { .id = bg_strdup(id), .name = bg_strdup(name), .created = now };
	SimVersion *version = add_version(service, number, with_times(objects, now), now);
	version->active = version->locked = true;
}

static const SimVersion *active_version(const SimService *service) {
	for (size_t i = 0; i < service->count; i++)
		if (service->versions[i].active)
			return &service->versions[i];
	return NULL;
}

const Json *sim_fastly_active(const SimFastly *fastly, const char *service_name) {
	for (size_t i = 0; i < fastly->count; i++) {
		const SimVersion *version = active_version(&fastly->services[i]);
		if (text_eq(fastly->services[i].name, service_name))
			return version ? version->objects : NULL;
	}
	return NULL;
}

/* ---- errors ---- */

void sim_fastly_error(SimReply *reply, int status, const char *msg, const char *detail, ...) {
	Json *error = json_new_object();
	json_add_string(error, "msg", msg);
	if (detail) {
		va_list args;
		va_start(args, detail);
		AUTO_FREE char *text = bg_vasprintf(detail, args);
		va_end(args);
		json_add_string(error, "detail", text);
	}
	sim_reply_json_take(reply, status, error);
}

void sim_fastly_refuse_token(SimReply *reply) {
	sim_fastly_error(reply, 401, "Provided credentials are missing or invalid", NULL);
}

SimService *sim_fastly_service(SimFastly *fastly, SimCall *call) {
	for (size_t i = 0; i < fastly->count; i++)
		if (text_eq(fastly->services[i].id, call->params[0]))
			return &fastly->services[i];
	sim_fastly_error(call->reply, 404, "Record not found", "Cannot load service '%s'", call->params[0]);
	return NULL;
}

SimVersion *sim_fastly_version(SimFastly *fastly, SimCall *call, SimService **ret_service) {
	SimService *service = sim_fastly_service(fastly, call);
	int64_t number = 0;
	if (!service)
		return NULL;
	*ret_service = service;
	for (size_t i = 0; str_parse_int(str_from(call->params[1]), &number) && i < service->count; i++)
		if (service->versions[i].number == number)
			return &service->versions[i];
	sim_fastly_error(call->reply, 404, "Record not found", "Couldn't find Version '{ deleted => 0000-00-00 00:00:00, number => %s, "
		"service => %s }'", call->params[1], service->id);
	return NULL;
}

/* ---- presenting ---- */

void sim_fastly_add_time(Json *json, const char *key, WallTime time) {
	char text[WALL_TEXT_SIZE];
	wall_format_iso((WallTime) { time.ms / 1000 * 1000 }, text);
	AUTO_FREE char *seconds = bg_asprintf("%.19sZ", text);
	json_add_string(json, key, seconds);
}

void sim_fastly_add_times(Json *object, WallTime now) {
	static const char *const KEYS[] = { "created_at", "updated_at" };
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		if (!json_get(object, KEYS[i]))
			sim_fastly_add_time(object, KEYS[i], now);
	if (!json_get(object, "deleted_at"))
		json_add(object, "deleted_at", json_new_null());
}

Json *sim_present_version(const SimService *service, const SimVersion *version, bool with_objects) {
	Json *json = json_new_object();
	json_add_int(json, "number", version->number);
	json_add_string(json, "service_id", service->id);
	json_add_bool(json, "active", version->active);
	json_add_bool(json, "locked", version->locked);
	json_add_string(json, "comment", version->comment);
	json_add_bool(json, "deployed", false);
	json_add_bool(json, "staging", false);
	json_add_bool(json, "testing", false);
	sim_fastly_add_time(json, "created_at", version->created);
	sim_fastly_add_time(json, "updated_at", version->updated);
	json_add(json, "deleted_at", json_new_null());
	json_add(json, "environments", json_new_array());
	if (with_objects)
		JSON_EACH(kind, version->objects)
			json_add(json, json_key(kind), json_copy(kind));
	return json;
}

static Json *present_service(const SimService *service) {
	const SimVersion *active = active_version(service);
	Json *json = json_new_object();
	json_add_string(json, "id", service->id);
	json_add_string(json, "name", service->name);
	json_add_string(json, "type", "vcl");
	json_add_string(json, "customer_id", "SANDBOXCUSTOMER0000001");
	json_add_string(json, "comment", "");
	json_add_bool(json, "paused", false);
	sim_fastly_add_time(json, "created_at", service->created);
	sim_fastly_add_time(json, "updated_at", service->versions[service->count - 1].updated);
	json_add(json, "deleted_at", json_new_null());
	json_add_int(json, "version", active ? active->number : service->versions[service->count - 1].number);
	Json *versions = json_add(json, "versions", json_new_array());
	for (size_t i = 0; i < service->count; i++)
		json_append(versions, sim_present_version(service, &service->versions[i], false));
	return json;
}

/* ---- services ---- */

/* The part of a list that is asked for by page and per_page; everything when no page is asked for. */
void sim_fastly_reply_page(SimCall *call, const Json *list) {
	int64_t page = sim_request_int_arg(call->request, "page", 0), size = sim_request_int_arg(call->request, "per_page", 100), index = 0;
	Json *part = json_new_array();
	JSON_EACH(item, list) {
		if (page <= 0 || size <= 0 || index / size == page - 1)
			json_append(part, json_copy(item));
		index++;
	}
	sim_reply_json_take(call->reply, 200, part);
}

static void list_services(void *system, SimCall *call) {
	const SimFastly *fastly = system;
	AUTO(Json) *list = json_new_array();
	for (size_t i = 0; i < fastly->count; i++)
		json_append(list, present_service(&fastly->services[i]));
	sim_fastly_reply_page(call, list);
}

static void search_service(void *system, SimCall *call) {
	const SimFastly *fastly = system;
	const char *name = sim_request_arg(call->request, "name");
	for (size_t i = 0; i < fastly->count; i++)
		if (text_eq(fastly->services[i].name, name))
			return sim_reply_json_take(call->reply, 200, present_service(&fastly->services[i]));
	sim_fastly_error(call->reply, 400, "Bad request", "Cannot load service '%s'", name ? name : "");
}

static void get_service(void *system, SimCall *call) {
	const SimService *service = sim_fastly_service(system, call);
	if (service)
		sim_reply_json_take(call->reply, 200, present_service(service));
}

static void get_details(void *system, SimCall *call) {
	const SimService *service = sim_fastly_service(system, call);
	if (!service)
		return;
	const SimVersion *active = active_version(service);
	Json *json = present_service(service);
	json_add(json, "active_version", active ? sim_present_version(service, active, true) : json_new_null());
	json_add(json, "version", sim_present_version(service, active ? active : &service->versions[service->count - 1], true));
	sim_reply_json_take(call->reply, 200, json);
}

static void list_versions(void *system, SimCall *call) {
	const SimService *service = sim_fastly_service(system, call);
	Json *list = json_new_array();
	for (size_t i = 0; service && i < service->count; i++)
		json_append(list, sim_present_version(service, &service->versions[i], false));
	if (service)
		sim_reply_json_take(call->reply, 200, list);
	else
		json_free(list);
}

static void get_version(void *system, SimCall *call) {
	SimService *service;
	const SimVersion *version = sim_fastly_version(system, call, &service);
	if (version)
		sim_reply_json_take(call->reply, 200, sim_present_version(service, version, false));
}

static void put_version(void *system, SimCall *call) {
	SimService *service;
	SimVersion *version = sim_fastly_version(system, call, &service);
	if (!version)
		return;
	AUTO_CLEAR(SimFields) form = {0};
	sim_form_parse(buf_str(&call->request->body), &form);
	if (sim_fields_get(&form, "comment")) {
		free(version->comment);
		version->comment = bg_strdup(sim_fields_get(&form, "comment"));
	}
	sim_reply_json_take(call->reply, 200, sim_present_version(service, version, false));
}

/* Every object tells its version: a clone's tell the clone's. Snippets tell it as a string. */
static Json *renumbered(const Json *objects, int64_t number) {
	Json *copy = json_new_object();
	AUTO_FREE char *text = bg_asprintf("%lld", (long long) number);
	JSON_EACH(kind, objects) {
		if (!json_is_array(kind)) {
			json_add_int(json_add(copy, json_key(kind), json_copy(kind)), "version", number);
			continue;
		}
		Json *list = json_add(copy, json_key(kind), json_new_array());
		JSON_EACH(object, kind) {
			Json *item = json_append(list, json_copy(object));
			if (text_eq(json_key(kind), "snippets"))
				json_add_string(item, "version", text);
			else
				json_add_int(item, "version", number);
		}
	}
	return copy;
}

static void clone_version(void *system, SimCall *call) {
	SimService *service;
	const SimVersion *from = sim_fastly_version(system, call, &service);
	if (!from)
		return;
	int64_t number = service->versions[service->count - 1].number + 1;
	Json *objects = renumbered(from->objects, number);
	AUTO_FREE char *comment = bg_strdup(from->comment);
	SimVersion *version = add_version(service, number, objects, call->now);
	free(version->comment);
	version->comment = TAKE(comment);
	sim_reply_json_take(call->reply, 200, sim_present_version(service, version, false));
}

/* A host that does not resolve is only a warning there, and the activation holds. */
static void add_warning(const SimVersion *version, Json *json) {
	if (!json_count(json_get(version->objects, "backends")))
		json_add_string(json, "msg", "Warning: No default director found\nat: (default Line 174 Pos 1)");
}

static void activate_version(void *system, SimCall *call) {
	SimService *service;
	SimVersion *version = sim_fastly_version(system, call, &service);
	if (!version)
		return;
	if (!json_count(json_get(version->objects, "domains")))
		return sim_fastly_error(call->reply, 400, "Bad request", "Version has no associated domains");
	for (size_t i = 0; i < service->count; i++)
		service->versions[i].active = false;
	version->active = version->locked = true;
	version->updated = call->now;
	Json *json = sim_present_version(service, version, false);
	add_warning(version, json);
	sim_reply_json_take(call->reply, 200, json);
}

static void lock_version(void *system, SimCall *call) {
	SimService *service;
	SimVersion *version = sim_fastly_version(system, call, &service);
	if (!version)
		return;
	version->locked = true;
	sim_reply_json_take(call->reply, 200, sim_present_version(service, version, false));
}

static void service_domains(void *system, SimCall *call) {
	const SimService *service = sim_fastly_service(system, call);
	const SimVersion *active = service ? active_version(service) : NULL;
	const Json *domains = active ? json_get(active->objects, "domains") : NULL;
	if (service)
		sim_reply_json_take(call->reply, 200, domains ? json_copy(domains) : json_new_array());
}

/* The command line asks for it before anything else (OpenID Connect discovery of the account service). */
/* A user's token for every service, without an end. */
static void get_token(void *system, SimCall *call) {
	Json *json = json_new_object();
	(void) system;
	json_add_string(json, "id", "5Yo3XXnrQpjc20u0ybrf2g");
	json_add_string(json, "user_id", "4y5K5trZocEAQYkesWlk7M");
	json_add_string(json, "name", "drill");
	json_add_string(json, "scope", "global");
	json_add(json, "services", json_new_array());
	json_add(json, "expires_at", json_new_null());
	sim_reply_json_take(call->reply, 200, json);
}

static void openid(void *system, SimCall *call) {
	const SimFastly *fastly = system;
	Json *json = json_new_object();
	static const char *const ENDPOINTS[] = { "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri" };
	AUTO_FREE char *issuer = bg_asprintf("%s/realms/fastly", fastly->url);
	json_add_string(json, "issuer", issuer);
	for (size_t i = 0; i < BG_LENGTH(ENDPOINTS); i++) {
		AUTO_FREE char *url = bg_asprintf("%s/%s", issuer, ENDPOINTS[i]);
		json_add_string(json, ENDPOINTS[i], url);
	}
	sim_reply_json_take(call->reply, 200, json);
}

/* ---- the table ---- */

#define VERSION "/service/*/version/*"
enum { WITH_KEY, OPEN };

static const SimRoute ROUTES[] = {
	{ "GET", "/realms/fastly/.well-known/openid-configuration", openid, OPEN },
	{ "GET", "/tokens/self", get_token, WITH_KEY },
	{ "GET", "/service", list_services, WITH_KEY },
	{ "GET", "/service/search", search_service, WITH_KEY },
	{ "GET", "/service/*", get_service, WITH_KEY },
	{ "GET", "/service/*/details", get_details, WITH_KEY },
	{ "GET", "/service/*/domain", service_domains, WITH_KEY },
	{ "GET", "/service/*/version", list_versions, WITH_KEY },
	{ "GET", VERSION, get_version, WITH_KEY },
	{ "PUT", VERSION, put_version, WITH_KEY },
	{ "PUT", VERSION "/clone", clone_version, WITH_KEY },
	{ "PUT", VERSION "/activate", activate_version, WITH_KEY },
	{ "PUT", VERSION "/lock", lock_version, WITH_KEY },
	{ "GET", VERSION "/validate", sim_fastly_validate, WITH_KEY },
	{ "GET", "/service/*/diff/from/*/to/*", sim_fastly_diff, WITH_KEY },
	{ "PUT", VERSION "/settings", sim_fastly_put_settings, WITH_KEY },
	{ "GET", "/service/*/dictionary/*/items", sim_fastly_get_items, WITH_KEY },
	{ "GET", "/service/*/snippet/*", sim_fastly_get_dynamic, WITH_KEY },
	{ "GET", VERSION "/*", sim_fastly_list_objects, WITH_KEY },
	{ "POST", VERSION "/*", sim_fastly_post_object, WITH_KEY },
	{ "GET", VERSION "/*/*", sim_fastly_get_object, WITH_KEY },
	{ "PUT", VERSION "/*/*", sim_fastly_put_object, WITH_KEY },
	{ "DELETE", VERSION "/*/*", sim_fastly_delete_object, WITH_KEY },
};

static bool within_rate(SimFastly *fastly, const SimRequest *request, SimReply *reply, WallTime now) {
	if (text_eq(request->method, "GET") || text_eq(request->method, "HEAD"))
		return true;
	if (fastly->writes_reset.ms <= now.ms) {
		fastly->writes_reset = (WallTime) { now.ms + 60 * 60 * 1000 };
		fastly->writes_left = WRITES_AN_HOUR;
	}
	bool within = fastly->writes_left > 0;
	if (within)
		fastly->writes_left--;
	AUTO_FREE char *left = bg_asprintf("%lld", (long long) fastly->writes_left);
	AUTO_FREE char *reset = bg_asprintf("%lld", (long long) (fastly->writes_reset.ms / 1000));
	sim_reply_header(reply, "Fastly-RateLimit-Remaining", left);
	sim_reply_header(reply, "Fastly-RateLimit-Reset", reset);
	if (!within)
		sim_fastly_error(reply, 429, "You have exceeded your hourly rate limit", NULL);
	return within;
}

void sim_fastly_handle(SimFastly *fastly, const SimRequest *request, SimReply *reply, WallTime now) {
	SimCall call = { .request = request, .reply = reply, .now = now };
	const SimRoute *route = sim_route_find(ROUTES, BG_LENGTH(ROUTES), &call);
	const char *key = sim_request_header(request, "Fastly-Key");
	if (route && route->rule == WITH_KEY && (!key || !strlist_has(&fastly->tokens, key)))
		sim_fastly_refuse_token(reply);
	else if (!route)
		sim_fastly_error(reply, 404, "Record not found", NULL);
	else if (within_rate(fastly, request, reply, now))
		route->handle(fastly, &call);
	sim_call_clear_params(&call);
}
