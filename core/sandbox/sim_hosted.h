/* sim_hosted.h: a hosted project: production, and a disaster recovery environment that backups are restored into, each with pods of its own; the site of the
 * latter. Not thread-safe: the sandbox locks. */
#pragma once
#include "core/sandbox/sim_cluster.h"
#include "core/sandbox/sim_message.h"

#define SIM_HOSTED_PRODUCTION "project-production"     /* namespaces */
#define SIM_HOSTED_DR "project-dr"
#define SIM_HOSTED_TAG "main-7fd1a60"                  /* of the image that production runs */
#define SIM_HOSTED_OLD_TAG "main-51c0d2e"              /* of the last verification */
#define SIM_HOSTED_PAGES 240                           /* in a whole database */

typedef struct SimHosted {
	SimCluster *production, *dr;
	int64_t pages;                   /* in the database of dr; 0 = nothing was ever restored */
	char *tag;                       /* that dr was deployed with; NULL = it never was */
} SimHosted;

SimHosted *sim_hosted_new(WallTime now);
SimHosted *sim_hosted_free(SimHosted *hosted);
BG_DEFINE_FREEP(SimHosted, sim_hosted_free)
/* The cluster as a namespace shows it; NULL: there is no such. */
SimCluster *sim_hosted_namespace(const SimHosted *hosted, const char *name);
/* The image is put into dr, whose pods start. False: there is no such tag. */
bool sim_hosted_deploy(SimHosted *hosted, const char *tag);
/* The site of dr. */
void sim_hosted_handle(const SimHosted *hosted, const SimRequest *request, SimReply *reply);
