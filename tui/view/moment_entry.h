/* moment_entry.h: a time as people type it in a hurry. Pure. */
#pragma once
#include "core/base/error.h"
#include "core/base/moment.h"

/* "22:51Z" or "22:51" or "22:51:07" (UTC: the last time that it was so late), "-2h" or "2h ago", "now", or ISO ("2026-11-21T22:51Z").
 * A time after `now` is refused. */
BG_CHECK bool moment_entry_parse(Str text, WallTime now, WallTime *ret_time, Error *err);
