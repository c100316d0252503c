/* workload.c: a Deployment or a StatefulSet: how many pods are wanted and how many are there. A count of zero is left out of `status`. */
#include <stdio.h>

#include "core/providers/k8s/k8s.h"

static bool count_of(const Json *object, const char *key, int64_t fallback, int64_t *ret) {
	const Json *value = json_get(object, key);
	*ret = fallback;
	return !value || (json_int(value, ret) && *ret >= 0 && *ret <= K8S_COUNT_MAX);
}

static bool seen_by_controller(const Json *object, bool *ret) {
	const Json *made = json_get(json_get(object, "metadata"), "generation"), *seen = json_get(json_get(object, "status"), "observedGeneration");
	int64_t generation = 0, observed = 0;
	if ((made && !json_int(made, &generation)) || (seen && !json_int(seen, &observed)))
		return false;
	*ret = observed >= generation;
	return true;
}

static void read_conditions(const Json *conditions, K8sWorkload *ret) {
	JSON_EACH(condition, conditions) {
		const char *type = json_get_string_or(condition, "type", "");
		bool holds = text_eq(json_get_string(condition, "status"), "True");
		bool stuck = text_eq(type, "Progressing") && text_eq(json_get_string(condition, "reason"), "ProgressDeadlineExceeded");
		bool refused = text_eq(type, "ReplicaFailure") && holds;
		ret->stuck = ret->stuck || stuck;
		ret->refused = ret->refused || refused;
		if (stuck || refused)
			snprintf(ret->why, sizeof(ret->why), "%s", json_get_string_or(condition, "message", ""));
	}
}

bool k8s_workload_parse(const Json *object, const KubeKind *kind, K8sWorkload *ret) {
	K8sWorkload seen = {0};
	const Json *spec = json_get(object, "spec"), *status = json_get(object, "status");
	const char *name = json_get_string(json_get(object, "metadata"), "name");
	if (!text_eq(json_get_string(object, "kind"), kind->kind) || !name || !*name || strlen(name) > K8S_NAME_MAX || !json_is_object(spec) || !json_is_object(status))
		return false;
	snprintf(seen.name, sizeof(seen.name), "%s", name);
	if (!count_of(spec, "replicas", 1, &seen.wanted) || !count_of(status, "readyReplicas", 0, &seen.ready)
		|| !count_of(status, "updatedReplicas", 0, &seen.updated) || !count_of(status, "replicas", 0, &seen.present)
		|| !count_of(status, "availableReplicas", 0, &seen.available) || !seen_by_controller(object, &seen.observed))
		return false;
	/* Before Kubernetes 1.22 a StatefulSet tells nothing of availability. */
	if (kind == &KUBE_STATEFULSETS && !json_get(status, "availableReplicas"))
		seen.available = seen.ready;
	/* A StatefulSet that has nothing to replace leaves updatedReplicas out. */
	const char *now = json_get_string(status, "currentRevision"), *next = json_get_string(status, "updateRevision");
	if (kind == &KUBE_STATEFULSETS && text_eq(now, next))
		seen.updated = seen.present;
	seen.rolled_out = seen.observed && seen.updated == seen.wanted && seen.available == seen.wanted && seen.present == seen.wanted;
	read_conditions(json_get(status, "conditions"), &seen);
	*ret = seen;
	return true;
}

static void facts(const K8sWorkload *workload, Reading *ret) {
	reading_fact_bool(ret, "exists", true);
	reading_fact_int(ret, "replicas", workload->wanted);
	reading_fact_int(ret, "ready", workload->ready);
	reading_fact_int(ret, "available", workload->available);
	reading_fact_int(ret, "updated", workload->updated);
	reading_fact_bool(ret, "rolled_out", workload->rolled_out);
	reading_fact_bool(ret, "stuck", workload->stuck || workload->refused);
}

void k8s_workload_judge(const K8sWorkload *workload, const KubeKind *kind, Reading *ret) {
	long long ready = workload->ready, wanted = workload->wanted, available = workload->available;
	const char *colon = *workload->why ? ": " : "";
	facts(workload, ret);
	if (workload->stuck || workload->refused) {
		reading_set(ret, READING_FAIL, "%lld of %lld ready, %s", ready, wanted, workload->stuck ? "its rollout is stuck" : "its pods are refused");
		reading_because(ret, "look at it, then mend it or take the rollout back: kubectl rollout undo %s/%s%s%s", kind->words, workload->name, colon, workload->why);
	} else if (wanted == 0) {
		if (ready)
			reading_set(ret, READING_WARN, "0 wanted, %lld still ready", ready);
		else
			reading_set(ret, READING_WARN, "scaled to 0");
		reading_because(ret, "nothing runs until it is scaled up again: look who scaled it down");
	} else if (ready == 0) {
		reading_set(ret, READING_FAIL, "0 of %lld ready", wanted);
		reading_because(ret, "look why no pod is: kubectl describe %s/%s", kind->words, workload->name);
	} else if (ready < wanted || available < wanted) {
		reading_set(ret, READING_WARN, "%lld of %lld %s", ready < wanted ? ready : available, wanted, ready < wanted ? "ready" : "available");
		reading_because(ret, "look at the pods that are not: kubectl describe %s/%s", kind->words, workload->name);
	} else if (!workload->rolled_out) {
		reading_set(ret, READING_WARN, "%lld of %lld ready, a rollout is under way (%lld updated)", ready, wanted, (long long) workload->updated);
		reading_because(ret, "wait for it: kubectl rollout status %s/%s", kind->words, workload->name);
	} else {
		reading_set(ret, READING_OK, "%lld of %lld ready", ready, wanted);
	}
}
