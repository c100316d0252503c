/* client.c: a GitHub to talk to: the headers that every request needs, its refusals in words, and a repository that has moved. */
#include <ctype.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/environment/secrets.h"
#include "core/providers/github/github.h"
#include "core/transport/process.h"

#define TRIES_MAX 8       /* answers of a limit to one request: it is not asked for ever */

/* {"message": "...", "errors": [..]}: texts (validation_failed_simple), or objects with a message or a code (validation_failed). */
static void explain(const HttpResponse *response, Buf *said) {
	AUTO(Json) *json = NULL;
	if (!json_parse(str_trim(buf_str(&response->body)), &json, NULL) || !json_get_string(json, "message"))
		return;
	buf_puts(said, json_get_string(json, "message"));
	const Json *first = json_first(json_get(json, "errors"));
	const char *more = json_string(first) ? json_string(first) : json_get_string_or(first, "message", json_get_string_or(first, "code", ""));
	if (*more)
		buf_printf(said, ": %s", more);
}

static bool is_name(Str text) {
	bool ok = text.len > 0 && text.len <= 100 && !str_eq_c(text, ".") && !str_eq_c(text, "..");
	for (size_t i = 0; ok && i < text.len; i++)
		ok = isalnum((unsigned char) text.ptr[i]) || text.ptr[i] == '-' || text.ptr[i] == '_' || text.ptr[i] == '.';
	return ok;
}

static bool find_repository(const Call *call, char **ret_repository, Error *err) {
	const char *given = call_arg(call, "repo"), *set = system_setting(call->system, "repository");
	Str rest = str_from(given ? given : set), owner, name;
	if (str_split(&rest, '/', &owner) && str_split(&rest, '/', &name) && is_name(owner) && is_name(name) && !rest.len) {
		*ret_repository = bg_asprintf("%.*s/%.*s", STR_ARG(owner), STR_ARG(name));
		return true;
	}
	if (given || set)
		error_set(err, ERROR_INVALID, "%.100s is not the name of a repository", given ? given : set);
	else
		error_set(err, ERROR_MISSING, "which repository is not said: the system %s has none", call->system->name);
	error_hint(err, "write repository: OWNER/NAME into the environment file, or repo=OWNER/NAME into the playbook");
	return given ? error_where(err, "repo=%s", given) : environment_error_at(call->environment, call->system->place, err);
}

bool github_open(const Call *call, Github *ret, Error *err) {
	AUTO_CLEAR(Github) github = {.patient = ret->patient, .anywhere = ret->anywhere};
	MonoTime until = call->deadline;
	const char *url = system_setting(call->system, "url");
	github.api.explain = explain;
	if ((!github.anywhere && !find_repository(call, &github.repository, err)) || !api_open(&github.api, call, "GitHub", url ? url : GITHUB_DEFAULT_URL, NULL, err))
		return false;
	github.api.secret_header = "Authorization";
	if (!secret_resolve_of_system(call->environment, call->system, "token", process_capture, &until, &github.api.secret, err))
		return false;
	github.api.secret_place = secret_source_describe(system_find_secret(call->system, "token"));
	*ret = github;
	github = (Github){0};
	return true;
}

void github_clear(Github *github) {
	api_clear(&github->api);
	free(github->repository);
	*github = (Github){0};
}

char *github_path(const Github *github, const char *rest) { return bg_asprintf("/repos/%s%s", github->repository, rest); }

/* The API of GitHub Enterprise Server is below /api/v3 of the server itself. */
char *github_page(const Github *github, const char *rest) {
	Str url = str_from(github->api.url);
	if (str_eq_c(url, GITHUB_DEFAULT_URL))
		url = STR("https://github.com");
	else if (str_ends(url, "/api/v3"))
		url = str_slice(url, 0, url.len - strlen("/api/v3"));
	return bg_asprintf("%.*s/%s%s", STR_ARG(url), github->repository, rest);
}

/* ---- asking ---- */

static bool ask_once(Github *github, const char *method, const char *path, const Json *body, const char *etag, HttpResponse *ret, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	/* A version that GitHub does not serve is refused with 400, so that it is the one that was read. */
	HttpHeader headers[3] = {{"Accept", "application/vnd.github+json"}, {"X-GitHub-Api-Version", "2022-11-28"}, {"If-None-Match", etag}};
	if (body)
		json_write(body, &text);
	ApiBody all = {.content_type = body ? "application/json" : NULL, .bytes = buf_str(&text), .headers = headers, .header_count = etag ? 3 : 2};
	return api_send(&github->api, method, path, &all, ret, err);
}

static bool wait_for_limit(Github *github, int64_t wait_ms) {
	const Call *call = github->api.call;
	char clock[WALL_TEXT_SIZE];
	if (!github->patient || wait_ms >= call_remaining_ms(call))
		return false;
	call_progress(call, 0, 0, "GitHub allows no more requests until %s: waiting", wall_format_clock((WallTime){wall_now().ms + wait_ms}, wall_now(), clock));
	return github_wait(call, wait_ms);
}

bool github_send(Github *github, const char *method, const char *path, const Json *body, const char *etag, HttpResponse *ret, Error *err) {
	*ret = (HttpResponse){0};
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		http_response_clear(ret);
		if (!ask_once(github, method, path, body, etag, ret, err))
			return false;
		int64_t wait_ms = github_limit_ms(ret);
		/* A request that a limit refuses has done nothing: it may be sent again. */
		if (wait_ms < 0 || !wait_for_limit(github, wait_ms))
			return wait_ms < 0 || github_refused(github, method, path, ret, err);
	}
	return github_refused(github, method, path, ret, err);
}

bool github_get(Github *github, const char *path, Json **ret_json, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	if (!github_send(github, "GET", path, NULL, NULL, &response, err))
		return false;
	if (response.status != 200)
		return github_refused(github, "GET", path, &response, err);
	return api_json(&github->api, path, &response, ret_json, err);
}

bool github_find(Github *github, const char *path, Json **ret_json, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	*ret_json = NULL;
	if (!github_send(github, "GET", path, NULL, NULL, &response, err))
		return false;
	if (response.status == 404)
		return github_is_its_404(github, path, &response, err);
	if (response.status != 200)
		return github_refused(github, "GET", path, &response, err);
	return api_json(&github->api, path, &response, ret_json, err);
}

/* ---- refusals ---- */

char *github_message(const HttpResponse *response) {
	AUTO(Json) *json = NULL;
	if (!json_parse(str_trim(buf_str(&response->body)), &json, NULL))
		return NULL;
	return bg_strdup_or_null(json_get_string(json, "message"));
}

/* Every refusal of GitHub has a message (basic-error); the page of whatever else stands at a wrong address has none. */
bool github_is_its_404(const Github *github, const char *path, const HttpResponse *response, Error *err) {
	AUTO_FREE char *message = github_message(response);
	return message || api_strange(&github->api, path, err, "does not answer there: something else does, which is not GitHub (status 404)");
}

/* A repository that was renamed or given to somebody else answers 301 with its lasting address: URL/repositories/ID/... . A change is never sent
 * there; what it is called now is asked, only of GitHub itself. */
static char *find_new_name(Github *github, const HttpResponse *response) {
	AUTO_FREE char *lasting = bg_asprintf("%s/repositories/", github->api.url);
	AUTO_CLEAR(HttpResponse) answer = {0};
	AUTO(Json) *json = NULL;
	Str location = http_header(response, "Location");
	if (!str_starts(location, lasting))
		return NULL;
	Str rest = str_slice(location, strlen(lasting), location.len), id;
	int64_t number = 0;
	if (!str_split(&rest, '/', &id) || !str_parse_int(id, &number) || number <= 0)
		return NULL;
	AUTO_FREE char *path = api_path("/repositories/%lld", (long long) number);
	if (!ask_once(github, "GET", path, NULL, NULL, &answer, NULL) || answer.status != 200 || !api_json(&github->api, path, &answer, &json, NULL))
		return NULL;
	return bg_strdup_or_null(json_get_string(json, "full_name"));
}

static bool refused_by_limit(const Github *github, const char *method, const char *path, const HttpResponse *response, int64_t wait_ms, Error *err) {
	char clock[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) said = {0};
	explain(response, &said);
	error_set(err, ERROR_REMOTE, "GitHub refuses: too many requests (status %d), until %s%s%.80s", response->status,
		wall_format_dated((WallTime){github->api.now.ms + wait_ms}, github->api.now, clock), said.len ? ": " : "", buf_text(&said));
	error_hint(err, "wait for the limit to end, then try again; others may be using the same token");
	if (err) {
		err->retryable = true;
		err->os_code = response->status;
	}
	return error_where(err, "%s %s%s", method, github->api.url, path);
}

bool github_refused(Github *github, const char *method, const char *path, const HttpResponse *response, Error *err) {
	int64_t wait_ms = github_limit_ms(response);
	if (wait_ms >= 0)
		return refused_by_limit(github, method, path, response, wait_ms, err);
	AUTO_FREE char *name = response->status / 100 == 3 ? find_new_name(github, response) : NULL;
	api_refused(&github->api, method, path, response, err);
	if (name) {
		error_set(err, ERROR_MISSING, "%s has another name now: %.100s (status %d); nothing was sent there", github->repository, name, response->status);
		error_hint(err, "make sure that it is the same one, then write repository: %.60s where the old name stands", name);
		return error_where(err, "%s %s%s", method, github->api.url, path);
	}
	if (response->status == 403 && err) {
		err->hint[0] = '\0';   /* it names the permissions */
		error_hint(err, "see what the token may do: protection needs Administration, runs need Actions, files need Contents; or your rights there");
	}
	return false;
}
