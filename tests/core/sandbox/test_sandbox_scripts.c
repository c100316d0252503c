/* The team's scripts, played: where they stop, with which status, and what they have done by then. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_cluster_fault.h"
#include "core/sandbox/sim_scripts.h"
#include "pretend_run.h"

static void strike(Pretend *pretend, const char *fault) {
	Error err = {0};
	assert_ok(sim_cluster_fault(pretend->cluster, str_from(fault), STR(""), &err), &err);
	sim_cluster_settle(pretend->cluster);
}

static bool config_names(const Pretend *pretend, const char *part) {
	AUTO_FREE char *path = path_join(pretend->folder.path, "openedx-ha/config/cluster-config.json");
	AUTO_FREE char *text = read_text(path);
	return strstr(text, part) != NULL;
}

Test(sandbox_scripts, remove_node_ends_at_a_dead_machine_with_half_of_it_done) {
	AUTO_CLEAR(Pretend) pretend = {0};
	pretend_begin(&pretend);
	strike(&pretend, "node-lost");
	expect_run(&pretend, "", "remove-node.sh node2", 255, "node \"node2\" deleted");
	cr_expect(!sim_cluster_node(pretend.cluster, "node2")->is_member && config_names(&pretend, "\"node2\""));
	expect_run(&pretend, "", "add-node.sh node2-new 4a1:b2:11::10 admin /key master+worker", 0, "Node node2-new added");
	cr_expect(config_names(&pretend, "\"node2-new\""));
	expect_run(&pretend, "", "kubectl get nodes", 0, "node2-new    Ready");
}

Test(sandbox_scripts, say_why_they_do_nothing) {
	static const struct { const char *fault, *line; int status; const char *part; } cases[] = {
		{NULL, "remove-node.sh", 1, "Usage"}, {NULL, "remove-node.sh node9", 1, "not found in configuration"},
		{NULL, "remove-node.sh node1", 1, "Cannot remove the first master"}, {NULL, "add-node.sh a b", 1, "Usage"},
		{NULL, "add-node.sh x 4a1:b2:12::10 admin /key king", 1, "Invalid role"}, {NULL, "add-node.sh ../x 4a1:b2:12::10 admin /key backup", 1, "host name"},
		{NULL, "add-node.sh node9 4a1:b2:12::10 admin /key", 0, "sets up a machine node9"},
		{NULL, "add-node.sh node2-new 4a1:b2:12::10 admin /key", 255, "No route to host"},
		{"first-master-lost", "remove-node.sh node2", 255, "ssh: connect to host 4a1:b2:1::10 port 22: Connection timed out"},
		{"first-master-lost", "add-node.sh node2-new 4a1:b2:11::10 admin /key", 255, "4a1:b2:1::10"},
		{"two-nodes-lost", "add-node.sh node2-new 4a1:b2:11::10 admin /key", 1, "no majority"},
		{"overlay-gone", "deploy.sh", 255, "No route to host"}, {"node-lost", "deploy.sh", 255, "4a1:b2:2::10"},
		{"node-lost", "setup-couchdb-cluster.sh", 1, "a member of CouchDB does not run"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Pretend) pretend = {0};
		pretend_begin(&pretend);
		if (cases[i].fault)
			strike(&pretend, cases[i].fault);
		expect_run(&pretend, "", cases[i].line, cases[i].status, cases[i].part);
	}
}

Test(sandbox_scripts, deploy_begins_anew_with_nothing_in_its_databases) {
	static const char *const NAMES[] = {"a", "b", "c", "d"};
	AUTO_CLEAR(Pretend) pretend = {0};
	Error err = {0};
	pretend_begin(&pretend);
	strike(&pretend, "all-lost");
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		AUTO_FREE char *address = bg_asprintf("4a1:b2:2%zu::10", i);
		sim_cluster_add_node(pretend.cluster, NAMES[i], address);
	}
	assert_ok(sim_checkout_write(pretend.cluster, "a b c d", "admin", "/key", &err), &err);
	expect_run(&pretend, "", "deploy.sh", 0, "Deployment Complete");
	expect_run(&pretend, "", "kubectl get nodes -o name", 0, "node/a\nnode/b\nnode/c\nnode/d\n");
	cr_expect_eq(sim_couch_connected(pretend.cluster->couch), 3);
	cr_expect_gt(sim_couch_missing(pretend.cluster->couch), 0);
	AUTO_FREE char *path = path_join(pretend.folder.path, "openedx-ha/config/dns-records.txt");
	AUTO_FREE char *records = read_text(path);
	cr_expect(strstr(records, "studio.school.sandbox. IN AAAA 4a1:b2:22::10"), "%s", records);
}

/* What the recovery guide does on machines, as root. */
Test(sandbox_scripts, root_on_a_machine_is_played_too) {
	AUTO_CLEAR(Pretend) pretend = {0};
	pretend_begin(&pretend);
	expect_run(&pretend, "node3", "sudo cat /var/lib/rancher/k3s/server/node-token", 0, "K10");
	expect_run(&pretend, "node3", "sudo cat /etc/shadow", 1, "the practice sudo reads only");
	expect_run(&pretend, "node3", "sudo rm -rf /", 1, "the practice sudo removes only what k3s left");
	expect_run(&pretend, "", "sudo true", 1, "on the pretended machines only");
	strike(&pretend, "control-plane-gone");
	expect_run(&pretend, "node4", "sudo k3s server --cluster-init --token x --tls-san y", 0, "node4 is a server now");
	expect_run(&pretend, "node4", "sudo k3s kubectl get nodes", 0, "node4        Ready                      control-plane");
	strike(&pretend, "overlay-gone");
	expect_run(&pretend, "", "kubectl get nodes", 1, "no route to host");
	expect_run(&pretend, "node4", "sudo sed -i s/bind-address=.*/bind-address=0.0.0.0/ /etc/rancher/k3s/config.yaml", 0, "");
	expect_run(&pretend, "", "kubectl get nodes", 1, "no route to host");
	expect_run(&pretend, "node4", "sudo systemctl restart k3s", 0, "");
	expect_run(&pretend, "", "kubectl get nodes", 0, "node4        Ready");
}

/* In this order, upon one cluster. */
Test(sandbox_scripts, machines_do_as_root_what_the_pages_ask_for) {
	static const struct { const char *machine, *line; int status; const char *part; } steps[] = {
		{"node1", "systemctl cat k3s", 0, "'--bind-address' \\\n\t'4a1:b2:1::10'"},
		{"node1", "sudo grep -s -n -A 1 bind-address /etc/systemd/system/k3s.service", 0, "4a1:b2:1::10"},
		{"node1", "sudo grep secret /etc/shadow", 1, "looks only for bind-address"},
		{"node1", "sudo cp -p /etc/systemd/system/k3s.service /root/k3s.service.before", 0, ""},
		{"node1", "sudo cp /etc/shadow /tmp", 1, "copies only the files of k3s"},
		{"node1", "sudo sed -i /bind-address/{n;s/x/0.0.0.0/} /etc/systemd/system/k3s.service", 0, ""},
		{"node1", "sudo ss -ltnH", 0, "[4a1:b2:1::10]:6443"},
		{"node1", "sudo systemctl daemon-reload", 0, ""},
		{"node1", "sudo systemctl restart k3s", 0, ""},
		{"node1", "sudo ss -ltnH", 0, "0.0.0.0:6443"},
		{"node1", "sudo cp -p /root/k3s.service.before /etc/systemd/system/k3s.service", 0, ""},
		{"node1", "sudo systemctl restart k3s", 0, ""},
		{"node1", "sudo ss -ltnH", 0, "[4a1:b2:1::10]:6443"},
		{"node1", "sudo k3s server --cluster-reset", 1, "stop it first"},
		{"node4", "sudo systemctl stop k3s", 5, "not loaded"},
		{"node4", "sudo systemctl disable --now k3s-agent", 0, ""},
		{"node4", "systemctl is-active k3s-agent", 3, "failed"},
		{"", "kubectl get node node4", 0, "NotReady"},
		{"node4", "sudo systemctl enable --now k3s-agent", 0, ""},
		{"", "kubectl get node node4", 0, " Ready"},
		{"node1", "sudo systemctl stop k3s", 0, ""},
		{"node1", "sudo ss -ltnH", 0, ""},
		{"node1", "sudo k3s server --cluster-reset --tls-san x", 0, "membership has been reset"},
		{"", "kubectl get nodes", 1, "was refused"},
		{"node1", "sudo systemctl start k3s", 0, ""},
		{"", "kubectl get nodes", 0, "node1"},
		{"node1", "sudo systemctl stop mycelium", 1, "stops only k3s"},
	};
	AUTO_CLEAR(Pretend) pretend = {0};
	pretend_begin(&pretend);
	for (size_t i = 0; i < BG_LENGTH(steps); i++)
		expect_run(&pretend, steps[i].machine, steps[i].line, steps[i].status, steps[i].part);
}

/* We are out of the overlay, and the machines are not: the API answers where one of them listens in the local network. */
Test(sandbox_scripts, the_local_network_is_a_way_to_the_api) {
	static const struct { const char *machine, *line; int status; const char *part; } steps[] = {
		{"", "ping -c 3 4a1:b2:1::10", 1, "100% packet loss"}, {"", "ping -c 3 node1-lan", 0, "0% packet loss"},
		{"", "kubectl get nodes", 1, "no route to host"}, {"node1", "k3s kubectl get nodes", 0, "Ready"},
		{"", "kubectl config set-cluster default --server=https://node1-lan:6443 --tls-server-name=4a1:b2:1::10", 0, "set."},
		{"", "kubectl get nodes", 1, "no route to host"},
		{"node1", "sudo sed -i s/bind-address=.*/bind-address=0.0.0.0/ /etc/rancher/k3s/config.yaml", 0, ""}, {"node1", "sudo systemctl restart k3s", 0, ""},
		{"", "kubectl get nodes", 0, "Ready"},
		{"", "kubectl config unset clusters.default.tls-server-name", 0, "unset."},
		{"", "kubectl config set-cluster default --server=https://[4a1:b2:1::10]:6443", 0, "set."}, {"", "kubectl get nodes", 1, "no route to host"},
	};
	AUTO_CLEAR(Pretend) pretend = {0};
	Error err = {0};
	pretend_begin(&pretend);
	assert_ok(sim_cluster_fault(pretend.cluster, STR("overlay-cut-off"), (Str){0}, &err), &err);
	for (size_t i = 0; i < BG_LENGTH(steps); i++)
		expect_run(&pretend, steps[i].machine, steps[i].line, steps[i].status, steps[i].part);
	assert_ok(sim_cluster_fault(pretend.cluster, STR("overlay-back"), (Str){0}, &err), &err);
	expect_run(&pretend, "", "kubectl get nodes", 0, "Ready");
	expect_run(&pretend, "", "ping -c 3 4a1:b2:1::10", 0, " 0% packet loss");
}
