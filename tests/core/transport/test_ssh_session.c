/* Commands over SSH sessions that are kept, against a real sshd: keys, output, ends, reuse. */
#include <poll.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "ssh_fixture.h"
#include "tests/support/agent.h"
#include "tests/support/process.h"

#define LONG_MS 20000

Test(ssh_session, a_command_runs_and_the_connection_is_kept) {
	AUTO(SshFixture) *fixture = ssh_fixture_new(NULL);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	const SshResult *result = ssh_run(session, "echo one; echo two >&2", LONG_MS);
	assert_ran(result, "one\n");
	assert_text("stderr", buf_text(&result->err), "two\n");
	cr_assert(result->began && !result->reused && result->host_key.verdict == HOST_KEY_KNOWN);
	cr_assert(ssh_session_is_connected(session));
	for (int i = 0; i < 3; i++) {
		result = ssh_run(session, "cat; echo $((6 * 7))", LONG_MS);
		assert_ran(result, "42\n");
		cr_assert(result->reused, "a new connection was made");
	}
	result = ssh_run(session, "exit 7", LONG_MS);
	cr_assert(result->outcome == SSH_RAN && result->exit_code == 7);
	result = ssh_run(session, "kill -9 $$", LONG_MS);
	cr_assert(result->outcome == SSH_RAN && result->exit_code == -1);
	assert_text("signal", result->signal, "KILL");
}

/* The server gives up on a channel that was silent for too long: no status, no signal. */
Test(ssh_session, a_channel_that_is_closed_without_an_exit_status_is_no_success) {
	TestSshdOptions options = {.config = "ChannelTimeout session:command=1\n"};
	AUTO(SshFixture) *fixture = have_sshd() ? ssh_fixture_new(&options) : NULL;
	if (!fixture)
		cr_skip_test("there is no sshd here");
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	assert_ran(ssh_run(session, "echo one", LONG_MS), "one\n");
	const SshResult *result = ssh_run(session, "while kill -0 $PPID; do sleep 0.1; done", LONG_MS);
	assert_outcome(result, SSH_BROKEN, "without an exit status");
	cr_assert(result->began);
	assert_ran(ssh_run(session, "echo two", LONG_MS), "two\n");
}

Test(ssh_session, output_is_bounded_and_both_streams_are_drained) {
	AUTO(SshFixture) *fixture = ssh_fixture_new(NULL);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	SshCommand command = {.text = "i=0; while [ $i -lt 40 ]; do head -c 50000 /dev/zero | tr '\\0' a; head -c 50000 /dev/zero | tr '\\0' b >&2;"
		" i=$((i + 1)); done", .deadline_ms = LONG_MS, .max_output = 1000};
	ssh_session_begin(session, &command);
	ssh_finish(session);
	const SshResult *result = ssh_session_result(session);
	cr_assert(result->outcome == SSH_RAN && result->exit_code == 0);
	cr_assert(result->out.len == 1000 && result->out.overflowed && result->err.len == 1000 && result->err.overflowed);
	assert_ran(ssh_run(session, "echo still there", LONG_MS), "still there\n");
}

static const char *const key_types[] = {"ed25519", "ecdsa"};

Test(ssh_session, keys_come_from_files_and_from_an_agent) {
	for (size_t i = 0; i < BG_LENGTH(key_types); i++) {
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		if (!have_sshd())
			cr_skip_test("there is no sshd here");
		const char *key = test_key(&folder, "key", key_types[i], "");
		AUTO_FREE char *public_key = bg_asprintf("%s.pub", key);
		TestSshdOptions options = {.authorized = public_key};
		AUTO(SshFixture) *fixture = ssh_fixture_new(&options);
		fixture->target.key_path = key;
		AUTO(SshSession) *by_file = ssh_session_new(&fixture->target);
		assert_ran(ssh_run(by_file, "echo by file", LONG_MS), "by file\n");

		AUTO_FREE char *socket = bg_asprintf("%s/agent", folder.path);
		AUTO_CLEAR(TestAgent) agent = test_agent_start(socket);
		AUTO_FREE char *variable = bg_asprintf("SSH_AUTH_SOCK=%s", socket);
		const char *environment[] = {variable, NULL};
		const char *add[] = {"ssh-add", "-q", test_key(&folder, "other", "ed25519", ""), key, NULL};
		AUTO_CLEAR(ProgramRun) added = {0};
		run_program(add, NULL, environment, &added);
		cr_assert(added.status == 0, "%s", buf_text(&added.err));
		/* The first of the agent's keys is refused, the second admitted. */
		fixture->target.key_path = NULL;
		fixture->target.agent = socket;
		AUTO(SshSession) *by_agent = ssh_session_new(&fixture->target);
		assert_ran(ssh_run(by_agent, "echo by agent", LONG_MS), "by agent\n");
		/* Of the key that is named only the public half must be here. */
		cr_assert(rename(key, temp_path(&folder, "elsewhere")) == 0);
		fixture->target.key_path = key;
		AUTO(SshSession) *by_public = ssh_session_new(&fixture->target);
		assert_ran(ssh_run(by_public, "echo by public half", LONG_MS), "by public half\n");
	}
}

Test(ssh_session, keys_that_do_not_open_the_door_are_told) {
	AUTO(SshFixture) *fixture = ssh_fixture_new(NULL);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	SshTarget target = fixture->target;
	target.key_path = test_key(&fixture->folder, "stranger", "ed25519", "");
	AUTO(SshSession) *stranger = ssh_session_new(&target);
	assert_outcome(ssh_run(stranger, "true", LONG_MS), SSH_NOT_ADMITTED, "none of the keys");
	cr_assert(!ssh_session_result(stranger)->began);
	target.key_path = test_key(&fixture->folder, "locked", "ed25519", "secret words");
	AUTO(SshSession) *locked = ssh_session_new(&target);
	assert_outcome(ssh_run(locked, "true", LONG_MS), SSH_NOT_ADMITTED, "passphrase");
	cr_assert(strstr(ssh_session_result(locked)->error.hint, "ssh-add"));
	target.key_path = temp_path(&fixture->folder, "nowhere");
	AUTO(SshSession) *missing = ssh_session_new(&target);
	assert_outcome(ssh_run(missing, "true", LONG_MS), SSH_NOT_ADMITTED, "no key file");
	target.key_path = NULL;
	AUTO(SshSession) *none = ssh_session_new(&target);
	assert_outcome(ssh_run(none, "true", LONG_MS), SSH_NOT_ADMITTED, "no key is at hand");
}

Test(ssh_session, what_libssh2_cannot_do_is_left_to_ssh_with_the_reason) {
	TestSshdOptions rsa_only = {.host_key_types = "rsa"};
	AUTO(SshFixture) *fixture = ssh_fixture_new(&rsa_only);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	AUTO(SshSession) *known_rsa = ssh_session_new(&fixture->target);
	assert_outcome(ssh_run(known_rsa, "true", LONG_MS), SSH_NOT_POSSIBLE, "its known host key is an RSA key");
	SshTarget target = fixture->target;
	AUTO(KnownHosts) *nothing = known_hosts_new();
	target.known = nothing;
	AUTO(SshSession) *offers_rsa = ssh_session_new(&target);
	assert_outcome(ssh_run(offers_rsa, "true", LONG_MS), SSH_NOT_POSSIBLE, "no algorithm that is known here");
	target.key_path = test_key(&fixture->folder, "rsa", "rsa", "");
	AUTO(SshSession) *rsa_key = ssh_session_new(&target);
	assert_outcome(ssh_run(rsa_key, "true", LONG_MS), SSH_NOT_POSSIBLE, "an RSA key");
	target.key_path = test_sshd_key(&fixture->folder);
	AUTO_FREE char *certificate = bg_asprintf("%s-cert.pub", "client");
	temp_write(&fixture->folder, certificate, "some certificate");
	AUTO(SshSession) *certified = ssh_session_new(&target);
	assert_outcome(ssh_run(certified, "true", LONG_MS), SSH_NOT_POSSIBLE, "certificate");
	target.jump = "bastion";
	AUTO(SshSession) *jump = ssh_session_new(&target);
	assert_outcome(ssh_run(jump, "true", LONG_MS), SSH_NOT_POSSIBLE, "jump host");
	target.jump = NULL;
	target.host = "localhost";
	target.key_path = test_key(&fixture->folder, "plain", "ed25519", "");
	AUTO(SshSession) *name = ssh_session_new(&target);
	assert_outcome(ssh_run(name, "true", LONG_MS), SSH_NOT_POSSIBLE, "a name");
}

/* sshd asks an idle client whether it lives, and goes when it gets no answer. */
Test(ssh_session, an_idle_connection_answers_the_server) {
	TestSshdOptions asking = {.config = "ClientAliveInterval 1\nClientAliveCountMax 1"};
	AUTO(SshFixture) *fixture = ssh_fixture_new(&asking);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	assert_ran(ssh_run(session, "echo first", LONG_MS), "first\n");
	for (int asked = 0; asked < 3 && ssh_session_is_connected(session);) {
		struct pollfd wanted;
		int64_t wait_ms = 0;
		ssh_session_poll(session, &wanted, &wait_ms);
		cr_assert(wanted.fd >= 0 && wait_ms == -1, "an idle session waits for its peer only");
		cr_assert(poll(&wanted, 1, LONG_MS) == 1);
		asked++;
		ssh_session_step(session);
		while (ssh_session_poll(session, &wanted, &wait_ms), wait_ms >= 0)
			ssh_sessions_wait(&session, 1, -1, -1);
	}
	const SshResult *result = ssh_run(session, "echo second", LONG_MS);
	assert_ran(result, "second\n");
	cr_assert(result->reused, "the server had gone");
}

Test(ssh_session, many_sessions_share_one_loop) {
	enum { COUNT = 12 };
	AUTO(SshFixture) *fixture = ssh_fixture_new(NULL);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	SshSession *sessions[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		sessions[i] = ssh_session_new(&fixture->target);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT; i++)
			ssh_begin(sessions[i], "echo here", LONG_MS);
		size_t busy = COUNT;
		while (busy) {
			ssh_sessions_wait(sessions, COUNT, -1, -1);
			busy = 0;
			for (size_t i = 0; i < COUNT; i++)
				busy += ssh_session_is_busy(sessions[i]);
		}
		for (size_t i = 0; i < COUNT; i++) {
			assert_ran(ssh_session_result(sessions[i]), "here\n");
			cr_assert_eq(ssh_session_result(sessions[i])->reused, round == 1);
		}
	}
	for (size_t i = 0; i < COUNT; i++)
		ssh_session_free(sessions[i]);
}
