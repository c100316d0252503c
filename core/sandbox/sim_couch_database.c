/* sim_couch_database.c: databases: making and removing them, what they tell about themselves, and who may read them. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_parts.h"

void couch_all_dbs(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	Json *names = json_new_array();
	for (size_t i = 0; i < ask->group->count; i++)
		json_append_string(names, ask->group->items[i].name);
	couch_answer(call, 200, names);
}

void couch_get_db(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	const CouchDb *db = ask->db;
	int64_t live, deleted;
	couch_db_count(db, &live, &deleted);
	AUTO_FREE char *sequence = bg_asprintf("%lld-g1AAAACbeJzLYWBg", (long long) db->sequence);
	Json *answer = json_new_object();
	json_add_string(answer, "instance_start_time", "1700000000");
	json_add_string(answer, "db_name", db->name);
	json_add_string(answer, "purge_seq", "0-g1AAAACbeJzLYWBg");
	json_add_string(answer, "update_seq", sequence);
	Json *sizes = json_add(answer, "sizes", json_new_object());
	json_add_int(sizes, "file", (int64_t) db->bytes + 16692);
	json_add_int(sizes, "external", (int64_t) db->bytes);
	json_add_int(sizes, "active", (int64_t) db->bytes);
	json_add(answer, "props", json_new_object());
	json_add_int(answer, "doc_del_count", deleted);
	json_add_int(answer, "doc_count", live);
	json_add_int(answer, "disk_format_version", 8);
	json_add_bool(answer, "compact_running", false);
	Json *cluster = json_add(answer, "cluster", json_new_object());
	int64_t copies = ask->member->single ? 1 : SIM_COUCH_MEMBERS;
	json_add_int(cluster, "q", db->q);
	json_add_int(cluster, "n", copies);
	json_add_int(cluster, "w", copies / 2 + 1);
	json_add_int(cluster, "r", copies / 2 + 1);
	couch_answer(call, 200, answer);
}

void couch_put_db(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	const char *name = call->params[0];
	int64_t q = sim_request_int_arg(call->request, "q", 2);
	CouchRefusal refusal = {0};
	if (!couch_db_name_is_fine(name))
		(void) couch_refuse(&refusal, 400, "illegal_database_name", "Name: '%.60s'. Only lowercase characters (a-z), digits (0-9), and any of the characters "
			"_, $, (, ), +, -, and / are allowed. Must begin with a letter.", name);
	else if (ask->db)
		(void) couch_refuse(&refusal, 412, "file_exists", "The database could not be created, the file already exists.");
	else if (q < 1)
		(void) couch_refuse(&refusal, 400, "bad_request", "The `q` parameter must be a positive integer.");
	else if (ask->group->count >= SIM_COUCH_MAX_DATABASES)
		(void) couch_refuse(&refusal, 507, "insufficient_storage", "the sandbox holds %d databases at most", SIM_COUCH_MAX_DATABASES);
	if (refusal.status) {
		couch_answer_refusal(call, &refusal);
		return;
	}
	couch_db_add(ask->group, name)->q = q;
	AUTO_FREE char *location = bg_asprintf("http://%s:%u%s", ask->member->host, ask->member->port, call->request->path);
	sim_reply_header(call->reply, "Location", location);
	couch_answer_ok(call, couch_written(ask));
}

void couch_delete_db(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	if (sim_request_arg(call->request, "rev")) {
		couch_answer_error(call, 400, "bad_request", "You tried to DELETE a database with a ?=rev parameter. Did you mean to DELETE a document instead?");
		return;
	}
	couch_db_remove(ask->couch, ask->group, ask->db);
	couch_answer_ok(call, couch_written(ask) == 201 ? 200 : 202);
}

/* ---- rights ---- */

void couch_get_security(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	AUTO_FREE char *text = bg_asprintf("%s\n", ask->db->security);
	sim_reply_text(call->reply, 200, "application/json", text);
}

static bool is_list_of_strings(const Json *list) {
	JSON_EACH(item, list)
		if (!json_is_string(item))
			return false;
	return !list || json_is_array(list);
}

void couch_put_security(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	static const char *const WHO[] = { "admins", "members" };
	AUTO(Json) *json = NULL;
	if (!ask->is_admin) {
		couch_answer_error(call, 401, "unauthorized", "You are not a db or server admin.");
		return;
	}
	if (!couch_body(call, false, &json))
		return;
	for (size_t i = 0; i < BG_LENGTH(WHO); i++) {
		const Json *who = json_get(json, WHO[i]);
		bool names = is_list_of_strings(json_get(who, "names")), roles = is_list_of_strings(json_get(who, "roles"));
		if (names && roles && (!who || json_is_object(who)))
			continue;
		couch_answer_error(call, 500, "unknown_error", !names ? "names must be a JSON list of strings" : !roles
			? "roles must be a JSON list of strings" : "admins or members must be a JSON list of strings");
		return;
	}
	free(ask->db->security);
	ask->db->security = json_text(json);
	couch_answer_ok(call, 200);
}

/* Without a login: only a database that names no members. */
bool couch_may_read(const CouchAsk *ask) {
	AUTO(Json) *security = NULL;
	if (ask->is_admin)
		return true;
	if (!json_parse(str_from(ask->db->security), &security, NULL))
		return false;
	const Json *members = json_get(security, "members");
	return !json_count(json_get(members, "names")) && !json_count(json_get(members, "roles"));
}

void couch_full_commit(void *userdata, SimCall *call) {
	(void) userdata;
	Json *answer = json_new_object();
	json_add_bool(answer, "ok", true);
	json_add_string(answer, "instance_start_time", "1700000000");
	couch_answer(call, 201, answer);
}
