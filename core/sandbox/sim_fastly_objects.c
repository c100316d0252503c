/* sim_fastly_objects.c: the objects in a version, all kinds by one table; what has no versions; validate and diff. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_fastly_parts.h"

static const SimKind KINDS[] = {
	{ "backend", "backends", "name" }, { "healthcheck", "healthchecks", "name" }, { "director", "directors", "name" },
	{ "pool", "pools", "name" }, { "header", "headers", "name" }, { "request_settings", "request_settings", "name" },
	{ "condition", "conditions", "name" }, { "response_object", "response_objects", "name" }, { "vcl", "vcls", "name" },
	{ "snippet", "snippets", "name" }, { "dictionary", "dictionaries", "name" }, { "domain", "domains", "name" },
	{ "gzip", "gzips", "name" }, { "cache_settings", "cache_settings", "name" }, { "acl", "acls", "name" },
	{ "wordpress", "wordpress", "name" }, { "logging/s3", "s3s", "name" },
};

const SimKind *sim_kind_find(const char *path) {
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (text_eq(KINDS[i].path, path))
			return &KINDS[i];
	return NULL;
}

/* The kind of the third part; 404 when there is none. */
static const SimKind *kind_of(SimCall *call) {
	const SimKind *kind = sim_kind_find(call->params[2]);
	if (!kind)
		sim_fastly_error(call->reply, 404, "Record not found", NULL);
	return kind;
}

static int64_t find_index(const Json *list, const SimKind *kind, const char *name) {
	int64_t index = 0;
	JSON_EACH(object, list) {
		if (text_eq(json_get_string(object, kind->by), name))
			return index;
		index++;
	}
	return -1;
}

static void not_found(SimCall *call, const SimService *service, const SimVersion *version, const SimKind *kind, const char *name) {
	AUTO_FREE char *title = bg_strdup(kind->path);
	if (*title >= 'a' && *title <= 'z')
		*title = (char) (*title - 32);
	sim_fastly_error(call->reply, 404, "Record not found", "Couldn't find %s '{ deleted => 0000-00-00 00:00:00, name => %s, service => "
		"%s, version => %lld }'", title, name, service->id, (long long) version->number);
}

static bool is_editable(SimCall *call, const SimService *service, const SimVersion *version) {
	if (!version->locked)
		return true;
	sim_fastly_error(call->reply, 422, "Version locked", "Version '%lld' for service '%s' is locked", (long long) version->number,
		service->id);
	return false;
}

void sim_fastly_list_objects(void *system, SimCall *call) {
	SimService *service;
	const SimVersion *version = sim_fastly_version(system, call, &service);
	if (!version)
		return;
	if (text_eq(call->params[2], "settings")) {
		const Json *settings = json_get(version->objects, "settings");
		return sim_reply_json_take(call->reply, 200, settings ? json_copy(settings) : json_new_object());
	}
	const SimKind *kind = kind_of(call);
	if (!kind)
		return;
	const Json *list = json_get(version->objects, kind->plural);
	sim_reply_json_take(call->reply, 200, list ? json_copy(list) : json_new_array());
}

void sim_fastly_get_object(void *system, SimCall *call) {
	SimService *service;
	const SimVersion *version = sim_fastly_version(system, call, &service);
	const SimKind *kind = version ? kind_of(call) : NULL;
	if (!kind)
		return;
	const Json *list = json_get(version->objects, kind->plural);
	int64_t index = find_index(list, kind, call->params[3]);
	if (index < 0)
		return not_found(call, service, version, kind, call->params[3]);
	sim_reply_json_take(call->reply, 200, json_copy(json_at(list, (size_t) index)));
}

/* ---- changing ---- */

/* The type that a field has in the object decides what the form's text becomes. */
static Json *typed(const Json *before, const char *text) {
	int64_t number;
	if (json_is_bool(before))
		return json_new_bool(text_eq(text, "1") || text_eq(text, "true"));
	if (json_is_number(before) && str_parse_int(str_from(text), &number))
		return json_new_int(number);
	return json_new_string(text);
}

static void apply_form(SimCall *call, Json *object) {
	AUTO_CLEAR(SimFields) form = {0};
	sim_form_parse(buf_str(&call->request->body), &form);
	for (size_t i = 0; i < form.count; i++)
		json_add(object, form.items[i].name, typed(json_get(object, form.items[i].name), form.items[i].value));
	/* `hostname` mirrors an address that is a name (seen in recorded answers). */
	const char *address = sim_fields_get(&form, "address");
	if (address && json_get(object, "hostname"))
		json_add_string(object, "hostname", address);
}

/* The list with one object replaced, added (index = count) or left out (object NULL). */
static void rebuild(SimVersion *version, const SimKind *kind, int64_t index, Json *object, WallTime now) {
	const Json *list = json_get(version->objects, kind->plural);
	Json *fresh = json_new_array();
	int64_t at = 0;
	JSON_EACH(item, list) {
		if (at != index)
			json_append(fresh, json_copy(item));
		else if (object)
			json_append(fresh, json_copy(object));
		at++;
	}
	if (index >= at && object)
		json_append(fresh, json_copy(object));
	json_add(version->objects, kind->plural, fresh);
	version->updated = now;
}

void sim_fastly_put_object(void *system, SimCall *call) {
	SimService *service;
	SimVersion *version = sim_fastly_version(system, call, &service);
	const SimKind *kind = version ? kind_of(call) : NULL;
	if (!kind || !is_editable(call, service, version))
		return;
	const Json *list = json_get(version->objects, kind->plural);
	int64_t index = find_index(list, kind, call->params[3]);
	if (index < 0)
		return not_found(call, service, version, kind, call->params[3]);
	Json *object = json_copy(json_at(list, (size_t) index));
	apply_form(call, object);
	sim_fastly_add_time(object, "updated_at", call->now);
	rebuild(version, kind, index, object, call->now);
	sim_reply_json_take(call->reply, 200, object);
}

void sim_fastly_post_object(void *system, SimCall *call) {
	SimService *service;
	SimVersion *version = sim_fastly_version(system, call, &service);
	const SimKind *kind = version ? kind_of(call) : NULL;
	if (!kind || !is_editable(call, service, version))
		return;
	Json *object = json_new_object();
	apply_form(call, object);
	const char *name = json_get_string(object, kind->by);
	const Json *list = json_get(version->objects, kind->plural);
	if (!name || find_index(list, kind, name) >= 0) {
		sim_fastly_error(call->reply, name ? 409 : 400, name ? "Duplicate record" : "Bad request",
			name ? "Duplicate %s: '%s'" : "%s: Name can't be blank%s", kind->path, name ? name : "");
		json_free(object);
		return;
	}
	json_add_string(object, "service_id", service->id);
	json_add_int(object, "version", version->number);
	sim_fastly_add_times(object, call->now);
	rebuild(version, kind, (int64_t) json_count(list), object, call->now);
	sim_reply_json_take(call->reply, 200, object);
}

void sim_fastly_delete_object(void *system, SimCall *call) {
	SimService *service;
	SimVersion *version = sim_fastly_version(system, call, &service);
	const SimKind *kind = version ? kind_of(call) : NULL;
	if (!kind || !is_editable(call, service, version))
		return;
	int64_t index = find_index(json_get(version->objects, kind->plural), kind, call->params[3]);
	if (index < 0)
		return not_found(call, service, version, kind, call->params[3]);
	rebuild(version, kind, index, NULL, call->now);
	Json *answer = json_new_object();
	json_add_string(answer, "status", "ok");
	sim_reply_json_take(call->reply, 200, answer);
}

void sim_fastly_put_settings(void *system, SimCall *call) {
	SimService *service;
	SimVersion *version = sim_fastly_version(system, call, &service);
	if (!version || !is_editable(call, service, version))
		return;
	Json *settings = json_get(version->objects, "settings") ? json_copy(json_get(version->objects, "settings")) : json_new_object();
	apply_form(call, settings);
	json_add(version->objects, "settings", json_copy(settings));
	sim_reply_json_take(call->reply, 200, settings);
}

/* ---- what has no versions ---- */

void sim_fastly_get_items(void *system, SimCall *call) {
	SimFastly *fastly = system;
	if (!sim_fastly_service(fastly, call))
		return;
	const Json *items = json_get(fastly->items, call->params[1]);
	if (!items)
		return sim_fastly_error(call->reply, 404, "Record not found", "Couldn't find Dictionary '%s'", call->params[1]);
	sim_fastly_reply_page(call, items);
}

void sim_fastly_get_dynamic(void *system, SimCall *call) {
	SimFastly *fastly = system;
	const SimService *service = sim_fastly_service(fastly, call);
	if (!service)
		return;
	const char *content = json_get_string(fastly->dynamic, call->params[1]);
	if (!content)
		return sim_fastly_error(call->reply, 404, "Record not found", "Couldn't find Snippet '%s'", call->params[1]);
	Json *answer = json_new_object();
	json_add_string(answer, "service_id", service->id);
	json_add_string(answer, "snippet_id", call->params[1]);
	json_add_string(answer, "content", content);
	sim_reply_json_take(call->reply, 200, answer);
}

/* ---- validate and diff ---- */

void sim_fastly_validate(void *system, SimCall *call) {
	SimService *service;
	const SimVersion *version = sim_fastly_version(system, call, &service);
	if (!version)
		return;
	const char *problem = !json_count(json_get(version->objects, "domains")) ? "Version has no associated domains" : NULL;
	JSON_EACH(backend, json_get(version->objects, "backends"))
		if (!problem && !*json_get_string_or(backend, "address", ""))
			problem = "Backend has no address";
	Json *answer = json_new_object();
	json_add_string(answer, "status", problem ? "error" : "ok");
	json_add(answer, "msg", json_new_string(problem));
	sim_reply_json_take(call->reply, 200, answer);
}

#define DUMP_LINES_MAX 4000   /* what lies beyond is left out: a comparison of so many takes 32 MB */

static bool is_left_out(const char *key) {
	static const char *const KEYS[] = { "version", "service_id", "created_at", "updated_at", "deleted_at" };
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		if (text_eq(key, KEYS[i]))
			return true;
	return false;
}

static void dump(const Json *objects, StrList *lines) {
	JSON_EACH(kind, objects) {
		AUTO_FREE char *head = bg_asprintf("%s:", json_key(kind));
		strlist_add(lines, head);
		JSON_EACH(object, json_is_array(kind) ? kind : NULL) {
			bool first = true;
			JSON_EACH(value, object) {
				AUTO_FREE char *text = json_is_string(value) ? bg_strdup(json_string(value)) : json_text(value);
				if (is_left_out(json_key(value)) || lines->count == DUMP_LINES_MAX)
					continue;
				strlist_add_take(lines, bg_asprintf("%s %s: %s", first ? "-" : " ", json_key(value), text));
				first = false;
			}
		}
	}
}

/* Length of the longest common subsequence of a[i..] and b[k..], for all i and k. Dumps have a few hundred lines. Owned. */
static uint16_t *common_lengths(const StrList *a, const StrList *b) {
	size_t width = b->count + 1;
	uint16_t *lengths = bg_calloc((a->count + 1) * width, sizeof(*lengths));
	for (size_t i = a->count; i-- > 0;)
		for (size_t k = b->count; k-- > 0;) {
			uint16_t skip_a = lengths[(i + 1) * width + k], skip_b = lengths[i * width + k + 1];
			lengths[i * width + k] = text_eq(a->items[i], b->items[k]) ? (uint16_t) (lengths[(i + 1) * width + k + 1] + 1)
				: skip_a > skip_b ? skip_a : skip_b;
		}
	return lengths;
}

static void write_diff(const StrList *a, const StrList *b, Buf *out) {
	size_t i = 0, k = 0, width = b->count + 1;
	AUTO_FREE uint16_t *lengths = common_lengths(a, b);
	while (i < a->count || k < b->count) {
		if (i < a->count && k < b->count && text_eq(a->items[i], b->items[k])) {
			buf_printf(out, " %s\n", a->items[i++]);
			k++;
		} else if (i < a->count && (k == b->count || lengths[(i + 1) * width + k] >= lengths[i * width + k + 1])) {
			buf_printf(out, "-%s\n", a->items[i++]);
		} else {
			buf_printf(out, "+%s\n", b->items[k++]);
		}
	}
}

static const SimVersion *version_at(const SimService *service, const char *text) {
	int64_t number = 0;
	if (!str_parse_int(str_from(text), &number))
		return NULL;
	if (number < 0 && -number <= (int64_t) service->count)
		return &service->versions[service->count - (size_t) -number];
	for (size_t i = 0; i < service->count; i++)
		if (service->versions[i].number == number)
			return &service->versions[i];
	return NULL;
}

void sim_fastly_diff(void *system, SimCall *call) {
	const SimService *service = sim_fastly_service(system, call);
	if (!service)
		return;
	const SimVersion *from = version_at(service, call->params[1]), *to = version_at(service, call->params[2]);
	if (!from || !to)
		return sim_fastly_error(call->reply, 404, "Record not found", "Couldn't find Version");
	AUTO_CLEAR(StrList) before = {0};
	AUTO_CLEAR(StrList) after = {0};
	AUTO_CLEAR(Buf) text = {0};
	dump(from->objects, &before);
	dump(to->objects, &after);
	write_diff(&before, &after, &text);
	AUTO_FREE char *from_number = bg_asprintf("%lld", (long long) from->number);
	AUTO_FREE char *to_number = bg_asprintf("%lld", (long long) to->number);
	Json *answer = json_new_object();
	json_add_string(answer, "from", from_number);
	json_add_string(answer, "to", to_number);
	json_add_string(answer, "format", "text");
	json_add_string(answer, "diff", buf_text(&text));
	sim_reply_json_take(call->reply, 200, answer);
}
