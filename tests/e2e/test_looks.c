/* What the real program asks of the world for a person who is about to decide. */
#include <unistd.h>

#include "../core/providers/kube_server.h"
#include "core/base/alloc.h"
#include "scene.h"
#include "tests/support/name_server.h"
#include "tests/support/terminal.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg procedure id=walk -->\n\n1. Publish the records.\n   <!-- bg do dns.zone -->\n";

#define CLUSTER "{\"domain\": \"school.example.test\", \"nodes\": [" \
	"{\"name\": \"node1\", \"ipv6\": \"4a1:b2::11\", \"user\": \"admin\", \"role\": \"master+worker\", \"is_first_master\": true}," \
	"{\"name\": \"node2\", \"ipv6\": \"4a1:b2::12\", \"user\": \"admin\", \"role\": \"master+worker\"}]}"

static const NameRow ROWS[] = {{"school.example.test", 28, "4a1:b2::11", 300}, {"school.example.test", 28, "4a1:b2::9", 300},
	{"studio.school.example.test", 28, "4a1:b2::11", 300}, {"studio.school.example.test", 28, "4a1:b2::12", 300}, {"monitoring.school.example.test", 28, "4a1:b2::11", 300}, {0}};

Test(looks, the_records_to_publish_are_written_by_a_command_and_by_a_step)
{
	AUTO(NameServer) *server = name_server_start("127.0.0.1", ROWS, NAME_WHOLE);
	AUTO_FREE char *more = bg_asprintf("nodes:\n  cluster: cluster-config.json\nsystems:\n  names: { provider: dns, servers: ['%s'] }\n", name_server_at(server));
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, more);
	temp_write(&scene.folder, "cluster-config.json", CLUSTER);
	scene_ok(&scene, "nodes", "--dns");
	AUTO_FREE char *missing = bg_asprintf("school.example.test. IN AAAA 4a1:b2::12             ; not yet on %s\n", name_server_at(server));
	AUTO_FREE char *old = bg_asprintf("; take out: school.example.test. IN AAAA 4a1:b2::9, still on %s\n", name_server_at(server));
	cr_assert(scene_says(&scene, missing) && scene_says(&scene, old), "%s", scene.said);
	cr_assert(scene_says(&scene, "monitoring.school.example.test. IN AAAA 4a1:b2::11  ; is so now\n"), "%s", scene.said);
	cr_assert_eq(scene_engine_pid(&scene), 0);   /* no engine is needed for it */
	scene_ok(&scene, "nodes", "--dns", "--json");
	cr_assert(scene_says(&scene, "\"not_on\"") && scene_says(&scene, "\"take_out\""), "%s", scene.said);
	scene_ok(&scene, "declare", "--drill", "records");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	scene_ok(&scene, "apply", "1");
	cr_assert(scene_says(&scene, missing), "%s", scene.said);
}

/* ---- a cluster: values that probes tell, a verify that waits, the way back ---- */

static const char SCALE[] = "# Book\n\n## Walk\n<!-- bg\nprocedure id=walk\n"
	"var web_replicas type=int from=k8s.deployment.replicas deployment=web ask=\"How many pods of web?\"\n"
	"var down type=host from=k8s.nodes.down\n"
	"var role choice=master|worker from=k8s.node.role name=${down}\n-->\n\n"
	"1. Stop it.\n   <!-- bg\n   do k8s.scale deployment=web replicas=0\n   opens web-stopped\n   undo k8s.scale deployment=web replicas=${web_replicas}\n"
	"   verify k8s.deployment deployment=web replicas=0 ready=0 within=10m every=100ms\n   -->\n"
	"2. Look once more.\n   <!-- bg verify k8s.deployment deployment=web ready=7 within=300ms every=100ms -->\n"
	"3. Say which one failed.\n   <!-- bg\n   guard role=worker\n   do k8s.scale deployment=web replicas=1 label=${role}-${down}\n   closes web-stopped\n   -->\n";

typedef struct Cluster { KubeServer *server; Scene scene; Client *client; } Cluster;

static void put_web(KubeServer *server, int replicas, int ready, int reads)
{
	AUTO_FREE char *json = kube_deployment("web", replicas, ready);
	if (reads)
		kube_server_later(server, reads, KUBE_APPS "/deployments/web", json);
	else
		kube_server_put(server, KUBE_APPS "/deployments/web", json);
}

static void write_kubeconfig(Scene *scene, KubeServer *server)
{
	AUTO_FREE char *config = bg_asprintf("apiVersion: v1\nkind: Config\ncurrent-context: drill\ncontexts: [{name: drill, context: {cluster: c, user: u}}]\n"
		"clusters: [{name: c, cluster: {server: \"%s\"}}]\nusers: [{name: u, user: {token: hush}}]\n", kube_server_url(server));
	temp_write(&scene->folder, "kubeconfig", config);
}

static Cluster cluster_begin(void)
{
	Cluster cluster = { .server = kube_server_start() };
	cluster.scene = scene_new(SCALE, "systems:\n  s: { provider: k8s, kubeconfig: kubeconfig, namespace: openedx }\n");
	write_kubeconfig(&cluster.scene, cluster.server);
	put_web(cluster.server, 3, 3, 0);
	scene_ok(&cluster.scene, "declare", "--drill", "stop the web");
	scene_ok(&cluster.scene, "start", "walk");
	cluster.client = scene_client(&cluster.scene, false);
	return cluster;
}

static void cluster_clear(Cluster *cluster)
{
	client_close(cluster->client);
	scene_clear(&cluster->scene);
	kube_server_free(cluster->server);
}
BG_DEFINE_CLEARP(Cluster, cluster_clear)

static bool have_kubectl(void) { return access("/usr/bin/kubectl", X_OK) == 0 || access("/usr/local/bin/kubectl", X_OK) == 0; }

static int64_t replicas(KubeServer *server)
{
	AUTO(Json) *object = kube_server_get(server, KUBE_APPS "/deployments/web");
	return json_get_int(json_get(object, "spec"), "replicas", -1);
}

static bool says_not_yet(const ClientModel *model, void *userdata)
{
	(void) userdata;
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].running && text_eq(model->jobs[i].kind, "check") && model->jobs[i].progress && strstr(model->jobs[i].progress, "not yet: ready is 3, wanted: 0"))
			return true;
	return false;
}

static bool nothing_runs(const ClientModel *model, void *userdata)
{
	(void) userdata;
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].running)
			return false;
	return true;
}

/* What it had is known before it is stopped; the verify waits, tells how it stands, can be stopped; the way back puts back what the probe told. */
Test(looks, a_deployment_is_stopped_waited_for_and_brought_back)
{
	Error err = { 0 };
	if (!have_kubectl())
		cr_skip_test("there is no kubectl");
	AUTO_CLEAR(Cluster) cluster = cluster_begin();
	Scene *scene = &cluster.scene;
	scene_ok(scene, "plan", "1");
	cr_assert(scene_says(scene, "asking k8s.deployment replicas for web_replicas") && scene_says(scene, "3 replicas -> 0 replicas"), "%s", scene->said);
	scene_ok(scene, "timeline");
	cr_assert(scene_says(scene, "web_replicas set to 3, from k8s.deployment replicas"), "%s", scene->said);
	scene_ok(scene, "apply", "1", "--yes");
	cr_assert_eq(replicas(cluster.server), 0);
	/* The pods do not go: the look that follows by itself says so, for as long as it is let. */
	put_web(cluster.server, 0, 3, 0);
	assert_ok(client_wait(cluster.client, says_not_yet, NULL, SCENE_WAIT_MS, &err), &err);
	int64_t job = 0;
	for (size_t i = 0; i < client_model(cluster.client)->job_count; i++)
		if (client_model(cluster.client)->jobs[i].running)
			job = client_model(cluster.client)->jobs[i].id;
	assert_ok(scene_ask(cluster.client, ASK_CANCEL, scene_args("{'job':%lld}", (long long) job), NULL, &err), &err);
	assert_ok(client_wait(cluster.client, nothing_runs, NULL, SCENE_WAIT_MS, &err), &err);
	const StepCheck *check = &scene_step(cluster.client, "1")->checks[0];
	cr_assert(check->state == CHECK_FALSE && text_eq(check->reason, "stopped while it was waited for; last seen: ready is 3, wanted: 0"), "%s", check->reason);
	/* They go after a while, and it is seen. */
	put_web(cluster.server, 0, 0, 3);
	scene_ok(scene, "look", "1");
	cr_assert(scene_says(scene, "not yet: ready is 3, wanted: 0") && scene_says(scene, "true "), "%s", scene->said);
	scene_wait_step(cluster.client, "1", STEP_DONE);
	/* One that is never true fails when its time is over, with what it saw. */
	scene_refused(scene, 1, "FALSE", "look", "2");
	cr_assert(scene_says(scene, "ready is 0, wanted: 7"), "%s", scene->said);
	scene_ok(scene, "ledger");
	cr_assert(scene_says(scene, "web-stopped"), "%s", scene->said);
	scene_ok(scene, "undo", "1");
	cr_assert(scene_says(scene, "0 replicas -> 3 replicas"), "%s", scene->said);
	scene_ok(scene, "undo", "1", "--yes");
	cr_assert_eq(replicas(cluster.server), 3);
	scene_ok(scene, "ledger", "--json");
	cr_assert(!scene_says(scene, "\"open\":true") && !scene_says(scene, "\"state\":\"open\""), "%s", scene->said);
	scene_check_journal(scene, cluster.client);
}

static void put_node(KubeServer *server, const char *name, const char *ready)
{
	AUTO_FREE char *path = bg_asprintf("/api/v1/nodes/%s", name);
	AUTO_FREE char *json = bg_asprintf("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"%s\"},\"spec\":{},\"status\":{\"conditions\":["
		"{\"type\":\"Ready\",\"status\":\"%s\"}]}}", name, ready);
	kube_server_put(server, path, json);
}

/* One value is asked with another; what cannot be told is typed, and what somebody typed stays. */
Test(looks, values_are_asked_in_their_order_and_typed_where_no_probe_tells)
{
	if (!have_kubectl())
		cr_skip_test("there is no kubectl");
	AUTO_CLEAR(Cluster) cluster = cluster_begin();
	Scene *scene = &cluster.scene;
	put_node(cluster.server, "node1", "False");
	put_node(cluster.server, "node2", "False");
	scene_refused(scene, 1, "down is not known: k8s.nodes down tells \"node1, node2\"", "plan", "3");
	cr_assert(scene_says(scene, "type it: e, or breakglass set down VALUE"), "%s", scene->said);
	kube_server_refuse(cluster.server, "GET /api/v1/nodes", 403);
	scene_refused(scene, 1, "down is not known: 403, not allowed", "set", "down", "--from-probe");
	kube_server_refuse(cluster.server, "", 0);
	put_node(cluster.server, "node1", "True");
	scene_ok(scene, "plan", "3");
	scene_ok(scene, "set", "down", "--from-probe", "--json");
	cr_assert(scene_says(scene, "\"value\":\"node2\"") || scene_says(scene, "\"value\": \"node2\""), "%s", scene->said);
	scene_ok(scene, "set", "role", "--from-probe");
	cr_assert(scene_says(scene, "role is worker, from k8s.node role at "), "%s", scene->said);
	/* Typed: nobody asks for it any more, until somebody says so. */
	scene_ok(scene, "set", "web_replicas", "5");
	scene_ok(scene, "plan", "1");
	cr_assert(!scene_says(scene, "asking k8s.deployment replicas"), "%s", scene->said);
	scene_ok(scene, "set", "web_replicas", "--from-probe");
	cr_assert(scene_says(scene, "web_replicas is 3, from k8s.deployment replicas at "), "%s", scene->said);
	scene_refused(scene, 2, "not both", "set", "web_replicas", "5", "--from-probe");
	scene_refused(scene, 1, "this playbook asks for no value nothing", "set", "nothing", "--from-probe");
	scene_check_journal(scene, cluster.client);
}

/* ---- one of two commands ---- */

static const char CHOICE[] = "# Book\n\n## Walk\n<!-- bg\nprocedure id=walk\nvar down type=host default=node2\n"
	"var role choice=master|worker from=k8s.node.role name=${down}\nvar env choice=ci|qa default=qa\n-->\n\n"
	"1. Add one.\n\n   ```sh\n   # For a master\n   echo a master\n\n   # For a worker\n   echo a worker\n   ```\n   <!-- bg cmd choose=role of=\"master|worker\" risk=change -->\n"
	"2. By hand.\n\n   ```sh\n   # for ci\n   echo to ci\n   # for qa\n   echo to qa\n   ```\n   <!-- bg cmd optional choose=env of=\"ci|qa\" risk=change -->\n";

/* The probe tells which one it is; the other one never runs. */
Test(looks, one_of_two_commands_is_chosen_by_what_a_probe_tells)
{
	if (!have_kubectl())
		cr_skip_test("there is no kubectl");
	AUTO(KubeServer) *server = kube_server_start();
	AUTO_CLEAR(Scene) scene = scene_new(CHOICE, "systems:\n  s: { provider: k8s, kubeconfig: kubeconfig, namespace: openedx }\n");
	write_kubeconfig(&scene, server);
	scene_ok(&scene, "declare", "--drill", "choose");
	scene_ok(&scene, "start", "walk");
	scene_refused(&scene, 1, "role is not known", "plan", "1");
	put_node(server, "node2", "False");
	scene_ok(&scene, "plan", "1");
	cr_assert(scene_says(&scene, "echo a worker") && !scene_says(&scene, "echo a master"), "%s", scene.said);
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert(scene_says(&scene, "a worker"), "%s", scene.said);
	scene_refused(&scene, 1, "it is done", "plan", "1");
	scene_refused(&scene, 1, "this is not the command for env qa", "plan", "2", "--also", "1");
	scene_ok(&scene, "plan", "2", "--also", "2");
	cr_assert(scene_says(&scene, "echo to qa"), "%s", scene.said);
}

/* ---- whom to call ---- */

Test(looks, contacts_need_no_engine)
{
	AUTO_CLEAR(Scene) none = scene_new(BOOK, "");
	scene_ok(&none, "contacts");
	cr_assert(scene_says(&none, "No emergency contacts are named. Add them to ") && scene_says(&none, "contacts:\n  - name: "), "%s", none.said);
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "contacts:\n  - { name: Network, role: on call, phone: '+1 555 0199', hours: always }\n");
	scene_ok(&scene, "contacts");
	cr_assert(scene_says(&scene, "Network\n  role   on call\n  phone  +1 555 0199\n  hours  always\n"), "%s", scene.said);
	scene_ok(&scene, "contacts", "--json");
	cr_assert(scene_says(&scene, "\"phone\"") && scene_says(&scene, "+1 555 0199"), "%s", scene.said);
	cr_assert_eq(scene_engine_pid(&scene), 0);
}

/* ---- by keys ---- */

static void press(Terminal *terminal, const char *keys, const char *then)
{
	terminal_keys(terminal, keys);
	terminal_wait_text(terminal, then);
}

Test(looks, by_keys_a_value_is_asked_for_and_shown_with_where_it_comes_from)
{
	if (!have_kubectl())
		cr_skip_test("there is no kubectl");
	AUTO_CLEAR(Cluster) cluster = cluster_begin();
	const char *argv[] = { cluster.scene.program, "--env", cluster.scene.environment, "--state", cluster.scene.state, NULL };
	TerminalOptions options = { .argv = argv, .columns = 140, .rows = 40 };
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "asks nothing yet");
	press(terminal, "3", "Walk]");
	terminal_wait_text(terminal, "not known yet: k8s.deployment.replicas is asked");
	/* No form stands before the plan: the probe is asked. */
	press(terminal, "enter", "nothing has been changed yet");
	terminal_wait_text(terminal, "web_replicas  3  from k8s.deployment replicas at ");
	terminal_keys(terminal, "esc");
	terminal_wait_no_text(terminal, "nothing has been changed yet");
	press(terminal, "e", "asked of k8s.nodes.down when a step needs it");
	press(terminal, "up", "--from-probe asks again");
	terminal_keys(terminal, "esc");
	terminal_wait_no_text(terminal, "asks again");
	kube_server_refuse(cluster.server, "GET /api/v1/nodes", 403);
	terminal_keys(terminal, ":");
	terminal_type(terminal, "set down --from-probe");
	press(terminal, "enter", "down is not known: 403, not allowed");
	press(terminal, "E", "No emergency contacts are named.");
	press(terminal, "esc", "Walk]");
}
