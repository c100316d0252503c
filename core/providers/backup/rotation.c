/* rotation.c: backup.rotation: does the backup node keep what was promised: one set a day, one of each of the last 4 weeks, one of each of the last 12 months?
 * The missing ones are named. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/backup/remote.h"

#define DAY_MS 86400000LL
#define DAYS 7                  /* the script keeps as many */
#define WEEKS 4
#define MONTHS 12
#define LATE_MS (26 * 3600 * 1000LL)   /* made at 01:00, each day */
#define NAMED_MAX 6

typedef struct Rotation {
	BackupSets daily, weekly, monthly;
	StrList missing;
	size_t days, weeks, months;   /* that are there of those that were promised */
	WallTime now;
} Rotation;

static void rotation_clear(Rotation *rotation) {
	backup_sets_clear(&rotation->daily);
	backup_sets_clear(&rotation->weekly);
	backup_sets_clear(&rotation->monthly);
	strlist_clear(&rotation->missing);
}
BG_DEFINE_CLEARP(Rotation, rotation_clear)

static bool has_between(const BackupSets *sets, int64_t from_ms, int64_t to_ms) {
	for (size_t i = 0; i < sets->count; i++)
		if (sets->items[i].time.ms >= from_ms && sets->items[i].time.ms < to_ms)
			return true;
	return false;
}

static void miss(Rotation *rotation, const char *what, int64_t from_ms, size_t len) {
	char text[WALL_TEXT_SIZE];
	wall_format_iso((WallTime){from_ms}, text);
	strlist_add_take(&rotation->missing, bg_asprintf("%s %.*s", what, (int) len, text));
}

/* Yesterday's, and those before it; what is older than the first one that was ever made was not promised. */
static void look_at_days(Rotation *rotation) {
	int64_t today = rotation->now.ms / DAY_MS;
	for (int64_t day = today - 1; day > today - 1 - DAYS; day--) {
		bool there = has_between(&rotation->daily, day * DAY_MS, (day + 1) * DAY_MS);
		bool before_all = rotation->daily.count && rotation->daily.items[0].time.ms > day * DAY_MS;
		rotation->days += there;
		if (!there && !before_all)
			miss(rotation, "daily", day * DAY_MS, 10);
	}
}

/* Weeks begin on Sunday, as `date +%U` counts them; this week's set may not have been made yet. */
static void look_at_weeks(Rotation *rotation) {
	int64_t today = rotation->now.ms / DAY_MS, sunday = today - (today + 4) % 7;
	for (int i = 1; i <= WEEKS; i++) {
		int64_t from = (sunday - 7 * i) * DAY_MS;
		bool there = has_between(&rotation->weekly, from, from + 7 * DAY_MS);
		rotation->weeks += there;
		if (!there && rotation->weekly.count && rotation->weekly.items[0].time.ms < from)
			miss(rotation, "week of", from, 10);
	}
}

static void look_at_months(Rotation *rotation) {
	char text[WALL_TEXT_SIZE];
	int64_t year = 0, month = 0;
	wall_format_iso(rotation->now, text);
	if (!str_parse_int(str_slice(str_from(text), 0, 4), &year) || !str_parse_int(str_slice(str_from(text), 5, 2), &month))
		return;
	for (int i = 1; i <= MONTHS; i++) {
		WallTime from = {0}, to = {0};
		int64_t at = year * 12 + month - 1 - i;
		if (!wall_from_civil((int) (at / 12), (int) (at % 12) + 1, 1, 0, 0, 0, &from)
		    || !wall_from_civil((int) ((at + 1) / 12), (int) ((at + 1) % 12) + 1, 1, 0, 0, 0, &to))
			continue;
		bool there = has_between(&rotation->monthly, from.ms, to.ms);
		rotation->months += there;
		if (!there && rotation->monthly.count && rotation->monthly.items[0].time.ms < from.ms)
			miss(rotation, "month", from.ms, 7);
	}
}

/* A week's set is made of the days that are there, a month's of the weeks: on a new node neither can be there yet. */
static bool lacks_weeks(const Rotation *rotation) { return !rotation->weekly.count && rotation->days == DAYS; }

static bool lacks_months(const Rotation *rotation) {
	char text[WALL_TEXT_SIZE];
	int64_t day = 0;
	wall_format_iso(rotation->now, text);
	if (rotation->monthly.count || !rotation->weekly.count || !str_parse_int(str_slice(str_from(text), 8, 2), &day))
		return false;
	return rotation->weekly.items[0].time.ms < (rotation->now.ms / DAY_MS - day) * DAY_MS;   /* before the last day of the month before this one */
}

/* From when on all days that were promised can be there. */
static void tell_beginning(const Rotation *rotation, Reading *ret) {
	char text[WALL_TEXT_SIZE];
	const BackupSet *first = &rotation->daily.items[0];
	wall_format_iso((WallTime){first->time.ms + DAYS * DAY_MS}, text);
	reading_because(ret, "the node is new: its first set is of %s; all %d days are there on %.10s, if nothing fails", first->name, DAYS, text);
}

static void judge(Rotation *rotation, Reading *ret) {
	char age[SPAN_TEXT_SIZE];
	const BackupSets *daily = &rotation->daily;
	const BackupSet *newest = daily->count ? &daily->items[daily->count - 1] : NULL;
	look_at_days(rotation);
	look_at_weeks(rotation);
	look_at_months(rotation);
	/* A name tells a day; the folder's own time is nearer, when it is of that day. */
	int64_t made = !newest ? 0 : newest->made.ms >= newest->time.ms && newest->made.ms < newest->time.ms + 2 * DAY_MS ? newest->made.ms : newest->time.ms;
	int64_t old = newest ? rotation->now.ms - made : 0;
	bool late = old > LATE_MS, ahead = old < -DAY_MS, none = lacks_weeks(rotation) || lacks_months(rotation);
	bool is_new = newest && rotation->days < DAYS && !rotation->missing.count;
	bool good = newest && !late && !ahead && !rotation->missing.count && !none && !is_new;
	reading_set(ret, !newest || old > 3 * DAY_MS ? READING_FAIL : good ? READING_OK : READING_WARN, "newest %s old; %zu of %d days, %zu of %d weeks, %zu of %d months",
		newest ? span_format_short(old > 0 ? old : 0, age) : "-", rotation->days, DAYS, rotation->weeks, WEEKS, rotation->months, MONTHS);
	StrList named = {rotation->missing.items, rotation->missing.count < NAMED_MAX ? rotation->missing.count : NAMED_MAX, 0};
	AUTO_FREE char *missing = strlist_join(&named, ", ");
	if (!newest)
		reading_because(ret, "there is no daily set: look whether the backup runs");
	else if (ahead)
		reading_because(ret, "the newest set is from the future: check the clocks");
	else if (late)
		reading_because(ret, "the daily backup did not run: look at its log and at the disk of the node");
	else if (rotation->missing.count)
		reading_because(ret, "missing: %s%s: look whether its jobs run", missing, rotation->missing.count > NAMED_MAX ? ", ..." : "");
	else if (is_new)
		tell_beginning(rotation, ret);
	else if (none)
		reading_because(ret, "there is no %s set: look whether that job runs", rotation->weekly.count ? "monthly" : "weekly");
	reading_fact_int(ret, "daily", (int64_t) daily->count);
	reading_fact_int(ret, "weekly", (int64_t) rotation->weekly.count);
	reading_fact_int(ret, "monthly", (int64_t) rotation->monthly.count);
	reading_fact_int(ret, "missing", (int64_t) rotation->missing.count);
	if (newest) {
		reading_fact_string(ret, "newest", newest->name);
		reading_fact_int(ret, "age", old);
	}
}

static bool look(BackupNode *node, Rotation *rotation, Error *err) {
	const char *tier = NULL;
	bool there = false;
	return backup_node_daily(node, &tier, &rotation->daily, err) && backup_node_sets(node, "weekly", &rotation->weekly, &there, err)
		&& backup_node_sets(node, "monthly", &rotation->monthly, &there, err);
}

void backup_read_rotation(const Call *call, Reading *ret) {
	AUTO_CLEAR(BackupNode) node = {0};
	AUTO_CLEAR(Rotation) rotation = {.now = wall_now()};
	Error err = {0};
	bool ok = backup_node_open(call, false, &node, &err) && look(&node, &rotation, &err);
	AUTO_FREE char *place = node.root ? bg_asprintf("%s:%s", node.node->name, node.root) : bg_strdup("the backup node");
	if (ok)
		judge(&rotation, ret);
	else
		reading_set_error(ret, &err);
	/* The node itself said that there is none: that is seen. */
	if (!ok && err.kind == ERROR_MISSING && node.sftp)
		ret->state = READING_FAIL;
	reading_at_place(ret, place, place);
}
