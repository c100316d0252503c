/* verdict.c: does the newest good backup predate the damage? Yes, no, or cannot tell, with the times it rests on. */
#include <stdio.h>

#include "core/base/zone.h"
#include "core/health/health.h"

static WallTime fact_time(const Reading *reading, const char *key) {
	return (WallTime){reading ? json_get_int(reading->facts, key, 0) : 0};
}

static void say(char *text, size_t size, const char *format, ...) BG_PRINTF(3, 4);
static void say(char *text, size_t size, const char *format, ...) {
	va_list args;
	va_start(args, format);
	vsnprintf(text, size, format, args);
	va_end(args);
}

/* The next run copies what is in the live bucket over the backup: that is worth saying as long as nobody paused it. */
static void warn_of_next_run(Verdict *verdict, const Reading *pipeline, WallTime now) {
	if (verdict->paused)
		return;
	bool known = pipeline && health_judge(pipeline, now) != READING_UNKNOWN;
	char span[SPAN_TEXT_SIZE];
	if (wall_known(verdict->next_run) && verdict->next_run.ms > now.ms)
		say(verdict->warning, sizeof(verdict->warning),
			"The next run in %s copies the damage over it. Pause the pipeline first.",
			span_format(verdict->next_run.ms - now.ms, span));
	else if (wall_known(verdict->next_run))
		say(verdict->warning, sizeof(verdict->warning),
			"The next run is due now and copies the damage over it. Pause the pipeline first.");
	else if (known)
		say(verdict->warning, sizeof(verdict->warning),
			"The pipeline is not paused: its next run copies the damage over it. Pause it first.");
	else
		say(verdict->warning, sizeof(verdict->warning), "Whether the pipeline is paused is not known: look before you rely on it.");
}

static bool find_damage(const Reading *live, WallTime asked, WallTime now, Verdict *ret) {
	ret->damage = asked;
	ret->damage_is_asked = wall_known(asked);
	if (ret->damage_is_asked)
		return true;
	ret->damage = fact_time(live, "newest");
	if (wall_known(ret->damage) && health_judge(live, now) != READING_UNKNOWN)
		return true;
	ret->damage = (WallTime){0};
	say(ret->reason, sizeof(ret->reason),
		"the time of the bad publish is not known: give it, or wait until the live bucket can be read");
	return false;
}

static bool find_backup(const Reading *job, WallTime now, Verdict *ret) {
	if (!job || health_judge(job, now) == READING_UNKNOWN) {
		say(ret->reason, sizeof(ret->reason), "the backup job cannot be read now%s%s", job && job->reason ? ": " : "",
			job && job->reason ? job->reason : "");
		return false;
	}
	ret->backup_start = fact_time(job, "good_start");
	ret->backup_end = fact_time(job, "good_end");
	if (!wall_known(ret->backup_start) || !wall_known(ret->backup_end)) {
		say(ret->reason, sizeof(ret->reason), "the backup job has no successful run on record");
		return false;
	}
	if (json_get_bool(job->facts, "running", false)) {
		say(ret->reason, sizeof(ret->reason), "a backup run is under way now: what it has copied so far cannot be told");
		return false;
	}
	/* A run that failed after the damage may have copied part of it before it stopped. */
	WallTime failed = fact_time(job, "last_start");
	const char *status = json_get_string(job->facts, "last_status");
	if (status && !text_eq(status, "succeeded") && failed.ms > ret->damage.ms) {
		say(ret->reason, sizeof(ret->reason), "a backup run after the damage ended as %s: it may have copied part of it", status);
		return false;
	}
	return true;
}

/* The job tells when it ran; the bucket tells whether something was written there, by whomever. */
static bool bucket_is_newer(const Reading *bucket, WallTime damage, WallTime now) {
	return bucket && health_judge(bucket, now) != READING_UNKNOWN && fact_time(bucket, "newest").ms > damage.ms;
}

static void say_reason(const VerdictBasis *basis, Verdict *verdict, WallTime now) {
	char damage[ZONE_BOTH_SIZE], start[ZONE_BOTH_SIZE], end[ZONE_BOTH_SIZE], newest[ZONE_BOTH_SIZE];
	const char *what = !verdict->damage_is_asked ? "newest change in the live bucket" : basis->asked_words ? basis->asked_words : "bad publish";
	bool before = verdict->backup_end.ms < verdict->damage.ms;
	bool across = !before && verdict->backup_start.ms <= verdict->damage.ms;
	zone_hm(verdict->damage, now, damage);
	zone_hm(verdict->backup_start, now, start);
	zone_hm(verdict->backup_end, now, end);
	if (before && verdict->bucket_is_newer)
		say(verdict->reason, sizeof(verdict->reason), "%s %s, but the backup bucket was written %s, after it: it may hold the damage", what, damage,
			zone_hm(fact_time(basis->bucket, "newest"), now, newest));
	else
		say(verdict->reason, sizeof(verdict->reason), "%s %s, last good backup %s to %s, %s", what, damage, start, end,
			before ? "before it" : across ? "while it happened: it may hold some of the damage" : "after it: it holds the damage");
}

void verdict_judge(const VerdictBasis *basis, WallTime now, Verdict *ret) {
	const Reading *pipeline = basis->pipeline;
	*ret = (Verdict){.answer = ANSWER_CANNOT_TELL};
	ret->next_run = fact_time(basis->job, "next_run");
	ret->paused = pipeline && health_judge(pipeline, now) != READING_UNKNOWN && health_judge(pipeline, now) != READING_STALE
		&& json_get_bool(pipeline->facts, "paused", false);
	if (!find_damage(basis->live, basis->asked, now, ret) || !find_backup(basis->job, now, ret))
		return;
	ret->bucket_is_newer = bucket_is_newer(basis->bucket, ret->damage, now);
	ret->answer = ret->backup_end.ms < ret->damage.ms && !ret->bucket_is_newer ? ANSWER_YES : ANSWER_NO;
	say_reason(basis, ret, now);
	if (ret->answer == ANSWER_YES)
		warn_of_next_run(ret, pipeline, now);
	else
		say(ret->warning, sizeof(ret->warning), "Do not fail over: it would serve the damage. Restore older versions of the objects instead.");
}

int64_t verdict_countdown_ms(const Verdict *verdict, WallTime now) {
	if (verdict->answer != ANSWER_YES || verdict->paused || !wall_known(verdict->next_run))
		return -1;
	return verdict->next_run.ms > now.ms ? verdict->next_run.ms - now.ms : 0;
}
