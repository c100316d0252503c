/* Times: parsed and written alike in every zone and locale. */
#include <locale.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/moment.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

static const struct { const char *text; int64_t ms; const char *iso; } accepted[] = {
	{ "1970-01-01T00:00:00Z", 0, "-" },
	{ "1970-01-01T00:00:01Z", 1000, "1970-01-01T00:00:01.000Z" },
	{ "1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z" },
	{ "2026-11-21T03:04:05.678Z", 1795230245678, "2026-11-21T03:04:05.678Z" },
	{ "2026-11-21t03:04:05.678z", 1795230245678, "2026-11-21T03:04:05.678Z" },
	{ "2026-11-21 03:04:05", 1795230245000, "2026-11-21T03:04:05.000Z" },
	{ "  2026-11-21T03:04:05\n", 1795230245000, "2026-11-21T03:04:05.000Z" },
	{ "2026-11-21T03:04:05.6Z", 1795230245600, "2026-11-21T03:04:05.600Z" },
	{ "2026-11-21T03:04:05.678999999Z", 1795230245678, "2026-11-21T03:04:05.678Z" },
	{ "2026-11-21T03:04:05,5Z", 1795230245500, "2026-11-21T03:04:05.500Z" },
	{ "2026-11-21T04:04:05+01:00", 1795230245000, "2026-11-21T03:04:05.000Z" },
	{ "2026-11-20T22:04:05-0500", 1795230245000, "2026-11-21T03:04:05.000Z" },
	{ "2026-11-21T04:04:05+01", 1795230245000, "2026-11-21T03:04:05.000Z" },
	{ "2026-11-21 04:04:05 +0100", 1795230245000, "2026-11-21T03:04:05.000Z" },
	{ "2000-02-29T12:00:00Z", 951825600000, "2000-02-29T12:00:00.000Z" },
	{ "2024-02-29T00:00:00Z", 1709164800000, "2024-02-29T00:00:00.000Z" },
	{ "2016-12-31T23:59:60Z", 1483228800000, "2017-01-01T00:00:00.000Z" },
	{ "0001-01-01T00:00:00Z", -62135596800000, "0001-01-01T00:00:00.000Z" },
	{ "9999-12-31T23:59:59Z", 253402300799000, "9999-12-31T23:59:59.000Z" },
};

static const char *const refused[] = {
	"", "2026", "2026-11-21", "2026-11-21T", "2026-11-21T03:04", "2026-11-21T03:04Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
	"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-21T24:00:00Z",
	"2026-11-21T03:60:00Z", "2026-11-21T03:04:61Z", "2026-11-21T03:04:05.Z", "2026-11-21T03:04:05+24:00", "2026-11-21T03:04:05+01:60",
	"2026-11-21T03:04:05+01:", "2026-11-21T03:04:05+1", "2026-11-21T03:04:05Zx", "2026-11-21T03:04:05ZZ", "2026/11/21T03:04:05Z",
	"26-11-21T03:04:05Z", "+2026-11-21T03:04:05Z", "0000-01-01T00:00:00Z", "2026-11-2xT03:04:05Z", "2026-11-21T 3:04:05Z", "yesterday",
};

Test(moment, reads_iso_times)
{
	for (size_t i = 0; i < BG_LENGTH(accepted); i++) {
		WallTime time = { 42 };
		char text[WALL_TEXT_SIZE];
		cr_assert(wall_parse_iso(str_from(accepted[i].text), &time), "refused: %s", accepted[i].text);
		cr_assert(time.ms == accepted[i].ms, "%s gives %lld", accepted[i].text, (long long) time.ms);
		assert_text(accepted[i].text, wall_format_iso(time, text), accepted[i].iso);
	}
}

Test(moment, refuses_what_is_no_iso_time)
{
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		WallTime time = { 42 };
		cr_assert(!wall_parse_iso(str_from(refused[i]), &time) && time.ms == 42, "accepted: %s", refused[i]);
	}
}

Test(moment, counts_days_as_the_c_library_does)
{
	for (int64_t day = -800000; day < 3000000; day += 13) {
		WallTime time = { day * 86400000 + 43200000 }, again;
		time_t seconds = (time_t) (time.ms / 1000);
		struct tm tm;
		char ours[WALL_TEXT_SIZE], theirs[WALL_TEXT_SIZE];
		cr_assert(gmtime_r(&seconds, &tm));
		if (tm.tm_year + 1900 < 1 || tm.tm_year + 1900 > 9999)
			continue;
		(void) strftime(theirs, sizeof theirs, "%a, %d %b %Y", &tm);
		(void) wall_format_http(time, ours);
		if (tm.tm_year + 1900 >= 1000)
			cr_assert(str_starts(str_from(ours), theirs), "%s, not %s", ours, theirs);
		cr_assert(wall_parse_iso(str_from(wall_format_iso(time, ours)), &again) && again.ms == time.ms, "%s", ours);
	}
}

Test(moment, formats_for_screens)
{
	WallTime time = { 1795230245678 };
	char text[WALL_TEXT_SIZE], both[WALL_BOTH_SIZE];
	assert_text("http", wall_format_http(time, text), "Sat, 21 Nov 2026 03:04:05 GMT");
	assert_text("not known", wall_format_clock((WallTime) { 0 }, time, text), "-");
	assert_text("beyond four digits", wall_format_iso((WallTime) { INT64_MAX }, text), "-");
	assert_text("before the first year", wall_format_iso((WallTime) { INT64_MIN }, text), "-");
	assert_text("both, far away", wall_format_both((WallTime) { INT64_MAX }, time, both), "-");
}

Test(moment, knows_the_local_zone)
{
	WallTime time = { 1795230245678 };
	char text[WALL_TEXT_SIZE], both[WALL_BOTH_SIZE];
	(void) setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_text("winter", wall_format_both(time, time, both), "03:04Z (04:04 CET)");
	assert_text("the day after, there", wall_format_both((WallTime) { time.ms + 20 * INT64_C(3600000) }, time, both), "23:04Z (Nov 22 00:04 CET)");
	assert_text("the record does not move", wall_format_hm(time, time, text), "03:04Z");
	(void) setenv("TZ", "UTC0", 1);
	tzset();
	assert_text("the same there", wall_format_both(time, time, both), "03:04Z");
}

static WallTime at(const char *iso)
{
	WallTime time = { 0 };
	cr_assert(wall_parse_iso(str_from(iso), &time), "%s", iso);
	return time;
}

static const struct { const char *time, *now, *hm, *clock, *dated; } clocks[] = {
	{ "2026-11-21T03:04:05Z", "2026-11-21T23:00:00Z", "03:04Z", "03:04:05Z", "Nov 21 03:04Z" },
	{ "2026-11-20T23:59:59Z", "2026-11-21T00:00:00Z", "yesterday 23:59Z", "yesterday 23:59:59Z", "Nov 20 23:59Z" },
	{ "2026-11-21T00:00:00Z", "2026-11-20T23:59:59Z", "tomorrow 00:00Z", "tomorrow 00:00:00Z", "Nov 21 00:00Z" },
	{ "2026-11-21T00:00:00Z", "2026-11-21T23:59:59Z", "00:00Z", "00:00:00Z", "Nov 21 00:00Z" },
	{ "2026-11-19T07:12:33Z", "2026-11-21T06:58:00Z", "Nov 19 07:12Z", "Nov 19 07:12:33Z", "Nov 19 07:12Z" },
	{ "2026-11-23T07:12:33Z", "2026-11-21T06:58:00Z", "Nov 23 07:12Z", "Nov 23 07:12:33Z", "Nov 23 07:12Z" },
	{ "2025-12-31T23:50:00Z", "2026-01-01T00:10:00Z", "yesterday 23:50Z", "yesterday 23:50:00Z", "Dec 31 2025 23:50Z" },
	{ "2025-12-30T23:50:00Z", "2026-01-01T00:10:00Z", "Dec 30 2025 23:50Z", "Dec 30 2025 23:50:00Z", "Dec 30 2025 23:50Z" },
	{ "2024-02-29T01:02:03Z", "2024-03-01T00:00:00Z", "yesterday 01:02Z", "yesterday 01:02:03Z", "Feb 29 01:02Z" },
	{ "1969-12-31T23:00:00Z", "1970-01-01T01:00:00Z", "yesterday 23:00Z", "yesterday 23:00:00Z", "Dec 31 1969 23:00Z" },
};

Test(moment, says_the_day_of_every_time_that_is_not_of_today)
{
	char text[WALL_TEXT_SIZE];
	for (size_t i = 0; i < BG_LENGTH(clocks); i++) {
		WallTime time = at(clocks[i].time), now = at(clocks[i].now);
		assert_text(clocks[i].time, wall_format_hm(time, now, text), clocks[i].hm);
		assert_text(clocks[i].time, wall_format_clock(time, now, text), clocks[i].clock);
		assert_text(clocks[i].time, wall_format_dated(time, now, text), clocks[i].dated);
	}
}

static const struct { const char *text; int64_t ms; } http_dates[] = {
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 },
	{ "Sat, 21 Nov 2026 03:04:05 GMT", 1795230245000 },
	{ "Thu, 29 Feb 2024 00:00:00 GMT", 1709164800000 },
};

static const char *const no_http_dates[] = {
	"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
	"Sun Nov  6 08:49:37 1994", "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
	"sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT+1",
};

Test(moment, reads_http_dates)
{
	for (size_t i = 0; i < BG_LENGTH(http_dates); i++) {
		WallTime time = { 0 };
		char text[WALL_TEXT_SIZE];
		cr_assert(wall_parse_http(str_from(http_dates[i].text), &time) && time.ms == http_dates[i].ms, "%s", http_dates[i].text);
		assert_text("back", wall_format_http(time, text), http_dates[i].text);
	}
	for (size_t i = 0; i < BG_LENGTH(no_http_dates); i++) {
		WallTime time = { 42 };
		cr_assert(!wall_parse_http(str_from(no_http_dates[i]), &time) && time.ms == 42, "accepted: %s", no_http_dates[i]);
	}
}

Test(moment, goes_on)
{
	MonoTime before = mono_now(), after = mono_now();
	cr_assert(after.ms >= before.ms);
	cr_assert(wall_now().ms > 1700000000000);
}

Test(moment, freezes_the_wall_clock_for_pictures)
{
	(void) setenv("BREAKGLASS_TEST_CLOCK", "1795230245678", 1);
	cr_assert(wall_now().ms == 1795230245678);
	cr_assert(wall_now().ms == 1795230245678);
}
