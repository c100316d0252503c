/* provider.c: the table of the GitHub provider. */
#include "core/providers/github/github.h"
#include "core/providers/settings.h"

#define REPO {"repo", PARAM_TEXT, false, NULL, "OWNER/NAME; the system's repository if not said"}
#define BRANCH {"branch", PARAM_TEXT, false, NULL, "name of the branch; main if not said"}
#define WORKFLOW {"workflow", PARAM_TEXT, false, NULL, "name of the workflow's file (restore.yml), or its own name"}
#define MATCH {"match", PARAM_TEXT, false, NULL, "instead of workflow=: a pattern that fits one workflow's name or file"}
#define CONCLUSIONS "success|failure|cancelled|skipped|timed_out|action_required|neutral|stale|startup_failure"
#define APPROVALS "0|1|2|3|4|5|6"

#define APPLY_MS (2 * 60 * 60 * 1000)      /* a restore takes as long as it takes */
#define RUN_FIELDS {"conclusion", PARAM_TEXT, "how it ended: success, failure, cancelled, timed_out"}, \
	{"status", PARAM_TEXT, "of that run: queued, in_progress, waiting, completed"}, {"running", PARAM_BOOL, "a run is under way"}, \
	{"run", PARAM_INT, "id of the run"}, {"number", PARAM_INT, "its number among the workflow's"}, {"url", PARAM_TEXT, "where it can be looked at"}, \
	{"last_end", PARAM_TIME, "when it ended"}, {"age", PARAM_SPAN, "time since it ended"}

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
			.help = "sets how many approvals a merge into a branch needs, and no other rule of it: 6 freezes it; the number of before is what save= keeps",
			.VERB_PARAMS({"approvals", PARAM_CHOICE, true, APPROVALS, "approvals that a merge needs: 0 to 6"}, BRANCH, REPO, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = github_plan_protection, .apply = github_apply_protection,
		.verify = github_verify_protection, .undo = github_undo_protection,
		.manual = "Settings, Branches, the rule of BRANCH: required number of approvals before merging"},
	{.spec = {.name = "github.workflow", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "starts a workflow by hand and waits for the end of its run; the run's id is what save= keeps",
			.VERB_PARAMS(WORKFLOW, MATCH, {"ref", PARAM_TEXT, false, NULL, "branch or tag that it runs at; the default branch if not said"},
				{"input.*", PARAM_TEXT, false, NULL, "a value for an input: input.backup-file=VALUE; - stands for _ too, small letters for capitals"},
				{"correlation", PARAM_TEXT, false, NULL, "input that gets an id by which the run is known for certain; its run-name must show it"},
				{"watch", PARAM_BOOL, false, NULL, "no: it is done when the run is started"},
				{"cancel", PARAM_BOOL, false, NULL, "yes: stopping here cancels the run on GitHub, too"}, REPO, SYSTEM_PARAM)},
		.usual_ms = 600000, .apply_ms = APPLY_MS, .plan = github_plan_workflow, .apply = github_apply_workflow, .verify = github_verify_workflow,
		.manual = "Actions, the workflow, Run workflow; or: gh workflow run FILE --ref REF -f NAME=VALUE; gh run watch"},
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
	{.spec = {.name = "github.workflow", .kind = VERB_PROBE, .subject = "workflow ${workflow}", .help = "how the last run of a workflow went",
			.VERB_PARAMS(WORKFLOW, MATCH, {"branch", PARAM_TEXT, false, NULL, "only runs at this branch"},
				{"conclusion", PARAM_CHOICE, false, CONCLUSIONS, "how it must have ended; success if not said"},
				{"max-age", PARAM_SPAN, false, NULL, "its end may be this long ago"}, REPO, SYSTEM_PARAM),
			.VERB_FIELDS(RUN_FIELDS, {"enabled", PARAM_BOOL, "the workflow is active"})},
		.every_ms = 60000, .deadline_ms = 15000, .budget_ms = 300000, .read = github_read_workflow},
	{.spec = {.name = "github.run", .kind = VERB_PROBE, .subject = "run ${run}", .help = "how one run went: the one that save= of github.workflow kept",
			.VERB_PARAMS({"run", PARAM_INT, true, NULL, "its id"}, {"conclusion", PARAM_CHOICE, false, CONCLUSIONS, "how it must have ended; success if not said"},
				{"max-age", PARAM_SPAN, false, NULL, "its end may be this long ago"}, REPO, SYSTEM_PARAM),
			.VERB_FIELDS(RUN_FIELDS)},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = github_read_run},
};

const Provider GITHUB_PROVIDER = {
	.name = "github", .title = "GitHub", .check_system = check_system, .may = github_may, .credential_end = github_credential_end,
	.actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
