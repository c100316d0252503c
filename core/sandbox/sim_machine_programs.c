/* sim_machine_programs.c: programs on the pretended machines: what their units and their disks are like. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_program.h"

#define DISK_KB 61255492

static SimNode *machine_of(const SimCluster *cluster, SimRun *run) {
	SimNode *node = sim_cluster_node(cluster, run->machine);
	if (!node)
		sim_run_refuse(run, 1, "the practice %s runs on the pretended machines only", run->program);
	return node;
}

/* ---- systemctl ---- */

typedef struct Unit { bool loaded, active; } Unit;

static bool find_unit(const SimCluster *cluster, const SimNode *node, Str name, Unit *ret) {
	Str unit = str_ends(name, ".service") ? str_slice(name, 0, name.len - strlen(".service")) : name;
	bool server = node->k3s && sim_node_is_master(node);
	if (str_eq_c(unit, "k3s"))
		*ret = (Unit){server, server && !node->stopped};
	else if (str_eq_c(unit, "k3s-agent"))
		*ret = (Unit){node->k3s && !server, node->k3s && !server && !node->stopped};
	else if (str_eq_c(unit, "k3s-rescue"))
		*ret = (Unit){node->serves, node->serves && !node->stopped};
	else if (str_eq_c(unit, "mycelium"))
		*ret = (Unit){true, cluster->overlay};
	else
		return false;
	return true;
}

static const char *words_of(const Unit *unit) { return unit->active ? "active" : unit->loaded ? "failed" : "inactive"; }

static void show_units(const SimCluster *cluster, const SimNode *node, SimRun *run) {
	const char *name;
	for (size_t i = 1; (name = sim_run_word(run, i, "-p\0--property\0")); i++) {
		Unit unit = {0};
		(void) find_unit(cluster, node, str_from(name), &unit);   /* one that is not there is told as such */
		buf_printf(&run->out, "%sId=%s%s\nLoadState=%s\nActiveState=%s\n", i > 1 ? "\n" : "", name, str_ends(str_from(name), ".service") ? "" : ".service",
			unit.loaded ? "loaded" : "not-found", words_of(&unit));
	}
}

void sim_machine_start_k3s(SimNode *node) {
	node->stopped = false;
	node->by_lan = node->lan_wanted;   /* its configuration is read now */
}

static void stop_unit(const SimCluster *cluster, SimRun *run, SimNode *node, const char *name) {
	Unit unit = {0};
	if (!find_unit(cluster, node, str_from(name), &unit) || !unit.loaded)
		sim_run_refuse(run, 5, "Failed to stop %s.service: Unit %s.service not loaded.", name, name);
	else if (str_starts(str_from(name), "k3s"))
		node->stopped = true;
	else
		sim_run_refuse(run, 1, "the practice systemctl stops only k3s and k3s-agent");
}

/* As the installer writes it: a flag and its value each have a line. */
static void show_unit(SimRun *run, const SimNode *node, const char *name) {
	buf_printf(&run->out, "# /etc/systemd/system/%s.service\n[Service]\nExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'--bind-address' \\\n\t'%s' \\\n"
		"\t'--node-ip' \\\n\t'%s' \\\n\t'--flannel-ipv6-masq' \\\n", name, node->lan_wanted ? "0.0.0.0" : node->ipv6, node->ipv6);
}

static void restart_unit(const SimCluster *cluster, SimRun *run, SimNode *node, const char *name) {
	Unit unit = {0};
	if (!find_unit(cluster, node, str_from(name), &unit) || !unit.loaded)
		sim_run_refuse(run, 5, "Failed to restart %s.service: Unit %s.service not found.", name, name);
	else if (str_starts(str_from(name), "k3s"))
		sim_machine_start_k3s(node);
	else if (!unit.active)
		sim_run_refuse(run, 1, "Job for %s.service failed because the control process exited with error code.", name);
}

void sim_systemctl_run(SimCluster *cluster, SimRun *run, WallTime now) {
	SimNode *node = machine_of(cluster, run);
	const char *verb = sim_run_word(run, 0, "-p\0--property\0"), *name = sim_run_word(run, 1, "-p\0--property\0");
	Unit unit = {0};
	(void) now;
	if (!node)
		return;
	if (text_eq(verb, "show") && name) {
		show_units(cluster, node, run);
	} else if (text_eq(verb, "is-active") && name) {
		(void) find_unit(cluster, node, str_from(name), &unit);   /* inactive, as one that is not there */
		buf_printf(&run->out, "%s\n", words_of(&unit));
		run->status = unit.active ? 0 : 3;
	} else if (text_eq(verb, "cat") && name) {
		show_unit(run, node, name);
	} else if ((text_eq(verb, "restart") || text_eq(verb, "start") || text_eq(verb, "enable")) && name) {
		run->changes = true;
		restart_unit(cluster, run, node, name);
	} else if ((text_eq(verb, "stop") || text_eq(verb, "disable")) && name) {
		run->changes = true;
		stop_unit(cluster, run, node, name);
	} else if (!text_eq(verb, "daemon-reload")) {
		sim_run_refuse(run, 1, "the practice systemctl does not know %s; it knows show, cat, is-active, restart, start, stop, enable, disable and daemon-reload",
			verb ? verb : "that");
	}
}

/* ---- df ---- */

void sim_df_run(SimCluster *cluster, SimRun *run, WallTime now) {
	const SimNode *node = machine_of(cluster, run);
	(void) now;
	if (!node)
		return;
	long long used = (long long) DISK_KB * node->disk / 100;
	buf_printf(&run->out, "Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/nvme0n1p2 %11lld %8lld %9lld %7d%% /\n",
		(long long) DISK_KB, used, DISK_KB - used, node->disk);
}

/* ---- ping, from here ---- */

/* By its name in the local network, or by its overlay address. */
static bool is_reached(const SimCluster *cluster, const char *where) {
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		AUTO_FREE char *by_lan = bg_asprintf("%s" SIM_LAN_SUFFIX, node->name);
		if (node->is_up && (text_eq(where, by_lan) || (text_eq(where, node->ipv6) && sim_cluster_is_near(cluster))))
			return true;
	}
	return false;
}

void sim_ping_run(SimCluster *cluster, SimRun *run, WallTime now) {
	const char *where = sim_run_word(run, 0, "-c\0-W\0-w\0-i\0");
	bool reached = where && is_reached(cluster, where);
	(void) now;
	buf_printf(&run->out, "PING %s 56 data bytes\n\n--- %s ping statistics ---\n3 packets transmitted, %d received, %d%% packet loss\n", where ? where : "", where ? where : "",
		reached ? 3 : 0, reached ? 0 : 100);
	run->status = !reached;
}
