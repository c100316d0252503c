/* provider.c: the table of the GitHub provider. */
#include "core/providers/github/github.h"
#include "core/providers/settings.h"

#define REPO {"repo", PARAM_TEXT, false, NULL, "OWNER/NAME; the system's repository if not said"}
#define BRANCH {"branch", PARAM_TEXT, false, NULL, "name of the branch; main if not said"}
#define APPROVALS "0|1|2|3|4|5|6"

static const SettingSpec SETTINGS[] = {
	{"url", PARAM_URL, false, false, "address of the API; " GITHUB_DEFAULT_URL " if not said, https://HOST/api/v3 for an Enterprise Server"},
	{"repository", PARAM_TEXT, false, false, "OWNER/NAME, of verbs that name none with repo="},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
	{"token", PARAM_TEXT, true, true, "token with the rights for what is asked: a fine-grained one with Administration and Actions, or a classic one with repo"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err);
}

static const Action ACTIONS[] = {
	{.spec = {.name = "github.protection", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "sets how many approvals a merge into a branch needs, and no other rule of it: 6 freezes it",
			.VERB_PARAMS({"approvals", PARAM_CHOICE, true, APPROVALS, "approvals that a merge needs: 0 to 6"}, BRANCH, REPO, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = github_plan_protection, .apply = github_apply_protection,
		.verify = github_verify_protection, .undo = github_undo_protection,
		.manual = "Settings, Branches, the rule of BRANCH: required number of approvals before merging"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "github.protection", .kind = VERB_PROBE, .subject = "branch ${branch}", .help = "how many approvals a merge into a branch needs",
			.VERB_PARAMS(BRANCH, {"approvals", PARAM_CHOICE, false, APPROVALS, "it must be this many"}, REPO, SYSTEM_PARAM),
			.VERB_FIELDS({"approvals", PARAM_INT, "approvals that the branch's own rule asks for"},
				{"needed", PARAM_INT, "approvals that a merge needs, rulesets counted in"},
				{"protected", PARAM_BOOL, "the branch has a protection"},
				{"frozen", PARAM_BOOL, "its rule asks for 6, the most there is"},
				{"admins", PARAM_BOOL, "its rules are for administrators too"})},
		.every_ms = 60000, .deadline_ms = 15000, .budget_ms = 300000, .read = github_read_protection},
};

const Provider GITHUB_PROVIDER = {
	.name = "github", .title = "GitHub", .check_system = check_system,
	.actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
