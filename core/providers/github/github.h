/* github.h: what the files of the GitHub provider share. Facts are from GitHub's own OpenAPI description of its REST API (api.github.com.json of
 * @octokit/openapi 23.0.2) and its documentation; what stands in neither is said where it is used. */
#pragma once
#include "core/providers/api.h"

#define GITHUB_DEFAULT_URL "https://api.github.com"
#define GITHUB_PAGE 100

extern const Provider GITHUB_PROVIDER;

/* A GitHub, and one repository of it, for the length of one Call. */
typedef struct Github {
	Api api;
	char *repository;      /* "owner/name" */
	bool anywhere;         /* no repository is wanted */
	bool patient;          /* the end of a limit on requests is waited for, as long as the deadline lets: by actions, not by probes */
} Github;

/* The repository is the argument `repo`, else the system's setting. `ret` is zeroed, but for `patient` and `anywhere`. */
BG_CHECK bool github_open(const Call *call, Github *ret, Error *err);
void github_clear(Github *github);
BG_DEFINE_CLEARP(Github, github_clear)
/* "/repos/OWNER/NAME" + rest; owned. */
char *github_path(const Github *github, const char *rest);
/* Where people look at it: "https://github.com/OWNER/NAME" + rest; owned. */
char *github_page(const Github *github, const char *rest);

/* Any whole answer but that of a limit, which is waited for where it may be, and told. `body` NULL = none; `etag` NULL or
 * what an answer before had: then 304 is an answer too. */
BG_CHECK bool github_send(Github *github, const char *method, const char *path, const Json *body, const char *etag, HttpResponse *ret, Error *err);
/* A GET that answers 200 with JSON. */
BG_CHECK bool github_get(Github *github, const char *path, Json **ret_json, Error *err);
/* The same; *ret_json is NULL for a 404 of GitHub's own. */
BG_CHECK bool github_find(Github *github, const char *path, Json **ret_json, Error *err);
/* Its refusal in words, as api_refused(); always false. A repository that has another name now is named. */
bool github_refused(Github *github, const char *method, const char *path, const HttpResponse *response, Error *err);
/* The "message" of a refusal; NULL when the body is not GitHub's. Owned. */
char *github_message(const HttpResponse *response);
/* Whether a 404 is an answer of GitHub's own, or of whatever stands at a wrong address; then an Error. */
bool github_is_its_404(const Github *github, const char *path, const HttpResponse *response, Error *err);
/* How long a refusal by a limit asks to wait, in ms by GitHub's clock; -1: this answer is none. */
int64_t github_limit_ms(const HttpResponse *response);
/* Waits, asking whether it was cancelled; false when it was, or when the time is over. */
bool github_wait(const Call *call, int64_t wait_ms);

/* What guards a branch. */
typedef enum GithubGuard { GITHUB_UNGUARDED, GITHUB_WITHOUT_REVIEWS, GITHUB_REVIEWED } GithubGuard;

typedef struct GithubProtection {
	GithubGuard guard;
	int64_t approvals;        /* of the branch's own protection; with GITHUB_REVIEWED */
	bool admins;              /* its rules are for administrators too */
	StrList bypassed_by;      /* who may merge without: "user ann", "team ops", "app bot" */
	Json *parts;              /* every other rule of it: name -> short digest */
	/* Of rulesets, which stand beside it: the strictest counts. */
	bool rulesets_known;
	Error rulesets_err;       /* why not */
	int64_t ruleset_approvals;   /* 0: none asks for any */
	char *ruleset;            /* "ruleset 42 of the organisation octo"; NULL: none asks */
} GithubProtection;

/* False when it could not be told: no such repository, branch or right, or no answer. */
BG_CHECK bool github_look_protection(Github *github, const char *branch, GithubProtection *ret, Error *err);
void github_protection_clear(GithubProtection *protection);
BG_DEFINE_CLEARP(GithubProtection, github_protection_clear)
/* What a merge needs: of the protection and the rulesets the stricter. */
int64_t github_approvals_needed(const GithubProtection *protection, int64_t own);
const char *github_branch_of(const Call *call);

bool github_plan_protection(const Call *call, Plan *ret_plan, Error *err);
bool github_apply_protection(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool github_verify_protection(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool github_undo_protection(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
void github_read_protection(const Call *call, Reading *ret);
bool github_plan_workflow(const Call *call, Plan *ret_plan, Error *err);
bool github_apply_workflow(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool github_verify_workflow(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void github_read_run(const Call *call, Reading *ret);
void github_read_workflow(const Call *call, Reading *ret);
void github_may(const Call *call, const char *verb, Rights *rights);
bool github_credential_end(const Call *call, WallTime *ret, Error *err);
