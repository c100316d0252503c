/* sim_world.h: the shared state of all simulated systems, and the scenarios that it starts from. */
#pragma once
#include <pthread.h>
#include "core/sandbox/sim_cluster.h"
#include "core/sandbox/sim_concourse.h"
#include "core/sandbox/sim_fastly.h"
#include "core/sandbox/sim_github.h"
#include "core/sandbox/sim_hosted.h"
#include "core/sandbox/sim_pipeline.h"
#include "core/sandbox/sim_s3.h"
#include "core/sandbox/sim_service.h"
#include "core/sandbox/sim_slack.h"
#include "core/sandbox/sim_store.h"
#include "core/sandbox/sim_trello.h"

#define SIM_DRILL_OCW "ocw-sandbox"
#define SIM_DRILL_OPENEDX "openedx-sandbox"
#define SIM_DRILL_SERVICE "service-sandbox"
#define SIM_DRILL_HOSTED "hosted-sandbox"
#define SIM_SERVICE "ocw-live"
#define SIM_SERVICE_ID "SANDBOXservice00000001"
#define SIM_LIVE_BUCKET "ocw-content-live-production"
#define SIM_BACKUP_BUCKET "ocw-content-backup-live-production"
#define SIM_REGION "us-east-1"
#define SIM_PIPELINE_NAME "backup-ocw-content"
#define SIM_JOB_NAME "backup-ocw-content"

/* Whose systems a scenario plays. */
typedef enum SimEstate { SIM_ESTATE_OCW, SIM_ESTATE_OPENEDX, SIM_ESTATE_SERVICE, SIM_ESTATE_HOSTED } SimEstate;

/* What the estate of the scenario does not have is NULL. */
typedef struct SimWorld {
	SimEstate estate;
	pthread_mutex_t lock;            /* of everything in it */
	SimStore *store;
	SimPipelines pipelines;
	SimConcourse *concourse;
	SimFastly *fastly;
	SimS3 s3;
	SimCluster *cluster;
	SimGithub *github;
	SimService *service;
	SimHosted *hosted;
	SimSlack *slack;
	SimTrello *trello;
	char concourse_token[41], fastly_key[41], access_key[21], secret_key[41], github_token[41], slack_token[41], trello_key[41], trello_token[41];
} SimWorld;

typedef struct SimScenario {
	const char *name, *summary, *story;
	const char *procedure;           /* that fits, by its id; NULL = none, or the board finds it by itself */
	SimEstate estate;
	const char *drill;               /* name of its environment */
	const char *faults;              /* of the cluster, when it opens: "node-lost=node2"; NULL = none */
	const char *spares;              /* machines that stand ready: "node5,node6" */
	/* Of a service: */
	bool data_loss;                  /* most of its data are gone */
	bool server_loss;                /* its database server is */
	/* Of the OCW sites: */
	bool damaged;                    /* a mass publish has damaged the live bucket */
	bool overwritten;                /* and the backup ran after it */
	int64_t publish_age_ms;
	int64_t next_run_ms;             /* until the schedule's next backup */
} SimScenario;
const SimScenario *sim_scenario_find(const char *name);   /* NULL name: the first; NULL if there is none such */
const SimScenario *sim_scenario_at(size_t index);

void sim_world_init(SimWorld *world, const SimScenario *scenario, int64_t backup_every_ms, int64_t build_ms, WallTime now);
/* What the scenario begins with. After the files of a healthy world were written. */
void sim_world_strike(SimWorld *world, const SimScenario *scenario);
void sim_world_clear(SimWorld *world);

/* The page that a visitor gets: by the active version's first backend, its Host header and the bucket that this names. */
void sim_site_handle(const SimWorld *world, const SimRequest *request, SimReply *reply);
/* The bucket that the site is served from; NULL when the active version points to none. */
const SimBucket *sim_site_bucket(const SimWorld *world);
