/* sim_cluster_fault.c: see sim_cluster_fault.h. */
#include "core/sandbox/sim_cluster_fault.h"
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_backup.h"

typedef bool (*Strike)(SimCluster *cluster, Str argument, Error *err);

/* Those that nothing was said of are what the fault is called by. */
static bool power(SimCluster *cluster, Str name, bool on, Error *err) {
	AUTO_FREE char *text = str_dup(name);
	SimNode *node = sim_cluster_node(cluster, text);
	if (!node) {
		error_set(err, ERROR_MISSING, "there is no machine %s", text);
		return error_hint(err, "the board names them; so does machines.txt in the sandbox's folder");
	}
	node->is_up = on;
	return true;
}

static bool lose_node(SimCluster *cluster, Str argument, Error *err) {
	return power(cluster, argument.len ? argument : STR("node2"), false, err);
}

static bool bring_node(SimCluster *cluster, Str argument, Error *err) { return power(cluster, argument.len ? argument : STR("node2"), true, err); }

static bool lose_two(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	return power(cluster, STR("node2"), false, err) && power(cluster, STR("node3"), false, err);
}

/* Where `wanted` says so; every machine where it is NULL. */
static bool lose_those(SimCluster *cluster, bool (*wanted)(const SimNode *node)) {
	for (size_t i = 0; i < cluster->node_count; i++)
		if (cluster->nodes[i].is_member && (!wanted || wanted(&cluster->nodes[i])))
			cluster->nodes[i].is_up = false;
	return true;
}

static bool is_first(const SimNode *node) { return node->first_master; }

static bool lose_first(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	return lose_those(cluster, is_first);
}

static bool lose_masters(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	return lose_those(cluster, sim_node_is_master);
}

static bool lose_all(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	cluster->exists = false;
	return lose_those(cluster, NULL);
}

static bool lose_overlay(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	cluster->overlay = false;
	return true;
}

static bool cut_off(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	return cluster->cut_off = true;
}

static bool bring_overlay(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	cluster->cut_off = false;
	return cluster->overlay = true;
}

static bool damage_couch(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	sim_couch_damage(cluster->couch);
	return true;
}

static bool refuse_restores(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	return cluster->refuses_restores = true;
}

static bool stay_behind(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	return cluster->zone.behind = true;
}

static bool silence_server(SimCluster *cluster, Str argument, Error *err) {
	(void) argument;
	(void) err;
	return cluster->zone.silent = true;
}

/* The newest set here, and the newest of the backup node. */
static bool corrupt_backup(SimCluster *cluster, Str argument, Error *err) {
	const SimNode *node = sim_cluster_node(cluster, "node4");
	(void) argument;
	if (!cluster->folder || !node)
		return error_set(err, ERROR_MISSING, "no backup is kept anywhere");
	AUTO_FREE char *local = path_join(cluster->folder, SIM_LOCAL_SETS);
	AUTO_FREE char *root = sim_cluster_backups(cluster, node);
	AUTO_FREE char *remote = path_join(root, "daily");
	return sim_backup_corrupt(local, NULL, err) && sim_backup_corrupt(remote, NULL, err);
}

static const struct { const char *name; bool takes_node; Strike strike; const char *help; } FAULTS[] = {
	{"node-lost", true, lose_node, "a machine loses its power: node2, or =NODE"},
	{"node-back", true, bring_node, "it has power again"},
	{"two-nodes-lost", false, lose_two, "node2 and node3: no majority of the masters is left"},
	{"first-master-lost", false, lose_first, "the machine that is the first master"},
	{"control-plane-gone", false, lose_masters, "all masters; the backup node stays"},
	{"all-lost", false, lose_all, "every machine of the cluster"},
	{"couchdb-damaged", false, damage_couch, "couchdb-2 has fallen out of its cluster, and documents are lost"},
	{"backup-corrupt", false, corrupt_backup, "the newest backup set, here and on the backup node"},
	{"restore-job-fails", false, refuse_restores, "the restore Job's documents are refused, until none"},
	{"dns-behind", false, stay_behind, "the second name server keeps what it has, whatever is published, until none"},
	{"dns-silent", false, silence_server, "the second name server answers nobody, until none"},
	{"overlay-back", false, bring_overlay, "the overlay network is up again"},
	{"overlay-cut-off", false, cut_off, "this machine is out of the overlay; the machines of the cluster still reach one another"},
	{"overlay-gone", false, lose_overlay, "the overlay network; the local network stays"},
};

bool sim_cluster_fault_is(Str name) {
	for (size_t i = 0; i < BG_LENGTH(FAULTS); i++)
		if (str_eq_c(name, FAULTS[i].name))
			return true;
	return false;
}

bool sim_cluster_fault(SimCluster *cluster, Str name, Str argument, Error *err) {
	for (size_t i = 0; i < BG_LENGTH(FAULTS); i++) {
		if (!str_eq_c(name, FAULTS[i].name))
			continue;
		if (!argument.len || FAULTS[i].takes_node)
			return FAULTS[i].strike(cluster, argument, err);
		error_set(err, ERROR_INVALID, "%s does not take %.*s", FAULTS[i].name, STR_ARG(argument));
		return error_hint(err, "breakglass sandbox --list tells what each takes");
	}
	error_set(err, ERROR_INVALID, "there is no fault %.*s", STR_ARG(name));
	return error_hint(err, "breakglass sandbox --list names them");
}

void sim_cluster_mend(SimCluster *cluster) {
	cluster->overlay = true;
	cluster->cut_off = false;
	cluster->refuses_restores = cluster->zone.silent = cluster->zone.behind = false;
	sim_zone_take_over(&cluster->zone);
	for (size_t i = 0; i < cluster->node_count; i++)
		cluster->nodes[i].is_up = true;
}

const char *sim_cluster_fault_help(void) {
	static char text[2000];
	size_t used = 0;
	for (size_t i = 0; i < BG_LENGTH(FAULTS) && used < sizeof(text); i++)
		used += (size_t) snprintf(text + used, sizeof(text) - used, "  %-20s %s\n", FAULTS[i].name, FAULTS[i].help);
	return text;
}
