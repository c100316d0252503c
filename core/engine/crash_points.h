/* crash_points.h: named places where a test may stop a process dead, as kill -9 would.
 * BREAKGLASS_CRASH="after-append:7" kills the process at the seventh passage of that point. Without the variable a point costs one
 * comparison. It can only end the process that reads it, so it needs no protection. */
#pragma once

typedef enum CrashPoint {
	CRASH_BEFORE_APPEND,
	CRASH_AFTER_APPEND,
	CRASH_BEFORE_SPAWN,
	CRASH_AFTER_SPAWN,
	CRASH_WORKER_START,
	CRASH_WORKER_BEGUN,
	CRASH_WORKER_SENDING,
	CRASH_WORKER_APPLIED,
	CRASH_WORKER_RESULT,
	CRASH_POINT_COUNT
} CrashPoint;

/* Reads the variable once; call at the start of a role. `role` is "engine" or "worker": points are named "before-append", ... */
void crash_points_init(void);
void crash_point(CrashPoint point);
