/* sim_fault.h: how the simulated systems can be told to fail. One table; each fault is for one system or for all. */
#pragma once
#include "core/base/error.h"
#include "core/sandbox/sim_message.h"
#include "core/sandbox/sim_world.h"

typedef enum SimSystem {
	SIM_SYSTEM_CONCOURSE, SIM_SYSTEM_FASTLY, SIM_SYSTEM_S3, SIM_SYSTEM_SITE,
	SIM_SYSTEM_COUCH_0, SIM_SYSTEM_COUCH_1, SIM_SYSTEM_COUCH_2, SIM_SYSTEM_SCHOOL, SIM_SYSTEM_OVERLAY,
	SIM_SYSTEM_GITHUB, SIM_SYSTEM_GITHUB_LOGS, SIM_SYSTEM_AZURE, SIM_SYSTEM_SERVICE, SIM_SYSTEM_SERVICE_TEMPORARY, SIM_SYSTEM_SLACK, SIM_SYSTEM_TRELLO, SIM_SYSTEM_DR,
	SIM_SYSTEM_COUNT,
} SimSystem;
const char *sim_system_name(SimSystem system);
SimEstate sim_system_estate(SimSystem system);   /* whose scenarios have it */
const char *sim_system_host(SimSystem system);   /* the loopback address that it listens at */
bool sim_system_parse(Str name, SimSystem *ret_system);

typedef struct SimFaults {
	int64_t latency_ms[SIM_SYSTEM_COUNT];
	int status[SIM_SYSTEM_COUNT];            /* answers with it, whatever is asked; 0 = not */
	bool truncate[SIM_SYSTEM_COUNT], garbage[SIM_SYSTEM_COUNT], token_expired[SIM_SYSTEM_COUNT], rate_limit[SIM_SYSTEM_COUNT];
	bool hang[SIM_SYSTEM_COUNT], reset[SIM_SYSTEM_COUNT];
} SimFaults;

/* Adds NAME[=ARGUMENT][@SYSTEM]. Faults of builds go to `world`. */
BG_CHECK bool sim_fault_add(SimFaults *faults, SimWorld *world, const char *text, Error *err);
/* True when the fault has answered by itself; the system is then not asked. */
bool sim_fault_answers(const SimFaults *faults, SimSystem system, SimReply *reply);
/* After the system has answered: cuts, delays, drops. */
void sim_fault_spoil(const SimFaults *faults, SimSystem system, SimReply *reply);
const char *sim_fault_help(void);
