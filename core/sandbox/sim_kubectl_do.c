/* sim_kubectl_do.c: what kubectl changes, and what it waits for. Nothing here takes time: what is not so now will not be so by waiting. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_job.h"
#include "core/sandbox/sim_kubectl.h"

/* The one that is meant; NULL when it was refused. */
static SimResource *find_target(SimKube *kube, size_t index, const SimKubeKind **ret_kind) {
	AUTO_FREE char *name = NULL;
	if (!sim_kube_target(kube, index, ret_kind, &name))
		return NULL;
	SimResource *object = name ? sim_cluster_object(kube->cluster, (*ret_kind)->resource, name) : NULL;
	if (!name)
		sim_run_refuse(kube->run, 1, "error: resource name may not be empty");
	else if (!object)
		sim_kube_missing(kube, *ret_kind, name);
	return object;
}

static bool number_of(SimKube *kube, const char *option, int64_t *ret) {
	const char *text = sim_run_option(kube->run, option);
	return text && str_parse_int(str_from(text), ret) && *ret >= 0 && *ret <= 100;
}

void sim_kube_scale(SimKube *kube) {
	const SimKubeKind *kind = NULL;
	SimResource *object = find_target(kube, 1, &kind);
	int64_t wanted = 0, current = 0;
	if (!object)
		return;
	if (!number_of(kube, "--replicas", &wanted) || (object->kind != SIM_DEPLOYMENT && object->kind != SIM_STATEFULSET)) {
		sim_run_refuse(kube->run, 1, "error: the --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
	} else if (number_of(kube, "--current-replicas", &current) && current != object->wanted) {
		sim_run_refuse(kube->run, 1, "error: Expected replicas to be %lld, was %lld", (long long) current, (long long) object->wanted);
	} else {
		object->generation += object->wanted != wanted;
		object->wanted = wanted;
		buf_printf(&kube->run->out, "%s/%s scaled\n", kind->resource, object->name);
	}
}

/* A node that is taken out no longer counts for the majority, as k3s takes its etcd member out with it. */
static void delete_node(SimKube *kube, const char *name) {
	SimNode *node = name ? sim_cluster_node(kube->cluster, name) : NULL;
	if (!node || !node->is_member) {
		sim_kube_missing(kube, sim_kube_kind(STR("node")), name ? name : "");
		return;
	}
	sim_cluster_leave(kube->cluster, node);
	buf_printf(&kube->run->out, "node \"%s\" deleted\n", name);
}

/* "couchdb-1" behind `prefix`. */
static bool couch_index(const char *name, const char *prefix, size_t *ret) {
	Str text = str_from(name);
	int64_t index = 0;
	if (!str_starts(text, prefix) || !str_parse_int(str_slice(text, strlen(prefix), text.len), &index) || index < 0 || index >= SIM_COUCH_MEMBERS)
		return false;
	*ret = (size_t) index;
	return true;
}

/* A claim goes with its pod, or at once where there is none; a pod that is deleted is made anew at once. */
static void delete_of_couch(SimKube *kube, const SimKubeKind *kind, const char *name) {
	bool is_pod = text_eq(kind->resource, "pod");
	size_t index = 0;
	if (!couch_index(name, is_pod ? SIM_COUCHDB "-" : "couchdb-data-" SIM_COUCHDB "-", &index) || (!is_pod && !sim_cluster_give_up_claim(kube->cluster, index))) {
		sim_kube_missing(kube, kind, name ? name : "");
		return;
	}
	if (is_pod || !sim_cluster_object(kube->cluster, "statefulset.apps", SIM_COUCHDB))
		sim_cluster_restart_couch(kube->cluster, index);
	buf_printf(&kube->run->out, "%s \"%s\" deleted\n", kind->resource, name);
}

void sim_kube_delete(SimKube *kube) {
	const SimKubeKind *kind = NULL;
	AUTO_FREE char *name = NULL;
	if (!sim_kube_target(kube, 1, &kind, &name))
		return;
	if (text_eq(kind->resource, "node")) {
		delete_node(kube, name);
		return;
	}
	SimResource *object = name ? sim_cluster_object(kube->cluster, kind->resource, name) : NULL;
	if (!object && (text_eq(kind->resource, "pod") || text_eq(kind->resource, "persistentvolumeclaim"))) {
		delete_of_couch(kube, kind, name);
		for (size_t i = 3; sim_kube_word(kube, i) && kube->run->status == 0; i++)   /* pvc NAME NAME ... */
			delete_of_couch(kube, kind, sim_kube_word(kube, i));
		return;
	}
	if (!object) {
		sim_kube_missing(kube, kind, name ? name : "");
		return;
	}
	buf_printf(&kube->run->out, "%s \"%s\" deleted\n", kind->resource, name);
	sim_cluster_remove_object(kube->cluster, object);
}

/* ---- waiting ---- */

static void wait_for_pods(SimKube *kube) {
	size_t found = 0;
	for (size_t i = 0; i < kube->cluster->object_count; i++) {
		SimPod pods[32];
		size_t count = sim_cluster_pods(kube->cluster, kube->cluster->objects[i], pods, BG_LENGTH(pods));
		for (size_t k = 0; k < count; k++) {
			AUTO(Json) *pod = sim_kube_pod_json(kube, &pods[k]);
			if (!sim_kube_selects(kube->selector, pod))
				continue;
			found++;
			if (pods[k].ready)
				buf_printf(&kube->run->out, "pod/%s condition met\n", pods[k].name);
			else
				sim_run_refuse(kube->run, 1, "error: timed out waiting for the condition on pods/%s", pods[k].name);
		}
	}
	if (!found)
		sim_run_refuse(kube->run, 1, "error: no matching resources found");
}

void sim_kube_wait(SimKube *kube) {
	const char *wanted = sim_run_option(kube->run, "--for");
	const SimKubeKind *kind = NULL;
	if (text_eq(wanted, "condition=ready") || text_eq(wanted, "condition=Ready")) {
		wait_for_pods(kube);
		return;
	}
	if (!text_eq(wanted, "condition=complete") && !text_eq(wanted, "condition=failed")) {
		sim_run_refuse(kube->run, 1, "the practice kubectl waits for condition=ready, condition=complete or condition=failed only");
		return;
	}
	SimResource *job = find_target(kube, 1, &kind);
	if (job && job->kind == SIM_JOB && sim_job_finish(kube->cluster, job) && job->failed == text_eq(wanted, "condition=failed"))
		buf_printf(&kube->run->out, "job.batch/%s condition met\n", job->name);
	else if (job)
		sim_run_refuse(kube->run, 1, "error: timed out waiting for the condition on jobs/%s", job->name);
}

/* ---- the rest ---- */

void sim_kube_rollout(SimKube *kube) {
	const char *verb = sim_kube_word(kube, 1);
	const SimKubeKind *kind = NULL;
	if (!text_eq(verb, "restart") && !text_eq(verb, "status")) {
		sim_run_refuse(kube->run, 1, "the practice kubectl knows rollout restart and rollout status only");
		return;
	}
	SimResource *object = find_target(kube, 2, &kind);
	if (!object)
		return;
	int64_t ready = sim_cluster_ready(kube->cluster, object);
	if (text_eq(verb, "restart")) {
		object->generation++;
		buf_printf(&kube->run->out, "%s/%s restarted\n", kind->resource, object->name);
	} else if (ready == object->wanted) {
		buf_printf(&kube->run->out, "deployment \"%s\" successfully rolled out\n", object->name);
	} else {
		sim_run_refuse(kube->run, 1, "error: timed out waiting for the condition: %lld of %lld updated replicas are available", (long long) ready,
			(long long) object->wanted);
	}
}

static SimNode *named_node(SimKube *kube, size_t index) {
	const char *name = sim_kube_word(kube, index);
	SimNode *node = name ? sim_cluster_node(kube->cluster, name) : NULL;
	if (node && node->is_member)
		return node;
	sim_kube_missing(kube, sim_kube_kind(STR("node")), name ? name : "");
	return NULL;
}

void sim_kube_label(SimKube *kube) {
	const char *type = sim_kube_word(kube, 1), *change = sim_kube_word(kube, 3);
	SimNode *node = NULL;
	if (!change || (!strchr(change, '=') && !str_ends(str_from(change), "-")) || sim_kube_kind(str_from(type)) != sim_kube_kind(STR("node"))) {
		sim_run_refuse(kube->run, 1, "the practice kubectl labels nodes only, one label at a time");
		return;
	}
	if (!(node = named_node(kube, 2)))
		return;
	Str text = str_from(change);
	ptrdiff_t equals = str_find_char(text, '=');
	AUTO_FREE char *key = str_dup(str_slice(text, 0, equals < 0 ? text.len - 1 : (size_t) equals));
	node->labels = node->labels ? node->labels : json_new_object();
	if (equals < 0) {
		json_remove(node->labels, key);
		buf_printf(&kube->run->out, "node/%s unlabeled\n", node->name);
	} else {
		json_add_string(node->labels, key, change + equals + 1);
		buf_printf(&kube->run->out, "node/%s labeled\n", node->name);
	}
}

void sim_kube_cordon(SimKube *kube) {
	const char *verb = sim_kube_word(kube, 0);
	SimNode *node = named_node(kube, 1);
	if (!node)
		return;
	node->cordoned = !text_eq(verb, "uncordon");
	buf_printf(&kube->run->out, "node/%s %s\n", node->name, node->cordoned ? "cordoned" : "uncordoned");
	if (text_eq(verb, "drain"))
		buf_printf(&kube->run->out, "node/%s drained\n", node->name);
}

/* What its pods would say of one another. */
static void log_couch(SimKube *kube) {
	const SimCouch *couch = kube->cluster->couch;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		if (sim_couch_runs(couch, i))
			buf_printf(&kube->run->out, "[pod/" SIM_COUCHDB "-%zu/" SIM_COUCHDB "] [notice] couchdb@" SIM_COUCHDB "-%zu: %zu of %d members are connected, as couchdb-0 sees it\n",
				i, i, sim_couch_connected(couch), SIM_COUCH_MEMBERS);
}

/* Here -f takes no value, and so is no help in telling words from options. */
static SimResource *logged_job(SimKube *kube) {
	SimResource *found = NULL;
	for (size_t i = 0; i < kube->run->args.count && !found; i++)
		if (str_starts(str_from(kube->run->args.items[i]), "job/"))
			found = sim_cluster_object(kube->cluster, "job.batch", kube->run->args.items[i] + strlen("job/"));
	return found;
}

void sim_kube_logs(SimKube *kube) {
	SimResource *object = logged_job(kube);
	if (!object && text_eq(kube->selector, "app=" SIM_COUCHDB)) {
		log_couch(kube);
		return;
	}
	if (!object) {
		sim_run_refuse(kube->run, 1, "the practice kubectl has the logs of jobs, and of app=" SIM_COUCHDB ", only: logs job/NAME");
		return;
	}
	if (sim_run_has(kube->run, "-f") || sim_run_has(kube->run, "--follow"))
		(void) sim_job_finish(kube->cluster, object);   /* one that waits has said nothing, as is told below */
	else
		sim_job_look(kube->cluster, object);
	if (object->said)
		buf_puts(&kube->run->out, object->said);
	else
		sim_run_refuse(kube->run, 1, "Error from server (BadRequest): %s", object->place ? "its container is waiting to start: ContainerCreating"
			: "its pod does not have a host assigned");
}
