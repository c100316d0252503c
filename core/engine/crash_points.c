/* crash_points.c: see crash_points.h. */
#include "core/engine/crash_points.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/str.h"

static const char *const NAMES[CRASH_POINT_COUNT] = {
	[CRASH_BEFORE_APPEND] = "before-append",
	[CRASH_AFTER_APPEND] = "after-append",
	[CRASH_BEFORE_SPAWN] = "before-spawn",
	[CRASH_AFTER_SPAWN] = "after-spawn",
	[CRASH_WORKER_START] = "worker-start",
	[CRASH_WORKER_BEGUN] = "worker-begun",
	[CRASH_WORKER_SENDING] = "worker-sending",
	[CRASH_WORKER_APPLIED] = "worker-applied",
	[CRASH_WORKER_RESULT] = "worker-result",
};

/* Set once at start, counted down: the state of a test's kill, nothing else. */
static int armed = -1;
static int64_t passages;

void crash_points_init(void) {
	const char *wish = getenv("BREAKGLASS_CRASH");
	if (!wish)
		return;
	Str rest = str_from(wish), name;
	if (!str_split(&rest, ':', &name))
		return;
	int64_t count = 1;
	if (rest.ptr && !str_parse_int(rest, &count))
		return;
	for (int i = 0; i < CRASH_POINT_COUNT; i++)
		if (str_eq_c(name, NAMES[i]))
			armed = i;
	passages = count;
}

void crash_point(CrashPoint point) {
	if (armed == (int) point && --passages == 0)
		kill(getpid(), SIGKILL);
}
