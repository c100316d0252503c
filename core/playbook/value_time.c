/* value_time.c: times as people write them, with the zone that they meant. A zone is never guessed, and an hour that the clocks repeat or leave
 * out is asked again, with both readings. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "core/playbook/value.h"

#define DAY_MS INT64_C(86400000)
#define WORDS_MAX 8

typedef enum DayMeant { DAY_WRITTEN, DAY_TODAY, DAY_YESTERDAY, DAY_LAST } DayMeant;
typedef struct Meant { DayMeant day; ZoneCivil civil; } Meant;

/* Where its clocks stand: so many minutes east, or by the rules of a zone (NULL: the own one). */
typedef struct Zone { bool fixed; int64_t minutes; const char *name; } Zone;

static bool read_number(Str *rest, size_t digits, int low, int high, int *ret)
{
	int64_t number;
	for (size_t i = 0; i < digits; i++)
		if (i >= rest->len || !isdigit((unsigned char) rest->ptr[i]))
			return false;
	if (!str_parse_int(str_slice(*rest, 0, digits), &number) || number < low || number > high)
		return false;
	*rest = str_slice(*rest, digits, rest->len);
	*ret = (int) number;
	return true;
}

static bool skip(Str *rest, const char *one_of)
{
	if (rest->len == 0 || !strchr(one_of, rest->ptr[0]))
		return false;
	*rest = str_slice(*rest, 1, rest->len);
	return true;
}

static bool skip_word(Str *rest, const char *word)
{
	size_t len = strlen(word);
	if (!str_starts_nocase(*rest, word) || rest->len <= len || rest->ptr[len] != ' ')
		return false;
	*rest = str_trim(str_slice(*rest, len, rest->len));
	return true;
}

static bool read_clock(Str *rest, ZoneCivil *ret)
{
	bool two = rest->len > 2 && rest->ptr[2] == ':';
	bool ok = read_number(rest, two ? 2 : 1, 0, 23, &ret->hour) && skip(rest, ":") && read_number(rest, 2, 0, 59, &ret->minute);
	ret->second = 0;
	if (ok && rest->len > 0 && rest->ptr[0] == ':')
		ok = skip(rest, ":") && read_number(rest, 2, 0, 59, &ret->second);
	return ok;
}

/* "2026-11-21 03:04[:05]", "yesterday 17:30", "17:30"; what follows stays in *rest. */
static bool read_meant(Str *rest, Meant *ret)
{
	ZoneCivil *civil = &ret->civil;
	*ret = (Meant) { DAY_LAST, { 0 } };
	if (skip_word(rest, "today"))
		ret->day = DAY_TODAY;
	else if (skip_word(rest, "yesterday"))
		ret->day = DAY_YESTERDAY;
	else if (rest->len > 4 && rest->ptr[4] == '-') {
		ret->day = DAY_WRITTEN;
		if (!read_number(rest, 4, 1970, 9999, &civil->year) || !skip(rest, "-") || !read_number(rest, 2, 1, 12, &civil->month) || !skip(rest, "-")
			|| !read_number(rest, 2, 1, 31, &civil->day) || !skip(rest, "T "))
			return false;
	}
	return read_clock(rest, civil);
}

/* ---- "2 hours ago" ---- */

static const char *unit_of(Str word)
{
	static const struct { const char *unit, *words[6]; } UNITS[] = {
		{ "s", { "s", "sec", "secs", "second", "seconds" } }, { "m", { "m", "min", "mins", "minute", "minutes" } },
		{ "h", { "h", "hour", "hours" } }, { "d", { "d", "day", "days" } },
	};
	for (size_t i = 0; i < BG_LENGTH(UNITS); i++)
		for (size_t w = 0; w < BG_LENGTH(UNITS[i].words) && UNITS[i].words[w]; w++)
			if (str_eq_nocase(word, str_from(UNITS[i].words[w])))
				return UNITS[i].unit;
	return NULL;
}

/* "20m", "1h30m", "20 minutes", "1 hour 30 minutes". */
static bool read_span(Str text, int64_t *ret_ms)
{
	AUTO_CLEAR(Buf) joined = { 0 };
	Str rest = str_trim(text), word;
	size_t count = 0;
	while (rest.len && str_split(&rest, ' ', &word)) {
		if (!word.len)
			continue;
		size_t digits = 0;
		while (digits < word.len && isdigit((unsigned char) word.ptr[digits]))
			digits++;
		const char *unit = unit_of(str_slice(word, digits, word.len));
		if (++count > WORDS_MAX || (digits == word.len && !rest.len))
			return false;
		buf_put_str(&joined, unit ? str_slice(word, 0, digits) : word);
		buf_puts(&joined, unit);
	}
	return joined.len > 0 && span_parse(buf_str(&joined), ret_ms);
}

static bool read_relative(Str text, WallTime now, WallTime *ret)
{
	int64_t span;
	if (str_eq_nocase(text, STR("now"))) {
		*ret = now;
		return true;
	}
	bool ago = text.len > 4 && str_eq_nocase(str_slice(text, text.len - 4, 4), STR(" ago"));
	if (ago && read_span(str_slice(text, 0, text.len - 4), &span)) {
		ret->ms = now.ms - span;
		return true;
	}
	if ((str_starts(text, "-") || str_starts(text, "+")) && span_parse(str_slice(text, 1, text.len), &span)) {
		ret->ms = now.ms + (text.ptr[0] == '-' ? -span : span);
		return true;
	}
	return false;
}

/* ---- zones ---- */

static bool read_offset(Str zone, int64_t *ret_minutes)
{
	int hours, minutes = 0, sign = str_starts(zone, "-") ? -1 : 1;
	if (!skip(&zone, "+-") || !read_number(&zone, 2, 0, 14, &hours))
		return false;
	(void) skip(&zone, ":");   /* optional */
	if (zone.len > 0 && (!read_number(&zone, 2, 0, 59, &minutes) || zone.len > 0))
		return false;
	*ret_minutes = sign * (hours * 60 + minutes);
	return true;
}

/* `name` gets what the record keeps of it, and outlives the Zone. */
static bool read_zone(Str text, Zone *ret, char name[static ZONE_NAME_SIZE], Error *err)
{
	*ret = (Zone) { .fixed = true };
	if (str_eq_nocase(text, STR("z")) || str_eq_nocase(text, STR("utc")) || str_eq_nocase(text, STR("gmt"))) {
		(void) snprintf(name, ZONE_NAME_SIZE, "UTC");
		return true;
	}
	(void) snprintf(name, ZONE_NAME_SIZE, "%.*s", (int) (text.len < ZONE_NAME_SIZE ? text.len : ZONE_NAME_SIZE - 1), text.ptr);
	if (read_offset(text, &ret->minutes))
		return true;
	ret->fixed = false;
	if (str_eq_nocase(text, STR("local"))) {
		zone_own_name(name);
		return zone_check(NULL, err);
	}
	ret->name = name;
	return zone_check(name, err);
}

static void civil_in(const Zone *zone, WallTime time, ZoneCivil *ret)
{
	if (zone->fixed)
		zone_civil("UTC", (WallTime) { time.ms + zone->minutes * 60000 }, ret);
	else
		zone_civil(zone->name, time, ret);
}

/* "2026-10-25 01:30+01:00 (00:30Z)": what to type for a reading, and what it is. */
static void put_reading(WallTime reading, int minutes, Buf *out)
{
	ZoneCivil civil;
	char clock[WALL_TEXT_SIZE];
	zone_civil("UTC", (WallTime) { reading.ms + minutes * INT64_C(60000) }, &civil);
	int size = minutes < 0 ? -minutes : minutes;
	buf_printf(out, "%04d-%02d-%02d %02d:%02d%c%02d:%02d (%s)", civil.year, civil.month, civil.day, civil.hour, civil.minute, minutes < 0 ? '-' : '+', size / 60, size % 60,
		wall_format_hm(reading, reading, clock));
}

/* Both readings are offered: which was meant only the person knows. */
static bool ask_again(const Zone *zone, const char *name, size_t count, const WallTime readings[2], const ZoneCivil *civil, Error *err)
{
	AUTO_CLEAR(Buf) hint = { 0 };
	error_set(err, ERROR_INVALID, "the clocks of %.60s %s %02d:%02d that day: it %s", name, count ? "show" : "skip", civil->hour, civil->minute,
		count ? "comes twice" : "never comes");
	buf_puts(&hint, count ? "write " : "write what it was: ");
	put_reading(readings[0], zone_offset_minutes(zone->name, readings[0]), &hint);
	buf_puts(&hint, " or ");
	put_reading(readings[1], zone_offset_minutes(zone->name, readings[1]), &hint);
	return error_hint(err, "%s", buf_text(&hint));
}

static bool in_zone(const ZoneCivil *civil, const Zone *zone, const char *name, WallTime *ret_time, Error *err)
{
	WallTime time, readings[2];
	if (!wall_from_civil(civil->year, civil->month, civil->day, civil->hour, civil->minute, civil->second, &time)) {
		error_set(err, ERROR_INVALID, "there is no such day");
		return error_hint(err, "check the date");
	}
	if (zone->fixed) {
		ret_time->ms = time.ms - zone->minutes * 60000;
		return true;
	}
	size_t count = zone_readings(zone->name, civil, readings);
	if (count != 1)
		return ask_again(zone, name, count, readings, civil, err);
	*ret_time = readings[0];
	return true;
}

/* The days that are not written are those of the zone that is meant. */
static bool resolve(Meant *meant, const Zone *zone, const char *name, WallTime now, WallTime *ret_time, Error *err)
{
	ZoneCivil day, *civil = &meant->civil;
	for (int back = meant->day == DAY_YESTERDAY; back <= 1; back++) {
		if (meant->day != DAY_WRITTEN) {
			ZoneCivil noon;
			WallTime then;
			civil_in(zone, now, &day);
			BG_IGNORE(wall_from_civil(day.year, day.month, day.day, 12, 0, 0, &then));   /* it came from a calendar */
			zone_civil("UTC", (WallTime) { then.ms - back * DAY_MS }, &noon);
			civil->year = noon.year;
			civil->month = noon.month;
			civil->day = noon.day;
		}
		if (!in_zone(civil, zone, name, ret_time, err))
			return false;
		/* A clock time alone is the last time that it was so late. */
		if (meant->day != DAY_LAST || ret_time->ms <= now.ms)
			return true;
	}
	return true;
}

bool value_read_time(Str input, const char *zone, WallTime now, WallTime *ret_time, char ret_zone[static ZONE_NAME_SIZE], Error *err)
{
	Str rest = str_trim(input);
	Meant meant;
	Zone where;
	WallTime time = { 0 };
	ret_zone[0] = '\0';
	if (read_relative(rest, now, ret_time))
		return true;
	if (!read_meant(&rest, &meant)) {
		error_set(err, ERROR_INVALID, "\"%.*s\" is no time", (int) (input.len > 60 ? 60 : input.len), input.ptr);
		return error_hint(err, "write 2026-11-21 03:04 Z, yesterday 17:30 Europe/London, or -15m for 15 minutes ago");
	}
	if (skip(&rest, "."))
		while (rest.len > 0 && isdigit((unsigned char) rest.ptr[0]))
			(void) skip(&rest, "0123456789");   /* parts of a second are dropped */
	rest = str_trim(rest);
	if (rest.len == 0) {
		if (!zone || text_eq(zone, "ask")) {
			error_set(err, ERROR_INVALID, "the time zone is missing");
			return error_hint(err, "add Z for UTC, +01:00, local, or a name such as Europe/London");
		}
		rest = str_from(zone);
	}
	if (!read_zone(rest, &where, ret_zone, err) || !resolve(&meant, &where, ret_zone, now, &time, err))
		return false;
	*ret_time = time;
	return true;
}

bool value_read_past(Str input, WallTime now, WallTime *ret_time, char ret_zone[static ZONE_NAME_SIZE], Error *err)
{
	WallTime time;
	if (!value_read_time(input, NULL, now, &time, ret_zone, err))
		return false;
	if (!wall_known(time) || time.ms > now.ms) {
		error_set(err, ERROR_INVALID, wall_known(time) ? "that time is still to come" : "that is no time at which anything was known");
		return error_hint(err, "check the date and the time zone; -2h means two hours ago");
	}
	*ret_time = time;
	return true;
}

bool value_parse_time(Str input, const char *zone, WallTime now, WallTime *ret_time, Error *err)
{
	char name[ZONE_NAME_SIZE];
	return value_read_time(input, zone, now, ret_time, name, err);
}

bool value_format_time(const char *format, WallTime time, Buf *out)
{
	time_t seconds = (time_t) (time.ms / 1000);
	struct tm tm;
	if (!gmtime_r(&seconds, &tm))
		return false;
	for (const char *c = format; *c; c++) {
		char conversion[3] = { '%', c[0] == '%' ? c[1] : '\0', '\0' }, text[64];
		if (*c != '%') {
			buf_putc(out, *c);
			continue;
		}
		c++;
		if (*c == '\0' || !strchr("YmdHMSFTyj%s", *c))
			return false;
		if (*c == 's') {
			buf_printf(out, "%lld", (long long) seconds);
			continue;
		}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"   /* the conversion is one of the list above */
		size_t len = strftime(text, sizeof text, conversion, &tm);
#pragma GCC diagnostic pop
		buf_append(out, text, len);
	}
	return true;
}

/* In UTC, in every zone that is named, and by the reader's own clock: each once. */
void value_say_zones(WallTime time, WallTime now, const StrList *zones, Buf *out)
{
	char text[ZONE_TEXT_SIZE], own[ZONE_NAME_SIZE], span[SPAN_TEXT_SIZE];
	ZoneCivil utc;
	int64_t ago = now.ms - time.ms;
	zone_civil("UTC", time, &utc);
	zone_own_name(own);
	buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d UTC", utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second);
	bool told = zone_offset_minutes(NULL, time) == 0;
	for (size_t i = 0; zones && i < zones->count; i++) {
		told = told || text_eq(zones->items[i], own);
		buf_printf(out, " = %s %s", zone_format(zones->items[i], time, text), zones->items[i]);
	}
	if (!told)
		buf_printf(out, " = %s here", zone_format(NULL, time, text));
	buf_printf(out, ago >= 0 ? ", %s ago" : ", in %s", span_format(ago >= 0 ? ago : -ago, span));
}

void value_say_time(WallTime time, WallTime now, Buf *out)
{
	value_say_zones(time, now, NULL, out);
}
