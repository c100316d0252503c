/* Machines over SSH on the board of the real program: engine, prober, a real sshd, and what is wrong with the others. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/loopback.h"
#include "tests/support/sshd.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg procedure id=walk -->\n\n1. Open it.\n";

static const Reading *node(const ClientModel *model, const char *name)
{
	for (size_t i = 0; i < model->reading_count; i++)
		if (text_eq(model->readings[i].name, name) && model->readings[i].facts)
			return &model->readings[i];
	return NULL;
}

static const char *outcome(const ClientModel *model, const char *name)
{
	const Reading *reading = node(model, name);
	return reading ? json_get_string_or(reading->facts, "outcome", "none") : "not yet";
}

static bool all_are_told(const ClientModel *model, void *userdata)
{
	(void) userdata;
	return node(model, "good") && node(model, "stopped") && node(model, "rebuilt") && node(model, "named");
}

static bool good_is_gone(const ClientModel *model, void *userdata)
{
	(void) userdata;
	return text_eq(outcome(model, "good"), "refused");
}

static bool key_is_accepted(const ClientModel *model, void *userdata)
{
	(void) userdata;
	return text_eq(outcome(model, "rebuilt"), "authentication refused");
}

static bool named_is_accepted(const ClientModel *model, void *userdata)
{
	(void) userdata;
	return text_eq(outcome(model, "named"), "authentication refused");
}

/* Reached through the ssh program, which tells fingerprints only: its key was learnt beside. */
static void decide_on_key_of_program(Scene *scene, Client *client)
{
	Error err = { 0 };
	const Json *facts = node(client_model(client), "named")->facts;
	AUTO_FREE char *shown = bg_strdup(json_get_string_or(facts, "host_key", "none"));
	cr_assert(str_starts(str_from(json_get_string_or(facts, "host_key_line", "")), "ssh-ed25519 "), "%s", shown);
	scene_ok(scene, "nodes", "--trust", "named");
	cr_assert(scene_says(scene, shown), "%s", scene->said);
	scene_refused(scene, 1, "that is not what you accept", "nodes", "--trust", "named", "--yes", "SHA256:another");
	scene_ok(scene, "nodes", "--trust", "named", "--yes", shown);
	assert_ok(client_wait(client, named_is_accepted, NULL, SCENE_WAIT_MS, &err), &err);
}

/* Shown with both fingerprints, refused without an incident and with another fingerprint, recorded before it counts. */
static void decide_on_key(Scene *scene, Client *client)
{
	Error err = { 0 };
	AUTO_FREE char *shown = bg_strdup(json_get_string(node(client_model(client), "rebuilt")->facts, "host_key"));
	AUTO_FREE char *known = bg_strdup(json_get_string(node(client_model(client), "rebuilt")->facts, "host_key_known"));
	scene_ok(scene, "nodes", "--trust", "rebuilt");
	cr_assert(scene_says(scene, shown) && scene_says(scene, known), "%s", scene->said);
	scene_refused(scene, 1, "the decision belongs into the record", "nodes", "--trust", "rebuilt", "--yes", shown);
	scene_ok(scene, "declare", "--drill", "a new machine");
	scene_refused(scene, 1, "that is not what you accept", "nodes", "--trust", "rebuilt", "--yes", known);
	scene_refused(scene, 1, "there is nothing to decide", "nodes", "--trust", "stopped", "--yes", shown);
	scene_ok(scene, "nodes", "--trust", "rebuilt", "--yes", shown);
	assert_ok(client_wait(client, key_is_accepted, NULL, SCENE_WAIT_MS, &err), &err);
	scene_ok(scene, "timeline");
	cr_assert(scene_says(scene, "host key of rebuilt") && scene_says(scene, shown) && scene_says(scene, known), "%s", scene->said);
	scene_ok(scene, "verify");
}

Test(nodes_board, each_node_is_on_the_board_with_what_is_wrong_with_it)
{
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(TestSshd) *sshd = test_sshd_start(&folder, "server", &(TestSshdOptions){ .host_key_types = "ed25519" });
	AUTO(TestSshd) *rebuilt = test_sshd_start(&folder, "rebuilt", &(TestSshdOptions){ .host_key_types = "ed25519" });
	/* The one that was rebuilt is known by the key of the other. */
	AUTO_FREE char *known = test_sshd_known_line(sshd);
	const char *key = strchr(known, ' ');
	AUTO_FREE char *hosts = bg_asprintf("%s[127.0.0.1]:%d%s", known, test_sshd_port(rebuilt), key);
	AUTO_FREE char *nodes = bg_asprintf("nodes:\n  known-hosts: %s\n  every: 300ms\n  deadline: 40s\n  list:\n"
		"    - { name: good, address: 127.0.0.1, port: %d, user: %s, key: %s }\n"
		"    - { name: stopped, address: 127.0.0.1, port: %d, user: nobody, key: %s }\n"
		"    - { name: rebuilt, address: 127.0.0.1, port: %d, user: nobody, key: %s }\n"
		"    - { name: named, address: localhost, port: %d, user: nobody, key: %s }\n", temp_write(&folder, "hosts", hosts),
		test_sshd_port(sshd), test_login(), test_sshd_key(&folder), loopback_unused_port(), test_sshd_key(&folder), test_sshd_port(rebuilt),
		test_sshd_key(&folder), test_sshd_port(sshd), test_sshd_key(&folder));
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, nodes);
	Client *client = scene_client(&scene, true);
	Error err = { 0 };
	assert_ok(client_wait(client, all_are_told, NULL, SCENE_WAIT_MS, &err), &err);
	assert_text("good", outcome(client_model(client), "good"), "answered");
	assert_text("stopped", outcome(client_model(client), "stopped"), "refused");
	assert_text("rebuilt", outcome(client_model(client), "rebuilt"), "host key changed");
	/* The ssh program may be started, and no key is known under that name. */
	assert_text("named", outcome(client_model(client), "named"), "host key unknown");
	assert_text("why", json_get_string(node(client_model(client), "named")->facts, "via_ssh"), "its address is a name");
	cr_expect(strstr(node(client_model(client), "good")->text, "load "), "%s", node(client_model(client), "good")->text);
	scene_refused(&scene, 2, "its host key changed: it shows SHA256:", "status");
	cr_expect(scene_says(&scene, "connection refused") && scene_says(&scene, "good "), "%s", scene.said);
	scene_refused(&scene, 2, "host key changed", "nodes");
	cr_expect(scene_says(&scene, "refused") && scene_says(&scene, "4 nodes   2 fail   1 unknown"), "%s", scene.said);
	scene_refused(&scene, 2, "stopped", "nodes", "state:fail", "!changed");
	cr_expect(!scene_says(&scene, "rebuilt") && !scene_says(&scene, "named"), "%s", scene.said);
	scene_refused(&scene, 3, "none of 4 nodes is found by \"nobody\"", "nodes", "nobody");
	scene_refused(&scene, 2, "\"shown\": \"fail\"", "nodes", "--json", "stopped", "--sort", "name");
	scene_refused(&scene, 2, "--sort takes state, name", "nodes", "--sort", "size");
	decide_on_key(&scene, client);
	decide_on_key_of_program(&scene, client);
	/* The server ends, and its session: the row is not green for long. */
	sshd = test_sshd_free(sshd);
	assert_ok(client_wait(client, good_is_gone, NULL, SCENE_WAIT_MS, &err), &err);
	cr_expect_eq(node(client_model(client), "good")->state, READING_FAIL);
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
}

static bool behind_shows_a_key(const ClientModel *model, void *userdata)
{
	(void) userdata;
	return node(model, "behind") && json_get_string(node(model, "behind")->facts, "host_key_line");
}

static bool behind_answers(const ClientModel *model, void *userdata)
{
	(void) userdata;
	return text_eq(outcome(model, "behind"), "answered");
}

/* An ssh that reads `config`, in front of the one of the system. */
static void use_config(TempFolder *folder, const char *config)
{
	AUTO_FREE char *path = bg_strdup(temp_write(folder, "config", config));
	AUTO_FREE char *script = bg_asprintf("#!/bin/sh\nexec /usr/bin/ssh -F %s \"$@\"\n", path);
	AUTO_FREE char *program = bg_strdup(temp_write(folder, "bin/ssh", script));
	AUTO_FREE char *search = bg_asprintf("%s:%s", temp_path(folder, "bin"), getenv("PATH"));
	cr_assert_eq(chmod(program, 0755), 0);
	setenv("PATH", search, 1);
}

/* The jump host stands in the way: whose key it is, is told; accepted, it is known where ssh looks it up, and the machine behind it answers. */
Test(nodes_board, the_key_of_a_jump_host_is_accepted_as_that_of_a_node)
{
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(TestSshd) *sshd = test_sshd_start(&folder, "server", &(TestSshdOptions){ .host_key_types = "ed25519" });
	AUTO(TestSshd) *gate = test_sshd_start(&folder, "gate", &(TestSshdOptions){ .host_key_types = "ed25519" });
	AUTO_FREE char *known = test_sshd_known_line(sshd);
	AUTO_FREE char *hosts = bg_strdup(temp_write(&folder, "hosts", known));
	AUTO_FREE char *config = bg_asprintf("Host gate\n  HostName 127.0.0.1\n  Port %d\n  User %s\n  IdentityFile %s\n  UserKnownHostsFile %s\n",
		test_sshd_port(gate), test_login(), test_sshd_key(&folder), hosts);
	AUTO_FREE char *nodes = bg_asprintf("nodes:\n  known-hosts: %s\n  every: 300ms\n  deadline: 40s\n  list:\n"
		"    - { name: behind, address: 127.0.0.1, port: %d, user: %s, key: %s, jump: gate }\n", hosts, test_sshd_port(sshd), test_login(), test_sshd_key(&folder));
	use_config(&folder, config);
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, nodes);
	Client *client = scene_client(&scene, true);
	Error err = { 0 };
	assert_ok(client_wait(client, behind_shows_a_key, NULL, SCENE_WAIT_MS, &err), &err);
	AUTO_FREE char *shown = bg_strdup(json_get_string_or(node(client_model(client), "behind")->facts, "host_key", "none"));
	AUTO_FREE char *of = bg_strdup(json_get_string_or(node(client_model(client), "behind")->facts, "host_key_of", "none"));
	AUTO_FREE char *name = bg_asprintf("[127.0.0.1]:%d", test_sshd_port(gate));
	assert_text("whose", of, name);
	scene_ok(&scene, "nodes", "--trust", "behind");
	cr_expect(scene_says(&scene, "the host key of the jump host gate is not known") && scene_says(&scene, "It is the jump host [127.0.0.1]:"), "%s", scene.said);
	scene_refused(&scene, 1, "the decision belongs into the record", "nodes", "--trust", "behind", "--yes", shown);
	scene_ok(&scene, "declare", "--drill", "a new gate");
	scene_refused(&scene, 1, "that is not what you accept", "nodes", "--trust", "behind", "--yes", "SHA256:another");
	scene_ok(&scene, "nodes", "--trust", "behind", "--yes", shown);
	assert_ok(client_wait(client, behind_answers, NULL, SCENE_WAIT_MS, &err), &err);
	scene_ok(&scene, "timeline");
	cr_expect(scene_says(&scene, "host key of the jump host gate ([127.0.0.1]:") && scene_says(&scene, "on the way to behind, accepted: it shows SHA256:"), "%s", scene.said);
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
}

static bool older_is_told(const ClientModel *model, void *userdata)
{
	(void) userdata;
	return node(model, "older");
}

/* Names in the folder that begin so. */
static size_t count_kept(const char *folder)
{
	AUTO_CLEAR(StrList) names = { 0 };
	Error err = { 0 };
	size_t kept = 0;
	assert_ok(file_list_folder(folder, &names, &err), &err);
	for (size_t i = 0; i < names.count; i++)
		kept += str_starts(str_from(names.items[i]), "breakglass-ssh-");
	return kept;
}

static int prober_of(Scene *scene)
{
	AUTO(Json) *status = NULL;
	scene_ok(scene, "engine", "status", "--json");
	cr_assert(json_parse(str_trim(str_from(scene->said)), &status, NULL), "%s", scene->said);
	JSON_EACH(process, json_get(status, "processes"))
		if (text_eq(json_get_string(process, "role"), "prober"))
			return (int) json_get_int(process, "pid", 0);
	return 0;
}

Test(nodes_board, a_connection_that_the_ssh_program_keeps_ends_with_the_prober)
{
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(TestSshd) *sshd = test_sshd_start(&folder, "server", &(TestSshdOptions){ .host_key_types = "rsa" });
	AUTO_FREE char *known = test_sshd_known_line(sshd);
	AUTO_FREE char *nodes = bg_asprintf("nodes:\n  known-hosts: %s\n  every: 300ms\n  deadline: 40s\n  list:\n"
		"    - { name: older, address: 127.0.0.1, port: %d, user: %s, key: %s }\n", temp_write(&folder, "hosts", known), test_sshd_port(sshd), test_login(),
		test_sshd_key(&folder));
	setenv("TMPDIR", folder.path, 1);
	unsetenv("XDG_RUNTIME_DIR");
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, nodes);
	Client *client = scene_client(&scene, true);
	Error err = { 0 };
	assert_ok(client_wait(client, older_is_told, NULL, SCENE_WAIT_MS, &err), &err);
	assert_text("older", outcome(client_model(client), "older"), "answered");
	cr_assert_eq(count_kept(folder.path), 1u);
	int prober = prober_of(&scene);
	cr_assert(prober > 0);
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
	scene_wait_gone(prober);
	cr_expect_eq(count_kept(folder.path), 0u);
	test_sshd_wait_log(sshd, "Disconnected from user");
}
