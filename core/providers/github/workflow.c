/* workflow.c: starting a workflow by hand and waiting for the end of its run. Doing it again runs it again: it is not repeatable. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/github/workflow.h"
#include "core/transport/url.h"

#define MARK_DIGITS 16

/* ---- plan ---- */

static bool find_ref(Github *github, const Call *call, char **ret_ref, Error *err) {
	AUTO(Json) *repository = NULL;
	AUTO_FREE char *path = github_path(github, "");
	if (call_arg(call, "ref")) {
		*ret_ref = bg_strdup(call_arg(call, "ref"));
		return true;
	}
	if (!github_find(github, path, &repository, err))
		return false;
	const char *usual = json_get_string(repository, "default_branch");
	if (repository && !usual)
		return api_strange(&github->api, path, err, "does not say what its default branch is");
	if (!repository) {
		error_set(err, ERROR_MISSING, "GitHub knows no repository %s, or does not let this token see it", github->repository);
		error_hint(err, "check its name, and that the token was given the repository");
		return error_where(err, "%s%s", github->api.url, path);
	}
	*ret_ref = bg_strdup(usual);
	return true;
}

/* The file as it is at the ref: what is run is what stands there, not what the default branch has. */
static bool get_file(Github *github, const GithubWorkflow *workflow, const char *ref, Buf *text, char **ret_sha, Error *err) {
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(Buf) encoded = {0};
	url_encode_path(str_from(workflow->path), &encoded);
	AUTO_FREE char *query = api_path("?ref=%s", ref);
	AUTO_FREE char *rest = bg_asprintf("/contents/%s%s", buf_text(&encoded), query);
	AUTO_FREE char *path = github_path(github, rest);
	if (!github_find(github, path, &json, err))
		return false;
	if (!json) {
		error_set(err, ERROR_MISSING, "%.60s has no %.80s: there is no such ref, or no such file on it", ref, workflow->path);
		error_hint(err, "check ref=: the name of a branch or a tag that is pushed");
		return error_where(err, "%s%s", github->api.url, path);
	}
	const char *sha = json_get_string(json, "sha"), *content = json_get_string(json, "content");
	if (!sha || !content || !text_eq(json_get_string(json, "encoding"), "base64") || !base64_decode(str_from(content), text))
		return api_strange(&github->api, path, err, "answers with something else than the file of the workflow");
	*ret_sha = bg_strdup(sha);
	return true;
}

static bool refuse_disabled(const Github *github, const GithubWorkflow *workflow, Error *err) {
	if (text_eq(workflow->state, "active"))
		return true;
	AUTO_FREE char *rest = bg_asprintf("/actions/workflows/%s", github_workflow_file(workflow));
	AUTO_FREE char *page = github_page(github, rest);
	error_set(err, ERROR_CONFLICT, "the workflow %.80s is not active: %.40s", workflow->name, workflow->state);
	error_hint(err, "enable it there, then plan again");
	return error_where(err, "%s", page);
}

/* One that is under way may stand in the way, or be the same once more. */
static void warn_of_running(Github *github, const GithubWorkflow *workflow, Plan *plan) {
	GithubRun *runs = NULL;
	size_t count = 0;
	if (!github_list_runs(github, workflow->id, NULL, &runs, &count, NULL)) {
		strlist_add(&plan->warnings, "whether a run of it is under way cannot be told");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (github_run_is_over(&runs[i]))
			continue;
		AUTO_FREE char *page = github_run_page(github, runs[i].id);
		strlist_add_take(&plan->warnings, bg_asprintf("run #%lld of it is %s, by %.60s: %s", (long long) runs[i].number, github_run_words(&runs[i]), runs[i].actor ? runs[i].actor : "?", page));
	}
	github_runs_free(runs, count);
}

static Json *make_body(const char *ref, const Json *inputs, bool with_details) {
	Json *body = json_new_object();
	json_add_string(body, "ref", ref);
	if (json_count(inputs))
		json_add(body, "inputs", json_copy(inputs));
	/* Then it says which run it is. Not in the descriptions of Enterprise Server 3.17 to 3.19: one that does not know it leaves it aside, or refuses it. */
	if (with_details)
		json_add_bool(body, "return_run_details", true);
	return body;
}

static void fill_plan(const Github *github, const Call *call, const GithubWorkflow *workflow, const char *ref, const char *sha, Json *inputs_taken, Plan *plan) {
	const char *file = github_workflow_file(workflow);
	AUTO(Json) *body = make_body(ref, inputs_taken, true);
	AUTO_FREE char *text = json_text(body);
	AUTO_FREE char *rest = bg_asprintf("/actions/workflows/%lld/dispatches", (long long) workflow->id);
	AUTO_FREE char *path = github_path(github, rest);
	AUTO_FREE char *page_rest = bg_asprintf("/actions/workflows/%s", file);
	AUTO_FREE char *page = github_page(github, page_rest);
	plan_set(&plan->action, "github.workflow");
	plan_set(&plan->target, "workflow %s (%s) of %s at %s", workflow->name, file, github->repository, ref);
	plan_set(&plan->confirm_name, "%s", file);
	plan->args = json_copy(call->args);
	plan->basis = json_new_object();
	json_add_int(plan->basis, "workflow", workflow->id);
	json_add_string(plan->basis, "ref", ref);
	json_add_string(plan->basis, "file", sha);
	json_add(plan->basis, "inputs", inputs_taken);
	strlist_add_take(&plan->preconditions, bg_asprintf("%s at %s is the file %.12s", file, ref, sha));
	plan_set(&plan->request, "POST %s%s %s", github->api.url, path, text);
	plan_set(&plan->manual, "%s: Run workflow, from %s, with these inputs", page, ref);
}

bool github_plan_workflow(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Github) github = {.patient = true};
	AUTO_CLEAR(GithubWorkflow) workflow = {0};
	AUTO_CLEAR(GithubInputs) inputs = {0};
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *ref = NULL, *sha = NULL, *mark = NULL;
	AUTO(Json) *sent = NULL;
	const char *what = "plan a run of a workflow";
	if (!github_open(call, &github, err) || !github_find_workflow(&github, call, &workflow, err) || !refuse_disabled(&github, &workflow, err)
		|| !find_ref(&github, call, &ref, err) || !get_file(&github, &workflow, ref, &text, &sha, err))
		return error_what(err, "%s", what);
	AUTO_FREE char *run = bg_asprintf("a run of %s (%s) of %s at %s", workflow.name, github_workflow_file(&workflow), github.repository, ref);
	plan_add_change(ret_plan, run, NULL, "started now");
	if (!github_inputs_parse(buf_str(&text), workflow.path, &inputs, err) || !github_fill_inputs(&inputs, call->args, call_arg(call, "correlation"), &sent, &mark, ret_plan, err)) {
		AUTO_FREE char *rest = bg_asprintf("/blob/%s/%s", ref, workflow.path);
		AUTO_FREE char *page = github_page(&github, rest);
		error_what(err, "%s", what);
		return error_where(err, "%s", page);
	}
	if (!inputs.known)
		strlist_add_take(&ret_plan->warnings, bg_asprintf("its inputs cannot be checked here: %s (%s)", inputs.unread.why, inputs.unread.where));
	fill_plan(&github, call, &workflow, ref, sha, TAKE(sent), ret_plan);
	if (mark)
		json_add_string(ret_plan->basis, "correlation", mark);
	if (text_eq(call_arg(call, "cancel"), "yes"))
		strlist_add(&ret_plan->warnings, "stopping here cancels the run on GitHub, too");
	warn_of_running(&github, &workflow, ret_plan);
	return true;
}

/* ---- apply ---- */

typedef struct Start {
	Github *github;
	const Plan *plan;
	GithubSearch search;
	char mark[MARK_DIGITS + 1];
} Start;

static void keep_run(const Github *github, int64_t id, ActionResult *result) {
	AUTO_FREE char *page = github_run_page(github, id);
	json_add_int(result->values, "run_id", id);
	json_add_string(result->values, "url", page);
	free(result->value);
	result->value = bg_asprintf("%lld", (long long) id);
}

static bool run_of_answer(Start *start, const char *path, const HttpResponse *response, ActionResult *result, Error *err) {
	AUTO(Json) *json = NULL;
	int64_t id = 0;
	if (!api_json(&start->github->api, path, response, &json, err))
		return false;
	if (!json_int(json_get(json, "workflow_run_id"), &id) || id <= 0)
		return api_strange(&start->github->api, path, err, "does not say which run it started");
	keep_run(start->github, id, result);
	return true;
}

static bool run_of_search(Start *start, ActionResult *result, Error *err) {
	AUTO_CLEAR(StrList) links = {0};
	int64_t id = 0;
	if (github_search(start->github, &start->search, &id, &links, err)) {
		keep_run(start->github, id, result);
		json_add_string(result->values, "found_by", start->search.mark ? "its id" : "its time and its owner");
		return true;
	}
	Json *list = json_add(result->values, "candidates", json_new_array());
	for (size_t i = 0; i < links.count; i++)
		json_append_string(list, links.items[i]);
	return false;
}

/* One that refuses the question itself is asked without it. */
static bool send_dispatch(Start *start, const char *path, const Json *inputs, HttpResponse *ret, Error *err) {
	AUTO(Json) *whole = make_body(start->search.ref, inputs, true);
	AUTO(Json) *less = make_body(start->search.ref, inputs, false);
	if (!github_send(start->github, "POST", path, whole, NULL, ret, err))
		return false;
	AUTO_FREE char *message = ret->status == 422 ? github_message(ret) : NULL;
	if (!message || !strstr(message, "return_run_details"))
		return true;
	http_response_clear(ret);
	return github_send(start->github, "POST", path, less, NULL, ret, err);
}

static bool dispatch(Start *start, ActionResult *result, Error *err) {
	Github *github = start->github;
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *inputs = json_copy(json_get(start->plan->basis, "inputs"));
	AUTO_FREE char *rest = bg_asprintf("/actions/workflows/%lld/dispatches", (long long) start->search.workflow);
	AUTO_FREE char *path = github_path(github, rest);
	const char *mark = json_get_string(start->plan->basis, "correlation");
	if (mark)
		json_add_string(inputs, mark, start->mark);
	result->began = true;
	if (!send_dispatch(start, path, inputs, &response, err))
		return false;
	if (response.status == 200)
		return run_of_answer(start, path, &response, result, err);
	if (response.status == 204)
		return run_of_search(start, result, err);
	/* What GitHub itself refuses has begun nothing. */
	if (response.status / 100 == 4)
		json_add_bool(result->values, "refused", true);
	return github_refused(github, "POST", path, &response, err);
}

bool github_apply_workflow(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Github) github = {.patient = true};
	Start start = {.github = &github, .plan = plan};
	AUTO_CLEAR(GithubSearch) search = {.workflow = json_get_int(plan->basis, "workflow", 0), .ref = json_get_string_or(plan->basis, "ref", "")};
	json_free(result->values);
	result->values = json_new_object();
	if (json_get_string(plan->basis, "correlation")) {
		random_hex(start.mark, MARK_DIGITS);
		search.mark = start.mark;
		json_add_string(result->values, "correlation", start.mark);
	}
	bool ok = github_open(call, &github, err) && github_search_begin(&github, &search, err);
	if (ok) {
		start.search = search;
		ok = dispatch(&start, result, err);
	}
	if (!ok)
		return error_what(err, "start the workflow");
	int64_t run = json_get_int(result->values, "run_id", 0);
	call_progress(call, 0, 0, "started: %s", json_get_string_or(result->values, "url", "?"));
	if (text_eq(call_arg(call, "watch"), "no") || github_follow(&github, run, result, err))
		return true;
	return error_what(err, "wait for the end of run %lld", (long long) run);
}

/* ---- verify ---- */

/* Without a run: nothing was begun, or which one it is must be looked at by a person. */
static bool verify_without_run(ActionResult *result) {
	AUTO_CLEAR(StrList) links = {0};
	JSON_EACH(item, json_get(result->values, "candidates"))
		strlist_add(&links, json_string(item));
	AUTO_FREE char *all = strlist_join(&links, ", ");
	bool refused = json_get_bool(result->values, "refused", false);
	result->verified = refused ? VERIFIED_NO : VERIFIED_UNKNOWN;
	result->evidence = refused ? bg_strdup("GitHub refused to start it: no run has begun")
		: links.count ? bg_asprintf("it was started, and it may be one of these: %s", all)
		: bg_strdup("whether a run was started is not known: look at the runs of the workflow");
	return true;
}

bool github_verify_workflow(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Github) github = {.patient = true};
	AUTO_CLEAR(GithubRun) run = {0};
	int64_t id = json_get_int(result->values, "run_id", 0);
	bool waits = !text_eq(call_arg(call, "watch"), "no");
	char span[SPAN_TEXT_SIZE];
	(void) plan;
	free(result->evidence);
	result->evidence = NULL;
	if (!id)
		return verify_without_run(result);
	if (!github_open(call, &github, err) || !github_get_run(&github, id, &run, err))
		return error_what(err, "look at run %lld", (long long) id);
	bool over = github_run_is_over(&run);
	result->verified = github_run_is_good(&run) || (!waits && !over) ? VERIFIED_YES : over ? VERIFIED_NO : VERIFIED_UNKNOWN;
	AUTO_FREE char *page = github_run_page(&github, id);
	const char *by = json_get_string(result->values, "found_by");
	result->evidence = bg_asprintf("run #%lld %s%s%s, %s%s%s", (long long) run.number, over ? "ended with " : "is ", over ? run.conclusion : github_run_words(&run),
		over ? "" : " still and goes on at GitHub", over ? span_format(run.updated.ms - run.created.ms, span) : "", over ? ": " : "", page);
	if (by) {
		AUTO_FREE char *before = result->evidence;
		result->evidence = bg_asprintf("%s (known by %s)", before, by);
	}
	if (over)
		json_add_string(result->values, "conclusion", run.conclusion);
	return true;
}
