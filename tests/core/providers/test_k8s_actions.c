/* Applying, deleting and waiting, with the real kubectl against an API server of the tests. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/k8s/k8s.h"
#include "kube_server.h"

#define WITH_KUBECTL(fixture, more) AUTO_CLEAR(KubeFixture) fixture = {0}; \
	if (!kube_fixture_begin(&fixture, more)) \
		cr_skip_test("there is no kubectl")
#define JOB_PATH "/apis/batch/v1/namespaces/" KUBE_NS "/jobs/restore"
#define JOB(status) "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"restore\",\"namespace\":\"" KUBE_NS "\"},\"spec\":{},\"status\":{" status "}}"
#define ENDED(type, reason) JOB("\"conditions\":[{\"type\":\"" type "\",\"status\":\"True\",\"reason\":\"" reason "\",\"message\":\"m\"}]")
#define POD_PATH "/api/v1/namespaces/" KUBE_NS "/pods/couchdb-0"
#define POD(phase, more) "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"couchdb-0\",\"namespace\":\"" KUBE_NS "\",\"labels\":{\"app\":\"couchdb\"}}," \
	"\"spec\":{\"containers\":[{\"name\":\"c\"}]},\"status\":{\"phase\":\"" phase "\"" more "}}"

static bool wait_for(KubeFixture *fixture, ActionResult *result, Error *err) {
	AUTO_CLEAR(Plan) plan = {0};
	return kube_fixture_do(fixture, "k8s.wait", &plan, result, err);
}

Test(k8s_actions, a_job_is_waited_for_and_its_failure_noticed) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(ActionResult) done = {0};
	AUTO_CLEAR(ActionResult) failed = {0};
	AUTO_CLEAR(ActionResult) gone = {0};
	Error err = {0};
	kube_fixture_args(&fixture, "job", "restore", NULL);
	kube_server_put(fixture.server, JOB_PATH, JOB("\"active\":1"));
	kube_server_later(fixture.server, 1, JOB_PATH, ENDED("Complete", ""));
	assert_ok(wait_for(&fixture, &done, &err), &err);
	assert_text("evidence", done.evidence, "job restore: complete: m");
	kube_server_put(fixture.server, JOB_PATH, ENDED("Failed", "BackoffLimitExceeded"));
	assert_refused(wait_for(&fixture, &failed, &err), &err, ERROR_REMOTE, "job restore: BackoffLimitExceeded: m");
	cr_expect_not(failed.began);
	kube_server_put(fixture.server, JOB_PATH, NULL);
	assert_refused(wait_for(&fixture, &gone, &err), &err, ERROR_MISSING, "there is no job restore");
}

Test(k8s_actions, pods_are_waited_for_until_they_are_ready_or_cannot_be) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(ActionResult) done = {0};
	AUTO_CLEAR(ActionResult) failed = {0};
	AUTO_CLEAR(ActionResult) late = {0};
	Error err = {0};
	kube_fixture_args(&fixture, "pods", "app=couchdb", NULL);
	kube_server_put(fixture.server, POD_PATH, POD("Running", ",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]"));
	assert_ok(wait_for(&fixture, &done, &err), &err);
	assert_text("evidence", done.evidence, "pods app=couchdb: 1 of 1 pods ready");
	kube_server_put(fixture.server, POD_PATH, POD("Running", ",\"containerStatuses\":[{\"restartCount\":3,\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}]"));
	assert_refused(wait_for(&fixture, &failed, &err), &err, ERROR_REMOTE, "couchdb-0: CrashLoopBackOff");
	cr_expect(strstr(buf_text(&fixture.out), "manifest is missing"), "%s", buf_text(&fixture.out));
	kube_server_put(fixture.server, POD_PATH, POD("Pending", ""));
	fixture.deadline_ms = 1000;
	assert_refused(wait_for(&fixture, &late, &err), &err, ERROR_TIMEOUT, "still not after the time given");
}

Test(k8s_actions, waiting_for_nothing_or_two_things_is_refused) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	kube_fixture_args(&fixture, NULL);
	assert_refused(wait_for(&fixture, &result, &err), &err, ERROR_INVALID, "either job= or pods=");
	kube_fixture_args(&fixture, "job", "a", "pods", "b", NULL);
	assert_refused(wait_for(&fixture, &result, &err), &err, ERROR_INVALID, "either job= or pods=");
}

Test(k8s_actions, a_statefulset_is_kept_before_it_is_deleted) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_FREE char *couchdb = kube_statefulset("couchdb", 3, 2);
	Error err = {0};
	kube_server_put(fixture.server, KUBE_APPS "/statefulsets/couchdb", couchdb);
	kube_fixture_args(&fixture, "statefulset", "couchdb", NULL);
	assert_ok(kube_fixture_do(&fixture, "k8s.delete", &plan, &result, &err), &err);
	assert_text("typed for it", plan.confirm_name, "couchdb");
	assert_text("what", plan.changes[0].from, "3 pods wanted, 2 ready");
	AUTO(Json) *left = kube_server_get(fixture.server, KUBE_APPS "/statefulsets/couchdb");
	cr_expect(!left && result.verified == VERIFIED_YES && result.began, "%s", result.evidence);
	AUTO_FREE char *saved = read_text(result.value);
	cr_expect(strstr(saved, "\"example/app:7\"") && !strstr(saved, "resourceVersion") && !strstr(saved, "status"), "%s", saved);
	assert_ok(kube_fixture_plan(&fixture, "k8s.delete", &again, &err), &err);
	cr_expect(again.nothing_to_do);
}

#define MANIFEST "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: couchdb }\nspec: { replicas: %d, serviceName: couchdb, selector: { matchLabels: { app: couchdb } },\n" \
	"  template: { metadata: { labels: { app: couchdb } }, spec: { containers: [{ name: c, image: couchdb:3.4 }] } } }\n"

static void write_manifest(KubeFixture *fixture, int replicas) {
	AUTO_FREE char *text = bg_asprintf(MANIFEST, replicas);
	(void) temp_write(&fixture->folder, "couchdb.yaml", text);
}

Test(k8s_actions, a_manifest_is_shown_applied_and_compared) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) second = {0};
	AUTO_CLEAR(Plan) third = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	write_manifest(&fixture, 3);
	kube_fixture_args(&fixture, "file", "couchdb.yaml", NULL);
	assert_ok(kube_fixture_do(&fixture, "k8s.apply", &plan, &result, &err), &err);
	cr_expect(strstr(plan.request, "serviceName: couchdb") && strstr(plan.request, "# what changes:") && strstr(plan.request, "+  replicas: 3"), "%s", plan.request);
	assert_text("what", plan.changes[0].what, "statefulset.apps/couchdb");
	cr_expect(!plan.changes[0].from && result.began && result.verified == VERIFIED_YES, "%s", result.evidence);
	AUTO(Json) *made = kube_server_get(fixture.server, KUBE_APPS "/statefulsets/couchdb");
	cr_expect_eq(json_get_int(json_get(made, "spec"), "replicas", 0), 3);
	assert_ok(kube_fixture_plan(&fixture, "k8s.apply", &second, &err), &err);
	cr_expect(second.nothing_to_do, "%s", second.request);
	write_manifest(&fixture, 5);
	assert_ok(kube_fixture_plan(&fixture, "k8s.apply", &third, &err), &err);
	cr_expect(!third.nothing_to_do && strstr(third.request, "+  replicas: 5"), "%s", third.request);
	write_manifest(&fixture, 7);
	assert_refused(action_find("k8s.apply")->apply(&fixture.call, &third, &result, &err), &err, ERROR_CONFLICT, "changed since it was planned");
}

Test(k8s_actions, what_cannot_be_applied_says_why) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Plan) absent = {0};
	AUTO_CLEAR(Plan) secret = {0};
	AUTO_CLEAR(Plan) broken = {0};
	Error err = {0};
	kube_fixture_args(&fixture, "file", "m.yaml", NULL);
	assert_refused(kube_fixture_plan(&fixture, "k8s.apply", &absent, &err), &err, ERROR_MISSING, "No such file");
	(void) temp_write(&fixture.folder, "m.yaml", "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { password: hush }\n");
	assert_refused(kube_fixture_plan(&fixture, "k8s.apply", &secret, &err), &err, ERROR_DENIED, "holds a Secret");
	cr_expect(!secret.request || !strstr(secret.request, "hush"));
	(void) temp_write(&fixture.folder, "m.yaml", "not: [a manifest\n");
	cr_expect_not(kube_fixture_plan(&fixture, "k8s.apply", &broken, &err));
	cr_expect(*err.why && *err.hint);
}
