/* sim_job.h: what the jobs of the pretended cluster do. They run to their end as soon as they are made. */
#pragma once
#include "core/sandbox/sim_cluster.h"

/* Fills in how it ended and what it said. */
void sim_job_run_once(SimCluster *cluster, SimResource *job, WallTime now);
