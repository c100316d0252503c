/* json.h: the only door to cJSON. A Json is an owned tree; getters borrow from it and never fail on a wrong type: they
 * answer NULL, the fallback or false, so that a document of the wrong shape is an ordinary case. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"

typedef struct cJSON Json;

#define JSON_MAX_DEPTH 64

/* Parses exactly one document; trailing text, nesting over JSON_MAX_DEPTH, NUL, invalid UTF-8 and a key that
 * stands twice in one object are refused. Owned result. */
BG_CHECK bool json_parse(Str text, Json **ret_json, Error *err);
Json *json_free(Json *json);                                     /* NULL ok; returns NULL */
BG_DEFINE_FREEP(Json, json_free)
Json *json_copy(const Json *json);                               /* deep, owned; NULL gives NULL */
bool json_equal(const Json *a, const Json *b);                   /* deep, key order does not matter */

Json *json_new_object(void);
Json *json_new_array(void);
Json *json_new_string(const char *text);                         /* NULL gives JSON null */
Json *json_new_int(int64_t value);
Json *json_new_number(double value);
Json *json_new_bool(bool value);
Json *json_new_null(void);

/* Adders take ownership of `value` and return it, borrowed, to fill further. A NULL value adds nothing and returns
 * NULL. */
Json *json_add(Json *object, const char *key, Json *value);      /* replaces an existing key */
Json *json_add_string(Json *object, const char *key, const char *text);      /* NULL text: key left out */
Json *json_add_int(Json *object, const char *key, int64_t value);
Json *json_add_bool(Json *object, const char *key, bool value);
Json *json_append(Json *array, Json *value);
Json *json_append_string(Json *array, const char *text);
void json_remove(Json *object, const char *key);

bool json_is_object(const Json *json);
bool json_is_array(const Json *json);
bool json_is_string(const Json *json);
bool json_is_number(const Json *json);
bool json_is_bool(const Json *json);
bool json_is_null(const Json *json);                             /* also for a NULL pointer */
const Json *json_get(const Json *object, const char *key);       /* NULL if absent or not an object */
Json *json_get_mutable(Json *object, const char *key);
const Json *json_at(const Json *array, size_t index);            /* linear: iterate with json_first/json_next */
size_t json_count(const Json *array_or_object);
const Json *json_first(const Json *array_or_object);             /* NULL when empty or neither */
const Json *json_next(const Json *item);
const char *json_key(const Json *item);                          /* key of an object's member; NULL for array items */
#define JSON_EACH(item, container) for (const Json *item = json_first(container); item; item = json_next(item))

const char *json_string(const Json *json);                       /* the text of a string, else NULL */
bool json_int(const Json *json, int64_t *ret_value);             /* integral numbers within 2^53 */
int64_t json_int_lenient(const Json *json, int64_t fallback);    /* numbers, and strings that hold one */
double json_number(const Json *json, double fallback);
bool json_bool(const Json *json, bool fallback);                 /* JSON booleans only */
const char *json_get_string(const Json *object, const char *key);            /* NULL if absent or not a string */
const char *json_get_string_or(const Json *object, const char *key, const char *fallback);
int64_t json_get_int(const Json *object, const char *key, int64_t fallback);
bool json_get_bool(const Json *object, const char *key, bool fallback);

/* Compact, UTF-8, keys in insertion order, control bytes escaped, no newline. Appends. */
void json_write(const Json *json, Buf *out);
/* The same with keys sorted by bytes: what digests are made of. */
void json_write_canonical(const Json *json, Buf *out);
char *json_text(const Json *json);                               /* owned */
void json_canonical_sha256(const Json *json, char ret[static 65]);
/* Indented by two blanks, for people. */
void json_write_pretty(const Json *json, Buf *out);
/* Appends `text` as a quoted JSON string: for hot paths that write lines without a tree. */
void json_write_quoted(Str text, Buf *out);
