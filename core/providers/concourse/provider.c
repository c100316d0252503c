/* provider.c: the table of the Concourse provider. */
#include "core/providers/concourse/concourse.h"
#include "core/providers/settings.h"

#define PIPELINE {"pipeline", PARAM_TEXT, true, NULL, "name of the pipeline"}

static const SettingSpec SETTINGS[] = {
	{"url", PARAM_URL, false, false, "address of the Concourse: https://ci.example.org; not needed with token: { flyrc: TARGET }"},
	{"team", PARAM_TEXT, false, false, "team that owns the pipelines; main if not said"},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
	{"token", PARAM_TEXT, true, true, "bearer token; { flyrc: TARGET } uses what fly login left"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	if (!settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err))
		return false;
	if (system_setting(system, "url") || system_find_secret(system, "token")->kind == SECRET_SOURCE_FLYRC)
		return true;
	error_set(err, ERROR_MISSING, "the concourse system %s has no url", system->name);
	error_hint(err, "write url: https://ci.example.org, or token: { flyrc: TARGET }");
	return environment_error_at(environment, system->place, err);
}

static const Action ACTIONS[] = {
	{.spec = {.name = "concourse.pause", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "pauses a pipeline: no further run starts",
			.VERB_PARAMS(PIPELINE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 1000, .plan = concourse_plan_pause, .apply = concourse_apply_pause,
		.verify = concourse_verify_pause, .undo = concourse_undo_pause, .manual = "fly -t TARGET pause-pipeline -p PIPELINE"},
	{.spec = {.name = "concourse.unpause", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "unpauses a pipeline: due runs start at once",
			.VERB_PARAMS(PIPELINE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 1000, .plan = concourse_plan_unpause, .apply = concourse_apply_unpause,
		.verify = concourse_verify_unpause, .undo = concourse_undo_unpause, .manual = "fly -t TARGET unpause-pipeline -p PIPELINE"},
	{.spec = {.name = "concourse.destroy", .kind = VERB_ACTION, .risk = RISK_DESTRUCTIVE,
			.help = "saves a pipeline's configuration in the incident's folder, then destroys it; its build history is lost",
			.VERB_PARAMS(PIPELINE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = concourse_plan_destroy, .apply = concourse_apply_destroy,
		.verify = concourse_verify_destroy, .undo = concourse_undo_destroy,
		.manual = "fly -t TARGET get-pipeline -p PIPELINE > PIPELINE.yml; fly -t TARGET destroy-pipeline -p PIPELINE"},
	{.spec = {.name = "concourse.set-pipeline", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "sets a pipeline from a file, or from what was saved when it was destroyed; a new one starts paused",
			.VERB_PARAMS(PIPELINE,
				{"config", PARAM_TEXT, false, NULL, "its file, relative to the environment file; if not there, what destroy saved"},
				{"vars", PARAM_TEXT, false, NULL, "file of variables for its ((name))s, as fly's -l"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = concourse_plan_set_pipeline, .apply = concourse_apply_set_pipeline,
		.verify = concourse_verify_set_pipeline, .manual = "fly -t TARGET set-pipeline -p PIPELINE -c FILE -l VARS"},
	{.spec = {.name = "concourse.trigger", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "runs a job once and waits for its end; the build's number is what save= keeps",
			.VERB_PARAMS(PIPELINE, {"job", PARAM_TEXT, true, NULL, "name of the job"},
				{"wait", PARAM_BOOL, false, NULL, "no: it is done when the build is started"}, SYSTEM_PARAM)},
		.usual_ms = 600000, .plan = concourse_plan_trigger, .apply = concourse_apply_trigger, .verify = concourse_verify_trigger,
		.manual = "fly -t TARGET trigger-job -j PIPELINE/JOB -w"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "concourse.job", .kind = VERB_PROBE, .subject = "job ${job}", .help = "how a job's last runs went, and when the next one is due",
			.VERB_PARAMS(PIPELINE, {"job", PARAM_TEXT, true, NULL, "name of the job"},
				{"max-age", PARAM_SPAN, false, NULL, "the last good run may be this old"},
				{"status", PARAM_CHOICE, false, "succeeded|failed|errored|aborted", "how the last run must have ended; succeeded if not said"},
				{"show", PARAM_CHOICE, false, "last-run", "only for the reader"}, SYSTEM_PARAM),
			.VERB_FIELDS({"status", PARAM_TEXT, "how the last run ended: succeeded, failed, errored, aborted"},
				{"exists", PARAM_BOOL, "there is such a job"},
				{"running", PARAM_BOOL, "a run is under way"},
				{"running_since", PARAM_TIME, "when that run began"},
				{"build", PARAM_TEXT, "number of the last run that ended"},
				{"last_status", PARAM_TEXT, "the same as status"},
				{"last_start", PARAM_TIME, "when the last run that ended began"},
				{"last_end", PARAM_TIME, "when it ended"},
				{"age", PARAM_SPAN, "time since it ended"},
				{"good_start", PARAM_TIME, "when the last successful run began"},
				{"good_end", PARAM_TIME, "when it ended"},
				{"good_age", PARAM_SPAN, "time since it ended"},
				{"interval", PARAM_SPAN, "of its schedule"},
				{"next_run", PARAM_TIME, "when its schedule makes it run next"},
				{"job_paused", PARAM_BOOL, "the job itself is paused"})},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = concourse_read_job},
	{.spec = {.name = "concourse.pipeline", .kind = VERB_PROBE, .subject = "pipeline ${pipeline}", .help = "whether a pipeline is paused",
			.VERB_PARAMS(PIPELINE, SYSTEM_PARAM),
			.VERB_FIELDS({"paused", PARAM_BOOL, "it is paused"}, {"exists", PARAM_BOOL, "there is such a pipeline"},
				{"archived", PARAM_BOOL, "it is archived"}, {"paused_by", PARAM_TEXT, "who paused it, where the server says so"})},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = concourse_read_pipeline},
};

const Provider CONCOURSE_PROVIDER = {
	.name = "concourse", .title = "Concourse CI", .check_system = check_system, .may = concourse_may,
	.actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
