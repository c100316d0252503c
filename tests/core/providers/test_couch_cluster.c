/* couchdb.cluster and couchdb.setup: nodes that are up or not, that know one another or not. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "couch_scene.h"

#define THREE "[\"couchdb@a\",\"couchdb@b\",\"couchdb@c\"]"

static void read_cluster(CouchScene *scene, Reading *ret) {
	scene->call.deadline = (MonoTime){mono_now().ms + 20000};
	scene->call.args = scene->args;
	probe_find("couchdb.cluster")->read(&scene->call, ret);
}

Test(couch_cluster, what_the_nodes_say_is_judged) {
	static const struct { const char *name, *state, *up, *all, *cluster; ReadingState is; const char *text, *reason; } cases[] = {
		{"one node", "single_node_enabled", "ok", "[\"couchdb@a\"]", "[\"couchdb@a\"]", READING_OK, "1 of 1 nodes up, 1 of 1 connected", NULL},
		{"three", "cluster_finished", "ok", THREE, THREE, READING_OK, "1 of 1 nodes up, 3 of 3 connected", NULL},
		{"one is away", "cluster_finished", "ok", "[\"couchdb@a\",\"couchdb@b\"]", THREE, READING_FAIL, "2 of 3 connected", "not connected: couchdb@c"},
		{"not finished", "cluster_enabled", "ok", "[\"couchdb@a\"]", "[\"couchdb@a\"]", READING_WARN, "cluster_enabled", "run couchdb.setup"},
		{"maintenance", "cluster_finished", "maintenance_mode", THREE, THREE, READING_WARN, "1 of 1 nodes", "it says maintenance_mode"},
		{"connected, and not expected", "cluster_finished", "ok", THREE, "[\"couchdb@a\"]", READING_OK, "1 of 1 connected", NULL},
		{"nobody", "cluster_finished", "ok", "[]", "[]", READING_UNKNOWN, "names no node at all", NULL},
		{"odd names", "cluster_finished", "ok", "[7]", "[]", READING_UNKNOWN, "does not name its nodes", NULL},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(CouchScene) scene = {0};
		AUTO_CLEAR(Reading) reading = {0};
		couch_scene_begin(&scene, NULL);
		couch_server_cluster(scene.server, cases[i].state, cases[i].up, cases[i].all, cases[i].cluster);
		read_cluster(&scene, &reading);
		cr_expect_eq(reading.state, cases[i].is, "%s: %s: %s", cases[i].name, reading.text, reading.reason);
		cr_expect(strstr(reading.text, cases[i].text), "%s: %s", cases[i].name, reading.text);
		cr_expect(!cases[i].reason || strstr(reading.reason, cases[i].reason), "%s: %s", cases[i].name, reading.reason);
		JSON_EACH(fact, reading.facts)
			cr_expect_not_null(verb_find_field(&probe_find("couchdb.cluster")->spec, str_from(json_key(fact))), "%s", json_key(fact));
	}
}

Test(couch_cluster, every_node_is_asked_itself) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Reading) reading = {0};
	AUTO(CouchServer) *other = couch_server_start();
	couch_server_cluster(other, "cluster_finished", "nolb", THREE, THREE);
	AUTO_FREE char *nodes = bg_asprintf("[ \"%s\", \"http://127.0.0.1:%d\" ]", couch_server_url(other), loopback_unused_port());
	couch_scene_begin(&scene, nodes);
	couch_server_cluster(scene.server, "cluster_finished", "ok", THREE, THREE);
	read_cluster(&scene, &reading);
	cr_expect_eq(reading.state, READING_FAIL, "%s", reading.text);
	assert_text("text", reading.text, "1 of 3 nodes up, 3 of 3 connected");
	cr_expect(strstr(reading.reason, "(nolb)") && strstr(reading.reason, "refused"), "%s", reading.reason);
}

Test(couch_cluster, a_cluster_is_made_of_nodes_that_are_up) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO(CouchServer) *other = couch_server_start();
	Error err = {0};
	couch_server_cluster(other, "cluster_disabled", "ok", "[\"couchdb@x\"]", "[\"couchdb@x\"]");
	AUTO_FREE char *nodes = bg_asprintf("[ \"%s\" ]", couch_server_url(other));
	couch_scene_begin(&scene, nodes);
	couch_server_cluster(scene.server, "cluster_disabled", "ok", "[\"couchdb@first\"]", "[\"couchdb@first\"]");
	assert_ok(couch_scene_run(&scene, "couchdb.setup", &plan, &result, &err), &err);
	AUTO_CLEAR(StrList) lines = {0};
	plan_describe(&plan, &lines);
	AUTO_FREE char *changes = strlist_join(&lines, "\n");
	AUTO_FREE char *expected = bg_asprintf("node %s: cluster_disabled -> cluster_enabled\nnode %s: cluster_disabled -> cluster_enabled\n"
		"membership of 127.0.0.1: none -> member\ncluster couch: cluster_disabled -> cluster_finished", couch_server_url(scene.server), couch_server_url(other));
	assert_text("changes", changes, expected);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	AUTO_FREE char *shown = strlist_join(&plan.warnings, "\n");
	AUTO(Json) *json = plan_to_json(&plan);
	AUTO_FREE char *text = json_text(json);
	cr_expect(!strstr(text, COUCH_PASSWORD) && !strstr(buf_text(&scene.progress), COUCH_PASSWORD), "the password is told");
	assert_ok(couch_scene_plan(&scene, "couchdb.setup", &again, &err), &err);
	cr_expect(again.nothing_to_do);
}

/* An IPv4 address in the clothes of an IPv6 one reaches the same server. */
Test(couch_cluster, a_node_at_a_literal_ipv6_address_becomes_a_member_by_its_own_name) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO(CouchServer) *other = couch_server_start();
	Error err = {0};
	const char *port = strrchr(couch_server_url(other), ':');
	AUTO_FREE char *nodes = bg_asprintf("[ \"http://[::ffff:127.0.0.1]%s\" ]", port);
	couch_server_cluster(other, "cluster_enabled", "ok", "[\"couchdb@400::2\"]", "[\"couchdb@400::2\"]");
	couch_scene_begin(&scene, nodes);
	couch_server_cluster(scene.server, "cluster_enabled", "ok", "[\"couchdb@first\"]", "[\"couchdb@first\"]");
	assert_ok(couch_scene_run(&scene, "couchdb.setup", &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	cr_expect(strstr(plan.request, "\"remote_node\":\"[::ffff:127.0.0.1]\"") && strstr(plan.request, "/_node/_local/_nodes/couchdb%40400%3A%3A2 {}"), "%s", plan.request);
	cr_expect(!strstr(plan.request, "add_node"), "%s", plan.request);
	AUTO_FREE char *log = couch_server_log(scene.server);
	cr_expect(strstr(log, "PUT /_node/_local/_nodes/couchdb%40400%3A%3A2"), "%s", log);
	assert_ok(couch_scene_plan(&scene, "couchdb.setup", &again, &err), &err);
	cr_expect(again.nothing_to_do);
}

Test(couch_cluster, a_node_that_was_enabled_meanwhile_is_as_it_was_wanted) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	couch_server_cluster(scene.server, "cluster_disabled", "ok", "[\"couchdb@a\"]", "[\"couchdb@a\"]");
	assert_ok(couch_scene_run(&scene, "couchdb.setup", &plan, &result, &err), &err);
	AUTO_FREE char *state = couch_server_log(scene.server);
	cr_expect(strstr(state, "POST /_cluster_setup"), "%s", state);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
}

Test(couch_cluster, a_node_that_is_not_there_stops_the_plan) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	AUTO_FREE char *nodes = bg_asprintf("[ \"http://127.0.0.1:%d\" ]", loopback_unused_port());
	couch_scene_begin(&scene, nodes);
	assert_refused(couch_scene_plan(&scene, "couchdb.setup", &plan, &err), &err, ERROR_IO, "refused");
	AUTO_FREE char *log = couch_server_log(scene.server);
	cr_expect(!strstr(log, "POST"), "%s", log);
}

Test(couch_cluster, settings_are_checked) {
	static const struct { const char *system, *why; } cases[] = {
		{"{ provider: couchdb, url: \"http://a:5984\", nodes: a }", "no list"},
		{"{ provider: couchdb, url: \"http://a:5984\", nodes: [ node1 ] }", "no address: node1"},
		{"{ provider: couchdb }", "has no url"},
		{"{ provider: couchdb, url: \"http://a:5984\", password: x }", "is a secret"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Environment *environment = NULL;
		Error err = {0};
		AUTO_FREE char *text = bg_asprintf("name: n\nkind: live\nsystems:\n  c: %s\n", cases[i].system);
		if (environment_parse(str_from(text), "e.yaml", &environment, &err))
			assert_refused(provider_check_environment(environment, &err), &err, err.kind, cases[i].why);
		cr_expect(err.hint[0], "%s", err.why);
		environment_free(environment);
	}
}
