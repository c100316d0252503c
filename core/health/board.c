/* board.c: see board.h. */
#include "core/health/board.h"

const Reading *board_find(const Reading *readings, size_t count, const char *name) {
	for (size_t i = 0; name && i < count; i++)
		if (text_eq(readings[i].name, name))
			return &readings[i];
	return NULL;
}

/* One pipeline probe on that system is certainly the backup's; among several the one for the same pipeline is taken. */
static const Reading *find_pipeline(const Reading *readings, size_t count, const Reading *job) {
	const char *pipeline = json_get_string(job->facts ? job->facts : job->last_facts, "pipeline");
	const Reading *only = NULL;
	size_t seen = 0;
	for (size_t i = 0; i < count; i++) {
		if (!text_eq(readings[i].probe, "concourse.pipeline") || !text_eq(readings[i].system, job->system))
			continue;
		const Json *facts = readings[i].facts ? readings[i].facts : readings[i].last_facts;
		if (pipeline && text_eq(json_get_string(facts, "pipeline"), pipeline))
			return &readings[i];
		only = &readings[i];
		seen++;
	}
	return seen == 1 ? only : NULL;
}

bool board_verdict(const Reading *readings, size_t count, const Json *damage, WallTime asked, const char *asked_words, WallTime now,
	Verdict *ret_verdict) {
	const char *job_name = json_get_string_or(damage, "backup", "");
	if (!*job_name)
		return false;
	const Reading *job = board_find(readings, count, job_name);
	VerdictBasis basis = {.job = job, .pipeline = job ? find_pipeline(readings, count, job) : NULL,
		.live = board_find(readings, count, json_get_string(damage, "live")),
		.bucket = board_find(readings, count, json_get_string(damage, "bucket")), .asked = asked, .asked_words = asked_words};
	verdict_judge(&basis, now, ret_verdict);
	return true;
}

ReadingState board_judge(const Reading *reading, const Json *damage, const Verdict *verdict, WallTime now, const char **ret_reason) {
	ReadingState state = health_judge(reading, now);
	*ret_reason = NULL;
	if (state != READING_OK || !verdict || verdict->answer != ANSWER_NO)
		return state;
	if (text_eq(reading->name, json_get_string(damage, "backup")) && verdict->backup_end.ms >= verdict->damage.ms)
		*ret_reason = "it ran after the damage began: what it copied holds the damage";
	else if (text_eq(reading->name, json_get_string(damage, "bucket")) && verdict->bucket_is_newer)
		*ret_reason = "it was written after the damage began";
	return *ret_reason ? READING_WARN : state;
}
