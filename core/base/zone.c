/* zone.c: the C library does the reckoning; what it would guess is refused before it is asked: an unknown TZ silently means UTC there. */
#include "core/base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define DAY_MS INT64_C(86400000)

static const char *const MONTHS[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* TZDIR is where the C library looks first. */
static const char *zone_folder(void)
{
	const char *given = getenv("TZDIR");
	return given && *given ? given : ZONE_FOLDER;
}

bool zone_is_name(const char *text)
{
	static const char OTHERS[] = "_+-/";
	size_t len = strlen(text);
	bool whole = len > 2 && len < ZONE_NAME_SIZE && strchr(text, '/') && text[0] != '/' && text[len - 1] != '/' && !strstr(text, "//");
	for (size_t i = 0; i < len; i++)
		whole = whole && ((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') || strchr(OTHERS, text[i]));
	return whole;
}

static bool has_file(const char *zone)
{
	AUTO_FREE char *path = zone[0] == '/' ? bg_strdup(zone) : bg_asprintf("%s/%s", zone_folder(), zone);
	return access(path, R_OK) == 0;
}

/* TZ as the C library reads it, without its colon; NULL: it has a rule in it ("GMT0BST,M3.5.0/1,M10.5.0"), or is not set. */
static const char *own_file(void)
{
	const char *own = getenv("TZ");
	if (own && *own == ':')
		own++;
	return own && strchr(own, '/') && !strchr(own, ',') ? own : NULL;
}

bool zone_check(const char *zone, Error *err)
{
	const char *name = zone ? zone : own_file();
	if (!name)
		return true;
	if (zone && !zone_is_name(zone)) {
		error_set(err, ERROR_INVALID, "\"%.40s\" is no time zone", zone);
		return error_hint(err, "write Z, +01:00, local, or a name such as Europe/London; abbreviations have several meanings");
	}
	if (has_file(name))
		return true;
	bool none = !has_file("Etc/UTC");
	error_set(err, ERROR_INVALID, none ? "this machine has no time zone data (tzdata), and knows nothing of %.50s" : "%.50s is no time zone that this machine knows", name);
	return error_hint(err, none ? "write Z or an offset such as +01:00, or install tzdata" : zone ? "check its spelling, or write Z or an offset such as +01:00"
		: "set TZ to a zone that exists, or write Z or an offset such as +01:00");
}

typedef struct Entered { char *before; bool changed; } Entered;

static Entered enter(const char *zone)
{
	Entered entered = { NULL, zone != NULL };
	if (!zone)
		return entered;
	entered.before = bg_strdup_or_null(getenv("TZ"));
	setenv("TZ", zone, 1);
	tzset();
	return entered;
}

static void leave(Entered *entered)
{
	if (!entered->changed)
		return;
	if (entered->before)
		setenv("TZ", entered->before, 1);
	else
		unsetenv("TZ");
	tzset();
	free(entered->before);
}

static bool local_of(WallTime time, struct tm *ret)
{
	time_t seconds = (time_t) (time.ms >= 0 ? time.ms / 1000 : (time.ms - 999) / 1000);
	return localtime_r(&seconds, ret) != NULL;
}

static int64_t offset_ms(WallTime time)
{
	struct tm tm;
	return local_of(time, &tm) ? (int64_t) tm.tm_gmtoff * 1000 : 0;
}

static bool shows(WallTime time, const ZoneCivil *civil)
{
	struct tm tm;
	return local_of(time, &tm) && tm.tm_year == civil->year - 1900 && tm.tm_mon == civil->month - 1 && tm.tm_mday == civil->day
		&& tm.tm_hour == civil->hour && tm.tm_min == civil->minute && tm.tm_sec == civil->second;
}

size_t zone_readings(const char *zone, const ZoneCivil *civil, WallTime ret[static 2])
{
	WallTime as_utc;
	size_t count = 0;
	if (!wall_from_civil(civil->year, civil->month, civil->day, civil->hour, civil->minute, civil->second, &as_utc))
		return 0;
	Entered entered = enter(zone);
	/* By the clocks of the day before and of the day after: no two changes are so close. */
	WallTime before = { as_utc.ms - offset_ms((WallTime) { as_utc.ms - DAY_MS }) }, after = { as_utc.ms - offset_ms((WallTime) { as_utc.ms + DAY_MS }) };
	bool first = shows(before, civil), second = shows(after, civil) && after.ms != before.ms;
	leave(&entered);
	if (first)
		ret[count++] = before;
	if (second)
		ret[count++] = after;
	if (!count) {
		ret[0] = before;
		ret[1] = after;
	}
	if (count != 1 && ret[0].ms > ret[1].ms) {
		WallTime later = ret[0];
		ret[0] = ret[1];
		ret[1] = later;
	}
	return count;
}

void zone_civil(const char *zone, WallTime time, ZoneCivil *ret)
{
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };
	time_t seconds = (time_t) (time.ms / 1000);
	bool utc = text_eq(zone, "UTC");
	Entered entered = enter(utc ? NULL : zone);
	BG_IGNORE(utc ? gmtime_r(&seconds, &tm) != NULL : local_of(time, &tm));   /* stays 1970 for what no calendar has */
	leave(&entered);
	*ret = (ZoneCivil) { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec };
}

int zone_offset_minutes(const char *zone, WallTime time)
{
	Entered entered = enter(zone);
	int minutes = (int) (offset_ms(time) / 60000);
	leave(&entered);
	return minutes;
}

static const char *format(const char *zone, WallTime time, bool with_day, char text[static ZONE_TEXT_SIZE])
{
	struct tm local, utc;
	time_t seconds = (time_t) (time.ms / 1000);
	if (!zone_check(zone, NULL)) {
		(void) snprintf(text, ZONE_TEXT_SIZE, "?");
		return text;
	}
	Entered entered = enter(zone);
	bool ok = local_of(time, &local) && gmtime_r(&seconds, &utc) != NULL;
	bool other_day = ok && with_day && local.tm_mday != utc.tm_mday;
	if (other_day)
		(void) snprintf(text, ZONE_TEXT_SIZE, "%s %d %02d:%02d %.16s", MONTHS[local.tm_mon % 12], local.tm_mday, local.tm_hour, local.tm_min, local.tm_zone);
	else if (ok)
		(void) snprintf(text, ZONE_TEXT_SIZE, "%02d:%02d %.16s", local.tm_hour, local.tm_min, local.tm_zone);
	else
		(void) snprintf(text, ZONE_TEXT_SIZE, "?");
	leave(&entered);
	return text;
}

const char *zone_format(const char *zone, WallTime time, char text[static ZONE_TEXT_SIZE]) { return format(zone, time, true, text); }

const char *zone_format_local(const char *zone, WallTime time, char text[static ZONE_TEXT_SIZE]) { return format(zone, time, false, text); }

const char *zone_format_offset(const char *zone, WallTime time, char text[static ZONE_TEXT_SIZE])
{
	char clock[ZONE_TEXT_SIZE];
	const char *name = strchr(zone_format_local(zone, time, clock), ' ');
	int minutes = zone_offset_minutes(zone, time), size = minutes < 0 ? -minutes : minutes;
	(void) snprintf(text, ZONE_TEXT_SIZE, "%s, UTC%c%d", name ? name + 1 : "?", minutes < 0 ? '-' : '+', size / 60);
	if (size % 60)
		(void) snprintf(text + strlen(text), ZONE_TEXT_SIZE - strlen(text), ":%02d", size % 60);
	return text;
}

static const char *beside(WallTime time, const char *utc, char text[static ZONE_BOTH_SIZE])
{
	char local[ZONE_TEXT_SIZE] = "";
	bool differs = wall_known(time) && zone_offset_minutes(NULL, time) != 0;
	(void) snprintf(text, ZONE_BOTH_SIZE, "%s%s%.60s", utc, differs ? " " : "", differs ? zone_format(NULL, time, local) : "");
	return text;
}

const char *zone_clock(WallTime time, WallTime now, char text[static ZONE_BOTH_SIZE])
{
	char utc[WALL_TEXT_SIZE];
	return beside(time, wall_format_clock(time, now, utc), text);
}

const char *zone_hm(WallTime time, WallTime now, char text[static ZONE_BOTH_SIZE])
{
	char utc[WALL_TEXT_SIZE];
	return beside(time, wall_format_hm(time, now, utc), text);
}

const char *zone_iso(WallTime time, char text[static ZONE_BOTH_SIZE])
{
	char utc[WALL_TEXT_SIZE];
	return beside(time, wall_format_iso(time, utc), text);
}

void zone_own_name(char ret[static ZONE_NAME_SIZE])
{
	char target[256];
	const char *own = own_file(), *at = NULL;
	struct tm tm;
	if (!own && !getenv("TZ")) {
		ssize_t len = readlink("/etc/localtime", target, sizeof target - 1);
		target[len > 0 ? len : 0] = '\0';
		own = target;
	}
	at = own ? strstr(own, "zoneinfo/") : NULL;
	at = at ? at + strlen("zoneinfo/") : own;
	if (at && zone_is_name(at) && strlen(at) < ZONE_NAME_SIZE)
		(void) snprintf(ret, ZONE_NAME_SIZE, "%.*s", ZONE_NAME_SIZE - 1, at);
	else
		(void) snprintf(ret, ZONE_NAME_SIZE, "%.16s", local_of(wall_now(), &tm) && tm.tm_zone ? tm.tm_zone : "UTC");
}
