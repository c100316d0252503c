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

/* ---- until when ---- */

/* Of nobody, until 2036-11-19T00:04:25Z. */
#define CERTIFICATE "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkVENDQVJ1Z0F3SUJBZ0lVR25pSlk5ai91OVNKbTJuSmpua2dPbVlnMG9Zd0NnWUlLb1pJemowRUF3SXcKRURFT01Bd0dBMVVF" \
	"QXd3RlpISnBiR3d3SGhjTk1qWXhNVEl5TURBd05ESTFXaGNOTXpZeE1URTVNREF3TkRJMQpXakFRTVE0d0RBWURWUVFEREFWa2NtbHNiREJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5" \
	"QXdFSEEwSUFCQWM5CjR4NVgybklVQXhXVXdQT0kycmRFcUZTV1cyVGdubnFvOTJDdmVCTEN5Z0VVKy9CckFqeTFZRWowdVJYWEh1dmEKbE85ZDBCTVVHTlZXNWxrWU1vT2pVekJSTUIw" \
	"R0ExVWREZ1FXQkJRQXBOR3dmdklCZU5qNjM1SUlMaE5XRUw2WApqakFmQmdOVkhTTUVHREFXZ0JRQXBOR3dmdklCZU5qNjM1SUlMaE5XRUw2WGpqQVBCZ05WSFJNQkFmOEVCVEFECkFR" \
	"SC9NQW9HQ0NxR1NNNDlCQU1DQTBnQU1FVUNJQWpXcGRLN21yYURZQVlxSWxNN2pteDA3bU1BbmUxL3daOUoKMkpkSXkxNzFBaUVBejRPS1Ivb2NlUVU0UzB6bGR2RjlaM1gyam91QXha" \
	"R3FxZWx1WWlmc1ZNTT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
#define CERTIFICATE_PEM "-----BEGIN CERTIFICATE-----\n" \
	"MIIBdTCCARugAwIBAgIUGniJY9j/u9SJm2nJjnkgOmYg0oYwCgYIKoZIzj0EAwIw\n" \
	"EDEOMAwGA1UEAwwFZHJpbGwwHhcNMjYxMTIyMDAwNDI1WhcNMzYxMTE5MDAwNDI1\n" \
	"WjAQMQ4wDAYDVQQDDAVkcmlsbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAc9\n" \
	"4x5X2nIUAxWUwPOI2rdEqFSWW2Tgnnqo92CveBLCygEU+/BrAjy1YEj0uRXXHuva\n" \
	"lO9d0BMUGNVW5lkYMoOjUzBRMB0GA1UdDgQWBBQApNGwfvIBeNj635IILhNWEL6X\n" \
	"jjAfBgNVHSMEGDAWgBQApNGwfvIBeNj635IILhNWEL6XjjAPBgNVHRMBAf8EBTAD\n" \
	"AQH/MAoGCCqGSM49BAMCA0gAMEUCIAjWpdK7mraDYAYqIlM7jmx07mMAne1/wZ9J\n" \
	"2JdIy171AiEAz4OKR/oceQU4S0zldvF9Z3X2jouAxZGqqeluYifsVMM=\n" \
	"-----END CERTIFICATE-----\n"

typedef struct EndCase { const char *name, *user; int64_t end_ms; const char *why; } EndCase;

static const EndCase ENDS[] = {
	{"a certificate in the kubeconfig", "client-certificate-data: " CERTIFICATE, INT64_C(2110665865000), NULL},
	{"one in a file beside it", "client-certificate: user.pem, client-key: user.pem", INT64_C(2110665865000), NULL},
	{"a token", "token: hush-hush-0123456789", 0, NULL},
	{"no certificate at all", "client-certificate-data: aHVzaA==", 0, "none that can be read"},
};

Test(k8s_may, the_end_of_a_client_certificate_is_told) {
	WITH_KUBECTL(fixture, "");
	(void) temp_write(&fixture.folder, "user.pem", CERTIFICATE_PEM);
	for (size_t i = 0; i < BG_LENGTH(ENDS); i++) {
		AUTO_FREE char *config = bg_asprintf("apiVersion: v1\nkind: Config\ncurrent-context: drill\ncontexts: [{name: drill, context: {cluster: c, user: u}}]\n"
			"clusters: [{name: c, cluster: {server: \"http://127.0.0.1:1\"}}]\nusers: [{name: u, user: {%s}}]\n", ENDS[i].user);
		Error err = {0};
		WallTime end = {0};
		(void) temp_write(&fixture.folder, "kubeconfig", config);
		fixture.call.deadline = (MonoTime){mono_now().ms + 30000};
		bool ok = K8S_PROVIDER.credential_end(&fixture.call, &end, &err);
		cr_expect_eq(ok, !ENDS[i].why, "%s: %s", ENDS[i].name, err.why);
		cr_expect(!ENDS[i].why || (strstr(err.why, ENDS[i].why) && *err.hint), "%s: %s", ENDS[i].name, err.why);
		cr_expect_eq(end.ms, ENDS[i].end_ms, "%s: %lld", ENDS[i].name, (long long) end.ms);
	}
	(void) temp_write(&fixture.folder, "kubeconfig", "apiVersion: v1\nkind: Config\n");
	Error err = {0};
	WallTime end = {0};
	assert_ok(K8S_PROVIDER.credential_end(&fixture.call, &end, &err), &err);
	cr_expect_eq(end.ms, 0);
	AUTO_FREE char *log = kube_server_log(fixture.server);
	cr_expect_str_eq(log, "", "the cluster itself is not asked");
}
