/* sim_service.h: a service as it runs: its application, its database servers, the container of its backups, its maintenance page; all moved by what is done,
 * by workflows above all. Not thread-safe: the sandbox locks. */
#pragma once
#include "core/sandbox/sim_azure.h"
#include "core/sandbox/sim_cluster.h"
#include "core/sandbox/sim_github.h"

#define SIM_SERVICE_NAMESPACE "practice-production"
#define SIM_SERVICE_WEB "apply-for-a-place"
#define SIM_SERVICE_WORKER SIM_SERVICE_WEB "-worker"
#define SIM_SERVICE_DATABASE "afap-prod-pg"         /* the live server */
#define SIM_SERVICE_GROUP "afap-prod-rg"
#define SIM_SERVICE_CONTAINER "database-backup"
#define SIM_SERVICE_ACCOUNT "afapproddbbkp"
#define SIM_SERVICE_COMMIT "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
#define SIM_SERVICE_GOOD 1204                       /* applications, when nothing is lost */

typedef struct SimDatabase { char *name; int64_t applications; WallTime made; } SimDatabase;

typedef struct SimService {
	SimStore *store;                 /* its one bucket is the container */
	SimAzure azure;
	char azure_key[45];
	SimCluster *cluster;
	SimDatabase *databases;
	size_t database_count;
	WallTime damaged;                /* since then most applications are gone; 0 = none are */
	bool maintenance;
	SimGithub *github;               /* borrowed */
	char *branch;                    /* of the checkout; NULL = main */
	StrList keeping;                 /* branches whose deployment leaves the maintenance page up */
} SimService;

/* Healthy, with backups of each of the last nights; the workflows of `github` work on it from now on. */
SimService *sim_service_new(SimGithub *github, WallTime now);
SimService *sim_service_free(SimService *service);
BG_DEFINE_FREEP(SimService, sim_service_free)
/* A migration has deleted most applications, a while before `now`. */
void sim_service_damage(SimService *service, WallTime now);
/* The live server is gone, with Azure's own backups of it. */
void sim_service_lose(SimService *service);
SimDatabase *sim_service_database(const SimService *service, const char *name);     /* NULL if there is none */
bool sim_service_delete_database(SimService *service, const char *name);
/* The address that users have, or that of the temporary ingress, which is not sent to the maintenance page. */
void sim_service_handle(const SimService *service, bool temporary, const SimRequest *request, SimReply *reply);
