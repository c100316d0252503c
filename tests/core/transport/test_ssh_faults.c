/* Machines that do not answer as they should, each told apart from the others. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "ssh_fixture.h"
#include "tests/support/loopback.h"

#define LONG_MS 20000
#define SHORT_MS 600                 /* a deadline that passes: only the kernel has something to do within it */
#define SERVED_MS 3000               /* one within which a server has */
/* Ends when its session does: nothing is left behind. */
#define FOR_EVER "while kill -0 $PPID 2>/dev/null; do sleep 0.1; done"

static SshFixture *with_server(void) {
	SshFixture *fixture = ssh_fixture_new(NULL);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	return fixture;
}

/* A target without a server of ours behind it. */
static SshTarget nobody_at(const char *host, int port, const KnownHosts *known) {
	return (SshTarget){.host = host, .port = port, .user = "nobody", .agent = "", .known = known, .connect_ms = SHORT_MS};
}

Test(ssh_faults, no_connection) {
	AUTO(KnownHosts) *known = known_hosts_new();
	SshTarget target = nobody_at("127.0.0.1", loopback_unused_port(), known);
	AUTO(SshSession) *refused = ssh_session_new(&target);
	assert_outcome(ssh_run(refused, "true", LONG_MS), SSH_REFUSED, "connection refused");
	/* TEST-NET of IPv6 documentation with a scope that no interface has. */
	target = nobody_at("fe80::1%lo", 22, known);
	AUTO(SshSession) *no_route = ssh_session_new(&target);
	assert_outcome(ssh_run(no_route, "true", LONG_MS), SSH_NO_ROUTE, "no route");

	int port = 0;
	AUTO_CLOSE int filler = -1;
	AUTO_CLOSE int hole = test_port_blackhole(&port, &filler);
	target = nobody_at("127.0.0.1", port, known);
	AUTO(SshSession) *dropped = ssh_session_new(&target);
	assert_outcome(ssh_run(dropped, "true", LONG_MS), SSH_TIMED_OUT, "nothing answered at the address");
	cr_assert(hole >= 0);
}

Test(ssh_faults, no_banner) {
	AUTO(KnownHosts) *known = known_hosts_new();
	int port = 0;
	AUTO_CLOSE int silent = test_port_silent(&port);
	SshTarget target = nobody_at("127.0.0.1", port, known);
	AUTO(SshSession) *session = ssh_session_new(&target);
	assert_outcome(ssh_run(session, "true", LONG_MS), SSH_NO_BANNER, "no SSH banner");
	/* Still the same when its own time is longer than the deadline. */
	target.connect_ms = LONG_MS;
	AUTO(SshSession) *patient = ssh_session_new(&target);
	assert_outcome(ssh_run(patient, "true", SHORT_MS), SSH_NO_BANNER, "no SSH banner");


	AUTO_CLOSE int other = test_port_silent(&target.port);
	AUTO(SshSession) *elsewhere = ssh_session_new(&target);
	ssh_begin(elsewhere, "true", LONG_MS);
	ssh_session_step(elsewhere);
	AUTO_CLOSE int peer = accept(other, NULL, NULL);
	AUTO_CLEAR(Buf) lines = {0};
	while (lines.len < 10000)
		buf_puts(&lines, "220 this is another service\r\n");
	cr_assert(peer >= 0 && send(peer, lines.data, lines.len, MSG_NOSIGNAL) > 0);
	ssh_finish(elsewhere);
	assert_outcome(ssh_session_result(elsewhere), SSH_NO_BANNER, "no SSH server");
}

Test(ssh_faults, a_host_key_that_is_not_known_changed_or_revoked) {
	AUTO(SshFixture) *fixture = with_server();
	SshTarget target = fixture->target;
	AUTO(KnownHosts) *nothing = known_hosts_new();
	target.known = nothing;
	AUTO(SshSession) *unknown = ssh_session_new(&target);
	assert_outcome(ssh_run(unknown, "true", LONG_MS), SSH_HOST_UNKNOWN, "it shows SHA256:");
	cr_assert(!ssh_session_result(unknown)->began);

	const char *other = test_key(&fixture->folder, "other", "ed25519", "");
	AUTO_FREE char *other_path = bg_asprintf("%s.pub", other);
	AUTO_FREE char *other_key = read_text(other_path);
	AUTO_FREE char *other_line = bg_asprintf("[127.0.0.1]:%d %s", target.port, other_key);
	AUTO(KnownHosts) *before = known_hosts_new();
	Error err = {0};
	assert_ok(known_hosts_parse(before, str_from(other_line), "old_hosts", &err), &err);
	target.known = before;
	AUTO(SshSession) *changed = ssh_session_new(&target);
	const SshResult *result = ssh_run(changed, "true", LONG_MS);
	assert_outcome(result, SSH_HOST_CHANGED, result->host_key.offered);
	cr_assert(strstr(result->error.why, result->host_key.known) && strncmp(result->host_key.known, "SHA256:", 7) == 0);
	cr_assert(strstr(result->error.hint, "ssh-keygen -R"), "%s", result->error.hint);
	assert_text("file", result->host_key.file, "old_hosts");

	/* Revoked by a line behind those that know it. */
	AUTO_FREE char *lines = test_sshd_known_line(fixture->sshd);
	for (Str rest = str_from(lines), line; str_next_line(&rest, &line);) {
		AUTO_FREE char *revoking = bg_asprintf("@revoked %.*s\n", STR_ARG(line));
		ssh_fixture_know(fixture, revoking);
	}
	AUTO(SshSession) *revoked = ssh_session_new(&fixture->target);
	assert_outcome(ssh_run(revoked, "true", LONG_MS), SSH_HOST_REVOKED, "is revoked");
}

/* One unauthenticated connection at a time: another one that says nothing holds the place. */
static int hold_the_place(int port) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char byte = 0;
	cr_assert(fd >= 0 && connect(fd, (const struct sockaddr *) &address, sizeof(address)) == 0);
	cr_assert(read(fd, &byte, 1) == 1 && byte == 'S', "sshd sent no banner");
	return fd;
}

Test(ssh_faults, a_server_with_too_many_beginners_is_asked_again) {
	TestSshdOptions one = {.config = "MaxStartups 1"};
	AUTO(SshFixture) *fixture = ssh_fixture_new(&one);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	int holder = hold_the_place(fixture->target.port);
	assert_outcome(ssh_run(session, "true", SERVED_MS), SSH_BUSY, "connections before its banner");
	cr_assert(ssh_session_result(session)->refusals >= 1);
	ssh_begin(session, "echo my turn", LONG_MS);
	while (ssh_session_is_busy(session) && !ssh_session_result(session)->refusals)
		ssh_sessions_wait(&session, 1, -1, -1);
	close(holder);
	ssh_finish(session);
	assert_ran(ssh_session_result(session), "my turn\n");
	cr_assert(ssh_session_result(session)->refusals >= 1);
}

Test(ssh_faults, a_command_that_does_not_end) {
	AUTO(SshFixture) *fixture = with_server();
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	assert_ran(ssh_run(session, "echo first", LONG_MS), "first\n");
	const SshResult *result = ssh_run(session, FOR_EVER, SERVED_MS);
	assert_outcome(result, SSH_COMMAND_SLOW, "did not end");
	cr_assert(result->began);
	assert_ran(ssh_run(session, "echo again", LONG_MS), "again\n");
}

Test(ssh_faults, a_server_that_dies) {
	AUTO(SshFixture) *fixture = with_server();
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	SshCommand once = {.text = "echo begun; kill -9 $PPID", .deadline_ms = LONG_MS};
	ssh_session_begin(session, &once);
	ssh_finish(session);
	const SshResult *result = ssh_session_result(session);
	assert_outcome(result, SSH_BROKEN, "the connection broke");
	cr_assert(result->began, "it may have been done");
	/* Kept, and dead when it is wanted again: a new connection, without a word. */
	assert_ran(ssh_run(session, "echo $PPID >/dev/null; echo kept", LONG_MS), "kept\n");
	result = ssh_run(session, "(kill -9 $PPID) & exit 0", LONG_MS);
	cr_assert(result->outcome == SSH_RAN || result->outcome == SSH_BROKEN);
	assert_ran(ssh_run(session, "echo back", LONG_MS), "back\n");
	/* And when the whole server is gone. */
	fixture->sshd = test_sshd_free(fixture->sshd);
	cr_assert(ssh_session_is_connected(session));
	ssh_session_close(session);
	assert_outcome(ssh_run(session, "true", LONG_MS), SSH_REFUSED, "connection refused");
}

Test(ssh_faults, a_dead_machine_holds_up_nobody) {
	AUTO(SshFixture) *fixture = with_server();
	int port = 0;
	AUTO_CLOSE int filler = -1;
	AUTO_CLOSE int hole = test_port_blackhole(&port, &filler);
	SshTarget dead = nobody_at("127.0.0.1", port, fixture->known);
	dead.connect_ms = LONG_MS;
	AUTO(SshSession) *quick = ssh_session_new(&fixture->target);
	AUTO(SshSession) *dropped = ssh_session_new(&dead);
	SshSession *both[] = {dropped, quick};
	ssh_begin(dropped, "true", LONG_MS);
	for (int i = 0; i < 3; i++) {
		ssh_begin(quick, "echo quick", LONG_MS);
		while (ssh_session_is_busy(quick))
			ssh_sessions_wait(both, BG_LENGTH(both), -1, -1);
		assert_ran(ssh_session_result(quick), "quick\n");
	}
	cr_assert(ssh_session_is_busy(dropped) && hole >= 0);
	ssh_session_close(dropped);
	assert_outcome(ssh_session_result(dropped), SSH_BROKEN, "it was stopped");
}
