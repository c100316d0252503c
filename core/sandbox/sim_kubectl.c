/* sim_kubectl.c: the pretended kubectl: its verbs as a table, and how it is told what it is about. */
#include "core/sandbox/sim_kubectl.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"

#define WITH_VALUE "-n\0--namespace\0--context\0--kubeconfig\0-o\0--output\0-l\0--selector\0-f\0--filename\0--replicas\0--current-replicas\0--timeout\0" \
	"--for\0--request-timeout\0--tail\0--from\0--field-selector\0--server\0--tls-server-name\0"

static const SimKubeKind KINDS[] = {
	{"node", "Node", "nodes", " node nodes no nodes.v1. ", true},
	{"pod", "Pod", "pods", " pod pods po pods.v1. ", false},
	{"deployment.apps", "Deployment", "deployments.apps", " deployment deployments deploy deployment.apps deployments.apps deployment.v1.apps deployments.v1.apps ", false},
	{"statefulset.apps", "StatefulSet", "statefulsets.apps", " statefulset statefulsets sts statefulset.apps statefulsets.apps statefulset.v1.apps statefulsets.v1.apps ", false},
	{"job.batch", "Job", "jobs.batch", " job jobs job.batch jobs.batch job.v1.batch jobs.v1.batch ", false},
	{"cronjob.batch", "CronJob", "cronjobs.batch", " cronjob cronjobs cj cronjob.batch cronjobs.batch ", false},
	{"service", "Service", "services", " service services svc services.v1. ", false},
	{"configmap", "ConfigMap", "configmaps", " configmap configmaps cm configmaps.v1. ", false},
	{"persistentvolumeclaim", "PersistentVolumeClaim", "persistentvolumeclaims", " persistentvolumeclaim persistentvolumeclaims pvc ", false},
	{"persistentvolume", "PersistentVolume", "persistentvolumes", " persistentvolume persistentvolumes pv ", true},
	{"namespace", "Namespace", "namespaces", " namespace namespaces ns ", true},
};

const SimKubeKind *sim_kube_kind(Str name) {
	AUTO_FREE char *wanted = bg_asprintf(" %.*s ", STR_ARG(name));
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (name.len && strstr(KINDS[i].names, wanted))
			return &KINDS[i];
	return NULL;
}

const SimKubeKind *sim_kube_kind_of(const char *kind) {
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (text_eq(KINDS[i].kind, kind))
			return &KINDS[i];
	return NULL;
}

const char *sim_kube_word(const SimKube *kube, size_t index) { return sim_run_word(kube->run, index, WITH_VALUE); }

bool sim_kube_target(SimKube *kube, size_t index, const SimKubeKind **ret_kind, char **ret_name) {
	const char *word = sim_kube_word(kube, index), *next = word ? sim_kube_word(kube, index + 1) : NULL;
	Str type = str_from(word), name = str_from(next);
	ptrdiff_t slash = str_find_char(type, '/');
	if (slash >= 0) {
		name = str_slice(type, (size_t) slash + 1, type.len);
		type = str_slice(type, 0, (size_t) slash);
	}
	*ret_kind = sim_kube_kind(type);
	*ret_name = name.len ? str_dup(name) : NULL;
	if (*ret_kind)
		return true;
	free(*ret_name);
	*ret_name = NULL;
	sim_run_refuse(kube->run, 1, "error: the server doesn't have a resource type \"%.*s\"", STR_ARG(type));
	return false;
}

void sim_kube_missing(SimKube *kube, const SimKubeKind *kind, const char *name) {
	if (!kube->ignore_missing)
		sim_run_refuse(kube->run, 1, "Error from server (NotFound): %s \"%s\" not found", kind->plural, name);
}

static void say_version(SimKube *kube) {
	buf_puts(&kube->run->out, "Client Version: v1.32.4\nKustomize Version: v5.5.0\nServer Version: v1.32.3+k3s1\n");
}

/* Of the kubeconfig only this is played: which server it names. */
static void set_server(SimKube *kube, const char *cluster_name) {
	const char *server = sim_run_option(kube->run, "--server");
	free(kube->cluster->api);
	kube->cluster->api = server ? bg_strdup(server) : NULL;
	buf_printf(&kube->run->out, "Cluster \"%s\" set.\n", cluster_name);
}

static void config(SimKube *kube) {
	const char *verb = sim_kube_word(kube, 1), *name = sim_kube_word(kube, 2);
	if (text_eq(verb, "get-clusters"))
		buf_puts(&kube->run->out, "NAME\ndefault\n");
	else if (text_eq(verb, "view"))
		(void) 0;   /* of its user nothing is to be told: it has no certificate */
	else if (text_eq(verb, "set-cluster") && name)
		set_server(kube, name);
	else if (text_eq(verb, "unset") && name)
		buf_printf(&kube->run->out, "Property \"%s\" unset.\n", name);
	else
		sim_run_refuse(kube->run, 1, "the practice kubectl knows config get-clusters, view, set-cluster and unset only");
}

static const struct { const char *verb; void (*run)(SimKube *kube); bool changes; } VERBS[] = {
	{"get", sim_kube_get, false}, {"version", say_version, false}, {"wait", sim_kube_wait, false}, {"logs", sim_kube_logs, false},
	{"diff", sim_kube_diff, false}, {"auth", sim_kube_auth, false}, {"scale", sim_kube_scale, true}, {"delete", sim_kube_delete, true}, {"apply", sim_kube_apply, true},
	{"create", sim_kube_create, true}, {"rollout", sim_kube_rollout, true}, {"label", sim_kube_label, true},
	{"config", config, false}, {"cordon", sim_kube_cordon, true}, {"uncordon", sim_kube_cordon, true}, {"drain", sim_kube_cordon, true},
	{"exec", sim_kube_exec, true},
};

static const SimNode *first_master(const SimCluster *cluster) {
	for (size_t i = 0; i < cluster->node_count; i++)
		if (cluster->nodes[i].first_master)
			return &cluster->nodes[i];
	return NULL;
}

/* "https://node1-lan:6443": in the local network, where a server answers whose k3s was told to listen there. */
static bool is_asked_by_lan(const SimCluster *cluster) {
	for (size_t i = 0; cluster->api && i < cluster->node_count; i++) {
		AUTO_FREE char *server = bg_asprintf("https://%s" SIM_LAN_SUFFIX ":6443", cluster->nodes[i].name);
		if (text_eq(cluster->api, server))
			return cluster->nodes[i].is_up && cluster->nodes[i].by_lan && !cluster->nodes[i].stopped;
	}
	return false;
}

/* The server that the kubeconfig names is the first master's at first; the others are behind the same address. */
static bool is_answered(SimKube *kube) {
	const SimNode *first = first_master(kube->cluster);
	bool near = kube->cluster->overlay && (!kube->cluster->cut_off || is_asked_by_lan(kube->cluster));
	if (sim_cluster_answers(kube->cluster) && (near || !kube->cluster->cut_off || *kube->run->machine))
		return true;
	if (near && first && !first->is_up)
		sim_run_refuse(kube->run, 1, "Unable to connect to the server: dial tcp [4a1:b2:1::10]:6443: i/o timeout");
	else if (near)
		sim_run_refuse(kube->run, 1, "The connection to the server [4a1:b2:1::10]:6443 was refused - did you specify the right host or port?");
	else
		sim_run_refuse(kube->run, 1, "Unable to connect to the server: dial tcp [4a1:b2:1::10]:6443: connect: no route to host");
	return false;
}

static bool output_is_known(SimKube *kube) {
	const char *output = sim_run_option(kube->run, "-o");
	output = output ? output : sim_run_option(kube->run, "--output");
	kube->json = text_eq(output, "json");
	kube->wide = text_eq(output, "wide");
	kube->name_only = text_eq(output, "name");
	if (!output || kube->json || kube->wide || kube->name_only)
		return true;
	sim_run_refuse(kube->run, 1, "the practice kubectl does not know the output %s; it knows json, wide and name", output);
	return false;
}

void sim_kubectl_run(SimCluster *cluster, SimRun *run, WallTime now) {
	SimKube kube = {.cluster = cluster, .run = run, .now = now, .ignore_missing = sim_run_has(run, "--ignore-not-found")};
	const char *verb = sim_kube_word(&kube, 0);
	kube.selector = sim_run_option(run, "-l");
	kube.selector = kube.selector ? kube.selector : sim_run_option(run, "--selector");
	if (!text_eq(verb, "config") && !output_is_known(&kube))
		return;
	for (size_t i = 0; i < BG_LENGTH(VERBS); i++) {
		if (!text_eq(VERBS[i].verb, verb))
			continue;
		run->changes = VERBS[i].changes && !sim_run_has(run, "--dry-run=client");
		if (text_eq(verb, "config") || is_answered(&kube))
			VERBS[i].run(&kube);
		return;
	}
	sim_run_refuse(run, 1, "the practice kubectl does not know %s", verb ? verb : "what to do without a verb");
}
