/* runs.c: runs of a workflow, and finding the one that came of what was asked for where GitHub does not say which (an Enterprise Server answers 204 only).
 * Somebody else's run is never taken for ours: what is not certain is said to be in doubt. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/github/workflow.h"

#define BEFORE_MS 2000       /* created_at is in whole seconds */
#define SEARCH_MS 60000      /* a run appears seconds after it was asked for */
#define SETTLE_MS 6000       /* a second one that fits may appear later than the first */
#define FIRST_WAIT_MS 250
#define LAST_WAIT_MS 4000

void github_run_clear(GithubRun *run) {
	free(run->event);
	free(run->branch);
	free(run->actor);
	free(run->title);
	*run = (GithubRun){0};
}

GithubRun *github_runs_free(GithubRun *runs, size_t count) {
	for (size_t i = 0; i < count; i++)
		github_run_clear(&runs[i]);
	free(runs);
	return NULL;
}

static bool copy_word(const Json *json, char ret[static 32]) {
	const char *word = json_string(json);
	if (!word || !*word || strlen(word) >= 32)
		return false;
	for (const char *c = word; *c; c++)
		if ((*c < 'a' || *c > 'z') && *c != '_')
			return false;
	memcpy(ret, word, strlen(word) + 1);
	return true;
}

static bool take_time(const Json *json, const char *key, WallTime *ret) {
	return wall_parse_iso(str_from(json_get_string(json, key)), ret) && ret->ms > 0;
}

const char *github_run_words(const GithubRun *run) {
	return text_eq(run->status, "in_progress") ? "under way" : *run->status ? run->status : "on its way";
}

bool github_take_run(const Json *json, GithubRun *ret) {
	AUTO_CLEAR(GithubRun) run = {0};
	const Json *conclusion = json_get(json, "conclusion");
	const char *event = json_get_string(json, "event"), *login = json_get_string(json_get(json, "actor"), "login");
	if (!json_int(json_get(json, "id"), &run.id) || run.id <= 0 || !json_int(json_get(json, "run_number"), &run.number) || run.number <= 0
		|| !copy_word(json_get(json, "status"), run.status) || !event || !take_time(json, "created_at", &run.created) || !take_time(json, "updated_at", &run.updated))
		return false;
	/* One that is over says how; one that is not says null. */
	if (github_run_is_over(&run) ? !copy_word(conclusion, run.conclusion) : !conclusion || !json_is_null(conclusion))
		return false;
	run.event = bg_strdup(event);
	run.branch = bg_strdup_or_null(json_get_string(json, "head_branch"));
	run.actor = bg_strdup_or_null(login);
	run.title = bg_strdup_or_null(json_get_string(json, "display_title"));
	*ret = run;
	run = (GithubRun){0};
	return true;
}

char *github_run_page(const Github *github, int64_t id) {
	AUTO_FREE char *rest = bg_asprintf("/actions/runs/%lld", (long long) id);
	return github_page(github, rest);
}

bool github_list_runs(Github *github, int64_t workflow, const char *event, GithubRun **ret_runs, size_t *ret_count, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_FREE char *query = bg_asprintf("/actions/workflows/%lld/runs?per_page=%d%s%s", (long long) workflow, GITHUB_PAGE, event ? "&event=" : "", event ? event : "");
	AUTO_FREE char *path = github_path(github, query);
	if (!github_get(github, path, &json, err))
		return false;
	const Json *list = json_get(json, "workflow_runs");
	if (!json_is_array(list))
		return api_strange(&github->api, path, err, "answers with something else than a list of runs");
	GithubRun *runs = bg_calloc(json_count(list) + 1, sizeof(*runs));
	size_t count = 0;
	JSON_EACH(item, list) {
		if (!github_take_run(item, &runs[count])) {
			github_runs_free(runs, count);
			return api_strange(&github->api, path, err, "answers with something else than a list of runs");
		}
		count++;
	}
	*ret_runs = runs;
	*ret_count = count;
	return true;
}

/* ---- finding ours ---- */

/* The name of whoever the token belongs to. An app has none that it may ask for: 403. */
static bool find_login(Github *github, GithubSearch *search, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	if (!github_send(github, "GET", "/user", NULL, NULL, &response, err))
		return false;
	if (response.status == 403 || response.status == 404)
		return true;
	if (response.status != 200)
		return github_refused(github, "GET", "/user", &response, err);
	if (!api_json(&github->api, "/user", &response, &json, err))
		return false;
	search->login = bg_strdup_or_null(json_get_string(json, "login"));
	return search->login || api_strange(&github->api, "/user", err, "does not say whose the token is");
}

bool github_search_begin(Github *github, GithubSearch *search, Error *err) {
	GithubRun *runs = NULL;
	size_t count = 0;
	if (!find_login(github, search, err) || !github_list_runs(github, search->workflow, "workflow_dispatch", &runs, &count, err))
		return false;
	search->from = github->api.now;
	search->before = bg_calloc(count + 1, sizeof(*search->before));
	search->before_count = count;
	for (size_t i = 0; i < count; i++)
		search->before[i] = runs[i].id;
	github_runs_free(runs, count);
	return true;
}

void github_search_clear(GithubSearch *search) {
	free(search->before);
	free(search->login);
	*search = (GithubSearch){0};
}

static bool may_be_ours(const GithubSearch *search, const GithubRun *run) {
	for (size_t i = 0; i < search->before_count; i++)
		if (search->before[i] == run->id)
			return false;
	if (!text_eq(run->event, "workflow_dispatch") || !text_eq(run->branch, search->ref) || run->created.ms < search->from.ms - BEFORE_MS
		|| run->created.ms > search->until.ms)
		return false;
	return !search->login || (run->actor && str_eq_nocase(str_from(run->actor), str_from(search->login)));
}

typedef struct Sight { size_t fitting, marked; int64_t run; } Sight;

static bool look(Github *github, const GithubSearch *search, Sight *ret, StrList *links, Error *err) {
	GithubRun *runs = NULL;
	size_t count = 0;
	*ret = (Sight){0};
	strlist_clear(links);
	if (!github_list_runs(github, search->workflow, "workflow_dispatch", &runs, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!may_be_ours(search, &runs[i]))
			continue;
		bool marked = search->mark && runs[i].title && strstr(runs[i].title, search->mark);
		if (marked || !ret->marked)
			ret->run = runs[i].id;
		ret->fitting++;
		ret->marked += marked;
		strlist_add_take(links, github_run_page(github, runs[i].id));
	}
	github_runs_free(runs, count);
	return true;
}

static bool doubt(const Github *github, const GithubSearch *search, const Sight *sight, const StrList *links, Error *err) {
	AUTO_FREE char *all = strlist_join(links, ", ");
	if (!sight->fitting)
		error_set(err, ERROR_TIMEOUT, "GitHub took it, and no run of it has appeared for a minute");
	else if (sight->fitting > 1)
		error_set(err, ERROR_CONFLICT, "%zu runs began at that time, and which one is ours cannot be told: %s", sight->fitting, all);
	else if (search->mark)
		error_set(err, ERROR_CONFLICT, "a run began at that time, but its title does not show our id: %s", all);
	else
		error_set(err, ERROR_CONFLICT, "a run began at that time, but whose it is cannot be told with an app's token: %s", all);
	error_hint(err, "look there; with correlation=INPUT, shown by the workflow's run-name, ours is known for certain");
	AUTO_FREE char *page = github_page(github, "/actions");
	return error_where(err, "%s", page);
}

bool github_search(Github *github, GithubSearch *search, int64_t *ret_run, StrList *ret_links, Error *err) {
	WallTime begun = github->api.now, seen = {0};
	int64_t wait_ms = FIRST_WAIT_MS;
	search->until = (WallTime){begun.ms + SEARCH_MS};
	for (;;) {
		Sight sight;
		if (!look(github, search, &sight, ret_links, err))
			return false;
		WallTime now = github->api.now;
		bool over = now.ms - begun.ms > SEARCH_MS;
		if (sight.marked == 1) {
			*ret_run = sight.run;
			return true;
		}
		seen = sight.fitting && !wall_known(seen) ? now : seen;
		bool settled = wall_known(seen) && now.ms - seen.ms >= SETTLE_MS;
		if (!search->mark && search->login && settled && sight.fitting == 1) {
			*ret_run = sight.run;
			return true;
		}
		if (over || (!search->mark && settled))
			return doubt(github, search, &sight, ret_links, err);
		call_progress(github->api.call, 0, 0, "started; looking which run it is");
		if (!github_wait(github->api.call, wait_ms))
			return doubt(github, search, &sight, ret_links, err);
		wait_ms = wait_ms * 2 < LAST_WAIT_MS ? wait_ms * 2 : LAST_WAIT_MS;
	}
}
