/* sim_github_guard.c: protection of branches, rulesets beside it, and merges that are refused by both. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_github_parts.h"

#define REVIEWS "required_pull_request_reviews"
#define COUNT "required_approving_review_count"

SimGithubBranch *sim_github_branch(const SimGithub *github, const char *name) {
	for (size_t i = 0; i < github->branch_count; i++)
		if (text_eq(github->branches[i].name, name))
			return &github->branches[i];
	return NULL;
}

bool sim_github_has_branch(const SimGithub *github, const char *branch) { return sim_github_branch(github, branch) != NULL; }

void sim_github_add_branch(SimGithub *github, const char *branch) {
	github->branches = bg_reallocarray(github->branches, github->branch_count + 1, sizeof(*github->branches));
	github->branches[github->branch_count++] = (SimGithubBranch) { bg_strdup(branch), NULL };
}

static void add_switch(Json *protection, const char *name, bool enabled) {
	Json *part = json_add(protection, name, json_new_object());
	json_add_bool(part, "enabled", enabled);
}

static Json *make_reviews(const char *url, int approvals) {
	AUTO_FREE char *own = bg_asprintf("%s/" REVIEWS, url);
	Json *reviews = json_new_object();
	json_add_string(reviews, "url", own);
	json_add_bool(reviews, "dismiss_stale_reviews", true);
	json_add_bool(reviews, "require_code_owner_reviews", false);
	json_add_bool(reviews, "require_last_push_approval", false);
	json_add_int(reviews, COUNT, approvals);
	return reviews;
}

void sim_github_protect(SimGithub *github, const char *branch, int approvals, bool admins) {
	SimGithubBranch *found = sim_github_branch(github, branch);
	AUTO_FREE char *rest = bg_asprintf("/branches/%s/protection", branch);
	AUTO_FREE char *url = sim_github_link(github, rest);
	AUTO_FREE char *checks_url = bg_asprintf("%s/required_status_checks", url);
	AUTO_FREE char *admins_url = bg_asprintf("%s/enforce_admins", url);
	BG_ASSERT(found);
	json_free(found->protection);
	Json *protection = found->protection = json_new_object();
	json_add_string(protection, "url", url);
	Json *checks = json_add(protection, "required_status_checks", json_new_object());
	json_add_string(checks, "url", checks_url);
	json_add_bool(checks, "strict", true);
	Json *contexts = json_add(checks, "contexts", json_new_array());
	json_append_string(contexts, "build");
	if (approvals >= 0)
		json_add(protection, REVIEWS, make_reviews(url, approvals));
	Json *enforce = json_add(protection, "enforce_admins", json_new_object());
	json_add_string(enforce, "url", admins_url);
	json_add_bool(enforce, "enabled", admins);
	add_switch(protection, "required_linear_history", false);
	add_switch(protection, "allow_force_pushes", false);
	add_switch(protection, "allow_deletions", false);
	add_switch(protection, "required_conversation_resolution", true);
	add_switch(protection, "lock_branch", false);
}

static Json *reviews_of(const SimGithubBranch *branch) { return branch ? json_get_mutable(branch->protection, REVIEWS) : NULL; }

void sim_github_add_bypass(SimGithub *github, const char *branch, const char *login) {
	Json *reviews = reviews_of(sim_github_branch(github, branch));
	BG_ASSERT(reviews);
	Json *allowances = json_get_mutable(reviews, "bypass_pull_request_allowances");
	if (!allowances) {
		allowances = json_add(reviews, "bypass_pull_request_allowances", json_new_object());
		json_add(allowances, "users", json_new_array());
		json_add(allowances, "teams", json_new_array());
		json_add(allowances, "apps", json_new_array());
	}
	Json *user = json_append(json_get_mutable(allowances, "users"), json_new_object());
	json_add_string(user, "login", login);
}

void sim_github_add_ruleset(SimGithub *github, int64_t id, const char *branch, int approvals, const char *organization) {
	github->rulesets = bg_reallocarray(github->rulesets, github->ruleset_count + 1, sizeof(*github->rulesets));
	github->rulesets[github->ruleset_count++] = (SimGithubRuleset) { id, bg_strdup(branch), bg_strdup_or_null(organization), approvals };
}

int sim_github_add_pull(SimGithub *github, const char *branch, int approvals) {
	github->pulls = bg_reallocarray(github->pulls, github->pull_count + 1, sizeof(*github->pulls));
	github->pulls[github->pull_count++] = (SimGithubPull) { bg_strdup(branch), approvals, false };
	return (int) github->pull_count;
}

int sim_github_approvals(const SimGithub *github, const char *branch) {
	return (int) json_get_int(reviews_of(sim_github_branch(github, branch)), COUNT, -1);
}

/* ---- what a merge needs ---- */

static bool is_administrator(const SimGithub *github, const char *login) {
	for (size_t i = 0; i < github->token_count; i++)
		if (text_eq(github->tokens[i].login, login) && github->tokens[i].rights == SIM_GITHUB_ADMIN)
			return true;
	return false;
}

static bool may_bypass(const SimGithub *github, const SimGithubBranch *branch, const char *login) {
	JSON_EACH(user, json_get(json_get(reviews_of(branch), "bypass_pull_request_allowances"), "users"))
		if (text_eq(json_get_string(user, "login"), login))
			return true;
	return is_administrator(github, login) && !json_get_bool(json_get(branch->protection, "enforce_admins"), "enabled", false);
}

const char *sim_github_why_no_merge(SimGithub *github, const char *branch, const char *login, int approvals) {
	const SimGithubBranch *found = sim_github_branch(github, branch);
	int needed = reviews_of(found) && !may_bypass(github, found, login) ? sim_github_approvals(github, branch) : 0;
	for (size_t i = 0; i < github->ruleset_count; i++)
		if (text_eq(github->rulesets[i].branch, branch) && github->rulesets[i].approvals > needed)
			needed = github->rulesets[i].approvals;
	if (approvals >= needed)
		return NULL;
	free(github->said);
	github->said = bg_asprintf("At least %d approving review%s required by reviewers with write access.", needed, needed == 1 ? " is" : "s are");
	return github->said;
}

void sim_github_merge_pull(void *system, SimCall *call) {
	SimGithub *github = system;
	int64_t number = 0;
	if (!str_parse_int(str_from(call->params[2]), &number) || number < 1 || number > (int64_t) github->pull_count)
		return sim_github_refuse(call->reply, 404, "Not Found");
	SimGithubPull *pull = &github->pulls[number - 1];
	const char *why = pull->merged ? "Pull Request is not mergeable"
		: sim_github_why_no_merge(github, pull->branch, sim_github_token(github, call)->login, pull->approvals);
	if (why)
		return sim_github_refuse(call->reply, 405, "%s", why);
	pull->merged = true;
	Json *json = json_new_object();
	json_add_string(json, "sha", "6dcb09b5b57875f334f61aebed695e2e4193db5e");
	json_add_bool(json, "merged", true);
	json_add_string(json, "message", "Pull Request successfully merged");
	sim_reply_json_take(call->reply, 200, json);
}

/* ---- calls ---- */

static SimGithubBranch *branch_of(const SimGithub *github, SimCall *call) {
	SimGithubBranch *branch = sim_github_branch(github, call->params[2]);
	if (!branch)
		sim_github_refuse(call->reply, 404, "Branch not found");
	return branch;
}

/* The protected branch; answers 404 and gives NULL when it is none. */
static SimGithubBranch *protected_of(const SimGithub *github, SimCall *call) {
	SimGithubBranch *branch = branch_of(github, call);
	if (!branch || branch->protection)
		return branch;
	sim_github_refuse(call->reply, 404, "Branch not protected");
	return NULL;
}

static bool has_ruleset(const SimGithub *github, const char *branch) {
	for (size_t i = 0; i < github->ruleset_count; i++)
		if (text_eq(github->rulesets[i].branch, branch))
			return true;
	return false;
}

void sim_github_get_branch(void *system, SimCall *call) {
	const SimGithub *github = system;
	const SimGithubBranch *branch = branch_of(github, call);
	if (!branch)
		return;
	Json *json = json_new_object();
	json_add_string(json, "name", branch->name);
	Json *commit = json_add(json, "commit", json_new_object());
	json_add_string(commit, "sha", "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d");
	json_add_bool(json, "protected", branch->protection != NULL || has_ruleset(github, branch->name));
	sim_reply_json_take(call->reply, 200, json);
}

void sim_github_get_protection(void *system, SimCall *call) {
	const SimGithubBranch *branch = protected_of(system, call);
	if (branch)
		sim_reply_json_take(call->reply, 200, json_copy(branch->protection));
}

/* The words of this 404 stand in no description: not confirmed. */
static Json *reviews_or_404(const SimGithub *github, SimCall *call) {
	const SimGithubBranch *branch = protected_of(github, call);
	Json *reviews = reviews_of(branch);
	if (branch && !reviews)
		sim_github_refuse(call->reply, 404, "Required pull request reviews not enabled");
	return reviews;
}

void sim_github_get_reviews(void *system, SimCall *call) {
	const Json *reviews = reviews_or_404(system, call);
	if (reviews)
		sim_reply_json_take(call->reply, 200, json_copy(reviews));
}

/* Left-out fields stay as they are. */
void sim_github_patch_reviews(void *system, SimCall *call) {
	static const char *const SWITCHES[] = { "dismiss_stale_reviews", "require_code_owner_reviews", "require_last_push_approval" };
	Json *reviews = reviews_or_404(system, call);
	AUTO(Json) *body = NULL;
	int64_t count = 0;
	if (!reviews)
		return;
	if (!json_parse(buf_str(&call->request->body), &body, NULL) || !json_is_object(body))
		return sim_github_refuse(call->reply, 400, "Problems parsing JSON");
	if (json_get(body, COUNT) && (!json_int(json_get(body, COUNT), &count) || count < 0 || count > 6))
		return sim_github_refuse(call->reply, 422, "Invalid request.\n\nNo subschema in \"anyOf\" matched.");
	if (json_get(body, COUNT))
		json_add_int(reviews, COUNT, count);
	for (size_t i = 0; i < BG_LENGTH(SWITCHES); i++)
		if (json_is_bool(json_get(body, SWITCHES[i])))
			json_add_bool(reviews, SWITCHES[i], json_get_bool(body, SWITCHES[i], false));
	sim_reply_json_take(call->reply, 200, json_copy(reviews));
}

static Json *present_ruleset(const SimGithub *github, const SimGithubRuleset *ruleset) {
	Json *rule = json_new_object();
	json_add_string(rule, "type", "pull_request");
	Json *parameters = json_add(rule, "parameters", json_new_object());
	json_add_int(parameters, COUNT, ruleset->approvals);
	json_add_bool(parameters, "dismiss_stale_reviews_on_push", false);
	json_add_bool(parameters, "require_code_owner_review", false);
	json_add_bool(parameters, "require_last_push_approval", false);
	json_add_bool(parameters, "required_review_thread_resolution", false);
	json_add_string(rule, "ruleset_source_type", ruleset->organization ? "Organization" : "Repository");
	json_add_string(rule, "ruleset_source", ruleset->organization ? ruleset->organization : github->repository);
	json_add_int(rule, "ruleset_id", ruleset->id);
	return rule;
}

void sim_github_get_rules(void *system, SimCall *call) {
	const SimGithub *github = system;
	Json *rules = json_new_array();
	int64_t per_page = sim_request_int_arg(call->request, "per_page", 30), page = sim_request_int_arg(call->request, "page", 1), number = 0;
	for (size_t i = 0; i < github->ruleset_count; i++)
		if (text_eq(github->rulesets[i].branch, call->params[2]) && ++number > (page - 1) * per_page && number <= page * per_page)
			json_append(rules, present_ruleset(github, &github->rulesets[i]));
	sim_reply_json_take(call->reply, 200, rules);
}
