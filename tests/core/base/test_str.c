/* Slices and the parsers that everything from outside goes through. */
#include "core/base/str.h"

#include <locale.h>

#include "tests/support/support.h"

static const struct { const char *text; bool ok; int64_t value; } ints[] = {
	{ "0", true, 0 }, { "-0", true, 0 }, { "+7", true, 7 }, { "007", true, 7 }, { "-12", true, -12 },
	{ "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
	{ "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 }, { "99999999999999999999", false, 0 },
	{ "", false, 0 }, { "-", false, 0 }, { "+", false, 0 }, { "--1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 }, { "0x10", false, 0 },
	{ "1e3", false, 0 }, { "1.0", false, 0 }, { "\xd9\xa1", false, 0 },
};

Test(str, parses_whole_integers_only)
{
	for (size_t i = 0; i < BG_LENGTH(ints); i++) {
		int64_t value = 42;
		bool ok = str_parse_int(str_from(ints[i].text), &value);
		cr_assert(ok == ints[i].ok && value == (ok ? ints[i].value : 42), "\"%s\"", ints[i].text);
	}
}

static const struct { const char *text; bool ok; double value; } doubles[] = {
	{ "1", true, 1 }, { "-2.5", true, -2.5 }, { "1e3", true, 1000 }, { ".5", true, 0.5 }, { "1E-2", true, 0.01 },
	{ "", false, 0 }, { "inf", false, 0 }, { "nan", false, 0 }, { "0x1p3", false, 0 }, { "1,5", false, 0 }, { "1e999", false, 0 }, { " 1", false, 0 },
	{ "1 ", false, 0 }, { "1.2.3", false, 0 }, { "-", false, 0 }, { "e", false, 0 },
};

Test(str, parses_numbers_with_a_point_whatever_the_locale)
{
	(void) setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is not installed this changes nothing */
	for (size_t i = 0; i < BG_LENGTH(doubles); i++) {
		double value = 42;
		bool ok = str_parse_double(str_from(doubles[i].text), &value);
		double off = value - (ok ? doubles[i].value : 42);
		cr_assert(ok == doubles[i].ok && off < 1e-9 && off > -1e-9, "\"%s\"", doubles[i].text);
	}
}

Test(str, slices_are_clamped)
{
	Str s = STR("hello");
	cr_assert(str_eq_c(str_slice(s, 1, 3), "ell"));
	cr_assert(str_eq_c(str_slice(s, 3, 99), "lo"));
	cr_assert(str_eq_c(str_slice(s, 99, 1), ""));
	cr_assert(str_slice((Str) { NULL, 0 }, 3, 4).len == 0);
	cr_assert(str_from(NULL).len == 0);
}

Test(str, compares)
{
	cr_assert(str_eq(STR(""), (Str) { NULL, 0 }));
	cr_assert(str_eq_nocase(STR("PauSe"), STR("pAUse")) && !str_eq_nocase(STR("pause"), STR("pauses")));
	cr_assert(!str_eq_nocase(STR("\xc3\x89"), STR("\xc3\xa9")));
	cr_assert(str_starts(STR("do: x"), "do:") && !str_starts(STR("d"), "do:") && str_starts(STR("x"), ""));
	cr_assert(str_starts_nocase(STR("HTTP/1.1"), "http/"));
	cr_assert(str_ends(STR("a.md"), ".md") && !str_ends(STR("md"), ".md"));
	cr_assert(text_eq("a", "a") && !text_eq("a", NULL) && !text_eq(NULL, NULL));
}

Test(str, finds)
{
	cr_assert(str_find(STR("a-b-c"), "-b") == 1 && str_find(STR("abc"), "x") == -1 && str_find(STR("ab"), "abc") == -1);
	cr_assert(str_find(STR("abc"), "") == 0 && str_find((Str) { NULL, 0 }, "a") == -1);
	cr_assert(str_find_nocase(STR("say STOP now"), "stop") == 4 && str_find_nocase(STR("st"), "stop") == -1);
	cr_assert(str_find_char(STR("a=b"), '=') == 1 && str_find_char((Str) { NULL, 0 }, '=') == -1);
}

Test(str, trims)
{
	cr_assert(str_eq_c(str_trim(STR(" \t\r\n a b \v\f")), "a b"));
	cr_assert(str_trim(STR("  ")).len == 0);
}

Test(str, splits_and_keeps_empty_parts)
{
	static const char *const expected[] = { "a", "", "b", "" };
	Str rest = STR("a,,b,"), part;
	size_t count = 0;
	while (str_split(&rest, ',', &part)) {
		cr_assert(count < BG_LENGTH(expected) && str_eq_c(part, expected[count]), "part %zu", count);
		count++;
	}
	cr_assert(count == BG_LENGTH(expected));
}

Test(str, gives_lines)
{
	static const char *const expected[] = { "one", "", "two\r", "three" };
	Str rest = STR("one\r\n\ntwo\r\r\nthree"), line;
	size_t count = 0;
	while (str_next_line(&rest, &line)) {
		cr_assert(count < BG_LENGTH(expected) && str_eq_c(line, expected[count]), "line %zu", count);
		count++;
	}
	cr_assert(count == BG_LENGTH(expected));
}

static const struct { const char *text, *pattern; bool found, bad; } patterns[] = {
	{ "Pause the pipeline", "pause .* pipeline", true, false },
	{ "Pause the pipeline", "^pipeline", false, false },
	{ "step 12", "[0-9]{2}", true, false },
	{ "x", "(", false, true },
	{ "x", "[", false, true },
	{ "aa", "(a)\\1", false, true },
	{ "a", "((a{200}){200}){200}", false, true },
	{ "a", "a{1,32000}", false, true },
	{ "a{b", "a\\{b", true, false },
};

Test(str, matches_modest_patterns)
{
	for (size_t i = 0; i < BG_LENGTH(patterns); i++) {
		bool bad = !patterns[i].bad;
		cr_assert(str_matches(patterns[i].text, patterns[i].pattern, &bad) == patterns[i].found, "%s", patterns[i].pattern);
		cr_assert(bad == patterns[i].bad, "%s", patterns[i].pattern);
	}
}
