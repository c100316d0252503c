/* Tests of core/base/suggest.h. */
#include "core/base/suggest.h"

#include "tests/support/support.h"

Test(suggest, a_slip_finds_the_word_that_was_meant)
{
	static const char *const words[] = { "bold", "underline", "bright-red", "role", "green" };
	static const struct { const char *typed, *expected; } cases[] = {
		{ "blod", "bold" }, { "undreline", "underline" }, { "brightred", "bright-red" }, { "GREN", "green" },
		{ "rule", "role" }, { "zzzz", NULL }, { "", NULL }, { "x", NULL }, { NULL, NULL },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const char *nearest = suggest_nearest(cases[i].typed, words, BG_LENGTH(words));
		if (!cases[i].expected)
			cr_expect(!nearest, "%s: suggested %s", cases[i].typed ? cases[i].typed : "(null)", nearest);
		else
			assert_text(cases[i].typed, nearest, cases[i].expected);
	}
}
