/* probes.c: how a job's runs went, and whether its pipeline runs at all. */
#include "core/base/alloc.h"
#include "core/providers/concourse/concourse.h"

#define BUILDS_ASKED 40
#define AHEAD_MS 60000      /* clocks of a few seconds apart are usual */

/* What is known about a job's runs. */
typedef struct Runs {
	const Json *last, *good, *running;   /* newest that ended, newest that succeeded, one under way; borrowed; NULL = none */
	bool waiting;                        /* the next one is pending */
} Runs;

/* What a build of that status must tell. One that was aborted or errored may never have begun. */
static bool is_build(const Json *build) {
	static const struct { const char *status; bool begun, ended; } KNOWN[] = {{"pending", false, false}, {"started", true, false},
		{"succeeded", true, true}, {"failed", true, true}, {"errored", false, true}, {"aborted", false, true}};
	for (size_t i = 0; i < BG_LENGTH(KNOWN); i++)
		if (text_eq(KNOWN[i].status, json_get_string(build, "status")))
			return (!KNOWN[i].begun || concourse_time(build, "start_time").ms > 0) && (!KNOWN[i].ended || concourse_time(build, "end_time").ms > 0);
	return false;
}

static bool are_builds(const Json *builds) {
	JSON_EACH(build, builds)
		if (!is_build(build))
			return false;
	return json_is_array(builds);
}

static void sort_runs(const Json *builds, Runs *runs) {
	JSON_EACH(build, builds) {
		const char *status = json_get_string_or(build, "status", "");
		if (text_eq(status, "started"))
			runs->running = runs->running ? runs->running : build;
		else if (text_eq(status, "pending"))
			runs->waiting = true;
		else if (!runs->last)
			runs->last = build;
		if (!runs->good && text_eq(status, "succeeded"))
			runs->good = build;
	}
}

static void build_facts(Reading *ret, const Runs *runs, WallTime now) {
	WallTime end = concourse_time(runs->last, "end_time"), good = concourse_time(runs->good, "end_time");
	reading_fact_bool(ret, "running", runs->running != NULL);
	if (runs->running)
		reading_fact_int(ret, "running_since", concourse_time(runs->running, "start_time").ms);
	if (runs->last) {
		reading_fact_string(ret, "status", json_get_string(runs->last, "status"));
		reading_fact_string(ret, "last_status", json_get_string(runs->last, "status"));
		reading_fact_string(ret, "build", json_get_string(runs->last, "name"));
		reading_fact_int(ret, "last_start", concourse_time(runs->last, "start_time").ms);
		reading_fact_int(ret, "last_end", end.ms);
		reading_fact_int(ret, "age", now.ms - end.ms);
	}
	if (runs->good) {
		reading_fact_int(ret, "good_start", concourse_time(runs->good, "start_time").ms);
		reading_fact_int(ret, "good_end", good.ms);
		reading_fact_int(ret, "good_age", now.ms - good.ms);
	}
}

/* A `time` resource fires its interval after it fired last: about when the newest run began. */
static bool next_run_fact(Concourse *ci, const Json *config, const char *job, const Json *builds, Reading *ret, Error *err) {
	int64_t interval_ms = 0;
	WallTime start = {0};
	if (!concourse_interval(ci, config, job, &interval_ms, err))
		return false;
	JSON_EACH(build, builds)
		if (!wall_known(start))
			start = concourse_time(build, "start_time");
	if (!interval_ms || !wall_known(start))
		return true;
	reading_fact_int(ret, "interval", interval_ms);
	reading_fact_int(ret, "next_run", start.ms + interval_ms > ci->api.now.ms ? start.ms + interval_ms : ci->api.now.ms);
	return true;
}

static void judge_job(const Call *call, const Runs *runs, WallTime now, Reading *ret) {
	char clock[WALL_TEXT_SIZE], span[SPAN_TEXT_SIZE], limit[SPAN_TEXT_SIZE];
	const char *wanted = call_arg(call, "status"), *max_age = call_arg(call, "max-age");
	if (!runs->last) {
		reading_set(ret, READING_FAIL, runs->running ? "its first run is under way" : "has never run");
		reading_because(ret, "there is no finished run to rely on: look at the job, and unpause or trigger it");
		return;
	}
	const char *status = json_get_string_or(runs->last, "status", "?");
	WallTime end = concourse_time(runs->last, "end_time"), good = concourse_time(runs->good, "end_time");
	int64_t age = now.ms - end.ms, good_age = now.ms - good.ms, allowed = 0;
	bool as_wanted = text_eq(status, wanted ? wanted : "succeeded");
	bool old = max_age && span_parse(str_from(max_age), &allowed) && (!runs->good || good_age > allowed);
	bool ahead = age < -AHEAD_MS || good_age < -AHEAD_MS;
	reading_set(ret, !as_wanted ? READING_FAIL : old || ahead ? READING_WARN : READING_OK, "%s%s, ended %s, %s ago",
		runs->running ? "running; before: " : "", status, wall_format_dated(end, now, clock), span_format_short(age > 0 ? age : 0, span));
	if (!as_wanted && runs->good)
		reading_because(ret, "last good run ended %s, %s ago", wall_format_dated(good, now, clock), span_format_short(good_age, span));
	else if (!as_wanted)
		reading_because(ret, "none of the last %d runs succeeded: look at their output", BUILDS_ASKED);
	else if (ahead)
		reading_because(ret, "a run that ended in the future: a clock is wrong somewhere, check the time on the workers and here");
	else if (old)
		reading_because(ret, "the last good run is older than %s: look whether the job is paused or waits", span_format(allowed, limit));
}

static void tell_unread_schedule(const Error *err, Reading *ret) {
	if (ret->state == READING_OK)
		ret->state = READING_WARN;
	AUTO_FREE char *before = bg_strdup_or_null(ret->reason);
	reading_because(ret, "%s%swhen it runs next is not known: %s: %s (%s)", before ? before : "", before ? "; " : "", err->why, err->hint, err->where);
}

static bool look_at_job(Concourse *ci, const Call *call, Reading *ret, Error *err) {
	AUTO(Json) *job = NULL;
	AUTO(Json) *builds = NULL;
	AUTO(Json) *config = NULL;
	const char *pipeline = concourse_pipeline_of(call), *name = call_arg(call, "job");
	AUTO_FREE char *rest = api_path("/jobs/%s", name);
	AUTO_FREE char *job_path = concourse_path(ci, pipeline, rest);
	AUTO_FREE char *builds_path = bg_asprintf("%s/builds?limit=%d", job_path, BUILDS_ASKED);
	if (!concourse_find(ci, job_path, &job, err))
		return false;
	reading_fact_bool(ret, "exists", job != NULL);
	if (job && !text_eq(json_get_string(job, "name"), name))
		return api_strange(&ci->api, job_path, err, "answers with something else than the job %s", name);
	if (!job) {
		reading_set(ret, READING_FAIL, "there is no job %s in pipeline %s", name, pipeline);
		reading_because(ret, "the pipeline was destroyed or archived, or the name is another one: look there");
		return true;
	}
	if (!concourse_find(ci, builds_path, &builds, err))
		return false;
	if (!are_builds(builds))
		return api_strange(&ci->api, builds_path, err, "answers with something else than a list of builds with status and times");
	Runs runs = {0};
	sort_runs(builds, &runs);
	WallTime now = ci->api.now;
	build_facts(ret, &runs, now);
	reading_fact_bool(ret, "job_paused", json_get_bool(job, "paused", false));
	int64_t version;
	judge_job(call, &runs, now, ret);
	/* Without the configuration the runs are known all the same; that the schedule is not is said, and is not green. */
	Error unread = {0};
	if (!concourse_config(ci, pipeline, &config, &version, &unread) || (config && !next_run_fact(ci, config, name, builds, ret, &unread)))
		tell_unread_schedule(&unread, ret);
	return true;
}

void concourse_read_job(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Concourse) ci = {0};
	if (!concourse_open(call, &ci, &err) || !look_at_job(&ci, call, ret, &err))
		reading_set_error(ret, &err);
	AUTO_FREE char *place = bg_asprintf("%s/%s", concourse_pipeline_of(call), call_arg(call, "job"));
	api_note(&ci.api, place, ret);
}

static void judge_pipeline(const Json *pipeline, WallTime now, Reading *ret) {
	bool paused = json_get_bool(pipeline, "paused", false), archived = json_get_bool(pipeline, "archived", false);
	const char *by = json_get_string(pipeline, "paused_by");
	WallTime at = concourse_time(pipeline, "paused_at");
	char clock[WALL_TEXT_SIZE];
	reading_fact_bool(ret, "paused", paused);
	reading_fact_bool(ret, "archived", archived);
	reading_fact_string(ret, "paused_by", by);
	if (archived) {
		reading_set(ret, READING_FAIL, "archived");
		reading_because(ret, "only set-pipeline brings it back: look who archived it");
	} else if (paused) {
		reading_set(ret, READING_WARN, "paused%s%s%s%s", by ? " by " : "", by ? by : "", wall_known(at) ? " since " : "",
			wall_known(at) ? wall_format_dated(at, now, clock) : "");
		reading_because(ret, "no scheduled run takes place until you unpause it");
	} else {
		reading_set(ret, READING_OK, "not paused");
	}
}

static bool look_at_pipeline(Concourse *ci, const Call *call, Reading *ret, Error *err) {
	AUTO(Json) *pipeline = NULL;
	AUTO_FREE char *path = concourse_path(ci, concourse_pipeline_of(call), "");
	if (!concourse_find(ci, path, &pipeline, err))
		return false;
	reading_fact_bool(ret, "exists", pipeline != NULL);
	if (!pipeline) {
		reading_set(ret, READING_FAIL, "there is no pipeline %s", concourse_pipeline_of(call));
		reading_because(ret, "it was destroyed, or the name or the team is another one: look there");
		return true;
	}
	if (!json_is_bool(json_get(pipeline, "paused")))
		return api_strange(&ci->api, path, err, "does not say whether the pipeline is paused");
	judge_pipeline(pipeline, ci->api.now, ret);
	return true;
}

void concourse_read_pipeline(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Concourse) ci = {0};
	if (!concourse_open(call, &ci, &err) || !look_at_pipeline(&ci, call, ret, &err))
		reading_set_error(ret, &err);
	AUTO_FREE char *place = bg_asprintf("pipeline %s", concourse_pipeline_of(call));
	api_note(&ci.api, place, ret);
}
