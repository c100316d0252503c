/* provider.c: the table of the CouchDB provider. */
#include "core/providers/couchdb/couchdb.h"
#include "core/providers/settings.h"

static const SettingSpec SETTINGS[] = {
	{"url", PARAM_URL, true, false, "address of CouchDB: http://[4a1:b2::11]:5984"},
	{"nodes", PARAM_LIST, false, false, "addresses of all nodes of the cluster, one URL each"},
	{"user", PARAM_TEXT, false, false, "name of the admin; admin if not said"},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
	{"password", PARAM_TEXT, false, true, "the admin's password"},
};

static bool check_nodes(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	const Json *nodes = json_get(system->settings, "nodes");
	const char *why = NULL;
	if (nodes && !json_is_array(nodes)) {
		error_set(err, ERROR_INVALID, "nodes of %s is no list", system->name);
	} else {
		JSON_EACH(item, nodes)
			if (!json_string(item) || !param_value_fits(PARAM_URL, NULL, str_from(json_string(item)), &why))
				error_set(err, ERROR_INVALID, "a node of %s is no address: %s", system->name, json_string(item) ? json_string(item) : "");
	}
	if (!error_is_set(err))
		return true;
	error_hint(err, "write nodes: [ \"http://[4a1:b2::11]:5984\", ... ]");
	return environment_error_at(environment, system_setting_place(system, "nodes"), err);
}

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	Error local = {0};
	if (!settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err))
		return false;
	if (check_nodes(environment, system, &local))
		return true;
	if (err)
		*err = local;
	return false;
}

#define TIMEOUT {"timeout", PARAM_SPAN, false, NULL, "how long it may take; 12h if not said"}
#define LONG_MS (12 * 60 * 60 * 1000)
#define COUNT_MS (30 * 60 * 1000)

static const Action ACTIONS[] = {
	{.spec = {.name = "couchdb.restore", .kind = VERB_ACTION, .risk = RISK_DESTRUCTIVE, .restores = true, .help = "databases out of dumps: revisions kept, design documents last",
			.VERB_PARAMS({"from", PARAM_TEXT, true, NULL, "a folder of dumps (DATABASE.json, DATABASE.couchbackup), or one dump"},
				{"databases", PARAM_LIST, false, NULL, "only these; all of the set if not said, but _replicator and _global_changes"},
				{"as", PARAM_TEXT, false, NULL, "the database of a single dump, where its file has another name"},
				{"existing", PARAM_CHOICE, false, "refuse|merge", "a database that holds documents already; refuse if not said"},
				{"attachments", PARAM_CHOICE, false, "drop|keep", "of which the dump holds no content (stubs): without them (drop), or as they are"},
				TIMEOUT, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 60000, .plan_ms = COUNT_MS, .apply_ms = LONG_MS, .plan = couch_plan_restore, .apply = couch_apply_restore,
		.verify = couch_verify_restore, .manual = "couchrestore --db DATABASE < DUMP, or POST DATABASE/_bulk_docs with new_edits false"},
	{.spec = {.name = "couchdb.setup", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "makes a cluster of the nodes of the environment file",
			.VERB_PARAMS(SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 10000, .plan = couch_plan_setup, .apply = couch_apply_setup, .verify = couch_verify_setup,
		.manual = "POST URL/_cluster_setup: enable_cluster on each node, add_node for each other one, finish_cluster"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "couchdb.cluster", .kind = VERB_PROBE, .subject = "CouchDB cluster", .help = "whether each node is up and all are members",
			.VERB_PARAMS(SYSTEM_PARAM),
			.VERB_FIELDS({"up", PARAM_INT, "nodes that answer that they are up"}, {"nodes", PARAM_INT, "nodes that the environment names"},
				{"members", PARAM_INT, "nodes that are connected"}, {"expected", PARAM_INT, "nodes that belong to the cluster"},
				{"state", PARAM_TEXT, "cluster_finished, cluster_enabled, ..."}, {"version", PARAM_TEXT, "of CouchDB"})},
		.every_ms = 30000, .deadline_ms = 20000, .budget_ms = 120000, .read = couch_read_cluster},
};

const Provider COUCHDB_PROVIDER = {.name = "couchdb", .title = "CouchDB", .check_system = check_system, .may = couch_may, .actions = ACTIONS,
	.action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES)};
