/* The ssh-agent: frames as pure functions against hostile bytes, and a real agent that the test starts and stops. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/signoff/agent_client.h"
#include "core/signoff/sshsig.h"
#include "core/signoff/wire.h"
#include "tests/support/agent.h"
#include "tool.h"

#define NAMESPACE "signoff@breakglass"

static MonoTime in_a_minute(void)
{
	return (MonoTime){ mono_now().ms + 60000 };
}

Test(agent, a_real_agent_signs_with_every_kind_of_key)
{
	need_ssh_keygen();
	if (!have_program("ssh-agent") || !have_program("ssh-add"))
		cr_skip_test("ssh-agent or ssh-add is not installed");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *socket_path = temp_path(&folder, "agent");
	AUTO_CLEAR(TestAgent) agent = test_agent_start(socket_path);
	setenv("SSH_AUTH_SOCK", socket_path, 1);
	Error err = { 0 };
	AUTO_CLEAR(AgentIdentities) none = { 0 };
	assert_ok(agent_list(NULL, in_a_minute(), &none, &err), &err);
	cr_expect_eq(none.count, 0u);
	for (size_t i = 0; i < TOOL_KEY_COUNT; i++)
		cr_assert_eq(TOOL(NULL, NULL, "ssh-add", "-q", tool_make_key(&folder, &TOOL_KEYS[i])), 0);
	AUTO_CLEAR(AgentIdentities) identities = { 0 };
	assert_ok(agent_list(socket_path, in_a_minute(), &identities, &err), &err);
	cr_assert_eq(identities.count, TOOL_KEY_COUNT);
	cr_expect_str_eq(identities.items[0].comment, "ed25519@test");
	for (size_t i = 0; i < identities.count; i++) {
		AUTO_CLEAR(Buf) armoured = { 0 };
		AUTO_CLEAR(Buf) allowed = { 0 };
		assert_ok(agent_sign_message(socket_path, &identities.items[i].key, NAMESPACE, STR("text\n"), in_a_minute(), &armoured, &err), &err);
		buf_puts(&allowed, "alice ");
		public_key_write_line(&identities.items[i].key, &allowed);
		cr_expect(tool_verify(&folder, buf_text(&allowed), "alice", NAMESPACE, buf_text(&armoured), NULL, "text\n"), "%s",
			identities.items[i].comment);
		cr_expect(!tool_verify(&folder, buf_text(&allowed), "alice", NAMESPACE, buf_text(&armoured), NULL, "texT\n"));
	}
	cr_assert_eq(TOOL(NULL, NULL, "ssh-add", "-q", "-D"), 0);
	AUTO_CLEAR(Buf) armoured = { 0 };
	assert_refused(agent_sign_message(socket_path, &identities.items[0].key, NAMESPACE, STR("x"), in_a_minute(), &armoured, &err), &err,
		ERROR_DENIED, "the agent refused");
	cr_expect_str_eq(err.where, socket_path[0] ? err.where : "");
}

Test(agent, no_agent_and_a_dead_one_are_told_apart)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(AgentIdentities) identities = { 0 };
	Error err = { 0 };
	unsetenv("SSH_AUTH_SOCK");
	assert_refused(agent_list(NULL, in_a_minute(), &identities, &err), &err, ERROR_MISSING, "SSH_AUTH_SOCK is not set");
	assert_refused(agent_list(temp_path(&folder, "gone"), in_a_minute(), &identities, &err), &err, ERROR_MISSING, "cannot be reached");
	cr_expect(strstr(err.where, "gone"));
	char longer[300];
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	assert_refused(agent_list(longer, in_a_minute(), &identities, &err), &err, ERROR_INVALID, "too long");
}

Test(agent, a_silent_agent_ends_at_the_deadline)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = temp_path(&folder, "silent");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cr_assert(strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(bind(fd, (struct sockaddr *) &address, sizeof address) == 0 && listen(fd, 4) == 0);
	AUTO_CLEAR(AgentIdentities) identities = { 0 };
	Error err = { 0 };
	assert_refused(agent_list(path, (MonoTime){ mono_now().ms + 20 }, &identities, &err), &err, ERROR_TIMEOUT, "did not answer in time");
}

/* Answers one request with `reply` and hangs up. */
static bool ask_fake(TempFolder *folder, Str reply, Error *err)
{
	const char *path = temp_path(folder, "fake");
	(void) unlink(path);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	memcpy(address.sun_path, path, strlen(path) + 1);
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(bind(fd, (struct sockaddr *) &address, sizeof address) == 0 && listen(fd, 4) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		int peer = accept(fd, NULL, NULL);
		char request[64];
		bool ok = peer >= 0 && read(peer, request, sizeof request) > 0 && write(peer, reply.ptr, reply.len) == (ssize_t) reply.len;
		_exit(ok ? 0 : 1);
	}
	AUTO_CLEAR(AgentIdentities) identities = { 0 };
	bool good = agent_list(path, in_a_minute(), &identities, err);
	waitpid(pid, NULL, 0);
	return good;
}

Test(agent, nonsense_from_a_socket_is_a_protocol_error)
{
	static const struct { const char *name; Str reply; const char *why; } replies[] = {
		{ "nothing", { "", 0 }, "hung up" },
		{ "half a length", { "\0\0", 2 }, "hung up" },
		{ "length 0", { "\0\0\0\0", 4 }, "announced an answer of 0 bytes" },
		{ "huge", { "\xff\xff\xff\xff", 4 }, "announced an answer of 4294967295 bytes" },
		{ "cut body", { "\0\0\0\x09\x0c\0", 6 }, "hung up" },
		{ "other message", { "\0\0\0\x01\x06", 5 }, "message 6, not 12" },
		{ "count without keys", { "\0\0\0\x05\x0c\0\0\0\x02", 9 }, "not well formed" },
		{ "huge count", { "\0\0\0\x05\x0c\xff\xff\xff\xff", 9 }, "not well formed" },
	};
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t i = 0; i < BG_LENGTH(replies); i++) {
		Error err = { 0 };
		cr_assert(!ask_fake(&folder, replies[i].reply, &err), "%s", replies[i].name);
		cr_expect(strstr(err.why, replies[i].why), "%s: %s", replies[i].name, err.why);
	}
}

Test(agent, hostile_replies_never_pass)
{
	AUTO_CLEAR(Buf) body = { 0 };
	wire_put_byte(&body, 12);
	wire_put_u32(&body, 2);
	wire_put_string(&body, STR("\0\0\0\x07ssh-dss\0\0\0\0"));
	wire_put_string(&body, STR("old"));
	AUTO_CLEAR(Buf) key = { 0 };
	wire_put_string(&key, STR("ssh-ed25519"));
	wire_put_string(&key, STR("01234567890123456789012345678901"));
	wire_put_string(&body, buf_str(&key));
	wire_put_string(&body, STR("evil\x1b]0;x\x07name"));
	AUTO_CLEAR(AgentIdentities) identities = { 0 };
	Error err = { 0 };
	assert_ok(agent_reply_identities(buf_str(&body), &identities, &err), &err);
	cr_expect_eq(identities.count, 1u);
	cr_expect_eq(identities.skipped, 1u);
	cr_expect_str_eq(identities.items[0].comment, "evilname");
	for (size_t len = 0; len < body.len; len++) {
		AUTO_CLEAR(AgentIdentities) cut = { 0 };
		cr_assert(!agent_reply_identities(str_slice(buf_str(&body), 0, len), &cut, &err), "%zu bytes", len);
	}
	AUTO_CLEAR(Buf) signature = { 0 };
	cr_expect(!agent_reply_signature(STR(""), &signature, &err));
	cr_expect(!agent_reply_signature(STR("\x0e\0\0\0\0"), &signature, &err));
	cr_expect(!agent_reply_signature(STR("\x0e\0\0\0\x02x"), &signature, &err));
	cr_expect(!agent_reply_signature(STR("\x0e\0\0\0\x01xy"), &signature, &err));
	assert_refused(agent_reply_signature(STR("\x05"), &signature, &err), &err, ERROR_DENIED, "refused");
	assert_refused(agent_reply_signature(STR("\x66"), &signature, &err), &err, ERROR_DENIED, "refused");
	cr_expect_eq(signature.len, 0u);
}
