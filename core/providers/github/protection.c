/* protection.c: how many approvals a merge into a branch needs. Set by PATCH of the review rule alone, in which what is left out stays as it is; PUT would
 * replace the whole protection. Setting the same number again is harmless. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/github/github.h"

static int64_t wanted_of(const Call *call) {
	int64_t wanted = 0;
	BG_IGNORE(str_parse_int(str_from(call_arg(call, "approvals")), &wanted));   /* the verb's table allows 0 to 6 only */
	return wanted;
}

static char *review_path(const Github *github, const char *branch) {
	AUTO_FREE char *rest = api_path("/branches/%s/protection/required_pull_request_reviews", branch);
	return github_path(github, rest);
}

/* ---- what cannot be done here ---- */

static bool refuse_guard(const Github *github, const char *branch, const GithubProtection *seen, Error *err) {
	AUTO_FREE char *page = github_page(github, "/settings/branches");
	if (seen->guard == GITHUB_REVIEWED)
		return true;
	if (seen->ruleset) {
		error_set(err, ERROR_CONFLICT, "%s is guarded by %s, which wants %lld, and has no review rule of its own", branch, seen->ruleset,
			(long long) seen->ruleset_approvals);
		error_hint(err, "change the ruleset by hand, or add a rule \"require a pull request\" for %s", branch);
	} else if (seen->guard == GITHUB_WITHOUT_REVIEWS) {
		error_set(err, ERROR_CONFLICT, "%s is protected, but no rule of it asks for approvals", branch);
		error_hint(err, "add \"require a pull request before merging\" there by hand, then plan again");
	} else {
		error_set(err, ERROR_CONFLICT, "%s is not protected: there is no number of approvals to set", branch);
		error_hint(err, "protect it there by hand (require a pull request before merging), then plan again");
	}
	return error_where(err, "%s", page);
}

/* Lower than what a ruleset asks for anyway: nobody could merge with it sooner. */
static bool refuse_pointless(const Github *github, const char *branch, const GithubProtection *seen, int64_t wanted, Error *err) {
	bool pointless = seen->ruleset && wanted < seen->approvals && seen->approvals <= seen->ruleset_approvals;
	if (!pointless)
		return true;
	error_set(err, ERROR_CONFLICT, "it would change nothing: %s wants %lld for %s whatever is set here", seen->ruleset, (long long) seen->ruleset_approvals,
		branch);
	error_hint(err, "lower it in that ruleset, by hand or by whoever may");
	AUTO_FREE char *page = github_page(github, "/settings/rules");
	return error_where(err, "%s", page);
}

/* ---- plan ---- */

static void warn_of_rulesets(const GithubProtection *seen, int64_t wanted, Plan *plan) {
	if (!seen->rulesets_known)
		strlist_add_take(&plan->warnings, bg_asprintf("whether a ruleset wants more cannot be told: %s", seen->rulesets_err.why));
	else if (seen->ruleset_approvals > wanted)
		strlist_add_take(&plan->warnings, bg_asprintf("%s wants %lld: a merge needs those whatever is set here", seen->ruleset,
			(long long) seen->ruleset_approvals));
	else if (seen->ruleset_approvals == wanted && seen->ruleset)
		strlist_add_take(&plan->warnings, bg_asprintf("%s wants %lld too: it holds also when this is set back", seen->ruleset, (long long) wanted));
}

static void warn_of_holes(const GithubProtection *seen, int64_t wanted, Plan *plan) {
	if (wanted > seen->approvals && !seen->admins)
		strlist_add(&plan->warnings, "administrators can merge all the same: the rules are not for them (enforce_admins is off)");
	if (wanted > seen->approvals && seen->bypassed_by.count) {
		AUTO_FREE char *names = strlist_join(&seen->bypassed_by, ", ");
		strlist_add_take(&plan->warnings, bg_asprintf("these may merge without approvals: %.300s", names));
	}
	if (wanted == 0)
		strlist_add(&plan->warnings, "with 0 nobody has to approve a merge");
}

static void fill_plan(const Github *github, const Call *call, const GithubProtection *seen, Plan *plan) {
	const char *branch = github_branch_of(call);
	int64_t wanted = wanted_of(call);
	AUTO_FREE char *from = bg_asprintf("%lld", (long long) seen->approvals);
	AUTO_FREE char *to = bg_asprintf("%lld", (long long) wanted);
	AUTO_FREE char *what = bg_asprintf("approvals that a merge into %s of %s needs", branch, github->repository);
	AUTO_FREE char *path = review_path(github, branch);
	AUTO_FREE char *page = github_page(github, "/settings/branches");
	plan_set(&plan->action, "github.protection");
	plan_set(&plan->target, "branch %s of %s on %s", branch, github->repository, call->system->name);
	plan_set(&plan->confirm_name, "%s", branch);
	plan->args = json_copy(call->args);
	plan->basis = json_new_object();
	json_add_int(plan->basis, "approvals", seen->approvals);
	json_add_int(plan->basis, "ruleset_approvals", seen->ruleset_approvals);
	json_add(plan->basis, "parts", json_copy(seen->parts));
	plan->nothing_to_do = seen->approvals == wanted;
	if (!plan->nothing_to_do)
		plan_add_change(plan, what, from, to);
	strlist_add_take(&plan->preconditions, bg_asprintf("no other rule of %s changes: status checks, restrictions, code owners and the rest stay as they are",
		branch));
	plan_set(&plan->undo, "set it back to %s", from);
	plan_set(&plan->manual, "%s: the rule of %s, required number of approvals before merging: %s", page, branch, to);
	plan_set(&plan->request, "PATCH %s%s {\"required_approving_review_count\":%s}", github->api.url, path, to);
}

bool github_plan_protection(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Github) github = {.patient = true};
	AUTO_CLEAR(GithubProtection) seen = {0};
	const char *branch = github_branch_of(call);
	if (!github_open(call, &github, err) || !github_look_protection(&github, branch, &seen, err) || !refuse_guard(&github, branch, &seen, err)
		|| !refuse_pointless(&github, branch, &seen, wanted_of(call), err))
		return error_what(err, "plan to set the approvals of branch %s", branch);
	fill_plan(&github, call, &seen, ret_plan);
	warn_of_rulesets(&seen, wanted_of(call), ret_plan);
	warn_of_holes(&seen, wanted_of(call), ret_plan);
	return true;
}

/* ---- apply, verify, undo ---- */

static bool patch(Github *github, const char *branch, int64_t wanted, ActionResult *result, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *body = json_new_object();
	AUTO_FREE char *path = review_path(github, branch);
	json_add_int(body, "required_approving_review_count", wanted);
	result->began = true;
	if (!github_send(github, "PATCH", path, body, NULL, &response, err))
		return false;
	return response.status == 200 || github_refused(github, "PATCH", path, &response, err);
}

bool github_apply_protection(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Github) github = {.patient = true};
	int64_t before = 0;
	/* Done again, it changes nothing: what save= kept is the number of before, and not this one. */
	if (!plan->nothing_to_do && json_int(json_get(plan->basis, "approvals"), &before)) {
		free(result->value);
		result->value = bg_asprintf("%lld", (long long) before);
	}
	if (plan->nothing_to_do || (github_open(call, &github, err) && patch(&github, github_branch_of(call), wanted_of(call), result, err)))
		return true;
	return error_what(err, "set the approvals of branch %s", github_branch_of(call));
}

/* Names of the other rules that are not as the plan saw them. */
static void find_changed(const Json *before, const Json *after, StrList *ret) {
	JSON_EACH(part, before)
		if (!text_eq(json_string(part), json_get_string(after, json_key(part))))
			strlist_add(ret, json_key(part));
	JSON_EACH(part, after)
		if (!json_get(before, json_key(part)))
			strlist_add(ret, json_key(part));
}

bool github_verify_protection(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Github) github = {.patient = true};
	AUTO_CLEAR(GithubProtection) seen = {0};
	AUTO_CLEAR(StrList) changed = {0};
	const char *branch = github_branch_of(call);
	int64_t wanted = wanted_of(call);
	if (!github_open(call, &github, err) || !github_look_protection(&github, branch, &seen, err))
		return error_what(err, "look at the protection of branch %s", branch);
	find_changed(json_get(plan->basis, "parts"), seen.parts, &changed);
	AUTO_FREE char *names = strlist_join(&changed, ", ");
	result->verified = seen.guard == GITHUB_REVIEWED && seen.approvals == wanted && !changed.count ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	if (seen.guard != GITHUB_REVIEWED)
		result->evidence = bg_asprintf("%s has no rule any more that asks for approvals", branch);
	else
		result->evidence = bg_asprintf("a merge into %s of %s needs %lld approval%s%s%.200s", branch, github.repository, (long long) seen.approvals,
			seen.approvals == 1 ? "" : "s", changed.count ? "; other rules have changed since the plan: " : "; no other rule has changed", names);
	return true;
}

/* Back to what it was, not to what is usual. */
bool github_undo_protection(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	int64_t before = 0;
	(void) values;
	if (plan->nothing_to_do || !json_int(json_get(plan->basis, "approvals"), &before))
		return false;
	AUTO_FREE char *text = bg_asprintf("%lld", (long long) before);
	*ret_verb = bg_strdup("github.protection");
	*ret_args = json_copy(plan->args);
	json_add_string(*ret_args, "approvals", text);
	return true;
}
