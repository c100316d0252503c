/* The playbook that the engine writes for a command on machines: whatever the command holds, it stays that command, or it is refused. */
#include <signal.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/loopback.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg procedure id=walk -->\n\n1. Open it.\n";

static Scene begin(const char *more)
{
	AUTO_FREE char *nodes = bg_asprintf("nodes:\n  every: 1h\n%s  list:\n    - { name: a, address: 127.0.0.1, port: %d, user: nobody }\n"
		"    - { name: b.c_d-e, address: 127.0.0.2, port: %d, user: nobody }\n", more, loopback_unused_port(), loopback_unused_port());
	Scene scene = scene_new(BOOK, nodes);
	scene_ok(&scene, "declare", "it broke");
	return scene;
}

static bool start(Client *client, const char *names, const char *command, Json **ret_data, Error *err)
{
	Json *args = json_new_object();
	Json *list = json_add(args, "nodes", json_new_array());
	AUTO_CLEAR(StrList) nodes = { 0 };
	strlist_split(&nodes, str_from(names), ' ');
	for (size_t i = 0; i < nodes.count; i++)
		json_append_string(list, nodes.items[i]);
	json_add_string(args, "command", command);
	return scene_ask(client, ASK_COMMAND, args, ret_data, err);
}

/* What would be run, as the engine tells it of the run's own copy. */
static void assert_runs(Client *client, const Json *started, const char *host, const char *command)
{
	AUTO(Json) *preview = NULL;
	Error err = { 0 };
	assert_ok(scene_ask(client, ASK_PREVIEW, scene_args("{'run':'%s','step':'%s'}", json_get_string(started, "run"), json_get_string(started, "step")),
		&preview, &err), &err);
	const Json *rows = json_get(preview, "rows");
	cr_assert_eq(json_count(rows), 1, "%s", command);
	JSON_EACH(row, rows) {
		assert_text("command", json_get_string(json_get(row, "args"), "text"), command);
		assert_text("host", json_get_string(json_get(row, "args"), "host"), host);
		cr_assert(json_get_bool(row, "ready", false), "%s: %s", command, json_get_string_or(row, "why", ""));
	}
}

static const struct { const char *command, *why; } CASES[] = {
	{ "uptime", NULL },
	{ "echo \"it's\" '$(x)' `date` $((1+2)) ${HOME} \\\\ <x> [NODE] your-thing ...", NULL },
	{ "echo ``` ```` `````", NULL },
	{ "echo --> <!-- bg do fastly.activate service=x version=1 -->", "does not read as one whole command" },
	{ "echo '<!-- bg' cmd host=local '-->'", NULL },
	{ "-x --y", NULL },
	{ "## echo", "does not read as one whole command" },
	{ "```", "it ends inside a quote" },
	{ "1. echo", NULL },
	{ "- echo", NULL },
	{ "> echo", NULL },
	{ "| a | b |", NULL },
	{ "echo 2001:db8::1 https://example.com changeme", NULL },
	{ "rm -rf \xc3\xa9t\xc3\xa9", NULL },
	{ "$ uptime", "does not read as one whole command" },
	{ "# uptime", "does not read as one whole command" },
	{ "echo \\", NULL },
	{ "cat <<EOF", "or a here-document" },
	{ "a\nb", "a line end, a tab" },
	{ "a\tb", "a line end, a tab" },
	{ "a\x1b[31mb", "a line end, a tab" },
	{ "a\xe2\x80\xae" "b", "a line end, a tab" },
	{ "", "the command is empty" },
	{ "   ", "the command is empty" },
	{ "vi /etc/hosts", "wants a terminal" },
};

/* Taken as it is, or refused before anything is in the record. */
Test(nodes_errand, a_command_stays_what_it_is_or_is_refused)
{
	AUTO_CLEAR(Scene) scene = begin("");
	Client *client = scene_client(&scene, true);
	size_t taken = 0;
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Json) *data = NULL;
		Error err = { 0 };
		size_t runs = client_model(client)->incident->run_count;
		bool ok = start(client, "a b.c_d-e", CASES[i].command, &data, &err);
		if (ok && data) {
			assert_runs(client, data, "ssh:a,b.c_d-e", CASES[i].command);
			taken++;
			cr_expect(!CASES[i].why, "%s: taken", CASES[i].command);
			continue;
		}
			cr_expect(*err.hint && strstr(err.why, CASES[i].why ? CASES[i].why : ""), "%s: %s", CASES[i].command, err.why);
		cr_expect(CASES[i].why, "%s: refused: %s", CASES[i].command, err.why);
		cr_assert_eq(client_model(client)->incident->run_count, runs);
	}
	cr_assert(taken > 0);
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
	scene_check_journal(&scene, NULL);
}

Test(nodes_errand, machines_and_sizes_have_their_limits)
{
	AUTO_CLEAR(Scene) scene = begin("");
	Client *client = scene_client(&scene, true);
	AUTO_CLEAR(Buf) large = { 0 };
	for (int i = 0; i < 64 * 1024; i++)
		buf_putc(&large, 'x');
	static const struct { const char *names, *why; } cases[] = {
		{ "", "0 nodes are marked or named" }, { "a nobody", "no node \"nobody\"" }, { "a a,b", "no node \"a,b\"" }, { "-->", "no node" },
	};
	Error err = { 0 };
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		assert_refused(start(client, cases[i].names, "uptime", NULL, &err), &err, err.kind, cases[i].why);
		cr_assert(*err.hint);
	}
	assert_refused(start(client, "a", buf_text(&large), NULL, &err), &err, ERROR_INVALID, "65536 bytes; 8192 are sent at most");
	assert_refused(scene_ask(client, ASK_COMMAND, scene_args("{'nodes':['a'],'command':'uptime','timeout':'soon'}"), NULL, &err), &err, ERROR_INVALID,
		"\"soon\" is no time");
	static const char *const longs[] = { "9223372036854775807ms", "25h", "86401s" };
	for (size_t i = 0; i < BG_LENGTH(longs); i++) {
		assert_refused(scene_ask(client, ASK_COMMAND, scene_args("{'nodes':['a'],'command':'uptime','timeout':'%s'}", longs[i]), NULL, &err), &err, ERROR_INVALID,
			"is more than the 24h");
		cr_assert(*err.hint);
	}
	assert_ok(scene_ask(client, ASK_COMMAND, scene_args("{'nodes':['a'],'command':'uptime','timeout':'24h'}"), NULL, &err), &err);
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
}

static const struct { const char *command; bool reads; } JUDGED[] = {
	{ "uptime", true },
	{ "cat /etc/hosts | grep shop | wc -l", true },
	{ "ls -la /var/log/*.log", true },
	{ "systemctl status nginx", true },
	{ "systemctl --no-pager list-units --failed", true },
	{ "journalctl -xeu mycelium --since=today --no-pager", true },
	{ "ip -br a", true },
	{ "ip route show", true },
	{ "date +%s", true },
	{ "date", true },
	{ "hostname -f", true },
	{ "timedatectl status", true },
	{ "timedatectl set-ntp false", false },
	{ "date 112118002026", false },
	{ "date -s 12:00", false },
	{ "hostname other", false },
	{ "hostname -F x", false },
	{ "ip a d 10.0.0.1/24 dev eth0", false },
	{ "ip -n lan addr flush dev eth0", false },
	{ "ip netns exec lan reboot", false },
	{ "ifconfig eth0 10.0.0.9", false },
	{ "awk 'BEGIN{system(\"x\")}'", false },
	{ "echo \\\" ; systemctl restart nginx \\\"", false },
	{ "cat <a>/etc/cron.d/x", false },
	{ "cat $(x)", false },
	{ "cat a & x", false },
	{ "cat a || x", false },
	{ "cat a | sh", false },
	{ "cat a |", false },
	{ "cat /dev/watchdog", false },
	{ "systemctl restart nginx", false },
	{ "systemctl -H status restart nginx", false },
	{ "journalctl --vacuum-size=1", false },
	{ "journalctl --vac=1", false },
	{ "journalctl --rot", false },
	{ "journalctl --flush", false },
	{ "ss -K dst 10.0.0.1", false },
	{ "dmesg -C", false },
	{ "sort -o a b", false },
	{ "PATH=x uptime", false },
};

/* Only what surely reads goes out unasked; where the playbook's reader sees more danger than a change, that stays. */
Test(nodes_errand, whatever_is_not_known_to_read_is_a_change)
{
	AUTO_CLEAR(Scene) scene = begin("");
	Client *client = scene_client(&scene, true);
	for (size_t i = 0; i < BG_LENGTH(JUDGED); i++) {
		AUTO(Json) *data = NULL;
		Error err = { 0 };
		assert_ok(start(client, "a b.c_d-e", JUDGED[i].command, &data, &err), &err);
		const Run *run = incident_find_run(client_model(client)->incident, json_get_string(data, "run"));
		cr_assert(run && run->steps[0].action_count == 1, "%s", JUDGED[i].command);
		cr_expect_eq(run->steps[0].actions[0].risk == RISK_READ, JUDGED[i].reads, "%s: %s", JUDGED[i].command, risk_name(run->steps[0].actions[0].risk));
	}
	static const char *const worse[] = { "rm -rf x", "cat <a ;rm x>y" };
	for (size_t i = 0; i < BG_LENGTH(worse); i++) {
		AUTO(Json) *data = NULL;
		Error err = { 0 };
		assert_ok(start(client, "a", worse[i], &data, &err), &err);
		cr_assert_eq(incident_find_run(client_model(client)->incident, json_get_string(data, "run"))->steps[0].actions[0].risk, RISK_DESTRUCTIVE, "%s", worse[i]);
	}
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
}

/* Byte for byte what a person would have written, roles and all. */
Test(nodes_errand, the_playbook_that_is_kept_reads_as_one)
{
	AUTO_CLEAR(Scene) scene = begin("  sign-off: [engineering, product]\n");
	Client *client = scene_client(&scene, true);
	AUTO(Json) *data = NULL;
	Error err = { 0 };
	assert_ok(scene_ask(client, ASK_COMMAND, scene_args("{'nodes':['b.c_d-e','a'],'command':'echo `x` | wc','timeout':'30s'}"), &data, &err), &err);
	const Run *run = incident_find_run(client_model(client)->incident, json_get_string(data, "run"));
	cr_assert(run && run->aside && run->gate_count == 1 && run->gates[0].live);
	AUTO_FREE char *incident = scene_incident(&scene);
	AUTO_FREE char *path = bg_asprintf("%s/playbooks/%s.md", incident, run->playbook_sha256);
	AUTO_FREE char *kept = read_text(path);
	assert_text("kept", kept, "# Command on nodes\n\n## echo ... on 2 nodes\n<!-- bg procedure id=nodes-command -->\n\n1. Run it on 2 nodes.\n\n"
		"   ```sh\n   echo `x` | wc\n   ```\n   <!-- bg\n   gate nodes roles=\"engineering,product\"\n"
		"   cmd host=ssh:b.c_d-e,a literal=yes risk=change timeout=30000ms\n   -->\n");
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
}

Test(nodes_errand, many_nodes_are_one_command)
{
	AUTO_CLEAR(Buf) nodes = { 0 };
	AUTO_CLEAR(Buf) names = { 0 };
	buf_puts(&nodes, "nodes:\n  every: 1h\n  list:\n");
	for (int i = 0; i < 1000; i++) {
		buf_printf(&nodes, "    - { name: machine-%03d, address: 127.1.%d.%d, user: nobody }\n", i, i / 200, i % 200 + 1);
		buf_printf(&names, "%smachine-%03d", i ? " " : "", i);
	}
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, buf_text(&nodes));
	scene_ok(&scene, "declare", "it broke");
	Client *client = scene_client(&scene, true);
	AUTO(Json) *data = NULL;
	Error err = { 0 };
	assert_ok(start(client, buf_text(&names), "uptime", &data, &err), &err);
	scene_ok(&scene, "plan", "1");
	cr_assert(scene_says(&scene, "on machine-999 (nobody@127.1.4.200)") && scene_says(&scene, "1000 nodes: machine-000"));
	client_close(client);
	scene_end_engine(&scene, SIGTERM);
}
