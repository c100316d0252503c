/* Freezing a branch by its approvals and setting it back: what is planned, what a simulated GitHub then really refuses, and what is told when it
 * cannot be done. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "github_scene.h"

#define VERB "github.protection"
#define PATCH "PATCH /repos/octo/app/branches/main/protection/required_pull_request_reviews 200"

static void do_it(GithubScene *scene, const char *before, const char *approvals, Plan *plan) {
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_args(scene, "approvals", approvals, NULL);
	assert_ok(scene_plan(scene, VERB, plan, &err), &err);
	assert_ok(scene_apply(scene, VERB, plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	/* What save= keeps, for the step that unfreezes: the number of before, which is not told again when it is done a second time. */
	cr_expect(plan->nothing_to_do ? !result.value : text_eq(result.value, before), "the number of before: %s", result.value ? result.value : "none");
}

Test(github_protection, a_frozen_branch_refuses_merges_and_goes_back_to_what_it_was) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) freeze = {0};
	AUTO_CLEAR(Plan) back = {0};
	AUTO_CLEAR(StrList) said = {0};
	char *verb = NULL;
	AUTO(Json) *args = NULL;
	scene_begin(&scene, "");
	sim_github_protect(scene.github, "main", 2, true);
	cr_expect_null(sim_github_why_no_merge(scene.github, "main", "ann", 2));
	do_it(&scene, "2", "6", &freeze);
	cr_expect_eq(scene_count(&scene, PATCH), 1);
	plan_describe(&freeze, &said);
	cr_expect_str_eq(said.items[0], "approvals that a merge into main of octo/app needs: 2 -> 6");
	cr_expect(strstr(freeze.preconditions.items[0], "no other rule of main changes"));
	cr_expect(strstr(freeze.request, "{\"required_approving_review_count\":6}") && strstr(freeze.manual, "/octo/app/settings/branches"));
	cr_expect_eq(freeze.warnings.count, 0);
	cr_expect_str_eq(sim_github_why_no_merge(scene.github, "main", "ann", 5), "At least 6 approving reviews are required by reviewers with write access.");
	cr_assert(action_find(VERB)->undo(&freeze, NULL, &verb, &args));
	cr_expect_str_eq(verb, VERB);
	cr_expect_str_eq(json_get_string(args, "approvals"), "2", "back to what it was, not to 1");
	do_it(&scene, "6", json_get_string(args, "approvals"), &back);
	cr_expect_null(sim_github_why_no_merge(scene.github, "main", "ann", 2));
	free(verb);
}

Test(github_protection, what_is_so_already_is_left_alone_and_not_taken_back) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	char *verb = NULL;
	AUTO(Json) *args = NULL;
	scene_begin(&scene, "");
	do_it(&scene, "1", "1", &plan);
	cr_expect(plan.nothing_to_do && !plan.count);
	cr_expect_eq(scene_count(&scene, "PATCH"), 0);
	cr_expect_not(action_find(VERB)->undo(&plan, NULL, &verb, &args));
}

/* ---- what else stands in the way of a merge, or does not ---- */

static void expect_warning(const Plan *plan, const char *part) {
	bool found = false;
	for (size_t i = 0; i < plan->warnings.count; i++)
		found = found || strstr(plan->warnings.items[i], part);
	AUTO_FREE char *all = strlist_join(&plan->warnings, " | ");
	cr_expect(found, "no warning says \"%s\": %s", part, all);
}

Test(github_protection, holes_in_a_freeze_are_told) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	scene_begin(&scene, "");
	sim_github_protect(scene.github, "main", 1, false);
	sim_github_add_bypass(scene.github, "main", "release-bot");
	cr_expect_null(sim_github_why_no_merge(scene.github, "main", "release-bot", 0));
	cr_expect_null(sim_github_why_no_merge(scene.github, "main", "ann", 0), "an administrator");
	scene_args(&scene, "approvals", "6", NULL);
	assert_ok(scene_plan(&scene, VERB, &plan, &err), &err);
	expect_warning(&plan, "administrators can merge all the same");
	expect_warning(&plan, "user release-bot");
}

Test(github_protection, a_ruleset_that_wants_more_is_told) {
	static const struct { int own, ruleset; const char *wanted, *warning, *refusal; } CASES[] = {
		{6, 2, "1", "ruleset 42 of the organisation octo wants 2", NULL},
		{1, 6, "6", "wants 6 too", NULL},
		{1, 7, "6", "wants 7: a merge needs those whatever is set here", NULL},
		{1, 2, "0", NULL, "it would change nothing: ruleset 42 of the organisation octo wants 2"},
		{2, 2, "1", NULL, "it would change nothing"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(GithubScene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		scene_begin(&scene, "");
		sim_github_protect(scene.github, "main", CASES[i].own, true);
		sim_github_add_ruleset(scene.github, 42, "main", CASES[i].ruleset, "octo");
		scene_args(&scene, "approvals", CASES[i].wanted, NULL);
		bool ok = scene_plan(&scene, VERB, &plan, &err);
		cr_assert_eq(ok, !CASES[i].refusal, "case %zu: %s", i, err.why);
		if (ok)
			expect_warning(&plan, CASES[i].warning);
		else
			assert_error(&err, ERROR_CONFLICT, CASES[i].refusal);
	}
}

/* ---- what cannot be done ---- */

static void unprotected(GithubScene *scene) { sim_github_add_branch(scene->github, "staging"), scene_args(scene, "approvals", "6", "branch", "staging", NULL); }
static void without_reviews(GithubScene *scene) { sim_github_protect(scene->github, "main", -1, true); }
static void ruleset_only(GithubScene *scene) { unprotected(scene), sim_github_add_ruleset(scene->github, 7, "staging", 2, NULL); }
static void no_branch(GithubScene *scene) { scene_args(scene, "approvals", "6", "branch", "release/1 0", NULL); }
static void no_repository(GithubScene *scene) { scene_args(scene, "approvals", "6", "repo", "octo/none", NULL); }
static void no_name(GithubScene *scene) { scene_args(scene, "approvals", "6", "repo", "octo/../app", NULL); }
static void renamed(GithubScene *scene) { sim_github_rename(scene->github, "octo/new-app"); }
static void bad_token(GithubScene *scene) { (void) scene, setenv("SCENE_TOKEN", "expired", 1); }
static void classic_without_rights(GithubScene *scene) { scene_use_token(scene, "bob-token", "bob", SIM_GITHUB_WRITES, SIM_GITHUB_CLASSIC); }
static void fine_without_rights(GithubScene *scene) { scene_use_token(scene, "bob-token", "bob", SIM_GITHUB_WRITES, SIM_GITHUB_FINE_GRAINED); }
static void app_without_rights(GithubScene *scene) { scene_use_token(scene, "app-token", "ops[bot]", SIM_GITHUB_WRITES, SIM_GITHUB_APP); }
static void limited(GithubScene *scene) { sim_github_limit(scene->github, 0, (WallTime){wall_now().ms + 900000}); }
static void limited_again(GithubScene *scene) { sim_github_limit_secondary(scene->github, 1000, -1); }

Test(github_protection, what_cannot_be_done_is_refused_with_what_to_do) {
	static const struct { const char *name; void (*make)(GithubScene *scene); ErrorKind kind; const char *why, *hint; } CASES[] = {
		{"not protected", unprotected, ERROR_CONFLICT, "staging is not protected", "protect it there by hand"},
		{"no review rule", without_reviews, ERROR_CONFLICT, "no rule of it asks for approvals", "require a pull request before merging"},
		{"ruleset only", ruleset_only, ERROR_CONFLICT, "staging is guarded by ruleset 7 of the repository octo/app, which wants 2", "change the ruleset"},
		{"no branch", no_branch, ERROR_MISSING, "there is no branch release/1 0 in octo/app", "its default branch is main"},
		{"no repository", no_repository, ERROR_MISSING, "knows no repository octo/none", "check its name"},
		{"not a name", no_name, ERROR_INVALID, "octo/../app is not the name of a repository", "OWNER/NAME"},
		{"renamed", renamed, ERROR_MISSING, "octo/app has another name now: octo/new-app (status 301)", "write repository: octo/new-app"},
		{"bad token", bad_token, ERROR_DENIED, "does not accept the token (status 401): Bad credentials", "environment variable SCENE_TOKEN"},
		{"no administrator, classic", classic_without_rights, ERROR_DENIED, "no administrator's rights", "Administration: read and write"},
		{"no administrator, fine-grained", fine_without_rights, ERROR_DENIED, "not accessible by personal access token", "needs Administration"},
		{"no administrator, app", app_without_rights, ERROR_DENIED, "not accessible by integration", "needs Administration"},
		{"limit", limited, ERROR_REMOTE, "too many requests (status 403), until ", "wait for the limit to end"},
		{"secondary limit", limited_again, ERROR_REMOTE, "secondary rate limit", "wait for the limit to end"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(GithubScene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		scene_begin(&scene, "");
		scene_args(&scene, "approvals", "6", NULL);
		CASES[i].make(&scene);
		cr_expect_not(scene_plan(&scene, VERB, &plan, &err), "%s", CASES[i].name);
		cr_expect_eq(err.kind, CASES[i].kind, "%s: %s: %s", CASES[i].name, error_kind_name(err.kind), err.why);
		cr_expect(strstr(err.why, CASES[i].why) && strstr(err.hint, CASES[i].hint), "%s: %s | %s", CASES[i].name, err.why, err.hint);
		cr_expect(!strstr(err.why, SCENE_TOKEN) && !strstr(err.where, SCENE_TOKEN));
		cr_expect_eq(scene_count(&scene, "PATCH"), 0, "%s", CASES[i].name);
	}
}

Test(github_protection, a_limit_that_ends_in_time_is_waited_for_and_told) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	scene_begin(&scene, "");
	sim_github_limit_secondary(scene.github, 2, 0);
	do_it(&scene, "1", "6", &plan);
	cr_expect_eq(scene.told.count, 2);
	cr_expect(strstr(scene.told.items[0], "GitHub allows no more requests until"));
}

/* Somebody else changes another rule between plan and look: it is not as planned, and is named. */
Test(github_protection, another_rule_that_changes_is_seen) {
	AUTO_CLEAR(GithubScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	char before[65], after[65];
	Error err = {0};
	scene_begin(&scene, "");
	scene_args(&scene, "approvals", "6", NULL);
	assert_ok(scene_plan(&scene, VERB, &plan, &err), &err);
	sim_github_protect(scene.github, "main", 1, false);
	assert_ok(scene_apply(&scene, VERB, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_NO);
	cr_expect(strstr(result.evidence, "other rules have changed since the plan: enforce_admins"), "%s", result.evidence);
	sim_github_protect(scene.github, "main", 1, false);
	assert_ok(scene_plan(&scene, VERB, &again, &err), &err);
	plan_digest(&plan, before);
	plan_digest(&again, after);
	cr_expect_str_neq(before, after, "and a plan of it is another one");
}

/* ---- the probe ---- */

Test(github_protection, the_board_says_how_it_stands) {
	static const struct { int own, ruleset; const char *wanted; ReadingState state; const char *text, *reason; int needed; } CASES[] = {
		{1, 0, NULL, READING_OK, "1 approval needed", NULL, 1},
		{6, 0, NULL, READING_WARN, "frozen: 6 approvals needed", "nobody can merge until it is set back", 6},
		{6, 0, "6", READING_OK, "frozen: 6 approvals needed", NULL, 6},
		{1, 0, "6", READING_FAIL, "1 approval needed", "wanted: 6", 1},
		{0, 0, NULL, READING_WARN, "0 approvals needed", "nobody has to approve", 0},
		{1, 3, NULL, READING_OK, "1 approval needed", "ruleset 42 of the repository octo/app wants 3 besides", 3},
		{-1, 0, NULL, READING_FAIL, "no rule asks for approvals", "anybody with write access can merge", 0},
		{-1, 3, "6", READING_WARN, "ruleset 42 of the repository octo/app wants 3", "set in that ruleset", 3},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(GithubScene) scene = {0};
		AUTO_CLEAR(Reading) reading = {0};
		scene_begin(&scene, "");
		sim_github_protect(scene.github, "main", CASES[i].own, true);
		if (CASES[i].ruleset)
			sim_github_add_ruleset(scene.github, 42, "main", CASES[i].ruleset, NULL);
		scene_args(&scene, "branch", "main", CASES[i].wanted ? "approvals" : NULL, CASES[i].wanted, NULL);
		scene_read(&scene, VERB, &reading);
		cr_expect_eq(reading.state, CASES[i].state, "case %zu: %s: %s", i, reading_state_name(reading.state), reading.text);
		cr_expect(strstr(reading.text, CASES[i].text), "case %zu: %s", i, reading.text);
		cr_expect(!CASES[i].reason || (reading.reason && strstr(reading.reason, CASES[i].reason)), "case %zu: %s", i, reading.reason);
		cr_expect_eq(json_get_int(reading.facts, "needed", -1), CASES[i].needed, "case %zu", i);
		cr_expect_eq(json_get_int(reading.facts, "approvals", -1), CASES[i].own < 0 ? 0 : CASES[i].own, "case %zu", i);
	}
}
