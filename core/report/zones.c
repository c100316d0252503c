/* zones.c: see zones.h. */
#include "core/report/zones.h"

#include <stdio.h>

#include "core/base/text.h"

static bool is_told(const char *zone) { return !text_eq(zone, "UTC") && zone_check(zone, NULL); }

void zones_say(const Incident *incident, WallTime time, Buf *out)
{
	char text[ZONE_TEXT_SIZE];
	for (size_t i = 0; i < incident->zones.count; i++)
		if (wall_known(time) && is_told(incident->zones.items[i]))
			buf_printf(out, " = %s %s", zone_format(incident->zones.items[i], time, text), incident->zones.items[i]);
}

void zones_say_short(const Incident *incident, WallTime time, size_t max, Buf *out)
{
	char text[ZONE_TEXT_SIZE];
	size_t told = 0;
	for (size_t i = 0; i < incident->zones.count && told < max; i++) {
		const char *zone = incident->zones.items[i];
		if (wall_known(time) && is_told(zone) && zone_offset_minutes(zone, time) != 0)
			buf_printf(out, "%s%s", told++ ? ", " : " (", zone_format(zone, time, text));
	}
	buf_puts(out, told ? ")" : "");
}

ZoneColumn zone_column(const Incident *incident)
{
	ZoneColumn column = { .minute = INT64_MIN };
	for (size_t i = 0; i < incident->zones.count && !column.zone; i++)
		if (is_told(incident->zones.items[i]))
			column.zone = incident->zones.items[i];
	return column;
}

const char *zone_column_text(ZoneColumn *column, WallTime time)
{
	int64_t minute = time.ms / 60000;
	if (!wall_known(time))
		return "-";
	if (minute != column->minute)
		(void) zone_format(column->zone, time, column->text);
	column->minute = minute;
	return column->text;
}
