/* health.h: judging readings by the clock, and the verdict that matters before anybody presses a key. Pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/moment.h"
#include "core/providers/reading.h"

/* The state that may be shown at `now`: ok and warn turn stale when the answer is older than its budget, or from a future that a clock
 * which was set back makes; never asked is unknown. Fail stays fail but says its age. */
ReadingState health_judge(const Reading *reading, WallTime now);
/* Age of the answer that `health_judge` speaks of, in ms; -1 = never answered. */
int64_t health_age_ms(const Reading *reading, WallTime now);
/* The worst of several: fail > unknown > stale > warn > ok. OK for none. */
ReadingState health_worst(const Reading *readings, size_t count, WallTime now);
/* Rank for sorting and comparing: ok 0, warn 1, stale 2, unknown 3, fail 4. */
int health_rank(ReadingState state);
/* Exit status of `status`: 0 ok, 1 warn or stale, 2 fail, 3 unknown. */
int health_exit_status(ReadingState state);

typedef enum Answer { ANSWER_CANNOT_TELL, ANSWER_YES, ANSWER_NO } Answer;
/* Does the newest good backup predate the damage? */
typedef struct Verdict {
	Answer answer;
	char reason[240];             /* one line: what it rests on, or what is missing */
	char warning[240];            /* "" or what must be done, or not: "The next run in 1 m 48 s copies the damage over it. ..." */
	WallTime damage;              /* time of the bad publish; 0 = not known */
	bool damage_is_asked;         /* given by a person; else derived from the newest change in the live bucket */
	WallTime backup_start, backup_end;   /* of the last successful run */
	WallTime next_run;
	bool paused;                  /* the pipeline is known to be paused */
	bool bucket_is_newer;         /* the backup bucket holds objects from after the damage */
} Verdict;
/* What the verdict rests on. A backup run that began before the damage and ended after it counts as no: it may have copied some of it.
 * So does a backup bucket in which something was written after the damage, whatever its job tells. Facts used: job last_start, last_end,
 * last_status, next_run (ms); pipeline paused (bool); live and bucket newest (ms). */
typedef struct VerdictBasis {
	const Reading *job;           /* concourse.job */
	const Reading *pipeline;      /* concourse.pipeline; NULL = none */
	const Reading *live;          /* s3.bucket of the real bucket; NULL = none */
	const Reading *bucket;        /* s3.bucket of the backup; NULL = none */
	WallTime asked;               /* when the damage began, as a person gave it; 0 = nobody did */
	const char *asked_words;      /* what that time is: "bad publish"; NULL = that */
} VerdictBasis;
void verdict_judge(const VerdictBasis *basis, WallTime now, Verdict *ret);
/* The next run copies the damage over a good backup: how long until then in ms, 0 = it is due now, -1 = that is not so, or not known. */
int64_t verdict_countdown_ms(const Verdict *verdict, WallTime now);
