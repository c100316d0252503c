/* sim_github_actions.c: the calls about workflows and their runs, as GitHub's API shows them. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_github_parts.h"
#include "core/sandbox/sim_yaml.h"

/* GitHub counts in whole seconds. */
static void add_time(Json *json, const char *key, WallTime time) {
	char text[WALL_TEXT_SIZE];
	if (!wall_known(time)) {
		json_add(json, key, json_new_null());
		return;
	}
	wall_format_iso(time, text);
	AUTO_FREE char *seconds = bg_asprintf("%.19sZ", text);
	json_add_string(json, key, seconds);
}

static void add_link(const SimGithub *github, Json *json, const char *key, const char *rest, int64_t id) {
	AUTO_FREE char *whole = bg_asprintf("%s/%lld", rest, (long long) id);
	AUTO_FREE char *link = sim_github_link(github, whole);
	json_add_string(json, key, link);
}

static void add_page(const SimGithub *github, Json *json, int64_t run) {
	AUTO_FREE char *page = bg_asprintf("%s/%s/actions/runs/%lld", github->url, github->repository, (long long) run);
	json_add_string(json, "html_url", page);
}

/* ---- workflows ---- */

static Json *present_workflow(const SimGithub *github, const SimGithubWorkflow *workflow) {
	AUTO(Json) *source = NULL;
	AUTO_FREE char *path = bg_asprintf(".github/workflows/%s", workflow->file);
	const char *text = sim_github_file(workflow, "main");
	Json *json = json_new_object();
	if (text)
		BG_IGNORE(sim_yaml_parse(str_from(text), &source, NULL));   /* one that cannot be read is called by its path */
	json_add_int(json, "id", workflow->id);
	json_add_string(json, "name", json_get_string_or(source, "name", path));
	json_add_string(json, "path", path);
	json_add_string(json, "state", workflow->state);
	add_link(github, json, "url", "/actions/workflows", workflow->id);
	return json;
}

void sim_github_list_workflows(void *system, SimCall *call) {
	const SimGithub *github = system;
	int64_t per_page = sim_request_int_arg(call->request, "per_page", 30), page = sim_request_int_arg(call->request, "page", 1);
	Json *json = json_new_object();
	json_add_int(json, "total_count", (int64_t) github->workflow_count);
	Json *list = json_add(json, "workflows", json_new_array());
	for (int64_t i = (page - 1) * per_page; i < page * per_page && i < (int64_t) github->workflow_count; i++)
		json_append(list, present_workflow(github, github->workflows[i]));
	sim_reply_json_take(call->reply, 200, json);
}

/* The workflow of the call's third part; answers 404 and gives NULL if there is none. */
static SimGithubWorkflow *workflow_of(const SimGithub *github, SimCall *call) {
	SimGithubWorkflow *workflow = sim_github_workflow(github, call->params[2]);
	if (!workflow)
		sim_github_refuse(call->reply, 404, "Not Found");
	return workflow;
}

void sim_github_get_workflow(void *system, SimCall *call) {
	const SimGithubWorkflow *workflow = workflow_of(system, call);
	if (workflow)
		sim_reply_json_take(call->reply, 200, present_workflow(system, workflow));
}

/* Lines of 60, as GitHub breaks them. */
static char *encode(const char *text) {
	AUTO_CLEAR(Buf) whole = {0};
	Buf out = {0};
	base64_encode(text, strlen(text), &whole);
	for (size_t i = 0; i < whole.len; i += 60) {
		buf_put_str(&out, str_slice(buf_str(&whole), i, 60));
		buf_putc(&out, '\n');
	}
	return buf_take(&out);
}

void sim_github_get_contents(void *system, SimCall *call) {
	const SimGithub *github = system;
	const SimGithubWorkflow *workflow = workflow_of(github, call);
	const char *ref = sim_request_arg(call->request, "ref");
	const char *text = workflow && sim_github_branch(github, ref ? ref : "main") ? sim_github_file(workflow, ref ? ref : "main") : NULL;
	char digest[SHA256_HEX_SIZE];
	if (!workflow)
		return;
	if (ref && !sim_github_branch(github, ref))
		return sim_github_refuse(call->reply, 404, "No commit found for the ref %s", ref);
	if (!text)
		return sim_github_refuse(call->reply, 404, "Not Found");
	sha256_hex(text, strlen(text), digest);
	digest[40] = '\0';
	AUTO_FREE char *content = encode(text);
	AUTO_FREE char *path = bg_asprintf(".github/workflows/%s", workflow->file);
	Json *json = json_new_object();
	json_add_string(json, "type", "file");
	json_add_string(json, "encoding", "base64");
	json_add_int(json, "size", (int64_t) strlen(text));
	json_add_string(json, "name", workflow->file);
	json_add_string(json, "path", path);
	json_add_string(json, "content", content);
	json_add_string(json, "sha", digest);
	sim_reply_json_take(call->reply, 200, json);
}

void sim_github_post_dispatch(void *system, SimCall *call) {
	SimGithub *github = system;
	SimGithubWorkflow *workflow = workflow_of(github, call);
	AUTO(Json) *body = NULL;
	AUTO_FREE char *why = NULL;
	if (!workflow)
		return;
	if (!json_parse(buf_str(&call->request->body), &body, NULL) || !json_get_string(body, "ref"))
		return sim_github_refuse(call->reply, 422, "Invalid request.\n\n\"ref\" wasn't supplied.");
	if (github->refuse_details && json_get(body, "return_run_details"))
		return sim_github_refuse(call->reply, 422, "Invalid request.\n\n\"return_run_details\" is not a permitted key.");
	if (github->lose_runs)
		return sim_reply_empty(call->reply, 204);
	const SimGithubExecution *run = sim_github_start(github, workflow, json_get_string(body, "ref"), sim_github_token(github, call)->login, json_get(body, "inputs"), call->now,
		&why);
	if (!run)
		return sim_github_refuse(call->reply, 422, "%s", why);
	if (github->no_details || github->refuse_details || !json_get_bool(body, "return_run_details", false))
		return sim_reply_empty(call->reply, 204);
	Json *json = json_new_object();
	json_add_int(json, "workflow_run_id", run->id);
	add_link(github, json, "run_url", "/actions/runs", run->id);
	add_page(github, json, run->id);
	sim_reply_json_take(call->reply, 200, json);
}

/* ---- runs ---- */

static Json *present_run(const SimGithub *github, const SimGithubExecution *run, WallTime now) {
	AUTO_FREE char *path = bg_asprintf(".github/workflows/%s", run->workflow->file);
	Json *json = json_new_object();
	json_add_int(json, "id", run->id);
	json_add_string(json, "name", json_get_string_or(run->source, "name", path));
	json_add_string(json, "head_branch", run->ref);
	json_add_string(json, "head_sha", "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d");
	json_add_string(json, "path", path);
	json_add_string(json, "display_title", run->title);
	json_add_int(json, "run_number", run->number);
	json_add_int(json, "run_attempt", 1);
	json_add_string(json, "event", run->event);
	json_add_string(json, "status", run->status);
	json_add(json, "conclusion", json_new_string(run->conclusion));
	json_add_int(json, "workflow_id", run->workflow->id);
	add_link(github, json, "url", "/actions/runs", run->id);
	add_page(github, json, run->id);
	Json *actor = json_add(json, "actor", json_new_object());
	json_add_string(actor, "login", run->actor);
	json_add_string(actor, "type", str_ends(str_from(run->actor), "[bot]") ? "Bot" : "User");
	add_time(json, "created_at", run->created);
	add_time(json, "run_started_at", run->created);
	add_time(json, "updated_at", wall_known(run->ended) ? run->ended : wall_known(run->started) ? run->started : run->created);
	(void) now;
	return json;
}

static bool run_fits(const SimGithubExecution *run, const SimGithubWorkflow *workflow, const SimRequest *request) {
	const char *event = sim_request_arg(request, "event"), *branch = sim_request_arg(request, "branch"), *status = sim_request_arg(request, "status");
	const char *actor = sim_request_arg(request, "actor");
	return run->workflow == workflow && (!event || text_eq(run->event, event)) && (!branch || text_eq(run->ref, branch))
		&& (!actor || text_eq(run->actor, actor)) && (!status || text_eq(run->status, status) || text_eq(run->conclusion, status));
}

void sim_github_list_runs(void *system, SimCall *call) {
	const SimGithub *github = system;
	const SimGithubWorkflow *workflow = workflow_of(github, call);
	int64_t per_page = sim_request_int_arg(call->request, "per_page", 30), count = 0;
	if (!workflow)
		return;
	Json *json = json_new_object();
	Json *list = json_new_array();
	for (size_t i = github->run_count; i > 0; i--)
		if (run_fits(github->runs[i - 1], workflow, call->request) && count++ < per_page)
			json_append(list, present_run(github, github->runs[i - 1], call->now));
	json_add_int(json, "total_count", count);
	json_add(json, "workflow_runs", list);
	sim_reply_json_take(call->reply, 200, json);
}

static SimGithubExecution *run_of(const SimGithub *github, SimCall *call) {
	int64_t id = 0;
	SimGithubExecution *run = str_parse_int(str_from(call->params[2]), &id) ? sim_github_run(github, id) : NULL;
	if (!run)
		sim_github_refuse(call->reply, 404, "Not Found");
	return run;
}

void sim_github_get_run(void *system, SimCall *call) {
	const SimGithubExecution *run = run_of(system, call);
	if (run)
		sim_reply_json_take(call->reply, 200, present_run(system, run, call->now));
}

void sim_github_cancel_run(void *system, SimCall *call) {
	SimGithubExecution *run = run_of(system, call);
	if (!run)
		return;
	if (run->conclusion)
		return sim_github_refuse(call->reply, 409, "Cannot cancel a workflow run that is completed.");
	sim_github_cancel(run, call->now);
	sim_reply_text(call->reply, 202, "application/json", "{}");
}

void sim_github_get_pending(void *system, SimCall *call) {
	const SimGithub *github = system;
	const SimGithubExecution *run = run_of(github, call);
	if (!run)
		return;
	Json *list = json_new_array();
	if (run->waits) {
		Json *item = json_append(list, json_new_object());
		Json *environment = json_add(item, "environment", json_new_object());
		json_add_string(environment, "name", github->environment);
		json_add_int(item, "wait_timer", 0);
		json_add(item, "wait_timer_started_at", json_new_null());
		json_add_bool(item, "current_user_can_approve", false);
		Json *reviewer = json_append(json_add(item, "reviewers", json_new_array()), json_new_object());
		json_add_string(reviewer, "type", "User");
		json_add_string(json_add(reviewer, "reviewer", json_new_object()), "login", github->reviewer);
	}
	sim_reply_json_take(call->reply, 200, list);
}

/* ---- jobs and logs ---- */

/* Steps follow one another evenly; `first` is the first one of this job among those of the run. */
static Json *present_steps(const SimGithubExecution *run, const Json *job, size_t first, size_t done, size_t total) {
	Json *list = json_new_array();
	size_t index = first;
	int64_t each = total ? run->workflow->run_ms / (int64_t) total : 0;
	JSON_EACH(step, json_get(job, "steps")) {
		bool over = index < done, now = index == done && wall_known(run->started), ended = over || (now && run->conclusion);
		const char *conclusion = over ? "success" : run->fails ? "failure" : "cancelled";
		Json *item = json_append(list, json_new_object());
		json_add_string(item, "name", json_get_string_or(step, "name", json_get_string_or(step, "run", "step")));
		json_add_string(item, "status", ended ? "completed" : now ? "in_progress" : run->conclusion ? "completed" : "queued");
		json_add(item, "conclusion", json_new_string(ended ? conclusion : run->conclusion ? "skipped" : NULL));
		json_add_int(item, "number", (int64_t) (index - first) + 1);
		add_time(item, "started_at", over || now ? (WallTime) { run->started.ms + (int64_t) index * each } : (WallTime) {0});
		add_time(item, "completed_at", ended ? (WallTime) { run->started.ms + (int64_t) (index + 1) * each } : (WallTime) {0});
		index++;
	}
	return list;
}

static const char *job_status(const SimGithubExecution *run, size_t first, size_t steps, size_t done) {
	return run->conclusion || (steps && done >= first + steps) ? "completed" : done >= first && wall_known(run->started) ? "in_progress" : run->waits ? "waiting" : "queued";
}

void sim_github_list_jobs(void *system, SimCall *call) {
	const SimGithub *github = system;
	const SimGithubExecution *run = run_of(github, call);
	size_t first = 0, total = 0, number = 0;
	if (!run)
		return;
	size_t done = sim_github_steps_done(run, call->now, &total);
	Json *json = json_new_object();
	Json *list = json_new_array();
	JSON_EACH(job, json_get(run->source, "jobs")) {
		size_t steps = json_count(json_get(job, "steps"));
		bool over = done >= first + steps, reached = done >= first;
		Json *item = json_append(list, json_new_object());
		json_add_int(item, "id", run->id * 10 + (int64_t) number++);
		json_add_int(item, "run_id", run->id);
		json_add_string(item, "name", json_get_string_or(job, "name", json_key(job)));
		json_add_string(item, "status", job_status(run, first, steps, done));
		json_add(item, "conclusion", json_new_string(over ? "success" : run->conclusion ? reached ? run->conclusion : "skipped" : NULL));
		add_time(item, "started_at", wall_known(run->started) ? run->started : run->created);
		add_time(item, "completed_at", run->ended);
		json_add(item, "steps", present_steps(run, job, first, done, total));
		first += steps;
	}
	json_add_int(json, "total_count", (int64_t) number);
	json_add(json, "jobs", list);
	sim_reply_json_take(call->reply, 200, json);
}

/* The log is had elsewhere, by a link that is signed. */
void sim_github_get_log(void *system, SimCall *call) {
	const SimGithub *github = system;
	int64_t id = 0;
	const SimGithubExecution *run = str_parse_int(str_from(call->params[2]), &id) ? sim_github_run(github, id / 10) : NULL;
	if (!run || !run->conclusion)
		return sim_github_refuse(call->reply, 404, "Not Found");
	AUTO_FREE char *location = bg_asprintf("%s/logs/%lld?sig=%s", github->logs_url, (long long) id, run->signature);
	sim_reply_empty(call->reply, 302);
	sim_reply_header(call->reply, "Location", location);
}

static void write_step(const SimGithubExecution *run, const char *name, bool fails, WallTime at, Buf *out) {
	char time[WALL_TEXT_SIZE];
	wall_format_iso(at, time);
	buf_printf(out, "%.19s.0000000Z ##[group]Run %s\n%.19s.1000000Z ##[endgroup]\n", time, name, time);
	if (fails)
		buf_printf(out, "%.19s.2000000Z %s of %s: the server closed the connection\n%.19s.3000000Z ##[error]Process completed with exit code 1.\n", time, name,
			run->workflow->file, time);
	else
		buf_printf(out, "%.19s.2000000Z %s: done\n", time, name);
}

static void write_log(const SimGithubExecution *run, const Json *job, size_t first, Buf *out) {
	size_t total = 0, index = first;
	size_t done = sim_github_steps_done(run, run->ended, &total);
	JSON_EACH(step, json_get(job, "steps")) {
		if (index <= done && wall_known(run->started))
			write_step(run, json_get_string_or(step, "name", "step"), index == done && run->fails,
				(WallTime) { run->started.ms + (int64_t) index * (run->workflow->run_ms / (int64_t) total) }, out);
		index++;
	}
}

void sim_github_handle_logs(SimGithub *github, const SimRequest *request, SimReply *reply) {
	static const SimRoute ROUTES[] = { { "GET", "/logs/*", NULL, 0 } };
	SimCall call = { .request = request, .reply = reply };
	int64_t id = 0;
	const SimRoute *route = sim_route_find(ROUTES, 1, &call);
	const SimGithubExecution *run = route && str_parse_int(str_from(call.params[0]), &id) ? sim_github_run(github, id / 10) : NULL;
	sim_call_clear_params(&call);
	if (sim_request_header(request, "Authorization"))
		return sim_reply_text(reply, 400, "application/xml", "<Error><Code>InvalidAuthenticationInfo</Code></Error>");
	if (!run || !text_eq(sim_request_arg(request, "sig"), run->signature))
		return sim_reply_text(reply, 403, "application/xml", "<Error><Code>AuthenticationFailed</Code></Error>");
	sim_reply_text(reply, 200, "text/plain; charset=utf-8", "");
	size_t first = 0;
	int64_t number = 0;
	JSON_EACH(job, json_get(run->source, "jobs")) {
		if (number++ == id % 10)
			write_log(run, job, first, &reply->body);
		first += json_count(json_get(job, "steps"));
	}
}
