/* sim_couch_parts.h: the inside of the simulated CouchDB: sim_couch*.c only. */
#pragma once
#include "core/sandbox/sim_couch.h"

#define COUCH_MAX_SESSIONS 8
#define COUCH_TOKEN 41

/* A revision that nothing was written upon. Older ones are not kept: as after a compaction, with _revs_limit 1. */
typedef struct CouchLeaf {
	int64_t number;
	char hash[33];
	bool deleted;
	char *body;              /* JSON object, without the members that begin with an underscore but _attachments; data written into those */
	size_t bytes;
} CouchLeaf;
typedef struct CouchDoc { char *id; CouchLeaf *leaves; size_t count, capacity; } CouchDoc;
typedef struct CouchDb {
	char *name;
	CouchDoc *docs;          /* by id, byte by byte, as CouchDB has them */
	size_t count, capacity;
	char *security;          /* JSON */
	int64_t sequence;
	size_t bytes;
	int64_t q;
} CouchDb;
/* What the members of one cluster hold together. */
typedef struct CouchGroup { CouchDb *items; size_t count, capacity; } CouchGroup;    /* by name */

typedef struct CouchMember {
	char *host;
	unsigned port;
	bool runs;
	bool single;             /* made a single node */
	bool known[SIM_COUCH_MEMBERS];   /* that it expects in its cluster; itself always */
	size_t group;
} CouchMember;

struct SimCouch {
	CouchMember members[SIM_COUCH_MEMBERS];
	CouchGroup groups[SIM_COUCH_MEMBERS];
	char *password;
	char uuid[33];
	char sessions[COUCH_MAX_SESSIONS][COUCH_TOKEN];
	size_t session_next;
	size_t bytes;
	int64_t asked;           /* requests, for their ids */
};

/* One request. */
typedef struct CouchAsk {
	SimCouch *couch;
	CouchMember *member;
	CouchGroup *group;
	CouchDb *db;             /* of the first part of the path; NULL = it names none that there is */
	bool is_admin;
	WallTime now;
} CouchAsk;

/* An error in CouchDB's words. */
typedef struct CouchRefusal { int status; const char *error; char reason[240]; } CouchRefusal;
bool couch_refuse(CouchRefusal *refusal, int status, const char *error, const char *reason, ...) BG_PRINTF(4, 5);   /* always false */
void couch_answer(SimCall *call, int status, Json *json);       /* takes it */
void couch_answer_ok(SimCall *call, int status);
void couch_answer_refusal(SimCall *call, const CouchRefusal *refusal);
void couch_answer_error(SimCall *call, int status, const char *error, const char *reason);
/* The body as a JSON object, or an answer that it is none. Owned. */
bool couch_body(SimCall *call, bool only_json_type, Json **ret_json);
/* 201, or 202 where too few members are there to keep it twice. */
int couch_written(const CouchAsk *ask);

/* ---- what is kept: sim_couch_store.c ---- */

CouchDb *couch_db_find(const CouchGroup *group, const char *name);
CouchDb *couch_db_add(CouchGroup *group, const char *name);
void couch_db_remove(SimCouch *couch, CouchGroup *group, CouchDb *db);
void couch_group_clear(SimCouch *couch, CouchGroup *group);
bool couch_db_name_is_fine(const char *name);
CouchDoc *couch_doc_find(const CouchDb *db, const char *id);
size_t couch_doc_place(const CouchDb *db, const char *id);       /* the first whose id is not below */
CouchDoc *couch_doc_add(CouchDb *db, const char *id);
void couch_doc_remove(SimCouch *couch, CouchDb *db, CouchDoc *doc);
/* The leaf that a reader gets: live before deleted, then the higher number, then the greater hash. */
CouchLeaf *couch_winner(const CouchDoc *doc);
const CouchLeaf *couch_live(const CouchDoc *doc);                 /* NULL: it is deleted */
CouchLeaf *couch_leaf_find(const CouchDoc *doc, int64_t number, const char *hash);
/* Puts a leaf in the place of `instead`, or beside the others (NULL). Takes `body`. False: no room. */
BG_CHECK bool couch_leaf_set(SimCouch *couch, CouchDb *db, CouchDoc *doc, CouchLeaf *instead, CouchLeaf leaf);
void couch_db_count(const CouchDb *db, int64_t *ret_live, int64_t *ret_deleted);

/* ---- documents: sim_couch_input.c, sim_couch_document.c, sim_couch_rows.c ---- */

/* A document as it came in. */
typedef struct CouchInput {
	char *id;                /* NULL: it names none */
	int64_t number;          /* of its revision; 0 = none */
	char hash[33];
	Json *before;            /* hashes of the revisions before it, newest first; NULL = not told */
	bool deleted;
	Json *body;
} CouchInput;
void couch_input_clear(CouchInput *input);
BG_DEFINE_CLEARP(CouchInput, couch_input_clear)
bool couch_input_take(const Json *json, CouchInput *ret, CouchRefusal *refusal);
/* Whether the document that is there has every attachment that this one only names. */
bool couch_stubs_are_there(const CouchAsk *ask, const CouchInput *input, CouchRefusal *refusal);
/* "2-abc" */
bool couch_rev_take(const char *text, int64_t *ret_number, char ret_hash[static 33]);
/* As an edit: the revision must be the one that is there. The new one's text goes to ret_rev. */
bool couch_edit(CouchAsk *ask, CouchInput *input, char ret_rev[static 64], CouchRefusal *refusal);
/* As replication does: the revision as it is told. */
bool couch_replicate(CouchAsk *ask, CouchInput *input, CouchRefusal *refusal);
/* The document for a reader. Owned. */
Json *couch_document(const CouchDoc *doc, const CouchLeaf *leaf, bool with_attachments, bool with_conflicts);

void couch_bulk_docs(void *ask, SimCall *call);
void couch_post_document(void *ask, SimCall *call);
void couch_get_document(void *ask, SimCall *call);
void couch_put_document(void *ask, SimCall *call);
void couch_delete_document(void *ask, SimCall *call);
void couch_get_design(void *ask, SimCall *call);
void couch_put_design(void *ask, SimCall *call);
void couch_delete_design(void *ask, SimCall *call);
void couch_all_docs(void *ask, SimCall *call);
void couch_all_docs_of_keys(void *ask, SimCall *call);

/* ---- databases: sim_couch_database.c ---- */

void couch_all_dbs(void *ask, SimCall *call);
void couch_get_db(void *ask, SimCall *call);
void couch_put_db(void *ask, SimCall *call);
void couch_delete_db(void *ask, SimCall *call);
void couch_get_security(void *ask, SimCall *call);
void couch_put_security(void *ask, SimCall *call);
void couch_full_commit(void *ask, SimCall *call);
bool couch_may_read(const CouchAsk *ask);          /* by the database's security object */

/* ---- the cluster: sim_couch_cluster.c ---- */

void couch_up(void *ask, SimCall *call);
void couch_membership(void *ask, SimCall *call);
void couch_get_setup(void *ask, SimCall *call);
void couch_post_setup(void *ask, SimCall *call);
bool couch_connected(const SimCouch *couch, size_t a, size_t b);
/* `joins` and all of `to`'s cluster know one another from now on, and hold the same. */
void couch_join(SimCouch *couch, size_t to, size_t joins);
void couch_make_system_dbs(CouchGroup *group);

/* ---- logins: sim_couch_session.c ---- */

typedef enum CouchLogin { COUCH_NOBODY, COUCH_ADMIN, COUCH_WRONG } CouchLogin;
CouchLogin couch_login(const SimCouch *couch, const SimRequest *request);
void couch_get_session(void *ask, SimCall *call);
void couch_post_session(void *ask, SimCall *call);
void couch_delete_session(void *ask, SimCall *call);
