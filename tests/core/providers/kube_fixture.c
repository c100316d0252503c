/* kube_fixture.c: a system of kube_server.h, and what a worker does with an action. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "kube_server.h"

static char *workload(const char *kind, const char *name, int replicas, int ready) {
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "{\"apiVersion\":\"apps/v1\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"" KUBE_NS "\",\"uid\":\"7d\",\"resourceVersion\":\"100\","
		"\"generation\":3,\"labels\":{\"app\":\"%s\"}},\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":\"%s\"}},\"template\":{\"metadata\":{\"labels\":"
		"{\"app\":\"%s\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"example/app:7\"}]}}},\"status\":{\"observedGeneration\":3", kind, name, name, replicas, name,
		name);
	if (replicas)
		buf_printf(&text, ",\"replicas\":%d,\"updatedReplicas\":%d", replicas, replicas);
	if (ready)   /* a count of zero is left out */
		buf_printf(&text, ",\"readyReplicas\":%d,\"availableReplicas\":%d", ready, ready);
	buf_puts(&text, "}}");
	return buf_take(&text);
}

char *kube_deployment(const char *name, int replicas, int ready) { return workload("Deployment", name, replicas, ready); }

char *kube_statefulset(const char *name, int replicas, int ready) { return workload("StatefulSet", name, replicas, ready); }

static void on_output(void *userdata, bool is_stderr, Str bytes) {
	KubeFixture *fixture = userdata;
	(void) is_stderr;
	buf_put_str(&fixture->out, bytes);
}

bool kube_fixture_begin(KubeFixture *fixture, const char *more) {
	Error err;
	AUTO_CLEAR(Buf) text = {0};
	*fixture = (KubeFixture){0};
	if (access("/usr/bin/kubectl", X_OK) != 0 && access("/usr/local/bin/kubectl", X_OK) != 0)
		return false;
	fixture->server = kube_server_start();
	fixture->folder = temp_folder();
	AUTO_FREE char *config = bg_asprintf("apiVersion: v1\nkind: Config\ncurrent-context: drill\ncontexts: [{name: drill, context: {cluster: c, user: u}}]\n"
		"clusters: [{name: c, cluster: {server: \"%s\"}}]\nusers: [{name: u, user: {token: hush-hush-0123456789}}]\n", kube_server_url(fixture->server));
	(void) temp_write(&fixture->folder, "kubeconfig", config);
	buf_printf(&text, "name: test\nkind: live\nsystems:\n  s:\n    provider: k8s\n    kubeconfig: kubeconfig\n    namespace: " KUBE_NS "\n%s", more);
	assert_ok(environment_parse(buf_str(&text), temp_path(&fixture->folder, "environment.yaml"), &fixture->environment, &err), &err);
	assert_ok(provider_check_environment(fixture->environment, &err), &err);
	/* What kubectl keeps of discovery stays with this test. */
	setenv("HOME", fixture->folder.path, 1);
	setenv("NO_PROXY", "127.0.0.1", 1);
	fixture->args = json_new_object();
	fixture->call = (Call){.environment = fixture->environment, .system = &fixture->environment->systems[0], .args = fixture->args, .output = on_output,
		.state_folder = fixture->folder.path, .userdata = fixture};
	return true;
}

void kube_fixture_clear(KubeFixture *fixture) {
	fixture->server = kube_server_free(fixture->server);
	json_free(fixture->args);
	environment_free(fixture->environment);
	if (fixture->folder.path)
		temp_folder_clear(&fixture->folder);
	buf_clear(&fixture->out);
}

void kube_fixture_args(KubeFixture *fixture, ...) {
	va_list args;
	json_free(fixture->args);
	fixture->args = json_new_object();
	va_start(args, fixture);
	for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
		json_add_string(fixture->args, name, va_arg(args, const char *));
	va_end(args);
	fixture->call.args = fixture->args;
}

static void ready(KubeFixture *fixture, const VerbSpec *spec) {
	Error err;
	fixture->call.deadline = (MonoTime){mono_now().ms + (fixture->deadline_ms ? fixture->deadline_ms : 30000)};
	assert_ok(provider_check_args(spec, fixture->args, &err), &err);
}

void kube_fixture_read(KubeFixture *fixture, const char *probe, Reading *ret) {
	const Probe *found = probe_find(probe);
	cr_assert_not_null(found, "%s", probe);
	ready(fixture, &found->spec);
	found->read(&fixture->call, ret);
}

bool kube_fixture_plan(KubeFixture *fixture, const char *action, Plan *ret, Error *err) {
	const Action *found = action_find(action);
	cr_assert_not_null(found, "%s", action);
	ready(fixture, &found->spec);
	return found->plan(&fixture->call, ret, err);
}

bool kube_fixture_do(KubeFixture *fixture, const char *action, Plan *ret_plan, ActionResult *result, Error *err) {
	const Action *found = action_find(action);
	return kube_fixture_plan(fixture, action, ret_plan, err) && found->apply(&fixture->call, ret_plan, result, err)
		&& (!found->verify || found->verify(&fixture->call, ret_plan, result, err));
}
