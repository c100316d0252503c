/* test_value.c: what a person may enter for a variable of each type, and what is kept of it. */
#include <stdlib.h>
#include <time.h>

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

Test(value, a_time_is_said_twice)
{
	AUTO_CLEAR(Buf) text = {0};
	setenv("TZ", "GMT0BST,M3.5.0/1,M10.5.0", 1);
	tzset();
	value_say_time((WallTime){ 1782007445000 }, (WallTime){ 1782014825000 }, &text);
	cr_assert_str_eq(buf_text(&text), "2026-06-21 02:04:05 UTC = 03:04:05 BST here, 2 h 03 m ago");
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
