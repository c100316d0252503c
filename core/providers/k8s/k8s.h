/* k8s.h: what the files of the Kubernetes provider share. The cluster is reached through the user's own `kubectl`, so that every kubeconfig and
 * every login plugin works; it gets an argv and never a shell, and answers in JSON. */
#pragma once
#include "core/providers/provider.h"
#include "core/transport/process.h"

extern const Provider K8S_PROVIDER;

#define K8S_REQUEST_MS 10000                     /* one request of kubectl; the Call's deadline ends the whole program */
#define K8S_ANSWER_MAX (16u * 1024 * 1024)
#define K8S_COUNT_MAX 1000000                    /* a count above it is none */
#define K8S_NAME_MAX 253

/* ---- kubectl.c: one cluster for the length of one Call ---- */

typedef struct Kube {
	const Call *call;
	StrList program;               /* "kubectl", or "k3s" and "kubectl" */
	char *kubeconfig;              /* NULL: kubectl's own */
	const char *context;           /* NULL: its current one */
	const char *space;             /* namespace; NULL: that of the context */
	char *place;                   /* "cluster prod, namespace openedx" */
} Kube;

BG_CHECK bool kube_open(const Call *call, Kube *ret, Error *err);
void kube_clear(Kube *kube);
BG_DEFINE_CLEARP(Kube, kube_clear)

typedef struct KubeRun {
	const char *const *words;      /* ends with NULL */
	Str input;
	int accept;                    /* an exit code beside 0 that is no failure; 0 = none */
	bool cluster_wide;             /* no namespace */
} KubeRun;

/* Runs it. False with the refusal in words: what kubectl says is told apart by its stderr, since every failure is exit code 1. */
BG_CHECK bool kube_run(const Kube *kube, const KubeRun *run, ProcessResult *ret, Error *err);
/* What kubectl would be given, for people: "kubectl -n openedx scale ...". Owned. */
char *kube_line(const Kube *kube, const char *const *words);

typedef struct KubeKind { const char *resource, *kind, *words; } KubeKind;   /* "deployments.v1.apps", "Deployment", "deployment" */
extern const KubeKind KUBE_NODES, KUBE_DEPLOYMENTS, KUBE_STATEFULSETS, KUBE_PODS, KUBE_JOBS;
/* One object; *ret NULL when there is none of that name. */
BG_CHECK bool kube_get(const Kube *kube, const KubeKind *kind, const char *name, Json **ret, Error *err);
/* As a list: *ret is an object with `items`. `selector` NULL = all. */
BG_CHECK bool kube_list(const Kube *kube, const KubeKind *kind, const char *selector, Json **ret, Error *err);
/* An answer of another shape than is known. Always false. */
bool kube_strange(const Kube *kube, Error *err, const char *why, ...) BG_PRINTF(3, 4);
/* There is no such object. Always false. */
bool kube_missing(const Kube *kube, const KubeKind *kind, const char *name, Error *err);
/* What every reading says in the end: where. */
void kube_note(const Kube *kube, Reading *reading);

/* ---- refusals.c ---- */

/* What kubectl said on stderr, as an Error. Always false. */
bool kube_refused(Str said, int exit_code, Error *err);
/* Its first line that is meant for people, without the names that kubectl puts before it. Owned; "" if there is none. */
char *kube_said(Str said);

/* ---- answers: false when the object is none of that kind, or says what cannot be ---- */

typedef struct K8sWorkload {
	char name[K8S_NAME_MAX + 1];
	int64_t wanted, ready, available, updated, present;
	bool observed;                 /* the controller has seen what is wanted */
	bool stuck;                    /* its rollout passed its deadline */
	bool refused;                  /* pods cannot be made: quota, admission */
	bool rolled_out;
	char why[160];                 /* what the condition says, as it came */
} K8sWorkload;
BG_CHECK bool k8s_workload_parse(const Json *object, const KubeKind *kind, K8sWorkload *ret);
void k8s_workload_judge(const K8sWorkload *workload, const KubeKind *kind, Reading *ret);

typedef struct K8sNode {
	char name[K8S_NAME_MAX + 1];
	bool ready, silent, cordoned;  /* silent: its kubelet stopped reporting */
	bool master;                   /* it runs the control plane */
	char pressure[80];             /* "memory, disk"; "" = none */
	WallTime heard;                /* when it reported last; 0 = not told */
} K8sNode;
BG_CHECK bool k8s_node_parse(const Json *object, K8sNode *ret);
void k8s_node_judge(const K8sNode *node, WallTime now, Reading *ret);
/* False when an item is none; then nothing was judged. */
BG_CHECK bool k8s_nodes_judge(const Json *list, int64_t at_least, WallTime now, Reading *ret);

typedef struct K8sPod {
	char name[K8S_NAME_MAX + 1];
	char phase[16];
	char waiting[64];              /* why a container waits: "CrashLoopBackOff"; "" = none does */
	bool ready, ended;             /* ended: succeeded */
	int64_t restarts;
	WallTime restarted;            /* when a container ended last to be started again; 0 = never */
	WallTime made;
} K8sPod;
BG_CHECK bool k8s_pod_parse(const Json *object, K8sPod *ret);
BG_CHECK bool k8s_pods_judge(const Json *list, int64_t recent_ms, WallTime now, Reading *ret);

/* It crashes, or cannot start. */
bool k8s_pod_is_broken(const K8sPod *pod);

typedef enum K8sEnd { K8S_GOES_ON, K8S_DONE, K8S_FAILED } K8sEnd;
/* What a job came to; `ret_why` in one line, as it came. */
BG_CHECK bool k8s_job_parse(const Json *object, K8sEnd *ret_end, char *ret_why, size_t size);
/* The same of pods that shall be ready: failed as soon as one cannot be. */
BG_CHECK bool k8s_pods_end(const Json *list, K8sEnd *ret_end, char *ret_why, size_t size);

void k8s_probe_node(const Call *call, Reading *ret);
void k8s_probe_nodes(const Call *call, Reading *ret);
void k8s_probe_deployment(const Call *call, Reading *ret);
void k8s_probe_statefulset(const Call *call, Reading *ret);
void k8s_probe_pods(const Call *call, Reading *ret);

bool k8s_plan_scale(const Call *call, Plan *ret_plan, Error *err);
bool k8s_plan_stop(const Call *call, Plan *ret_plan, Error *err);
bool k8s_plan_rescale(const Call *call, Plan *ret_plan, Error *err);
bool k8s_apply_scale(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool k8s_verify_scale(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool k8s_undo_scale(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
/* "statefulset.apps/couchdb", for each object of the file that the call names. */
BG_CHECK bool k8s_manifest_objects(const Kube *kube, StrList *ret, Error *err);
bool k8s_plan_apply(const Call *call, Plan *ret_plan, Error *err);
bool k8s_apply_manifest(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool k8s_verify_apply(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool k8s_plan_delete(const Call *call, Plan *ret_plan, Error *err);
bool k8s_apply_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool k8s_verify_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool k8s_plan_wait(const Call *call, Plan *ret_plan, Error *err);
bool k8s_apply_wait(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void k8s_may(const Call *call, const char *verb, Rights *rights);
bool k8s_credential_end(const Call *call, WallTime *ret, Error *err);
