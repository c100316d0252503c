/* follow.c: a run on its way to its end. It is asked again in longer and longer intervals, with the ETag of the last answer: what has not changed is not
 * counted by GitHub's limits. GitHub being away for a while does not end it: the run goes on without us. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/github/workflow.h"

#define FIRST_WAIT_MS 100
#define LAST_WAIT_MS 10000
#define AWAY_MS (5 * 60 * 1000)      /* for so long it may not be reached */
#define CANCEL_MS (60 * 1000)        /* for so long the end of a cancelled run is waited for */

/* An answer that is kept as long as it stays the same. */
typedef struct Kept { char *path, *etag; Json *json; } Kept;

typedef struct Follow {
	Github *github;
	int64_t id;
	Kept run, jobs;
	GithubRun seen;
	MonoTime begun, reached;
} Follow;

static void kept_clear(Kept *kept) {
	free(kept->path);
	free(kept->etag);
	json_free(kept->json);
}

static void follow_clear(Follow *follow) {
	kept_clear(&follow->run);
	kept_clear(&follow->jobs);
	github_run_clear(&follow->seen);
}
BG_DEFINE_CLEARP(Follow, follow_clear)

static bool ask(Github *github, Kept *kept, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	if (!github_send(github, "GET", kept->path, NULL, kept->etag, &response, err))
		return false;
	if (response.status == 304 && kept->json)
		return true;
	if (response.status != 200)
		return github_refused(github, "GET", kept->path, &response, err);
	if (!api_json(&github->api, kept->path, &response, &json, err))
		return false;
	json_free(kept->json);
	kept->json = TAKE(json);
	free(kept->etag);
	kept->etag = http_header(&response, "ETag").len ? str_dup(http_header(&response, "ETag")) : NULL;
	return true;
}

static bool look(Follow *follow, Error *err) {
	GithubRun run = {0};
	if (!ask(follow->github, &follow->run, err))
		return false;
	if (!github_take_run(follow->run.json, &run) || run.id != follow->id) {
		github_run_clear(&run);
		return api_strange(&follow->github->api, follow->run.path, err, "answers with something else than the run %lld", (long long) follow->id);
	}
	github_run_clear(&follow->seen);
	follow->seen = run;
	return ask(follow->github, &follow->jobs, err);
}

/* ---- in words ---- */

static int64_t age_of(const Json *item, WallTime now) {
	WallTime started = {0};
	return wall_parse_iso(str_from(json_get_string(item, "started_at")), &started) && now.ms > started.ms ? now.ms - started.ms : 0;
}

/* "job restore, step Load (3 of 7) for 41 s": the first job that is under way. */
static char *say_jobs(const Json *jobs, WallTime now) {
	char span[SPAN_TEXT_SIZE];
	JSON_EACH(job, json_get(jobs, "jobs")) {
		const Json *steps = json_get(job, "steps");
		size_t number = 0;
		if (!text_eq(json_get_string(job, "status"), "in_progress"))
			continue;
		JSON_EACH(step, steps) {
			number++;
			if (text_eq(json_get_string(step, "status"), "in_progress"))
				return bg_asprintf(": job %.60s, step %.60s (%zu of %zu) for %s", json_get_string_or(job, "name", "?"), json_get_string_or(step, "name", "?"), number,
					json_count(steps), span_format(age_of(step, now), span));
		}
		return bg_asprintf(": job %.60s for %s", json_get_string_or(job, "name", "?"), span_format(age_of(job, now), span));
	}
	return bg_strdup("");
}

/* Who has to approve what: GET .../pending_deployments. */
static char *say_waiting(Github *github, int64_t id) {
	AUTO(Json) *list = NULL;
	AUTO_CLEAR(StrList) names = {0};
	AUTO_FREE char *rest = bg_asprintf("/actions/runs/%lld/pending_deployments", (long long) id);
	AUTO_FREE char *path = github_path(github, rest);
	AUTO_FREE char *page = github_run_page(github, id);
	if (!github_get(github, path, &list, NULL) || !json_count(list))
		return bg_asprintf(": it waits for somebody's approval, or for its turn: %s", page);
	const Json *first = json_first(list);
	JSON_EACH(item, json_get(first, "reviewers")) {
		const Json *reviewer = json_get(item, "reviewer");
		strlist_add(&names, json_get_string_or(reviewer, "login", json_get_string_or(reviewer, "slug", "?")));
	}
	AUTO_FREE char *all = strlist_join(&names, ", ");
	return bg_asprintf(": environment %.60s wants the approval of %.100s%s, at %s", json_get_string_or(json_get(first, "environment"), "name", "?"), names.count ? all : "somebody",
		json_get_bool(first, "current_user_can_approve", false) ? " (this token's owner may)" : "", page);
}

static void tell(Follow *follow) {
	char span[SPAN_TEXT_SIZE];
	const GithubRun *run = &follow->seen;
	AUTO_FREE char *more = text_eq(run->status, "waiting") ? say_waiting(follow->github, run->id) : say_jobs(follow->jobs.json, follow->github->api.now);
	call_progress(follow->github->api.call, 0, 0, "run #%lld is %s, %s%s", (long long) run->number, github_run_words(run), span_format(mono_now().ms - follow->begun.ms, span), more);
}

/* ---- its end ---- */

static bool judge(Follow *follow, ActionResult *result, Error *err) {
	const GithubRun *run = &follow->seen;
	json_add_string(result->values, "conclusion", run->conclusion);
	if (github_run_is_good(run))
		return true;
	AUTO_FREE char *page = github_run_page(follow->github, run->id);
	AUTO_FREE char *where = github_tell_failure(follow->github, follow->jobs.json);
	error_set(err, ERROR_REMOTE, "run #%lld ended with %s%s%.120s", (long long) run->number, run->conclusion, where ? ": " : "", where ? where : "");
	/* A run that was skipped has no log: there is nothing to be looked at. */
	error_hint(err, "%s", text_eq(run->conclusion, "skipped") ? "a condition of the workflow did not hold, so that none of its jobs ran: look at its inputs in the plan, and change the value that is wrong"
		: "look at the end of its log in the output here, or at the whole of it there");
	return error_where(err, "%s", page);
}

static bool stop_waiting(const Follow *follow, Error *err) {
	bool cancelled = call_is_cancelled(follow->github->api.call);
	AUTO_FREE char *page = github_run_page(follow->github, follow->id);
	error_set(err, cancelled ? ERROR_CANCELLED : ERROR_TIMEOUT, "run #%lld is still %s; %s", (long long) follow->seen.number,
		github_run_words(&follow->seen), cancelled ? "waiting for it was ended" : "the time to wait is over");
	error_hint(err, "it goes on at GitHub: look at it there");
	return error_where(err, "%s", page);
}

static bool is_passing(const Error *err) { return err->retryable || err->kind == ERROR_TIMEOUT || err->kind == ERROR_IO; }

static bool wait_for_end(Follow *follow, Error *err) {
	const Call *call = follow->github->api.call;
	int64_t wait_ms = FIRST_WAIT_MS;
	for (;;) {
		Error failure = {0};
		bool seen = look(follow, &failure);
		if (seen)
			follow->reached = mono_now();
		if (seen && github_run_is_over(&follow->seen))
			return true;
		if (call_is_cancelled(call))
			return stop_waiting(follow, err);
		if (seen) {
			tell(follow);
		} else if (!is_passing(&failure) || mono_now().ms - follow->reached.ms > AWAY_MS) {
			*err = failure;
			return false;
		} else {
			call_progress(call, 0, 0, "the run goes on, but cannot be looked at: %s", failure.why);
		}
		if (!github_wait(call, wait_ms) || call_remaining_ms(call) <= 0)
			return stop_waiting(follow, err);
		wait_ms = wait_ms * 3 / 2 < LAST_WAIT_MS ? wait_ms * 3 / 2 : LAST_WAIT_MS;
	}
}

/* ---- a person cancels ---- */

static bool never(void *userdata) {
	(void) userdata;
	return false;
}

/* Only where the playbook says so is the run itself cancelled. That it was asked for is no end: the end is looked at. */
static bool cancel_run(Follow *follow, Error *err) {
	const Call *call = follow->github->api.call;
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *rest = bg_asprintf("/actions/runs/%lld/cancel", (long long) follow->id);
	AUTO_FREE char *path = github_path(follow->github, rest);
	Call last = *call;
	last.cancelled = never;
	if (last.deadline.ms > mono_now().ms + CANCEL_MS)
		last.deadline.ms = mono_now().ms + CANCEL_MS;
	follow->github->api.call = &last;
	call_progress(&last, 0, 0, "cancelling run #%lld", (long long) follow->seen.number);
	bool ok = github_send(follow->github, "POST", path, NULL, NULL, &response, err);
	/* 409: it is over already. */
	if (ok && response.status != 202 && response.status != 409)
		ok = github_refused(follow->github, "POST", path, &response, err);
	ok = ok && wait_for_end(follow, err);
	follow->github->api.call = call;
	if (!ok)
		return false;
	if (github_run_is_good(&follow->seen))
		return true;
	AUTO_FREE char *page = github_run_page(follow->github, follow->id);
	error_set(err, ERROR_CANCELLED, "run #%lld was cancelled on GitHub and ended with %s", (long long) follow->seen.number, follow->seen.conclusion);
	error_hint(err, "what its steps had done by then is done: look there");
	return error_where(err, "%s", page);
}

bool github_follow(Github *github, int64_t run, ActionResult *result, Error *err) {
	AUTO_FREE char *rest = bg_asprintf("/actions/runs/%lld", (long long) run);
	AUTO_FREE char *jobs = bg_asprintf("/actions/runs/%lld/jobs?per_page=%d", (long long) run, GITHUB_PAGE);
	AUTO_CLEAR(Follow) follow = {.github = github, .id = run, .begun = mono_now(), .reached = mono_now()};
	follow.run.path = github_path(github, rest);
	follow.jobs.path = github_path(github, jobs);
	if (wait_for_end(&follow, err))
		return judge(&follow, result, err);
	if (!call_is_cancelled(github->api.call) || !text_eq(call_arg(github->api.call, "cancel"), "yes"))
		return false;
	bool over = cancel_run(&follow, err);
	if (github_run_is_over(&follow.seen))
		json_add_string(result->values, "conclusion", follow.seen.conclusion);
	return over;
}
