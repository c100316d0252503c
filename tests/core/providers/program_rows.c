/* program_rows.c: the rows. Times are of PROGRAM_NOW. */
#include "program_rows.h"

#define CLUSTER "systems:\n  s: { provider: k8s, namespace: openedx }\n"
#define PLACE "cluster s, namespace openedx"
#define WORKLOAD(kind) "{\"apiVersion\":\"apps/v1\",\"kind\":\"" kind "\",\"metadata\":{\"name\":\"web\",\"generation\":4},\"spec\":{\"replicas\":2},\"status\":" \
	"{\"observedGeneration\":4,\"replicas\":2,\"updatedReplicas\":2,\"readyReplicas\":2,\"availableReplicas\":2,\"conditions\":[{\"type\":\"Progressing\"," \
	"\"status\":\"True\",\"reason\":\"NewReplicaSetAvailable\",\"message\":\"done\"}]}}"
#define LIST(items) "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"\"},\"items\":[" items "]}"

const ProgramRow PROGRAM_ROWS[] = {
	{"k8s.deployment", "kubectl", CLUSTER, {"deployment", "web"}, WORKLOAD("Deployment"), PLACE, READING_FAIL, false},
	{"k8s.statefulset", "kubectl", CLUSTER, {"statefulset", "web"}, WORKLOAD("StatefulSet"), PLACE, READING_FAIL, false},
	{"k8s.node", "kubectl", CLUSTER, {"name", "web"}, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"web\"},\"spec\":{},\"status\":{\"conditions\":["
		"{\"type\":\"DiskPressure\",\"status\":\"False\"},{\"type\":\"Ready\",\"status\":\"True\",\"lastHeartbeatTime\":\"2026-11-21T02:59:00Z\"}]}}", PLACE, READING_FAIL, false},
	{"k8s.nodes", "kubectl", CLUSTER, {NULL}, LIST("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node1\"},\"spec\":{},\"status\":{\"conditions\":["
		"{\"type\":\"DiskPressure\",\"status\":\"False\"},{\"type\":\"Ready\",\"status\":\"True\",\"lastHeartbeatTime\":\"2026-11-21T02:59:00Z\"}]}}"), PLACE, READING_UNKNOWN, false},
	{"k8s.pods", "kubectl", CLUSTER, {NULL}, LIST("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"lms-1\",\"creationTimestamp\":\"2026-11-20T03:00:00Z\"},"
		"\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"containerStatuses\":[{\"restartCount\":0}]}}"), PLACE, READING_UNKNOWN, false},
	{"az.postgres", "az", "systems:\n  s: { provider: az, resource-group: g }\n", {"server", "web"}, "{\"name\":\"web\",\"state\":\"Ready\",\"version\":\"14\",\"backup\":"
		"{\"backupRetentionDays\":7,\"earliestRestoreDate\":\"2026-11-14T03:00:00.123456+00:00\",\"geoRedundantBackup\":\"Disabled\"}}",
		"server web, resource group g", READING_UNKNOWN, false},
	/* A jump host is what libssh2 is not asked for. */
	{"node.machine", "ssh", "nodes:\n  list:\n    - { name: node1, address: \"4a1:b2::11\", user: admin, jump: gate }\n", {"node", "node1"},
		"load 0.42\nprocessors 4\nMemTotal: 8000000\nMemAvailable: 4720000\nuptime 1036800\ndf /dev/vda1 20000000 9000000 10000000 48% /\n"
		"Id=k3s.service\nLoadState=loaded\nActiveState=active\n\nId=mycelium.service\nLoadState=loaded\nActiveState=active\ntime 1795230000\nend\n",
		"", READING_UNKNOWN, true},
};
const size_t PROGRAM_ROW_COUNT = BG_LENGTH(PROGRAM_ROWS);
