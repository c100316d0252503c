/* JSON: what is refused, what is written, and that both agree. */
#include <stdlib.h>

#include "core/base/json.h"
#include "tests/support/support.h"

static const struct { const char *text, *why; } refused[] = {
	{ "", "empty" },
	{ "  \n", "empty" },
	{ "{\"a\":1} x", "text follows" },
	{ "[1,]", "a value is missing" },
	{ "[1 2]", "',' or ']'" },
	{ "{\"a\" 1}", "':' is missing" },
	{ "{a:1}", "a key in double quotes" },
	{ "{\"a\":1,\"a\":2}", "the key \"a\" stands twice" },
	{ "[{\"a\":{\"b\":1,\"c\":2,\"b\":3}}]", "the key \"b\" stands twice" },
	{ "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"c\":1}", "the key \"c\" stands twice" },
	{ "01", "superfluous 0" },
	{ "1.", "a digit is missing" },
	{ "-", "a digit is missing" },
	{ "1e+", "a digit is missing" },
	{ "[1e999]", "a number is too large" },
	{ "0000000000000000000000000000000000000000000000000000000000000000000001", "superfluous" },
	{ "1.00000000000000000000000000000000000000000000000000000000000000000000001", "a number is too long" },
	{ "+1", "a value is missing" },
	{ "nul", "a value is missing" },
	{ "NaN", "a value is missing" },
	{ "\"abc", "does not end" },
	{ "\"a\tb\"", "control byte" },
	{ "\"\\x\"", "unknown escape" },
	{ "\"\\u12g4\"", "four hex digits" },
	{ "\"\\u0000\"", "NUL byte" },
	{ "\"\\ud800\"", "surrogate" },
	{ "\"\\udc00\"", "surrogate" },
	{ "\"\\ud800\\u0041\"", "surrogate" },
	{ "\"\xff\"", "UTF-8" },
	{ "\"\xed\xa0\x80\"", "UTF-8" },
	{ "\"\xc0\x80\"", "UTF-8" },
	{ "[\n 1,\n x]", "line 3, column 2" },
};

Test(json, refuses_what_is_not_exactly_one_document)
{
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		Json *json = NULL;
		Error err = { 0 };
		cr_assert(!json_parse(str_from(refused[i].text), &json, &err), "accepted: %s", refused[i].text);
		assert_error(&err, ERROR_INVALID, refused[i].why);
		cr_assert_null(json);
	}
}

Test(json, refuses_a_nul_byte_inside_the_text)
{
	Json *json = NULL;
	Error err = { 0 };
	assert_refused(json_parse((Str) { "\"a\0b\"", 5 }, &json, &err), &err, ERROR_INVALID, "control byte");
	assert_refused(json_parse((Str) { "1\0", 2 }, &json, &err), &err, ERROR_INVALID, "text follows");
}

Test(json, allows_just_the_named_depth)
{
	for (unsigned depth = JSON_MAX_DEPTH; depth <= JSON_MAX_DEPTH + 1; depth++) {
		AUTO_CLEAR(Buf) text = { 0 };
		for (unsigned i = 0; i < depth; i++)
			buf_putc(&text, '[');
		for (unsigned i = 0; i < depth; i++)
			buf_putc(&text, ']');
		AUTO(Json) *json = NULL;
		Error err = { 0 };
		bool ok = json_parse(buf_str(&text), &json, &err);
		cr_assert(ok == (depth <= JSON_MAX_DEPTH), "depth %u", depth);
		if (!ok)
			assert_error(&err, ERROR_INVALID, "nested too deep");
	}
}

static const struct { const char *text, *written, *canonical; } documents[] = {
	{ " { \"b\" : 1 , \"a\" : [ ] } ", "{\"b\":1,\"a\":[]}", "{\"a\":[],\"b\":1}" },
	{ "[true,false,null,{}]", "[true,false,null,{}]", "[true,false,null,{}]" },
	{ "9007199254740991", "9007199254740991", "9007199254740991" },
	{ "-9007199254740992", "-9007199254740992", "-9007199254740992" },
	{ "1e3", "1000", "1000" },
	{ "-0", "0", "0" },
	{ "0.1", "0.1", "0.1" },
	{ "1.0000000000000002", "1.0000000000000002", "1.0000000000000002" },
	{ "1e300", "1e+300", "1e+300" },
	{ "\"\\u00e9\\ud83d\\ude00\\/\"", "\"\xc3\xa9\xf0\x9f\x98\x80/\"", "\"\xc3\xa9\xf0\x9f\x98\x80/\"" },
	{ "\"\\b\\f\\n\\r\\t\\u0001\\u007f\\\"\\\\\"", "\"\\b\\f\\n\\r\\t\\u0001\\u007f\\\"\\\\\"", "\"\\b\\f\\n\\r\\t\\u0001\\u007f\\\"\\\\\"" },
	{ "{\"\":{\"z\":1,\"A\":2,\"\xc3\xa9\":3}}", "{\"\":{\"z\":1,\"A\":2,\"\xc3\xa9\":3}}", "{\"\":{\"A\":2,\"z\":1,\"\xc3\xa9\":3}}" },
};

Test(json, writes_what_it_read)
{
	for (size_t i = 0; i < BG_LENGTH(documents); i++) {
		AUTO(Json) *json = NULL;
		Error err = { 0 };
		assert_ok(json_parse(str_from(documents[i].text), &json, &err), &err);
		AUTO_FREE char *written = json_text(json);
		assert_text(documents[i].text, written, documents[i].written);
		AUTO_CLEAR(Buf) canonical = { 0 };
		json_write_canonical(json, &canonical);
		assert_text(documents[i].text, buf_text(&canonical), documents[i].canonical);
		AUTO(Json) *again = NULL;
		assert_ok(json_parse(buf_str(&canonical), &again, &err), &err);
		cr_assert(json_equal(json, again));
	}
}
