/* health.c: freshness. Nothing here looks at a clock by itself: `now` is given, so that a screen and a test see the same. */
#include "core/health/health.h"

#define OVERDUE_SLACK_MS 15000

int64_t health_age_ms(const Reading *reading, WallTime now) {
	WallTime since = reading->state == READING_UNKNOWN ? reading->last_time : reading->taken;
	if (!wall_known(since))
		return -1;
	int64_t age = now.ms - since.ms;
	return age < 0 ? 0 : age;
}

ReadingState health_judge(const Reading *reading, WallTime now) {
	if (!wall_known(reading->taken))
		return READING_UNKNOWN;
	int64_t age = now.ms - reading->taken.ms;
	bool expires = reading->state == READING_OK || reading->state == READING_WARN;
	/* A clock that was set back makes every age doubtful: an answer from the future is not taken for fresh for ever. */
	if (expires && age < -OVERDUE_SLACK_MS)
		return READING_STALE;
	if (expires && reading->budget_ms > 0 && age > reading->budget_ms)
		return READING_STALE;
	return reading->state;
}

int health_rank(ReadingState state) {
	static const int RANKS[] = {[READING_OK] = 0, [READING_WARN] = 1, [READING_STALE] = 2, [READING_UNKNOWN] = 3,
		[READING_FAIL] = 4};
	return RANKS[state];
}

ReadingState health_worst(const Reading *readings, size_t count, WallTime now) {
	ReadingState worst = READING_OK;
	for (size_t i = 0; i < count; i++) {
		ReadingState state = health_judge(&readings[i], now);
		if (health_rank(state) > health_rank(worst))
			worst = state;
	}
	return worst;
}

int health_exit_status(ReadingState state) {
	static const int STATUS[] = {[READING_OK] = 0, [READING_WARN] = 1, [READING_STALE] = 1, [READING_FAIL] = 2,
		[READING_UNKNOWN] = 3};
	return STATUS[state];
}
