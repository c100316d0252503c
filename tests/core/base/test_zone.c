/* test_zone.c: times as whoever looks at a screen reads them, in UTC and by their own clock. */
#include <stdlib.h>
#include <time.h>

#include "core/base/zone.h"
#include "tests/support/support.h"

#define LONDON "GMT0BST,M3.5.0/1,M10.5.0"
#define AT(hour, minute) ((hour) * INT64_C(3600000) + (minute) * INT64_C(60000))
#define OCTOBER_25 INT64_C(1792886400000)   /* 2026: the clocks of London go back at 01:00Z */
#define MARCH_29 INT64_C(1774742400000)     /* 2026: they go forward at 01:00Z */

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

Test(zone, the_readers_clock_stands_beside_utc_where_it_is_another)
{
	static const struct { const char *name, *zone; int64_t time, now; const char *clock, *hm, *iso; } cases[] = {
		{ "utc", "UTC", OCTOBER_25 + AT(0, 30), OCTOBER_25 + AT(2, 0), "00:30:00Z", "00:30Z", "2026-10-25T00:30:00.000Z" },
		{ "before the clocks go back", LONDON, OCTOBER_25 + AT(0, 30), OCTOBER_25 + AT(2, 0), "00:30:00Z 01:30 BST", "00:30Z 01:30 BST", "2026-10-25T00:30:00.000Z 01:30 BST" },
		{ "the same hour again", LONDON, OCTOBER_25 + AT(1, 30), OCTOBER_25 + AT(2, 0), "01:30:00Z", "01:30Z", "2026-10-25T01:30:00.000Z" },
		{ "before they go forward", LONDON, MARCH_29 + AT(0, 59), MARCH_29 + AT(2, 0), "00:59:00Z", "00:59Z", "2026-03-29T00:59:00.000Z" },
		{ "an hour is left out", LONDON, MARCH_29 + AT(1, 0), MARCH_29 + AT(2, 0), "01:00:00Z 02:00 BST", "01:00Z 02:00 BST", "2026-03-29T01:00:00.000Z 02:00 BST" },
		{ "another day there", "IST-5:30", OCTOBER_25 + AT(20, 0), OCTOBER_25 + AT(21, 0), "20:00:00Z Oct 26 01:30 IST", "20:00Z Oct 26 01:30 IST",
			"2026-10-25T20:00:00.000Z Oct 26 01:30 IST" },
		{ "another day here", "EST5", OCTOBER_25 + AT(2, 0), OCTOBER_25 + AT(26, 0), "yesterday 02:00:00Z Oct 24 21:00 EST", "yesterday 02:00Z Oct 24 21:00 EST",
			"2026-10-25T02:00:00.000Z Oct 24 21:00 EST" },
		{ "not known", LONDON, 0, OCTOBER_25, "-", "-", "-" },
		{ "a zone that is not there", "Nowhere/City", OCTOBER_25, OCTOBER_25, "00:00:00Z", "00:00Z", "2026-10-25T00:00:00.000Z" },
	};
	char text[ZONE_BOTH_SIZE];
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		WallTime time = { cases[i].time }, now = { cases[i].now };
		if (cases[i].time == 0)
			now.ms = OCTOBER_25;
		set_zone(cases[i].zone);
		assert_text(cases[i].name, zone_clock(time, now, text), cases[i].clock);
		assert_text(cases[i].name, zone_hm(time, now, text), cases[i].hm);
		assert_text(cases[i].name, zone_iso(time, text), cases[i].iso);
	}
}

Test(zone, a_column_tells_the_clock_without_the_day_and_a_line_the_offset)
{
	char text[ZONE_TEXT_SIZE];
	set_zone("IST-5:30");
	assert_text("clock", zone_format_local(NULL, (WallTime) { OCTOBER_25 + AT(20, 0) }, text), "01:30 IST");
	assert_text("offset", zone_format_offset(NULL, (WallTime) { OCTOBER_25 }, text), "IST, UTC+5:30");
	set_zone("EST5");
	assert_text("west", zone_format_offset(NULL, (WallTime) { OCTOBER_25 }, text), "EST, UTC-5");
	set_zone(LONDON);
	assert_text("summer", zone_format_offset(NULL, (WallTime) { OCTOBER_25 }, text), "BST, UTC+1");
	assert_text("winter", zone_format_offset(NULL, (WallTime) { OCTOBER_25 + AT(2, 0) }, text), "GMT, UTC+0");
}
