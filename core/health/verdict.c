/* verdict.c: does the newest good backup predate the damage? Yes, no, or cannot tell, with the times it rests on. */
#include <stdio.h>

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

void verdict_judge(const Reading *job, const Reading *pipeline, const Reading *live, WallTime asked, WallTime now, Verdict *ret) {
	*ret = (Verdict){.answer = ANSWER_CANNOT_TELL};
	ret->next_run = fact_time(job, "next_run");
	ret->paused = pipeline && health_judge(pipeline, now) != READING_UNKNOWN && health_judge(pipeline, now) != READING_STALE
		&& json_get_bool(pipeline->facts, "paused", false);
	if (!find_damage(live, asked, now, ret) || !find_backup(job, now, ret))
		return;
	char damage[WALL_TEXT_SIZE], start[WALL_TEXT_SIZE], end[WALL_TEXT_SIZE];
	wall_format_hm(ret->damage, now, damage);
	wall_format_hm(ret->backup_start, now, start);
	wall_format_hm(ret->backup_end, now, end);
	const char *what = ret->damage_is_asked ? "bad publish" : "newest change in the live bucket";
	bool before = ret->backup_end.ms < ret->damage.ms;
	bool across = !before && ret->backup_start.ms <= ret->damage.ms;
	ret->answer = before ? ANSWER_YES : ANSWER_NO;
	say(ret->reason, sizeof(ret->reason), "%s %s, last good backup %s to %s, %s", what, damage, start, end,
		before ? "before it" : across ? "while it happened: it may hold some of the damage" : "after it: it holds the damage");
	if (ret->answer == ANSWER_YES)
		warn_of_next_run(ret, pipeline, now);
}
