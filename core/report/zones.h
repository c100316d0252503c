/* zones.h: the clocks of those who take part, beside UTC, as the incident was declared with them: so that a report reads alike wherever it is made.
 * A zone that this machine has no rules of is left out. Not thread-safe (core/base/zone.h). */
#pragma once
#include "core/base/buf.h"
#include "core/base/zone.h"
#include "core/incident/incident.h"

/* " = 01:30 BST Europe/London = Oct 25 09:30 JST Asia/Tokyo". Appends; nothing for an incident without zones. */
void zones_say(const Incident *incident, WallTime time, Buf *out);
/* " (01:30 BST, Oct 25 09:30 JST)": those that are not UTC then; `max` of them. Appends. */
void zones_say_short(const Incident *incident, WallTime time, size_t max, Buf *out);

/* The column of a table: the first zone that can be told. A minute is reckoned once: records come in their order. */
typedef struct ZoneColumn { const char *zone; int64_t minute; char text[ZONE_TEXT_SIZE]; } ZoneColumn;
/* .zone is NULL where there is none. */
ZoneColumn zone_column(const Incident *incident);
const char *zone_column_text(ZoneColumn *column, WallTime time);
