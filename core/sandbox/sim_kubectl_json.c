/* sim_kubectl_json.c: objects as the API server tells them: counts of zero are left out of `status`, as there. */
#include "core/sandbox/sim_kubectl.h"
#include <stdio.h>
#include "core/base/alloc.h"

#define VERSION "v1.32.3+k3s1"

static void add_time(Json *object, const char *key, WallTime time) {
	char text[WALL_TEXT_SIZE], whole[WALL_TEXT_SIZE];
	wall_format_iso(time, text);
	snprintf(whole, sizeof(whole), "%.19sZ", text);   /* Kubernetes tells no fractions */
	json_add_string(object, key, whole);
}

static void add_count(Json *status, const char *key, int64_t count) {
	if (count)
		json_add_int(status, key, count);
}

static void add_condition(Json *list, const char *type, const char *status, const char *reason, const char *message) {
	Json *condition = json_append(list, json_new_object());
	json_add_string(condition, "type", type);
	json_add_string(condition, "status", status);
	json_add_string(condition, "reason", reason);
	json_add_string(condition, "message", message);
}

/* ---- nodes ---- */

Json *sim_kube_node_json(const SimKube *kube, const SimNode *node) {
	bool ready = sim_node_is_ready(kube->cluster, node);
	Json *object = json_new_object();
	json_add_string(object, "apiVersion", "v1");
	json_add_string(object, "kind", "Node");
	Json *meta = json_add(object, "metadata", json_new_object());
	json_add_string(meta, "name", node->name);
	add_time(meta, "creationTimestamp", kube->cluster->born);
	Json *labels = json_add(meta, "labels", node->labels ? json_copy(node->labels) : json_new_object());
	json_add_string(labels, "kubernetes.io/hostname", node->name);
	if (sim_node_is_master(node)) {
		json_add_string(labels, "node-role.kubernetes.io/control-plane", "true");
		json_add_string(labels, "node-role.kubernetes.io/etcd", "true");
		json_add_string(labels, "node-role.kubernetes.io/master", "true");
	} else {
		json_add_string(labels, "node-role.kubernetes.io/backup", "true");
	}
	Json *spec = json_add(object, "spec", json_new_object());
	if (node->cordoned)
		json_add_bool(spec, "unschedulable", true);
	Json *status = json_add(object, "status", json_new_object());
	Json *conditions = json_add(status, "conditions", json_new_array());
	add_condition(conditions, "MemoryPressure", ready ? "False" : "Unknown", "KubeletHasSufficientMemory", "");
	add_condition(conditions, "DiskPressure", ready ? "False" : "Unknown", "KubeletHasNoDiskPressure", "");
	add_condition(conditions, "Ready", ready ? "True" : "Unknown", ready ? "KubeletReady" : "NodeStatusUnknown",
		ready ? "kubelet is posting ready status" : "Kubelet stopped posting node status.");
	Json *addresses = json_add(status, "addresses", json_new_array());
	Json *address = json_append(addresses, json_new_object());
	json_add_string(address, "type", "InternalIP");
	json_add_string(address, "address", node->ipv6);
	json_add_string(json_add(status, "nodeInfo", json_new_object()), "kubeletVersion", VERSION);
	return object;
}

/* ---- workloads ---- */

static void fill_status(const SimKube *kube, const SimResource *object, Json *status) {
	int64_t ready = sim_cluster_ready(kube->cluster, object);
	json_add_int(status, "observedGeneration", object->generation);
	add_count(status, "replicas", object->wanted);
	add_count(status, "updatedReplicas", object->wanted);
	add_count(status, "readyReplicas", ready);
	add_count(status, "availableReplicas", ready);
	if (object->kind == SIM_DEPLOYMENT) {
		add_count(status, "unavailableReplicas", object->wanted - ready);
		return;
	}
	add_count(status, "currentReplicas", object->wanted);
	AUTO_FREE char *revision = bg_asprintf("%s-%.8s", object->name, object->uid);
	json_add_string(status, "currentRevision", revision);
	json_add_string(status, "updateRevision", revision);
}

static void fill_job_status(const SimResource *object, Json *status) {
	add_time(status, "startTime", object->made);
	if (!object->ended) {
		json_add_int(status, "active", 1);
		add_count(status, "ready", object->place != NULL);
		return;
	}
	Json *conditions = json_add(status, "conditions", json_new_array());
	if (object->failed) {
		json_add_int(status, "failed", 3);
		add_condition(conditions, "Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
		return;
	}
	json_add_int(status, "succeeded", 1);
	add_time(status, "completionTime", object->made);
	add_condition(conditions, "Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods");
}

Json *sim_kube_object_json(const SimKube *kube, const SimResource *object) {
	Json *json = json_copy(object->manifest);
	Json *meta = json_get_mutable(json, "metadata"), *spec = json_get_mutable(json, "spec");
	json_add_string(meta, "uid", object->uid);
	json_add_int(meta, "generation", object->generation);
	add_time(meta, "creationTimestamp", object->made);
	if (object->kind == SIM_OTHER)
		return json;
	Json *status = json_add(json, "status", json_new_object());
	if (object->kind == SIM_JOB) {
		fill_job_status(object, status);
		return json;
	}
	json_add_int(spec, "replicas", object->wanted);
	fill_status(kube, object, status);
	return json;
}

/* ---- pods ---- */

static const char *phase_of(const SimPod *pod) {
	if (pod->owner->kind == SIM_JOB && pod->owner->ended)
		return pod->owner->failed ? "Failed" : "Succeeded";
	return pod->node ? "Running" : "Pending";
}

Json *sim_kube_pod_json(const SimKube *kube, const SimPod *pod) {
	const Json *template = json_get(json_get(json_get(pod->owner->manifest, "spec"), "template"), "metadata");
	Json *object = json_new_object();
	json_add_string(object, "apiVersion", "v1");
	json_add_string(object, "kind", "Pod");
	Json *meta = json_add(object, "metadata", json_new_object());
	json_add_string(meta, "name", pod->name);
	json_add_string(meta, "namespace", SIM_NAMESPACE);
	add_time(meta, "creationTimestamp", pod->owner->made);
	Json *labels = json_add(meta, "labels", json_get(template, "labels") ? json_copy(json_get(template, "labels")) : json_new_object());
	if (pod->owner->kind == SIM_JOB)
		json_add_string(labels, "job-name", pod->owner->name);
	Json *spec = json_add(object, "spec", json_new_object());
	json_add_string(spec, "nodeName", pod->node ? pod->node->name : NULL);
	Json *status = json_add(object, "status", json_new_object());
	json_add_string(status, "phase", phase_of(pod));
	Json *conditions = json_add(status, "conditions", json_new_array());
	add_condition(conditions, "Ready", pod->ready ? "True" : "False", pod->ready ? NULL : "NodeNotReady", NULL);
	Json *container = json_append(json_add(status, "containerStatuses", json_new_array()), json_new_object());
	json_add_string(container, "name", pod->owner->name);
	json_add_bool(container, "ready", pod->ready);
	json_add_int(container, "restartCount", 0);
	(void) kube;
	return object;
}

/* ---- selectors ---- */

static bool term_holds(Str term, const Json *labels) {
	ptrdiff_t equals = str_find_char(term, '=');
	bool negated = str_starts(term, "!") || (equals > 0 && term.ptr[equals - 1] == '!');
	Str key = str_slice(term, str_starts(term, "!"), equals < 0 ? term.len : (size_t) equals - (term.ptr[equals - 1] == '!'));
	Str value = equals < 0 ? (Str){0} : str_slice(term, (size_t) equals + 1 + (str_starts(str_slice(term, (size_t) equals + 1, 1), "=")), term.len);
	AUTO_FREE char *name = str_dup(key);
	const char *has = json_get_string(labels, name);
	bool holds = has && (equals < 0 || str_eq_c(value, has));
	return holds != negated;
}

bool sim_kube_selects(const char *selector, const Json *object) {
	const Json *labels = json_get(json_get(object, "metadata"), "labels");
	Str rest = str_from(selector), term;
	while (selector && str_split(&rest, ',', &term))
		if (term.len && !term_holds(term, labels))
			return false;
	return true;
}
