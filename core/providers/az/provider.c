/* provider.c: the table of what is read through az. */
#include "core/providers/az/az.h"
#include "core/providers/settings.h"

static const SettingSpec SETTINGS[] = {
	{"program", PARAM_TEXT, false, false, "az if not said; a path, or words as a list"},
	{"subscription", PARAM_TEXT, false, false, "name or id of the subscription; if not said, the one that az has chosen (az account show)"},
	{"resource-group", PARAM_TEXT, false, false, "resource group of what does not name one"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err);
}

static const char *system_program(const EnvironmentSystem *system) {
	(void) system;
	return "az";
}

static const Probe PROBES[] = {
	{.spec = {.name = "az.postgres", .kind = VERB_PROBE, .subject = "database server ${server}",
			.help = "a Postgres flexible server: does it run, and back to which moment can it be restored (as a new server, always)?",
			.VERB_PARAMS({"server", PARAM_TEXT, true, NULL, "its name"}, {"group", PARAM_TEXT, false, NULL, "its resource group; if not said, that of the system"},
				{"retention", PARAM_INT, false, NULL, "it must keep backups of at least so many days"},
				{"at", PARAM_TEXT, false, NULL, "a moment that is to be restored, UTC: reaches tells whether it can be"}, SYSTEM_PARAM),
			.VERB_FIELDS({"exists", PARAM_BOOL, "there is one of that name"}, {"state", PARAM_TEXT, "Ready, Stopped, Updating, ..."},
				{"version", PARAM_TEXT, "version of Postgres"}, {"retention", PARAM_INT, "days for which it keeps backups"},
				{"earliest", PARAM_TIME, "the first moment that can be restored"}, {"reaches", PARAM_BOOL, "the moment of at= can be restored now"},
				{"geo_redundant", PARAM_BOOL, "its backups are kept in a second region, too"})},
		.every_ms = 300000, .deadline_ms = 60000, .budget_ms = 1200000, .read = az_probe_postgres},
};

const Provider AZ_PROVIDER = {.name = "az", .title = "Azure, through the program az", .check_system = check_system, .system_program = system_program,
	.probes = PROBES, .probe_count = BG_LENGTH(PROBES)};
