/* sim_github.c: who may ask what, and the calls about users and the repository itself. */
#include "core/sandbox/sim_github.h"
#include <stdarg.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_github_parts.h"

#define DOCUMENTATION "https://docs.github.com/rest"
#define LIMIT 5000
#define HOUR_MS (60 * 60 * 1000LL)
#define REPOSITORY_ID 1296269

/* The rule of a route: which right it needs. */
enum { ANYBODY, READS, WRITES, ADMINISTERS };

SimGithub *sim_github_new(const char *repository) {
	SimGithub *github = bg_calloc(1, sizeof(*github));
	github->repository = bg_strdup(repository);
	github->url = bg_strdup("");
	github->logs_url = bg_strdup("");
	github->id = REPOSITORY_ID;
	github->remaining = LIMIT;
	sim_github_add_branch(github, "main");
	return github;
}

SimGithub *sim_github_free(SimGithub *github) {
	if (!github)
		return NULL;
	for (size_t i = 0; i < github->token_count; i++) {
		free(github->tokens[i].value);
		free(github->tokens[i].login);
	}
	for (size_t i = 0; i < github->branch_count; i++) {
		free(github->branches[i].name);
		json_free(github->branches[i].protection);
	}
	for (size_t i = 0; i < github->ruleset_count; i++) {
		free(github->rulesets[i].branch);
		free(github->rulesets[i].organization);
	}
	for (size_t i = 0; i < github->pull_count; i++)
		free(github->pulls[i].branch);
	sim_github_clear_runs(github);
	free(github->tokens);
	free(github->branches);
	free(github->rulesets);
	free(github->pulls);
	free(github->repository);
	free(github->old_repository);
	free(github->url);
	free(github->logs_url);
	free(github->said);
	free(github);
	return NULL;
}

void sim_github_set_url(SimGithub *github, const char *url) {
	free(github->url);
	github->url = bg_strdup(url);
}

void sim_github_set_logs_url(SimGithub *github, const char *url) {
	free(github->logs_url);
	github->logs_url = bg_strdup(url);
}

void sim_github_add_token(SimGithub *github, const char *token, const char *login, SimGithubRights rights, SimGithubTokenKind kind) {
	github->tokens = bg_reallocarray(github->tokens, github->token_count + 1, sizeof(*github->tokens));
	github->tokens[github->token_count++] = (SimGithubToken) { bg_strdup(token), bg_strdup(login), rights, kind, NULL, {0} };
}

void sim_github_bound_token(SimGithub *github, const char *scopes, WallTime end) {
	github->tokens[github->token_count - 1].scopes = scopes;
	github->tokens[github->token_count - 1].end = end;
}

void sim_github_rename(SimGithub *github, const char *repository) {
	free(github->old_repository);
	github->old_repository = github->repository;
	github->repository = bg_strdup(repository);
}

char *sim_github_link(const SimGithub *github, const char *rest) { return bg_asprintf("%s/repos/%s%s", github->url, github->repository, rest); }

/* ---- refusals ---- */

void sim_github_refuse(SimReply *reply, int status, const char *message, ...) {
	va_list args;
	va_start(args, message);
	AUTO_FREE char *text = bg_vasprintf(message, args);
	va_end(args);
	AUTO_FREE char *number = bg_asprintf("%d", status);
	Json *error = json_new_object();
	json_add_string(error, "message", text);
	json_add_string(error, "documentation_url", DOCUMENTATION);
	json_add_string(error, "status", number);
	sim_reply_json_take(reply, status, error);
}

void sim_github_refuse_token(SimReply *reply) { sim_github_refuse(reply, 401, "Bad credentials"); }

void sim_github_refuse_limit(SimReply *reply) {
	sim_github_refuse(reply, 403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.");
	sim_reply_header(reply, "Retry-After", "60");
}

const SimGithubToken *sim_github_token(const SimGithub *github, const SimCall *call) {
	Str value = str_from(sim_request_header(call->request, "Authorization"));
	if (!str_starts_nocase(value, "bearer ") && !str_starts_nocase(value, "token "))
		return NULL;
	value = str_trim(str_slice(value, (size_t) str_find_char(value, ' '), value.len));
	for (size_t i = 0; i < github->token_count; i++)
		if (str_eq_c(value, github->tokens[i].value))
			return &github->tokens[i];
	return NULL;
}

/* ---- limits ---- */

void sim_github_limit(SimGithub *github, int64_t remaining, WallTime reset) {
	github->remaining = remaining;
	github->reset = reset;
}

void sim_github_limit_secondary(SimGithub *github, int count, int64_t retry_after_s) {
	github->secondary = count;
	github->retry_after_s = retry_after_s;
}

static void add_number(SimReply *reply, const char *name, int64_t value) {
	AUTO_FREE char *text = bg_asprintf("%lld", (long long) value);
	sim_reply_header(reply, name, text);
}

/* True when a limit has answered. */
static bool is_limited(SimGithub *github, SimReply *reply, WallTime now) {
	if (github->secondary > 0) {
		github->secondary--;
		sim_github_refuse(reply, 403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.");
		if (github->retry_after_s >= 0)
			add_number(reply, "Retry-After", github->retry_after_s);
		return true;
	}
	if (now.ms >= github->reset.ms) {
		github->remaining = wall_known(github->reset) ? LIMIT : github->remaining;
		github->reset = (WallTime) { now.ms + HOUR_MS };
	}
	bool spent = github->remaining <= 0;
	if (spent)
		sim_github_refuse(reply, 403, "API rate limit exceeded for user ID 1.");
	else
		github->remaining--;
	return spent;
}

static void tell_limit(const SimGithub *github, SimReply *reply) {
	add_number(reply, "X-RateLimit-Limit", LIMIT);
	add_number(reply, "X-RateLimit-Remaining", github->remaining);
	add_number(reply, "X-RateLimit-Reset", github->reset.ms / 1000);
	sim_reply_header(reply, "X-RateLimit-Resource", "core");
	sim_reply_header(reply, "X-GitHub-Media-Type", "github.v3; format=json");
}

/* Only a classic token's scopes are told, with every answer, and the end of any that has one. */
static void tell_token(const SimGithubToken *token, SimReply *reply) {
	char end[WALL_TEXT_SIZE];
	if (token && token->kind == SIM_GITHUB_CLASSIC)
		sim_reply_header(reply, "X-OAuth-Scopes", token->scopes ? token->scopes : "repo");
	if (!token || !wall_known(token->end))
		return;
	AUTO_FREE char *text = bg_asprintf("%.10s %.8s UTC", wall_format_iso(token->end, end), end + 11);
	sim_reply_header(reply, "github-authentication-token-expiration", text);
}

/* ---- the user and the repository ---- */

static void get_rate_limit(void *system, SimCall *call) {
	const SimGithub *github = system;
	Json *json = json_new_object();
	Json *core = json_add(json_add(json, "resources", json_new_object()), "core", json_new_object());
	json_add_int(core, "limit", LIMIT);
	json_add_int(core, "remaining", github->remaining);
	json_add_int(core, "reset", github->reset.ms / 1000);
	json_add(json, "rate", json_copy(core));
	sim_reply_json_take(call->reply, 200, json);
}

static void get_user(void *system, SimCall *call) {
	const SimGithubToken *token = sim_github_token(system, call);
	if (token->kind == SIM_GITHUB_APP)
		return sim_github_refuse(call->reply, 403, "Resource not accessible by integration");
	Json *user = json_new_object();
	json_add_string(user, "login", token->login);
	json_add_int(user, "id", 1);
	json_add_string(user, "type", "User");
	sim_reply_json_take(call->reply, 200, user);
}

static Json *present_repository(const SimGithub *github, const SimGithubToken *token) {
	Json *json = json_new_object();
	Str rest = str_from(github->repository), owner;
	(void) str_split(&rest, '/', &owner);
	AUTO_FREE char *name = str_dup(rest);
	json_add_int(json, "id", github->id);
	json_add_string(json, "name", name);
	json_add_string(json, "full_name", github->repository);
	json_add_bool(json, "private", true);
	json_add_string(json, "default_branch", "main");
	/* The rights of the user; an app has none of its own. */
	if (token->kind != SIM_GITHUB_APP) {
		Json *permissions = json_add(json, "permissions", json_new_object());
		json_add_bool(permissions, "admin", token->rights >= SIM_GITHUB_ADMIN);
		json_add_bool(permissions, "push", token->rights >= SIM_GITHUB_WRITES);
		json_add_bool(permissions, "pull", true);
	}
	return json;
}

static void get_repository(void *system, SimCall *call) {
	sim_reply_json_take(call->reply, 200, present_repository(system, sim_github_token(system, call)));
}

static void get_repository_by_id(void *system, SimCall *call) {
	const SimGithub *github = system;
	int64_t id = 0;
	if (!str_parse_int(str_from(call->params[0]), &id) || id != github->id)
		return sim_github_refuse(call->reply, 404, "Not Found");
	get_repository(system, call);
}

/* ---- the table ---- */

#define REPO "/repos/*/*"

static const SimRoute ROUTES[] = {
	{ "GET", "/user", get_user, ANYBODY },
	{ "GET", "/rate_limit", get_rate_limit, ANYBODY },
	{ "GET", "/repositories/*", get_repository_by_id, ANYBODY },
	{ "GET", REPO, get_repository, READS },
	{ "GET", REPO "/branches/*", sim_github_get_branch, READS },
	{ "GET", REPO "/branches/*/protection", sim_github_get_protection, ADMINISTERS },
	{ "GET", REPO "/branches/*/protection/required_pull_request_reviews", sim_github_get_reviews, ADMINISTERS },
	{ "PATCH", REPO "/branches/*/protection/required_pull_request_reviews", sim_github_patch_reviews, ADMINISTERS },
	{ "GET", REPO "/rules/branches/*", sim_github_get_rules, READS },
	{ "PUT", REPO "/pulls/*/merge", sim_github_merge_pull, WRITES },
	{ "GET", REPO "/contents/.github/workflows/*", sim_github_get_contents, READS },
	{ "GET", REPO "/actions/workflows", sim_github_list_workflows, READS },
	{ "GET", REPO "/actions/workflows/*", sim_github_get_workflow, READS },
	{ "POST", REPO "/actions/workflows/*/dispatches", sim_github_post_dispatch, WRITES },
	{ "GET", REPO "/actions/workflows/*/runs", sim_github_list_runs, READS },
	{ "GET", REPO "/actions/runs/*", sim_github_get_run, READS },
	{ "GET", REPO "/actions/runs/*/jobs", sim_github_list_jobs, READS },
	{ "POST", REPO "/actions/runs/*/cancel", sim_github_cancel_run, WRITES },
	{ "GET", REPO "/actions/runs/*/pending_deployments", sim_github_get_pending, READS },
	{ "GET", REPO "/actions/jobs/*/logs", sim_github_get_log, READS },
};

static bool is_repository(const char *repository, const SimCall *call) {
	AUTO_FREE char *asked = bg_asprintf("%s/%s", call->params[0], call->params[1]);
	return repository && str_eq_nocase(str_from(asked), str_from(repository));
}

static void say_moved(const SimGithub *github, SimCall *call) {
	Str rest = str_from(call->request->path), part;
	for (int i = 0; i < 4; i++)
		(void) str_split(&rest, '/', &part);   /* "", "repos", owner, name */
	AUTO_FREE char *location = bg_asprintf("%s/repositories/%lld%s%.*s", github->url, (long long) github->id, rest.len ? "/" : "", STR_ARG(rest));
	Json *json = json_new_object();
	json_add_string(json, "message", "Moved Permanently");
	json_add_string(json, "url", location);
	json_add_string(json, "documentation_url", DOCUMENTATION "/guides/best-practices-for-using-the-rest-api#follow-redirects");
	sim_reply_json_take(call->reply, text_eq(call->request->method, "GET") ? 301 : 307, json);
	sim_reply_header(call->reply, "Location", location);
}

static bool may_call(const SimGithub *github, const SimRoute *route, SimCall *call) {
	const SimGithubToken *token = sim_github_token(github, call);
	if (!token)
		sim_github_refuse_token(call->reply);
	else if (route->rule == ANYBODY)
		return true;
	else if (is_repository(github->old_repository, call))
		say_moved(github, call);
	else if (!is_repository(github->repository, call))
		sim_github_refuse(call->reply, 404, "Not Found");
	else if ((int) token->rights + READS >= route->rule)
		return true;
	else if (token->kind == SIM_GITHUB_CLASSIC)
		sim_github_refuse(call->reply, 404, "Not Found");
	else
		sim_github_refuse(call->reply, 403, "Resource not accessible by %s", token->kind == SIM_GITHUB_APP ? "integration" : "personal access token");
	return false;
}

/* An answer that the caller has already is 304, and is not counted. */
static void answer_conditionally(SimGithub *github, const SimRequest *request, SimReply *reply) {
	char digest[SHA256_HEX_SIZE];
	if (!text_eq(request->method, "GET") || reply->status != 200)
		return;
	sha256_hex(reply->body.len ? reply->body.data : "", reply->body.len, digest);
	AUTO_FREE char *etag = bg_asprintf("W/\"%s\"", digest);
	if (text_eq(sim_request_header(request, "If-None-Match"), etag)) {
		sim_reply_empty(reply, 304);
		github->remaining++;
	}
	sim_reply_header(reply, "ETag", etag);
}

void sim_github_handle(SimGithub *github, const SimRequest *request, SimReply *reply, WallTime now) {
	SimCall call = { .request = request, .reply = reply, .now = now };
	sim_github_advance(github, now);
	const char *version = sim_request_header(request, "X-GitHub-Api-Version");
	const SimRoute *route = sim_route_find(ROUTES, BG_LENGTH(ROUTES), &call);
	if (!sim_request_header(request, "User-Agent"))
		sim_reply_text(reply, 403, "text/html", "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.");
	else if (version && !text_eq(version, "2022-11-28"))
		sim_github_refuse(reply, 400, "Unsupported 'X-GitHub-Api-Version' of '%s'.", version);
	else if (is_limited(github, reply, now))
		(void) 0;   /* answered */
	else if (!route)
		sim_github_refuse(reply, 404, "Not Found");
	else if (may_call(github, route, &call))
		route->handle(github, &call);
	answer_conditionally(github, request, reply);
	tell_limit(github, reply);
	tell_token(sim_github_token(github, &call), reply);
	sim_call_clear_params(&call);
}
