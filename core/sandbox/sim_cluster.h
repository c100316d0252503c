/* sim_cluster.h: the state of a pretended k3s cluster: its machines, what runs on them, its backups. It is moved by what is done and never by
 * time: a pod is where it can be as soon as something changed. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/sandbox/sim_couch.h"
#include "core/sandbox/sim_zone.h"

#define SIM_NAMESPACE "openedx"
#define SIM_DOMAIN "school.sandbox"
#define SIM_LAN_SUFFIX "-lan"              /* of a machine's name in the local network */
#define SIM_BACKUP_JOB "daily-backup"
#define SIM_LOCAL_SETS "openedx-backups"   /* of this machine, in the sandbox's folder */
#define SIM_COUCHDB "couchdb"              /* the name of the statefulset, and the label of its pods */

typedef struct SimNode {
	char *name, *ipv6, *role;              /* "master+worker", "backup"; "" while it is a machine and nothing more */
	bool first_master;
	bool is_up;                            /* it has power */
	bool is_member;                        /* the cluster lists it */
	bool k3s;                              /* k3s is installed on it, and runs while it is up */
	bool votes;                            /* it is one of those whose majority makes a control plane */
	bool by_lan;                           /* its k3s listens in the local network, too */
	bool stopped;                          /* its k3s was stopped by hand */
	bool serves;                           /* made a master by hand, whatever its role is */
	bool cordoned;
	bool lan_wanted;                       /* its configuration says so, from its next start on */
	Json *labels;                          /* that somebody gave it; NULL = none */
	int disk;                              /* percent of its disk in use */
} SimNode;

typedef enum SimKind { SIM_DEPLOYMENT, SIM_STATEFULSET, SIM_JOB, SIM_OTHER } SimKind;

typedef struct SimResource {
	SimKind kind;
	char *resource, *name;                 /* "deployment.apps", "lms-deployment": as kubectl names it */
	Json *manifest;                        /* as it was applied */
	char uid[37];
	int64_t wanted, generation;            /* replicas */
	/* Of a job: */
	bool ended, failed;                    /* failed: it came to nothing */
	char *place;                           /* the machine of its pod; NULL = it waits for one */
	char *said;                            /* its log */
	size_t step;                           /* how far it is */
	int64_t documents;                     /* that it has written */
	WallTime made;
} SimResource;

/* node NULL: pending. One that is not ready is on a machine that is not. */
typedef struct SimPod { char name[80]; const SimResource *owner; const SimNode *node; bool ready; } SimPod;

/* The volume of a pod of CouchDB: it lies on one machine, and its pod runs there or nowhere. */
typedef struct SimClaim { char *node; bool given_up; } SimClaim;     /* node NULL: of none yet */

typedef struct SimCluster {
	char *folder;                          /* of the sandbox: the team's checkout lies in it; "" = none */
	SimNode *nodes;
	size_t node_count;
	SimResource **objects;
	size_t object_count;
	bool exists;                           /* there is a cluster: its data is on some machine */
	bool overlay;                          /* the machines reach one another, and we them, by their overlay addresses */
	bool cut_off;                          /* we are out of the overlay; the machines still reach one another */
	char *api;                             /* the server that somebody wrote into the kubeconfig; NULL = the first master's overlay address */
	SimClaim claims[SIM_COUCH_MEMBERS];
	SimCouch *couch;
	char couch_password[17];
	bool refuses_restores;                 /* CouchDB takes no document of a restore Job */
	StrList restored;                      /* notes of a restore Job: a database and the set that it holds whole */
	WallTime born;
	SimZone zone;                          /* of its domain, as it is published */
} SimCluster;

/* Four machines and what runs on them, all well. */
SimCluster *sim_cluster_new(WallTime now);
SimCluster *sim_cluster_free(SimCluster *cluster);
BG_DEFINE_FREEP(SimCluster, sim_cluster_free)

/* Everything that its own state says to its CouchDB, after anything changed. */
void sim_cluster_settle(SimCluster *cluster);
/* Its pretended home. Owned. */
char *sim_cluster_home(const SimCluster *cluster, const SimNode *node);
/* Where a machine keeps its backup sets, in its pretended home. Owned. */
char *sim_cluster_backups(const SimCluster *cluster, const SimNode *node);
SimNode *sim_cluster_node(const SimCluster *cluster, const char *name);          /* NULL if there is none */
/* A machine with power that belongs to nothing. Borrowed until the next is added. */
SimNode *sim_cluster_add_node(SimCluster *cluster, const char *name, const char *ipv6);
/* It becomes one of the cluster; the first one makes the cluster. */
void sim_cluster_join(SimCluster *cluster, SimNode *node, const char *role);
/* It is one of the cluster no more; whether it has power is another thing. */
void sim_cluster_leave(SimCluster *cluster, SimNode *node);
bool sim_node_is_master(const SimNode *node);
bool sim_node_is_ready(const SimCluster *cluster, const SimNode *node);          /* as Kubernetes sees it */
/* Most of the masters run and reach one another: else the API server cannot be asked. */
bool sim_cluster_answers(const SimCluster *cluster);
/* Whether what is here reaches the machines' overlay addresses. */
bool sim_cluster_is_near(const SimCluster *cluster);

/* The claim of couchdb-INDEX is given up: its volume goes with its pod. False: there is none. */
bool sim_cluster_give_up_claim(SimCluster *cluster, size_t index);
/* Its pod is made anew: with an empty volume on a machine that has none, if the claim was given up. */
void sim_cluster_restart_couch(SimCluster *cluster, size_t index);
/* A new cluster, of nothing yet; what the old one held is gone. */
void sim_cluster_begin(SimCluster *cluster);
/* What the team's deployment puts into a cluster; of what is there already nothing is changed. */
void sim_cluster_deploy(SimCluster *cluster, WallTime now);
SimResource *sim_cluster_object(const SimCluster *cluster, const char *resource, const char *name);
SimResource *sim_cluster_add_object(SimCluster *cluster, const char *resource, const char *name, Json *manifest_take, WallTime now);
void sim_cluster_remove_object(SimCluster *cluster, SimResource *object);

/* Where its pods are: one on each worker of the cluster; what finds none waits. */
size_t sim_cluster_pods(const SimCluster *cluster, const SimResource *object, SimPod *ret, size_t size);
int64_t sim_cluster_ready(const SimCluster *cluster, const SimResource *object);
