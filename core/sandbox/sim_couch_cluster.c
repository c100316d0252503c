/* sim_couch_cluster.c: members and their cluster: setup_httpd.erl and setup.erl of CouchDB's source, its oddities included: what goes wrong between two
 * nodes is often answered with 201 all the same, so that only _membership tells. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_parts.h"

static size_t index_of(const CouchAsk *ask) { return (size_t) (ask->member - ask->couch->members); }

bool couch_connected(const SimCouch *couch, size_t a, size_t b) {
	const CouchMember *one = &couch->members[a], *other = &couch->members[b];
	return one->runs && other->runs && one->known[b] && other->known[a];
}

/* ---- looking ---- */

void couch_up(void *userdata, SimCall *call) {
	(void) userdata;
	Json *answer = json_new_object();
	json_add_string(answer, "status", "ok");
	json_add(answer, "seeds", json_new_object());
	couch_answer(call, 200, answer);
}

static void add_name(Json *list, const CouchMember *member) {
	AUTO_FREE char *name = bg_asprintf("couchdb@%s", member->host);
	json_append_string(list, name);
}

void couch_membership(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	Json *answer = json_new_object(), *all = json_add(answer, "all_nodes", json_new_array()), *cluster = json_add(answer, "cluster_nodes", json_new_array());
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		if (couch_connected(ask->couch, index_of(ask), i))
			add_name(all, &ask->couch->members[i]);
		if (ask->member->known[i])
			add_name(cluster, &ask->couch->members[i]);
	}
	couch_answer(call, 200, answer);
}

static bool has_system_dbs(const CouchGroup *group) { return couch_db_find(group, "_users") && couch_db_find(group, "_replicator"); }

/* The image binds every address and has an admin: a member is never less than enabled. */
void couch_get_setup(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	bool whole = has_system_dbs(ask->group);
	Json *answer = json_new_object();
	json_add_string(answer, "state", ask->member->single ? whole ? "single_node_enabled" : "single_node_disabled"
		: whole ? "cluster_finished" : "cluster_enabled");
	couch_answer(call, 200, answer);
}

/* ---- forming one ---- */

void couch_make_system_dbs(CouchGroup *group) {
	static const char *const NAMES[] = { "_replicator", "_users" };
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++)
		if (!couch_db_find(group, NAMES[i]))
			couch_db_add(group, NAMES[i]);
}

/* What the newcomer held alone comes along, but for databases of a name that is there: their shards would mix, which is not played here. */
static void move_databases(SimCouch *couch, CouchGroup *from, CouchGroup *to) {
	for (size_t i = 0; i < from->count; i++) {
		if (couch_db_find(to, from->items[i].name))
			continue;
		CouchDb *db = couch_db_add(to, from->items[i].name), empty = *db;
		*db = from->items[i];
		from->items[i] = empty;
	}
	couch_group_clear(couch, from);
}

void couch_join(SimCouch *couch, size_t to, size_t joins) {
	size_t old = couch->members[joins].group, group = couch->members[to].group;
	bool shared = false;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		shared = shared || (i != joins && couch->members[i].group == old);
	couch->members[joins].group = group;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		if (couch->members[i].group != group && i != joins)
			continue;
		for (size_t k = 0; k < SIM_COUCH_MEMBERS; k++)
			if (couch->members[k].group == group || k == joins)
				couch->members[i].known[k] = true;
	}
	if (old != group && !shared)
		move_databases(couch, &couch->groups[old], &couch->groups[group]);
}

static ptrdiff_t member_at(const SimCouch *couch, const char *host, int64_t port) {
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		if (text_eq(couch->members[i].host, host) && couch->members[i].port == (unsigned) port)
			return (ptrdiff_t) i;
	return -1;
}

typedef struct Setup { CouchAsk *ask; SimCall *call; const Json *body; } Setup;

static void refuse_setup(const Setup *setup, const char *reason) { couch_answer_error(setup->call, 400, "bad_request", reason); }

static bool is_admin_named(const Setup *setup) {
	return text_eq(json_get_string(setup->body, "username"), SIM_COUCH_USER) && text_eq(json_get_string(setup->body, "password"), setup->ask->couch->password);
}

/* Of another node it is passed on, and whatever that one says is not told. */
static void enable_cluster(const Setup *setup) {
	if (!json_get(setup->body, "remote_node"))
		refuse_setup(setup, "Cluster is already enabled");
	else
		couch_answer_ok(setup->call, 201);
}

static void enable_single_node(const Setup *setup) {
	if (has_system_dbs(setup->ask->group)) {
		refuse_setup(setup, "Cluster is already finished");
		return;
	}
	setup->ask->member->single = true;
	couch_make_system_dbs(setup->ask->group);
	couch_answer_ok(setup->call, 201);
}

static void add_node(const Setup *setup) {
	SimCouch *couch = setup->ask->couch;
	size_t to = index_of(setup->ask);
	ptrdiff_t joins = member_at(couch, json_get_string(setup->body, "host"), json_int_lenient(json_get(setup->body, "port"), 5984));
	if (joins < 0 || !couch->members[joins].runs) {
		refuse_setup(setup, "Add node failed. Invalid Host and/or Port.");
	} else if (!is_admin_named(setup)) {
		couch_answer_ok(setup->call, 201);   /* the 401 of the other node is taken for success: setup.erl, add_node_int */
	} else if (couch->members[to].known[joins]) {
		couch_answer_error(setup->call, 409, "conflict", "Document update conflict.");   /* of the document in _nodes */
	} else {
		couch_join(couch, to, (size_t) joins);
		couch_answer_ok(setup->call, 201);
	}
}

static void finish_cluster(const Setup *setup) {
	SimCouch *couch = setup->ask->couch;
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		if (setup->ask->member->known[i] && !couch_connected(couch, index_of(setup->ask), i)) {
			couch_answer_error(setup->call, 500, "setup_error", "Cluster setup timed out waiting for nodes to connect");
			return;
		}
	if (has_system_dbs(setup->ask->group)) {
		refuse_setup(setup, "Cluster is already finished");
		return;
	}
	couch_make_system_dbs(setup->ask->group);
	couch_answer_ok(setup->call, 201);
}

static void receive_cookie(const Setup *setup) { couch_answer_ok(setup->call, 201); }

static const struct { const char *action; void (*run)(const Setup *setup); } ACTIONS[] = {
	{ "enable_cluster", enable_cluster }, { "enable_single_node", enable_single_node }, { "add_node", add_node },
	{ "finish_cluster", finish_cluster }, { "receive_cookie", receive_cookie },
};

void couch_post_setup(void *userdata, SimCall *call) {
	AUTO(Json) *body = NULL;
	if (!couch_body(call, true, &body))
		return;
	Setup setup = { userdata, call, body };
	for (size_t i = 0; i < BG_LENGTH(ACTIONS); i++)
		if (text_eq(json_get_string(body, "action"), ACTIONS[i].action)) {
			ACTIONS[i].run(&setup);
			return;
		}
	refuse_setup(&setup, "Invalid Action'");
}

bool sim_couch_form(SimCouch *couch) {
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		if (!couch->members[i].runs)
			return false;
	for (size_t i = 1; i < SIM_COUCH_MEMBERS; i++)
		if (!couch_connected(couch, 0, i))
			couch_join(couch, 0, i);
	couch_make_system_dbs(&couch->groups[couch->members[0].group]);
	return true;
}
