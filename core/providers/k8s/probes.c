/* probes.c: one look each: ask kubectl, parse, judge. A cluster that cannot be asked is unknown, with the reason. */
#include "core/providers/k8s/k8s.h"

#define RECENT_MS (60 * 60 * 1000)

static bool look_at_workload(const Kube *kube, const KubeKind *kind, Reading *ret, Error *err) {
	AUTO(Json) *object = NULL;
	K8sWorkload workload;
	const char *name = call_arg(kube->call, kind->words);
	if (!kube_get(kube, kind, name, &object, err))
		return false;
	if (!object) {
		reading_fact_bool(ret, "exists", false);
		reading_set(ret, READING_FAIL, "there is no %s %s", kind->words, name);
		reading_because(ret, "it was deleted, or name or namespace is another: look with kubectl get %ss", kind->words);
		return true;
	}
	if (!k8s_workload_parse(object, kind, &workload))
		return kube_strange(kube, err, "tells of the %s %s what cannot be", kind->words, name);
	k8s_workload_judge(&workload, kind, ret);
	return true;
}

static void read_workload(const Call *call, const KubeKind *kind, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Kube) kube = {0};
	if (!kube_open(call, &kube, &err) || !look_at_workload(&kube, kind, ret, &err))
		reading_set_error(ret, &err);
	kube_note(&kube, ret);
}

void k8s_probe_deployment(const Call *call, Reading *ret) { read_workload(call, &KUBE_DEPLOYMENTS, ret); }

void k8s_probe_statefulset(const Call *call, Reading *ret) { read_workload(call, &KUBE_STATEFULSETS, ret); }

/* What the environment file says of the machine of that name: its role, and whether others joined through it. */
static void tell_environment(const Environment *environment, const char *name, const K8sNode *seen, Reading *ret) {
	const EnvironmentNode *node = environment_find_node(environment, name);
	if ((node && node->role) || seen)
		reading_fact_string(ret, "role", node && node->role ? node->role : seen->master ? "master" : "worker");
	reading_fact_bool(ret, "first_master", node && node->is_first_master);
}

static bool look_at_node(const Kube *kube, Reading *ret, Error *err) {
	AUTO(Json) *object = NULL;
	K8sNode node = {0};
	const char *name = call_arg(kube->call, "name");
	if (!kube_get(kube, &KUBE_NODES, name, &object, err))
		return false;
	if (object && !k8s_node_parse(object, &node))
		return kube_strange(kube, err, "tells of the node %s what cannot be", name);
	if (object) {
		k8s_node_judge(&node, wall_now(), ret);
	} else {
		reading_fact_bool(ret, "exists", false);
		reading_fact_bool(ret, "ready", false);   /* what is not there is not ready either */
		reading_set(ret, READING_FAIL, "there is no node %s in the cluster", name);
		reading_because(ret, "it was removed, or has another name: look with kubectl get nodes");
	}
	tell_environment(kube->call->environment, name, object ? &node : NULL, ret);
	return true;
}

void k8s_probe_node(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Kube) kube = {0};
	if (!kube_open(call, &kube, &err) || !look_at_node(&kube, ret, &err))
		reading_set_error(ret, &err);
	kube_note(&kube, ret);
}

static bool look_at_nodes(const Kube *kube, Reading *ret, Error *err) {
	AUTO(Json) *list = NULL;
	int64_t at_least = 0;
	const char *given = call_arg(kube->call, "at-least");
	if (given)
		(void) str_parse_int(str_from(given), &at_least);   /* checked against the table */
	if (!kube_list(kube, &KUBE_NODES, call_arg(kube->call, "selector"), &list, err))
		return false;
	return k8s_nodes_judge(list, at_least, wall_now(), ret) || kube_strange(kube, err, "tells of a node what cannot be");
}

void k8s_probe_nodes(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Kube) kube = {0};
	if (!kube_open(call, &kube, &err) || !look_at_nodes(&kube, ret, &err))
		reading_set_error(ret, &err);
	kube_note(&kube, ret);
}

static bool look_at_pods(const Kube *kube, Reading *ret, Error *err) {
	AUTO(Json) *list = NULL;
	int64_t recent_ms = RECENT_MS;
	const char *given = call_arg(kube->call, "recent");
	if (given)
		(void) span_parse(str_from(given), &recent_ms);   /* checked against the table */
	if (!kube_list(kube, &KUBE_PODS, call_arg(kube->call, "selector"), &list, err))
		return false;
	return k8s_pods_judge(list, recent_ms, wall_now(), ret) || kube_strange(kube, err, "tells of a pod what cannot be");
}

void k8s_probe_pods(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO_CLEAR(Kube) kube = {0};
	if (!kube_open(call, &kube, &err) || !look_at_pods(&kube, ret, &err))
		reading_set_error(ret, &err);
	kube_note(&kube, ret);
}
