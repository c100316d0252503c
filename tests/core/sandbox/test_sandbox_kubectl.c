/* The pretended kubectl: the words and exit codes of the real one, and what our provider makes of its answers. */
#include "core/base/alloc.h"
#include "core/sandbox/sim_cluster_fault.h"
#include "pretend_run.h"

typedef struct Case { const char *line; int status; const char *part; } Case;

/* In this order, upon one cluster. */
static const Case CASES[] = {
	{"kubectl get nodes", 0, "node4        Ready                      backup"},
	{"kubectl get nodes -o wide", 0, "4a1:b2:2::10"},
	{"kubectl get nodes -l node-role.kubernetes.io/control-plane -o name", 0, "node/node1\nnode/node2\nnode/node3\n"},
	{"kubectl get nodes.v1. --output=json", 0, "\"kind\": \"List\""},
	{"kubectl get deployments.v1.apps nowhere --output=json --ignore-not-found", 0, ""},
	{"kubectl get deployment nowhere", 1, "Error from server (NotFound): deployments.apps \"nowhere\" not found"},
	{"kubectl get flowers", 1, "error: the server doesn't have a resource type \"flowers\""},
	{"kubectl -n openedx get pods -o wide", 0, "couchdb-2"},
	{"kubectl get --raw /readyz", 0, "ok"},
	{"kubectl -n openedx scale deployment lms-deployment --replicas=0", 0, "deployment.apps/lms-deployment scaled"},
	{"kubectl scale deployment.v1.apps/lms-deployment --current-replicas=9 --replicas=3", 1, "error: Expected replicas to be 9, was 0"},
	{"kubectl scale deployment/lms-deployment --replicas=3", 0, "scaled"},
	{"kubectl rollout restart deployment lms-deployment", 0, "deployment.apps/lms-deployment restarted"},
	{"kubectl wait --for=condition=ready pod -l app=couchdb --timeout=300s", 0, "pod/couchdb-0 condition met"},
	{"kubectl wait --for=condition=ready pod -l app=nothing", 1, "error: no matching resources found"},
	{"kubectl label node node4 openedx-restore=here", 0, "node/node4 labeled"},
	{"kubectl get nodes -l openedx-restore=here -o name", 0, "node/node4\n"},
	{"kubectl label node node4 openedx-restore-", 0, "node/node4 unlabeled"},
	{"kubectl get nodes -l openedx-restore=here", 0, "No resources found"},
	{"kubectl cordon node1", 0, "node/node1 cordoned"},
	{"kubectl get nodes", 0, "Ready,SchedulingDisabled"},
	{"kubectl uncordon node1", 0, "node/node1 uncordoned"},
	{"kubectl delete pvc couchdb-data-couchdb-9", 1, "not found"},
	{"kubectl delete statefulset couchdb", 0, "statefulset.apps \"couchdb\" deleted"},
	{"kubectl get statefulset couchdb", 1, "(NotFound)"},
	{"kubectl delete node node9", 1, "Error from server (NotFound): nodes \"node9\" not found"},
	{"kubectl logs job/none", 1, "the practice kubectl has the logs of jobs, and of app=couchdb, only"},
	{"kubectl create job again --from=cronjob/none", 1, "cronjobs.batch \"none\" not found"},
	{"kubectl exec couchdb-0 -- true", 1, "the practice kubectl runs in pods only"},
	{"kubectl drain node9", 1, "(NotFound)"},
	{"kubectl taint node1", 1, "the practice kubectl does not know taint"},
	{"kubectl get nodes -o yaml", 1, "does not know the output yaml"},
	{"kubectl apply -f nowhere.yaml", 1, "error: the path \"nowhere.yaml\" cannot be read"},
};

Test(sandbox_kubectl, speaks_as_the_real_one) {
	AUTO_CLEAR(Pretend) pretend = {0};
	pretend_begin(&pretend);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++)
		expect_run(&pretend, "", CASES[i].line, CASES[i].status, CASES[i].part);
}

static const char MANIFEST[] = "# a comment\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: couchdb\nspec:\n  replicas: 3\n---\n"
	"apiVersion: v1\nkind: Service\nmetadata:\n  name: couchdb\nspec: {}\n";

Test(sandbox_kubectl, applies_what_was_shown_and_then_sees_no_difference) {
	static const struct { const char *line; int status; const char *part; } steps[] = {
		{"kubectl create --filename=- --dry-run=client --validate=false --output=name", 0, "statefulset.apps/couchdb\nservice/couchdb\n"},
		{"kubectl diff --filename=-", 1, "+"},
		{"kubectl apply --filename=- --validate=false", 0, "statefulset.apps/couchdb configured\nservice/couchdb created\n"},
		{"kubectl diff --filename=-", 0, ""},
		{"kubectl apply --filename=-", 0, "statefulset.apps/couchdb unchanged\nservice/couchdb unchanged\n"},
	};
	AUTO_CLEAR(Pretend) pretend = {0};
	pretend_begin(&pretend);
	for (size_t i = 0; i < BG_LENGTH(steps); i++) {
		int status = pretend_run(&pretend, "", steps[i].line, MANIFEST);
		cr_expect(status == steps[i].status && strstr(pretend.said, steps[i].part), "%s: %d %s", steps[i].line, status, pretend.said);
	}
	cr_expect_eq(pretend_run(&pretend, "", "kubectl apply -f -", "kind: Flower\nmetadata: {name: x}\n"), 1);
	cr_expect(strstr(pretend.said, "plays no Flower"), "%s", pretend.said);
}

Test(sandbox_kubectl, is_refused_where_no_majority_answers) {
	static const struct { const char *fault, *part; } cases[] = {
		{"two-nodes-lost", "The connection to the server [4a1:b2:1::10]:6443 was refused"},
		{"control-plane-gone", "dial tcp [4a1:b2:1::10]:6443: i/o timeout"}, {"overlay-gone", "no route to host"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Pretend) pretend = {0};
		Error err = {0};
		pretend_begin(&pretend);
		assert_ok(sim_cluster_fault(pretend.cluster, str_from(cases[i].fault), STR(""), &err), &err);
		expect_run(&pretend, "", "kubectl get nodes", 1, cases[i].part);
	}
}
