/* command.run on machines: what comes of it on each, told apart, over real SSH. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/providers/command/remote.h"
#include "fixture.h"
#include "tests/support/loopback.h"
#include "tests/support/fleet.h"

typedef struct Fleet {
	TestFleet machines;              /* n2 to n9 */
	Environment *environment;
	Buf out;                         /* stdout and stderr as they came */
	Json *facts;                     /* as they came */
	StrList named;                   /* before they were sent anything */
	size_t ended_unnamed;            /* ends of those that were not */
	bool full;                       /* nothing can be written down */
	bool cancelled;
	const char *cancel_at;           /* the file whose being there is the person's wish to stop */
} Fleet;

/* `more` are further nodes. */
static void fleet_begin(Fleet *fleet, const char *more) {
	fleet->machines = test_fleet();
	fleet->facts = json_new_array();
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: drill\n%s%s", fleet->machines.nodes, more);
	Error err = {0};
	assert_ok(environment_load(temp_write(&fleet->machines.folder, "environment.yaml", text), &fleet->environment, &err), &err);
}

static void fleet_clear(Fleet *fleet) {
	environment_free(fleet->environment);
	buf_clear(&fleet->out);
	json_free(fleet->facts);
	strlist_clear(&fleet->named);
	test_fleet_clear(&fleet->machines);
}
BG_DEFINE_CLEARP(Fleet, fleet_clear)

static void on_output(void *userdata, bool is_stderr, Str bytes) {
	Fleet *fleet = userdata;
	(void) is_stderr;
	buf_put_str(&fleet->out, bytes);
}

static bool on_sending(void *userdata, const Json *nodes, Error *err) {
	Fleet *fleet = userdata;
	if (fleet->full)
		return error_set(err, ERROR_IO, "no space is left");
	JSON_EACH(node, nodes) {
		assert_text("end", json_get_string(node, "end"), "open");
		strlist_add(&fleet->named, json_get_string(node, "name"));
	}
	return true;
}

static void on_fact(void *userdata, const Json *node) {
	Fleet *fleet = userdata;
	fleet->ended_unnamed += !strlist_has(&fleet->named, json_get_string(node, "name"));
	json_append(fleet->facts, json_copy(node));
}

static bool is_cancelled(void *userdata) {
	const Fleet *fleet = userdata;
	return fleet->cancelled || (fleet->cancel_at && access(fleet->cancel_at, F_OK) == 0);
}

typedef struct Ended {
	Plan plan;
	ActionResult result;
	Error err;
	bool ok;
} Ended;

static void ended_clear(Ended *ended) {
	plan_clear(&ended->plan);
	action_result_clear(&ended->result);
}
BG_DEFINE_CLEARP(Ended, ended_clear)

static void run(Fleet *fleet, const char *host, const char *text, const char *timeout, const char *except, Ended *ret) {
	const Action *action = action_find("command.run");
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "text", text);
	json_add_string(args, "host", host);
	json_add_string(args, "timeout", timeout);
	json_add_string(args, "except", except);
	Call call = {.environment = fleet->environment, .args = args, .state_folder = fleet->machines.folder.path, .deadline = {mono_now().ms + 60000},
		.output = on_output, .sending = on_sending, .fact = on_fact, .cancelled = is_cancelled, .userdata = fleet};
	ret->ok = action->plan(&call, &ret->plan, &ret->err) && action->apply(&call, &ret->plan, &ret->result, &ret->err);
}

static const Json *fact(const Json *nodes, const char *name) {
	JSON_EACH(node, nodes)
		if (text_eq(json_get_string(node, "name"), name))
			return node;
	return NULL;
}

static void assert_end(const Ended *ended, const char *name, const char *end, const char *why) {
	const Json *node = fact(ended->result.nodes, name);
	cr_assert(node, "nothing is told of %s", name);
	assert_text(name, json_get_string(node, "end"), end);
	cr_assert(strstr(json_get_string_or(node, "why", ""), why), "%s: no \"%s\" in: %s", name, why, json_get_string_or(node, "why", ""));
}

Test(command_nodes, each_end_is_told_apart_and_one_in_doubt_makes_the_whole_so) {
	AUTO_FREE char *more = bg_asprintf("    - { name: refused, address: 127.0.0.1, port: %d, user: nobody }\n", loopback_unused_port());
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) ended = {0};
	fleet_begin(&fleet, more);
	/* Each knows by the address that was connected to which it is: one exits, one kills the server's side of its own connection, one itself. */
	run(&fleet, "ssh:n2,n3,n4,n5,refused", FLEET_CASE FLEET_IS("3") "echo no; exit 3;; " FLEET_IS("4") "kill -9 $PPID; sleep 100;; "
		FLEET_IS("5") "kill -9 $$;; esac; echo yes", "15s", NULL, &ended);
	cr_assert(!ended.ok && ended.err.kind == ERROR_IO && ended.result.began, "%s", ended.err.why);
	assert_end(&ended, "n2", "done", "");
	assert_end(&ended, "n3", "failed", "exit 3");
	assert_end(&ended, "n4", "in-doubt", "");
	assert_end(&ended, "n5", "failed", "signal KILL");
	assert_end(&ended, "refused", "not-started", "connection refused");
	cr_assert(str_starts(str_from(ended.result.evidence), "5 nodes: 1 done, 2 failed, 1 in doubt, 1 not started; in doubt: n4 ("), "%s",
		ended.result.evidence);
	cr_assert_eq(json_count(fleet.facts), 5, "each was told as it ended");
	cr_assert(strstr(buf_text(&fleet.out), "n3 (1 of 5): failed: exit 3\nno\n"), "%s", buf_text(&fleet.out));
}

Test(command_nodes, equal_outputs_are_told_once) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) ended = {0};
	fleet_begin(&fleet, "");
	run(&fleet, "ssh:n2,n3,n4,n5", FLEET_CASE FLEET_IS("4") "echo other;; *) echo same; echo err >&2;; esac", "30s", NULL, &ended);
	assert_ok(ended.ok, &ended.err);
	assert_text("output", buf_text(&fleet.out), "n2, n3, n5 (3 of 4): done\nsame\nerr\nn4 (1 of 4): done\nother\n");
	assert_text("evidence", ended.result.evidence, "4 nodes: 4 done");
	cr_assert_eq(ended.result.exit_code, 0);
	cr_assert_eq(json_get_int(fact(ended.result.nodes, "n5"), "output", 0), 1);
	cr_assert_eq(json_get_int(fact(ended.result.nodes, "n4"), "output", 0), 2);
}

/* The shell over there gets what is shown, byte for byte. */
Test(command_nodes, the_exact_text_goes_to_the_shell_there) {
	static const struct { const char *text, *output; } cases[] = {
		{"printf '%s|' \"it's\" 'a\"b' \"$(echo \"sub $(echo deep)\")\" $((1+2)) -x -- \\\\", "it's|a\"b|sub deep|3|-x|--|\\|"},
		{"-no-such-command 2>/dev/null || echo dash", "dash"},
		{"echo one\necho two", "one\ntwo"},
		{"cat <<'EOF'\n$HOME `x` <!-- ```\nEOF", "$HOME `x` <!-- ```"},
	};
	AUTO_CLEAR(Fleet) fleet = {0};
	fleet_begin(&fleet, "");
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Ended) ended = {0};
		AUTO_FREE char *wanted = bg_asprintf("n2 (1 of 1): done\n%s\n", cases[i].output);
		buf_truncate(&fleet.out, 0);
		run(&fleet, "ssh:n2", cases[i].text, "30s", NULL, &ended);
		assert_ok(ended.ok, &ended.err);
		assert_text(cases[i].text, buf_text(&fleet.out), wanted);
	}
}

Test(command_nodes, the_plan_names_every_machine_and_what_is_sent) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) ended = {0};
	AUTO_CLEAR(StrList) lines = {0};
	fleet_begin(&fleet, "    - { name: stranger, address: 127.1.0.1, user: root }\n");
	fleet.cancelled = true;
	run(&fleet, "ssh:n2,n3,stranger", "uptime", NULL, "n3", &ended);
	plan_describe(&ended.plan, &lines);
	AUTO_FREE char *second = bg_asprintf("on n2 (%s@[127.0.0.2]:%d)", test_login(), test_sshd_port(fleet.machines.sshd));
	cr_assert_eq(lines.count, 3);
	assert_text("command", lines.items[0], "run uptime");
	assert_text("node", lines.items[1], second);
	assert_text("node", lines.items[2], "on stranger (root@127.1.0.1)");
	cr_assert_eq(ended.plan.warnings.count, 2);
	assert_text("warning", ended.plan.warnings.items[0], "no host key of stranger is known: it will not be started there");
	assert_text("warning", ended.plan.warnings.items[1], "n3 is left out: it was done there before");
	assert_text("target", ended.plan.target, "2 nodes: n2, stranger");
	assert_text("confirm", ended.plan.confirm_name, "2 nodes");
	/* Stopped before it began: nothing was sent. */
	cr_assert(!ended.ok && !ended.result.began);
	assert_end(&ended, "n2", "not-started", "");
}

Test(command_nodes, what_cannot_be_meant_is_refused_before_anything_is_sent) {
	static const struct { const char *host, *why; } cases[] = {
		{"ssh:", "names no node"}, {"ssh:n2,nobody", "no node \"nobody\""}, {"ssh:n2, n2", "n2 stands there twice"},
		{"ssh:-oProxyCommand=x", "no node"}, {"ssh", "neither local nor ssh:NAME"}, {"n2", "neither local nor ssh:NAME"},
	};
	AUTO_CLEAR(Fleet) fleet = {0};
	fleet_begin(&fleet, "");
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Ended) ended = {0};
		run(&fleet, cases[i].host, "true", NULL, NULL, &ended);
		cr_assert(!ended.ok && strstr(ended.err.why, cases[i].why), "%s: %s", cases[i].host, ended.err.why);
		cr_assert(*ended.err.hint && !ended.result.began);
	}
	AUTO_CLEAR(Ended) ended = {0};
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "echo ");
	for (int i = 0; i < 64 * 1024; i++)
		buf_putc(&text, 'x');
	run(&fleet, "ssh:n2", buf_text(&text), NULL, NULL, &ended);
	cr_assert(!ended.ok && strstr(ended.err.why, "8192 are sent at most"), "%s", ended.err.why);
}

/* What runs is broken off and in doubt; what has not had its turn is not begun. */
Test(command_nodes, a_wish_to_stop_and_a_deadline_leave_what_was_sent_in_doubt) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) slow = {0};
	AUTO_CLEAR(Ended) stopped = {0};
	fleet_begin(&fleet, "");
	run(&fleet, "ssh:n2,n3", FLEET_CASE FLEET_IS("3") "exit 0;; esac; while kill -0 $PPID; do sleep 0.1; done", "2s", NULL, &slow);
	cr_assert(!slow.ok && slow.err.kind == ERROR_IO);
	assert_end(&slow, "n2", "in-doubt", "");
	assert_end(&slow, "n3", "done", "");
	fleet.cancel_at = temp_path(&fleet.machines.folder, "begun");
	AUTO_FREE char *text = bg_asprintf("echo x >> %s/count; touch %s; while kill -0 $PPID; do sleep 0.1; done", fleet.machines.folder.path, fleet.cancel_at);
	run(&fleet, "ssh:n2", text, "60s", NULL, &stopped);
	cr_assert(!stopped.ok && stopped.result.began);
	assert_end(&stopped, "n2", "in-doubt", "");
	AUTO_FREE char *count = read_text(temp_path(&fleet.machines.folder, "count"));
	assert_text("ran once", count, "x\n");
}

Test(command_nodes, hostile_output_is_bounded_and_said_to_be_cut) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) ended = {0};
	fleet_begin(&fleet, "");
	run(&fleet, "ssh:n2", "printf '\\033]0;owned\\007\\000\\377'; i=0; while [ $i -lt 2000 ]; do printf '%0100d\\n' $i; i=$((i+1)); done", "60s", NULL, &ended);
	assert_ok(ended.ok, &ended.err);
	cr_assert(fleet.out.len > 64 * 1024 && fleet.out.len < 70 * 1024, "%zu", fleet.out.len);
	cr_assert(str_ends(buf_str(&fleet.out), "[there was more: what is over the limit is not kept]\n"));
}

/* Names, RSA keys and the like: through the program, which tells whether it came as far as the command. */
Test(command_nodes, what_the_library_cannot_do_goes_through_the_program_with_the_same_ends) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) ended = {0};
	fleet_begin(&fleet, "");
	for (int i = 0; i < 3; i++) {
		EnvironmentNode *node = &fleet.environment->nodes[i];
		free(node->key);
		node->key = bg_strdup(test_key(&fleet.machines.folder, "rsa", "rsa", ""));
	}
	AUTO_FREE char *admitted = read_text(temp_path(&fleet.machines.folder, "rsa.pub"));
	temp_write(&fleet.machines.folder, "client.pub", admitted);
	run(&fleet, "ssh:n2,n3,n4", FLEET_CASE FLEET_IS("3") "echo 'ssh: connect to host x: Connection refused' >&2; exit 255;; "
		FLEET_IS("4") "exit 4;; esac; echo err >&2", "30s", NULL, &ended);
	assert_end(&ended, "n2", "done", "");
	/* It was admitted and ended with 255: its own status or a broken connection, nobody can tell. */
	assert_end(&ended, "n3", "in-doubt", "255");
	assert_end(&ended, "n4", "failed", "exit 4");
	cr_assert(strstr(buf_text(&fleet.out), "n2 (1 of 3): done\nerr\n"), "%s", buf_text(&fleet.out));
	cr_assert(!strstr(buf_text(&fleet.out), "Authenticated"), "%s", buf_text(&fleet.out));
}

Test(command_nodes, more_than_run_at_once_all_have_their_turn) {
	AUTO_CLEAR(Buf) more = {0};
	AUTO_CLEAR(Buf) host = {0};
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) ended = {0};
	int refused = loopback_unused_port();
	buf_puts(&host, "ssh:n2,n3");
	for (int i = 0; i < 200; i++) {
		buf_printf(&more, "    - { name: gone%d, address: 127.0.1.%d, port: %d, user: nobody }\n", i, i + 1, refused);
		buf_printf(&host, ",gone%d", i);
	}
	buf_puts(&host, ",n4");
	fleet_begin(&fleet, buf_text(&more));
	run(&fleet, buf_text(&host), "true", "60s", NULL, &ended);
	cr_assert(!ended.ok && ended.err.kind == ERROR_REMOTE, "%s", ended.err.why);
	assert_text("evidence", ended.result.evidence, "203 nodes: 3 done, 200 not started");
	cr_assert(fleet.named.count == 203 && fleet.ended_unnamed == 0, "each was named once, before it was begun: %zu", fleet.named.count);
	cr_assert(strstr(ended.err.why, "not started: gone0 (connection refused), gone1 (connection refused)"), "%s", ended.err.why);
	assert_text("fold", str_ends(buf_str(&fleet.out), "(200 of 203): not started: connection refused\n") ? "" : buf_text(&fleet.out), "");
}

Test(command_nodes, where_it_goes_is_written_down_or_it_does_not_go) {
	AUTO_CLEAR(Fleet) fleet = {0};
	AUTO_CLEAR(Ended) ended = {0};
	fleet_begin(&fleet, "");
	fleet.full = true;
	AUTO_FREE char *text = bg_asprintf("echo x >> %s/count", fleet.machines.folder.path);
	run(&fleet, "ssh:n2,n3", text, "30s", NULL, &ended);
	cr_assert(!ended.ok && !ended.result.began);
	assert_end(&ended, "n2", "not-started", "no space is left");
	assert_end(&ended, "n3", "not-started", "no space is left");
	cr_assert(access(temp_path(&fleet.machines.folder, "count"), F_OK) != 0, "it was sent");
}
