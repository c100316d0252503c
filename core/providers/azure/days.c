/* days.c: which of the days that should have a backup have none. */
#include <stdio.h>

#include "core/providers/azure/azure.h"

#define DAY_MS INT64_C(86400000)
#define NAMED_MAX 5     /* days that are named; the others are counted */

static bool has(const BlobSum *sum, int64_t day) {
	return sum->days[(size_t) day % BG_LENGTH(sum->days)] == (int32_t) day;
}

/* "Nov 14": always with its month, and its year where it is another one. */
static void put_name(int64_t day, WallTime now, size_t count, Buf *names) {
	char text[WALL_TEXT_SIZE];
	if (count < NAMED_MAX)
		buf_printf(names, "%s%s", count ? ", " : "", wall_format_day((WallTime){day * DAY_MS}, now, text));
}

/* A nightly backup that is kept for seven days leaves the six whole days before today, and one of the two at the ends: today's, when it
 * has run already, else the one of seven days ago, which is not old enough yet. */
size_t azure_missing_days(const BlobSum *sum, int64_t retention, WallTime now, Buf *names) {
	int64_t today = now.ms / DAY_MS;
	size_t count = 0;
	if (today <= retention)
		return 0;
	if (!has(sum, today) && !has(sum, today - retention)) {
		put_name(today - retention, now, count++, names);
		buf_puts(names, " or today");
	}
	for (int64_t day = today - retention + 1; day < today; day++)
		if (!has(sum, day))
			put_name(day, now, count++, names);
	if (count > NAMED_MAX)
		buf_printf(names, " and %zu more", count - NAMED_MAX);
	return count;
}
