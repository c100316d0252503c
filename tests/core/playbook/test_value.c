/* test_value.c: what a person may enter for a variable of each type, and what is kept of it. */
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/value.h"
#include "tests/support/support.h"

static const WallTime NOW = { 1795230000000 };   /* 2026-11-21T03:00:00Z */
static const char BERLIN[] = "CET-1CEST,M3.5.0,M10.5.0/3";   /* needs no files of the machine */
static const char *SITES[] = { "draft", "live" };

typedef struct Case { const char *name; Variable variable; const char *input, *kept, *why; } Case;

static const Case CASES[] = {
	{ "text is trimmed", { .type = VARIABLE_TEXT }, "  a b ", "a b", NULL },
	{ "text is not empty", { .type = VARIABLE_TEXT }, " ", NULL, "is empty" },
	{ "text is one line", { .type = VARIABLE_TEXT }, "a\nb", NULL, "line end" },
	{ "a pattern that matches", { .type = VARIABLE_TEXT, .regex = "^v[0-9]+$" }, "V12", "V12", NULL },
	{ "a pattern that does not", { .type = VARIABLE_TEXT, .regex = "^v[0-9]+$" }, "12", NULL, "does not have the form" },
	{ "a number", { .type = VARIABLE_INT }, "+014", "14", NULL },
	{ "no number", { .type = VARIABLE_INT }, "14 courses", NULL, "\"14 courses\" is none" },
	{ "a number too large", { .type = VARIABLE_INT }, "99999999999999999999", NULL, "is none" },
	{ "an address", { .type = VARIABLE_IPV6 }, "[04AB:0:0::1]", "4ab::1", NULL },
	{ "a name for an address", { .type = VARIABLE_IPV6 }, "node1", NULL, "IPv6" },
	{ "an IPv4 address", { .type = VARIABLE_IPV6 }, "10.0.0.1", NULL, "IPv6" },
	{ "a host", { .type = VARIABLE_HOST }, "node1.lan", "node1.lan", NULL },
	{ "an option for a host", { .type = VARIABLE_HOST }, "-oProxyCommand=x", NULL, "host name" },
	{ "a path at home", { .type = VARIABLE_PATH }, "~/x y", "/home/of/test/x y", NULL },
	{ "an option for a path", { .type = VARIABLE_PATH }, "-rf", NULL, "dash" },
	{ "a choice", { .type = VARIABLE_CHOICE, .choices = SITES, .choice_count = 2 }, "live", "live", NULL },
	{ "a choice by its list alone", { .type = VARIABLE_TEXT, .choices = SITES, .choice_count = 2 }, "prod", NULL, "no choice" },
	{ "a secret keeps its blanks", { .type = VARIABLE_SECRET }, " s3 ", " s3 ", NULL },
	{ "a time in UTC", { .type = VARIABLE_TIME }, "2026-11-21 02:30 Z", "2026-11-21T02:30:00Z", NULL },
	{ "a time with an offset", { .type = VARIABLE_TIME, .format = "%Y-%m-%dT%H:%M:%S" }, "2026-06-21T03:04:05.678+01:00",
		"2026-06-21T02:04:05", NULL },
	{ "a time of a named zone in summer", { .type = VARIABLE_TIME }, "2026-06-21 03:04 Europe/London", "2026-06-21T02:04:00Z", NULL },
	{ "a time of a named zone in winter", { .type = VARIABLE_TIME, .zone = "Europe/London" }, "2026-11-21 03:04",
		"2026-11-21T03:04:00Z", NULL },
	{ "a local time", { .type = VARIABLE_TIME }, "2026-06-21 03:04 local", "2026-06-21T01:04:00Z", NULL },
	{ "a time that comes twice", { .type = VARIABLE_TIME }, "2026-10-25 01:30 Europe/London", NULL, "twice" },
	{ "a time that is skipped", { .type = VARIABLE_TIME }, "2026-03-29 01:30 Europe/London", NULL, "skip" },
	{ "a time without zone", { .type = VARIABLE_TIME }, "2026-11-21 02:30", NULL, "zone is missing" },
	{ "a time without zone, to be asked", { .type = VARIABLE_TIME, .zone = "ask" }, "2026-11-21 02:30", NULL, "zone is missing" },
	{ "an unknown zone", { .type = VARIABLE_TIME }, "2026-11-21 02:30 Europe/Atlantis", NULL, "no time zone that this machine knows" },
	{ "a path for a zone", { .type = VARIABLE_TIME }, "2026-11-21 02:30 ../../etc/passwd", NULL, "no time zone" },
	{ "an abbreviation for a zone", { .type = VARIABLE_TIME }, "2026-11-21 02:30 BST", NULL, "no time zone" },
	{ "yesterday", { .type = VARIABLE_TIME }, "yesterday 17:30 Europe/London", "2026-11-20T17:30:00Z", NULL },
	{ "today of a zone", { .type = VARIABLE_TIME }, "today 3:15 +01:00", "2026-11-21T02:15:00Z", NULL },
	{ "yesterday without zone", { .type = VARIABLE_TIME }, "yesterday 17:30", NULL, "zone is missing" },
	{ "a clock time: the last time that it was so late", { .type = VARIABLE_TIME }, "17:30 Z", "2026-11-20T17:30:00Z", NULL },
	{ "a clock time of this day", { .type = VARIABLE_TIME }, "02:30Z", "2026-11-21T02:30:00Z", NULL },
	{ "a clock time without zone", { .type = VARIABLE_TIME }, "02:30", NULL, "zone is missing" },
	{ "a time ago in words", { .type = VARIABLE_TIME }, "20 minutes ago", "2026-11-21T02:40:00Z", NULL },
	{ "a time ago in more words", { .type = VARIABLE_TIME }, "1 hour 30 min ago", "2026-11-21T01:30:00Z", NULL },
	{ "a time ago, short", { .type = VARIABLE_TIME }, "2h ago", "2026-11-21T01:00:00Z", NULL },
	{ "a number of nothing ago", { .type = VARIABLE_TIME }, "20 ago", NULL, "is no time" },
	{ "a day that is not", { .type = VARIABLE_TIME }, "2026-02-30 02:30 Z", NULL, "no such day" },
	{ "prose for a time", { .type = VARIABLE_TIME }, "an hour ago", NULL, "is no time" },
	{ "a time ago", { .type = VARIABLE_TIME }, "-15m", "2026-11-21T02:45:00Z", NULL },
	{ "a time in the window", { .type = VARIABLE_TIME, .oldest = "-7d", .newest = "-5m" }, "-6d", "2026-11-15T03:00:00Z", NULL },
	{ "a time too old", { .type = VARIABLE_TIME, .oldest = "-7d", .newest = "-5m" }, "-8d", NULL, "the oldest that can be used" },
	{ "a time too new", { .type = VARIABLE_TIME, .oldest = "-7d", .newest = "-5m" }, "-1m", NULL, "the newest that can be used" },
};

Test(value, is_checked_by_its_type)
{
	setenv("TZ", BERLIN, 1);
	setenv("HOME", "/home/of/test", 1);
	tzset();
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		bool named = strstr(CASES[i].input, "London") || text_eq(CASES[i].variable.zone, "Europe/London");
		if (named && !file_exists("/usr/share/zoneinfo/Europe/London"))
			continue;
		Variable variable = CASES[i].variable;
		variable.name = "x";
		AUTO_CLEAR(Buf) kept = {0};
		Error err = {0};
		bool ok = value_check(&variable, str_from(CASES[i].input), NOW, &kept, &err);
		cr_assert_eq(ok, CASES[i].kept != NULL, "%s: %s", CASES[i].name, err.why);
		if (ok) {
			assert_text(CASES[i].name, buf_text(&kept), CASES[i].kept);
			continue;
		}
		assert_error(&err, ERROR_INVALID, CASES[i].why);
		cr_assert(err.hint[0], "%s", CASES[i].name);
		cr_assert_eq(kept.len, 0);
	}
	cr_assert_str_eq(getenv("TZ"), BERLIN);
}

Test(value, of_a_secret_is_never_in_a_message)
{
	Variable variable = { .name = "token", .type = VARIABLE_SECRET, .regex = "^[a-z]+$" };
	AUTO_CLEAR(Buf) kept = {0};
	Error err = {0};
	char text[640];
	assert_refused(value_check(&variable, STR("HUNTER-2"), NOW, &kept, &err), &err, ERROR_INVALID, "form");
	cr_assert_null(strstr(error_format(&err, text, sizeof text), "HUNTER"));
}

#define LONDON "Europe/London"

static void set_zone(const char *zone)
{
	if (zone)
		setenv("TZ", zone, 1);
	else
		unsetenv("TZ");
	tzset();
}

/* With the rules as they are kept on this machine. */
Test(value, an_hour_that_comes_twice_or_never_is_asked_again_with_both_readings)
{
	static const struct { const char *input, *why, *hint; } TIMES[] = {
		{ "2026-10-25 01:30 Europe/London", "Europe/London show 01:30 that day: it comes twice", "2026-10-25 01:30+01:00 (00:30Z) or 2026-10-25 01:30+00:00 (01:30Z)" },
		{ "2026-03-29 01:30 Europe/London", "Europe/London skip 01:30 that day: it never comes", "2026-03-29 00:30+00:00 (00:30Z) or 2026-03-29 02:30+01:00 (01:30Z)" },
		{ "2026-11-01 01:30 America/New_York", "comes twice", "2026-11-01 01:30-04:00 (05:30Z) or 2026-11-01 01:30-05:00 (06:30Z)" },
		{ "2026-04-05 01:45 Australia/Lord_Howe", "comes twice", "2026-04-05 01:45+11:00 (14:45Z) or 2026-04-05 01:45+10:30 (15:15Z)" },
		/* No summer time, but the clocks were set back for good. */
		{ "2014-10-26 01:30 Europe/Moscow", "comes twice", "01:30+04:00" },
		{ "2011-12-30 12:00 Pacific/Apia", "never comes", "write what it was" },
	};
	if (!file_exists("/usr/share/zoneinfo/" LONDON))
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	for (size_t i = 0; i < BG_LENGTH(TIMES); i++) {
		WallTime time;
		Error err = { 0 };
		cr_assert(!value_parse_time(str_from(TIMES[i].input), NULL, NOW, &time, &err), "%s", TIMES[i].input);
		cr_expect(strstr(err.why, TIMES[i].why), "%s: %s", TIMES[i].input, err.why);
		cr_expect(strstr(err.hint, TIMES[i].hint), "%s: %s", TIMES[i].input, err.hint);
	}
}

Test(value, what_a_reading_offers_is_taken_as_it_stands)
{
	static const struct { const char *input; int64_t utc_s; } TIMES[] = {
		{ "2026-10-25 01:30+01:00", 1792888200 }, { "2026-10-25 01:30+00:00", 1792891800 },
		{ "2026-10-25 00:59 Europe/London", 1792886340 }, { "2026-10-25 02:00 Europe/London", 1792893600 },
		{ "2026-03-29 00:59 Europe/London", 1774745940 }, { "2026-03-29 02:00 Europe/London", 1774746000 },
	};
	if (!file_exists("/usr/share/zoneinfo/" LONDON))
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	for (size_t i = 0; i < BG_LENGTH(TIMES); i++) {
		WallTime time = { 0 };
		Error err = { 0 };
		assert_ok(value_parse_time(str_from(TIMES[i].input), NULL, NOW, &time, &err), &err);
		cr_expect_eq(time.ms, TIMES[i].utc_s * 1000, "%s: %lld", TIMES[i].input, (long long) (time.ms / 1000));
	}
}

Test(value, the_zone_that_was_meant_is_told)
{
	static const struct { const char *own, *input, *zone; } TIMES[] = {
		{ LONDON, "2026-06-21 03:04 local", LONDON }, { ":" LONDON, "2026-06-21 03:04 local", LONDON },
		{ BERLIN, "2026-06-21 03:04 local", "CET" }, { LONDON, "2026-06-21 03:04 Asia/Tokyo", "Asia/Tokyo" },
		{ LONDON, "2026-06-21 03:04Z", "UTC" }, { LONDON, "2026-06-21 03:04 -0330", "-0330" }, { LONDON, "-15m", "" },
	};
	if (!file_exists("/usr/share/zoneinfo/" LONDON))
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	for (size_t i = 0; i < BG_LENGTH(TIMES); i++) {
		WallTime time = { 0 };
		char zone[ZONE_NAME_SIZE];
		Error err = { 0 };
		set_zone(TIMES[i].own);
		assert_ok(value_read_time(str_from(TIMES[i].input), NULL, NOW, &time, zone, &err), &err);
		assert_text(TIMES[i].input, zone, TIMES[i].zone);
		cr_expect_str_eq(getenv("TZ"), TIMES[i].own);
	}
}

/* The C library takes an unknown TZ for UTC, and says nothing. */
Test(value, a_machine_without_tz_data_says_so_and_guesses_nothing)
{
	static const struct { const char *own, *folder, *input, *why; } TIMES[] = {
		{ "UTC", "/nonexistent", "2026-06-21 03:04 Europe/London", "no time zone data (tzdata)" },
		{ LONDON, "/nonexistent", "2026-06-21 03:04 local", "no time zone data (tzdata), and knows nothing of Europe/London" },
		{ "Europe/Londno", NULL, "2026-06-21 03:04 local", "Europe/Londno is no time zone that this machine knows" },
	};
	for (size_t i = 0; i < BG_LENGTH(TIMES); i++) {
		WallTime time;
		Error err = { 0 };
		set_zone(TIMES[i].own);
		if (TIMES[i].folder)
			setenv("TZDIR", TIMES[i].folder, 1);
		else
			unsetenv("TZDIR");
		assert_refused(value_parse_time(str_from(TIMES[i].input), NULL, NOW, &time, &err), &err, ERROR_INVALID, TIMES[i].why);
		cr_expect(strstr(err.hint, "+01:00"), "%s", err.hint);
		unsetenv("TZDIR");
	}
}

Test(value, without_tz_the_zone_of_the_machine_counts)
{
	WallTime time = { 0 };
	Error err = { 0 };
	char zone[ZONE_NAME_SIZE];
	ZoneCivil civil;
	set_zone(NULL);
	zone_civil(NULL, (WallTime) { 1782007440000 }, &civil);
	AUTO_FREE char *input = bg_asprintf("%04d-%02d-%02d %02d:%02d local", civil.year, civil.month, civil.day, civil.hour, civil.minute);
	assert_ok(value_read_time(str_from(input), NULL, NOW, &time, zone, &err), &err);
	cr_expect_eq(time.ms, 1782007440000, "%s", input);
	cr_expect(*zone, "it has a name");
	cr_expect_null(getenv("TZ"));
}

Test(value, a_time_is_said_in_every_zone)
{
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO_CLEAR(StrList) zones = { 0 };
	if (!file_exists("/usr/share/zoneinfo/" LONDON))
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	strlist_add(&zones, LONDON);
	strlist_add(&zones, "Asia/Tokyo");
	set_zone("Europe/Berlin");
	value_say_zones((WallTime) { 1782075845000 }, (WallTime) { 1782083225000 }, &zones, &text);
	assert_text("three clocks", buf_text(&text), "2026-06-21 21:04:05 UTC = 22:04 BST Europe/London = Jun 22 06:04 JST Asia/Tokyo = 23:04 CEST here, 2 h 03 m ago");
	buf_clear(&text);
	set_zone(LONDON);
	value_say_zones((WallTime) { 1782075845000 }, (WallTime) { 1782083225000 }, &zones, &text);
	assert_text("the own one is one of them", buf_text(&text), "2026-06-21 21:04:05 UTC = 22:04 BST Europe/London = Jun 22 06:04 JST Asia/Tokyo, 2 h 03 m ago");
}

Test(value, when_something_happened_is_no_guess_and_not_to_come)
{
	static const struct { const char *typed; int64_t minutes_ago; } cases[] = {
		{ "02:51Z", 9 }, { "3:01Z", 24 * 60 - 1 }, { "-2h", 120 }, { "15m ago", 15 }, { "now", 0 }, { "2026-11-21T02:51Z", 9 }, { "03:51+01:00", 9 },
	};
	static const struct { const char *typed, *why; } refused[] = {
		{ "02:51", "the time zone is missing" }, { "2026-11-21 02:51", "the time zone is missing" }, { "2026-11-21 03:01Z", "still to come" },
		{ "+1h", "still to come" }, { "1970-01-01 00:00Z", "anything was known" }, { "4:5Z", "is no time" }, { "x", "is no time" }, { "", "is no time" },
		{ "24:00Z", "is no time" }, { "450Z", "is no time" }, { ":50Z", "is no time" },
	};
	char zone[ZONE_NAME_SIZE];
	WallTime time;
	Error err = { 0 };
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		assert_ok(value_read_past(str_from(cases[i].typed), NOW, &time, zone, &err), &err);
		cr_expect(NOW.ms - time.ms == cases[i].minutes_ago * 60000, "%s: %lld", cases[i].typed, (long long) (NOW.ms - time.ms));
	}
	for (size_t i = 0; i < BG_LENGTH(refused); i++)
		assert_refused(value_read_past(str_from(refused[i].typed), NOW, &time, zone, &err), &err, ERROR_INVALID, refused[i].why);
}

/* Time goes on: what could be restored to when it was typed may be too old when the plan is made. */
Test(value, a_window_moves_with_the_clock_and_is_said_in_utc_and_local_time)
{
	Variable variable = { .name = "restore_time", .type = VARIABLE_TIME, .oldest = "-7d", .newest = "-5m" };
	Error err = { 0 };
	WallTime time = { NOW.ms - 7 * INT64_C(86400000) + 60000 };
	set_zone(BERLIN);
	cr_expect(value_in_window(&variable, time, NOW, &err), "%s", err.why);
	assert_refused(value_in_window(&variable, time, (WallTime) { NOW.ms + 120000 }, &err), &err, ERROR_INVALID,
		"Nov 14 03:01Z is too old: the oldest that can be used is Nov 14 03:02Z (04:02 CET), the newest 02:57Z (03:57 CET)");
	cr_expect(strstr(err.hint, "-7d to -5m"), "%s", err.hint);
	assert_refused(value_in_window(&variable, NOW, NOW, &err), &err, ERROR_INVALID, "is too new: the newest that can be used is 02:55Z (03:55 CET)");
	variable.newest = NULL;
	assert_refused(value_in_window(&variable, time, (WallTime) { NOW.ms + 120000 }, &err), &err, ERROR_INVALID, "the oldest that can be used is Nov 14 03:02Z (04:02 CET)");
}

Test(value, a_time_is_said_twice)
{
	AUTO_CLEAR(Buf) text = {0};
	setenv("TZ", "GMT0BST,M3.5.0/1,M10.5.0", 1);
	tzset();
	value_say_time((WallTime){ 1782007445000 }, (WallTime){ 1782014825000 }, &text);
	cr_assert_str_eq(buf_text(&text), "2026-06-21 02:04:05 UTC = 03:04 BST here, 2 h 03 m ago");
	buf_clear(&text);
	value_say_time((WallTime){ NOW.ms + 60000 }, NOW, &text);
	cr_assert_str_eq(buf_text(&text), "2026-11-21 03:01:00 UTC, in 1 m 00 s");
}

Test(value, definitions_that_cannot_work_are_errors)
{
	static const struct { Variable variable; const char *part; } cases[] = {
		{ { .type = VARIABLE_TEXT, .regex = "(" }, "does not compile" },
		{ { .type = VARIABLE_CHOICE }, "nothing to choose from" },
		{ { .type = VARIABLE_TIME, .format = "%Q" }, "unknown conversion" },
		{ { .type = VARIABLE_TIME, .oldest = "last week" }, "no limit" },
		{ { .type = VARIABLE_TIME, .zone = "Mars" }, "unknown zone" },
		{ { .type = VARIABLE_TIME, .to = "local" }, "kept in UTC" },
		{ { .type = VARIABLE_INT, .fallback = "many" }, "default" },
		{ { .type = VARIABLE_TEXT, .choices = SITES, .choice_count = 2, .fallback = "prod" }, "default" },
		{ { .type = VARIABLE_SECRET }, "it would stand in arguments and in the record" },
		{ { .type = VARIABLE_SECRET, .fallback = "hunter2" }, "is to be a secret" },
		{ { .type = VARIABLE_INT, .fallback = "${other}" }, NULL },
		{ { .type = VARIABLE_TIME, .format = "%F %T", .oldest = "-7d", .newest = "-5m", .zone = "ask", .to = "utc" }, NULL },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Variable variable = cases[i].variable;
		variable.name = "x";
		variable.line = 3;
		AUTO_CLEAR(DiagnosticList) list = { .file = "f.md" };
		value_lint(&variable, &list);
		cr_assert_eq(list.count, cases[i].part ? 1 : 0, "case %zu", i);
		if (cases[i].part) {
			cr_assert_str_eq(list.items[0].code, "E-VAR");
			cr_assert_not_null(strstr(list.items[0].text, cases[i].part), "%s", list.items[0].text);
			cr_assert_null(strstr(list.items[0].text, "hunter2"));
		}
	}
}

Test(value, a_question_is_made_from_the_name)
{
	AUTO_CLEAR(Buf) text = {0};
	Variable variable = { .name = "restore_time" };
	value_question(&variable, &text);
	cr_assert_str_eq(buf_text(&text), "restore time?");
	buf_clear(&text);
	variable.ask = "When was it good?";
	value_question(&variable, &text);
	cr_assert_str_eq(buf_text(&text), "When was it good?");
}
