/* sim_cluster.c: see sim_cluster.h. */
#include "core/sandbox/sim_cluster.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"

#define DAY_MS (24 * 60 * 60 * 1000LL)
#define AGE_DAYS 213
#define DISK_USED 41

static const struct { const char *name, *ipv6, *role; } NODES[] = {
	{"node1", "2001:db8:1::10", "master+worker"}, {"node2", "2001:db8:2::10", "master+worker"},
	{"node3", "2001:db8:3::10", "master+worker"}, {"node4", "2001:db8:4::10", "backup"},
};

/* ---- nodes ---- */

SimNode *sim_cluster_node(const SimCluster *cluster, const char *name) {
	for (size_t i = 0; i < cluster->node_count; i++)
		if (text_eq(cluster->nodes[i].name, name))
			return &cluster->nodes[i];
	return NULL;
}

SimNode *sim_cluster_add_node(SimCluster *cluster, const char *name, const char *ipv6) {
	cluster->nodes = bg_reallocarray(cluster->nodes, cluster->node_count + 1, sizeof(*cluster->nodes));
	SimNode *node = &cluster->nodes[cluster->node_count++];
	*node = (SimNode){.name = bg_strdup(name), .ipv6 = bg_strdup(ipv6), .role = bg_strdup(""), .is_up = true, .disk = DISK_USED};
	return node;
}

bool sim_node_is_master(const SimNode *node) { return str_starts(str_from(node->role), "master"); }

/* Its k3s runs and the others can be spoken to. */
static bool is_running(const SimCluster *cluster, const SimNode *node) {
	return node->is_up && node->k3s && (cluster->overlay || node->by_lan);
}

bool sim_cluster_answers(const SimCluster *cluster) {
	size_t voters = 0, running = 0;
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		voters += node->votes;
		running += node->votes && is_running(cluster, node);
	}
	return cluster->exists && running * 2 > voters;
}

bool sim_node_is_ready(const SimCluster *cluster, const SimNode *node) { return node->is_member && is_running(cluster, node); }

/* ---- objects ---- */

SimResource *sim_cluster_object(const SimCluster *cluster, const char *resource, const char *name) {
	for (size_t i = 0; i < cluster->object_count; i++)
		if (text_eq(cluster->objects[i]->resource, resource) && text_eq(cluster->objects[i]->name, name))
			return cluster->objects[i];
	return NULL;
}

static SimKind kind_of(const char *resource) {
	return text_eq(resource, "deployment.apps") ? SIM_DEPLOYMENT : text_eq(resource, "statefulset.apps") ? SIM_STATEFULSET
		: text_eq(resource, "job.batch") ? SIM_JOB : SIM_OTHER;
}

static void make_uid(char ret[static 37]) {
	char hex[33];
	random_hex(hex, 32);
	snprintf(ret, 37, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
}

SimResource *sim_cluster_add_object(SimCluster *cluster, const char *resource, const char *name, Json *manifest_take, WallTime now) {
	SimResource *object = bg_calloc(1, sizeof(*object));
	*object = (SimResource){.kind = kind_of(resource), .resource = bg_strdup(resource), .name = bg_strdup(name), .manifest = manifest_take,
		.generation = 1, .made = now};
	object->wanted = json_get_int(json_get(manifest_take, "spec"), "replicas", 1);
	make_uid(object->uid);
	cluster->objects = bg_reallocarray(cluster->objects, cluster->object_count + 1, sizeof(SimResource *));
	cluster->objects[cluster->object_count++] = object;
	return object;
}

static void free_object(SimResource *object) {
	free(object->resource);
	free(object->name);
	free(object->said);
	json_free(object->manifest);
	free(object);
}

void sim_cluster_remove_object(SimCluster *cluster, SimResource *object) {
	for (size_t i = 0; i < cluster->object_count; i++) {
		if (cluster->objects[i] != object)
			continue;
		cluster->object_count--;
		memmove(&cluster->objects[i], &cluster->objects[i + 1], (cluster->object_count - i) * sizeof(SimResource *));
		free_object(object);
		return;
	}
}

/* "lms-deployment-5d8f7c6b9-x2k4q": the same pod of the same object on the same node has the same name. */
static void name_pod(const SimResource *object, const SimNode *node, size_t index, SimPod *pod) {
	char hex[SHA256_HEX_SIZE];
	AUTO_FREE char *source = bg_asprintf("%s %s %zu", object->uid, node ? node->name : "", index);
	sha256_hex(source, strlen(source), hex);
	if (object->kind == SIM_STATEFULSET)
		snprintf(pod->name, sizeof(pod->name), "%.60s-%zu", object->name, index);
	else if (object->kind == SIM_JOB)
		snprintf(pod->name, sizeof(pod->name), "%.60s-%.5s", object->name, hex);
	else
		snprintf(pod->name, sizeof(pod->name), "%.60s-%.9s-%.5s", object->name, object->uid, hex);
}

/* The volume of a statefulset's pod stays where it is: its pod waits for that node, unless the node is no member any more. */
static const SimNode *place_of(const SimCluster *cluster, size_t index) {
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		if (node->is_member && sim_node_is_master(node) && index-- == 0)
			return sim_node_is_ready(cluster, node) ? node : NULL;
	}
	return NULL;
}

size_t sim_cluster_pods(const SimCluster *cluster, const SimResource *object, SimPod *ret, size_t size) {
	size_t count = 0;
	if (object->kind == SIM_OTHER)
		return 0;
	for (int64_t i = 0; i < object->wanted && count < size; i++) {
		const SimNode *node = place_of(cluster, (size_t) i);
		ret[count] = (SimPod){.owner = object, .node = node, .ready = node != NULL && object->kind != SIM_JOB};
		name_pod(object, node, (size_t) i, &ret[count++]);
	}
	return count;
}

int64_t sim_cluster_ready(const SimCluster *cluster, const SimResource *object) {
	SimPod pods[32];
	size_t count = sim_cluster_pods(cluster, object, pods, BG_LENGTH(pods));
	int64_t ready = 0;
	for (size_t i = 0; i < count; i++)
		ready += pods[i].ready;
	return ready;
}

/* ---- the whole ---- */

static Json *workload(const char *api, const char *kind, const char *name, const char *app, const char *image, int replicas) {
	AUTO_FREE char *text = bg_asprintf("{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"" SIM_NAMESPACE "\"},"
		"\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":\"%s\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"}},"
		"\"spec\":{\"containers\":[{\"name\":\"%s\",\"image\":\"%s\"}]}}}}", api, kind, name, replicas, app, app, app, image);
	Json *json = NULL;
	bool ok = json_parse(str_from(text), &json, NULL);
	BG_ASSERT(ok);
	return json;
}

void sim_cluster_deploy(SimCluster *cluster, WallTime now) {
	sim_cluster_add_object(cluster, "statefulset.apps", SIM_COUCHDB, workload("apps/v1", "StatefulSet", SIM_COUCHDB, SIM_COUCHDB, "couchdb:3.3.3", 3), now);
	sim_cluster_add_object(cluster, "deployment.apps", "lms-deployment",
		workload("apps/v1", "Deployment", "lms-deployment", "lms", "openedx/lms:sandbox", 3), now);
	sim_cluster_add_object(cluster, "deployment.apps", "cms-deployment",
		workload("apps/v1", "Deployment", "cms-deployment", "cms", "openedx/cms:sandbox", 3), now);
}

void sim_cluster_join(SimCluster *cluster, SimNode *node, const char *role) {
	free(node->role);
	node->role = bg_strdup(role);
	node->is_member = node->k3s = true;
	node->votes = sim_node_is_master(node);
	cluster->exists = true;
}

SimCluster *sim_cluster_new(WallTime now) {
	SimCluster *cluster = bg_calloc(1, sizeof(*cluster));
	cluster->overlay = true;
	cluster->born = (WallTime){now.ms - AGE_DAYS * DAY_MS};
	for (size_t i = 0; i < BG_LENGTH(NODES); i++)
		sim_cluster_join(cluster, sim_cluster_add_node(cluster, NODES[i].name, NODES[i].ipv6), NODES[i].role);
	cluster->nodes[0].first_master = true;
	sim_cluster_deploy(cluster, cluster->born);
	return cluster;
}

SimCluster *sim_cluster_free(SimCluster *cluster) {
	if (!cluster)
		return NULL;
	for (size_t i = 0; i < cluster->node_count; i++) {
		free(cluster->nodes[i].name);
		free(cluster->nodes[i].ipv6);
		free(cluster->nodes[i].role);
	}
	for (size_t i = 0; i < cluster->object_count; i++)
		free_object(cluster->objects[i]);
	free(cluster->nodes);
	free(cluster->objects);
	free(cluster);
	return NULL;
}
