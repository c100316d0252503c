/* What a user of the cluster may, asked by the real kubectl of an API server of the tests. */
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/providers/k8s/k8s.h"
#include "kube_server.h"

#define WITH_KUBECTL(fixture, more) AUTO_CLEAR(KubeFixture) fixture = {0}; \
	if (!kube_fixture_begin(&fixture, more)) \
		cr_skip_test("there is no kubectl")

static void ask(KubeFixture *fixture, const char *verb, Rights *rights) {
	fixture->call.deadline = (MonoTime){mono_now().ms + 30000};
	K8S_PROVIDER.may(&fixture->call, verb, rights);
}

static void expect(const Rights *rights, const char *what, RightAnswer answer, const char *evidence) {
	const Right *right = rights_find(rights, what);
	cr_assert_not_null(right, "nothing is said of \"%s\"; the first is \"%s\": %s", what, rights->count ? rights->items[0].what : "", rights->count ? rights->items[0].evidence : "");
	cr_expect_eq(right->answer, answer, "%s: %d: %s", what, (int) right->answer, right->evidence);
	cr_expect(strstr(right->evidence, evidence), "%s: %s", what, right->evidence);
	cr_expect(answer == RIGHT_YES || *right->hint, "%s: nothing says what to do", what);
}

Test(k8s_may, a_role_without_a_verb_is_told) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Rights) rights = {0};
	kube_server_forbid(fixture.server, "update deployments/scale");
	kube_fixture_args(&fixture, "deployment", "lms", "replicas", "0", NULL);
	ask(&fixture, "k8s.scale", &rights);
	cr_expect_eq(rights.count, 3);
	expect(&rights, "get deployments.apps lms in openedx", RIGHT_YES, "says yes");
	expect(&rights, "get deployments.apps/scale lms in openedx", RIGHT_YES, "says yes");
	expect(&rights, "update deployments.apps/scale lms in openedx", RIGHT_NO, "says no: no role binding");
	AUTO_FREE char *before = kube_server_log(fixture.server);
	ask(&fixture, "k8s.scale", &rights);
	AUTO_FREE char *after = kube_server_log(fixture.server);
	cr_expect_str_eq(before, after, "it is asked once");
	cr_expect_null(strstr(after, "/deployments"), "only reviews are made: %s", after);
}

Test(k8s_may, each_action_asks_for_what_it_sends) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Rights) rights = {0};
	kube_server_forbid(fixture.server, "create statefulsets");
	kube_fixture_args(&fixture, "counts", "web=3, worker=2", "namespace", "shop", NULL);
	ask(&fixture, "k8s.rescale", &rights);
	expect(&rights, "update deployments.apps/scale worker in shop", RIGHT_YES, "says yes");
	kube_fixture_args(&fixture, "namespace", "shop", NULL);
	ask(&fixture, "k8s.stop", &rights);
	expect(&rights, "list deployments.apps in shop", RIGHT_YES, "says yes");
	kube_fixture_args(&fixture, "statefulset", "couchdb", NULL);
	ask(&fixture, "k8s.delete", &rights);
	expect(&rights, "delete statefulsets.apps couchdb in openedx", RIGHT_YES, "says yes");
	kube_fixture_args(&fixture, "pods", "app=couchdb", NULL);
	ask(&fixture, "k8s.wait", &rights);
	expect(&rights, "list pods in openedx", RIGHT_YES, "says yes");
	(void) temp_write(&fixture.folder, "couchdb.yml", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: couchdb\nspec: {}\n");
	kube_fixture_args(&fixture, "file", "couchdb.yml", NULL);
	ask(&fixture, "k8s.apply", &rights);
	expect(&rights, "patch statefulsets.apps couchdb in openedx", RIGHT_YES, "says yes");
	expect(&rights, "create statefulsets.apps in openedx", RIGHT_NO, "says no");
}

Test(k8s_may, without_a_namespace_it_is_that_of_the_context) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Rights) rights = {0};
	json_remove(fixture.environment->systems[0].settings, "namespace");
	kube_fixture_args(&fixture, "job", "restore", NULL);
	ask(&fixture, "k8s.wait", &rights);
	expect(&rights, "get jobs.batch restore in default", RIGHT_YES, "says yes");
}

Test(k8s_may, what_only_a_run_knows_is_asked_of_nobody) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Rights) rights = {0};
	json_add(fixture.args, "namespace", json_new_null());
	ask(&fixture, "k8s.stop", &rights);
	expect(&rights, "do k8s.stop", RIGHT_UNTOLD, "which namespace it will be is known in the run only");
	json_remove(fixture.args, "namespace");
	json_add(fixture.args, "counts", json_new_null());
	ask(&fixture, "k8s.rescale", &rights);
	cr_expect_eq(rights.count, 1, "what a scale left is asked with the scale");
	AUTO_FREE char *log = kube_server_log(fixture.server);
	cr_expect_str_eq(log, "");
}

Test(k8s_may, a_cluster_that_does_not_answer_has_not_said_yes) {
	WITH_KUBECTL(fixture, "");
	AUTO_CLEAR(Rights) closed = {0};
	AUTO_CLEAR(Rights) denied = {0};
	AUTO_CLEAR(Rights) missing = {0};
	kube_fixture_args(&fixture, "statefulset", "couchdb", NULL);
	kube_server_fault(fixture.server, LOOPBACK_CLOSE);
	ask(&fixture, "k8s.delete", &closed);
	expect(&closed, "delete statefulsets.apps couchdb in openedx", RIGHT_UNKNOWN, "");
	kube_server_fault(fixture.server, LOOPBACK_WHOLE);
	kube_server_refuse(fixture.server, "", 401);
	ask(&fixture, "k8s.delete", &denied);
	expect(&denied, "delete statefulsets.apps couchdb in openedx", RIGHT_NO, "401");
	kube_fixture_args(&fixture, "file", "not-there.yml", NULL);
	ask(&fixture, "k8s.apply", &missing);
	expect(&missing, "do k8s.apply", RIGHT_UNKNOWN, "not-there.yml");
}

typedef struct Program { const char *name, *script; } Program;
static const Program PROGRAMS[] = {
	{"says nothing", "#!/bin/sh\ncat >/dev/null\n"},
	{"says no JSON", "#!/bin/sh\ncat >/dev/null\necho yes\n"},
	{"answers another question", "#!/bin/sh\ncat >/dev/null\necho '{\"kind\":\"SelfSubjectAccessReview\",\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}},\"status\":{\"allowed\":true}}'\n"},
	{"gives back what it was given", "#!/bin/sh\ncat\n"},
	{"is killed", "#!/bin/sh\nkill -9 $$\n"},
};

/* Not kubectl at all: none of it is a yes to what was asked. */
Test(k8s_may, another_program_has_not_said_yes) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t i = 0; i < BG_LENGTH(PROGRAMS); i++) {
		AUTO(Environment) *environment = NULL;
		AUTO(Json) *args = json_new_object();
		AUTO_CLEAR(Rights) rights = {0};
		Error err = {0};
		const char *path = temp_write(&folder, "kubectl", PROGRAMS[i].script);
		cr_assert_eq(chmod(path, 0755), 0);
		AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  s:\n    provider: k8s\n    program: [%s]\n    namespace: shop\n", path);
		assert_ok(environment_parse(str_from(text), temp_path(&folder, "environment.yaml"), &environment, &err), &err);
		json_add_string(args, "statefulset", "couchdb");
		Call call = {.environment = environment, .system = &environment->systems[0], .args = args, .deadline = {mono_now().ms + 20000}};
		K8S_PROVIDER.may(&call, "k8s.delete", &rights);
		const Right *right = rights_find(&rights, "delete statefulsets.apps couchdb in shop");
		cr_assert_not_null(right, "%s", PROGRAMS[i].name);
		cr_expect_eq(right->answer, RIGHT_UNKNOWN, "%s: %s", PROGRAMS[i].name, right->evidence);
		cr_expect(*right->hint, "%s", PROGRAMS[i].name);
	}
}
