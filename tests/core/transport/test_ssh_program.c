/* The same commands through the ssh program: what it says, read, and a real one against a real sshd. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/transport/ssh/program.h"
#include "ssh_fixture.h"
#include "tests/support/loopback.h"
#include "tests/support/process.h"

#define LONG_MS 20000

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
