/* Nodes over real SSH: one look, and all in one loop. */
#include <pthread.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/node/sweep.h"
#include "tests/support/loopback.h"
#include "tests/support/sshd.h"

#define LOOK_MS 40000                /* a real server has to answer within the half of it */
#define SILENT_MS 1000               /* for one that never does */
#define QUIET_MS 1000000             /* not again by itself */

/* An environment with a sshd behind `good`, and what the test adds. */
typedef struct Nodes {
	TempFolder folder;
	TestSshd *sshd;
	Environment *environment;
} Nodes;

static void nodes_begin(Nodes *nodes, const TestSshdOptions *options, const char *more) {
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	nodes->folder = temp_folder();
	nodes->sshd = test_sshd_start(&nodes->folder, "server", options);
	AUTO_FREE char *known = test_sshd_known_line(nodes->sshd);
	temp_write(&nodes->folder, "known_hosts", known);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: drill\nnodes:\n  known-hosts: known_hosts\n  backups: %s/backups\n  list:\n"
		"    - { name: good, address: 127.0.0.1, port: %d, user: %s, key: %s }\n%s", nodes->folder.path, test_sshd_port(nodes->sshd), test_login(),
		test_sshd_key(&nodes->folder), more);
	Error err = {0};
	assert_ok(environment_load(temp_write(&nodes->folder, "environment.yaml", text), &nodes->environment, &err), &err);
}

static void nodes_clear(Nodes *nodes) {
	environment_free(nodes->environment);
	test_sshd_free(nodes->sshd);
	if (nodes->folder.path)
		temp_folder_clear(&nodes->folder);
}
BG_DEFINE_CLEARP(Nodes, nodes_clear)

/* ---- readings as they come ---- */

typedef struct Found {
	pthread_mutex_t lock;
	pthread_cond_t more;
	Reading readings[8];
	int counts[8];
} Found;

static void on_found(void *userdata, size_t index, Reading *reading) {
	Found *found = userdata;
	pthread_mutex_lock(&found->lock);
	reading_clear(&found->readings[index]);
	found->readings[index] = *reading;
	*reading = (Reading){0};
	found->counts[index]++;
	pthread_cond_broadcast(&found->more);
	pthread_mutex_unlock(&found->lock);
}

static void wait_for(Found *found, size_t index, int count) {
	pthread_mutex_lock(&found->lock);
	while (found->counts[index] < count)
		pthread_cond_wait(&found->more, &found->lock);
	pthread_mutex_unlock(&found->lock);
}

static void found_clear(Found *found) {
	for (size_t i = 0; i < BG_LENGTH(found->readings); i++)
		reading_clear(&found->readings[i]);
}
BG_DEFINE_CLEARP(Found, found_clear)

static NodeSweep *start(const Nodes *nodes, Found *found) {
	AUTO_FREE NodeSweepItem *items = bg_calloc(nodes->environment->node_count, sizeof(*items));
	for (size_t i = 0; i < nodes->environment->node_count; i++)
		items[i] = (NodeSweepItem){.node = &nodes->environment->nodes[i], .every_ms = QUIET_MS,
			.deadline_ms = text_eq(nodes->environment->nodes[i].name, "silent") ? SILENT_MS : LOOK_MS};
	pthread_mutex_init(&found->lock, NULL);
	pthread_cond_init(&found->more, NULL);
	NodeSweepOwner owner = {.found = on_found, .userdata = found};
	NodeSweep *sweep = NULL;
	Error err = {0};
	assert_ok(node_sweep_start(nodes->environment, items, nodes->environment->node_count, &owner, &sweep, &err), &err);
	return sweep;
}

static const char *outcome(const Reading *reading) { return json_get_string(reading->facts, "outcome"); }

/* A reading of a machine that answered, whatever it is like. */
static void assert_answered(const Reading *reading) {
	assert_text("outcome", outcome(reading), "answered");
	cr_assert(reading->state != READING_UNKNOWN && strstr(reading->text, "load "), "%s (%s)", reading->text, reading->reason);
	cr_assert(json_get(reading->facts, "memory") && json_get(reading->facts, "disk") && json_get(reading->facts, "clock"));
}

Test(node_sweep, every_node_is_told_by_itself) {
	int silent_port = 0, refused_port = loopback_unused_port();
	AUTO_CLOSE int silent = test_port_silent(&silent_port);
	AUTO_FREE char *more = bg_asprintf("    - { name: refused, address: 127.0.0.1, port: %d, user: nobody }\n"
		"    - { name: silent, address: 127.0.0.1, port: %d, user: nobody }\n", refused_port, silent_port);
	AUTO_CLEAR(Nodes) nodes = {0};
	AUTO_CLEAR(Found) found = {0};
	nodes_begin(&nodes, NULL, more);
	AUTO(NodeSweep) *sweep = start(&nodes, &found);
	wait_for(&found, 0, 1);
	wait_for(&found, 1, 1);
	wait_for(&found, 2, 1);
	assert_answered(&found.readings[0]);
	assert_text("refused", outcome(&found.readings[1]), "refused");
	cr_assert_eq(found.readings[1].state, READING_FAIL);
	assert_text("silent", outcome(&found.readings[2]), "no banner");
	cr_assert(silent >= 0);
	node_sweep_want(sweep, 0);
	wait_for(&found, 0, 2);
	assert_answered(&found.readings[0]);
	cr_assert_eq(found.counts[1], 1);
}

/* A look at what is kept begins no session there: the log of the server tells each one. */
Test(node_sweep, one_shell_there_does_all_looks) {
	enum { LOOKS = 4 };
	AUTO_CLEAR(Nodes) nodes = {0};
	AUTO_CLEAR(Found) found = {0};
	nodes_begin(&nodes, NULL, "");
	AUTO(NodeSweep) *sweep = start(&nodes, &found);
	wait_for(&found, 0, 1);
	test_sshd_wait_log(nodes.sshd, "Starting session: command");
	for (int looks = 2; looks <= LOOKS; looks++) {
		node_sweep_want(sweep, 0);
		wait_for(&found, 0, looks);
		assert_answered(&found.readings[0]);
	}
	cr_assert_eq(test_sshd_logged(nodes.sshd, "Starting session: command"), 1);
}

Test(node_sweep, an_rsa_key_works_through_ssh) {
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	AUTO_CLEAR(TempFolder) keys = temp_folder();
	const char *key = test_key(&keys, "rsa", "rsa", "");
	AUTO_FREE char *authorized = bg_asprintf("%s.pub", key);
	TestSshdOptions options = {.authorized = authorized};
	AUTO_CLEAR(Nodes) nodes = {0};
	AUTO_CLEAR(Found) found = {0};
	nodes_begin(&nodes, &options, "");
	free(nodes.environment->nodes[0].key);
	nodes.environment->nodes[0].key = bg_strdup(key);
	AUTO(NodeSweep) *sweep = start(&nodes, &found);
	wait_for(&found, 0, 1);
	assert_answered(&found.readings[0]);
	cr_assert(strstr(found.readings[0].text, "via ssh: its key is an RSA key"), "%s", found.readings[0].text);
	node_sweep_want(sweep, 0);
	wait_for(&found, 0, 2);
	assert_answered(&found.readings[0]);
}

Test(node_sweep, a_revoked_host_key_ends_a_kept_connection) {
	AUTO_CLEAR(Nodes) nodes = {0};
	AUTO_CLEAR(Found) found = {0};
	nodes_begin(&nodes, NULL, "");
	AUTO(NodeSweep) *sweep = start(&nodes, &found);
	wait_for(&found, 0, 1);
	assert_answered(&found.readings[0]);
	AUTO_FREE char *known = test_sshd_known_line(nodes.sshd);
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, known);
	for (Str rest = str_from(known), line; str_next_line(&rest, &line);)
		buf_printf(&text, "@revoked %.*s\n", STR_ARG(line));
	Error err = {0};
	assert_ok(file_write_atomic(nodes.environment->known_hosts.items[0], text.data, text.len, 0600, &err), &err);
	/* It looks at the files at most once a second. */
	for (int looks = 2; text_eq(outcome(&found.readings[0]), "answered"); looks++) {
		node_sweep_want(sweep, 0);
		wait_for(&found, 0, looks);
	}
	assert_text("outcome", outcome(&found.readings[0]), "host key revoked");
	cr_assert_eq(found.readings[0].state, READING_FAIL);
}

static void look(const Nodes *nodes, const char *name, Reading *ret) {
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "node", name);
	Call call = {.environment = nodes->environment, .args = args, .deadline = {mono_now().ms + LOOK_MS}};
	probe_find("node.machine")->read(&call, ret);
}

Test(node_sweep, one_look_by_itself) {
	AUTO_CLEAR(Nodes) nodes = {0};
	AUTO_CLEAR(Reading) reading = {0};
	AUTO_CLEAR(Reading) unknown = {0};
	AUTO_CLEAR(Reading) named = {0};
	nodes_begin(&nodes, NULL, "");
	look(&nodes, "good", &reading);
	assert_answered(&reading);
	look(&nodes, "nobody", &unknown);
	cr_assert(unknown.state == READING_UNKNOWN && strstr(unknown.text, "no node nobody"), "%s", unknown.text);
	/* A name goes through the ssh program, which does not find it among the known hosts. */
	EnvironmentNode *node = &nodes.environment->nodes[0];
	free(node->address);
	node->address = bg_strdup("localhost");
	look(&nodes, "good", &named);
	assert_text("outcome", outcome(&named), "host key unknown");
	assert_text("why", json_get_string(named.facts, "via_ssh"), "its address is a name");
}
