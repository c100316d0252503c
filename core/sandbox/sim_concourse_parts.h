/* sim_concourse_parts.h: shared by the files of the simulated Concourse, nobody else. */
#pragma once
#include "core/sandbox/sim_concourse.h"
#include "core/sandbox/sim_route.h"

typedef struct SimToken { char *value, *user; SimRole role; WallTime expires; } SimToken;
typedef struct SimUser { char *name, *password; SimRole role; } SimUser;

struct SimConcourse {
	SimPipelines *pipelines;
	char *url;
	SimToken *tokens;
	size_t token_count;
	SimUser *users;
	size_t user_count;
};

/* The token that the call came with; NULL if it has none or a bad one. */
const SimToken *sim_concourse_token(const SimConcourse *concourse, const SimCall *call);
bool sim_concourse_has_credentials(const SimCall *call);
/* The pipeline that the call's first two parts name; NULL if there is none. Not for instanced pipelines. */
SimPipeline *sim_concourse_pipeline(const SimConcourse *concourse, const SimCall *call);
/* The job of the third part; answers 404 and gives NULL if there is none. */
SimJob *sim_concourse_job(const SimConcourse *concourse, const SimCall *call, SimPipeline **ret_pipeline);

Json *sim_present_pipeline(const SimPipeline *pipeline);
Json *sim_present_job(const SimPipeline *pipeline, const SimJob *job);
Json *sim_present_build(const SimPipeline *pipeline, const SimJob *job, const SimBuild *build);
Json *sim_present_preparation(const SimPipeline *pipeline, const SimJob *job, const SimBuild *build);
/* The build's log as a server-sent event stream. */
void sim_present_events(const SimPipeline *pipeline, const SimJob *job, const SimBuild *build, Buf *out);

/* Handlers (void *system is the SimConcourse). */
void sim_concourse_list_jobs(void *system, SimCall *call);
void sim_concourse_get_job(void *system, SimCall *call);
void sim_concourse_pause_job(void *system, SimCall *call);
void sim_concourse_unpause_job(void *system, SimCall *call);
void sim_concourse_list_builds(void *system, SimCall *call);
void sim_concourse_get_job_build(void *system, SimCall *call);
void sim_concourse_trigger(void *system, SimCall *call);
void sim_concourse_rerun(void *system, SimCall *call);
void sim_concourse_get_build(void *system, SimCall *call);
void sim_concourse_abort(void *system, SimCall *call);
void sim_concourse_preparation(void *system, SimCall *call);
void sim_concourse_events(void *system, SimCall *call);
void sim_concourse_get_config(void *system, SimCall *call);
void sim_concourse_set_config(void *system, SimCall *call);
void sim_concourse_issue_token(void *system, SimCall *call);
