/* test_moment_entry.c: times as people type them. */
#include "tests/support/support.h"
#include "tui/view/moment_entry.h"

/* 2026-11-21T23:00:00Z */
#define NOW_MS 1795302000000LL

Test(moment_entry, reads_what_people_type)
{
	static const struct { const char *typed; int64_t minutes_ago; } cases[] = {
		{ "22:51Z", 9 }, { "22:51", 9 }, { "4:50Z", 18 * 60 + 10 }, { "04:50", 18 * 60 + 10 }, { "23:01Z", 24 * 60 - 1 }, { "-2h", 120 },
		{ "15m ago", 15 }, { "now", 0 }, { "2026-11-21T22:51Z", 9 },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		WallTime time;
		Error err = { 0 };
		assert_ok(moment_entry_parse(str_from(cases[i].typed), (WallTime) { NOW_MS }, &time, &err), &err);
		cr_expect(NOW_MS - time.ms == cases[i].minutes_ago * 60000, "%s: %lld", cases[i].typed, (long long) (NOW_MS - time.ms));
	}
}

Test(moment_entry, says_how_a_time_is_written)
{
	static const char *const cases[] = { "4:5Z", "x", "", "24:00Z", "450Z", ":50Z", "123:00" };
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		WallTime time;
		Error err = { 0 };
		cr_expect(!moment_entry_parse(str_from(cases[i]), (WallTime) { NOW_MS }, &time, &err), "%s", cases[i]);
		cr_expect(strstr(err.hint, "HH:MMZ"), "%s: %s", cases[i], err.hint);
	}
}
