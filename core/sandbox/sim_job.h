/* sim_job.h: what the jobs of the pretended cluster do. The backup runs to its end as soon as it is made; the restore goes on whenever somebody looks. */
#pragma once
#include "core/sandbox/sim_cluster.h"

/* It was made just now. One that is not played has failed, and its log says so. */
void sim_job_start(SimCluster *cluster, SimResource *job, WallTime now);
/* Somebody looks at it: it goes on a little, where its pod has a machine and finds its set there. */
void sim_job_look(SimCluster *cluster, SimResource *job);
/* Somebody waits for it. False: it cannot go on, because its pod waits for something. */
bool sim_job_finish(SimCluster *cluster, SimResource *job);

/* ---- sim_job_restore.c ---- */

bool sim_job_is_restore(const SimResource *job);       /* by its manifest: the address of a CouchDB, and a folder of its machine */
void sim_job_step_restore(SimCluster *cluster, SimResource *job);
