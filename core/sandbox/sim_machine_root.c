/* sim_machine_root.c: what is done on a pretended machine as root: nothing of it touches the real one, and `sudo` knows only programs that are
 * pretended, too. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_program.h"

#define TOKEN_FILE "/var/lib/rancher/k3s/server/node-token"
#define KUBECONFIG_FILE "/etc/rancher/k3s/k3s.yaml"
#define CONFIG_FILE "/etc/rancher/k3s/config.yaml"

static SimNode *machine_of(const SimCluster *cluster, SimRun *run) {
	SimNode *node = sim_cluster_node(cluster, run->machine);
	if (!node)
		sim_run_refuse(run, 1, "the practice %s runs on the pretended machines only", run->program);
	return node;
}

/* ---- k3s ---- */

/* A control plane of its own, and of nothing yet: what the old one knew was on its masters. */
static void begin_cluster(SimCluster *cluster, SimNode *node) {
	sim_cluster_begin(cluster);
	node->is_member = node->k3s = node->votes = node->serves = true;
	node->stopped = false;
}

/* The others are members no longer of what makes the majority; they stay in the list of nodes until somebody takes them out. */
static void reset_cluster(SimCluster *cluster, SimNode *node, SimRun *run) {
	if (!node->stopped) {
		sim_run_refuse(run, 1, "level=fatal msg=\"k3s runs on this machine: stop it first\"");
		return;
	}
	run->changes = true;
	for (size_t i = 0; i < cluster->node_count; i++)
		cluster->nodes[i].votes = &cluster->nodes[i] == node;
	buf_puts(&run->out, "level=info msg=\"Managed etcd cluster membership has been reset, restart without --cluster-reset flag now\"\n");
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
	} else if (text_eq(verb, "server") && sim_run_has(run, "--cluster-reset")) {
		reset_cluster(cluster, node, run);
	} else if (text_eq(verb, "server") && sim_run_has(run, "--cluster-init") && (sim_run_option(run, "--token") || sim_run_option(run, "--token-file"))) {
		run->changes = true;
		begin_cluster(cluster, node);
		buf_printf(&run->out, "level=info msg=\"Starting k3s v1.32.3+k3s1\"\nlevel=info msg=\"Managed etcd cluster initializing\"\n"
			"level=info msg=\"%s is a server now\"\n", node->name);
	} else {
		sim_run_refuse(run, 1, "the practice k3s does not know %s; it knows kubectl, and server with --cluster-reset, or with --cluster-init and --token or --token-file", verb ? verb : "that");
	}
}

/* ---- sudo ---- */

#define UNIT_FILE "/etc/systemd/system/k3s.service"

/* `sed -i 's/bind-address=.*... FILE`: it counts from the next start of k3s. */
static void edit_config(SimNode *node, SimRun *run) {
	const char *last = run->args.count ? run->args.items[run->args.count - 1] : "";
	bool of_bind = false;
	for (size_t i = 0; i < run->args.count; i++)
		of_bind = of_bind || strstr(run->args.items[i], "bind-address") != NULL;
	if ((!text_eq(last, CONFIG_FILE) && !text_eq(last, UNIT_FILE)) || !of_bind) {
		sim_run_refuse(run, 1, "the practice sudo edits only the bind-address of " CONFIG_FILE " and of " UNIT_FILE);
		return;
	}
	run->changes = true;
	node->lan_wanted = false;
	for (size_t i = 0; i < run->args.count; i++)
		node->lan_wanted = node->lan_wanted || strstr(run->args.items[i], "0.0.0.0") != NULL;
}

static bool is_of_k3s(const char *path) {
	static const char *const PLACES[] = {UNIT_FILE, CONFIG_FILE, "/root/k3s.service.before", "/root/config.yaml.before", "/var/lib/rancher/k3s/server/db"};
	for (size_t i = 0; i < BG_LENGTH(PLACES); i++)
		if (str_starts(str_from(path), PLACES[i]))
			return true;
	return false;
}

/* What was kept before comes back; there are no files to copy. */
static void copy_config(SimNode *node, SimRun *run) {
	const char *from = sim_run_word(run, 0, NULL), *to = sim_run_word(run, 1, NULL);
	if (!from || !to || !is_of_k3s(from) || !is_of_k3s(to)) {
		sim_run_refuse(run, 1, "the practice sudo copies only the files of k3s");
		return;
	}
	run->changes = true;
	if (str_ends(str_from(from), ".before"))
		node->lan_wanted = false;
}

static void find_in_config(const SimNode *node, SimRun *run) {
	if (!sim_run_has(run, "bind-address"))
		sim_run_refuse(run, 1, "the practice sudo looks only for bind-address");
	else
		buf_printf(&run->out, UNIT_FILE ":5:\t'--bind-address' \\\n" UNIT_FILE "-6-\t'%s' \\\n", node->lan_wanted ? "0.0.0.0" : node->ipv6);
}

/* `rm -rf /var/lib/rancher/k3s ...`: it is a machine and nothing more. */
static void remove_k3s(SimNode *node, SimRun *run) {
	const char *word;
	for (size_t i = 0; (word = sim_run_word(run, i, NULL)); i++)
		if (!text_eq(word, "/var/lib/rancher/k3s") && !text_eq(word, "/root/k3s-token")) {
			sim_run_refuse(run, 1, "the practice sudo removes only what k3s left");
			return;
		}
	run->changes = true;
	node->k3s = node->serves = node->votes = false;
}

/* `systemd-run --unit=NAME k3s server ...` */
static void run_as_unit(SimCluster *cluster, SimRun *run, WallTime now) {
	while (run->args.count && !text_eq(run->args.items[0], "k3s"))
		strlist_remove(&run->args, 0);
	if (!run->args.count) {
		sim_run_refuse(run, 1, "the practice sudo runs only k3s as a unit of its own");
		return;
	}
	strlist_remove(&run->args, 0);
	sim_k3s_run(cluster, run, now);
}

static void list_listeners(const SimNode *node, SimRun *run) {
	if (node->k3s && sim_node_is_master(node) && !node->stopped)
		buf_printf(&run->out, "LISTEN 0 4096 %s%s%s:6443 *:*\n", node->by_lan ? "" : "[", node->by_lan ? "0.0.0.0" : node->ipv6, node->by_lan ? "" : "]");
}

static void read_secret_file(const SimNode *node, SimRun *run, bool only_count) {
	const char *file = sim_run_word(run, 0, NULL);
	if (!node->k3s || !sim_node_is_master(node))
		sim_run_refuse(run, 1, "%s: %s: No such file or directory", run->program, file ? file : "");
	else if (text_eq(file, KUBECONFIG_FILE) && !only_count)
		buf_puts(&run->out, "# The practice kubectl asks the sandbox, whatever stands here.\n");
	else if (text_eq(file, TOKEN_FILE))
		buf_puts(&run->out, only_count ? "105 " TOKEN_FILE "\n" : "K10sandboxsandboxsandbox::server:sandboxsandbox\n");
	else
		sim_run_refuse(run, 1, "the practice sudo reads only " TOKEN_FILE " and " KUBECONFIG_FILE);
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
	else if (text_eq(program, "k3s-killall.sh"))
		node->stopped = run->changes = true;
	else if (text_eq(program, "rm"))
		remove_k3s(node, run);
	else if (text_eq(program, "systemd-run"))
		run_as_unit(cluster, run, now);
	else if (text_eq(program, "cp"))
		copy_config(node, run);
	else if (text_eq(program, "grep"))
		find_in_config(node, run);
	else if (text_eq(program, "ss"))
		list_listeners(node, run);
	else if (text_eq(program, "systemctl"))
		sim_systemctl_run(cluster, run, now);
	else if (text_eq(program, "k3s"))
		sim_k3s_run(cluster, run, now);
	else if (text_eq(program, "kubectl"))
		sim_kubectl_run(cluster, run, now);
	else if (!text_eq(program, "true"))
		sim_run_refuse(run, 1, "the practice sudo does not know %s; it knows cat, cp, grep, k3s, k3s-killall.sh, kubectl, rm, sed, ss, systemctl, systemd-run, wc", program ? program : "what to run");
}
