/* sim_cluster_fault.h: what can happen to the pretended cluster. One table. */
#pragma once
#include "core/sandbox/sim_cluster.h"

/* NAME or NAME=NODE: "node-lost=node2". False with `err` when there is none of that name, or it does not take that. */
BG_CHECK bool sim_cluster_fault(SimCluster *cluster, Str name, Str argument, Error *err);
bool sim_cluster_fault_is(Str name);
/* All of them are over: machines have power again, the overlay is up. What was lost with them stays lost. */
void sim_cluster_mend(SimCluster *cluster);
const char *sim_cluster_fault_help(void);
