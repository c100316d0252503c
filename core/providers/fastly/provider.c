/* provider.c: the table of the Fastly provider. */
#include "core/providers/fastly/fastly.h"
#include "core/providers/settings.h"

#define SERVICE {"service", PARAM_TEXT, false, NULL, "id or exact name of the service; the system's own if not said"}
#define VERSION(required, help) {"version", PARAM_TEXT, required, NULL, help}

static const SettingSpec SETTINGS[] = {
	{"service", PARAM_TEXT, false, false, "id or exact name of the service"},
	{"url", PARAM_URL, false, false, "address of the API, if not " FASTLY_URL},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
	{"token", PARAM_TEXT, true, true, "API token with the right to change the service"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err);
}

static const Action ACTIONS[] = {
	{.spec = {.name = "fastly.clone", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "makes a draft out of a version; its number is what save= keeps",
			.VERB_PARAMS(SERVICE, VERSION(false, "which one to copy: a number, active (if not said) or latest"), SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = fastly_plan_clone, .apply = fastly_apply_clone, .verify = fastly_verify_clone,
		.manual = "fastly service-version clone --service-id ID --version active"},
	{.spec = {.name = "fastly.replace", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "exchanges a bucket or host name for another one in a draft",
			.VERB_PARAMS(SERVICE, VERSION(true, "number of the draft"), {"from", PARAM_TEXT, true, NULL, "the name that goes"},
				{"to", PARAM_TEXT, true, NULL, "the name that comes"},
				{"in", PARAM_LIST, false, "all|backends|hosts|address|override-host|sni-host|cert-host|healthcheck-host",
					"in which fields; all if not said"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 5000, .plan = fastly_plan_replace, .apply = fastly_apply_replace,
		.verify = fastly_verify_replace, .manual = "fastly backend update --service-id ID --version N --name NAME --address HOST ..."},
	{.spec = {.name = "fastly.validate", .kind = VERB_ACTION, .risk = RISK_READ, .help = "asks Fastly whether a version is valid",
			.VERB_PARAMS(SERVICE, VERSION(true, "number of the version"), SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = fastly_plan_validate, .apply = fastly_apply_validate,
		.manual = "fastly service-version validate --service-id ID --version N"},
	{.spec = {.name = "fastly.activate", .kind = VERB_ACTION, .risk = RISK_DESTRUCTIVE,
			.help = "makes a version the one that serves; the number of the one before is what save= keeps",
			.VERB_PARAMS(SERVICE, VERSION(true, "number of the version"), SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 5000, .plan = fastly_plan_activate, .apply = fastly_apply_activate,
		.verify = fastly_verify_activate, .undo = fastly_undo_activate,
		.manual = "fastly service-version activate --service-id ID --version N"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "fastly.service", .kind = VERB_PROBE, .subject = "Fastly service ${service}",
			.help = "which version is active, and which buckets it serves",
			.VERB_PARAMS(SERVICE, {"serves", PARAM_TEXT, false, NULL, "the bucket that it should serve"},
				{"backup", PARAM_TEXT, false, NULL, "the bucket of the backup: serving it is said, and is not ok"}, SYSTEM_PARAM),
			.VERB_FIELDS({"active", PARAM_INT, "number of the active version; 0 = none"},
				{"latest", PARAM_INT, "number of the newest version"},
				{"bucket", PARAM_TEXT, "the bucket that it serves; the first of several"},
				{"buckets", PARAM_LIST, "all of them"},
				{"serves_backup", PARAM_BOOL, "it serves the bucket of the backup; only where that is named"},
				{"hosts", PARAM_LIST, "addresses of its backends"})},
		.every_ms = 30000, .deadline_ms = 20000, .budget_ms = 120000, .read = fastly_read_service},
	{.spec = {.name = "fastly.grep", .kind = VERB_PROBE, .subject = "${text} in Fastly service ${service}",
			.help = "where a version names a text: every object, dictionary items and dynamic snippets included",
			.VERB_PARAMS(SERVICE, VERSION(false, "a number, active (if not said) or latest"),
				{"text", PARAM_TEXT, true, NULL, "a bucket or host name, found as whole labels"}, SYSTEM_PARAM),
			.VERB_FIELDS({"count", PARAM_INT, "number of places; not known when some cannot be looked at and none was found"},
				{"versioned", PARAM_INT, "places in the version itself"},
				{"unversioned", PARAM_INT, "places in dictionary items, dynamic snippets and pool servers, which have no versions"},
				{"places", PARAM_LIST, "object and field of each"},
				{"version", PARAM_INT, "number of the version that was looked at"},
				{"complete", PARAM_BOOL, "everything could be looked at"})},
		.every_ms = 300000, .deadline_ms = 60000, .budget_ms = 900000, .read = fastly_read_grep},
};

const Provider FASTLY_PROVIDER = {
	.name = "fastly", .title = "Fastly", .check_system = check_system, .may = fastly_may, .credential_end = fastly_credential_end,
	.actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
