/* A text that is a time in one of the forms that we read is written in that form and read back as the same time; a span is what it says. */
#include "fuzz.h"
#include "core/base/moment.h"
#include "core/playbook/value.h"
#include "core/signoff/roster.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })

static void check_words(WallTime time)
{
	char text[WALL_TEXT_SIZE], both[WALL_BOTH_SIZE];
	AUTO_CLEAR(Buf) said = { 0 };
	fuzz_harmless(str_from(wall_format_clock(time, NOW, text)), SANITISE_LINE);
	fuzz_harmless(str_from(wall_format_dated(time, NOW, text)), SANITISE_LINE);
	fuzz_harmless(str_from(wall_format_both(time, NOW, both)), SANITISE_LINE);
	value_say_time(time, NOW, &said);
	fuzz_harmless(buf_str(&said), SANITISE_LINE);
}

static void check_iso(Str text)
{
	WallTime time = { 0 }, again = { 0 };
	char iso[WALL_TEXT_SIZE], http[WALL_TEXT_SIZE];
	if (wall_parse_iso(text, &time) && wall_known(time)) {
		if (!text_eq(wall_format_iso(time, iso), "-"))
			BG_ASSERT(wall_parse_iso(str_from(iso), &again) && again.ms == time.ms);
		check_words(time);
	}
	if (wall_parse_http(text, &time) && wall_known(time)) {
		BG_ASSERT(wall_parse_http(str_from(wall_format_http(time, http)), &again) && again.ms == time.ms);
		check_words(time);
	}
}

static void check_spans(Str text)
{
	int64_t span = 0;
	char words[SPAN_TEXT_SIZE];
	if (!span_parse(text, &span))
		return;
	BG_ASSERT(span >= 0);
	fuzz_harmless(str_from(span_format(span, words)), SANITISE_LINE);
	fuzz_harmless(str_from(span_format_short(span, words)), SANITISE_LINE);
	fuzz_harmless(str_from(span_format_exact(span, words)), SANITISE_LINE);
	fuzz_harmless(str_from(span_format_clock(span, words)), SANITISE_LINE);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const ZONES[] = { NULL, "ask", "UTC", "Europe/London" };
	Str text = { (const char *) data, size };
	WallTime time = { 0 };
	char zone[ZONE_NAME_SIZE];
	Error err = { 0 };
	check_iso(text);
	check_spans(text);
	if (roster_parse_time(text, &time))
		check_words(time);
	if (!value_read_past(text, NOW, &time, zone, &err))
		fuzz_refused(&err);
	else
		BG_ASSERT(time.ms <= NOW.ms);
	for (size_t i = 0; i < BG_LENGTH(ZONES); i++) {
		if (value_parse_time(text, ZONES[i], NOW, &time, &err))
			check_words(time);
		else
			fuzz_refused(&err);
	}
	return 0;
}
