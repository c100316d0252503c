/* sim_machine_root.c: what is done on a pretended machine as root: nothing of it touches the real one, and `sudo` knows only programs that are
 * pretended, too. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_program.h"

#define TOKEN_FILE "/var/lib/rancher/k3s/server/node-token"
#define CONFIG_FILE "/etc/rancher/k3s/config.yaml"

static SimNode *machine_of(const SimCluster *cluster, SimRun *run) {
	SimNode *node = sim_cluster_node(cluster, run->machine);
	if (!node)
		sim_run_refuse(run, 1, "the practice %s runs on the pretended machines only", run->program);
	return node;
}

/* ---- k3s ---- */

/* A server that begins a cluster anew from what it has: the masters that are gone no longer count. */
static void begin_cluster(SimCluster *cluster, SimNode *node) {
	for (size_t i = 0; i < cluster->node_count; i++)
		if (!cluster->nodes[i].is_up)
			cluster->nodes[i].votes = false;
	node->is_member = node->k3s = node->votes = true;
	node->serves = true;
}

void sim_k3s_run(SimCluster *cluster, SimRun *run, WallTime now) {
	const char *verb = sim_run_word(run, 0, NULL);
	SimNode *node = machine_of(cluster, run);
	if (!node)
		return;
	if (sim_run_has(run, "--version")) {
		buf_puts(&run->out, "k3s version v1.32.3+k3s1\n");
	} else if (text_eq(verb, "kubectl")) {
		strlist_remove(&run->args, 0);
		sim_kubectl_run(cluster, run, now);
	} else if (text_eq(verb, "server") && sim_run_has(run, "--cluster-init") && sim_run_option(run, "--token")) {
		run->changes = true;
		begin_cluster(cluster, node);
		buf_printf(&run->out, "level=info msg=\"Starting k3s v1.32.3+k3s1\"\nlevel=info msg=\"Managed etcd cluster initializing\"\n"
			"level=info msg=\"%s is a server now\"\n", node->name);
	} else {
		sim_run_refuse(run, 1, "the practice k3s does not know %s; it knows kubectl, and server with --cluster-init and --token", verb ? verb : "that");
	}
}

/* ---- sudo ---- */

/* `sed -i 's/bind-address=.*... /etc/rancher/k3s/config.yaml`: it counts from the next start of k3s. */
static void edit_config(SimNode *node, SimRun *run) {
	const char *last = run->args.count ? run->args.items[run->args.count - 1] : "";
	bool of_bind = false;
	for (size_t i = 0; i < run->args.count; i++)
		of_bind = of_bind || strstr(run->args.items[i], "bind-address") != NULL;
	if (!text_eq(last, CONFIG_FILE) || !of_bind) {
		sim_run_refuse(run, 1, "the practice sudo edits only the bind-address of " CONFIG_FILE);
		return;
	}
	run->changes = true;
	node->lan_wanted = false;
	for (size_t i = 0; i < run->args.count; i++)
		node->lan_wanted = node->lan_wanted || strstr(run->args.items[i], "0.0.0.0") != NULL;
}

static void read_secret_file(const SimNode *node, SimRun *run, bool only_count) {
	const char *file = sim_run_word(run, 0, NULL);
	if (!node->k3s || !sim_node_is_master(node))
		sim_run_refuse(run, 1, "%s: %s: No such file or directory", run->program, file ? file : "");
	else if (text_eq(file, TOKEN_FILE))
		buf_puts(&run->out, only_count ? "105 " TOKEN_FILE "\n" : "K10sandboxsandboxsandbox::server:sandboxsandbox\n");
	else
		sim_run_refuse(run, 1, "the practice sudo reads only " TOKEN_FILE);
}

void sim_sudo_run(SimCluster *cluster, SimRun *run, WallTime now) {
	SimNode *node = machine_of(cluster, run);
	if (!node)
		return;
	while (run->args.count && (text_eq(run->args.items[0], "-n") || text_eq(run->args.items[0], "--")))
		strlist_remove(&run->args, 0);
	AUTO_FREE char *program = run->args.count ? bg_strdup(run->args.items[0]) : NULL;
	if (program)
		strlist_remove(&run->args, 0);
	if (text_eq(program, "sed"))
		edit_config(node, run);
	else if (text_eq(program, "cat") || text_eq(program, "wc"))
		read_secret_file(node, run, text_eq(program, "wc"));
	else if (text_eq(program, "systemctl"))
		sim_systemctl_run(cluster, run, now);
	else if (text_eq(program, "k3s"))
		sim_k3s_run(cluster, run, now);
	else if (text_eq(program, "kubectl"))
		sim_kubectl_run(cluster, run, now);
	else if (!text_eq(program, "true"))
		sim_run_refuse(run, 1, "the practice sudo does not know %s; it knows cat, k3s, kubectl, sed, systemctl, wc", program ? program : "what to run");
}
