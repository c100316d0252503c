/* What kubectl prints is judged, whatever it is. The first line is "EXIT" and then the answer, a line "---", and what it said on stderr. Ok is said only of
 * what was counted and is whole; whatever is not ok has a reason; nothing that is told is obeyed by a terminal. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/az/az.h"
#include "core/providers/k8s/k8s.h"
#include "fuzz.h"

static void check_reading(const Reading *reading) {
	BG_ASSERT(reading->text && reading->state != READING_UNKNOWN && reading->state != READING_STALE);
	BG_ASSERT(reading->state == READING_OK || (reading->reason && *reading->reason));
	fuzz_harmless(str_from(reading->text), SANITISE_LINE);
	fuzz_harmless(str_from(reading->reason), SANITISE_LINE);
}

static void look_at_workload(const Json *json, const KubeKind *kind) {
	AUTO_CLEAR(Reading) reading = { 0 };
	K8sWorkload workload;
	if (!k8s_workload_parse(json, kind, &workload))
		return;
	k8s_workload_judge(&workload, kind, &reading);
	check_reading(&reading);
	BG_ASSERT(workload.wanted >= 0 && workload.ready >= 0 && workload.wanted <= K8S_COUNT_MAX && workload.ready <= K8S_COUNT_MAX);
	if (reading.state == READING_OK)
		BG_ASSERT(workload.wanted > 0 && workload.ready >= workload.wanted && workload.rolled_out && !workload.stuck);
}

static void look_at_lists(const Json *json) {
	AUTO_CLEAR(Reading) nodes = { 0 };
	AUTO_CLEAR(Reading) pods = { 0 };
	if (k8s_nodes_judge(json, 1, (WallTime){ 1795230000000 }, &nodes)) {
		check_reading(&nodes);
		BG_ASSERT(nodes.state != READING_OK || json_get_int(nodes.facts, "ready", 0) == (int64_t) json_count(json_get(json, "items")));
	}
	if (k8s_pods_judge(json, 3600000, (WallTime){ 1795230000000 }, &pods)) {
		check_reading(&pods);
		BG_ASSERT(pods.state != READING_OK || json_get_int(pods.facts, "ready", 0) > 0);
	}
}

static void look_at_items(const Json *json) {
	K8sNode node;
	K8sPod pod;
	K8sEnd end;
	char why[200] = "";
	if (k8s_pods_end(json, &end, why, sizeof(why)))
		BG_ASSERT(end != K8S_DONE || json_count(json_get(json, "items")));
	BG_IGNORE(k8s_job_parse(json, &end, why, sizeof(why)));
	if (k8s_node_parse(json, &node)) {
		AUTO_CLEAR(Reading) reading = { 0 };
		k8s_node_judge(&node, (WallTime){ 1795230000000 }, &reading);
		check_reading(&reading);
		BG_ASSERT(reading.state != READING_OK || node.ready);
	}
	BG_IGNORE(k8s_pod_parse(json, &pod));
}

/* Of Azure's program. */
static void look_at_server(const Json *json)
{
	AzPostgres server;
	if (!az_postgres_parse(json, "web", &server))
		return;
	AUTO_CLEAR(Reading) reading = { 0 };
	az_postgres_judge(&server, &(AzWanted){ .retention_days = 7 }, (WallTime){ 1795230000000 }, &reading);
	check_reading(&reading);
	BG_ASSERT(reading.state != READING_OK || (text_eq(server.state, "Ready") && wall_known(server.earliest) && server.retention_days >= 7));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str text = { size ? (const char *) data : "", size };
	int64_t exit_code = 1;
	AUTO(Json) *json = NULL;
	Error err = { 0 };
	BG_IGNORE(str_parse_int(fuzz_line(&text), &exit_code));
	ptrdiff_t end = str_find(text, "\n---\n");
	Str said = end < 0 ? text : str_slice(text, (size_t) end + 5, text.len);
	BG_ASSERT(!kube_refused(said, (int) (exit_code & 255), &err));
	fuzz_refused(&err);
	BG_ASSERT(*err.hint);
	Error other = { 0 };
	BG_ASSERT(!az_refused(said, (int) (exit_code & 255), &other));
	fuzz_refused(&other);
	if (!json_parse(end < 0 ? text : str_slice(text, 0, (size_t) end), &json, NULL))
		return 0;
	look_at_workload(json, &KUBE_DEPLOYMENTS);
	look_at_workload(json, &KUBE_STATEFULSETS);
	look_at_lists(json);
	look_at_items(json);
	look_at_server(json);
	return 0;
}
