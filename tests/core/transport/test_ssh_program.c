/* The same commands through the ssh program: what it says, read, and a real one against a real sshd. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/transport/ssh/known_hosts_accept.h"
#include "core/transport/ssh/program.h"
#include "core/transport/ssh/program_jump.h"
#include "core/transport/ssh/program_key.h"
#include "core/transport/ssh/program_shared.h"
#include "ssh_fixture.h"
#include "tests/support/loopback.h"
#include "tests/support/process.h"

#define LONG_MS 20000
#define JUMP_MS 60000   /* through a gate, what ssh says of it, and its key: each is a start of ssh */

typedef struct Case { const char *said; SshOutcome outcome; const char *why; } Case;

/* As OpenSSH 9.2 says it. */
static const Case cases[] = {
	{"ssh: connect to host 10.0.0.1 port 22: Connection refused\r\n", SSH_REFUSED, "connection refused"},
	{"ssh: connect to host 4a1:b2::1 port 22: No route to host\r\n", SSH_NO_ROUTE, "no route"},
	{"ssh: connect to host 4a1:b2::1 port 22: Network is unreachable\r\n", SSH_NO_ROUTE, "no route"},
	{"ssh: connect to host 4a1:b2::1 port 22: Connection timed out\r\n", SSH_TIMED_OUT, "nothing answers"},
	{"ssh: Could not resolve hostname nowhere: Name or service not known\r\n", SSH_NO_ROUTE, "its name"},
	{"Connection timed out during banner exchange\r\nConnection to 10.0.0.1 port 22 timed out\r\n", SSH_NO_BANNER, "no SSH banner"},
	{"kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 22\r\n", SSH_BUSY, "before its banner"},
	{"kex_exchange_identification: read: Connection reset by peer\r\n", SSH_BUSY, "before its banner"},
	{"No ED25519 host key is known for 10.0.0.1 and you have requested strict checking.\r\nHost key verification failed.\r\n", SSH_HOST_UNKNOWN, "not known"},
	{"@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nThe fingerprint for the ED25519 key sent by the remote host is\n"
		"SHA256:abc+/DEF.\r\nHost key verification failed.\r\n", SSH_HOST_CHANGED, "changed"},
	{"@@@\r\n@       WARNING: REVOKED HOST KEY DETECTED!               @\r\nThe ED25519 host key for x is marked as revoked.\r\nHost key verification failed.\r\n",
		SSH_HOST_REVOKED, "revoked"},
	{"admin@10.0.0.1: Permission denied (publickey).\r\n", SSH_NOT_ADMITTED, "admits none"},
	{"Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\n", SSH_NOT_ADMITTED, "more keys"},
	{"Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-dss\r\n", SSH_NOT_POSSIBLE, "no algorithm"},
	{"client_loop: send disconnect: Broken pipe\r\n", SSH_BROKEN, "Broken pipe"},
	{"", SSH_BROKEN, "no word"},
	{"\033[31mred\033[0m words", SSH_BROKEN, "ssh: red words"},
};

Test(ssh_program, what_ssh_says_is_told_apart) {
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(SshResult) result = {0};
		SshTarget target = {.host = "10.0.0.1", .user = "admin"};
		ssh_program_judge(&target, str_from(cases[i].said), &result);
		cr_expect(result.outcome == cases[i].outcome, "%s: %s", cases[i].said, ssh_outcome_words(result.outcome));
		cr_expect(strstr(result.error.why, cases[i].why), "%s: %s", cases[i].said, result.error.why);
	}
	AUTO_CLEAR(SshResult) changed = {0};
	SshTarget target = {.host = "10.0.0.1", .user = "admin"};
	ssh_program_judge(&target, str_from(cases[9].said), &changed);
	assert_text("fingerprint", changed.host_key.offered, "SHA256:abc+/DEF");
}

/* A server whose keys stand in a file, as the program wants them. */
static SshFixture *with_file(const TestSshdOptions *options, StrList *ret_files) {
	if (!have_program("ssh"))
		cr_skip_test("there is no ssh here");
	SshFixture *fixture = ssh_fixture_new(options);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	AUTO_FREE char *lines = test_sshd_known_line(fixture->sshd);
	strlist_add(ret_files, temp_write(&fixture->folder, "known_hosts", lines));
	fixture->target.known_files = ret_files;
	return fixture;
}

static void run(const SshTarget *target, const char *text, int64_t deadline_ms, SshResult *ret) {
	SshCommand command = {.text = text, .deadline_ms = deadline_ms};
	ssh_result_clear(ret);
	ssh_program_run(target, &command, NULL, NULL, ret);
}

Test(ssh_program, a_real_one_runs_commands_and_meets_faults) {
	TestSshdOptions rsa_only = {.host_key_types = "rsa"};
	AUTO_CLEAR(StrList) files = {0};
	AUTO(SshFixture) *fixture = with_file(&rsa_only, &files);
	AUTO_CLEAR(SshResult) result = {0};
	run(&fixture->target, "echo out; echo err >&2; exit 7", LONG_MS, &result);
	cr_assert(result.outcome == SSH_RAN && result.exit_code == 7 && result.by_program && result.began);
	assert_text("stdout", buf_text(&result.out), "out\n");
	assert_text("stderr", buf_text(&result.err), "err\n");
	run(&fixture->target, "while kill -0 $PPID 2>/dev/null; do sleep 0.1; done", 1500, &result);
	assert_outcome(&result, SSH_TIMED_OUT, "within the deadline");
	cr_assert(result.began, "it may have begun");

	SshTarget target = fixture->target;
	AUTO_CLEAR(StrList) nothing = {0};
	strlist_add(&nothing, temp_write(&fixture->folder, "nothing", ""));
	target.known_files = &nothing;
	run(&target, "true", LONG_MS, &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "not known");
	cr_assert(!result.began);
	target = fixture->target;
	target.key_path = test_key(&fixture->folder, "stranger", "ed25519", "");
	run(&target, "true", LONG_MS, &result);
	assert_outcome(&result, SSH_NOT_ADMITTED, "admits none");
	target.port = loopback_unused_port();
	run(&target, "true", LONG_MS, &result);
	assert_outcome(&result, SSH_REFUSED, "connection refused");
}

Test(ssh_program, a_changed_host_key_comes_with_both_fingerprints) {
	AUTO_CLEAR(StrList) files = {0};
	AUTO(SshFixture) *fixture = with_file(NULL, &files);
	const char *other = test_key(&fixture->folder, "other", "ed25519", "");
	AUTO_FREE char *path = bg_asprintf("%s.pub", other);
	AUTO_FREE char *key = read_text(path);
	AUTO_FREE char *line = bg_asprintf("[127.0.0.1]:%d %s", fixture->target.port, key);
	AUTO_CLEAR(StrList) changed = {0};
	strlist_add(&changed, temp_write(&fixture->folder, "old_hosts", line));
	AUTO(KnownHosts) *known = known_hosts_new();
	Error err = {0};
	assert_ok(known_hosts_load(known, changed.items[0], &err), &err);
	SshTarget target = fixture->target;
	target.known_files = &changed;
	target.known = known;
	AUTO_CLEAR(SshResult) result = {0};
	run(&target, "true", LONG_MS, &result);
	assert_outcome(&result, SSH_HOST_CHANGED, result.host_key.offered);
	cr_assert(strlen(result.host_key.offered) > 40 && strstr(result.error.why, result.host_key.known), "%s", result.error.why);
	cr_assert(strstr(result.error.hint, "ssh-keygen -R"), "%s", result.error.hint);
}

Test(ssh_program, a_server_with_too_many_beginners_is_asked_again) {
	TestSshdOptions one = {.config = "MaxStartups 1"};
	AUTO_CLEAR(StrList) files = {0};
	AUTO(SshFixture) *fixture = with_file(&one, &files);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t) fixture->target.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	AUTO_CLOSE int holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char byte = 0;
	cr_assert(connect(holder, (const struct sockaddr *) &address, sizeof(address)) == 0 && read(holder, &byte, 1) == 1);
	AUTO_CLEAR(SshResult) result = {0};
	run(&fixture->target, "true", 4000, &result);
	assert_outcome(&result, SSH_BUSY, "before its banner");
	cr_assert(result.refusals > 0);
}

/* ---- the key of a host that was refused ---- */

Test(ssh_program, the_kind_of_key_that_ssh_speaks_of_is_asked_for) {
	static const struct { const char *said, *algorithms; } kinds[] = {
		{"No RSA host key is known for [127.0.0.1]:22 and you have requested strict checking.\r\n", "rsa-sha2-512,rsa-sha2-256"},
		{"No ED25519 host key is known for x and you have requested strict checking.\r\n", "ssh-ed25519"},
		{"The fingerprint for the ECDSA key sent by the remote host is\nSHA256:abc.\r\n", "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521"},
		{"Host key verification failed.\r\n", NULL},
	};
	for (size_t i = 0; i < BG_LENGTH(kinds); i++) {
		const char *told = ssh_program_key_algorithms(str_from(kinds[i].said));
		cr_expect(told == kinds[i].algorithms || text_eq(told, kinds[i].algorithms), "%s: %s", kinds[i].said, told ? told : "none");
	}
}

/* "ssh-rsa AAAA..." of the first line. Owned. */
static char *key_of(const SshFixture *fixture) {
	AUTO_FREE char *lines = test_sshd_known_line(fixture->sshd);
	Str rest = str_from(lines), line = {0};
	cr_assert(str_next_line(&rest, &line));
	Str key = str_trim(str_slice(line, (size_t) str_find_char(line, ' ') + 1, line.len));
	ptrdiff_t blank = str_find_char(key, ' ');
	ptrdiff_t comment = blank < 0 ? -1 : str_find_char(str_slice(key, (size_t) blank + 1, key.len), ' ');
	return str_dup(comment < 0 ? key : str_slice(key, 0, (size_t) (blank + 1 + comment)));
}

Test(ssh_program, the_key_of_an_unknown_host_is_learnt_and_nobody_is_let_in) {
	static const char *const types[] = {"rsa", "ed25519", "ecdsa"};
	for (size_t i = 0; i < BG_LENGTH(types); i++) {
		AUTO_CLEAR(StrList) files = {0};
		AUTO_CLEAR(StrList) nothing = {0};
		AUTO_CLEAR(SshResult) result = {0};
		AUTO(SshFixture) *fixture = with_file(&(TestSshdOptions){.host_key_types = types[i]}, &files);
		AUTO_FREE char *key = key_of(fixture);
		const char *path = temp_write(&fixture->folder, "nothing", "");
		strlist_add(&nothing, path);
		SshTarget target = fixture->target;
		target.known_files = &nothing;
		run(&target, "true", LONG_MS, &result);
		assert_outcome(&result, SSH_HOST_UNKNOWN, "its host key is not known: it shows SHA256:");
		assert_text(types[i], result.host_key.key, key);
		cr_expect(!result.began && result.host_key.verdict == HOST_KEY_UNKNOWN);
		AUTO_FREE char *left = read_text(path);
		assert_text("what is known is as it was", left, "");
		/* Accepted, it is known. */
		AUTO_CLEAR(StrList) removed = {0};
		Error err = {0};
		assert_ok(known_hosts_accept(&nothing, target.host, target.port, result.host_key.key, true, &removed, &err), &err);
		run(&target, "echo in", LONG_MS, &result);
		assert_ran(&result, "in\n");
	}
}

Test(ssh_program, a_changed_key_is_learnt_when_it_is_the_one_that_ssh_showed) {
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(StrList) changed = {0};
	AUTO_CLEAR(SshResult) result = {0};
	AUTO(SshFixture) *fixture = with_file(&(TestSshdOptions){.host_key_types = "rsa"}, &files);
	AUTO_FREE char *path = bg_asprintf("%s.pub", test_key(&fixture->folder, "other", "rsa", ""));
	AUTO_FREE char *other = read_text(path);
	AUTO_FREE char *line = bg_asprintf("[127.0.0.1]:%d %s", fixture->target.port, other);
	AUTO_FREE char *key = key_of(fixture);
	strlist_add(&changed, temp_write(&fixture->folder, "old_hosts", line));
	SshTarget target = fixture->target;
	target.known_files = &changed;
	target.known = NULL;
	run(&target, "true", LONG_MS, &result);
	assert_outcome(&result, SSH_HOST_CHANGED, "its host key changed");
	assert_text("key", result.host_key.key, key);
	/* Another machine answers the second time: nothing is learnt from it. */
	ProcessRequest request = {.deadline_ms = LONG_MS};
	SshResult shown = {.outcome = SSH_HOST_CHANGED};
	memcpy(shown.host_key.offered, "SHA256:another", sizeof("SHA256:another"));
	ssh_program_learn_key(&target, STR(""), &request, &shown);
	assert_text("nothing", shown.host_key.key, "");
	assert_text("as it was shown", shown.host_key.offered, "SHA256:another");
}

/* ssh finds the jump host's key and login in its own files: here one that stands in front of it names them. */
Test(ssh_program, a_key_behind_a_jump_host_is_learnt_through_it) {
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(StrList) nothing = {0};
	AUTO_CLEAR(SshResult) result = {0};
	AUTO(SshFixture) *fixture = with_file(&(TestSshdOptions){.host_key_types = "rsa"}, &files);
	AUTO(TestSshd) *gate = test_sshd_start(&fixture->folder, "gate", &(TestSshdOptions){.host_key_types = "ed25519"});
	AUTO_FREE char *known = test_sshd_known_line(gate);
	AUTO_FREE char *config = bg_asprintf("Host gate\n  HostName 127.0.0.1\n  Port %d\n  User %s\n  IdentityFile %s\n  UserKnownHostsFile %s\n", test_sshd_port(gate),
		test_login(), test_sshd_key(&fixture->folder), temp_write(&fixture->folder, "gate_hosts", known));
	AUTO_FREE char *config_path = bg_strdup(temp_write(&fixture->folder, "config", config));
	AUTO_FREE char *script = bg_asprintf("#!/bin/sh\nexec /usr/bin/ssh -F %s \"$@\"\n", config_path);
	AUTO_FREE char *program = bg_strdup(temp_write(&fixture->folder, "bin/ssh", script));
	AUTO_FREE char *path = bg_asprintf("%s:%s", temp_path(&fixture->folder, "bin"), getenv("PATH"));
	AUTO_FREE char *key = key_of(fixture);
	cr_assert_eq(chmod(program, 0755), 0);
	setenv("PATH", path, 1);
	strlist_add(&nothing, temp_write(&fixture->folder, "nothing", ""));
	SshTarget target = fixture->target;
	target.jump = "gate";
	target.known_files = &nothing;
	run(&target, "true", LONG_MS, &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "it shows SHA256:");
	assert_text("key", result.host_key.key, key);
	target.known_files = &files;
	run(&target, "echo through", LONG_MS, &result);
	assert_ran(&result, "through\n");
	/* The jump host's own key: it is told whose it is, and nothing of it is taken for the machine behind. */
	temp_write(&fixture->folder, "gate_hosts", "# nobody is known any more\n");
	run(&target, "true", LONG_MS, &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "the host key of the jump host gate is not known");
	cr_assert(strstr(result.error.hint, "type ssh gate here"), "%s", result.error.hint);
	assert_text("key", result.host_key.key, "");
	AUTO_FREE char *other_path = bg_asprintf("%s.pub", test_sshd_key(&fixture->folder));
	AUTO_FREE char *other = read_text(other_path);
	AUTO_FREE char *changed = bg_asprintf("[127.0.0.1]:%d %s", test_sshd_port(gate), other);
	temp_write(&fixture->folder, "gate_hosts", changed);
	run(&target, "true", LONG_MS, &result);
	assert_text("key", result.host_key.key, "");
	assert_text("shown", result.host_key.offered, "");
	cr_assert(strstr(result.error.why, "jump host gate"), "%s: %s", result.error.why, buf_text(&result.err));
}

/* Where the files are the same in which ssh looks the jump host up, its key can be decided on, and only then. */
Test(ssh_program, the_key_of_a_jump_host_is_learnt_where_it_would_count) {
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(StrList) hosts = {0};
	AUTO_CLEAR(StrList) removed = {0};
	AUTO_CLEAR(SshResult) result = {0};
	AUTO(SshFixture) *fixture = with_file(&(TestSshdOptions){.host_key_types = "rsa"}, &files);
	AUTO(TestSshd) *gate = test_sshd_start(&fixture->folder, "gate", &(TestSshdOptions){.host_key_types = "ed25519"});
	AUTO_FREE char *line = test_sshd_known_line(gate);
	AUTO_FREE char *name = bg_asprintf("[127.0.0.1]:%d", test_sshd_port(gate));
	strlist_add(&hosts, temp_write(&fixture->folder, "hosts", ""));
	AUTO_FREE char *config = bg_asprintf("Host gate\n  HostName 127.0.0.1\n  Port %d\n  User %s\n  IdentityFile %s\n  UserKnownHostsFile /dev/null %s\n",
		test_sshd_port(gate), test_login(), test_sshd_key(&fixture->folder), hosts.items[0]);
	AUTO_FREE char *config_path = bg_strdup(temp_write(&fixture->folder, "config", config));
	AUTO_FREE char *script = bg_asprintf("#!/bin/sh\nexec /usr/bin/ssh -F %s \"$@\"\n", config_path);
	AUTO_FREE char *program = bg_strdup(temp_write(&fixture->folder, "bin/ssh", script));
	AUTO_FREE char *path = bg_asprintf("%s:%s", temp_path(&fixture->folder, "bin"), getenv("PATH"));
	Error err = {0};
	cr_assert_eq(chmod(program, 0755), 0);
	setenv("PATH", path, 1);
	SshTarget target = fixture->target;
	target.jump = "gate";
	target.connect_ms = JUMP_MS;
	target.known = NULL;
	target.known_files = &files;   /* ssh does not look the jump host up there */
	run(&target, "true", JUMP_MS, &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "the host key of the jump host gate is not known");
	assert_text("of no use", result.host_key.key, "");
	target.known_files = &hosts;
	run(&target, "true", JUMP_MS, &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "the host key of the jump host gate is not known: it shows SHA256:");
	assert_text("whose", result.host_key_of, name);
	cr_assert(*result.host_key.key && strstr(line, result.host_key.key), "%s in %s", result.host_key.key, line);
	assert_ok(known_hosts_accept(&hosts, "127.0.0.1", test_sshd_port(gate), result.host_key.key, true, &removed, &err), &err);
	run(&target, "true", JUMP_MS, &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "its host key is not known: it shows SHA256:");
	assert_text("the machine's own now", result.host_key_of, "");
	/* Another key is known of it. */
	AUTO_FREE char *other_path = bg_asprintf("%s.pub", test_sshd_key(&fixture->folder));
	AUTO_FREE char *other = read_text(other_path);
	AUTO_FREE char *changed = bg_asprintf("%s %s", name, other);
	temp_write(&fixture->folder, "hosts", changed);
	AUTO(KnownHosts) *known = known_hosts_new();
	assert_ok(known_hosts_load(known, hosts.items[0], &err), &err);
	target.known = known;
	run(&target, "true", JUMP_MS, &result);
	assert_outcome(&result, SSH_HOST_CHANGED, "the host key of the jump host gate changed: it shows SHA256:");
	cr_assert(*result.host_key.key && strstr(line, result.host_key.key), "%s in %s", result.host_key.key, line);
	cr_assert(str_starts(str_from(result.host_key.known), "SHA256:") && !text_eq(result.host_key.known, result.host_key.offered), "%s", result.host_key.known);
	assert_ok(known_hosts_accept(&hosts, "127.0.0.1", test_sshd_port(gate), result.host_key.key, true, &removed, &err), &err);
	run(&target, "true", JUMP_MS, &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "its host key is not known: it shows SHA256:");
}

Test(ssh_program, a_jump_host_is_named_as_ssh_takes_it) {
	static const struct { const char *jump; bool ok; const char *user, *host; int port; } jumps[] = {
		{"gate", true, "", "gate", 0}, {"ann@gate", true, "ann", "gate", 0}, {"ann@gate:2222", true, "ann", "gate", 2222}, {"[4a1::1]:22", true, "", "4a1::1", 22},
		{"4a1::1", true, "", "4a1::1", 0}, {"a@b@gate", true, "a@b", "gate", 0}, {"gate,other", false, NULL, NULL, 0}, {"ssh://gate", false, NULL, NULL, 0},
		{"", false, NULL, NULL, 0}, {"gate:x", false, NULL, NULL, 0}, {"gate:99999", false, NULL, NULL, 0}, {"-oProxyCommand=x", false, NULL, NULL, 0},
		{"[4a1::1]x", false, NULL, NULL, 0},
	};
	for (size_t i = 0; i < BG_LENGTH(jumps); i++) {
		AUTO_FREE char *user = NULL, *host = NULL;
		int port = 0;
		bool ok = ssh_jump_parse(jumps[i].jump, &user, &host, &port);
		cr_expect_eq(ok, jumps[i].ok, "%s", jumps[i].jump);
		cr_expect(!ok || (text_eq(user, jumps[i].user) && text_eq(host, jumps[i].host) && port == jumps[i].port), "%s: %s %s %d", jumps[i].jump, user, host, port);
	}
}

Test(ssh_program, where_a_key_is_looked_up_is_read_from_what_ssh_says) {
	AUTO_CLEAR(JumpSettings) settings = {0};
	JumpSettings none = {0};
	cr_assert(ssh_jump_settings_parse(STR("host gate\nhostname 10.0.0.1\nport 2222\nuserknownhostsfile /a/known_hosts /a/known_hosts2\n"), &settings));
	assert_text("host", settings.host, "10.0.0.1");
	cr_expect(settings.port == 2222 && settings.files.count == 2 && text_eq(settings.files.items[1], "/a/known_hosts2"));
	cr_expect(!ssh_jump_settings_parse(STR("hostname gate\nport 22\nhostkeyalias other\n"), &none), "under another name it would be accepted for nobody");
	cr_expect(!ssh_jump_settings_parse(STR("port 22\n"), &none) && !none.host);
}

/* ---- connections that are kept ---- */

/* As a sweep has them. */
static SshTarget keeping(const SshFixture *fixture, const char *folder) {
	SshTarget target = fixture->target;
	target.shared = folder;
	target.shared_s = 60;
	return target;
}

static void run_again(const SshTarget *target, const char *text, SshResult *ret) {
	SshCommand command = {.text = text, .deadline_ms = 2 * LONG_MS, .repeatable = true};
	ssh_result_clear(ret);
	ssh_program_run(target, &command, NULL, NULL, ret);
}

Test(ssh_program, a_connection_is_kept_until_something_about_it_changes) {
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(SshResult) result = {0};
	AUTO(SshFixture) *fixture = with_file(&(TestSshdOptions){.host_key_types = "rsa"}, &files);
	AUTO_FREE char *folder = ssh_shared_begin();
	SshTarget target = keeping(fixture, folder);
	for (int i = 0; i < 3; i++) {
		run_again(&target, "echo again", &result);
		assert_ran(&result, "again\n");
		cr_expect_eq(result.reused, i > 0, "%d", i);
	}
	/* What may not be repeated goes its own way. */
	run(&target, "echo once", LONG_MS, &result);
	assert_ran(&result, "once\n");
	cr_expect(!result.reused);
	/* Another set of known keys: the machine is looked at anew, and refused. */
	AUTO_FREE char *before = read_text(files.items[0]);
	temp_write(&fixture->folder, "known_hosts", "# nobody is known any more\n");
	run_again(&target, "true", &result);
	assert_outcome(&result, SSH_HOST_UNKNOWN, "not known");
	temp_write(&fixture->folder, "known_hosts", before);
	run_again(&target, "echo anew", &result);
	assert_ran(&result, "anew\n");
	ssh_shared_end_all(folder, LONG_MS);
	cr_expect(!file_exists(folder));
	test_sshd_wait_log(fixture->sshd, "Disconnected from user");
}

Test(ssh_program, a_kept_connection_to_a_machine_that_began_anew_is_made_anew) {
	AUTO_CLEAR(StrList) files = {0};
	AUTO_CLEAR(SshResult) result = {0};
	AUTO(SshFixture) *fixture = with_file(&(TestSshdOptions){.host_key_types = "rsa"}, &files);
	AUTO_FREE char *folder = ssh_shared_begin();
	SshTarget target = keeping(fixture, folder);
	run_again(&target, "echo before", &result);
	assert_ran(&result, "before\n");
	/* A socket behind which nobody is any more, as a master that was killed leaves it. */
	AUTO_FREE char *socket = ssh_shared_socket(&target);
	ssh_shared_end(socket);
	AUTO_CLOSE int dead = open(socket, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	cr_assert(dead >= 0);
	run_again(&target, "echo after", &result);
	assert_ran(&result, "after\n");
	ssh_shared_end_all(folder, LONG_MS);
}

Test(ssh_program, a_folder_too_deep_for_a_socket_keeps_nothing) {
	AUTO_CLEAR(Buf) deep = {0};
	for (int i = 0; i < 12; i++)
		buf_puts(&deep, "/a-folder");
	SshTarget target = {.host = "10.0.0.1", .user = "admin", .shared = buf_text(&deep)};
	cr_expect_null(ssh_shared_socket(&target));
	target.shared = NULL;
	cr_expect_null(ssh_shared_socket(&target));
}

/* A command that may not be repeated is never sent twice, and never called not begun: whatever a banner says before it, and the command after it. */
Test(ssh_program, a_banner_does_not_hide_that_a_command_was_sent) {
	static const char *const BANNERS[] = {"Authorised use only", "Authorised use only\n", "kex_exchange_identification"};
	for (size_t i = 0; i < BG_LENGTH(BANNERS); i++) {
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		AUTO_FREE char *config = bg_asprintf("Banner %s\n", temp_write(&folder, "banner", BANNERS[i]));
		TestSshdOptions options = {.config = config};
		AUTO_CLEAR(StrList) files = {0};
		AUTO(SshFixture) *fixture = with_file(&options, &files);
		AUTO_CLEAR(SshResult) result = {0};
		AUTO_FREE char *text = bg_asprintf("echo x >> %s; echo kex_exchange_identification >&2; exit 255", temp_path(&folder, "ran"));
		run(&fixture->target, text, 8000, &result);
		cr_assert(result.began, "%s: said not to have begun", BANNERS[i]);
		assert_outcome(&result, SSH_BROKEN, "status 255");
		AUTO_FREE char *ran = read_text(temp_path(&folder, "ran"));
		assert_text("times that it ran", ran, "x\n");
		cr_assert(!strstr(buf_text(&result.err), "Authenticated to"), "%s", buf_text(&result.err));
	}
}
