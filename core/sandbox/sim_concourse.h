/* sim_concourse.h: a Concourse's HTTP API over sim_pipeline.h. Paths, status codes, bodies and their order are those of the
 * server's Go code (atc/routes.go, atc/api, atc/wrappa of concourse 8.2). Not thread-safe: the sandbox locks. */
#pragma once
#include "core/sandbox/sim_message.h"
#include "core/sandbox/sim_pipeline.h"

typedef struct SimConcourse SimConcourse;

typedef enum SimRole { SIM_ROLE_VIEWER, SIM_ROLE_OPERATOR, SIM_ROLE_MEMBER, SIM_ROLE_OWNER } SimRole;

#define SIM_CONCOURSE_VERSION "8.2.5"
#define SIM_CONCOURSE_TEAM "main"

/* Borrows `pipelines`. */
SimConcourse *sim_concourse_new(SimPipelines *pipelines);
SimConcourse *sim_concourse_free(SimConcourse *concourse);
BG_DEFINE_FREEP(SimConcourse, sim_concourse_free)
/* Where it can be reached, for the links that it hands out. */
void sim_concourse_set_url(SimConcourse *concourse, const char *url);
/* A bearer token of a user of the team. `expires` unknown: never. */
void sim_concourse_add_token(SimConcourse *concourse, const char *token, const char *user, SimRole role, WallTime expires);
/* A local user, for the password grant. Its tokens live for a day. */
void sim_concourse_add_user(SimConcourse *concourse, const char *user, const char *password, SimRole role);
void sim_concourse_handle(SimConcourse *concourse, const SimRequest *request, SimReply *reply, WallTime now);
/* How it says that a token is not (any longer) good. */
void sim_concourse_refuse_token(SimReply *reply);
