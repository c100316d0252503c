/* diff.c: two versions compared object by object, so that a plan can say which field of which object goes from what to what. Fastly's own
 * diff is a YAML text of the whole configuration, which does not say that. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/fastly/fastly.h"

#define SHOWN_MAX 200

/* A value as it is shown. Long ones (VCL) are told by size and digest; key material is never shown. Owned; NULL for null. */
static char *shown(const char *field, const Json *value) {
	if (json_is_null(value))
		return NULL;
	AUTO_FREE char *text = json_string(value) ? bg_strdup(json_string(value)) : json_text(value);
	size_t len = strlen(text);
	if (!fastly_field_is_secret(field) && len <= SHOWN_MAX && !strchr(text, '\n'))
		return TAKE(text);
	char hash[SHA256_HEX_SIZE];
	sha256_hex(text, len, hash);
	return fastly_field_is_secret(field) ? bg_strdup("a secret") : bg_asprintf("%zu bytes, sha256 %.12s", len, hash);
}

const char *fastly_field_words(const char *field) {
	static const struct { const char *field, *words; } FIELDS[] = {
		{"override_host", "override host"}, {"ssl_sni_hostname", "SNI hostname"}, {"ssl_cert_hostname", "certificate hostname"},
		{"ssl_hostname", "SSL hostname (legacy)"},
	};
	for (size_t i = 0; i < BG_LENGTH(FIELDS); i++)
		if (text_eq(FIELDS[i].field, field))
			return FIELDS[i].words;
	return field;
}

static void add_field(const FastlyKind *kind, const char *name, const char *field, const Json *from, const Json *to, Plan *plan) {
	AUTO_FREE char *what = bg_asprintf("%s%s%s %s", kind->name, *name ? " " : "", name, fastly_field_words(field));
	AUTO_FREE char *before = shown(field, from);
	AUTO_FREE char *after = shown(field, to);
	bool same_words = before && after && strcmp(before, after) == 0;
	plan_add_change(plan, what, before ? before : "nothing", same_words ? "another one" : after ? after : "nothing");
}

static bool is_compared(const char *field) { return !fastly_field_is_housekeeping(field); }

static void compare_objects(const FastlyKind *kind, const Json *from, const Json *to, Plan *plan) {
	const char *name = fastly_object_name(to);
	JSON_EACH(value, to) {
		const Json *before = json_get(from, json_key(value));
		if (is_compared(json_key(value)) && !(json_is_null(value) && json_is_null(before)) && !json_equal(before, value))
			add_field(kind, name, json_key(value), before, value, plan);
	}
	JSON_EACH(value, from)
		if (is_compared(json_key(value)) && !json_is_null(value) && !json_get(to, json_key(value)))
			add_field(kind, name, json_key(value), value, NULL, plan);
}

static const Json *find_object(const Json *objects, const Json *like) {
	JSON_EACH(object, objects)
		if (text_eq(fastly_object_name(object), fastly_object_name(like)))
			return object;
	return NULL;
}

static bool compare_names(const Json *a, const Json *b) { return strcmp(fastly_object_name(a), fastly_object_name(b)) < 0; }

/* Objects come in any order: by name, so that two plans of one world are the same. Names are unique within a kind. */
static size_t sorted(const Json *objects, const Json ***ret) {
	size_t count = 0;
	const Json **list = bg_calloc(json_count(objects) + 1, sizeof(*list));
	JSON_EACH(object, objects) {
		size_t at = count++;
		for (; at > 0 && compare_names(object, list[at - 1]); at--)
			list[at] = list[at - 1];
		list[at] = object;
	}
	*ret = list;
	return count;
}

static void compare_kind(const FastlyKind *kind, const Json *from, const Json *to, Plan *plan) {
	AUTO_FREE const Json **new_ones = NULL;
	AUTO_FREE const Json **old_ones = NULL;
	size_t new_count = sorted(to, &new_ones), old_count = sorted(from, &old_ones);
	for (size_t i = 0; i < new_count; i++) {
		const Json *before = find_object(from, new_ones[i]);
		AUTO_FREE char *what = bg_asprintf("%s %s", kind->name, fastly_object_name(new_ones[i]));
		if (before)
			compare_objects(kind, before, new_ones[i], plan);
		else
			plan_add_change(plan, what, NULL, "added");
	}
	for (size_t i = 0; i < old_count; i++) {
		AUTO_FREE char *what = bg_asprintf("%s %s", kind->name, fastly_object_name(old_ones[i]));
		if (!find_object(to, old_ones[i]))
			plan_add_change(plan, what, "there", NULL);
	}
}

bool fastly_diff(Fastly *fastly, int64_t from, int64_t to, Plan *plan, Error *err) {
	for (size_t i = 0; i < FASTLY_KIND_COUNT; i++) {
		AUTO(Json) *before = NULL;
		AUTO(Json) *after = NULL;
		const FastlyKind *kind = &FASTLY_KINDS[i];
		call_progress(fastly->api.call, (int64_t) i, (int64_t) FASTLY_KIND_COUNT, "comparing v%lld with v%lld: %s", (long long) from,
			(long long) to, kind->name);
		if (!fastly_objects(fastly, from, kind, &before, err) || !fastly_objects(fastly, to, kind, &after, err))
			return false;
		compare_kind(kind, before, after, plan);
	}
	return true;
}
