/* A shell that stays on the other side, against a real sshd: it answers again and again, and whatever goes wrong with it is nobody's answer. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "ssh_fixture.h"

#define LONG_MS 20000
#define SHORT_MS 3000                /* a deadline that passes */
/* Ends when its session does: nothing is left behind. */
#define FOR_EVER "while kill -0 $PPID 2>/dev/null; do sleep 0.1; done"
#define ONE_BY_ONE "echo by itself"

static SshFixture *with_server(const TestSshdOptions *options) {
	SshFixture *fixture = ssh_fixture_new(options);
	if (!fixture)
		cr_skip_test("there is no sshd here");
	return fixture;
}

/* Asks the shell that does `body`; without one, ONE_BY_ONE is run. */
static const SshResult *ask(SshSession *session, const char *body, int64_t deadline_ms) {
	AUTO_CLEAR(Buf) loop = {0};
	ssh_loop_command("count=0;", body, &loop);
	SshCommand command = {.text = ONE_BY_ONE, .loop = buf_text(&loop), .deadline_ms = deadline_ms, .max_output = 1000, .repeatable = true};
	ssh_session_begin(session, &command);
	ssh_finish(session);
	return ssh_session_result(session);
}

Test(ssh_loop, one_shell_answers_again_and_again) {
	TestSshdOptions asking = {.config = "ClientAliveInterval 1\nClientAliveCountMax 1"};
	AUTO(SshFixture) *fixture = with_server(&asking);
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	static const char body[] = "count=$((count + 1)); echo \"$count\"; echo complaint >&2; cat; [ $count != 2 ]";
	assert_ran(ask(session, body, LONG_MS), "1\n");
	const SshResult *result = ask(session, body, LONG_MS);
	cr_assert(result->outcome == SSH_RAN && result->exit_code == 1 && result->reused && !result->err.len);
	assert_text("stdout", buf_text(&result->out), "2\n");
	/* An idle one answers the server, and does not go over that. */
	for (int asked = 0; asked < 2; asked++) {
		struct pollfd wanted;
		int64_t wait_ms = 0;
		ssh_session_poll(session, &wanted, &wait_ms);
		cr_assert(wanted.fd >= 0 && wait_ms == -1, "an idle session waits for its peer only");
		cr_assert(poll(&wanted, 1, LONG_MS) == 1);
		ssh_session_step(session);
	}
	assert_ran(ask(session, body, LONG_MS), "3\n");
	/* One that is to do something else begins anew; a command of the usual kind goes beside it. */
	assert_ran(ask(session, "echo else; count=7", LONG_MS), "else\n");
	assert_ran(ssh_run(session, "echo beside", LONG_MS), "beside\n");
	assert_ran(ask(session, "echo else; count=7", LONG_MS), "else\n");
	cr_assert(ssh_session_result(session)->reused);
}

/* What is said too late, or by nobody who was asked, is not an answer, nor part of one. */
Test(ssh_loop, answers_are_never_mixed) {
	AUTO(SshFixture) *fixture = with_server(NULL);
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	const char *pipe = temp_path(&fixture->folder, "pipe");
	cr_assert(mkfifo(pipe, 0600) == 0);
	AUTO_FREE char *body = bg_asprintf("count=$((count + 1)); echo \"$count\"; [ $count != 1 ] || { cat %s; } & :", pipe);
	assert_ran(ask(session, body, LONG_MS), "1\n");
	AUTO_CLOSE int late = open(pipe, O_WRONLY | O_CLOEXEC);
	static const char words[] = "begin 0123456789abcdef\nlate\nend 0123456789abcdef 0\n";
	cr_assert(write(late, words, sizeof(words) - 1) == (ssize_t) sizeof(words) - 1);
	const SshResult *result = ask(session, body, LONG_MS);
	cr_assert(result->outcome == SSH_RAN && !strstr(buf_text(&result->out), "late"), "%s", buf_text(&result->out));
}

Test(ssh_loop, without_it_the_command_goes_the_usual_way) {
	static const char *const bodies[] = {
		"kill -9 $$",                                  /* dies under the first */
		"exit 0",                                      /* ends without the end of its answer */
		"echo half; exec true",
		"head -c 5000 /dev/zero | tr \"\\0\" a",       /* more than was asked for */
		"echo \"end $number\"; echo \"end 0\"; exit 0",
		"} ; {",                                       /* no shell understands it */
	};
	AUTO(SshFixture) *fixture = with_server(NULL);
	for (size_t i = 0; i < BG_LENGTH(bodies); i++) {
		AUTO(SshSession) *session = ssh_session_new(&fixture->target);
		assert_ran(ask(session, bodies[i], LONG_MS), "by itself\n");
		const SshResult *result = ask(session, "echo again", LONG_MS);
		assert_ran(result, "by itself\n");
		cr_assert(result->reused, "%s: it is not tried again at once", bodies[i]);
	}
}

/* It answered before, and dies while nobody asks. */
Test(ssh_loop, one_that_ended_is_noticed) {
	AUTO(SshFixture) *fixture = with_server(NULL);
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	const SshResult *result = ask(session, "echo $$", LONG_MS);
	cr_assert_eq(result->outcome, SSH_RAN);
	AUTO_FREE char *kill = bg_asprintf("kill -9 %s", buf_text(&result->out));
	assert_ran(ssh_run(session, kill, LONG_MS), "");
	assert_ran(ask(session, "echo $$", LONG_MS), "by itself\n");
}

Test(ssh_loop, one_that_hangs_is_given_up) {
	AUTO(SshFixture) *fixture = with_server(NULL);
	AUTO(SshSession) *session = ssh_session_new(&fixture->target);
	static const char body[] = "count=$((count + 1)); echo \"$count\"; if [ $count = 2 ]; then " FOR_EVER "; fi";
	assert_ran(ask(session, body, LONG_MS), "1\n");
	assert_outcome(ask(session, body, SHORT_MS), SSH_COMMAND_SLOW, "did not end");
	cr_assert(!ssh_session_is_connected(session));
	assert_ran(ask(session, body, LONG_MS), "1\n");   /* a new shell */
}

/* A server that puts a command of its own in the place of ours. */
Test(ssh_loop, a_forced_command_is_run_as_it_is) {
	static const struct { const char *config, *out; } forced[] = {
		{"ForceCommand echo forced", "forced\n"},
		{"ForceCommand cat; echo forced", "forced\n"},   /* waits for the end of what it reads: half of the deadline is left for that */
	};
	for (size_t i = 0; i < BG_LENGTH(forced); i++) {
		TestSshdOptions options = {.config = forced[i].config};
		AUTO(SshFixture) *fixture = with_server(&options);
		AUTO(SshSession) *session = ssh_session_new(&fixture->target);
		assert_ran(ask(session, "echo ours", i ? 2 * SHORT_MS : LONG_MS), forced[i].out);
		const SshResult *result = ask(session, "echo ours", LONG_MS);
		assert_ran(result, forced[i].out);
		cr_assert(result->reused && result->elapsed_ms < LONG_MS / 2, "it was tried again at once");
	}
}
