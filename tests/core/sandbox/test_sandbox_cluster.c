/* The state of the pretended cluster: what each fault does to it. */
#include "core/base/alloc.h"
#include "core/sandbox/sim_cluster_fault.h"
#include "tests/support/support.h"

static const WallTime NOW = {1790000000000};

static void strike(SimCluster *cluster, const char *text) {
	Str argument = str_from(text), name;
	Error err = {0};
	cr_assert(str_split(&argument, '=', &name));
	assert_ok(sim_cluster_fault(cluster, name, argument, &err), &err);
}

static int ready_nodes(const SimCluster *cluster) {
	int count = 0;
	for (size_t i = 0; i < cluster->node_count; i++)
		count += sim_node_is_ready(cluster, &cluster->nodes[i]);
	return count;
}

static const struct { const char *faults; int ready; bool answers; int64_t lms; } CASES[] = {
	{"", 4, true, 3},
	{"node-lost", 3, true, 2},
	{"node-lost=node4", 3, true, 3},               /* the backup node serves nobody */
	{"node-lost=node2,node-back=node2", 4, true, 3},
	{"two-nodes-lost", 2, false, 1},               /* one master of three is no majority */
	{"first-master-lost", 3, true, 2},
	{"control-plane-gone", 1, false, 0},
	{"all-lost", 0, false, 0},
	{"overlay-gone", 0, false, 0},
};

Test(sandbox_cluster, each_fault_takes_what_it_says) {
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(SimCluster) *cluster = sim_cluster_new(NOW);
		AUTO_CLEAR(StrList) faults = {0};
		strlist_split(&faults, str_from(CASES[i].faults), ',');
		for (size_t k = 0; k < faults.count; k++)
			strike(cluster, faults.items[k]);
		SimResource *lms = sim_cluster_object(cluster, "deployment.apps", "lms-deployment");
		cr_expect_eq(ready_nodes(cluster), CASES[i].ready, "%s: %d ready", CASES[i].faults, ready_nodes(cluster));
		cr_expect_eq(sim_cluster_answers(cluster), CASES[i].answers, "%s", CASES[i].faults);
		cr_expect_eq(sim_cluster_ready(cluster, lms), CASES[i].lms, "%s: %d", CASES[i].faults, (int) sim_cluster_ready(cluster, lms));
	}
}

Test(sandbox_cluster, what_is_no_fault_is_refused) {
	static const struct { const char *name, *argument, *why; } cases[] = {
		{"flood", "", "there is no fault flood"}, {"node-lost", "node9", "there is no machine node9"}, {"overlay-gone", "node1", "does not take node1"},
	};
	AUTO(SimCluster) *cluster = sim_cluster_new(NOW);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err = {0};
		cr_expect(!sim_cluster_fault(cluster, str_from(cases[i].name), str_from(cases[i].argument), &err));
		cr_expect(strstr(err.why, cases[i].why) && *err.hint, "%s", err.why);
	}
	cr_expect_eq(ready_nodes(cluster), 4);
}

Test(sandbox_cluster, a_new_machine_takes_the_place_of_a_lost_one) {
	AUTO(SimCluster) *cluster = sim_cluster_new(NOW);
	SimPod pods[8];
	strike(cluster, "node-lost=node2");
	sim_cluster_settle(cluster);
	cr_expect_eq(sim_couch_connected(cluster->couch), 2);
	sim_cluster_leave(cluster, sim_cluster_node(cluster, "node2"));
	sim_cluster_join(cluster, sim_cluster_add_node(cluster, "node2-new", "4a1:b2:9::10"), "master+worker");
	sim_cluster_settle(cluster);
	cr_expect_eq(ready_nodes(cluster), 4);
	SimResource *couch = sim_cluster_object(cluster, "statefulset.apps", SIM_COUCHDB);
	cr_assert_eq(sim_cluster_pods(cluster, couch, pods, BG_LENGTH(pods)), 3);
	cr_expect(text_eq(pods[1].name, "couchdb-1") && !pods[1].node, "its volume was on the lost machine");
	cr_expect_eq(sim_cluster_ready(cluster, couch), 2);
	sim_cluster_restart_couch(cluster, 1);
	sim_cluster_settle(cluster);
	cr_expect_eq(sim_cluster_ready(cluster, couch), 2, "the claim was not given up");
	cr_assert(sim_cluster_give_up_claim(cluster, 1));
	sim_cluster_restart_couch(cluster, 1);
	sim_cluster_settle(cluster);
	cr_expect_eq(sim_cluster_ready(cluster, couch), 3);
	cr_expect_str_eq(cluster->claims[1].node, "node2-new");
	cr_expect_eq(sim_couch_connected(cluster->couch), 2, "it has an empty disk, and is no member");
	cr_expect(sim_couch_form(cluster->couch));
	cr_expect_eq(sim_couch_connected(cluster->couch), 3);
	cr_expect_eq(sim_couch_missing(cluster->couch), 0, "the others had everything");
}
