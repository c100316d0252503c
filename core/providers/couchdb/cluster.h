/* cluster.h: how a cluster is seen, for the probe and the action: cluster.c, setup.c. */
#pragma once
#include "core/providers/couchdb/couchdb.h"

#define CLUSTER_NODES_MAX 64

/* The addresses of all nodes: `url` and those of `nodes` that are other ones. */
void cluster_urls(const EnvironmentSystem *system, StrList *ret);

typedef struct Membership {
	StrList all, cluster;       /* connected; expected */
	StrList missing;            /* expected and not connected */
} Membership;
BG_CHECK bool cluster_membership(Couch *couch, Membership *ret, Error *err);
void cluster_membership_clear(Membership *membership);
BG_DEFINE_CLEARP(Membership, cluster_membership_clear)

/* "cluster_finished", "cluster_enabled", ... Owned. */
BG_CHECK bool cluster_state(Couch *couch, char **ret_state, Error *err);
/* Of GET /_up: "ok", "maintenance_mode", "nolb", "seeding". Owned. */
BG_CHECK bool cluster_up(Couch *couch, char **ret_status, Error *err);
