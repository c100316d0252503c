/* sim_couch.h: a CouchDB 3 of three members, couchdb-0 to couchdb-2, as the stateful set of the practice platform runs it: databases, documents with
 * revisions, `_bulk_docs`, `_all_docs`, security objects, logins and the forming of a cluster, in the words of CouchDB's documentation and source.
 * Members that are not of one cluster hold databases of their own. Not thread-safe: the sandbox locks. All together hold SIM_COUCH_MAX_BYTES of
 * documents at most; beyond it a write is answered with 507. */
#pragma once
#include "core/base/error.h"
#include "core/sandbox/sim_message.h"

#define SIM_COUCH_MEMBERS 3
#define SIM_COUCH_USER "admin"
#define SIM_COUCH_VERSION "3.5.1"
#define SIM_COUCH_MAX_BYTES (32u * 1024 * 1024)
#define SIM_COUCH_MAX_DATABASES 64
#define SIM_COUCH_MAX_REQUEST 8000000     /* [chttpd] max_http_request_size */
#define SIM_COUCH_MAX_DOCUMENT 8000000    /* [couchdb] max_document_size, as CouchDB ships it */

typedef struct SimCouch SimCouch;

/* Three members that run and know nothing: no database, no cluster; an admin with this password, as the image makes him of the stateful set's secret. */
SimCouch *sim_couch_new(const char *password);
SimCouch *sim_couch_free(SimCouch *couch);
BG_DEFINE_FREEP(SimCouch, sim_couch_free)
/* Where a member listens: its name is "couchdb@HOST", so that no two may have the same host. */
void sim_couch_set_place(SimCouch *couch, size_t member, const char *host, unsigned port);
/* What member `member` answers. One that does not run drops the connection. */
void sim_couch_handle(SimCouch *couch, size_t member, const SimRequest *request, SimReply *reply, WallTime now);
/* One request as its admin, through a member that runs: how the platform's own jobs and scripts ask. False: none runs, or it dropped the connection. */
BG_CHECK bool sim_couch_as_admin(SimCouch *couch, const char *method, const char *target, Str body, SimReply *reply);
/* The answer when credentials are no longer good, for the fault of that name. */
void sim_couch_refuse_login(SimReply *reply);

/* ---- what happens to it ---- */

/* The platform as it is when all is well: a finished cluster, and the databases of sim_couch_data.c. */
void sim_couch_fill(SimCouch *couch);
/* The stateful set is deleted and its volumes with it: no member runs, nothing is left. Sessions end. */
void sim_couch_delete(SimCouch *couch);
/* A pod starts or stops. What it holds stays. */
void sim_couch_run(SimCouch *couch, size_t member, bool runs);
bool sim_couch_runs(const SimCouch *couch, size_t member);
/* The members become one finished cluster, as the team's script makes them one. False, and nothing is done: one of them does not run. */
BG_CHECK bool sim_couch_form(SimCouch *couch);
/* "CouchDB damaged": two of three enrolments lost, the users' database gone, couchdb-2 fallen out of the cluster with an empty disk. */
void sim_couch_damage(SimCouch *couch);
/* A member forgets the cluster and what it holds, as one with an empty disk; the others go on expecting it. */
void sim_couch_lose_member(SimCouch *couch, size_t member);
/* As somebody at a keyboard: one document, or a whole database. False: it was not there. */
bool sim_couch_lose_document(SimCouch *couch, const char *database, const char *id);
bool sim_couch_lose_database(SimCouch *couch, const char *database);

/* ---- how it stands ---- (as couchdb-0 has it) */

/* Documents that are not deleted, without design documents; -1 = there is no such database. */
int64_t sim_couch_documents(const SimCouch *couch, const char *database);
bool sim_couch_has(const SimCouch *couch, const char *database, const char *id);
/* Documents of the platform (sim_couch_data.h) that are not there: 0 = whole. */
size_t sim_couch_missing(const SimCouch *couch);
/* Members that run and are connected with couchdb-0, itself included; 0 when it does not run. */
size_t sim_couch_connected(const SimCouch *couch);
size_t sim_couch_bytes(const SimCouch *couch);    /* of SIM_COUCH_MAX_BYTES */
