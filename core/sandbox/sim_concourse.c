/* sim_concourse.c: who may call what, and the calls about the server, tokens and pipelines. The order of refusals is the server's: on a
 * team's calls 401, 403, 404; for reading a pipeline that is not there 404 before both (atc/api/auth, atc/wrappa). */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_concourse_parts.h"

#define ARCHIVED_TEXT "action not allowed for an archived pipeline\n"
#define TOKEN_LIFE_MS (24LL * 60 * 60 * 1000)
#define FLY_CLIENT "Basic Zmx5OlpteDU="   /* fly:Zmx5 */

/* The rule of a route: who may call it. */
enum { OPEN, LISTING, READ, READ_CONFIG, OPERATE, MANAGE, ANY_USER };

SimConcourse *sim_concourse_new(SimPipelines *pipelines) {
	SimConcourse *concourse = bg_calloc(1, sizeof(*concourse));
	concourse->pipelines = pipelines;
	concourse->url = bg_strdup("");
	return concourse;
}

SimConcourse *sim_concourse_free(SimConcourse *concourse) {
	if (!concourse)
		return NULL;
	for (size_t i = 0; i < concourse->token_count; i++) {
		free(concourse->tokens[i].value);
		free(concourse->tokens[i].user);
	}
	for (size_t i = 0; i < concourse->user_count; i++) {
		free(concourse->users[i].name);
		free(concourse->users[i].password);
	}
	free(concourse->tokens);
	free(concourse->users);
	free(concourse->url);
	free(concourse);
	return NULL;
}

void sim_concourse_set_url(SimConcourse *concourse, const char *url) {
	free(concourse->url);
	concourse->url = bg_strdup(url);
}

void sim_concourse_add_token(SimConcourse *concourse, const char *token, const char *user, SimRole role, WallTime expires) {
	concourse->tokens = bg_reallocarray(concourse->tokens, concourse->token_count + 1, sizeof(*concourse->tokens));
	concourse->tokens[concourse->token_count++] = (SimToken) { bg_strdup(token), bg_strdup(user), role, expires };
}

void sim_concourse_add_user(SimConcourse *concourse, const char *user, const char *password, SimRole role) {
	concourse->users = bg_reallocarray(concourse->users, concourse->user_count + 1, sizeof(*concourse->users));
	concourse->users[concourse->user_count++] = (SimUser) { bg_strdup(user), bg_strdup(password), role };
}

void sim_concourse_refuse_token(SimReply *reply) { sim_reply_text(reply, 401, "text/plain; charset=utf-8", "not authorized\n"); }

bool sim_concourse_has_credentials(const SimCall *call) { return sim_request_header(call->request, "Authorization") != NULL; }

const SimToken *sim_concourse_token(const SimConcourse *concourse, const SimCall *call) {
	const char *header = sim_request_header(call->request, "Authorization");
	Str value = str_from(header);
	if (!str_starts_nocase(value, "bearer "))
		return NULL;
	value = str_trim(str_slice(value, 7, value.len));
	for (size_t i = 0; i < concourse->token_count; i++) {
		const SimToken *token = &concourse->tokens[i];
		if (str_eq_c(value, token->value) && (!wall_known(token->expires) || token->expires.ms > call->now.ms))
			return token;
	}
	return NULL;
}

SimPipeline *sim_concourse_pipeline(const SimConcourse *concourse, const SimCall *call) {
	return call->param_count >= 2 ? sim_pipeline_find(concourse->pipelines, call->params[0], call->params[1]) : NULL;
}

SimJob *sim_concourse_job(const SimConcourse *concourse, const SimCall *call, SimPipeline **ret_pipeline) {
	SimPipeline *pipeline = sim_concourse_pipeline(concourse, call);
	SimJob *job = pipeline && call->param_count >= 3 ? sim_job_find(pipeline, call->params[2]) : NULL;
	if (!job) {
		sim_reply_empty(call->reply, 404);
		return NULL;
	}
	if (ret_pipeline)
		*ret_pipeline = pipeline;
	return job;
}

/* ---- the server ---- */

static void get_info(void *system, SimCall *call) {
	const SimConcourse *concourse = system;
	Json *info = json_new_object();
	json_add_string(info, "version", SIM_CONCOURSE_VERSION);
	json_add_string(info, "worker_version", "2.5");
	json_add(info, "feature_flags", json_new_object());
	json_add_string(info, "external_url", concourse->url);
	json_add_string(info, "cluster_name", "sandbox");
	sim_reply_json_take(call->reply, 200, info);
}

static const char *const ROLES[] = { [SIM_ROLE_VIEWER] = "viewer", [SIM_ROLE_OPERATOR] = "pipeline-operator", [SIM_ROLE_MEMBER] = "member", [SIM_ROLE_OWNER] = "owner" };

static void get_user(void *system, SimCall *call) {
	const SimToken *token = sim_concourse_token(system, call);
	Json *user = json_new_object();
	json_add_string(user, "sub", token->user);
	json_add_string(user, "name", token->user);
	json_add_string(user, "user_id", token->user);
	json_add_string(user, "user_name", token->user);
	json_add_bool(user, "is_admin", false);
	json_append_string(json_add(json_add(user, "teams", json_new_object()), SIM_CONCOURSE_TEAM, json_new_array()), ROLES[token->role]);
	sim_reply_json_take(call->reply, 200, user);
}

static void list_teams(void *system, SimCall *call) {
	Json *teams = json_new_array();
	if (sim_concourse_token(system, call)) {
		Json *team = json_append(teams, json_new_object());
		json_add_int(team, "id", 1);
		json_add_string(team, "name", SIM_CONCOURSE_TEAM);
	}
	sim_reply_json_take(call->reply, 200, teams);
}

/* ---- tokens: the password grant of the embedded dex ---- */

static void token_error(SimCall *call, int status, const char *code, const char *text) {
	Json *error = json_new_object();
	json_add_string(error, "error", code);
	json_add_string(error, "error_description", text);
	sim_reply_json_take(call->reply, status, error);
}

void sim_concourse_issue_token(void *system, SimCall *call) {
	SimConcourse *concourse = system;
	AUTO_CLEAR(SimFields) form = {0};
	sim_form_parse(buf_str(&call->request->body), &form);
	const char *scope = sim_fields_get(&form, "scope"), *name = sim_fields_get(&form, "username");
	if (!text_eq(sim_request_header(call->request, "Authorization"), FLY_CLIENT))
		return token_error(call, 401, "invalid_client", "Invalid client credentials.");
	if (!text_eq(sim_fields_get(&form, "grant_type"), "password") || !scope || str_find(str_from(scope), "openid") < 0)
		return token_error(call, 400, "invalid_request", "Missing required scope(s) [\"openid\"].");
	for (size_t i = 0; i < concourse->user_count; i++) {
		const SimUser *user = &concourse->users[i];
		if (!text_eq(name, user->name) || !text_eq(sim_fields_get(&form, "password"), user->password))
			continue;
		char value[41];
		random_hex(value, 40);
		sim_concourse_add_token(concourse, value, user->name, user->role, (WallTime) { call->now.ms + TOKEN_LIFE_MS });
		Json *token = json_new_object();
		json_add_string(token, "access_token", value);
		json_add_string(token, "token_type", "bearer");
		json_add_int(token, "expires_in", TOKEN_LIFE_MS / 1000 - 1);
		json_add_string(token, "id_token", value);
		return sim_reply_json_take(call->reply, 200, token);
	}
	token_error(call, 401, "access_denied", "Invalid username or password");
}

/* ---- pipelines ---- */

static void add_pipelines(const SimConcourse *concourse, SimCall *call, const char *team) {
	bool member = sim_concourse_token(concourse, call) != NULL;
	Json *list = json_new_array();
	for (size_t i = 0; i < concourse->pipelines->count; i++) {
		const SimPipeline *pipeline = concourse->pipelines->items[i];
		if ((!team || text_eq(pipeline->team, team)) && (member || pipeline->public))
			json_append(list, sim_present_pipeline(pipeline));
	}
	sim_reply_json_take(call->reply, 200, list);
}

static void list_pipelines(void *system, SimCall *call) { add_pipelines(system, call, NULL); }
static void list_team_pipelines(void *system, SimCall *call) { add_pipelines(system, call, call->params[0]); }

static void get_pipeline(void *system, SimCall *call) {
	sim_reply_json_take(call->reply, 200, sim_present_pipeline(sim_concourse_pipeline(system, call)));
}

static void set_paused(void *system, SimCall *call, bool paused) {
	SimPipeline *pipeline = sim_concourse_pipeline(system, call);
	if (pipeline->archived)
		return sim_reply_text(call->reply, 409, "text/plain; charset=utf-8", ARCHIVED_TEXT);
	if (paused)
		sim_pipeline_pause(pipeline, sim_concourse_token(system, call)->user, call->now);
	else
		sim_pipeline_unpause(pipeline, call->now);
	sim_reply_empty(call->reply, 200);
}

static void pause_pipeline(void *system, SimCall *call) { set_paused(system, call, true); }
static void unpause_pipeline(void *system, SimCall *call) { set_paused(system, call, false); }

static void archive_pipeline(void *system, SimCall *call) {
	sim_pipeline_archive(sim_concourse_pipeline(system, call), call->now);
	sim_reply_empty(call->reply, 200);
}

static void destroy_pipeline(void *system, SimCall *call) {
	SimConcourse *concourse = system;
	sim_pipeline_remove(concourse->pipelines, sim_concourse_pipeline(system, call));
	sim_reply_empty(call->reply, 204);
}

/* ---- the table ---- */

#define TEAM "/api/v1/teams/*"
#define PIPELINE TEAM "/pipelines/*"
#define JOB PIPELINE "/jobs/*"

static const SimRoute ROUTES[] = {
	{ "GET", "/api/v1/info", get_info, LISTING },
	{ "GET", "/api/v1/user", get_user, ANY_USER },
	{ "GET", "/api/v1/teams", list_teams, LISTING },
	{ "GET", "/api/v1/pipelines", list_pipelines, LISTING },
	{ "POST", "/sky/issuer/token", sim_concourse_issue_token, OPEN },
	{ "GET", TEAM "/pipelines", list_team_pipelines, LISTING },
	{ "GET", PIPELINE, get_pipeline, READ },
	{ "DELETE", PIPELINE, destroy_pipeline, MANAGE },
	{ "PUT", PIPELINE "/pause", pause_pipeline, OPERATE },
	{ "PUT", PIPELINE "/unpause", unpause_pipeline, OPERATE },
	{ "PUT", PIPELINE "/archive", archive_pipeline, MANAGE },
	{ "GET", PIPELINE "/config", sim_concourse_get_config, READ_CONFIG },
	{ "PUT", PIPELINE "/config", sim_concourse_set_config, MANAGE },
	{ "GET", PIPELINE "/jobs", sim_concourse_list_jobs, READ },
	{ "GET", JOB, sim_concourse_get_job, READ },
	{ "PUT", JOB "/pause", sim_concourse_pause_job, OPERATE },
	{ "PUT", JOB "/unpause", sim_concourse_unpause_job, OPERATE },
	{ "GET", JOB "/builds", sim_concourse_list_builds, READ },
	{ "POST", JOB "/builds", sim_concourse_trigger, OPERATE },
	{ "GET", JOB "/builds/*", sim_concourse_get_job_build, READ },
	{ "POST", JOB "/builds/*", sim_concourse_rerun, OPERATE },
	{ "GET", "/api/v1/builds/*", sim_concourse_get_build, ANY_USER },
	{ "PUT", "/api/v1/builds/*/abort", sim_concourse_abort, OPERATE },
	{ "GET", "/api/v1/builds/*/preparation", sim_concourse_preparation, ANY_USER },
	{ "GET", "/api/v1/builds/*/events", sim_concourse_events, ANY_USER },
};

/* A PUT of a configuration makes the pipeline: it need not be there. */
static bool needs_pipeline(const SimRoute *route) {
	return str_starts(str_from(route->pattern), PIPELINE) && route->handle != sim_concourse_set_config;
}

static bool role_suffices(int rule, SimRole role) {
	if (rule == OPERATE)
		return role >= SIM_ROLE_OPERATOR;
	return rule != MANAGE || role >= SIM_ROLE_MEMBER;
}

static bool may_call(SimConcourse *concourse, const SimRoute *route, SimCall *call) {
	const SimToken *token = sim_concourse_token(concourse, call);
	if (route->rule == OPEN)
		return true;
	if (route->rule == LISTING && !sim_concourse_has_credentials(call))
		return true;
	bool gone = needs_pipeline(route) && !sim_concourse_pipeline(concourse, call);
	if (gone && route->rule == READ) {
		sim_reply_empty(call->reply, 404);
		return false;
	}
	if (!token) {
		sim_concourse_refuse_token(call->reply);
		return false;
	}
	bool own_team = call->param_count < 1 || !str_starts(str_from(route->pattern), TEAM)
		|| text_eq(call->params[0], SIM_CONCOURSE_TEAM);
	if (!own_team || !role_suffices(route->rule, token->role)) {
		sim_reply_text(call->reply, 403, "text/plain; charset=utf-8", "forbidden\n");
		return false;
	}
	if (gone)
		sim_reply_empty(call->reply, 404);
	return !gone;
}

void sim_concourse_handle(SimConcourse *concourse, const SimRequest *request, SimReply *reply, WallTime now) {
	SimCall call = { .request = request, .reply = reply, .now = now };
	const SimRoute *route = sim_route_find(ROUTES, BG_LENGTH(ROUTES), &call);
	if (!route)
		sim_reply_text(reply, 404, "text/plain; charset=utf-8", "404 page not found\n");
	else if (may_call(concourse, route, &call))
		route->handle(concourse, &call);
	sim_reply_header(reply, "X-Concourse-Version", SIM_CONCOURSE_VERSION);
	sim_call_clear_params(&call);
}
