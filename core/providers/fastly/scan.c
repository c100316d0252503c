/* scan.c: where a version still names a text. What a version holds is looked at object by object, and so is what hangs on it without
 * being versioned: dictionary items, dynamic snippets, pool servers. */
#include "core/base/alloc.h"
#include "core/providers/fastly/fastly.h"

#define PLACES_MAX 1000

typedef struct Search {
	Fastly *fastly;
	const char *text;
	FastlyScan *scan;
} Search;

static void add_place(const Search *search, const char *kind, const char *name, const char *field) {
	if (search->scan->places.count < PLACES_MAX)
		strlist_add_take(&search->scan->places, bg_asprintf("%s%s%s%s%s", kind, *name ? " " : "", name, *field ? " " : "", field));
}

/* Every text below `value`; names of fields are joined by dots. */
static void look_in(const Search *search, const char *kind, const char *name, const char *field, const Json *value) {
	const char *text = json_string(value);
	if (text) {
		if (fastly_names(text, search->text))
			add_place(search, kind, name, field);
		return;
	}
	JSON_EACH(item, value) {
		const char *key = json_key(item);
		if (key && (fastly_field_is_secret(key) || text_eq(key, "service_id")))
			continue;
		AUTO_FREE char *path = key && *field ? bg_asprintf("%s.%s", field, key) : bg_strdup(key ? key : field);
		look_in(search, kind, name, path, item);
	}
}

/* A list of objects that each have the text `field`: what cannot be read cannot be said to name nothing. */
static bool get_array(Fastly *fastly, const char *path, const char *field, Json **ret_json, Error *err) {
	AUTO(Json) *json = NULL;
	if (!api_get(&fastly->api, path, &json, err))
		return false;
	bool whole = json_is_array(json);
	JSON_EACH(item, json)
		whole = whole && json_get_string(item, field);
	if (!whole)
		return api_strange(&fastly->api, path, err, "gives something else than a list of objects with %s", field);
	*ret_json = TAKE(json);
	return true;
}

static bool without(const Search *search, const char *kind, const Json *object, const char *what, Error *err) {
	AUTO_FREE char *path = api_path("/service/%s", search->fastly->id);
	return api_strange(&search->fastly->api, path, err, "gives a %s (%.40s) without %s", kind, fastly_object_name(object), what);
}

static bool look_in_dictionary(const Search *search, const Json *dictionary, Error *err) {
	AUTO(Json) *items = NULL;
	const char *name = fastly_object_name(dictionary), *id = json_get_string(dictionary, "id");
	if (json_get_bool(dictionary, "write_only", false)) {
		strlist_add_take(&search->scan->hidden, bg_asprintf("dictionary %s is write-only", name));
		return true;
	}
	if (!id)
		return without(search, "dictionary", dictionary, "its id", err);
	/* Not paged unless asked for: per_page is given all the same, since the default has changed before. */
	AUTO_FREE char *path = api_path("/service/%s/dictionary/%s/items?per_page=10000", search->fastly->id, id);
	if (!get_array(search->fastly, path, "item_value", &items, err))
		return false;
	JSON_EACH(item, items) {
		const char *key = json_get_string_or(item, "item_key", "?");
		if (fastly_names(json_get_string(item, "item_value"), search->text) || fastly_names(key, search->text)) {
			AUTO_FREE char *field = bg_asprintf("item %.80s", key);
			add_place(search, "dictionary", name, field);
		}
	}
	return true;
}

/* `dynamic` comes as a text: "0" or "1". The content of a dynamic one is not in the version. */
static bool look_in_snippet(const Search *search, const Json *snippet, Error *err) {
	AUTO(Json) *content = NULL;
	const char *id = json_get_string(snippet, "id");
	int64_t dynamic = json_int_lenient(json_get(snippet, "dynamic"), -1);
	if (dynamic != 1)
		return json_get_string(snippet, "content") || without(search, "snippet", snippet, "its content", err);
	if (!id)
		return without(search, "dynamic snippet", snippet, "its id", err);
	AUTO_FREE char *path = api_path("/service/%s/snippet/%s", search->fastly->id, id);
	if (!api_get(&search->fastly->api, path, &content, err))
		return false;
	if (!json_get_string(content, "content"))
		return api_strange(&search->fastly->api, path, err, "gives a dynamic snippet without its content");
	if (fastly_names(json_get_string(content, "content"), search->text))
		add_place(search, "dynamic snippet", fastly_object_name(snippet), "content");
	return true;
}

static bool look_in_pool(const Search *search, const Json *pool, Error *err) {
	AUTO(Json) *servers = NULL;
	const char *id = json_get_string(pool, "id");
	if (!id)
		return without(search, "pool", pool, "its id", err);
	AUTO_FREE char *path = api_path("/service/%s/pool/%s/servers", search->fastly->id, id);
	if (!get_array(search->fastly, path, "address", &servers, err))
		return false;
	JSON_EACH(server, servers) {
		AUTO_FREE char *name = bg_asprintf("%s server", fastly_object_name(pool));
		look_in(search, "pool", name, "", server);
	}
	return true;
}

static bool look_beyond(const Search *search, const FastlyKind *kind, const Json *object, Error *err) {
	if (text_eq(kind->name, "dictionary"))
		return look_in_dictionary(search, object, err);
	if (text_eq(kind->name, "snippet"))
		return look_in_snippet(search, object, err);
	if (text_eq(kind->name, "backend") && !json_get_string(object, "address"))
		return without(search, "backend", object, "its address", err);
	if (text_eq(kind->name, "VCL") && !json_get_string(object, "content"))
		return without(search, "VCL", object, "its content", err);
	return !text_eq(kind->name, "pool") || look_in_pool(search, object, err);
}

bool fastly_scan(Fastly *fastly, int64_t version, const char *text, FastlyScan *ret, Error *err) {
	AUTO_CLEAR(FastlyScan) scan = {0};
	Search search = {fastly, text, &scan};
	for (size_t i = 0; i < FASTLY_KIND_COUNT; i++) {
		AUTO(Json) *objects = NULL;
		const FastlyKind *kind = &FASTLY_KINDS[i];
		call_progress(fastly->api.call, (int64_t) i, (int64_t) FASTLY_KIND_COUNT, "looking through v%lld: %s", (long long) version,
			kind->name);
		if (!fastly_objects(fastly, version, kind, &objects, err))
			return false;
		if (!objects)
			strlist_add_take(&scan.hidden, bg_asprintf("%s: this token may not look at it", kind->name));
		JSON_EACH(object, objects) {
			look_in(&search, kind->name, fastly_object_name(object), "", object);
			size_t before = scan.places.count;
			if (!look_beyond(&search, kind, object, err))
				return false;
			scan.unversioned += scan.places.count - before;
		}
	}
	*ret = scan;
	scan = (FastlyScan){0};
	return true;
}

void fastly_scan_clear(FastlyScan *scan) {
	strlist_clear(&scan->places);
	strlist_clear(&scan->hidden);
}
