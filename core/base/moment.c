/* moment.c: clocks and the words for times. Calendar arithmetic is our own and counts days in the proleptic Gregorian
 * calendar, so that neither TZ nor the locale can change a record; only the local formatter asks the C library for the
 * zone. */
#include "core/base/moment.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MS_PER_SECOND INT64_C(1000)
#define MS_PER_DAY (INT64_C(86400) * MS_PER_SECOND)
/* 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits of a year can say. */
#define WRITABLE_MIN_MS INT64_C(-62135596800000)
#define WRITABLE_MAX_MS INT64_C(253402300799999)
#define YEAR_MIN 1

typedef struct Civil { int64_t year; int month, day, hour, minute, second, ms, weekday; } Civil;

static const char *const month_names[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};
static const char *const weekday_names[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now = { 0 };
	(void) clock_gettime(clock, &now); /* cannot fail for these two clocks */
	return (int64_t) now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

static WallTime frozen;
static int64_t runs_since;   /* of the clock that no one can set; 0 = it stands still */

static void read_test_clock(void)
{
	const char *given = getenv("BREAKGLASS_TEST_CLOCK");
	Str text = str_from(given ? given : "");
	bool runs = str_ends(text, "+");
	if (text.len && !str_parse_int(str_slice(text, 0, text.len - runs), &frozen.ms))
		frozen = (WallTime) { 0 };
	runs_since = runs ? clock_ms(CLOCK_BOOTTIME) : 0;
}

WallTime wall_now(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void) pthread_once(&once, read_test_clock); /* cannot fail */
	if (!wall_known(frozen))
		return (WallTime) { clock_ms(CLOCK_REALTIME) };
	return (WallTime) { frozen.ms + (runs_since ? clock_ms(CLOCK_BOOTTIME) - runs_since : 0) };
}

MonoTime mono_now(void)
{
	return (MonoTime) { clock_ms(CLOCK_BOOTTIME) };
}

/* Days since 1970-01-01. Years are taken to begin in March, so that the leap day is the last of its year. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static int64_t floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

static Civil civil_from_ms(int64_t ms)
{
	int64_t days = floor_div(ms, MS_PER_DAY);
	int64_t of_day = ms - days * MS_PER_DAY;
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	int month = (int) (march_month < 10 ? march_month + 3 : march_month - 9);
	int64_t weekday = (days + 4) % 7; /* 1970-01-01 was a Thursday */
	return (Civil) {
		.year = year_of_era + era * 400 + (month <= 2),
		.month = month,
		.day = (int) (day_of_year - (153 * march_month + 2) / 5 + 1),
		.hour = (int) (of_day / 3600000),
		.minute = (int) (of_day / 60000 % 60),
		.second = (int) (of_day / 1000 % 60),
		.ms = (int) (of_day % 1000),
		.weekday = (int) (weekday < 0 ? weekday + 7 : weekday),
	};
}

static bool writable(WallTime t, Civil *ret_civil)
{
	if (!wall_known(t) || t.ms < WRITABLE_MIN_MS || t.ms > WRITABLE_MAX_MS)
		return false;
	*ret_civil = civil_from_ms(t.ms);
	return true;
}

static const char *dash(char text[static WALL_TEXT_SIZE])
{
	text[0] = '-';
	text[1] = '\0';
	return text;
}

const char *wall_format_iso(WallTime t, char text[static WALL_TEXT_SIZE])
{
	Civil c;
	if (!writable(t, &c))
		return dash(text);
	(void) snprintf(text, WALL_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int) c.year, c.month, c.day,
		c.hour, c.minute, c.second, c.ms);
	return text;
}

static int64_t day_of(WallTime t)
{
	return floor_div(t.ms, MS_PER_DAY);
}

bool wall_same_day(WallTime a, WallTime b)
{
	return day_of(a) == day_of(b);
}

const char *wall_format_day(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE])
{
	Civil c;
	if (!writable(t, &c))
		return dash(text);
	if (c.year == civil_from_ms(now.ms).year)
		(void) snprintf(text, WALL_TEXT_SIZE, "%s %d", month_names[c.month - 1], c.day);
	else
		(void) snprintf(text, WALL_TEXT_SIZE, "%s %d %d", month_names[c.month - 1], c.day, (int) c.year);
	return text;
}

/* The day as one says it at `now`: nothing for today. */
static const char *say_day(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE])
{
	switch (day_of(t) - day_of(now)) {
	case -1:
		return "yesterday ";
	case 0:
		return "";
	case 1:
		return "tomorrow ";
	}
	(void) wall_format_day(t, now, text);
	size_t len = strlen(text);
	(void) snprintf(text + len, WALL_TEXT_SIZE - len, " ");
	return text;
}

const char *wall_format_clock(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE])
{
	Civil c;
	char day[WALL_TEXT_SIZE];
	if (!writable(t, &c))
		return dash(text);
	(void) snprintf(text, WALL_TEXT_SIZE, "%.16s%02d:%02d:%02dZ", say_day(t, now, day), c.hour, c.minute, c.second);
	return text;
}

const char *wall_format_hm(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE])
{
	Civil c;
	char day[WALL_TEXT_SIZE];
	if (!writable(t, &c))
		return dash(text);
	(void) snprintf(text, WALL_TEXT_SIZE, "%.16s%02d:%02dZ", say_day(t, now, day), c.hour, c.minute);
	return text;
}

const char *wall_format_dated(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE])
{
	Civil c;
	char day[WALL_TEXT_SIZE];
	if (!writable(t, &c))
		return dash(text);
	(void) snprintf(text, WALL_TEXT_SIZE, "%.16s %02d:%02dZ", wall_format_day(t, now, day), c.hour, c.minute);
	return text;
}

const char *wall_format_both(WallTime t, WallTime now, char text[static WALL_BOTH_SIZE])
{
	Civil utc;
	struct tm local;
	char clock[WALL_TEXT_SIZE], day[16] = "";
	time_t seconds = (time_t) floor_div(t.ms, MS_PER_SECOND);
	(void) wall_format_hm(t, now, clock);
	if (!writable(t, &utc) || !localtime_r(&seconds, &local) || local.tm_gmtoff == 0) {
		(void) snprintf(text, WALL_BOTH_SIZE, "%s", clock);
		return text;
	}
	if (local.tm_mday != utc.day)
		(void) snprintf(day, sizeof(day), "%s %d ", month_names[local.tm_mon % 12], local.tm_mday);
	(void) snprintf(text, WALL_BOTH_SIZE, "%s (%s%02d:%02d %.16s)", clock, day, local.tm_hour, local.tm_min,
		local.tm_zone ? local.tm_zone : "local");
	return text;
}

const char *wall_format_http(WallTime t, char text[static WALL_TEXT_SIZE])
{
	Civil c;
	if (!writable(t, &c))
		return dash(text);
	(void) snprintf(text, WALL_TEXT_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", weekday_names[c.weekday], c.day,
		month_names[c.month - 1], (int) c.year, c.hour, c.minute, c.second);
	return text;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

bool wall_from_civil(int year, int month, int day, int hour, int minute, int second, WallTime *ret_time)
{
	/* Second 60 is a leap second: it counts as the first of the next minute. */
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour < 0 || hour > 23 ||
		minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	int64_t seconds = (int64_t) hour * 3600 + (int64_t) minute * 60 + second;
	ret_time->ms = days_from_civil(year, month, day) * MS_PER_DAY + seconds * MS_PER_SECOND;
	return true;
}

/* Takes exactly `digits` decimal digits off the front. */
static bool take_number(Str *rest, size_t digits, int *ret_value)
{
	if (rest->len < digits)
		return false;
	int value = 0;
	for (size_t i = 0; i < digits; i++) {
		char c = rest->ptr[i];
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*rest = str_slice(*rest, digits, rest->len);
	*ret_value = value;
	return true;
}

static bool take_char(Str *rest, const char *any_of)
{
	if (!rest->len || !rest->ptr[0] || !strchr(any_of, rest->ptr[0]))
		return false;
	*rest = str_slice(*rest, 1, rest->len);
	return true;
}

/* ".678901": digits after the third are read and dropped. */
static bool take_fraction(Str *rest, int *ret_ms)
{
	int ms = 0, scale = 100, digit;
	if (!take_number(rest, 1, &digit))
		return false;
	do {
		ms += digit * scale;
		scale /= 10;
	} while (take_number(rest, 1, &digit));
	*ret_ms = ms;
	return true;
}

/* "Z", "+01:00", "-0530", "+01", or nothing for UTC. */
static bool take_zone(Str *rest, int *ret_minutes)
{
	*ret_minutes = 0;
	if (!rest->len || take_char(rest, "Zz"))
		return true;
	bool west = rest->ptr[0] == '-';
	int hours, minutes = 0;
	if (!take_char(rest, "+-") || !take_number(rest, 2, &hours))
		return false;
	bool colon = take_char(rest, ":");
	if ((colon || rest->len) && !take_number(rest, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*ret_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
	return true;
}

bool wall_parse_iso(Str text, WallTime *ret_time)
{
	int year, month, day, hour, minute, second, ms = 0, zone_minutes;
	Str rest = str_trim(text);
	if (!take_number(&rest, 4, &year) || !take_char(&rest, "-") || !take_number(&rest, 2, &month) ||
		!take_char(&rest, "-") || !take_number(&rest, 2, &day) || !take_char(&rest, "Tt ") ||
		!take_number(&rest, 2, &hour) || !take_char(&rest, ":") || !take_number(&rest, 2, &minute) ||
		!take_char(&rest, ":") || !take_number(&rest, 2, &second))
		return false;
	if (take_char(&rest, ".,") && !take_fraction(&rest, &ms))
		return false;
	(void) take_char(&rest, " "); /* "2026-11-21 03:04:05 +0100", as git and date write it */
	WallTime time;
	if (year < YEAR_MIN || !take_zone(&rest, &zone_minutes) || rest.len ||
		!wall_from_civil(year, month, day, hour, minute, second, &time))
		return false;
	ret_time->ms = time.ms + ms - zone_minutes * INT64_C(60000);
	return true;
}

static bool take_name(Str *rest, const char *const *names, size_t count, int *ret_index)
{
	for (size_t i = 0; i < count; i++) {
		if (str_starts(*rest, names[i])) {
			*rest = str_slice(*rest, 3, rest->len);
			*ret_index = (int) i;
			return true;
		}
	}
	return false;
}

static bool take_text(Str *rest, const char *text)
{
	if (!str_starts(*rest, text))
		return false;
	*rest = str_slice(*rest, strlen(text), rest->len);
	return true;
}

bool wall_parse_http(Str text, WallTime *ret_time)
{
	/* The weekday must be a weekday; that it fits the date is the sender's business. */
	int weekday, day, month, year, hour, minute, second;
	Str rest = str_trim(text);
	if (!take_name(&rest, weekday_names, BG_LENGTH(weekday_names), &weekday) || !take_text(&rest, ", ") ||
		!take_number(&rest, 2, &day) || !take_text(&rest, " ") ||
		!take_name(&rest, month_names, BG_LENGTH(month_names), &month) || !take_text(&rest, " ") ||
		!take_number(&rest, 4, &year) || !take_text(&rest, " ") || !take_number(&rest, 2, &hour) ||
		!take_text(&rest, ":") || !take_number(&rest, 2, &minute) || !take_text(&rest, ":") ||
		!take_number(&rest, 2, &second) || !take_text(&rest, " GMT") || rest.len)
		return false;
	return year >= YEAR_MIN && wall_from_civil(year, month + 1, day, hour, minute, second, ret_time);
}
