/* sim_scripts.h: the team's own scripts, played: what they do to the cluster and to the files of their checkout, in which order, where they stop and
 * with which status. The checkout is FOLDER/openedx-ha. */
#pragma once
#include "core/sandbox/sim_program.h"

#define SIM_CHECKOUT "openedx-ha"

void sim_deploy_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_add_node_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_remove_node_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_generate_configs_run(SimCluster *cluster, SimRun *run, WallTime now);
void sim_setup_couchdb_run(SimCluster *cluster, SimRun *run, WallTime now);

/* Its kubernetes/. */
BG_CHECK bool sim_manifests_write(const SimCluster *cluster, Error *err);
/* Its files: config/cluster-config.json of the machines in `nodes` (names, parted by blanks), the manifest of CouchDB. */
BG_CHECK bool sim_checkout_write(const SimCluster *cluster, const char *nodes, const char *user, const char *key, Error *err);
