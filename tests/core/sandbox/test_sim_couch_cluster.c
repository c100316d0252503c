/* Members of the simulated CouchDB: formed into a cluster, lost, formed anew; and what becomes of the platform's databases. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/sandbox/sim_couch_data.h"
#include "couch_ask.h"

#define ALONE "{\"all_nodes\":[\"couchdb@127.0.0.1\"],\"cluster_nodes\":[\"couchdb@127.0.0.1\"]}\n"
#define ALL "\"couchdb@127.0.0.1\",\"couchdb@127.0.0.2\",\"couchdb@127.0.0.3\""
#define LOGIN "\"username\":\"admin\",\"password\":\"" COUCH_TEST_PASSWORD "\""

typedef struct Row { size_t member; const char *method, *target, *body; int status; const char *said; } Row;

static void walk(SimCouch *couch, const Row *rows, size_t count) {
	for (size_t i = 0; i < count; i++) {
		AUTO_CLEAR(CouchReply) reply = {0};
		couch_send_to(couch, &(CouchSent){.member = rows[i].member, .method = rows[i].method, .target = rows[i].target, .body = rows[i].body}, &reply);
		cr_expect_eq(reply.status, rows[i].status, "row %zu: %d %s", i, reply.status, reply.body);
		cr_expect(strstr(reply.body, rows[i].said), "row %zu: %s", i, reply.body);
	}
}

Test(sim_couch_cluster, three_members_become_one_cluster_by_the_documented_requests) {
	AUTO(SimCouch) *couch = couch_begin();
	static const Row rows[] = {
		{0, "GET", "/_membership", NULL, 200, ALONE},
		{0, "GET", "/_cluster_setup", NULL, 200, "{\"state\":\"cluster_enabled\"}\n"},
		{0, "PUT", "/mine", NULL, 201, ""},
		{1, "PUT", "/its", NULL, 201, ""},
		{1, "GET", "/mine", NULL, 404, "Database does not exist."},
		{0, "POST", "/_cluster_setup", "{\"action\":\"enable_cluster\"," LOGIN "}", 400, "{\"error\":\"bad_request\",\"reason\":\"Cluster is already enabled\"}\n"},
		{0, "POST", "/_cluster_setup", "{\"action\":\"enable_cluster\"," LOGIN ",\"remote_node\":\"127.0.0.2\",\"port\":5984}", 201, "{\"ok\":true}\n"},
		{0, "POST", "/_cluster_setup", "{\"action\":\"add_node\"," LOGIN ",\"host\":\"127.0.0.9\",\"port\":5984}", 400, "Add node failed. Invalid Host and/or Port."},
		{0, "POST", "/_cluster_setup", "{\"action\":\"add_node\",\"username\":\"admin\",\"password\":\"no\",\"host\":\"127.0.0.2\",\"port\":5984}", 201, "{\"ok\":true}\n"},
		{0, "GET", "/_membership", NULL, 200, ALONE},
		{0, "POST", "/_cluster_setup", "{\"action\":\"add_node\"," LOGIN ",\"host\":\"127.0.0.2\",\"port\":5984}", 201, "{\"ok\":true}\n"},
		{0, "POST", "/_cluster_setup", "{\"action\":\"add_node\"," LOGIN ",\"host\":\"127.0.0.2\",\"port\":5984}", 409, "Document update conflict."},
		{0, "POST", "/_cluster_setup", "{\"action\":\"add_node\"," LOGIN ",\"host\":\"127.0.0.3\",\"port\":\"5984\"}", 201, "{\"ok\":true}\n"},
		{2, "GET", "/_membership", NULL, 200, "{\"all_nodes\":[" ALL "],\"cluster_nodes\":[" ALL "]}\n"},
		{2, "GET", "/_all_dbs", NULL, 200, "[\"its\",\"mine\"]\n"},
		{0, "POST", "/_cluster_setup", "{\"action\":\"finish_cluster\"}", 201, "{\"ok\":true}\n"},
		{0, "POST", "/_cluster_setup", "{\"action\":\"finish_cluster\"}", 400, "Cluster is already finished"},
		{1, "GET", "/_cluster_setup", NULL, 200, "{\"state\":\"cluster_finished\"}\n"},
		{1, "GET", "/_all_dbs", NULL, 200, "[\"_replicator\",\"_users\",\"its\",\"mine\"]\n"},
		{1, "PUT", "/mine/a", "{}", 201, "\"ok\":true"},
		{2, "GET", "/mine/a", NULL, 200, "\"_id\":\"a\""},
		{0, "POST", "/_cluster_setup", "{\"action\":\"dance\"}", 400, "Invalid Action'"},
		{0, "POST", "/_cluster_setup", "{", 400, "invalid UTF-8 JSON"},
		{0, "PUT", "/_cluster_setup", NULL, 400, "illegal_database_name"},
	};
	walk(couch, rows, BG_LENGTH(rows));
}

Test(sim_couch_cluster, one_node_alone_is_set_up_as_such) {
	AUTO(SimCouch) *couch = couch_begin();
	static const Row rows[] = {
		{0, "POST", "/_cluster_setup", "{\"action\":\"enable_single_node\"," LOGIN "}", 201, "{\"ok\":true}"},
		{0, "GET", "/_cluster_setup", NULL, 200, "single_node_enabled"},
		{0, "POST", "/_cluster_setup", "{\"action\":\"enable_single_node\"," LOGIN "}", 400, "Cluster is already finished"},
		{0, "GET", "/_users", NULL, 200, "\"n\":1,\"w\":1,\"r\":1"},
	};
	walk(couch, rows, BG_LENGTH(rows));
}

Test(sim_couch_cluster, a_member_that_stops_is_missed_and_one_alone_takes_writes_with_less_than_a_majority) {
	AUTO(SimCouch) *couch = couch_begin();
	sim_couch_fill(couch);
	cr_expect_eq(sim_couch_connected(couch), 3u);
	sim_couch_run(couch, 2, false);
	static const Row two[] = {
		{0, "GET", "/_membership", NULL, 200, "{\"all_nodes\":[\"couchdb@127.0.0.1\",\"couchdb@127.0.0.2\"],\"cluster_nodes\":[" ALL "]}\n"},
		{0, "PUT", "/" SIM_COUCH_COURSES_DB "/new", "{\"type\":\"course\"}", 201, "\"ok\":true"},
		{0, "POST", "/_cluster_setup", "{\"action\":\"finish_cluster\"}", 500, "Cluster setup timed out waiting for nodes to connect"},
	};
	walk(couch, two, BG_LENGTH(two));
	sim_couch_run(couch, 1, false);
	static const Row one[] = {
		{0, "PUT", "/" SIM_COUCH_COURSES_DB "/newer", "{\"type\":\"course\"}", 202, "\"ok\":true"},
		{0, "GET", "/" SIM_COUCH_COURSES_DB "/newer", NULL, 200, "course"},
	};
	walk(couch, one, BG_LENGTH(one));
	AUTO_CLEAR(CouchReply) reply = {0};
	couch_send_to(couch, &(CouchSent){.member = 1, .method = "GET", .target = "/_up"}, &reply);
	cr_expect_eq(reply.ending, SIM_ENDING_RESET);
	sim_couch_run(couch, 1, true);
	sim_couch_run(couch, 2, true);
	cr_expect_eq(sim_couch_connected(couch), 3u, "what a pod held stays when it starts again");
	cr_expect(sim_couch_has(couch, SIM_COUCH_COURSES_DB, "newer"));
}

Test(sim_couch_cluster, the_platform_is_whole_then_damaged_then_gone) {
	AUTO(SimCouch) *couch = couch_begin();
	sim_couch_fill(couch);
	cr_expect_eq(sim_couch_missing(couch), 0u);
	cr_expect_eq(sim_couch_documents(couch, SIM_COUCH_ENROLLMENTS_DB), 144);
	cr_expect_eq(sim_couch_documents(couch, SIM_COUCH_USERS_DB), 48);
	sim_couch_damage(couch);
	cr_expect_eq(sim_couch_missing(couch), 48u + 96u, "%zu", sim_couch_missing(couch));
	cr_expect_eq(sim_couch_documents(couch, SIM_COUCH_USERS_DB), -1);
	static const Row rows[] = {
		{0, "GET", "/_membership", NULL, 200, "{\"all_nodes\":[\"couchdb@127.0.0.1\",\"couchdb@127.0.0.2\"],\"cluster_nodes\":[" ALL "]}\n"},
		{2, "GET", "/_membership", NULL, 200, "{\"all_nodes\":[\"couchdb@127.0.0.3\"],\"cluster_nodes\":[\"couchdb@127.0.0.3\"]}\n"},
		{2, "GET", "/_all_dbs", NULL, 200, "[]\n"},
		{0, "GET", "/" SIM_COUCH_USERS_DB, NULL, 404, "Database does not exist."},
		{0, "GET", "/_up", NULL, 200, "ok"},
	};
	walk(couch, rows, BG_LENGTH(rows));
	sim_couch_delete(couch);
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		cr_expect(!sim_couch_runs(couch, i));
		sim_couch_run(couch, i, true);
	}
	cr_expect_eq(sim_couch_bytes(couch), 0u);
	static const Row empty[] = {{0, "GET", "/_all_dbs", NULL, 200, "[]\n"}, {0, "GET", "/_membership", NULL, 200, ALONE}};
	walk(couch, empty, BG_LENGTH(empty));
}

Test(sim_couch_cluster, the_same_platform_stands_in_every_sandbox) {
	AUTO(SimCouch) *one = couch_begin();
	AUTO(SimCouch) *other = couch_begin();
	sim_couch_fill(one);
	sim_couch_damage(other);
	sim_couch_fill(other);
	for (size_t i = 0; sim_couch_database_at(i); i++) {
		AUTO_FREE char *target = bg_asprintf("/%s/_all_docs?include_docs=true", sim_couch_database_at(i));
		AUTO_FREE char *first = couch_said(one, "GET", target, NULL, NULL);
		AUTO_FREE char *second = couch_said(other, "GET", target, NULL, NULL);
		assert_text(target, second, first);
		cr_expect(strstr(first, "\"rev\":\"2-") && strstr(first, "\"rev\":\"1-"), "%s", target);
	}
}
