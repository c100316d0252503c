/* value.h: what a person enters for a variable, checked and brought into the one form that is kept, shown and filled in.
 * Messages never repeat the value of a secret. */
#pragma once
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/zone.h"
#include "core/playbook/diagnostic.h"
#include "core/playbook/model.h"

#define VALUE_LIMIT 4096   /* bytes of one value */

/* Checks `input` against the variable's type, choices and pattern, times also against its window around `now`, and appends the form
 * that is kept to `ret`: times in UTC by the variable's format, addresses without brackets, paths without "~".
 * The process's TZ is changed and put back for times of a named zone: call it from one thread only. */
BG_CHECK bool value_check(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err);
/* "2026-11-21 03:04", "2026-11-21T03:04:05+01:00", "... Z", "... Europe/London", "... local", "yesterday 17:30 ZONE", "17:30 ZONE" (the last
 * time that it was so late), "now", "-15m" and "20 minutes ago". `zone` is used where the input names none: NULL or "ask" refuses such input,
 * since a wrong hour restores the wrong data. An hour that comes twice, or never, is refused with both readings to choose from. */
BG_CHECK bool value_parse_time(Str input, const char *zone, WallTime now, WallTime *ret_time, Error *err);
/* The same; `ret_zone` gets the zone that it was read in, by its name ("" where it needs none: "-15m"). */
BG_CHECK bool value_read_time(Str input, const char *zone, WallTime now, WallTime *ret_time, char ret_zone[static ZONE_NAME_SIZE], Error *err);
/* When something happened: such a time, and none that is still to come. */
BG_CHECK bool value_read_past(Str input, WallTime now, WallTime *ret_time, char ret_zone[static ZONE_NAME_SIZE], Error *err);
/* A time against the window of its variable, which moves with `now`: judged again whenever the value is used. */
BG_CHECK bool value_in_window(const Variable *variable, WallTime time, WallTime now, Error *err);
/* %Y %m %d %H %M %S %F %T %s %y %j %%. False for any other conversion. Times are written in UTC. */
bool value_format_time(const char *format, WallTime time, Buf *out);
/* A time as it must be shown before it is used: "2026-11-21 03:04:05 UTC = 03:04 GMT Europe/London = 04:04 CET here, 2 h 03 m ago". Appends. */
void value_say_zones(WallTime time, WallTime now, const StrList *zones, Buf *out);
void value_say_time(WallTime time, WallTime now, Buf *out);
/* The question to ask: the author's, else one made from the name. Appends. */
void value_question(const Variable *variable, Buf *out);
/* "text" "int" ... */
const char *variable_type_name(VariableType type);
bool variable_type_parse(Str name, VariableType *ret_type);
ParamType variable_param_type(VariableType type);   /* for condition_judge_text() */
/* E-VAR for a definition that cannot work: a pattern that does not compile, an unknown format or zone, a default that its own checks
 * refuse, a choice with no choices. */
void value_lint(const Variable *variable, DiagnosticList *diagnostics);
