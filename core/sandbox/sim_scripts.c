/* sim_scripts.c: see sim_scripts.h. What is printed is ours; the order of deeds and the exit codes are those of the scripts. */
#include "core/sandbox/sim_scripts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/file.h"

#define CONFIG_MAX (256u * 1024)
#define SSH_FAILED 255

/* ---- files of the checkout ---- */

static char *checkout_path(const SimCluster *cluster, const char *name) {
	AUTO_FREE char *root = path_join(cluster->folder, SIM_CHECKOUT);
	return path_join(root, name);
}

static Json *load_config(const SimCluster *cluster, SimRun *run) {
	AUTO_FREE char *path = checkout_path(cluster, "config/cluster-config.json");
	AUTO_CLEAR(Buf) text = {0};
	Json *config = NULL;
	Error err = {0};
	if (file_read(path, CONFIG_MAX, &text, &err) && json_parse(buf_str(&text), &config, &err) && json_is_array(json_get(config, "nodes")))
		return config;
	sim_run_refuse(run, 1, "Error: Configuration file %s cannot be used: %s", path, *err.why ? err.why : "it has no list of nodes");
	json_free(config);
	return NULL;
}

static bool save_text(const SimCluster *cluster, SimRun *run, const char *name, const Buf *text) {
	AUTO_FREE char *path = checkout_path(cluster, name);
	Error err = {0};
	if (file_write_atomic(path, text->data, text->len, 0600, &err))
		return true;
	sim_run_refuse(run, 1, "%s: %s", path, err.why);
	return false;
}

static bool save_config(const SimCluster *cluster, SimRun *run, const Json *config) {
	AUTO_CLEAR(Buf) text = {0};
	json_write_pretty(config, &text);
	buf_putc(&text, '\n');
	return save_text(cluster, run, "config/cluster-config.json", &text);
}

/* AAAA records of the first three nodes of the file, as the team's template has them. */
static bool save_records(const SimCluster *cluster, SimRun *run, const Json *config) {
	static const char *const HOSTS[] = {"", "studio."};
	AUTO_CLEAR(Buf) text = {0};
	const char *domain = json_get_string_or(config, "domain", SIM_DOMAIN);
	for (size_t i = 0; i < BG_LENGTH(HOSTS); i++)
		for (size_t k = 0; k < 3 && json_at(json_get(config, "nodes"), k); k++)
			buf_printf(&text, "%s%s. IN AAAA %s\n", HOSTS[i], domain, json_get_string_or(json_at(json_get(config, "nodes"), k), "ipv6", ""));
	buf_printf(&text, "monitoring.%s. IN AAAA %s\n", domain, json_get_string_or(json_at(json_get(config, "nodes"), 0), "ipv6", ""));
	return save_text(cluster, run, "config/dns-records.txt", &text);
}

static const Json *config_node(const Json *config, const char *name) {
	JSON_EACH(node, json_get(config, "nodes"))
		if (text_eq(json_get_string(node, "name"), name))
			return node;
	return NULL;
}

static const Json *config_first(const Json *config) {
	JSON_EACH(node, json_get(config, "nodes"))
		if (json_get_bool(node, "is_first_master", false))
			return node;
	return NULL;
}

static void drop_node(Json *config, const char *name) {
	Json *kept = json_new_array();
	JSON_EACH(node, json_get(config, "nodes"))
		if (!text_eq(json_get_string(node, "name"), name))
			json_append(kept, json_copy(node));
	json_add(config, "nodes", kept);
}

/* ---- machines ---- */

static SimNode *machine_at(const SimCluster *cluster, const char *ipv6) {
	for (size_t i = 0; i < cluster->node_count; i++)
		if (text_eq(cluster->nodes[i].ipv6, ipv6))
			return &cluster->nodes[i];
	return NULL;
}

/* The machine that answers there; NULL when none does, said as ssh says it, which ends the script. */
static SimNode *reach(const SimCluster *cluster, SimRun *run, const char *ipv6) {
	SimNode *node = machine_at(cluster, ipv6);
	if (node && node->is_up && sim_cluster_is_near(cluster))
		return node;
	sim_run_refuse(run, SSH_FAILED, "ssh: connect to host %s port 22: %s", ipv6, node && sim_cluster_is_near(cluster) ? "Connection timed out" : "No route to host");
	return NULL;
}

static SimNode *reach_first(const SimCluster *cluster, SimRun *run, const Json *config) {
	const Json *first = config_first(config);
	if (first)
		return reach(cluster, run, json_get_string_or(first, "ipv6", ""));
	sim_run_refuse(run, 1, "Error: no node of the configuration is the first master");
	return NULL;
}

/* ---- remove-node.sh NAME ---- */

static bool may_be_removed(SimRun *run, const Json *config, const char *name) {
	const Json *node = name ? config_node(config, name) : NULL;
	if (!name)
		sim_run_refuse(run, 1, "Usage: remove-node.sh <node_name>");
	else if (!node)
		sim_run_refuse(run, 1, "Error: Node %s not found in configuration", name);
	else if (json_get_bool(node, "is_first_master", false))
		sim_run_refuse(run, 1, "ERROR: Cannot remove the first master node (%s) without reconfiguring the entire cluster.", name);
	return run->status == 0;
}

/* Out of Kubernetes, asked of the first master. */
static bool take_out(SimCluster *cluster, SimRun *run, SimNode *node) {
	if (!sim_cluster_answers(cluster)) {
		sim_run_refuse(run, 1, "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?");
		return false;
	}
	if (node && node->is_member) {
		buf_printf(&run->out, "node/%s cordoned\nnode/%s drained\nnode \"%s\" deleted\n", node->name, node->name, node->name);
		sim_cluster_leave(cluster, node);
	}
	return true;
}

void sim_remove_node_run(SimCluster *cluster, SimRun *run, WallTime now) {
	const char *name = sim_run_word(run, 0, NULL);
	AUTO(Json) *config = load_config(cluster, run);
	(void) now;
	run->changes = true;
	if (!config || !may_be_removed(run, config, name))
		return;
	const char *ipv6 = json_get_string_or(config_node(config, name), "ipv6", "");
	buf_printf(&run->out, "Removing node %s ([%s]) from the cluster...\n", name, ipv6);
	if (!reach_first(cluster, run, config) || !take_out(cluster, run, machine_at(cluster, ipv6)))
		return;
	/* A dead machine ends the script here: out of Kubernetes, and still in its configuration. */
	SimNode *node = reach(cluster, run, ipv6);
	if (!node)
		return;
	node->k3s = false;
	drop_node(config, name);
	if (save_config(cluster, run, config) && save_records(cluster, run, config))
		buf_printf(&run->out, "Node %s removed from the cluster.\nUpdate your DNS records: config/dns-records.txt\n", name);
}

/* ---- add-node.sh NAME IPV6 USER KEY [ROLE] ---- */

static bool role_is_known(const char *role) {
	return text_eq(role, "master") || text_eq(role, "worker") || text_eq(role, "master+worker") || text_eq(role, "backup");
}

/* Names become folders and words of commands: nothing but what a host may be called. */
static bool is_host_name(const char *name) {
	size_t len = strlen(name);
	return len && len <= 60 && *name != '-' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static void append_node(Json *config, const SimRun *run, const char *name, const char *ipv6, const char *role) {
	Json *node = json_append(json_get_mutable(config, "nodes"), json_new_object());
	json_add_string(node, "name", name);
	json_add_string(node, "ipv6", ipv6);
	json_add_string(node, "user", sim_run_word(run, 2, NULL));
	json_add_string(node, "ssh_key_path", sim_run_word(run, 3, NULL));
	json_add_string(node, "role", role);
	json_add_bool(node, "is_first_master", false);
	json_add_bool(node, "is_backup", text_eq(role, "backup"));
}

/* One that nobody has heard of is a machine that was just set up: it gets its sshd as soon as the state is settled. */
static SimNode *new_machine(SimCluster *cluster, SimRun *run, const char *name, const char *ipv6) {
	if (machine_at(cluster, ipv6) || sim_cluster_node(cluster, name))
		return reach(cluster, run, ipv6);
	sim_cluster_add_node(cluster, name, ipv6);
	buf_printf(&run->out, "(The sandbox sets up a machine %s at [%s]. It is not in environment.yaml yet: its address there is in machines.txt.)\n", name, ipv6);
	return reach(cluster, run, ipv6);
}

void sim_add_node_run(SimCluster *cluster, SimRun *run, WallTime now) {
	const char *name = sim_run_word(run, 0, NULL), *ipv6 = sim_run_word(run, 1, NULL), *role = sim_run_word(run, 4, NULL);
	AUTO(Json) *config = load_config(cluster, run);
	(void) now;
	run->changes = true;
	role = role ? role : "worker";
	if (!config)
		return;
	if (!sim_run_word(run, 3, NULL))
		sim_run_refuse(run, 1, "Usage: add-node.sh <name> <ipv6> <user> <ssh_key_path> [role]");
	else if (!role_is_known(role))
		sim_run_refuse(run, 1, "Invalid role: %s\nRole must be one of: master, worker, master+worker, backup", role);
	else if (!is_host_name(name))
		sim_run_refuse(run, 1, "%s: no machine has such a host name", name);
	if (run->status || !reach_first(cluster, run, config))
		return;
	buf_printf(&run->out, "Adding node %s ([%s]) to the cluster as %s...\n", name, ipv6, role);
	SimNode *node = new_machine(cluster, run, name, ipv6);
	if (!node)
		return;
	if (!sim_cluster_answers(cluster)) {
		sim_run_refuse(run, 1, "Job for k3s.service failed: the cluster has no majority of its masters, so that none can join");
		return;
	}
	sim_cluster_join(cluster, node, role);
	append_node(config, run, name, ipv6, role);
	if (save_config(cluster, run, config) && save_records(cluster, run, config))
		buf_printf(&run->out, "Node %s added to the cluster.\nUpdate your DNS records: config/dns-records.txt\n", name);
}

/* ---- generate-configs.sh, setup-couchdb-cluster.sh ---- */

void sim_generate_configs_run(SimCluster *cluster, SimRun *run, WallTime now) {
	AUTO(Json) *config = load_config(cluster, run);
	(void) now;
	run->changes = true;
	if (config && save_records(cluster, run, config))
		buf_puts(&run->out, "Configurations generated.\n");
}

void sim_setup_couchdb_run(SimCluster *cluster, SimRun *run, WallTime now) {
	(void) now;
	run->changes = true;
	if (sim_couch_form(cluster->couch))
		buf_puts(&run->out, "CouchDB cluster setup completed.\n");
	else
		sim_run_refuse(run, 1, "curl: (7) Failed to connect to couchdb.openedx.svc: a member of CouchDB does not run");
}

/* ---- deploy.sh ---- */

/* True when all of them answer: else the script ends at the first that does not. */
static bool reach_all(const SimCluster *cluster, SimRun *run, const Json *config) {
	JSON_EACH(node, json_get(config, "nodes"))
		if (!reach(cluster, run, json_get_string_or(node, "ipv6", "")))
			return false;
	return config_first(config) || reach_first(cluster, run, config);
}

static void join_all(SimCluster *cluster, SimRun *run, const Json *config) {
	JSON_EACH(node, json_get(config, "nodes")) {
		SimNode *machine = machine_at(cluster, json_get_string_or(node, "ipv6", ""));
		const char *role = json_get_string_or(node, "role", "worker");
		buf_printf(&run->out, "Setting up %s node on %s ([%s])...\n", role, machine->name, machine->ipv6);
		sim_cluster_join(cluster, machine, role);
		machine->first_master = json_get_bool(node, "is_first_master", false);
	}
}

void sim_deploy_run(SimCluster *cluster, SimRun *run, WallTime now) {
	AUTO(Json) *config = load_config(cluster, run);
	run->changes = true;
	if (!config)
		return;
	buf_puts(&run->out, "===== Open edX High Availability Deployment =====\n");
	if (!reach_all(cluster, run, config))
		return;
	const SimNode *first = machine_at(cluster, json_get_string_or(config_first(config), "ipv6", ""));
	if (!cluster->exists || !first->is_member)
		sim_cluster_begin(cluster);
	join_all(cluster, run, config);
	buf_puts(&run->out, "Applying Kubernetes manifests...\n");
	sim_cluster_deploy(cluster, now);
	sim_cluster_settle(cluster);
	if (!sim_couch_form(cluster->couch))
		sim_run_refuse(run, 1, "CouchDB cluster setup failed: not all of its pods run");
	else if (save_records(cluster, run, config))
		buf_puts(&run->out, "===== Deployment Complete =====\nUpdate your DNS records: config/dns-records.txt\n");
}

/* ---- the checkout, as it lies there at first ---- */

static void add_config_node(const SimNode *node, const char *role, const char *user, const char *key, Json *list) {
	Json *json = json_append(list, json_new_object());
	json_add_string(json, "name", node->name);
	json_add_string(json, "ipv6", node->ipv6);
	json_add_string(json, "user", user);
	json_add_string(json, "role", role);
	json_add_bool(json, "is_first_master", json_count(list) == 1);
	json_add_bool(json, "is_backup", text_eq(role, "backup"));
	json_add_string(json, "ssh_key_path", key);
}

bool sim_checkout_write(const SimCluster *cluster, const char *nodes, const char *user, const char *key, Error *err) {
	AUTO(Json) *config = json_new_object();
	AUTO_CLEAR(StrList) names = {0};
	AUTO_CLEAR(Buf) text = {0};
	strlist_split(&names, str_from(nodes), ' ');
	json_add_string(config, "domain", SIM_DOMAIN);
	Json *list = json_add(config, "nodes", json_new_array());
	for (size_t i = 0; i < names.count; i++) {
		const SimNode *node = sim_cluster_node(cluster, names.items[i]);
		BG_ASSERT(node);
		add_config_node(node, i + 1 == names.count ? "backup" : "master+worker", user, key, list);
	}
	Json *couch = json_add(config, "couchdb", json_new_object());
	json_add_string(couch, "user", SIM_COUCH_USER);
	json_add_string(couch, "password", cluster->couch_password);
	json_write_pretty(config, &text);
	buf_putc(&text, '\n');
	AUTO_FREE char *folder = checkout_path(cluster, "config");
	AUTO_FREE char *path = checkout_path(cluster, "config/cluster-config.json");
	return file_make_folder(folder, 0700, err) && file_write_atomic(path, text.data, text.len, 0600, err) && sim_manifests_write(cluster, err);
}
