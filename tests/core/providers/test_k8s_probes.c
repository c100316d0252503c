/* The probes and k8s.scale, with the real kubectl against an API server of the tests. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/providers/k8s/k8s.h"
#include "kube_server.h"

#define WITH_KUBECTL(fixture, more) AUTO_CLEAR(KubeFixture) fixture = {0}; \
	if (!kube_fixture_begin(&fixture, more)) \
		cr_skip_test("there is no kubectl")

static void put_workload(KubeFixture *fixture, const char *resource, char *json, const char *name) {
	AUTO_FREE char *path = bg_asprintf(KUBE_APPS "/%s/%s", resource, name);
	kube_server_put(fixture->server, path, json);
	free(json);
}

static void put_deployment(KubeFixture *fixture, const char *name, int replicas, int ready) {
	put_workload(fixture, "deployments", kube_deployment(name, replicas, ready), name);
}

static void assert_reading(KubeFixture *fixture, const char *probe, ReadingState state, const char *text, const char *reason_part) {
	AUTO_CLEAR(Reading) reading = {0};
	kube_fixture_read(fixture, probe, &reading);
	assert_text(probe, reading.text, text);
	cr_expect_eq(reading.state, state, "%s: %s", reading_state_name(reading.state), reading.text);
	cr_expect(!reason_part || (reading.reason && strstr(reading.reason, reason_part)), "%s", reading.reason);
}

Test(k8s_probes, a_deployment_is_what_is_ready_of_what_is_wanted) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Reading) reading = {0};
	put_deployment(&fixture, "lms-deployment", 3, 3);
	kube_fixture_args(&fixture, "deployment", "lms-deployment", NULL);
	kube_fixture_read(&fixture, "k8s.deployment", &reading);
	assert_text("text", reading.text, "3 of 3 ready");
	cr_expect_eq(reading.state, READING_OK, "%s", reading.reason);
	cr_expect(json_get_int(reading.facts, "replicas", -1) == 3 && json_get_int(reading.facts, "ready", -1) == 3);
	cr_expect(json_get_bool(reading.facts, "rolled_out", false));
	put_deployment(&fixture, "lms-deployment", 3, 1);
	assert_reading(&fixture, "k8s.deployment", READING_WARN, "1 of 3 ready", "cluster s, namespace openedx");
	put_deployment(&fixture, "lms-deployment", 3, 0);
	assert_reading(&fixture, "k8s.deployment", READING_FAIL, "0 of 3 ready", "kubectl describe deployment/lms-deployment");
	put_deployment(&fixture, "lms-deployment", 0, 0);
	assert_reading(&fixture, "k8s.deployment", READING_WARN, "scaled to 0", "scaled up again");
	kube_server_put(fixture.server, KUBE_APPS "/deployments/lms-deployment", NULL);
	assert_reading(&fixture, "k8s.deployment", READING_FAIL, "there is no deployment lms-deployment", "it was deleted");
	put_workload(&fixture, "statefulsets", kube_statefulset("couchdb", 3, 2), "couchdb");
	kube_fixture_args(&fixture, "statefulset", "couchdb", NULL);
	assert_reading(&fixture, "k8s.statefulset", READING_WARN, "2 of 3 ready", "couchdb");
}

static void put_node(KubeFixture *fixture, const char *name, const char *ready, const char *pressure, const char *spec) {
	AUTO_FREE char *path = bg_asprintf("/api/v1/nodes/%s", name);
	AUTO_FREE char *json = bg_asprintf("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"%s\"},\"spec\":{%s},\"status\":{\"conditions\":["
		"{\"type\":\"DiskPressure\",\"status\":\"%s\"},{\"type\":\"Ready\",\"status\":\"%s\",\"lastHeartbeatTime\":\"2026-11-21T02:20:00Z\"}]}}", name, spec, pressure, ready);
	kube_server_put(fixture->server, path, json);
}

Test(k8s_probes, nodes_that_stopped_reporting_are_named) {
	WITH_KUBECTL(fixture, "");
	setenv("BREAKGLASS_TEST_CLOCK", "1795230000000", 1);   /* 2026-11-21T03:00:00Z */
	put_node(&fixture, "node1", "True", "False", "");
	put_node(&fixture, "node2", "True", "False", "");
	assert_reading(&fixture, "k8s.nodes", READING_OK, "2 of 2 ready", NULL);
	put_node(&fixture, "node2", "True", "True", "\"unschedulable\":true");
	assert_reading(&fixture, "k8s.nodes", READING_WARN, "2 of 2 ready; under pressure: node2 (disk); cordoned: node2", "free what is short");
	put_node(&fixture, "node3", "False", "False", "");
	AUTO_CLEAR(Reading) reading = {0};
	put_node(&fixture, "node1", "Unknown", "Unknown", "");
	kube_fixture_read(&fixture, "k8s.nodes", &reading);
	cr_expect_eq(reading.state, READING_FAIL);
	cr_expect(strstr(reading.text, "1 of 3 ready; stopped reporting: node1 (last heard of ") && strstr(reading.text, "not ready: node3"), "%s", reading.text);
	cr_expect(strstr(json_get_string_or(reading.facts, "silent", ""), "node1") && text_eq(json_get_string(reading.facts, "not_ready"), "node3"));
	unsetenv("BREAKGLASS_TEST_CLOCK");
}

static void expect_node(KubeFixture *fixture, const char *name, ReadingState state, const char *text, const char *facts) {
	AUTO_CLEAR(Reading) reading = {0};
	kube_fixture_args(fixture, "name", name, NULL);
	kube_fixture_read(fixture, "k8s.node", &reading);
	assert_text(name, reading.text, text);
	cr_expect_eq(reading.state, state, "%s", reading_state_name(reading.state));
	AUTO_FREE char *told = bg_asprintf("exists %d ready %d silent %d master %d role %s", json_get_bool(reading.facts, "exists", true), json_get_bool(reading.facts, "ready", true),
		json_get_bool(reading.facts, "silent", false), json_get_bool(reading.facts, "master", false), json_get_string_or(reading.facts, "role", "-"));
	assert_text(name, told, facts);
}

/* What a playbook asks before it takes a node out, and after it put another in. */
Test(k8s_probes, one_node_is_ready_or_silent_or_not_there) {
	WITH_KUBECTL(fixture, "");
	setenv("BREAKGLASS_TEST_CLOCK", "1795230000000", 1);
	put_node(&fixture, "node1", "True", "False", "");
	put_node(&fixture, "node2", "Unknown", "Unknown", "");
	put_node(&fixture, "node3", "True", "False", "\"unschedulable\":true");
	kube_server_put(fixture.server, "/api/v1/nodes/node4", "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node4\",\"labels\":"
		"{\"node-role.kubernetes.io/control-plane\":\"true\"}},\"spec\":{},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}]}}");
	expect_node(&fixture, "node1", READING_OK, "ready", "exists 1 ready 1 silent 0 master 0 role worker");
	expect_node(&fixture, "node2", READING_FAIL, "stopped reporting, last heard of 40 m ago", "exists 1 ready 0 silent 1 master 0 role worker");
	expect_node(&fixture, "node3", READING_WARN, "ready, cordoned", "exists 1 ready 1 silent 0 master 0 role worker");
	expect_node(&fixture, "node4", READING_FAIL, "not ready", "exists 1 ready 0 silent 0 master 1 role master");
	expect_node(&fixture, "node5", READING_FAIL, "there is no node node5 in the cluster", "exists 0 ready 0 silent 0 master 0 role -");
	AUTO_CLEAR(Reading) all = {0};
	kube_fixture_args(&fixture, NULL);
	kube_fixture_read(&fixture, "k8s.nodes", &all);
	assert_text("down", json_get_string(all.facts, "down"), "node2, node4");
	cr_expect(json_get_int(all.facts, "masters", -1) == 1 && json_get_int(all.facts, "masters_ready", -1) == 0);
	unsetenv("BREAKGLASS_TEST_CLOCK");
}

Test(k8s_probes, pods_are_chosen_by_their_label) {
	WITH_KUBECTL(fixture, "");
	static const char POD[] = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"labels\":{\"app\":\"%s\"}},\"status\":{\"phase\":\"Running\","
		"\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"containerStatuses\":[{\"restartCount\":7%s}]}}";
	AUTO_FREE char *good = bg_asprintf(POD, "couchdb-0", "couchdb", "");
	AUTO_FREE char *bad = bg_asprintf(POD, "lms-1", "lms", ",\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}");
	kube_server_put(fixture.server, "/api/v1/namespaces/" KUBE_NS "/pods/couchdb-0", good);
	kube_server_put(fixture.server, "/api/v1/namespaces/" KUBE_NS "/pods/lms-1", bad);
	kube_fixture_args(&fixture, "selector", "app=couchdb", NULL);
	assert_reading(&fixture, "k8s.pods", READING_OK, "1 of 1 pods ready", NULL);
	kube_fixture_args(&fixture, NULL);
	assert_reading(&fixture, "k8s.pods", READING_FAIL, "2 of 2 pods ready; cannot run: lms-1 (CrashLoopBackOff)", "kubectl logs --previous");
	kube_fixture_args(&fixture, "selector", "app=nothing", NULL);
	assert_reading(&fixture, "k8s.pods", READING_FAIL, "0 of 0 pods ready", "scaled to 0");
}

Test(k8s_probes, what_cannot_be_asked_is_unknown_and_says_why) {
	static const struct { int status; LoopbackFault fault; const char *says; } CASES[] = {
		{401, LOOPBACK_WHOLE, "401, the credentials are not taken"}, {403, LOOPBACK_WHOLE, "403, not allowed: refused by the test"},
		{404, LOOPBACK_WHOLE, NULL}, {500, LOOPBACK_WHOLE, "500, the API server failed: refused by the test"}, {503, LOOPBACK_WHOLE, "503, unavailable"},
		{0, LOOPBACK_CLOSE, NULL}, {0, LOOPBACK_TRUNCATE, "the answer was truncated"}, {0, LOOPBACK_RESET, NULL},
		{0, LOOPBACK_HANG, NULL},   /* the last: the server says nothing any more */
	};
	WITH_KUBECTL(fixture, "");
	put_deployment(&fixture, "lms-deployment", 3, 3);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		for (int list = 0; list < 2; list++) {
			AUTO_CLEAR(Reading) reading = {0};
			kube_server_refuse(fixture.server, "", CASES[i].status);
			kube_server_fault(fixture.server, CASES[i].fault);
			/* What is closed or silent is asked again until there is no time left. */
			fixture.deadline_ms = CASES[i].fault && CASES[i].fault != LOOPBACK_TRUNCATE ? 1500 : 0;
			kube_fixture_args(&fixture, list ? NULL : "deployment", "lms-deployment", NULL);
			kube_fixture_read(&fixture, list ? "k8s.pods" : "k8s.deployment", &reading);
			bool gone = CASES[i].status == 404 && !list;
			cr_expect_eq(reading.state, gone ? READING_FAIL : READING_UNKNOWN, "%zu: %s: %s", i, reading_state_name(reading.state), reading.text);
			cr_expect(!CASES[i].says || strstr(reading.text, CASES[i].says) == reading.text, "%zu: %s", i, reading.text);
			cr_expect(reading.reason && strstr(reading.reason, "cluster s, namespace openedx"), "%zu: %s", i, reading.reason);
			cr_expect(!strstr(reading.text, "hush") && !strstr(reading.reason, "hush"));
		}
	}
}

/* ---- scale ---- */

static int64_t replicas_of(KubeFixture *fixture, const char *name) {
	AUTO_FREE char *path = bg_asprintf(KUBE_APPS "/deployments/%s", name);
	AUTO(Json) *object = kube_server_get(fixture->server, path);
	return json_get_int(json_get(object, "spec"), "replicas", -1);
}

Test(k8s_probes, scaling_is_planned_done_seen_and_taken_back) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) back = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) again = {0};
	AUTO_CLEAR(StrList) changes = {0};
	Error err = {0};
	put_deployment(&fixture, "lms-deployment", 3, 3);
	put_deployment(&fixture, "cms-deployment", 2, 2);
	kube_fixture_args(&fixture, "namespace", "openedx", NULL);
	assert_ok(kube_fixture_do(&fixture, "k8s.stop", &plan, &result, &err), &err);
	assert_text("typed before it", plan.confirm_name, "openedx");
	cr_assert_eq(action_find("k8s.stop")->spec.risk, RISK_DESTRUCTIVE);
	plan_describe(&plan, &changes);
	AUTO_FREE char *told = strlist_join(&changes, "; ");
	assert_text("changes", told, "deployment lms-deployment: 3 replicas -> 0 replicas; deployment cms-deployment: 2 replicas -> 0 replicas");
	cr_expect(strstr(plan.request, "scale deployment/lms-deployment --current-replicas=3 --replicas=0"), "%s", plan.request);
	cr_expect(!strstr(plan.request, "hush") && plan.warnings.count == 2);
	cr_expect(replicas_of(&fixture, "lms-deployment") == 0 && replicas_of(&fixture, "cms-deployment") == 0);
	cr_expect(result.began && result.verified == VERIFIED_YES, "%s", result.evidence);
	assert_text("evidence", result.evidence, "lms-deployment: 0 wanted, 3 ready; cms-deployment: 0 wanted, 2 ready");
	assert_text("what save= keeps", result.value, "lms-deployment=3,cms-deployment=2");
	char *verb = NULL;
	Json *args = NULL;
	cr_assert(action_find("k8s.stop")->undo(&plan, NULL, &verb, &args));
	assert_text("verb", verb, "k8s.rescale");
	json_free(fixture.args);
	fixture.call.args = fixture.args = args;
	assert_ok(kube_fixture_do(&fixture, verb, &back, &again, &err), &err);
	free(verb);
	cr_expect(replicas_of(&fixture, "lms-deployment") == 3 && replicas_of(&fixture, "cms-deployment") == 2);
	cr_expect_eq(again.verified, VERIFIED_YES);
}

Test(k8s_probes, a_number_that_somebody_changed_is_not_overwritten) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	put_deployment(&fixture, "lms-deployment", 3, 3);
	kube_fixture_args(&fixture, "deployment", "lms-deployment", "replicas", "0", NULL);
	assert_ok(kube_fixture_plan(&fixture, "k8s.scale", &plan, &err), &err);
	assert_text("target", plan.target, "deployment lms-deployment, cluster s, namespace openedx");
	assert_text("typed for it", plan.confirm_name, "lms-deployment");
	put_deployment(&fixture, "lms-deployment", 5, 5);
	assert_refused(action_find("k8s.scale")->apply(&fixture.call, &plan, &result, &err), &err, ERROR_CONFLICT, "Expected replicas to be 3, was 5");
	cr_expect_eq(replicas_of(&fixture, "lms-deployment"), 5);
	assert_ok(action_find("k8s.scale")->verify(&fixture.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_NO);
}

Test(k8s_probes, what_is_so_already_is_not_asked_for) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	put_deployment(&fixture, "lms-deployment", 0, 0);
	kube_fixture_args(&fixture, "deployment", "lms-deployment", "replicas", "0", NULL);
	assert_ok(kube_fixture_do(&fixture, "k8s.scale", &plan, &result, &err), &err);
	char *verb = NULL;
	Json *args = NULL;
	cr_expect_null(result.value, "it was kept when it was done first: %s", result.value);
	cr_expect(plan.nothing_to_do && !result.began && !action_find("k8s.scale")->undo(&plan, NULL, &verb, &args));
	AUTO_FREE char *log = kube_server_log(fixture.server);
	cr_expect(!strstr(log, "PUT") && !strstr(log, "PATCH"), "%s", log);
}

Test(k8s_probes, what_cannot_be_planned_says_why) {
	static const struct { const char *action, *name, *value, *more, *much; ErrorKind kind; const char *why; } CASES[] = {
		{"k8s.scale", "deployment", "nope", "replicas", "0", ERROR_MISSING, "there is no deployment nope"},
		{"k8s.scale", "deployment", "--all", "replicas", "0", ERROR_INVALID, "cannot be a name"},
		{"k8s.scale", "namespace", "empty", "replicas", "2", ERROR_MISSING, "there is no deployment"},
		{"k8s.stop", "namespace", "empty", NULL, NULL, ERROR_MISSING, "there is no deployment"},
		{"k8s.scale", "replicas", "0", NULL, NULL, ERROR_INVALID, "would stop every deployment of a namespace"},
		{"k8s.scale", "deployment", "web", "replicas", "-1", ERROR_INVALID, "replicas=-1 is no number"},
		{"k8s.rescale", "counts", "web=3,web=2", NULL, NULL, ERROR_INVALID, "no list of names with a number each"},
		{"k8s.rescale", "counts", "web", NULL, NULL, ERROR_INVALID, "no list of names with a number each"},
		{"k8s.rescale", "counts", "nope=3", NULL, NULL, ERROR_MISSING, "there is no deployment nope"},
	};
	WITH_KUBECTL(fixture, "");
	put_deployment(&fixture, "web", 3, 3);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		kube_fixture_args(&fixture, CASES[i].name, CASES[i].value, CASES[i].more, CASES[i].much, NULL);
		assert_refused(kube_fixture_plan(&fixture, CASES[i].action, &plan, &err), &err, CASES[i].kind, CASES[i].why);
		cr_expect(*err.hint && *err.what, "%s", CASES[i].why);
	}
}
