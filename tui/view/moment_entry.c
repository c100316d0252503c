/* moment_entry.c: see moment_entry.h. */
#include "tui/view/moment_entry.h"
#include <stdio.h>

#define DAY_MS (24 * 3600 * 1000LL)
#define MAX_TEXT 64

/* The hour may have one digit, as people write it. */
static bool clock_part(Str text, bool is_hour, int64_t limit, int64_t *ret_value)
{
	return (text.len == 2 || (is_hour && text.len == 1)) && text.ptr[0] >= '0' && text.ptr[0] <= '9' && str_parse_int(text, ret_value) && *ret_value < limit;
}

/* Milliseconds since midnight. */
static bool parse_clock(Str text, int64_t *ret_ms)
{
	if (str_ends(text, "Z") || str_ends(text, "z"))
		text.len--;
	Str rest = text, part;
	int64_t values[3] = { 0 };
	static const int64_t limits[3] = { 24, 60, 60 };
	size_t count = 0;
	while (str_split(&rest, ':', &part))
		if (count == 3 || !clock_part(part, count == 0, limits[count], &values[count]))
			return false;
		else
			count++;
	if (count < 2)
		return false;
	*ret_ms = ((values[0] * 60 + values[1]) * 60 + values[2]) * 1000;
	return true;
}

static bool parse_ago(Str text, int64_t *ret_ms)
{
	bool minus = str_starts(text, "-"), ago = str_ends(text, "ago");
	if (minus)
		text = str_slice(text, 1, text.len);
	if (ago)
		text.len -= 3;
	text = str_trim(text);
	/* "2 h" as screens write it. */
	char joined[MAX_TEXT];
	size_t len = 0;
	for (size_t i = 0; i < text.len && len < sizeof(joined); i++)
		if (text.ptr[i] != ' ')
			joined[len++] = text.ptr[i];
	return (minus || ago) && span_parse((Str) { joined, len }, ret_ms);
}

/* ISO to the minute: wall_parse_iso() wants seconds. */
static bool parse_iso(Str text, WallTime *ret_time)
{
	if (wall_parse_iso(text, ret_time))
		return true;
	bool zulu = str_ends(text, "Z");
	char full[MAX_TEXT];
	snprintf(full, sizeof(full), "%.*s:00Z", (int) (text.len - zulu), text.ptr);
	return wall_parse_iso(str_from(full), ret_time);
}

bool moment_entry_parse(Str text, WallTime now, WallTime *ret_time, Error *err)
{
	text = str_trim(text);
	int64_t ms;
	WallTime time = { 0 };
	if (text.len == 0 || text.len >= MAX_TEXT - 8)
		time.ms = 0;
	else if (str_eq_nocase(text, STR("now")))
		time = now;
	else if (parse_clock(text, &ms)) {
		time.ms = now.ms - now.ms % DAY_MS + ms;
		time.ms -= time.ms > now.ms ? DAY_MS : 0;
	} else if (parse_ago(text, &ms))
		time.ms = now.ms - ms;
	else if (!parse_iso(text, &time))
		time.ms = 0;
	if (!wall_known(time)) {
		error_set(err, ERROR_INVALID, "\"%.*s\" is not a time", (int) (text.len < 40 ? text.len : 40), text.ptr ? text.ptr : "");
		return error_hint(err, "write HH:MMZ such as 22:51Z, -2h, or 2026-11-21T22:51Z");
	}
	if (time.ms > now.ms) {
		error_set(err, ERROR_INVALID, "that time is still to come");
		return error_hint(err, "clock times are UTC; -2h means two hours ago");
	}
	*ret_time = time;
	return true;
}
