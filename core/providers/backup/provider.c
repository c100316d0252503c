/* provider.c: the table of the backup provider. */
#include "core/providers/backup/backup.h"
#include "core/providers/settings.h"

static const SettingSpec SETTINGS[] = {
	{"folder", PARAM_TEXT, false, false, "the folder of this machine's sets; " BACKUP_FOLDER " if not said"},
	{"node", PARAM_TEXT, false, false, "the backup node: a name of nodes:; the one with role: backup if not said"},
	{"remote", PARAM_TEXT, false, false, "the folder of its sets, with daily, weekly and monthly; its backups:, else " BACKUP_REMOTE},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err);
}

/* Where an action keeps what it finds or fetches. */
static void write_folders(const Call *call, StrList *ret) { strlist_add_take(ret, backup_folder(call)); }

#define TIMEOUT {"timeout", PARAM_SPAN, false, NULL, "how long it may take; 12h if not said"}
#define LONG_MS (12 * 60 * 60 * 1000)

static const Action ACTIONS[] = {
	{.spec = {.name = "backup.fetch", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "the backup node's newest set into this machine's folder, verified; then the oldest go",
			.VERB_PARAMS({"set", PARAM_TEXT, false, NULL, "name of a daily set there; the newest if not said"},
				{"keep", PARAM_INT, false, NULL, "how many sets stay here; 10 if not said"}, TIMEOUT, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 600000, .apply_ms = LONG_MS, .plan = backup_plan_fetch, .apply = backup_apply_fetch, .verify = backup_verify_fetch,
		.manual = "./fetch-openedx-backup.sh"},
	{.spec = {.name = "backup.verify", .kind = VERB_ACTION, .risk = RISK_READ, .help = "reads a set to its end: dumps, archives, manifest; names what is wrong to the byte",
			.VERB_PARAMS({"set", PARAM_TEXT, false, NULL, "name of a set, or a path; the newest if not said"}, TIMEOUT, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 30000, .apply_ms = LONG_MS, .plan = backup_plan_verify, .apply = backup_apply_verify,
		.manual = "./verify-backup.sh SET"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "backup.rotation", .kind = VERB_PROBE, .subject = "rotation of the backup node",
			.help = "whether the backup node keeps a set of each day, of 4 weeks, of 12 months; the missing ones by name",
			.VERB_PARAMS(SYSTEM_PARAM),
			.VERB_FIELDS({"newest", PARAM_TEXT, "name of the newest daily set"}, {"age", PARAM_SPAN, "time since it was made"},
				{"daily", PARAM_INT, "daily sets there"}, {"weekly", PARAM_INT, "weekly sets"}, {"monthly", PARAM_INT, "monthly sets"},
				{"missing", PARAM_INT, "sets that were promised and are not there"})},
		.every_ms = 900000, .deadline_ms = 60000, .budget_ms = 2700000, .read = backup_read_rotation},
	{.spec = {.name = "backup.sets", .kind = VERB_PROBE, .subject = "backup sets of this machine", .help = "the newest set here: its age, its size, whether it was verified",
			.VERB_PARAMS({"folder", PARAM_TEXT, false, NULL, "the folder of the sets, if it is not the system's"}, {"max-age", PARAM_SPAN, false, NULL, "the newest set may be this old; 8d if not said"},
				{"keep", PARAM_INT, false, NULL, "how many sets there should be; 10 if not said"}, SYSTEM_PARAM),
			.VERB_FIELDS({"newest", PARAM_TEXT, "name of the newest set"}, {"age", PARAM_SPAN, "time since it was made"},
				{"bytes", PARAM_INT, "its size"}, {"usual_bytes", PARAM_INT, "the size that the ones before have, in the middle"},
				{"verified", PARAM_BOOL, "it was read to its end, and is as it was then"}, {"verified_at", PARAM_TIME, "when"},
				{"count", PARAM_INT, "number of sets"})},
		.every_ms = 300000, .deadline_ms = 30000, .budget_ms = 900000, .read = backup_read_sets},
};

const Provider BACKUP_PROVIDER = {.name = "backup", .title = "backup sets", .needs_no_system = true, .check_system = check_system, .write_folders = write_folders, .actions = ACTIONS,
	.action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES)};
