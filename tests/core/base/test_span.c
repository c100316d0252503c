/* Lengths of time: as screens say them and as files write them. */
#include "core/base/moment.h"
#include "tests/support/support.h"

static const struct { int64_t ms; const char *text, *brief, *clock; } formats[] = {
	{ 0, "0 s", "0 s", "00:00:00" },
	{ 999, "0 s", "0 s", "00:00:00" },
	{ -999, "0 s", "0 s", "00:00:00" },
	{ 41000, "41 s", "41 s", "00:00:41" },
	{ 59999, "59 s", "59 s", "00:00:59" },
	{ 60000, "1 m 00 s", "1 m", "00:01:00" },
	{ 123000, "2 m 03 s", "2 m", "00:02:03" },
	{ 462000, "7 m 42 s", "7 m", "00:07:42" },
	{ 3599999, "59 m 59 s", "59 m", "00:59:59" },
	{ 3600000, "1 h 00 m", "1 h", "01:00:00" },
	{ 79440000, "22 h 04 m", "22 h", "22:04:00" },
	{ 172799000, "47 h 59 m", "47 h", "47:59:59" },
	{ 172800000, "2 days", "2 days", "48:00:00" },
	{ 9763200000, "113 days", "113 days", "2712:00:00" },
	{ -123000, "-2 m 03 s", "-2 m", "-00:02:03" },
	{ INT64_MIN, "-106751991167 days", "-106751991167 days", "-2562047788015:12:55" },
};

Test(span, is_said_as_people_say_it)
{
	for (size_t i = 0; i < BG_LENGTH(formats); i++) {
		char text[SPAN_TEXT_SIZE];
		assert_text("long", span_format(formats[i].ms, text), formats[i].text);
		assert_text("short", span_format_short(formats[i].ms, text), formats[i].brief);
		assert_text("clock", span_format_clock(formats[i].ms, text), formats[i].clock);
	}
}

static const struct { int64_t ms; const char *text; } exact[] = {
	{ 3600000, "1 h" }, { 5400000, "1 h 30 m" }, { 2700000, "45 m" }, { 30000, "30 s" }, { 3605000, "1 h 5 s" }, { 0, "0 s" }, { -90000, "-1 m 30 s" },
};

Test(span, leaves_nothing_out_of_one_that_was_set)
{
	char text[SPAN_TEXT_SIZE];
	for (size_t i = 0; i < BG_LENGTH(exact); i++)
		assert_text("exact", span_format_exact(exact[i].ms, text), exact[i].text);
}

static const struct { const char *text; int64_t ms; } accepted[] = {
	{ "500ms", 500 }, { "30s", 30000 }, { "15m", 900000 }, { "26h", 93600000 }, { "7d", 604800000 }, { "90", 90000 }, { "0", 0 },
	{ "1h30m", 5400000 }, { " 2m ", 120000 }, { "1d1h1m1s1ms", 90061001 },
};

static const char *const refused[] = {
	"", " ", "s", "1x", "1 h", "-5s", "-5", "+5", "1.5h", "1h30", "h1", "1hh", "9223372036854775807", "9223372036854775807s", "99999999999999999999s",
	"1h 30m", "ms", "1M",
};

Test(span, is_read_as_files_write_it)
{
	for (size_t i = 0; i < BG_LENGTH(accepted); i++) {
		int64_t ms = 42;
		cr_assert(span_parse(str_from(accepted[i].text), &ms) && ms == accepted[i].ms, "%s gives %lld", accepted[i].text, (long long) ms);
	}
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		int64_t ms = 42;
		cr_assert(!span_parse(str_from(refused[i]), &ms) && ms == 42, "accepted: %s", refused[i]);
	}
}
