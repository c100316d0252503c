/* json.c: the only file that knows cJSON. Trees are cJSON's; what may become a tree is decided by json_scan() first. */
#include "core/base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/c_locale.h"
#include "core/base/json_scan.h"

/* The largest integer up to which every integer is a double: 2^53. */
#define EXACT_INT_MAX 9007199254740992.0
/* Up to here comparing every key with every other is cheaper than sorting. */
#define FEW_KEYS 8

/* cJSON answers NULL when memory is out. */
static Json *must(Json *json)
{
	BG_ASSERT(json);
	return json;
}

static int by_key(const void *a, const void *b)
{
	return strcmp((*(const Json *const *) a)->string, (*(const Json *const *) b)->string);
}

static const char *repeated_of_many(const Json *object, size_t count)
{
	AUTO_FREE const Json **members = bg_reallocarray(NULL, count, sizeof *members);
	size_t i = 0;
	JSON_EACH(member, object)
		members[i++] = member;
	qsort(members, count, sizeof *members, by_key);
	for (i = 1; i < count; i++) {
		if (text_eq(members[i - 1]->string, members[i]->string))
			return members[i]->string;
	}
	return NULL;
}

/* A key that stands twice in one object of the tree; NULL if there is none. */
static const char *repeated_key(const Json *json)
{
	size_t count = 0;
	bool is_object = cJSON_IsObject(json);
	for (const Json *a = json_first(json); a; a = a->next, count++) {
		if (a->child) {
			const char *found = repeated_key(a);
			if (found)
				return found;
		}
		if (!is_object || count >= FEW_KEYS)
			continue;
		for (const Json *b = json->child; b != a; b = b->next) {
			if (text_eq(a->string, b->string))
				return a->string;
		}
	}
	return is_object && count > FEW_KEYS ? repeated_of_many(json, count) : NULL;
}

static bool has_infinite(const Json *json)
{
	if (cJSON_IsNumber(json))
		return !isfinite(json->valuedouble);
	JSON_EACH(item, json) {
		if (has_infinite(item))
			return true;
	}
	return false;
}

bool json_parse(Str text, Json **ret_json, Error *err)
{
	if (!json_scan(text, JSON_MAX_DEPTH, err))
		return false;
	locale_t before = uselocale(c_locale());
	AUTO(Json) *json = cJSON_ParseWithLength(text.ptr, text.len);
	(void) uselocale(before);
	if (!json) /* json_scan() is the stricter of the two; the fuzz target watches that */
		return error_set(err, ERROR_INVALID, "not valid JSON: the parser refused it");
	if (has_infinite(json))
		return error_set(err, ERROR_INVALID, "not valid JSON: a number is too large");
	const char *repeated = repeated_key(json);
	if (repeated)
		return error_set(err, ERROR_INVALID, "not valid JSON: the key \"%.80s\" stands twice in one object",
			repeated);
	*ret_json = TAKE(json);
	return true;
}

Json *json_free(Json *json)
{
	cJSON_Delete(json);
	return NULL;
}

Json *json_copy(const Json *json)
{
	return json ? must(cJSON_Duplicate(json, true)) : NULL;
}

bool json_equal(const Json *a, const Json *b)
{
	if (!a || !b)
		return a == b;
	AUTO_CLEAR(Buf) left = { 0 };
	AUTO_CLEAR(Buf) right = { 0 };
	json_write_canonical(a, &left);
	json_write_canonical(b, &right);
	return str_eq(buf_str(&left), buf_str(&right));
}

Json *json_new_object(void)
{
	return must(cJSON_CreateObject());
}

Json *json_new_array(void)
{
	return must(cJSON_CreateArray());
}

Json *json_new_string(const char *text)
{
	return text ? must(cJSON_CreateString(text)) : json_new_null();
}

Json *json_new_int(int64_t value)
{
	return json_new_number((double) value);
}

Json *json_new_number(double value)
{
	return must(cJSON_CreateNumber(value));
}

Json *json_new_bool(bool value)
{
	return must(cJSON_CreateBool(value));
}

Json *json_new_null(void)
{
	return must(cJSON_CreateNull());
}

Json *json_add(Json *object, const char *key, Json *value)
{
	if (!value)
		return NULL;
	BG_ASSERT(json_is_object(object));
	cJSON *existing = cJSON_GetObjectItemCaseSensitive(object, key);
	bool added = existing ? cJSON_ReplaceItemInObjectCaseSensitive(object, key, value) :
		cJSON_AddItemToObject(object, key, value);
	BG_ASSERT(added);
	return value;
}

Json *json_add_string(Json *object, const char *key, const char *text)
{
	return text ? json_add(object, key, json_new_string(text)) : NULL;
}

Json *json_add_int(Json *object, const char *key, int64_t value)
{
	return json_add(object, key, json_new_int(value));
}

Json *json_add_bool(Json *object, const char *key, bool value)
{
	return json_add(object, key, json_new_bool(value));
}

Json *json_append(Json *array, Json *value)
{
	if (!value)
		return NULL;
	BG_ASSERT(json_is_array(array));
	bool added = cJSON_AddItemToArray(array, value);
	BG_ASSERT(added);
	return value;
}

Json *json_append_string(Json *array, const char *text)
{
	return json_append(array, json_new_string(text));
}

void json_remove(Json *object, const char *key)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, key);
}

bool json_is_object(const Json *json)
{
	return cJSON_IsObject(json);
}

bool json_is_array(const Json *json)
{
	return cJSON_IsArray(json);
}

bool json_is_string(const Json *json)
{
	return cJSON_IsString(json);
}

bool json_is_number(const Json *json)
{
	return cJSON_IsNumber(json);
}

bool json_is_bool(const Json *json)
{
	return cJSON_IsBool(json);
}

bool json_is_null(const Json *json)
{
	return !json || cJSON_IsNull(json);
}

const Json *json_get(const Json *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

Json *json_get_mutable(Json *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const Json *json_at(const Json *array, size_t index)
{
	const Json *item = cJSON_IsArray(array) ? array->child : NULL;
	while (item && index--)
		item = item->next;
	return item;
}

size_t json_count(const Json *array_or_object)
{
	size_t count = 0;
	JSON_EACH(item, array_or_object)
		count++;
	return count;
}

const Json *json_first(const Json *array_or_object)
{
	const Json *parent = array_or_object;
	return parent && (parent->type & (cJSON_Array | cJSON_Object)) ? parent->child : NULL;
}

const Json *json_next(const Json *item)
{
	return item->next;
}

const char *json_key(const Json *item)
{
	return item ? item->string : NULL;
}

const char *json_string(const Json *json)
{
	return cJSON_IsString(json) ? json->valuestring : NULL;
}

bool json_int(const Json *json, int64_t *ret_value)
{
	if (!cJSON_IsNumber(json) || !(fabs(json->valuedouble) <= EXACT_INT_MAX))
		return false;
	int64_t value = (int64_t) json->valuedouble;
	if ((double) value < json->valuedouble || (double) value > json->valuedouble)
		return false;
	*ret_value = value;
	return true;
}

int64_t json_int_lenient(const Json *json, int64_t fallback)
{
	double number = 0;
	int64_t value;
	if (cJSON_IsString(json)) {
		Str text = str_trim(str_from(json->valuestring));
		if (str_parse_int(text, &value))
			return value;
		if (!str_parse_double(text, &number))
			return fallback;
	} else if (cJSON_IsNumber(json)) {
		number = json->valuedouble;
	} else {
		return fallback;
	}
	return fabs(number) <= EXACT_INT_MAX ? (int64_t) number : fallback;
}

double json_number(const Json *json, double fallback)
{
	return cJSON_IsNumber(json) ? json->valuedouble : fallback;
}

bool json_bool(const Json *json, bool fallback)
{
	return cJSON_IsBool(json) ? (bool) cJSON_IsTrue(json) : fallback;
}

const char *json_get_string(const Json *object, const char *key)
{
	return json_string(json_get(object, key));
}

const char *json_get_string_or(const Json *object, const char *key, const char *fallback)
{
	const char *text = json_get_string(object, key);
	return text ? text : fallback;
}

int64_t json_get_int(const Json *object, const char *key, int64_t fallback)
{
	int64_t value;
	return json_int(json_get(object, key), &value) ? value : fallback;
}

bool json_get_bool(const Json *object, const char *key, bool fallback)
{
	return json_bool(json_get(object, key), fallback);
}
