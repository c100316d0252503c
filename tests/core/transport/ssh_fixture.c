#include "ssh_fixture.h"

#include "core/base/alloc.h"

void ssh_fixture_know(SshFixture *fixture, const char *lines) {
	Error err = {0};
	assert_ok(known_hosts_parse(fixture->known, str_from(lines), "known_hosts", &err), &err);
}

SshFixture *ssh_fixture_new(const TestSshdOptions *options) {
	if (!have_sshd())
		return NULL;
	SshFixture *fixture = bg_calloc(1, sizeof(*fixture));
	fixture->folder = temp_folder();
	fixture->sshd = test_sshd_start(&fixture->folder, "server", options);
	fixture->known = known_hosts_new();
	AUTO_FREE char *lines = test_sshd_known_line(fixture->sshd);
	ssh_fixture_know(fixture, lines);
	fixture->target = (SshTarget){.host = "127.0.0.1", .port = test_sshd_port(fixture->sshd), .user = test_login(),
		.key_path = test_sshd_key(&fixture->folder), .agent = "", .known = fixture->known, .connect_ms = SSH_FIXTURE_CONNECT_MS};
	return fixture;
}

SshFixture *ssh_fixture_free(SshFixture *fixture) {
	if (!fixture)
		return NULL;
	test_sshd_free(fixture->sshd);
	known_hosts_free(fixture->known);
	temp_folder_clear(&fixture->folder);
	free(fixture);
	return NULL;
}

void ssh_begin(SshSession *session, const char *text, int64_t deadline_ms) {
	SshCommand command = {.text = text, .deadline_ms = deadline_ms, .repeatable = true};
	ssh_session_begin(session, &command);
}

void ssh_finish(SshSession *session) {
	while (ssh_session_is_busy(session))
		ssh_sessions_wait(&session, 1, -1, -1);
}

const SshResult *ssh_run(SshSession *session, const char *text, int64_t deadline_ms) {
	ssh_begin(session, text, deadline_ms);
	ssh_finish(session);
	return ssh_session_result(session);
}

char *ssh_describe(const SshResult *result) {
	char text[640];
	return bg_asprintf("%s, exit %d %s: %s; stderr: %s", ssh_outcome_words(result->outcome), result->exit_code, result->signal,
		error_format(&result->error, text, sizeof(text)), buf_text(&result->err));
}
