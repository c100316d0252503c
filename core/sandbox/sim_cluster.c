/* sim_cluster.c: see sim_cluster.h. */
#include "core/sandbox/sim_cluster.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"

#define DAY_MS (24 * 60 * 60 * 1000LL)
#define AGE_DAYS 213
#define DISK_USED 41

static const struct { const char *name, *ipv6, *role; } NODES[] = {
	{"node1", "4a1:b2:1::10", "master+worker"}, {"node2", "4a1:b2:2::10", "master+worker"},
	{"node3", "4a1:b2:3::10", "master+worker"}, {"node4", "4a1:b2:4::10", "backup"},
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

bool sim_node_is_master(const SimNode *node) { return node->serves || str_starts(str_from(node->role), "master"); }

char *sim_cluster_home(const SimCluster *cluster, const SimNode *node) {
	return bg_asprintf("%s/machines/%s/home", cluster->folder ? cluster->folder : "", node->name);
}

char *sim_cluster_backups(const SimCluster *cluster, const SimNode *node) {
	AUTO_FREE char *home = sim_cluster_home(cluster, node);
	return path_join(home, "backup");
}

/* Its k3s runs and the others can be spoken to. */
static bool is_running(const SimCluster *cluster, const SimNode *node) {
	return node->is_up && node->k3s && !node->stopped && (cluster->overlay || node->by_lan);
}

bool sim_cluster_is_near(const SimCluster *cluster) { return cluster->overlay && !cluster->cut_off; }

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
	free(object->place);
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
		snprintf(pod->name, sizeof(pod->name), "%.60s-%.8s-%.5s", object->name, object->uid, hex);
}

/* The worker of that number, of those that pods are placed on; NULL past the last. */
static const SimNode *worker_at(const SimCluster *cluster, size_t index) {
	for (size_t i = 0; i < cluster->node_count; i++) {
		const SimNode *node = &cluster->nodes[i];
		if (node->is_member && sim_node_is_master(node) && !node->cordoned && index-- == 0)
			return node;
	}
	return NULL;
}

static const SimNode *place_of(const SimCluster *cluster, const SimResource *object, size_t index) {
	bool is_couch = text_eq(object->name, SIM_COUCHDB) && object->kind == SIM_STATEFULSET && index < SIM_COUCH_MEMBERS;
	if (object->kind == SIM_JOB)
		return object->place ? sim_cluster_node(cluster, object->place) : NULL;
	if (!is_couch)
		return worker_at(cluster, index);
	const SimNode *node = cluster->claims[index].node ? sim_cluster_node(cluster, cluster->claims[index].node) : NULL;
	return node && node->is_member ? node : NULL;
}

size_t sim_cluster_pods(const SimCluster *cluster, const SimResource *object, SimPod *ret, size_t size) {
	size_t count = 0;
	if (object->kind == SIM_OTHER)
		return 0;
	for (int64_t i = 0; i < object->wanted && count < size; i++) {
		const SimNode *node = place_of(cluster, object, (size_t) i);
		ret[count] = (SimPod){.owner = object, .node = node, .ready = node && sim_node_is_ready(cluster, node) && !object->ended};
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

static void deploy(SimCluster *cluster, const char *resource, const char *name, Json *manifest_take, WallTime now) {
	if (sim_cluster_object(cluster, resource, name))
		json_free(manifest_take);
	else
		sim_cluster_add_object(cluster, resource, name, manifest_take, now);
}

static Json *cronjob(const char *name) {
	AUTO_FREE char *text = bg_asprintf("{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"" SIM_NAMESPACE "\"},"
		"\"spec\":{\"schedule\":\"0 1 * * *\",\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"OnFailure\",\"containers\":"
		"[{\"name\":\"backup\",\"image\":\"curlimages/curl:8\"}]}}}}}}", name);
	Json *json = NULL;
	bool ok = json_parse(str_from(text), &json, NULL);
	BG_ASSERT(ok);
	return json;
}

static Json *named(const char *kind, const char *name) {
	Json *json = json_new_object();
	json_add_string(json, "apiVersion", "v1");
	json_add_string(json, "kind", kind);
	json_add_string(json_add(json, "metadata", json_new_object()), "name", name);
	return json;
}

void sim_cluster_deploy(SimCluster *cluster, WallTime now) {
	deploy(cluster, "statefulset.apps", SIM_COUCHDB, workload("apps/v1", "StatefulSet", SIM_COUCHDB, SIM_COUCHDB, "couchdb:3.3.3", 3), now);
	deploy(cluster, "deployment.apps", "lms-deployment", workload("apps/v1", "Deployment", "lms-deployment", "lms", "openedx/lms:sandbox", 3), now);
	deploy(cluster, "deployment.apps", "cms-deployment", workload("apps/v1", "Deployment", "cms-deployment", "cms", "openedx/cms:sandbox", 3), now);
	deploy(cluster, "cronjob.batch", SIM_BACKUP_JOB, cronjob(SIM_BACKUP_JOB), now);
	deploy(cluster, "persistentvolume", "backup-pv", named("PersistentVolume", "backup-pv"), now);
	deploy(cluster, "persistentvolumeclaim", "backup-pvc", named("PersistentVolumeClaim", "backup-pvc"), now);
}

/* ---- what follows from it ---- */

static bool has_claim(const SimCluster *cluster, const SimNode *node) {
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		if (text_eq(cluster->claims[i].node, node->name))
			return true;
	return false;
}

/* A volume that is of no machine yet is made on one that has none. What was kept there before is not on it. */
static void bind_claims(SimCluster *cluster) {
	const SimNode *node;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		for (size_t k = 0; !cluster->claims[i].node && (node = worker_at(cluster, k)); k++)
			if (!has_claim(cluster, node) && sim_node_is_ready(cluster, node))
				cluster->claims[i].node = bg_strdup(node->name);
	}
}

void sim_cluster_settle(SimCluster *cluster) {
	SimPod pods[SIM_COUCH_MEMBERS];
	const SimResource *object = sim_cluster_object(cluster, "statefulset.apps", SIM_COUCHDB);
	if (object)
		bind_claims(cluster);
	size_t count = object ? sim_cluster_pods(cluster, object, pods, BG_LENGTH(pods)) : 0;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		bool runs = i < count && pods[i].ready;
		if (sim_couch_runs(cluster->couch, i) != runs)
			sim_couch_run(cluster->couch, i, runs);
	}
}

bool sim_cluster_give_up_claim(SimCluster *cluster, size_t index) {
	bool there = index < SIM_COUCH_MEMBERS && cluster->claims[index].node;
	if (there)
		cluster->claims[index].given_up = true;
	return there;
}

void sim_cluster_restart_couch(SimCluster *cluster, size_t index) {
	SimClaim *claim = &cluster->claims[index];
	if (!claim->given_up)
		return;
	free(claim->node);
	*claim = (SimClaim){0};
	sim_couch_lose_member(cluster->couch, index);
}

void sim_cluster_begin(SimCluster *cluster) {
	while (cluster->object_count)
		sim_cluster_remove_object(cluster, cluster->objects[0]);
	for (size_t i = 0; i < cluster->node_count; i++)
		cluster->nodes[i].is_member = cluster->nodes[i].votes = cluster->nodes[i].first_master = false;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		free(cluster->claims[i].node);
		cluster->claims[i] = (SimClaim){0};
	}
	sim_couch_delete(cluster->couch);
}

void sim_cluster_join(SimCluster *cluster, SimNode *node, const char *role) {
	free(node->role);
	node->role = bg_strdup(role);
	node->is_member = node->k3s = true;
	node->stopped = node->serves = false;
	node->votes = sim_node_is_master(node);
	cluster->exists = true;
}

void sim_cluster_leave(SimCluster *cluster, SimNode *node) {
	(void) cluster;
	node->is_member = node->votes = node->cordoned = false;
}

/* The masters under the names of the site, the first one under that of the monitoring, as the team's template has them. */
static void publish(SimCluster *cluster) {
	static const char *const NAMES[] = {SIM_DOMAIN, "studio." SIM_DOMAIN, "monitoring." SIM_DOMAIN};
	cluster->zone.domain = bg_strdup(SIM_DOMAIN);
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		AUTO_CLEAR(StrList) addresses = {0};
		for (size_t k = 0; k < cluster->node_count; k++)
			if (sim_node_is_master(&cluster->nodes[k]) && (i < 2 || cluster->nodes[k].first_master))
				strlist_add(&addresses, cluster->nodes[k].ipv6);
		bool there = sim_zone_set(&cluster->zone, NAMES[i], &addresses);
		BG_ASSERT(there);
	}
}

SimCluster *sim_cluster_new(WallTime now) {
	SimCluster *cluster = bg_calloc(1, sizeof(*cluster));
	cluster->overlay = true;
	cluster->born = (WallTime){now.ms - AGE_DAYS * DAY_MS};
	for (size_t i = 0; i < BG_LENGTH(NODES); i++)
		sim_cluster_join(cluster, sim_cluster_add_node(cluster, NODES[i].name, NODES[i].ipv6), NODES[i].role);
	cluster->nodes[0].first_master = true;
	publish(cluster);
	random_hex(cluster->couch_password, 16);
	cluster->couch = sim_couch_new(cluster->couch_password);
	sim_couch_fill(cluster->couch);
	sim_cluster_deploy(cluster, cluster->born);
	sim_cluster_settle(cluster);
	return cluster;
}

SimCluster *sim_cluster_free(SimCluster *cluster) {
	if (!cluster)
		return NULL;
	for (size_t i = 0; i < cluster->node_count; i++) {
		free(cluster->nodes[i].name);
		free(cluster->nodes[i].ipv6);
		free(cluster->nodes[i].role);
		json_free(cluster->nodes[i].labels);
	}
	for (size_t i = 0; i < cluster->object_count; i++)
		free_object(cluster->objects[i]);
	free(cluster->nodes);
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		free(cluster->claims[i].node);
	sim_couch_free(cluster->couch);
	strlist_clear(&cluster->restored);
	sim_zone_clear(&cluster->zone);
	free(cluster->api);
	free(cluster->objects);
	free(cluster->folder);
	free(cluster);
	return NULL;
}
