/* sim_kubectl.h: the pretended kubectl: the part of it that the console and the playbooks ask for, in the words and with the exit codes of kubectl
 * 1.32. What the files of it share. */
#pragma once
#include "core/sandbox/sim_program.h"

typedef struct SimKube {
	SimCluster *cluster;
	SimRun *run;
	WallTime now;
	bool wide, json, name_only, ignore_missing;
	const char *selector;                  /* NULL = all */
} SimKube;

/* What kubectl calls a kind: whatever it is asked by, and what it answers. */
typedef struct SimKubeKind {
	const char *resource;                  /* "deployment.apps" */
	const char *kind, *plural;             /* "Deployment", "deployments.apps" */
	const char *names;                     /* all that it may be called by, with blanks around each */
	bool cluster_wide;
} SimKubeKind;
const SimKubeKind *sim_kube_kind(Str name);            /* NULL: "the server doesn't have a resource type" */
const SimKubeKind *sim_kube_kind_of(const char *kind); /* by "Deployment" */

/* "TYPE/NAME", or TYPE and NAME: the words from `index` on. *ret_name is owned; NULL when no name is given. False: refused. */
BG_CHECK bool sim_kube_target(SimKube *kube, size_t index, const SimKubeKind **ret_kind, char **ret_name);
/* The word of that index, options left out. */
const char *sim_kube_word(const SimKube *kube, size_t index);
void sim_kube_missing(SimKube *kube, const SimKubeKind *kind, const char *name);

/* ---- sim_kubectl_json.c: objects as the API tells them; owned ---- */

Json *sim_kube_node_json(const SimKube *kube, const SimNode *node);
Json *sim_kube_object_json(const SimKube *kube, const SimResource *object);
Json *sim_kube_pod_json(const SimKube *kube, const SimPod *pod);
/* "app=couchdb", "node-role.kubernetes.io/control-plane", "!x", "a!=b", several with commas. */
bool sim_kube_selects(const char *selector, const Json *object);

/* ---- sim_kubectl_get.c, sim_kubectl_do.c: a verb each ---- */

void sim_kube_get(SimKube *kube);
void sim_kube_scale(SimKube *kube);
void sim_kube_delete(SimKube *kube);
void sim_kube_wait(SimKube *kube);
void sim_kube_rollout(SimKube *kube);
void sim_kube_label(SimKube *kube);
void sim_kube_cordon(SimKube *kube);
void sim_kube_logs(SimKube *kube);

/* ---- sim_kubectl_exec.c ---- */

void sim_kube_exec(SimKube *kube);

/* ---- sim_kubectl_apply.c ---- */

void sim_kube_apply(SimKube *kube);
void sim_kube_create(SimKube *kube);
void sim_kube_diff(SimKube *kube);

/* ---- sim_kubectl_auth.c ---- */

void sim_kube_auth(SimKube *kube);
/* A list of SelfSubjectAccessReviews is answered; false: it is none. */
bool sim_kube_review(SimKube *kube, const Json *json);
