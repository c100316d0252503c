/* sim_couch.c: requests and who may make them, as chttpd_auth_request.erl has it; and what happens to the whole. */
#include "core/sandbox/sim_couch.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_data.h"
#include "core/sandbox/sim_couch_parts.h"
#include "core/sandbox/sim_route.h"

/* ---- answers ---- */

bool couch_refuse(CouchRefusal *refusal, int status, const char *error, const char *reason, ...) {
	va_list args;
	refusal->status = status;
	refusal->error = error;
	va_start(args, reason);
	vsnprintf(refusal->reason, sizeof(refusal->reason), reason, args);
	va_end(args);
	return false;
}

void couch_answer(SimCall *call, int status, Json *json) {
	AUTO_CLEAR(Buf) text = {0};
	json_write(json, &text);
	json_free(json);
	buf_putc(&text, '\n');
	sim_reply_bytes(call->reply, status, "application/json", buf_str(&text));
}

void couch_answer_ok(SimCall *call, int status) {
	Json *answer = json_new_object();
	json_add_bool(answer, "ok", true);
	couch_answer(call, status, answer);
}

static void answer_error(SimReply *reply, int status, const char *error, const char *reason) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *answer = json_new_object();
	json_add_string(answer, "error", error);
	json_add_string(answer, "reason", reason);
	json_write(answer, &text);
	buf_putc(&text, '\n');
	sim_reply_bytes(reply, status, "application/json", buf_str(&text));
}

void couch_answer_error(SimCall *call, int status, const char *error, const char *reason) { answer_error(call->reply, status, error, reason); }
void couch_answer_refusal(SimCall *call, const CouchRefusal *refusal) { couch_answer_error(call, refusal->status, refusal->error, refusal->reason); }
void sim_couch_refuse_login(SimReply *reply) { answer_error(reply, 401, "unauthorized", "Name or password is incorrect."); }

bool couch_body(SimCall *call, bool only_json_type, Json **ret_json) {
	const char *type = sim_request_header(call->request, "Content-Type");
	AUTO(Json) *json = NULL;
	if (only_json_type && (!type || !str_starts(str_from(type), "application/json"))) {
		couch_answer_error(call, 415, "bad_content_type", "Content-Type must be application/json");
		return false;
	}
	bool ok = json_parse(buf_str(&call->request->body), &json, NULL);
	if (!ok || !json_is_object(json)) {
		couch_answer_error(call, 400, "bad_request", ok ? "Request body must be a JSON object" : "invalid UTF-8 JSON");
		return false;
	}
	*ret_json = TAKE(json);
	return true;
}

int couch_written(const CouchAsk *ask) {
	size_t there = 0, self = (size_t) (ask->member - ask->couch->members);
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		there += couch_connected(ask->couch, self, i) || (i == self);
	size_t expected = 0;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		expected += ask->member->known[i];
	return there >= expected / 2 + 1 ? 201 : 202;
}

/* ---- routes ---- */

/* FOR_ADMIN_THERE, FOR_READERS: of a database that must be there. */
typedef enum CouchRule { FOR_ALL, FOR_ADMIN, FOR_ADMIN_THERE, FOR_READERS } CouchRule;

static void couch_welcome(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	Json *answer = json_new_object();
	json_add_string(answer, "couchdb", "Welcome");
	json_add_string(answer, "version", SIM_COUCH_VERSION);
	json_add_string(answer, "git_sha", "44f6a43d8");
	json_add_string(answer, "uuid", ask->couch->uuid);
	Json *features = json_add(answer, "features", json_new_array());
	json_append_string(features, "access-ready");
	json_append_string(features, "partitioned");
	json_append_string(features, "pluggable-storage-engines");
	json_append_string(features, "reshard");
	json_append_string(features, "scheduler");
	json_add_string(json_add(answer, "vendor", json_new_object()), "name", "The Apache Software Foundation");
	couch_answer(call, 200, answer);
}

static void couch_not_played(void *userdata, SimCall *call) {
	(void) userdata;
	couch_answer_error(call, 501, "not_implemented", "this feature is not yet implemented");
}

static const SimRoute ROUTES[] = {
	{ "GET", "/", couch_welcome, FOR_ALL },
	{ "GET", "/_up", couch_up, FOR_ALL },
	{ "GET", "/_session", couch_get_session, FOR_ALL },
	{ "POST", "/_session", couch_post_session, FOR_ALL },
	{ "DELETE", "/_session", couch_delete_session, FOR_ALL },
	{ "GET", "/_membership", couch_membership, FOR_ADMIN },
	{ "GET", "/_cluster_setup", couch_get_setup, FOR_ADMIN },
	{ "POST", "/_cluster_setup", couch_post_setup, FOR_ADMIN },
	{ "GET", "/_all_dbs", couch_all_dbs, FOR_ADMIN },
	{ "PUT", "/*", couch_put_db, FOR_ADMIN },
	{ "DELETE", "/*", couch_delete_db, FOR_ADMIN_THERE },
	{ "GET", "/*", couch_get_db, FOR_READERS },
	{ "POST", "/*", couch_post_document, FOR_READERS },
	{ "GET", "/*/_all_docs", couch_all_docs, FOR_READERS },
	{ "POST", "/*/_all_docs", couch_all_docs_of_keys, FOR_READERS },
	{ "POST", "/*/_bulk_docs", couch_bulk_docs, FOR_READERS },
	{ "GET", "/*/_security", couch_get_security, FOR_READERS },
	{ "PUT", "/*/_security", couch_put_security, FOR_READERS },
	{ "POST", "/*/_ensure_full_commit", couch_full_commit, FOR_READERS },
	{ "GET", "/*/_changes", couch_not_played, FOR_READERS },
	{ "POST", "/*/_find", couch_not_played, FOR_READERS },
	{ "POST", "/*/_bulk_get", couch_not_played, FOR_READERS },
	{ "GET", "/*/_design/*", couch_get_design, FOR_READERS },
	{ "PUT", "/*/_design/*", couch_put_design, FOR_READERS },
	{ "DELETE", "/*/_design/*", couch_delete_design, FOR_READERS },
	{ "GET", "/*/_design/*/_view/*", couch_not_played, FOR_READERS },
	{ "GET", "/*/*", couch_get_document, FOR_READERS },
	{ "PUT", "/*/*", couch_put_document, FOR_READERS },
	{ "DELETE", "/*/*", couch_delete_document, FOR_READERS },
	{ "GET", "/*/*/*", couch_not_played, FOR_READERS },      /* the bytes of an attachment */
};

/* What is told when a path is there and the method is not: the first that fits. */
static const struct { const char *pattern, *methods; } METHODS[] = {
	{ "/", "GET,HEAD" }, { "/_up", "GET,HEAD" }, { "/_session", "GET,HEAD,POST,DELETE" }, { "/_membership", "GET" }, { "/_cluster_setup", "GET,POST" },
	{ "/_all_dbs", "GET,HEAD" }, { "/*", "DELETE,GET,HEAD,POST" }, { "/*/_all_docs", "GET,HEAD,POST" }, { "/*/_bulk_docs", "POST" },
	{ "/*/_security", "PUT,GET" }, { "/*/_ensure_full_commit", "POST" }, { "/*/_changes", "GET,POST,HEAD" }, { "/*/_find", "POST" },
	{ "/*/_bulk_get", "POST" }, { "/*/_design/*", "DELETE,GET,HEAD,POST,PUT,COPY" }, { "/*/*", "DELETE,GET,HEAD,POST,PUT,COPY" },
};

static void refuse_path(SimCall *call) {
	for (size_t i = 0; i < BG_LENGTH(METHODS); i++) {
		SimRoute route = { call->request->method, METHODS[i].pattern, NULL, 0 };
		bool fits = sim_route_find(&route, 1, call) != NULL;
		sim_call_clear_params(call);
		if (!fits)
			continue;
		AUTO_FREE char *reason = bg_asprintf("Only %s allowed", METHODS[i].methods);
		sim_reply_header(call->reply, "Allow", METHODS[i].methods);
		couch_answer_error(call, 405, "method_not_allowed", reason);
		return;
	}
	couch_answer_error(call, 404, "not_found", "missing");
}

/* True when it may go on. */
static bool is_allowed(CouchAsk *ask, SimCall *call, int rule) {
	if ((rule == FOR_ADMIN || rule == FOR_ADMIN_THERE) && !ask->is_admin)
		couch_answer_error(call, 401, "unauthorized", "You are not a server admin.");
	else if ((rule == FOR_ADMIN_THERE || rule == FOR_READERS) && !ask->db)
		couch_answer_error(call, 404, "not_found", "Database does not exist.");
	else if (rule == FOR_READERS && !couch_may_read(ask))
		couch_answer_error(call, 401, "unauthorized", "You are not authorized to access this db.");
	else
		return true;
	return false;
}

static void dispatch(CouchAsk *ask, SimCall *call) {
	CouchLogin login = couch_login(ask->couch, call->request);
	ask->is_admin = login == COUCH_ADMIN;
	if (login == COUCH_WRONG) {
		sim_couch_refuse_login(call->reply);
		return;
	}
	if (call->request->body.len > SIM_COUCH_MAX_REQUEST) {
		couch_answer_error(call, 413, "too_large", "the request entity is too large");
		return;
	}
	const SimRoute *route = sim_route_find(ROUTES, BG_LENGTH(ROUTES), call);
	if (!route) {
		refuse_path(call);
		return;
	}
	ask->db = call->param_count ? couch_db_find(ask->group, call->params[0]) : NULL;
	if (is_allowed(ask, call, route->rule))
		route->handle(ask, call);
}

void sim_couch_handle(SimCouch *couch, size_t member, const SimRequest *request, SimReply *reply, WallTime now) {
	CouchMember *asked = &couch->members[member];
	if (!asked->runs) {
		reply->ending = SIM_ENDING_RESET;
		return;
	}
	/* A slash at the end is as none. */
	SimRequest plain = *request;
	size_t len = strlen(request->path);
	AUTO_FREE char *path = bg_strndup(request->path, len > 1 && request->path[len - 1] == '/' ? len - 1 : len);
	plain.path = path;
	SimCall call = { .request = &plain, .reply = reply, .now = now };
	CouchAsk ask = { .couch = couch, .member = asked, .group = &couch->groups[asked->group], .now = now };
	char id[11];
	snprintf(id, sizeof(id), "%010llx", (unsigned long long) ++couch->asked & 0xffffffffffULL);
	sim_reply_header(reply, "Server", "CouchDB/" SIM_COUCH_VERSION " (Erlang OTP/26)");
	sim_reply_header(reply, "Cache-Control", "must-revalidate");
	sim_reply_header(reply, "X-Couch-Request-ID", id);
	sim_reply_header(reply, "X-CouchDB-Body-Time", "0");
	dispatch(&ask, &call);
	sim_call_clear_params(&call);
}

/* ---- what happens to it ---- */

SimCouch *sim_couch_new(const char *password) {
	SimCouch *couch = bg_calloc(1, sizeof(*couch));
	couch->password = bg_strdup(password);
	random_hex(couch->uuid, 32);
	sim_couch_delete(couch);
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		couch->members[i].runs = true;
	return couch;
}

SimCouch *sim_couch_free(SimCouch *couch) {
	if (!couch)
		return NULL;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		couch_group_clear(couch, &couch->groups[i]);
		free(couch->members[i].host);
	}
	free(couch->password);
	free(couch);
	return NULL;
}

void sim_couch_set_place(SimCouch *couch, size_t member, const char *host, unsigned port) {
	free(couch->members[member].host);
	couch->members[member].host = bg_strdup(host);
	couch->members[member].port = port;
}

void sim_couch_run(SimCouch *couch, size_t member, bool runs) { couch->members[member].runs = runs; }
bool sim_couch_runs(const SimCouch *couch, size_t member) { return couch->members[member].runs; }

static void forget(SimCouch *couch, size_t member) {
	CouchMember *one = &couch->members[member];
	memset(one->known, 0, sizeof(one->known));
	one->known[member] = true;
	one->single = false;
}

void sim_couch_delete(SimCouch *couch) {
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		couch_group_clear(couch, &couch->groups[i]);
		forget(couch, i);
		couch->members[i].group = i;
		couch->members[i].runs = false;
	}
	memset(couch->sessions, 0, sizeof(couch->sessions));
}

void sim_couch_lose_member(SimCouch *couch, size_t member) {
	bool taken[SIM_COUCH_MEMBERS] = {0};
	size_t own = couch->members[member].group, free_group = own;
	bool shared = false;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		taken[couch->members[i].group] = true;
		shared = shared || (i != member && couch->members[i].group == own);
	}
	for (size_t i = 0; shared && i < SIM_COUCH_MEMBERS; i++)
		if (!taken[i])
			free_group = i;
	couch_group_clear(couch, &couch->groups[free_group]);
	couch->members[member].group = free_group;
	forget(couch, member);
}

bool sim_couch_lose_database(SimCouch *couch, const char *database) {
	CouchGroup *group = &couch->groups[couch->members[0].group];
	CouchDb *db = couch_db_find(group, database);
	if (db)
		couch_db_remove(couch, group, db);
	return db != NULL;
}

bool sim_couch_lose_document(SimCouch *couch, const char *database, const char *id) {
	CouchDb *db = couch_db_find(&couch->groups[couch->members[0].group], database);
	CouchDoc *doc = db ? couch_doc_find(db, id) : NULL;
	if (doc)
		couch_doc_remove(couch, db, doc);
	return doc != NULL;
}

/* ---- how it stands ---- */

int64_t sim_couch_documents(const SimCouch *couch, const char *database) {
	const CouchDb *db = couch_db_find(&couch->groups[couch->members[0].group], database);
	int64_t live = 0;
	for (size_t i = 0; db && i < db->count; i++)
		live += couch_live(&db->docs[i]) && !str_starts(str_from(db->docs[i].id), "_design/");
	return db ? live : -1;
}

bool sim_couch_has(const SimCouch *couch, const char *database, const char *id) {
	const CouchDb *db = couch_db_find(&couch->groups[couch->members[0].group], database);
	const CouchDoc *doc = db ? couch_doc_find(db, id) : NULL;
	return doc && couch_live(doc);
}

size_t sim_couch_connected(const SimCouch *couch) {
	size_t count = 0;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		count += couch_connected(couch, 0, i);
	return count;
}

size_t sim_couch_bytes(const SimCouch *couch) { return couch->bytes; }
