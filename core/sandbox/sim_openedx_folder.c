/* sim_openedx_folder.c: what stands in the folder of a sandbox with a cluster, and its part of environment.yaml. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/sandbox/sim_backup.h"
#include "core/sandbox/sim_couch_data.h"
#include "core/sandbox/sim_openedx_parts.h"
#include "core/sandbox/sim_scripts.h"

#define LOCAL_SETS 3

/* ---- files ---- */

static bool write_text(const SimOpenedx *openedx, const char *name, Str text, unsigned mode, Error *err) {
	AUTO_FREE char *path = path_join(openedx->folder, name);
	AUTO_FREE char *folder = path_folder(path);
	return file_make_folder(folder, 0700, err) && file_write_atomic(path, text.ptr, text.len, mode, err);
}

bool sim_openedx_write_machines(const SimOpenedx *openedx, Error *err) {
	const SimCluster *cluster = openedx->world->cluster;
	AUTO_CLEAR(Buf) known = {0};
	AUTO_CLEAR(Buf) config = {0};
	AUTO_CLEAR(Buf) list = {0};
	buf_puts(&config, "# Made for a drill: ssh finds the pretended machines here, by their names and their addresses of the overlay.\n");
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		unsigned port = sim_machines_port(openedx->machines, node->name);
		buf_printf(&config, "Host %s %s\n  HostName %s\n  Port %u\n  HostKeyAlias [%s]:%u\n", node->name, node->ipv6, sim_machines_address(openedx->machines), port,
			sim_machines_address(openedx->machines), port);
		buf_printf(&config, "Host %s" SIM_LAN_SUFFIX "\n  HostName " SIM_MACHINE_LAN "\n  Port %u\n  HostKeyAlias [%s]:%u\n", node->name, port,
			sim_machines_address(openedx->machines), port);
		buf_printf(&list, "%-12s %-20s %s port %u\n", node->name, node->ipv6, sim_machines_address(openedx->machines), port);
	}
	buf_printf(&config, "Host *\n  IdentitiesOnly yes\n  IdentityFile \"%s/secrets/machine-key\"\n  UserKnownHostsFile \"%s/known_hosts\"\n", openedx->folder,
		openedx->folder);
	sim_machines_known(openedx->machines, &known);
	return write_text(openedx, "known_hosts", buf_str(&known), 0600, err) && write_text(openedx, "ssh_config", buf_str(&config), 0600, err)
		&& write_text(openedx, "machines.txt", buf_str(&list), 0600, err);
}

/* The real programs, told where the machines are. */
static bool write_ssh(const SimOpenedx *openedx, Error *err) {
	static const char *const NAMES[] = {"ssh", "scp", "sftp"};
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		AUTO_CLEAR(Buf) text = {0};
		AUTO_FREE char *name = bg_asprintf("bin/%s", NAMES[i]);
		AUTO_FREE char *config = path_join(openedx->folder, "ssh_config");
		buf_printf(&text, "#!/bin/sh\n# The real %s, told where the machines of this drill are.\n"
			"for folder in /usr/bin /bin /usr/local/bin /opt/homebrew/bin; do\n\t[ -x $folder/%s ] && exec $folder/%s -F ", NAMES[i], NAMES[i], NAMES[i]);
		shell_quote(str_from(config), &text);
		buf_printf(&text, " \"$@\"\ndone\necho \"there is no %s here: install openssh-client\" >&2\nexit 127\n", NAMES[i]);
		if (!write_text(openedx, name, buf_str(&text), 0755, err))
			return false;
	}
	return true;
}

static void login_name(Buf *out) {
	char buffer[4096];
	struct passwd entry, *found = NULL;
	if (getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &found) == 0 && found)
		buf_puts(out, found->pw_name);
}

static bool write_backups(const SimOpenedx *openedx, Error *err) {
	SimCluster *cluster = openedx->world->cluster;
	const SimNode *node = sim_cluster_node(cluster, "node4");
	WallTime now = wall_now();
	AUTO_FREE char *local = path_join(openedx->folder, SIM_LOCAL_SETS);
	AUTO_FREE char *remote = sim_cluster_backups(cluster, node);
	return sim_backup_write_node(cluster->couch, remote, now, err) && sim_backup_write_local(cluster->couch, local, LOCAL_SETS, now, err);
}

/* In a complete loss the configuration names the new machines already. */
static const char *config_nodes(const SimOpenedx *openedx) {
	return sim_cluster_node(openedx->world->cluster, "node1-new") ? "node1-new node2-new node3-new node4-new" : "node1 node2 node3 node4";
}

bool sim_openedx_write(const SimOpenedx *openedx, Error *err) {
	AUTO_CLEAR(Buf) login = {0};
	AUTO_FREE char *key = path_join(openedx->folder, "secrets/machine-key");
	AUTO_FREE char *home = path_join(openedx->folder, "home/.kube");
	login_name(&login);
	return file_make_folder(home, 0700, err) && write_text(openedx, "home/.kube/config", STR("# The practice kubectl asks the sandbox, whatever stands here.\n"), 0600, err)
		&& sim_openedx_write_machines(openedx, err) && write_ssh(openedx, err)
		&& sim_checkout_write(openedx->world->cluster, config_nodes(openedx), buf_text(&login), key, err)
		&& write_text(openedx, "secrets/couchdb-password", str_from(openedx->world->cluster->couch_password), 0600, err) && write_backups(openedx, err);
}

/* ---- environment.yaml ---- */

/* In a complete loss the new machines are already planned to be something. */
static const char *role_of(const SimOpenedx *openedx, const SimNode *node) {
	if (*node->role || !sim_cluster_node(openedx->world->cluster, "node1-new"))
		return node->role;
	return text_eq(node->name, "node4-new") ? "backup" : "master+worker";
}

static void put_nodes(const SimOpenedx *openedx, const char *login, Buf *out) {
	const SimCluster *cluster = openedx->world->cluster;
	buf_puts(out, "nodes:\n  published: " SIM_CHECKOUT "/config/cluster-config.json\n  known-hosts: [known_hosts]\n  every: 10s\n  deadline: 5s\n  list:\n");
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		buf_printf(out, "    - { name: %s, address: \"%s\", port: %u, lan: " SIM_MACHINE_LAN ", user: \"%s\", key: secrets/machine-key", node->name,
			sim_machines_address(openedx->machines), sim_machines_port(openedx->machines, node->name), login);
		if (*role_of(openedx, node))
			buf_printf(out, ", role: %s", role_of(openedx, node));
		buf_printf(out, "%s }\n", text_eq(role_of(openedx, node), "backup") ? ", backups: backup/daily" : "");
	}
	buf_putc(out, '\n');
}

static void put_systems(const SimOpenedx *openedx, const SimFolder *folder, Buf *out) {
	const char *node = sim_cluster_node(openedx->world->cluster, "node4-new") ? "node4-new" : "node4";
	const char *const *urls = folder->urls;
	AUTO_FREE char *first = sim_dns_address(openedx->dns, 0);
	AUTO_FREE char *second = sim_dns_address(openedx->dns, 1);
	buf_printf(out, "systems:\n"
		"  cluster: { provider: k8s, program: [\"%s/bin/kubectl\"], namespace: " SIM_NAMESPACE " }\n"
		"  couch:   { provider: couchdb, url: \"%s\", nodes: [ \"%s\", \"%s\", \"%s\" ], user: " SIM_COUCH_USER ", password: { file: secrets/couchdb-password } }\n"
		"  sets:    { provider: backup, folder: " SIM_LOCAL_SETS ", node: %s, remote: backup }\n"
		"  names:   { provider: dns, servers: [ \"%s\", \"%s\" ] }\n"
		"  overlay: { provider: mycelium, url: \"%s\" }\n"
		"  lms:     { provider: http, url: \"%s/\" }\n"
		"  studio:  { provider: http, url: \"%s/studio\" }\n\n", folder->folder, urls[SIM_SYSTEM_COUCH_0], urls[SIM_SYSTEM_COUCH_0],
		urls[SIM_SYSTEM_COUCH_1], urls[SIM_SYSTEM_COUCH_2], node, first, second, urls[SIM_SYSTEM_OVERLAY], urls[SIM_SYSTEM_SCHOOL], urls[SIM_SYSTEM_SCHOOL]);
}

static const char PROBES[] = "probes:\n"
	"  - { name: nodes ready, probe: k8s.nodes, at-least: \"4\", every: 10s }\n"
	"  - { name: masters ready, probe: k8s.nodes, selector: node-role.kubernetes.io/control-plane, at-least: \"3\", every: 10s }\n"
	"  - { name: lms, probe: k8s.deployment, deployment: lms-deployment, every: 10s }\n"
	"  - { name: studio, probe: k8s.deployment, deployment: cms-deployment, every: 10s }\n"
	"  - { name: couchdb pods, probe: k8s.statefulset, statefulset: " SIM_COUCHDB ", every: 10s }\n"
	"  - { name: couchdb, probe: couchdb.cluster, every: 10s }\n"
	"  - { name: local backup, probe: backup.sets, max-age: 8d, every: 30s }\n"
	"  - { name: backup rotation, probe: backup.rotation, every: 30s }\n"
	"  - { name: overlay, probe: mycelium.peers, every: 10s }\n"
	"  - { name: lms page, probe: http, system: lms, every: 10s }\n"
	"  - { name: studio page, probe: http, system: studio, every: 10s }\n"
	SIM_FOLDER_READINESS;

static const char *address_of(const SimCluster *cluster, const char *name) {
	const SimNode *node = sim_cluster_node(cluster, name);
	return node ? node->ipv6 : "";
}

/* What a person would know without looking it up: defaults of the playbooks' questions. */
static void put_values(const SimOpenedx *openedx, const SimFolder *folder, const char *login, Buf *out) {
	static const char *const NEW[] = {"node1-new", "node2-new", "node3-new", "node4-new"};
	static const char *const WORDS[] = {"ip1", "ip2", "ip3", "new_backup_node_ipv6"};
	const SimCluster *cluster = openedx->world->cluster;
	const char *url = folder->urls[SIM_SYSTEM_SCHOOL];
	buf_printf(out, "commands: { path: [bin], home: home }\n\nvalues:\n  checkout: \"%s/" SIM_CHECKOUT "\"\n  sets: \"%s/" SIM_LOCAL_SETS "\"\n"
		"  node_lan_ip: node1" SIM_LAN_SUFFIX "\n  node_ip: \"%s\"\n  set_place: tmp/openedx-restore\n  database: " SIM_COUCH_ENROLLMENTS_DB "\n  domain: " SIM_DOMAIN "\n  node_user: \"%s\"\n  ssh_key: \"%s/secrets/machine-key\"\n  lms_url: \"%s/\"\n  studio_url: \"%s/studio\"\n", folder->folder, folder->folder, address_of(cluster, "node1"),
		login, folder->folder, url, url);
	if (sim_cluster_node(cluster, NEW[0])) {
		for (size_t i = 0; i < BG_LENGTH(NEW); i++)
			buf_printf(out, "  %s: \"%s\"\n", WORDS[i], address_of(cluster, NEW[i]));
	} else {
		buf_printf(out, "  failed: node2\n  role: master+worker\n  new_name: node2-new\n  new_ip: \"%s\"\n", address_of(cluster, "node2-new"));
	}
}

void sim_openedx_describe(const SimOpenedx *openedx, const SimFolder *folder, const char *login, Buf *out) {
	put_nodes(openedx, login, out);
	put_systems(openedx, folder, out);
	buf_puts(out, PROBES);
	/* The wanted records are those of the new machines there, which the file names from the beginning. */
	if (sim_cluster_node(openedx->world->cluster, "node1-new"))
		buf_puts(out, "  - { name: dns, probe: dns.records, every: 10s }\n");
	buf_putc(out, '\n');
	put_values(openedx, folder, login, out);
}
