/* zone.h: time zones by their names, as this machine's tz data tells them ("Europe/London"), and the zone of whoever looks (TZ, /etc/localtime).
 * The process's TZ is changed and put back for a zone that is named: call these from one thread only. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/moment.h"

#define ZONE_NAME_SIZE 64
#define ZONE_TEXT_SIZE 64

/* What a clock on the wall shows. */
typedef struct ZoneCivil { int year, month, day, hour, minute, second; } ZoneCivil;

/* Whether tz data has it; says so plainly where this machine has no tz data at all. NULL: the own zone, of which TZ may say what is not known. */
BG_CHECK bool zone_check(const char *zone, Error *err);
/* Every time at which the clocks of a zone (NULL = the own one) show this: one, two in the hour that comes twice, none in the one that is
 * skipped; then *ret are the two that it would be by the clocks before and after the change. Earlier first. The zone has been checked. */
size_t zone_readings(const char *zone, const ZoneCivil *civil, WallTime ret[static 2]);
void zone_civil(const char *zone, WallTime time, ZoneCivil *ret);
int zone_offset_minutes(const char *zone, WallTime time);
/* "04:04 GMT", with its day where that is not the one in UTC: "Nov 22 04:04 JST". "?" where it is not known. */
const char *zone_format(const char *zone, WallTime time, char text[static ZONE_TEXT_SIZE]);
/* "04:04 GMT": without its day, for a column beside one in UTC. */
const char *zone_format_local(const char *zone, WallTime time, char text[static ZONE_TEXT_SIZE]);
/* "BST, UTC+1"; "+0530, UTC+5:30". */
const char *zone_format_offset(const char *zone, WallTime time, char text[static ZONE_TEXT_SIZE]);
/* For whoever looks at a screen: a time in UTC as wall_format_clock(), wall_format_hm() and wall_format_iso() tell it, and beside it what the clock in front
 * of them showed then, where that is something else: "02:41:07Z 03:41 BST". */
#define ZONE_BOTH_SIZE 96
const char *zone_clock(WallTime time, WallTime now, char text[static ZONE_BOTH_SIZE]);
const char *zone_hm(WallTime time, WallTime now, char text[static ZONE_BOTH_SIZE]);
const char *zone_iso(WallTime time, char text[static ZONE_BOTH_SIZE]);
/* The name of the own zone: "Europe/London" where it has one, else what its clocks are called: "CET". */
void zone_own_name(char ret[static ZONE_NAME_SIZE]);
/* "Europe/London": letters, digits and "_+-", two or three parts. Says nothing about tz data. */
bool zone_is_name(const char *text);
