/* guard.c: what guards a branch: its own protection, and the rulesets that apply to it. They are two mechanisms that stand side by side; of both
 * the stricter counts ("About rulesets": rules are aggregated, the most restrictive applies). */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/github/github.h"

#define COUNT "required_approving_review_count"
#define REVIEWS "required_pull_request_reviews"
#define RULES_PAGES_MAX 10
#define SHORT_DIGEST 12

const char *github_branch_of(const Call *call) {
	const char *branch = call_arg(call, "branch");
	return branch ? branch : "main";
}

void github_protection_clear(GithubProtection *protection) {
	strlist_clear(&protection->bypassed_by);
	json_free(protection->parts);
	free(protection->ruleset);
	*protection = (GithubProtection){0};
}

int64_t github_approvals_needed(const GithubProtection *protection, int64_t own) {
	return own > protection->ruleset_approvals ? own : protection->ruleset_approvals;
}

/* ---- the branch's own protection ---- */

static void add_part(Json *parts, const char *prefix, const Json *item) {
	char digest[65];
	AUTO_FREE char *name = bg_asprintf("%s%s", prefix, json_key(item));
	json_canonical_sha256(item, digest);
	digest[SHORT_DIGEST] = '\0';
	json_add_string(parts, name, digest);
}

/* Each rule by itself, so that one that changes can be named. */
static Json *parts_of(const Json *protection) {
	Json *parts = json_new_object();
	JSON_EACH(item, protection)
		if (!text_eq(json_key(item), REVIEWS))
			add_part(parts, "", item);
	JSON_EACH(item, json_get(protection, REVIEWS))
		if (!text_eq(json_key(item), COUNT))
			add_part(parts, REVIEWS ".", item);
	return parts;
}

static void list_bypassing(const Json *allowances, StrList *out) {
	static const struct { const char *kind, *key, *word; } KINDS[] = {{"users", "login", "user"}, {"teams", "slug", "team"}, {"apps", "slug", "app"}};
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		JSON_EACH(item, json_get(allowances, KINDS[i].kind))
			strlist_add_take(out, bg_asprintf("%s %.60s", KINDS[i].word, json_get_string_or(item, KINDS[i].key, "?")));
}

/* A protection without the rule is worth a second look: GitHub has an address for the rule alone, which then answers 404. */
static bool has_no_reviews(Github *github, const char *path, Error *err) {
	AUTO(Json) *reviews = NULL;
	AUTO_FREE char *own = bg_asprintf("%s/" REVIEWS, path);
	if (!github_find(github, own, &reviews, err))
		return false;
	return !reviews || api_strange(&github->api, path, err, "leaves the review rule out, which it shows by itself");
}

static bool read_protection(Github *github, const char *path, const Json *json, GithubProtection *ret, Error *err) {
	const Json *reviews = json_get(json, REVIEWS), *admins = json_get(json_get(json, "enforce_admins"), "enabled");
	/* Every protection has its address and says whether it holds for administrators. */
	if (!json_get_string(json, "url") || !json_is_bool(admins))
		return api_strange(&github->api, path, err, "answers with something else than the protection of a branch");
	ret->admins = json_bool(admins, false);
	ret->parts = parts_of(json);
	ret->guard = GITHUB_WITHOUT_REVIEWS;
	if (!reviews)
		return has_no_reviews(github, path, err);
	if (!json_int(json_get(reviews, COUNT), &ret->approvals) || ret->approvals < 0)
		return api_strange(&github->api, path, err, "does not say how many approvals the protection wants");
	ret->guard = GITHUB_REVIEWED;
	list_bypassing(json_get(reviews, "bypass_pull_request_allowances"), &ret->bypassed_by);
	return true;
}

static bool no_right(const Github *github, const char *why, Error *err) {
	error_set(err, ERROR_DENIED, "%s", why);
	error_hint(err, "have an administrator of %s do it, or get a token with Administration: read and write (classic: repo)", github->repository);
	return error_where(err, "%s", github->api.url);
}

/* A 404 is said of a branch without protection, of a branch or repository that is not there, and to whoever may not see it. They are told apart by
 * what may be seen with fewer rights. */
static bool tell_404_apart(Github *github, const char *branch, const HttpResponse *response, GithubProtection *ret, Error *err) {
	AUTO_FREE char *message = github_message(response);
	AUTO_FREE char *top = github_path(github, "");
	AUTO_FREE char *rest = api_path("/branches/%s", branch);
	AUTO_FREE char *path = github_path(github, rest);
	AUTO(Json) *repository = NULL;
	AUTO(Json) *found = NULL;
	ret->guard = GITHUB_UNGUARDED;
	if (text_eq(message, "Branch not protected"))
		return true;
	if (!github_find(github, top, &repository, err))
		return false;
	if (!repository) {
		error_set(err, ERROR_MISSING, "GitHub knows no repository %s, or does not let this token see it", github->repository);
		error_hint(err, "check its name; a token must be given the repository, and its organisation's approval (SSO)");
		return error_where(err, "%s%s", github->api.url, top);
	}
	const Json *admin = json_get(json_get(repository, "permissions"), "admin");
	if (!github_find(github, path, &found, err))
		return false;
	if (!found) {
		error_set(err, ERROR_MISSING, "there is no branch %s in %s", branch, github->repository);
		error_hint(err, "check its name: its default branch is %s", json_get_string_or(repository, "default_branch", "?"));
		return error_where(err, "%s%s", github->api.url, path);
	}
	if (json_is_bool(admin) && !json_bool(admin, false))
		return no_right(github, "this token has no administrator's rights in the repository: its protection cannot be seen or changed", err);
	if (json_is_bool(json_get(found, "protected")) && !json_get_bool(found, "protected", false))
		return true;
	return no_right(github, "GitHub says that the branch is protected, but shows this token nothing of it", err);
}

static bool look_at_branch(Github *github, const char *branch, GithubProtection *ret, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	AUTO_FREE char *rest = api_path("/branches/%s/protection", branch);
	AUTO_FREE char *path = github_path(github, rest);
	if (!github_send(github, "GET", path, NULL, NULL, &response, err))
		return false;
	if (response.status == 404)
		return github_is_its_404(github, path, &response, err) && tell_404_apart(github, branch, &response, ret, err);
	if (response.status != 200)
		return github_refused(github, "GET", path, &response, err);
	return api_json(&github->api, path, &response, &json, err) && read_protection(github, path, json, ret, err);
}

/* ---- rulesets ---- */

/* GET /repos/O/R/rules/branches/B: active rules only, of the repository's rulesets and of its organisation's. */
static bool add_rule(const Github *github, const char *path, const Json *rule, GithubProtection *ret, Error *err) {
	int64_t count = 0, id = 0;
	if (!json_get_string(rule, "type"))
		return api_strange(&github->api, path, err, "answers with something else than a list of rules");
	if (!text_eq(json_get_string(rule, "type"), "pull_request"))
		return true;
	if (!json_int(json_get(json_get(rule, "parameters"), COUNT), &count) || count < 0)
		return api_strange(&github->api, path, err, "does not say how many approvals a ruleset wants");
	if (count <= ret->ruleset_approvals)
		return true;
	bool organization = text_eq(json_get_string(rule, "ruleset_source_type"), "Organization");
	BG_IGNORE(json_int(json_get(rule, "ruleset_id"), &id));   /* 0 where an older server tells none */
	ret->ruleset_approvals = count;
	free(ret->ruleset);
	ret->ruleset = bg_asprintf("ruleset %lld of the %s %.80s", (long long) id, organization ? "organisation" : "repository",
		json_get_string_or(rule, "ruleset_source", github->repository));
	return true;
}

static bool look_at_rulesets(Github *github, const char *branch, GithubProtection *ret, Error *err) {
	AUTO_FREE char *rest = api_path("/rules/branches/%s", branch);
	for (int page = 1; page <= RULES_PAGES_MAX; page++) {
		AUTO(Json) *rules = NULL;
		AUTO_FREE char *query = bg_asprintf("%s?per_page=%d&page=%d", rest, GITHUB_PAGE, page);
		AUTO_FREE char *path = github_path(github, query);
		if (!github_get(github, path, &rules, err))
			return false;
		if (!json_is_array(rules))
			return api_strange(&github->api, path, err, "answers with something else than a list of rules");
		JSON_EACH(rule, rules)
			if (!add_rule(github, path, rule, ret, err))
				return false;
		if (json_count(rules) < GITHUB_PAGE)
			return true;
	}
	return true;
}

bool github_look_protection(Github *github, const char *branch, GithubProtection *ret, Error *err) {
	AUTO_CLEAR(GithubProtection) seen = {0};
	if (!look_at_branch(github, branch, &seen, err))
		return false;
	/* Without the rulesets the branch's own protection is known all the same: an older Enterprise Server has no rulesets. */
	seen.rulesets_known = look_at_rulesets(github, branch, &seen, &seen.rulesets_err);
	*ret = seen;
	seen = (GithubProtection){0};
	return true;
}
