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
	expect_run(&pretend, "node3", "sudo rm -rf /", 1, "the practice sudo does not know rm");
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
