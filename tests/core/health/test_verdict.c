/* test_verdict.c: does the newest good backup predate the damage? All at 2026-11-21T06:58Z: what was yesterday must say so. */
#include "core/health/board.h"
#include "core/base/alloc.h"
#include "tests/support/support.h"

#define NOW INT64_C(1795244280000)
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
/* The backup of yesterday, 07:00Z to 07:12Z. */
#define RAN (NOW - 24 * HOUR + 2 * MINUTE)
#define ENDED (RAN + 12 * MINUTE)

static Reading reading_of(const char *name, const char *probe, ReadingState state)
{
	Reading reading = { .name = bg_strdup(name), .probe = bg_strdup(probe), .system = bg_strdup("ci"), .taken = { NOW } };
	return *reading_set(&reading, state, "as told");
}

typedef struct Case {
	const char *name;
	int64_t asked, live_newest, bucket_newest, next_run, failed_start;
	bool paused, job_unknown, running;
	Answer answer;
	const char *reason, *warning;
} Case;

static const Case cases[] = {
	{ .name = "told, before it", .asked = NOW - 4 * HOUR, .next_run = NOW + 109000, .answer = ANSWER_YES,
		.reason = "bad publish 02:58Z, last good backup yesterday 07:00Z to yesterday 07:12Z, before it",
		.warning = "The next run in 1 m 49 s copies the damage over it. Pause the pipeline first." },
	{ .name = "derived from the live bucket", .live_newest = NOW - 4 * HOUR, .next_run = NOW - MINUTE, .answer = ANSWER_YES,
		.reason = "newest change in the live bucket 02:58Z, last good backup yesterday 07:00Z to yesterday 07:12Z, before it",
		.warning = "The next run is due now" },
	{ .name = "paused", .asked = NOW - 4 * HOUR, .next_run = NOW + MINUTE, .paused = true, .answer = ANSWER_YES, .reason = "before it", .warning = "" },
	{ .name = "after it", .asked = RAN - HOUR, .answer = ANSWER_NO,
		.reason = "bad publish yesterday 06:00Z, last good backup yesterday 07:00Z to yesterday 07:12Z, after it: it holds the damage",
		.warning = "Do not fail over: it would serve the damage. Restore older versions of the objects instead." },
	{ .name = "across it", .asked = RAN + MINUTE, .answer = ANSWER_NO, .reason = "while it happened", .warning = "Do not fail over" },
	{ .name = "the job is older, the bucket is not", .asked = NOW - 4 * HOUR, .bucket_newest = NOW - HOUR, .answer = ANSWER_NO,
		.reason = "bad publish 02:58Z, but the backup bucket was written 05:58Z, after it: it may hold the damage", .warning = "Do not fail over" },
	{ .name = "the bucket is as old as the job", .asked = NOW - 4 * HOUR, .bucket_newest = ENDED, .answer = ANSWER_YES, .reason = "before it",
		.warning = "The pipeline is not paused" },
	{ .name = "a failed run after it", .asked = NOW - 4 * HOUR, .failed_start = NOW - HOUR, .answer = ANSWER_CANNOT_TELL,
		.reason = "it may have copied part of it", .warning = "" },
	{ .name = "a run is under way", .asked = NOW - 4 * HOUR, .running = true, .answer = ANSWER_CANNOT_TELL, .reason = "is under way now", .warning = "" },
	{ .name = "nobody knows since when", .answer = ANSWER_CANNOT_TELL, .reason = "the time of the bad publish is not known", .warning = "" },
	{ .name = "the job cannot be read", .asked = NOW - 4 * HOUR, .job_unknown = true, .answer = ANSWER_CANNOT_TELL, .reason = "cannot be read", .warning = "" },
};

enum { JOB, PIPELINE, LIVE, BUCKET, COUNT };

static void tell(const Case *c, Reading readings[static COUNT])
{
	readings[JOB] = reading_of("backup job", "concourse.job", c->job_unknown ? READING_UNKNOWN : READING_OK);
	readings[PIPELINE] = reading_of("backup pipeline", "concourse.pipeline", READING_OK);
	readings[LIVE] = reading_of("live bucket", "s3.bucket", READING_OK);
	readings[BUCKET] = reading_of("backup bucket", "s3.bucket", READING_OK);
	reading_fact_int(&readings[JOB], "good_start", RAN);
	reading_fact_int(&readings[JOB], "good_end", ENDED);
	reading_fact_int(&readings[JOB], "last_start", c->failed_start ? c->failed_start : RAN);
	reading_fact_string(&readings[JOB], "last_status", c->failed_start ? "failed" : "succeeded");
	reading_fact_int(&readings[JOB], "next_run", c->next_run);
	reading_fact_bool(&readings[JOB], "running", c->running);
	reading_fact_bool(&readings[PIPELINE], "paused", c->paused);
	reading_fact_int(&readings[LIVE], "newest", c->live_newest);
	reading_fact_int(&readings[BUCKET], "newest", c->bucket_newest);
}

static void judge(const Case *c, Reading readings[static COUNT], const Json *damage, Verdict *ret)
{
	tell(c, readings);
	cr_assert(board_verdict(readings, COUNT, damage, (WallTime) { c->asked }, NULL, (WallTime) { NOW }, ret));
}

static Json *settings(void)
{
	Json *damage = json_new_object();
	json_add_string(damage, "live", "live bucket");
	json_add_string(damage, "backup", "backup job");
	json_add_string(damage, "bucket", "backup bucket");
	return damage;
}

Test(verdict, tells_whether_the_backup_predates_the_damage)
{
	AUTO(Json) *damage = settings();
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Reading readings[COUNT];
		Verdict verdict;
		judge(&cases[i], readings, damage, &verdict);
		cr_expect_eq(verdict.answer, cases[i].answer, "%s: %s", cases[i].name, verdict.reason);
		cr_expect(strstr(verdict.reason, cases[i].reason), "%s: %s", cases[i].name, verdict.reason);
		cr_expect(*cases[i].warning ? strstr(verdict.warning, cases[i].warning) != NULL : !*verdict.warning, "%s: %s", cases[i].name, verdict.warning);
		for (size_t k = 0; k < COUNT; k++)
			reading_clear(&readings[k]);
	}
}

Test(verdict, counts_down_only_to_a_run_that_would_spoil_a_good_backup)
{
	const WallTime now = { NOW }, soon = { NOW + 5000 };
	const struct { Verdict verdict; int64_t left; } rows[] = {
		{ { .answer = ANSWER_YES, .next_run = soon }, 5000 }, { { .answer = ANSWER_YES, .next_run = { NOW - 1 } }, 0 },
		{ { .answer = ANSWER_YES, .next_run = soon, .paused = true }, -1 }, { { .answer = ANSWER_NO, .next_run = soon }, -1 },
		{ { .answer = ANSWER_YES }, -1 },
	};
	for (size_t i = 0; i < BG_LENGTH(rows); i++)
		cr_expect_eq(verdict_countdown_ms(&rows[i].verdict, now), rows[i].left, "row %zu", i);
}

Test(verdict, the_rows_of_a_backup_that_holds_the_damage_are_not_green)
{
	AUTO(Json) *damage = settings();
	const struct { Case c; ReadingState job, bucket, live; } rows[] = {
		{ { .asked = NOW - 4 * HOUR }, READING_OK, READING_OK, READING_OK },
		{ { .asked = RAN - HOUR, .bucket_newest = ENDED }, READING_WARN, READING_WARN, READING_OK },
		{ { .asked = NOW - 4 * HOUR, .bucket_newest = NOW - HOUR }, READING_OK, READING_WARN, READING_OK },
		{ { .asked = RAN - HOUR, .job_unknown = true }, READING_UNKNOWN, READING_OK, READING_OK },
	};
	for (size_t i = 0; i < BG_LENGTH(rows); i++) {
		Reading readings[COUNT];
		Verdict verdict;
		const char *why;
		judge(&rows[i].c, readings, damage, &verdict);
		cr_expect_eq(board_judge(&readings[LIVE], damage, &verdict, (WallTime) { NOW }, &why), rows[i].live, "live %zu", i);
		cr_expect_eq(board_judge(&readings[JOB], damage, &verdict, (WallTime) { NOW }, &why), rows[i].job, "job %zu", i);
		cr_expect_eq(why != NULL, rows[i].job == READING_WARN);
		cr_expect_eq(board_judge(&readings[BUCKET], damage, &verdict, (WallTime) { NOW }, &why), rows[i].bucket, "bucket %zu", i);
		cr_expect_eq(board_judge(&readings[BUCKET], damage, NULL, (WallTime) { NOW }, &why), READING_OK, "no verdict");
		for (size_t k = 0; k < COUNT; k++)
			reading_clear(&readings[k]);
	}
}
