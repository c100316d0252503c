/* couchdb.h: the provider for CouchDB 3: a restore from dumps, and the cluster. Wire facts: CouchDB docs, api/ and setup/cluster. */
#pragma once
#include "core/providers/api.h"
#include "core/providers/couchdb/dump.h"
#include "core/providers/couchdb/restore_set.h"
#include "core/providers/provider.h"

extern const Provider COUCHDB_PROVIDER;

/* A CouchDB for the length of one Call. */
typedef struct Couch {
	Api api;
	Secret *password;    /* NULL: the environment gives none */
	char *user;
} Couch;
BG_CHECK bool couch_open(const Call *call, Couch *ret, Error *err);
/* The same user at another node's address. */
BG_CHECK bool couch_open_at(const Call *call, const char *url, Couch *ret, Error *err);
void couch_clear(Couch *couch);
BG_DEFINE_CLEARP(Couch, couch_clear)

/* Any whole answer; the password is crossed out of it. `body` NULL = none. */
BG_CHECK bool couch_send(Couch *couch, const char *method, const char *path, const Buf *body, HttpResponse *ret, Error *err);
/* An answer that is none of those expected, as an Error. Always false. */
bool couch_refused(const Couch *couch, const char *method, const char *path, const HttpResponse *response, Error *err);
/* A GET that answers with an object. *ret_json NULL: CouchDB itself says that there is no such thing. */
BG_CHECK bool couch_find(Couch *couch, const char *path, Json **ret_json, Error *err);
/* The same where it must be there. */
BG_CHECK bool couch_get(Couch *couch, const char *path, Json **ret_json, Error *err);
/* "error" of an answer's body; "" when it says none. Owned. */
char *couch_error_of(const HttpResponse *response);

typedef struct CouchDatabase { bool there; int64_t documents, deleted; } CouchDatabase;
BG_CHECK bool couch_database(Couch *couch, const char *name, CouchDatabase *ret, Error *err);

/* ---- restoring ---- */

/* What was not taken, document by document. */
typedef struct Failures {
	int64_t count;
	StrList first;       /* "course-v1:X: forbidden: ...", the first ones */
	const Call *call;    /* whose output gets all of them */
} Failures;
void failures_add(Failures *failures, const char *database, const char *id, const char *error, const char *reason);
void failures_clear(Failures *failures);
BG_DEFINE_CLEARP(Failures, failures_clear)

/* Documents on their way: `{"new_edits":false,"docs":[...]}`. The limits fall when the server finds a batch too large. */
typedef struct Bulk {
	Couch *couch;
	const char *database;
	Failures *failures;
	Buf body;
	size_t *starts;      /* where each document begins in body */
	size_t count, capacity;
	size_t max_count, max_bytes;
} Bulk;
void bulk_init(Bulk *bulk, Couch *couch, const char *database, Failures *failures);
void bulk_clear(Bulk *bulk);
BG_DEFINE_CLEARP(Bulk, bulk_clear)
bool bulk_is_full(const Bulk *bulk, size_t more);          /* another document of `more` bytes goes into the next batch */
void bulk_add(Bulk *bulk, const DumpDocument *document, bool with_attachments);
/* Sends what is there, in parts where the server wants smaller ones. False when the server could not be had; what was sent may be sent again. */
BG_CHECK bool bulk_send(Bulk *bulk, Error *err);

/* How far the restore of one database came; kept in the run's folder, so that it goes on there after an interruption. */
typedef struct RestorePlace {
	bool designs;        /* ordinary documents are through: design documents come */
	bool complete;
	int64_t done;        /* documents of the dump that are through, of this round */
	int64_t ids;         /* that the server has taken by then */
	int64_t failed;
} RestorePlace;
/* Nothing is known: all zero. What is about another file or another server does not count. */
void restore_place_find(const Call *call, const RestoreItem *item, RestorePlace *ret);
BG_CHECK bool restore_place_keep(const Call *call, const RestoreItem *item, const RestorePlace *place, Error *err);

bool couch_plan_restore(const Call *call, Plan *ret_plan, Error *err);
bool couch_apply_restore(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool couch_verify_restore(const Call *call, const Plan *plan, ActionResult *result, Error *err);

/* ---- the cluster ---- */

void couch_read_cluster(const Call *call, Reading *ret);
bool couch_plan_setup(const Call *call, Plan *ret_plan, Error *err);
bool couch_apply_setup(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool couch_verify_setup(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void couch_may(const Call *call, const char *verb, Rights *rights);
