/* provider.c: the table of the Kubernetes provider. */
#include "core/providers/k8s/k8s.h"
#include "core/providers/settings.h"

#define NAMESPACE {"namespace", PARAM_TEXT, false, NULL, "namespace; if not said, that of the system, else that of its context"}
#define SELECTOR {"selector", PARAM_TEXT, false, NULL, "label selector: app=couchdb"}
#define WORKLOAD_FIELDS VERB_FIELDS({"ready", PARAM_INT, "pods that are ready"}, {"replicas", PARAM_INT, "pods that are wanted"}, \
	{"available", PARAM_INT, "pods that are available"}, {"updated", PARAM_INT, "pods of the newest revision"}, \
	{"rolled_out", PARAM_BOOL, "what is wanted is there, of the newest revision and nothing else"}, \
	{"stuck", PARAM_BOOL, "its rollout passed its deadline, or its pods are refused"}, {"exists", PARAM_BOOL, "there is one of that name"})

static const SettingSpec SETTINGS[] = {
	{"program", PARAM_TEXT, false, false, "kubectl if not said; a path, or words as a list: [k3s, kubectl]"},
	{"kubeconfig", PARAM_TEXT, false, false, "path of a kubeconfig; if not said, kubectl's own choice: KUBECONFIG, else ~/.kube/config"},
	{"context", PARAM_TEXT, false, false, "context of the kubeconfig; if not said, its current one"},
	{"namespace", PARAM_TEXT, false, false, "namespace of what does not name one; if not said, that of the context"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err);
}

/* Its login plugins are programs, too. */
static const char *system_program(const EnvironmentSystem *system) {
	(void) system;
	return "kubectl";
}

static const Action ACTIONS[] = {
	{.spec = {.name = "k8s.scale", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "sets how many pods a deployment has, or every deployment of the namespace; the numbers of before are what undo puts back and save= keeps",
			.VERB_PARAMS({"deployment", PARAM_TEXT, false, NULL, "name of the deployment; if not said, all of the namespace"},
				{"replicas", PARAM_INT, true, NULL, "how many pods: 0 stops it; to stop all of a namespace there is k8s.stop"}, NAMESPACE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = k8s_plan_scale, .apply = k8s_apply_scale, .verify = k8s_verify_scale, .undo = k8s_undo_scale,
		.manual = "kubectl -n NAMESPACE scale deployment NAME --replicas=N (or deployments --all)"},
	{.spec = {.name = "k8s.stop", .kind = VERB_ACTION, .risk = RISK_DESTRUCTIVE,
			.help = "takes every deployment of a namespace to zero, whose name is typed before it; the numbers of before are what undo puts back and save= keeps",
			.VERB_PARAMS({"namespace", PARAM_TEXT, true, NULL, "the namespace that stops serving"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = k8s_plan_stop, .apply = k8s_apply_scale, .verify = k8s_verify_scale, .undo = k8s_undo_scale,
		.manual = "kubectl -n NAMESPACE scale deployments --replicas=0 --all"},
	{.spec = {.name = "k8s.rescale", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "gives several deployments the number of pods that each had: what save= of k8s.scale kept",
			.VERB_PARAMS({"counts", PARAM_TEXT, true, NULL, "web=3,worker=2"}, NAMESPACE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = k8s_plan_rescale, .apply = k8s_apply_scale, .verify = k8s_verify_scale, .undo = k8s_undo_scale,
		.manual = "kubectl -n NAMESPACE scale deployment NAME --replicas=N, for each of them"},
	{.spec = {.name = "k8s.apply", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "applies a manifest, which the plan shows with what it changes; one that holds a Secret is refused",
			.VERB_PARAMS({"file", PARAM_TEXT, true, NULL, "the manifest, relative to the environment file"}, NAMESPACE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = k8s_plan_apply, .apply = k8s_apply_manifest, .verify = k8s_verify_apply,
		.manual = "kubectl -n NAMESPACE diff -f FILE; kubectl -n NAMESPACE apply -f FILE"},
	{.spec = {.name = "k8s.delete", .kind = VERB_ACTION, .risk = RISK_DESTRUCTIVE,
			.help = "deletes a statefulset with its pods; its volumes stay, and its manifest is kept in the incident's folder (save= keeps the path)",
			.VERB_PARAMS({"statefulset", PARAM_TEXT, true, NULL, "its name"}, NAMESPACE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = k8s_plan_delete, .apply = k8s_apply_delete, .verify = k8s_verify_delete,
		.manual = "kubectl -n NAMESPACE delete statefulset NAME"},
	{.spec = {.name = "k8s.wait", .kind = VERB_ACTION, .risk = RISK_READ,
			.help = "waits until a job is complete or pods are ready, and ends as soon as they cannot be, with what they said",
			.VERB_PARAMS({"job", PARAM_TEXT, false, NULL, "name of the job"}, {"pods", PARAM_TEXT, false, NULL, "label selector of the pods: app=couchdb"},
				{"timeout", PARAM_SPAN, false, NULL, "how long at most; 5m if not said"}, NAMESPACE, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 60000, .apply_ms = 300000, .plan = k8s_plan_wait, .apply = k8s_apply_wait,
		.manual = "kubectl -n NAMESPACE get job NAME --watch, until it is Complete or Failed"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "k8s.nodes", .kind = VERB_PROBE, .help = "nodes of the cluster: ready, stopped reporting, under pressure, cordoned",
			.VERB_PARAMS({"at-least", PARAM_INT, false, NULL, "so many must be ready"}, SELECTOR, SYSTEM_PARAM),
			.VERB_FIELDS({"nodes", PARAM_INT, "how many there are"}, {"ready", PARAM_INT, "how many are ready"}, {"cordoned", PARAM_INT, "how many take no pods"},
				{"pressed", PARAM_INT, "how many lack memory, disk, processes or network"}, {"silent", PARAM_TEXT, "names of those that stopped reporting"},
				{"not_ready", PARAM_TEXT, "names of those that report not to be ready"}, {"down", PARAM_LIST, "names of both"},
				{"masters", PARAM_INT, "how many run the control plane"}, {"masters_ready", PARAM_INT, "how many of those are ready"})},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = k8s_probe_nodes},
	{.spec = {.name = "k8s.node", .kind = VERB_PROBE, .subject = "node ${name}", .help = "one node of the cluster: there, ready, reporting, under pressure, cordoned",
			.VERB_PARAMS({"name", PARAM_HOST, true, NULL, "its name in the cluster"}, SYSTEM_PARAM),
			.VERB_FIELDS({"exists", PARAM_BOOL, "the cluster has one of that name"}, {"ready", PARAM_BOOL, "it is ready; one that is not there is not"},
				{"silent", PARAM_BOOL, "it stopped reporting"}, {"cordoned", PARAM_BOOL, "it takes no pods"}, {"pressure", PARAM_TEXT, "what it lacks: memory, disk"},
				{"master", PARAM_BOOL, "it runs the control plane"}, {"role", PARAM_TEXT, "as the environment file says: master+worker, backup; else as its labels do"},
				{"first_master", PARAM_BOOL, "the environment file says that it is the first master"})},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = k8s_probe_node},
	{.spec = {.name = "k8s.deployment", .kind = VERB_PROBE, .subject = "deployment ${deployment}", .help = "a deployment: pods ready of those wanted, its rollout",
			.VERB_PARAMS({"deployment", PARAM_TEXT, true, NULL, "its name"}, NAMESPACE, SYSTEM_PARAM), .WORKLOAD_FIELDS},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = k8s_probe_deployment},
	{.spec = {.name = "k8s.statefulset", .kind = VERB_PROBE, .subject = "statefulset ${statefulset}", .help = "a statefulset: pods ready of those wanted, its rollout",
			.VERB_PARAMS({"statefulset", PARAM_TEXT, true, NULL, "its name"}, NAMESPACE, SYSTEM_PARAM), .WORKLOAD_FIELDS},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = k8s_probe_statefulset},
	{.spec = {.name = "k8s.pods", .kind = VERB_PROBE, .help = "pods of a namespace: crash loops, recent restarts, pending ones",
			.VERB_PARAMS({"recent", PARAM_SPAN, false, NULL, "a restart within it is told; 1h if not said"}, SELECTOR, NAMESPACE, SYSTEM_PARAM),
			.VERB_FIELDS({"pods", PARAM_INT, "how many there are, without those that ended"}, {"ready", PARAM_INT, "how many are ready"},
				{"restarted", PARAM_INT, "how many were started again lately"}, {"broken", PARAM_INT, "how many crash or cannot start"},
				{"pending", PARAM_INT, "how many wait for a node or an image for minutes"})},
		.every_ms = 30000, .deadline_ms = 15000, .budget_ms = 120000, .read = k8s_probe_pods},
};

const Provider K8S_PROVIDER = {
	.name = "k8s", .title = "Kubernetes", .actions_are_programs = true, .system_program = system_program, .check_system = check_system,
	.may = k8s_may, .credential_end = k8s_credential_end, .actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES),
};
