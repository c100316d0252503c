/* probes.c: whether merges into a branch are held up. */
#include "core/base/alloc.h"
#include "core/providers/github/github.h"

#define FROZEN 6          /* the most that GitHub takes: what a frozen branch is set to */

static void protection_facts(const GithubProtection *seen, Reading *ret) {
	reading_fact_bool(ret, "protected", seen->guard != GITHUB_UNGUARDED);
	reading_fact_int(ret, "approvals", seen->guard == GITHUB_REVIEWED ? seen->approvals : 0);
	reading_fact_bool(ret, "frozen", seen->guard == GITHUB_REVIEWED && seen->approvals >= FROZEN);
	reading_fact_bool(ret, "admins", seen->admins);
	if (seen->rulesets_known)
		reading_fact_int(ret, "needed", github_approvals_needed(seen, seen->guard == GITHUB_REVIEWED ? seen->approvals : 0));
}

static void judge_unguarded(const GithubProtection *seen, Reading *ret) {
	if (seen->ruleset) {
		reading_set(ret, READING_WARN, "no review rule of its own; %s wants %lld approvals", seen->ruleset, (long long) seen->ruleset_approvals);
		reading_because(ret, "its approvals are set in that ruleset, not here: look there");
	} else {
		reading_set(ret, READING_FAIL, seen->guard == GITHUB_UNGUARDED ? "not protected" : "no rule asks for approvals");
		reading_because(ret, "anybody with write access can merge: set a rule \"require a pull request before merging\" for it");
	}
}

static void judge_reviewed(const GithubProtection *seen, const char *wanted, Reading *ret) {
	int64_t expected = -1;
	BG_IGNORE(str_parse_int(str_from(wanted), &expected));   /* -1: nothing is said */
	bool as_wanted = expected < 0 || seen->approvals == expected, frozen = seen->approvals >= FROZEN;
	ReadingState state = !as_wanted ? READING_FAIL : expected < 0 && (frozen || !seen->approvals) ? READING_WARN : READING_OK;
	reading_set(ret, state, "%s%lld approval%s needed%s", frozen ? "frozen: " : "", (long long) seen->approvals, seen->approvals == 1 ? "" : "s",
		seen->admins ? "" : ", not by administrators");
	if (!as_wanted)
		reading_because(ret, "wanted: %lld; look who set it, and set it with github.protection", (long long) expected);
	else if (state == READING_WARN)
		reading_because(ret, frozen ? "nobody can merge until it is set back: look into the ledger who froze it" : "nobody has to approve a merge: look who set it so");
	if (seen->ruleset_approvals > seen->approvals)
		reading_because(ret, "%s wants %lld besides: look there", seen->ruleset, (long long) seen->ruleset_approvals);
}

void github_read_protection(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Github) github = {0};
	AUTO_CLEAR(GithubProtection) seen = {0};
	AUTO_FREE char *place = bg_asprintf("branch %s", github_branch_of(call));
	if (!github_open(call, &github, &err) || !github_look_protection(&github, github_branch_of(call), &seen, &err)) {
		reading_set_error(ret, &err);
		return api_note(&github.api, place, ret);
	}
	protection_facts(&seen, ret);
	if (seen.guard == GITHUB_REVIEWED)
		judge_reviewed(&seen, call_arg(call, "approvals"), ret);
	else
		judge_unguarded(&seen, ret);
	/* The branch's own number is known without them, but not what a merge needs. */
	if (!seen.rulesets_known && ret->state == READING_OK) {
		ret->state = READING_WARN;
		reading_because(ret, "whether a ruleset wants more is not known: %s: %s (%s)", seen.rulesets_err.why, seen.rulesets_err.hint, seen.rulesets_err.where);
	}
	api_note(&github.api, place, ret);
}
