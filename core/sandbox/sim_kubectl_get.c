/* sim_kubectl_get.c: what kubectl shows: objects as JSON, as names, or as the table that people read. */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_job.h"
#include "core/sandbox/sim_kubectl.h"

#define PODS_MAX 32

/* ---- which ones ---- */

static void add_object(SimKube *kube, Json *items, Json *object_take, const char *name) {
	const char *own = json_get_string(json_get(object_take, "metadata"), "name");
	if ((name && !text_eq(name, own)) || !sim_kube_selects(kube->selector, object_take))
		json_free(object_take);
	else
		json_append(items, object_take);
}

static void find_pods(SimKube *kube, Json *items, const char *name) {
	for (size_t i = 0; i < kube->cluster->object_count; i++) {
		SimPod pods[PODS_MAX];
		size_t count = sim_cluster_pods(kube->cluster, kube->cluster->objects[i], pods, PODS_MAX);
		for (size_t k = 0; k < count; k++)
			add_object(kube, items, sim_kube_pod_json(kube, &pods[k]), name);
	}
}

static void find_objects(SimKube *kube, const SimKubeKind *kind, const char *name, Json *items) {
	const SimCluster *cluster = kube->cluster;
	if (text_eq(kind->resource, "pod"))
		find_pods(kube, items, name);
	for (size_t i = 0; text_eq(kind->resource, "node") && i < cluster->node_count; i++)
		if (cluster->nodes[i].is_member)
			add_object(kube, items, sim_kube_node_json(kube, &cluster->nodes[i]), name);
	for (size_t i = 0; i < cluster->object_count; i++)
		if (text_eq(cluster->objects[i]->resource, kind->resource)) {
			sim_job_look(kube->cluster, cluster->objects[i]);
			add_object(kube, items, sim_kube_object_json(kube, cluster->objects[i]), name);
		}
}

/* ---- the table ---- */

static void put_age(const SimKube *kube, const Json *object, char *ret, size_t size) {
	WallTime made = {0};
	if (!wall_parse_iso(str_from(json_get_string_or(json_get(object, "metadata"), "creationTimestamp", "")), &made)) {
		snprintf(ret, size, "<unknown>");
		return;
	}
	long long seconds = (kube->now.ms - made.ms) / 1000;
	if (seconds < 120)
		snprintf(ret, size, "%llds", seconds < 0 ? 0 : seconds);
	else if (seconds < 2 * 3600)
		snprintf(ret, size, "%lldm", seconds / 60);
	else if (seconds < 2 * 86400)
		snprintf(ret, size, "%lldh", seconds / 3600);
	else
		snprintf(ret, size, "%lldd", seconds / 86400);
}

static void put_node(const SimKube *kube, const Json *object, const char *age, Buf *out) {
	const Json *labels = json_get(json_get(object, "metadata"), "labels"), *status = json_get(object, "status");
	const char *ready = json_get_string_or(json_at(json_get(status, "conditions"), 2), "status", "Unknown");
	bool master = json_get(labels, "node-role.kubernetes.io/control-plane") != NULL, cordoned = json_get(json_get(object, "spec"), "unschedulable") != NULL;
	AUTO_FREE char *words = bg_asprintf("%s%s", text_eq(ready, "True") ? "Ready" : "NotReady", cordoned ? ",SchedulingDisabled" : "");
	buf_printf(out, "%-12s %-26s %-27s %-6s %s", json_get_string_or(json_get(object, "metadata"), "name", ""), words,
		master ? "control-plane,etcd,master" : "backup", age, json_get_string_or(json_get(status, "nodeInfo"), "kubeletVersion", ""));
	if (kube->wide)
		buf_printf(out, "   %s", json_get_string_or(json_at(json_get(status, "addresses"), 0), "address", "<none>"));
	buf_putc(out, '\n');
}

static void put_pod(const SimKube *kube, const Json *object, const char *age, Buf *out) {
	const Json *status = json_get(object, "status");
	const char *phase = json_get_string_or(status, "phase", ""), *node = json_get_string(json_get(object, "spec"), "nodeName");
	bool ready = json_get_bool(json_at(json_get(status, "containerStatuses"), 0), "ready", false);
	buf_printf(out, "%-38s %d/1     %-10s 0          %-6s", json_get_string_or(json_get(object, "metadata"), "name", ""), ready,
		text_eq(phase, "Succeeded") ? "Completed" : phase, age);
	if (kube->wide)
		buf_printf(out, " %s", node ? node : "<none>");
	buf_putc(out, '\n');
}

static void put_other(const SimKube *kube, const Json *object, const char *age, Buf *out) {
	const Json *status = json_get(object, "status");
	const char *kind = json_get_string_or(object, "kind", "");
	buf_printf(out, "%-38s ", json_get_string_or(json_get(object, "metadata"), "name", ""));
	if (text_eq(kind, "Deployment") || text_eq(kind, "StatefulSet"))
		buf_printf(out, "%lld/%lld     ", (long long) json_get_int(status, "readyReplicas", 0),
			(long long) json_get_int(json_get(object, "spec"), "replicas", 0));
	if (text_eq(kind, "Job"))
		buf_printf(out, "%-9s ", json_get(status, "succeeded") ? "Complete" : json_get(status, "failed") ? "Failed" : "Running");
	buf_puts(out, age);
	const Json *pod = json_get(json_get(json_get(json_get(object, "spec"), "template"), "spec"), "containers");
	if (kube->wide && pod)
		buf_printf(out, "   %s   %s", json_get_string_or(json_at(pod, 0), "name", ""), json_get_string_or(json_at(pod, 0), "image", ""));
	buf_putc(out, '\n');
}

static const char *heading(const SimKube *kube, const SimKubeKind *kind) {
	if (text_eq(kind->resource, "node"))
		return kube->wide ? "NAME         STATUS                     ROLES                       AGE    VERSION          INTERNAL-IP\n"
			: "NAME         STATUS                     ROLES                       AGE    VERSION\n";
	if (text_eq(kind->resource, "pod"))
		return kube->wide ? "NAME                                   READY   STATUS     RESTARTS   AGE    NODE\n"
			: "NAME                                   READY   STATUS     RESTARTS   AGE\n";
	if (text_eq(kind->resource, "deployment.apps") || text_eq(kind->resource, "statefulset.apps"))
		return kube->wide ? "NAME                                   READY   AGE   CONTAINERS   IMAGES\n" : "NAME                                   READY   AGE\n";
	return text_eq(kind->resource, "job.batch") ? "NAME                                   STATUS    AGE\n" : "NAME                                   AGE\n";
}

static void put_table(const SimKube *kube, const SimKubeKind *kind, const Json *items) {
	char age[24];
	buf_puts(&kube->run->out, heading(kube, kind));
	JSON_EACH(item, items) {
		put_age(kube, item, age, sizeof(age));
		if (text_eq(kind->resource, "node"))
			put_node(kube, item, age, &kube->run->out);
		else if (text_eq(kind->resource, "pod"))
			put_pod(kube, item, age, &kube->run->out);
		else
			put_other(kube, item, age, &kube->run->out);
	}
}

/* ---- the verb ---- */

static void put_json(SimKube *kube, Json *items_take, bool is_list) {
	AUTO(Json) *list = json_new_object();
	Json *items = json_add(list, "items", items_take);
	json_add_string(list, "apiVersion", "v1");
	json_add_string(list, "kind", "List");
	json_add_string(json_add(list, "metadata", json_new_object()), "resourceVersion", "");
	json_write_pretty(is_list ? list : json_first(items), &kube->run->out);
	buf_putc(&kube->run->out, '\n');
}

/* "/readyz" and its like: what says whether the server is well. */
static bool get_raw(SimKube *kube) {
	const char *path = sim_run_option(kube->run, "--raw");
	if (!path)
		return false;
	if (text_eq(path, "/readyz") || text_eq(path, "/livez") || text_eq(path, "/healthz"))
		buf_puts(&kube->run->out, "ok");
	else
		sim_run_refuse(kube->run, 1, "Error from server (NotFound): the server could not find the requested resource");
	return true;
}

void sim_kube_get(SimKube *kube) {
	const SimKubeKind *kind = NULL;
	AUTO_FREE char *name = NULL;
	AUTO(Json) *items = json_new_array();
	if (get_raw(kube) || !sim_kube_target(kube, 1, &kind, &name))
		return;
	find_objects(kube, kind, name, items);
	if (name && !json_count(items)) {
		sim_kube_missing(kube, kind, name);
	} else if (kube->json) {
		put_json(kube, TAKE(items), name == NULL);
	} else if (kube->name_only) {
		JSON_EACH(item, items)
			buf_printf(&kube->run->out, "%s/%s\n", kind->resource, json_get_string_or(json_get(item, "metadata"), "name", ""));
	} else if (json_count(items)) {
		put_table(kube, kind, items);
	} else {
		buf_puts(&kube->run->err, kind->cluster_wide ? "No resources found\n" : "No resources found in " SIM_NAMESPACE " namespace.\n");
	}
}
