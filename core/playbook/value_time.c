/* value_time.c: times as people write them, with the zone they meant. An hour that the clocks repeat or leave out is refused. */
#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/value.h"

typedef struct Civil { int year, month, day, hour, minute, second; } Civil;

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

/* "2026-11-21 03:04[:05]", what follows stays in *rest. */
static bool read_civil(Str *rest, Civil *ret)
{
	bool ok = read_number(rest, 4, 1970, 9999, &ret->year) && skip(rest, "-") && read_number(rest, 2, 1, 12, &ret->month)
		&& skip(rest, "-") && read_number(rest, 2, 1, 31, &ret->day) && skip(rest, "T ")
		&& read_number(rest, 2, 0, 23, &ret->hour) && skip(rest, ":") && read_number(rest, 2, 0, 59, &ret->minute);
	ret->second = 0;
	if (ok && rest->len > 0 && rest->ptr[0] == ':')
		ok = skip(rest, ":") && read_number(rest, 2, 0, 59, &ret->second);
	return ok;
}

static bool same_civil(const struct tm *tm, const Civil *civil)
{
	return tm->tm_year == civil->year - 1900 && tm->tm_mon == civil->month - 1 && tm->tm_mday == civil->day
		&& tm->tm_hour == civil->hour && tm->tm_min == civil->minute && tm->tm_sec == civil->second;
}

/* By the process's TZ: asks for both readings of the clock, and takes the one that exists. */
static bool from_local(const Civil *civil, const char *zone, WallTime *ret_time, Error *err)
{
	int64_t found[2];
	size_t count = 0;
	for (int dst = 0; dst <= 1; dst++) {
		struct tm tm = { .tm_year = civil->year - 1900, .tm_mon = civil->month - 1, .tm_mday = civil->day, .tm_hour = civil->hour,
			.tm_min = civil->minute, .tm_sec = civil->second, .tm_isdst = dst }, back;
		time_t seconds = mktime(&tm);
		if (seconds == (time_t) -1 || !localtime_r(&seconds, &back) || !same_civil(&back, civil))
			continue;
		if (count == 0 || found[0] != seconds)
			found[count++] = seconds;
	}
	if (count == 1) {
		ret_time->ms = found[0] * 1000;
		return true;
	}
	error_set(err, ERROR_INVALID, count ? "the clocks of %s show this time twice that day" : "the clocks of %s skip this time that day",
		zone);
	return error_hint(err, "write the offset, such as +01:00, or Z for UTC");
}

static bool from_named_zone(const Civil *civil, const char *zone, WallTime *ret_time, Error *err)
{
	AUTO_FREE char *file = bg_asprintf("/usr/share/zoneinfo/%s", zone);
	struct tm probe = {0};
	if (strstr(zone, "..") || zone[0] == '/' || !strchr(zone, '/')) {
		error_set(err, ERROR_INVALID, "\"%s\" is no time zone", zone);
		return error_hint(err, "write Z, +01:00, local, or a name such as Europe/London");
	}
	AUTO_FREE char *before = bg_strdup_or_null(getenv("TZ"));
	setenv("TZ", zone, 1);
	tzset();
	time_t now = 0;
	/* An unknown name silently means UTC with the name's beginning as its word: only zones that exist as files are taken. */
	bool known = localtime_r(&now, &probe) && file_exists(file);
	bool ok = known && from_local(civil, zone, ret_time, err);
	if (before)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	if (known)
		return ok;
	error_set(err, ERROR_INVALID, "\"%s\" is no time zone that this machine knows", zone);
	return error_hint(err, "write Z, +01:00 or local");
}

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

static bool in_zone(const Civil *civil, Str zone, WallTime *ret_time, Error *err)
{
	int64_t minutes = 0;
	AUTO_FREE char *name = str_dup(zone);
	bool utc = str_eq_nocase(zone, STR("z")) || str_eq_nocase(zone, STR("utc")) || str_eq_nocase(zone, STR("gmt"));
	if (utc || read_offset(zone, &minutes)) {
		WallTime time;
		if (!wall_from_civil(civil->year, civil->month, civil->day, civil->hour, civil->minute, civil->second, &time)) {
			error_set(err, ERROR_INVALID, "there is no such day");
			return error_hint(err, "check the date");
		}
		ret_time->ms = time.ms - minutes * 60000;
		return true;
	}
	if (str_eq_nocase(zone, STR("local")))
		return from_local(civil, "this machine", ret_time, err);
	return from_named_zone(civil, name, ret_time, err);
}

bool value_parse_time(Str input, const char *zone, WallTime now, WallTime *ret_time, Error *err)
{
	int64_t span;
	Str rest = str_trim(input);
	Civil civil;
	if (str_eq_c(rest, "now")) {
		*ret_time = now;
		return true;
	}
	if ((str_starts(rest, "-") || str_starts(rest, "+")) && span_parse(str_slice(rest, 1, rest.len), &span)) {
		ret_time->ms = now.ms + (rest.ptr[0] == '-' ? -span : span);
		return true;
	}
	if (!read_civil(&rest, &civil)) {
		error_set(err, ERROR_INVALID, "\"%.*s\" is no time", (int) (input.len > 60 ? 60 : input.len), input.ptr);
		return error_hint(err, "write 2026-11-21 03:04 Z, or -15m for 15 minutes ago");
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
	return in_zone(&civil, rest, ret_time, err);
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

void value_say_time(WallTime time, WallTime now, Buf *out)
{
	time_t seconds = (time_t) (time.ms / 1000);
	struct tm utc, local;
	char text[64], span[SPAN_TEXT_SIZE];
	int64_t ago = now.ms - time.ms;
	if (!gmtime_r(&seconds, &utc) || !localtime_r(&seconds, &local))
		return;
	(void) strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc);   /* always fits */
	buf_printf(out, "%s UTC", text);
	bool other_day = utc.tm_mday != local.tm_mday;
	(void) strftime(text, sizeof text, other_day ? "%Y-%m-%d %H:%M:%S %Z" : "%H:%M:%S %Z", &local);
	if (local.tm_gmtoff != 0)
		buf_printf(out, " = %s here", text);
	buf_printf(out, ago >= 0 ? ", %s ago" : ", in %s", span_format(ago >= 0 ? ago : -ago, span));
}
