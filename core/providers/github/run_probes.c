/* run_probes.c: how runs of a workflow went: its last one, or one that is named. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/github/workflow.h"

#define AHEAD_MS 60000      /* clocks of a few seconds apart are usual */

bool github_get_run(Github *github, int64_t id, GithubRun *ret, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_FREE char *rest = bg_asprintf("/actions/runs/%lld", (long long) id);
	AUTO_FREE char *path = github_path(github, rest);
	if (!github_find(github, path, &json, err))
		return false;
	if (!json) {
		error_set(err, ERROR_MISSING, "%s has no run %lld", github->repository, (long long) id);
		error_hint(err, "check the number, and that the token may read Actions of the repository");
		return error_where(err, "%s%s", github->api.url, path);
	}
	if (!github_take_run(json, ret) || ret->id != id) {
		github_run_clear(ret);
		return api_strange(&github->api, path, err, "answers with something else than the run %lld", (long long) id);
	}
	return true;
}

static void run_facts(const Github *github, const GithubRun *run, WallTime now, Reading *ret) {
	bool over = github_run_is_over(run);
	AUTO_FREE char *page = github_run_page(github, run->id);
	reading_fact_bool(ret, "running", !over);
	reading_fact_string(ret, "status", run->status);
	reading_fact_int(ret, "run", run->id);
	reading_fact_int(ret, "number", run->number);
	reading_fact_string(ret, "url", page);
	if (!over)
		return;
	reading_fact_string(ret, "conclusion", run->conclusion);
	reading_fact_int(ret, "last_end", run->updated.ms);
	reading_fact_int(ret, "age", now.ms - run->updated.ms);
}

/* What a conclusion means that is not known is not good news. */
static void judge(const Call *call, const Github *github, const GithubRun *run, bool under_way, WallTime now, Reading *ret) {
	char clock[WALL_TEXT_SIZE], span[SPAN_TEXT_SIZE], limit[SPAN_TEXT_SIZE];
	const char *wanted = call_arg(call, "conclusion"), *max_age = call_arg(call, "max-age");
	AUTO_FREE char *page = github_run_page(github, run->id);
	int64_t age = now.ms - run->updated.ms, allowed = 0;
	bool as_wanted = text_eq(run->conclusion, wanted ? wanted : "success"), ahead = age < -AHEAD_MS;
	bool old = max_age && span_parse(str_from(max_age), &allowed) && age > allowed;
	reading_set(ret, !as_wanted ? READING_FAIL : old || ahead ? READING_WARN : READING_OK, "%s%s, run #%lld ended %s, %s ago", under_way ? "running; before: " : "", run->conclusion,
		(long long) run->number, wall_format_dated(run->updated, now, clock), span_format_short(age > 0 ? age : 0, span));
	if (!as_wanted)
		reading_because(ret, "look at its log: %s", page);
	else if (ahead)
		reading_because(ret, "a run that ended in the future: check the clocks");
	else if (old)
		reading_because(ret, "the last run is older than %s: look whether the workflow is disabled: %s", span_format(allowed, limit), page);
}

/* ---- one run ---- */

void github_read_run(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Github) github = {0};
	AUTO_CLEAR(GithubRun) run = {0};
	int64_t id = 0;
	AUTO_FREE char *place = bg_asprintf("run %s", call_arg(call, "run"));
	BG_IGNORE(str_parse_int(str_from(call_arg(call, "run")), &id));   /* the verb's table lets numbers through only */
	if (!github_open(call, &github, &err) || !github_get_run(&github, id, &run, &err)) {
		reading_set_error(ret, &err);
		return api_note(&github.api, place, ret);
	}
	WallTime now = github.api.now;
	run_facts(&github, &run, now, ret);
	if (github_run_is_over(&run)) {
		judge(call, &github, &run, false, now, ret);
	} else {
		AUTO_FREE char *page = github_run_page(&github, run.id);
		reading_set(ret, READING_WARN, "run #%lld is %s", (long long) run.number, github_run_words(&run));
		reading_because(ret, "wait for its end, or look whether somebody has to approve it: %s", page);
	}
	api_note(&github.api, place, ret);
}

/* ---- the last one of a workflow ---- */

static const GithubRun *find_run(const GithubRun *runs, size_t count, const char *branch, bool over) {
	for (size_t i = 0; i < count; i++)
		if (github_run_is_over(&runs[i]) == over && (!branch || text_eq(runs[i].branch, branch)))
			return &runs[i];
	return NULL;
}

static bool look_at_workflow(Github *github, const Call *call, Reading *ret, Error *err) {
	AUTO_CLEAR(GithubWorkflow) workflow = {0};
	GithubRun *runs = NULL;
	size_t count = 0;
	if (!github_find_workflow(github, call, &workflow, err) || !github_list_runs(github, workflow.id, NULL, &runs, &count, err))
		return false;
	WallTime now = github->api.now;
	const GithubRun *last = find_run(runs, count, call_arg(call, "branch"), true), *running = find_run(runs, count, call_arg(call, "branch"), false);
	if (last) {
		run_facts(github, last, now, ret);
		judge(call, github, last, running != NULL, now, ret);
	} else {
		reading_set(ret, READING_FAIL, running ? "its first run is under way" : "has never run");
		reading_because(ret, "there is no finished run to rely on: look at the workflow, and start it");
	}
	reading_fact_bool(ret, "running", running != NULL);
	reading_fact_bool(ret, "enabled", text_eq(workflow.state, "active"));
	/* One that is disabled runs on no schedule, however well it went. */
	if (ret->state == READING_OK && !text_eq(workflow.state, "active")) {
		ret->state = READING_WARN;
		reading_because(ret, "it does not run any more (%.40s): look who disabled it", workflow.state);
	}
	github_runs_free(runs, count);
	return true;
}

void github_read_workflow(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Github) github = {0};
	const char *named = call_arg(call, "workflow"), *match = call_arg(call, "match");
	AUTO_FREE char *place = bg_asprintf("workflow %s", named ? named : match ? match : "?");
	if (!github_open(call, &github, &err) || !look_at_workflow(&github, call, ret, &err))
		reading_set_error(ret, &err);
	api_note(&github.api, place, ret);
}
