/* sim_azure.h: a server that speaks the reading side of Azure's blobs over sim_store.h, at a path-style address as Microsoft's emulator, and really
 * checks Shared Key and service SAS. It shares nothing with the console's side. Not thread-safe: whoever serves it locks. */
#pragma once
#include "core/base/error.h"
#include "core/sandbox/sim_message.h"
#include "core/sandbox/sim_store.h"

#define SIM_AZURE_SKEW_MS (15 * 60 * 1000)

typedef struct SimAzure {
	SimStore *store;                 /* borrowed; a bucket is a container */
	const char *account, *key;       /* key in base64 */
	int64_t page;                    /* blobs of a listing, fewer than are asked for; 0 = 5000 */
	bool empty_pages;                /* before each page comes one without a blob that goes on */
	const char *fault;               /* code of the refusal that everything gets: "ServerBusy"; NULL = none */
} SimAzure;

/* A refusal with this code. */
void sim_azure_refuse(SimReply *reply, const char *code);
void sim_azure_handle(SimAzure *azure, const SimRequest *request, SimReply *reply, WallTime now);
/* "CONTAINER NAME BYTES AGE_SECONDS": writes a blob of so many bytes as it was written then; makes the container. As lines of a control file. */
BG_CHECK bool sim_azure_put(SimAzure *azure, const char *line, WallTime now, Error *err);
/* A SAS of a container, as the portal would give it out. Owned. */
char *sim_azure_sas(const SimAzure *azure, const char *container, const char *permissions, WallTime expires);
