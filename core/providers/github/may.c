/* may.c: may this token do what an action wants, and until when does it count? A classic token's scopes come with every answer (X-OAuth-Scopes; "Scopes
 * for OAuth apps": repo for private repositories, public_repo is enough for public ones); what its user may there is `permissions` of GET /repos/O/R. Of a
 * fine-grained token or an app's, GitHub tells neither scopes nor permissions (github.com/orgs/community/discussions/122933), and `permissions` is then the
 * user's, not the token's: so one that cannot even read what the action changes is refused for certain, and of another only its use will tell.
 * The end stands in github-authentication-token-expiration, "2026-11-21 03:04:05 UTC" or with an offset "+0900" (go-github, parseTokenExpiration); a token
 * without an end has no such header. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/github/github.h"

#define RENEW "make another token with the right, or have its user given it"

typedef struct Need {
	const char *verb, *does;       /* "change how %s is protected" */
	const char *role;              /* of the user there, as `permissions` calls it */
	const char *permission;        /* of a fine-grained token */
	const char *reads;             /* what such a one must be able to read for it */
} Need;

static const Need NEEDS[] = {
	{"github.protection", "change the protection of branches of", "admin", "Administration", "/branches/%s/protection"},
	{"github.workflow", "start workflows of", "push", "Actions", "/actions/workflows?per_page=1"},
};

static const Need *find_need(const char *verb) {
	for (size_t i = 0; i < BG_LENGTH(NEEDS); i++)
		if (text_eq(NEEDS[i].verb, verb))
			return &NEEDS[i];
	return NULL;
}

typedef struct Seen { const Need *need; const char *what; Json *repository; Str scopes; bool is_classic; } Seen;

static bool has_scope(Str scopes, const char *wanted) {
	Str one;
	while (str_split(&scopes, ',', &one))
		if (str_eq_c(str_trim(one), wanted))
			return true;
	return false;
}

/* What the repository itself and the user's role there rule out, whatever the token. False: it is answered. */
static bool user_may(const Seen *seen, Rights *rights) {
	const Json *role = json_get(json_get(seen->repository, "permissions"), seen->need->role);
	if (json_get_bool(seen->repository, "archived", false))
		rights_add(rights, RIGHT_NO, seen->what, "take it out of the archive, or name another one", "it is archived: nothing of it can be changed");
	else if (json_is_bool(role) && !json_bool(role, false))
		rights_add(rights, RIGHT_NO, seen->what, RENEW, "the token's user has no role there with %s", seen->need->role);
	else
		return true;
	return false;
}

static void judge_classic(const Seen *seen, Rights *rights) {
	bool is_public = json_is_bool(json_get(seen->repository, "private")) && !json_get_bool(seen->repository, "private", true);
	AUTO_FREE char *raw = str_dup(seen->scopes);
	AUTO_FREE char *scopes = text_sanitised_line(raw);
	if (!has_scope(seen->scopes, "repo") && !(is_public && has_scope(seen->scopes, "public_repo")))
		rights_add(rights, RIGHT_NO, seen->what, "make a token with the scope repo", "its scopes are %.100s; repo is not among them", *scopes ? scopes : "none");
	else if (json_is_bool(json_get(json_get(seen->repository, "permissions"), seen->need->role)))
		rights_add(rights, RIGHT_YES, seen->what, NULL, "it has the scope, and its user is %s there", seen->need->role);
	else
		rights_add(rights, RIGHT_UNTOLD, seen->what, "", "it has the scope, but GitHub does not say what its user may there");
}

/* 403 "Resource not accessible by ..." is the refusal of such tokens; 404 of GitHub's own, that what is read is not there. */
static void judge_other(Github *github, const Seen *seen, Rights *rights) {
	AUTO_CLEAR(HttpResponse) response = {0};
	Error err = {0};
	AUTO_FREE char *branch = api_path("/branches/%s/protection", github_branch_of(github->api.call));
	AUTO_FREE char *path = github_path(github, strstr(seen->need->reads, "%s") ? branch : seen->need->reads);
	if (!github_send(github, "GET", path, NULL, NULL, &response, &err))
		rights_add_error(rights, seen->what, &err);
	else if (response.status == 200 || (response.status == 404 && github_is_its_404(github, path, &response, &err)))
		rights_add(rights, RIGHT_UNTOLD, seen->what, "", "GitHub tells no permissions of this kind of token; it reads %s, writing shows itself in use",
			seen->need->permission);
	else if (response.status == 403) {
		AUTO_FREE char *message = github_message(&response);
		rights_add(rights, RIGHT_NO, seen->what, RENEW, "it cannot even read there, %s: %.100s", seen->need->permission, message ? message : "status 403");
	} else if (error_is_set(&err) || !github_refused(github, "GET", path, &response, &err))
		rights_add_error(rights, seen->what, &err);
}

static void look(Github *github, const Need *need, const char *what, Rights *rights) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *repository = NULL;
	Error err = {0};
	AUTO_FREE char *path = github_path(github, "");
	bool ok = github_send(github, "GET", path, NULL, NULL, &response, &err);
	if (ok && response.status == 404 && github_is_its_404(github, path, &response, &err)) {
		rights_add(rights, RIGHT_NO, what, "check its name; a token must be given the repository, and its organisation's approval (SSO)",
			"GitHub knows no such repository, or does not let this token see it");
		return;
	}
	ok = ok && (response.status == 200 ? api_json(&github->api, path, &response, &repository, &err)
		: error_is_set(&err) ? false : github_refused(github, "GET", path, &response, &err));
	if (ok && !json_get_string(repository, "full_name"))
		ok = api_strange(&github->api, path, &err, "answers with something else than a repository");
	if (!ok) {
		rights_add_error(rights, what, &err);
		return;
	}
	Str scopes = http_header(&response, "X-OAuth-Scopes");
	Seen seen = {need, what, repository, scopes, scopes.ptr != NULL};
	if (!user_may(&seen, rights))
		return;
	if (seen.is_classic)
		judge_classic(&seen, rights);
	else
		judge_other(github, &seen, rights);
}

void github_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Github) github = {0};
	const Need *need = find_need(verb);
	Error err = {0};
	if (!need)
		return;
	if (call_arg_is_open(call, "repo")) {
		rights_add(rights, RIGHT_UNTOLD, need->does, "give it below `values` in the environment file", "which repository it will be is known in the run only");
		return;
	}
	if (!github_open(call, &github, &err)) {
		rights_add_error(rights, need->does, &err);
		return;
	}
	AUTO_FREE char *what = bg_asprintf("%s %s", need->does, github.repository);
	if (!rights_find(rights, what))
		look(&github, need, what, rights);
}

/* "2026-11-21 03:04:05 UTC", "2026-11-21 03:04:05 +0900". */
static bool read_end(Str text, WallTime *ret) {
	AUTO_CLEAR(Buf) iso = {0};
	Str zone = text.len > 20 ? str_slice(text, 20, text.len) : (Str){0};
	if (str_eq_c(zone, "UTC"))
		buf_printf(&iso, "%.19sZ", text.ptr);
	else if (zone.len == 5)
		buf_printf(&iso, "%.19s%.3s:%.2s", text.ptr, zone.ptr, zone.ptr + 3);
	else
		return false;
	return wall_parse_iso(buf_str(&iso), ret);
}

/* Every answer has the header, also that of GET /rate_limit, which is not counted. */
bool github_credential_end(const Call *call, WallTime *ret, Error *err) {
	AUTO_CLEAR(Github) github = {.anywhere = true};
	AUTO_CLEAR(HttpResponse) response = {0};
	if (!github_open(call, &github, err) || !github_send(&github, "GET", "/rate_limit", NULL, NULL, &response, err))
		return false;
	if (response.status != 200)
		return github_refused(&github, "GET", "/rate_limit", &response, err);
	Str end = http_header(&response, "github-authentication-token-expiration");
	if (!end.ptr || read_end(end, ret))
		return true;
	return api_strange(&github.api, "/rate_limit", err, "tells the end of the token in an unknown form");
}
