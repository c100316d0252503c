/* couch_server.h: a CouchDB of the tests' own, with what a restore and a cluster need: it keeps state, and answers as CouchDB 3's documentation and source say.
 * It is no real one: none is packaged. */
#pragma once
#include "core/providers/provider.h"
#include "tests/support/loopback.h"
#include "tests/support/support.h"

#define COUCH_PASSWORD "hush-7Wq9-hush"

/* What is wrong with it. Set before a request; read on its thread. */
typedef struct CouchFaults {
	size_t max_body;          /* larger bodies are 413 too_large; 0 = no limit */
	size_t max_document;      /* a batch with a larger one is 413 document_too_large; 0 = none */
	bool proxy_413;           /* the 413 is a page of a proxy */
	int fail_from, fail_count;/* requests for _bulk_docs, from 1: answered 503 */
	LoopbackFault wire;       /* instead of the 503 */
	int answer_status;        /* the first _bulk_docs is answered with this, and with answer_body; 0 = as it is */
	const char *answer_body;
	int cancel_at;            /* at this _bulk_docs the test's call is cancelled */
	bool refuses_login;
} CouchFaults;

typedef struct CouchServer CouchServer;
CouchServer *couch_server_start(void);
CouchServer *couch_server_free(CouchServer *server);
BG_DEFINE_FREEP(CouchServer, couch_server_free)
const char *couch_server_url(const CouchServer *server);
CouchFaults *couch_server_faults(CouchServer *server);
char *couch_server_log(CouchServer *server);     /* "METHOD TARGET" lines; owned */
int couch_server_bulks(CouchServer *server);     /* requests for _bulk_docs */
bool couch_server_cancelled(CouchServer *server);
/* A document as it is kept: its winning revision's JSON, or NULL. Owned. */
char *couch_server_document(CouchServer *server, const char *database, const char *id);
int couch_server_count(CouchServer *server, const char *database);   /* live documents; -1 = no such database */
int couch_server_revisions(CouchServer *server, const char *database);
char *couch_server_security(CouchServer *server, const char *database);
/* Puts a document there, or removes a database, as somebody else would. */
void couch_server_put(CouchServer *server, const char *database, const char *document);
void couch_server_drop(CouchServer *server, const char *database);
/* The cluster: what it is set up to be. `others` are hosts that answer to add_node. */
void couch_server_cluster(CouchServer *server, const char *state, const char *up, const char *all_nodes, const char *cluster_nodes);
