/* Trees: built, asked, changed; a document of the wrong shape is an ordinary case. */
#include <math.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "tests/support/support.h"

static Json *parsed(const char *text)
{
	Json *json = NULL;
	Error err = { 0 };
	assert_ok(json_parse(str_from(text), &json, &err), &err);
	return json;
}

static void assert_json(const Json *json, const char *expected)
{
	AUTO_FREE char *text = json_text(json);
	assert_text("json", text, expected);
}

Test(json_values, are_built)
{
	AUTO(Json) *json = json_new_object();
	(void) json_add_string(json, "name", "ocw");
	(void) json_add_string(json, "left out", NULL);
	(void) json_add_int(json, "n", 3);
	(void) json_add_bool(json, "ok", true);
	(void) json_add(json, "none", json_new_null());
	(void) json_add(json, "also none", json_new_string(NULL));
	Json *list = json_add(json, "list", json_new_array());
	(void) json_append_string(list, "a");
	(void) json_append(list, json_new_number(0.5));
	cr_assert_null(json_append(list, NULL));
	cr_assert_null(json_add(json, "x", NULL));
	assert_json(json, "{\"name\":\"ocw\",\"n\":3,\"ok\":true,\"none\":null,\"also none\":null,\"list\":[\"a\",0.5]}");
	(void) json_add_int(json, "n", 4);
	json_remove(json, "list");
	json_remove(json, "absent");
	json_remove(json, "also none");
	assert_json(json, "{\"name\":\"ocw\",\"n\":4,\"ok\":true,\"none\":null}");
}

Test(json_values, answer_softly_for_the_wrong_shape)
{
	AUTO(Json) *json = parsed("{\"s\":\"x\",\"n\":1.5,\"i\":7,\"b\":false,\"z\":null,\"a\":[10,20],\"o\":{\"k\":1}}");
	cr_assert_null(json_get(json, "absent"));
	cr_assert_null(json_get(json, "S"));
	cr_assert_null(json_get(json_get(json, "a"), "k"));
	cr_assert_null(json_get(NULL, "k"));
	cr_assert_null(json_get_string(json, "i"));
	assert_text("or", json_get_string_or(json, "i", "else"), "else");
	cr_assert(json_get_int(json, "i", -1) == 7 && json_get_int(json, "n", -1) == -1 && json_get_int(json, "s", -1) == -1);
	cr_assert(!json_get_bool(json, "b", true) && json_get_bool(json, "i", true) && json_get_bool(NULL, "b", true));
	cr_assert(json_is_null(json_get(json, "z")) && json_is_null(NULL) && !json_is_null(json_get(json, "s")));
	cr_assert(json_count(json) == 7 && json_count(json_get(json, "a")) == 2 && json_count(json_get(json, "s")) == 0 && json_count(NULL) == 0);
	cr_assert(json_get_int(json_get(json, "o"), "k", 0) == 1);
	int64_t value = 0;
	cr_assert(json_int(json_at(json_get(json, "a"), 1), &value) && value == 20);
	cr_assert_null(json_at(json_get(json, "a"), 2));
	cr_assert_null(json_at(json_get(json, "o"), 0));
	cr_assert_null(json_first(json_get(json, "s")));
	cr_assert_null(json_key(json_at(json_get(json, "a"), 0)));
	cr_assert(json_number(json_get(json, "n"), 0) > 1.4 && json_number(json_get(json, "s"), 9) > 8.9);
	json_add_int(json_get_mutable(json, "o"), "k", 2);
	cr_assert(json_get_int(json_get(json, "o"), "k", 0) == 2);
}

static const struct { const char *text; bool exact; int64_t value, lenient; } integers[] = {
	{ "0", true, 0, 0 }, { "-5", true, -5, -5 }, { "1e3", true, 1000, 1000 }, { "9007199254740992", true, 9007199254740992, 9007199254740992 },
	{ "1.5", false, 0, 1 }, { "-1.5", false, 0, -1 }, { "1e17", false, 0, -9 }, { "\"12\"", false, 0, 12 }, { "\" 12 \"", false, 0, 12 },
	{ "\"1.5\"", false, 0, 1 }, { "\"x\"", false, 0, -9 }, { "\"\"", false, 0, -9 }, { "true", false, 0, -9 }, { "null", false, 0, -9 }, { "[1]", false, 0, -9 },
	{ "\"9007199254740993\"", false, 0, 9007199254740993 },
};

Test(json_values, are_integers_only_when_exact)
{
	for (size_t i = 0; i < BG_LENGTH(integers); i++) {
		AUTO(Json) *json = parsed(integers[i].text);
		int64_t value = 0;
		cr_assert(json_int(json, &value) == integers[i].exact && value == integers[i].value, "%s", integers[i].text);
		cr_assert(json_int_lenient(json, -9) == integers[i].lenient, "%s", integers[i].text);
	}
	cr_assert(json_int_lenient(NULL, -9) == -9);
}

Test(json_values, are_equal_whatever_the_order_of_keys)
{
	AUTO(Json) *one = parsed("{\"a\":1,\"b\":{\"c\":[1,2],\"d\":null}}");
	AUTO(Json) *same = parsed("{\"b\":{\"d\":null,\"c\":[1,2]},\"a\":1.0}");
	AUTO(Json) *other = parsed("{\"b\":{\"d\":null,\"c\":[2,1]},\"a\":1}");
	AUTO(Json) *copy = json_copy(one);
	cr_assert(json_equal(one, same) && json_equal(one, copy) && !json_equal(one, other));
	cr_assert(json_equal(NULL, NULL) && !json_equal(one, NULL));
	cr_assert_null(json_copy(NULL));
	char first[65], second[65], third[65];
	json_canonical_sha256(one, first);
	json_canonical_sha256(same, second);
	json_canonical_sha256(other, third);
	assert_text("digest", first, second);
	cr_assert(strcmp(first, third) != 0);
}

Test(json_values, are_walked_in_order)
{
	AUTO(Json) *json = parsed("{\"b\":1,\"a\":2}");
	AUTO_CLEAR(Buf) keys = { 0 };
	JSON_EACH(item, json)
		buf_printf(&keys, "%s=%d ", json_key(item), (int) json_number(item, 0));
	assert_text("keys", buf_text(&keys), "b=1 a=2 ");
}

Test(json_values, are_written_for_people)
{
	AUTO(Json) *json = parsed("{\"a\":[1,{\"b\":true}],\"e\":[],\"o\":{}}");
	AUTO_CLEAR(Buf) text = { 0 };
	json_write_pretty(json, &text);
	assert_text("pretty", buf_text(&text),
		"{\n  \"a\": [\n    1,\n    {\n      \"b\": true\n    }\n  ],\n  \"e\": [],\n  \"o\": {}\n}");
}

Test(json_values, can_always_be_read_back)
{
	AUTO(Json) *json = json_new_array();
	(void) json_append_string(json, "bad \xff\xed\xa0\x80 bytes \x7f\x1b");
	(void) json_append(json, json_new_number(INFINITY));
	(void) json_append(json, json_new_number(-NAN));
	AUTO_FREE char *text = json_text(json);
	assert_text("written", text, "[\"bad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd bytes \\u007f\\u001b\",null,null]");
	AUTO(Json) *again = parsed(text);
	cr_assert(json_count(again) == 3);
	AUTO_CLEAR(Buf) quoted = { 0 };
	json_write_quoted((Str) { "a\0b", 3 }, &quoted);
	assert_text("NUL", buf_text(&quoted), "\"a\xef\xbf\xbd" "b\"");
}
