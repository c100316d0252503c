/* moment.h: times. Wall time is what a clock on the wall says and can jump; mono time only goes forward (and counts
 * suspend). Both are milliseconds in types of their own so that they cannot be mixed. Spans are plain int64_t
 * milliseconds named *_ms. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/str.h"

typedef struct WallTime { int64_t ms; } WallTime;   /* since 1970-01-01T00:00:00Z; 0 = not known */
typedef struct MonoTime { int64_t ms; } MonoTime;   /* CLOCK_BOOTTIME */

/* The two clocks. BREAKGLASS_TEST_CLOCK=<ms>, read once, freezes the wall clock of one process (golden screens); <ms>+ lets it
 * run on from there. */
WallTime wall_now(void);
MonoTime mono_now(void);
static inline bool wall_known(WallTime t) { return t.ms != 0; }

#define WALL_TEXT_SIZE 32
/* "2026-11-21T03:04:05.678Z" into `text`; returns text. An unknown time gives "-". */
const char *wall_format_iso(WallTime t, char text[static WALL_TEXT_SIZE]);
/* A clock time for somebody who reads it at `now`: alone it means today (UTC); any other day is said with it: "03:04Z",
 * "yesterday 03:04Z", "tomorrow 03:04Z", "Nov 19 03:04Z", "Nov 19 2025 03:04Z". There is none without a day on purpose. */
const char *wall_format_hm(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE]);
const char *wall_format_clock(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE]);   /* "yesterday 03:04:05Z" */
/* For words that are kept and read again on another day, in a record or a reading: always "Nov 19 03:04Z". */
const char *wall_format_dated(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE]);
/* "Nov 19", or "Nov 19 2025" in another year than now. */
const char *wall_format_day(WallTime t, WallTime now, char text[static WALL_TEXT_SIZE]);
bool wall_same_day(WallTime a, WallTime b);   /* UTC */
/* Where a person must act on it: "03:04Z (04:04 CET)" by TZ; with the local day where that is another one; UTC alone where
 * the zone is UTC. */
#define WALL_BOTH_SIZE 80
const char *wall_format_both(WallTime t, WallTime now, char text[static WALL_BOTH_SIZE]);
const char *wall_format_http(WallTime t, char text[static WALL_TEXT_SIZE]);       /* RFC 9110 IMF-fixdate */
/* RFC 3339 / ISO 8601 with seconds, optional fraction, Z or +hh:mm (missing zone = UTC; "T" or blank). */
bool wall_parse_iso(Str text, WallTime *ret_time);
/* RFC 9110 IMF-fixdate, as in Date and Last-Modified headers. */
bool wall_parse_http(Str text, WallTime *ret_time);
/* Civil UTC fields -> time, no range checks beyond the calendar. */
bool wall_from_civil(int year, int month, int day, int hour, int minute, int second, WallTime *ret_time);

#define SPAN_TEXT_SIZE 32
/* Screens' way: "41 s", "2 m 03 s", "22 h 04 m", "113 days". Negative spans get a leading "-". */
const char *span_format(int64_t span_ms, char text[static SPAN_TEXT_SIZE]);
/* "41 s", "2 m", "22 h", "113 days" */
const char *span_format_short(int64_t span_ms, char text[static SPAN_TEXT_SIZE]);
/* For one that somebody set, such as an objective: nothing is left out: "1 h", "1 h 30 m", "45 m". */
const char *span_format_exact(int64_t span_ms, char text[static SPAN_TEXT_SIZE]);
const char *span_format_clock(int64_t span_ms, char text[static SPAN_TEXT_SIZE]); /* "00:07:42", for T+ */
/* "500ms", "30s", "15m", "26h", "7d", "90" (seconds), also sums as "1h30m". */
bool span_parse(Str text, int64_t *ret_span_ms);
