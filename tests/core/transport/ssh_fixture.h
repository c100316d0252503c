/* ssh_fixture.h: a session to a test's own sshd, and driving it to the end of a command. */
#pragma once
#include "core/transport/ssh/loop.h"
#include "tests/support/sshd.h"

/* Long: a real server has to answer within, on a machine that may have much to do. */
#define SSH_FIXTURE_CONNECT_MS 20000

typedef struct SshFixture {
	TempFolder folder;
	TestSshd *sshd;
	KnownHosts *known;           /* knows the server's keys */
	SshTarget target;            /* the server, by the client's key file, no agent */
} SshFixture;

/* NULL when there is no sshd here: skip. */
SshFixture *ssh_fixture_new(const TestSshdOptions *options);
SshFixture *ssh_fixture_free(SshFixture *fixture);
BG_DEFINE_FREEP(SshFixture, ssh_fixture_free)

/* Adds lines to what is known. */
void ssh_fixture_know(SshFixture *fixture, const char *lines);
/* Runs a command that changes nothing to its end. Borrowed from the session. */
const SshResult *ssh_run(SshSession *session, const char *text, int64_t deadline_ms);
void ssh_begin(SshSession *session, const char *text, int64_t deadline_ms);
void ssh_finish(SshSession *session);
/* For a message: outcome, why and hint in one line. Owned. */
char *ssh_describe(const SshResult *result);

/* The command was run and ended with status 0, having said `out`. */
#define assert_ran(result, expected) do { \
		const SshResult *result_ = (result); \
		AUTO_FREE char *words_ = ssh_describe(result_); \
		cr_assert(result_->outcome == SSH_RAN && result_->exit_code == 0, "%s", words_); \
		assert_text("stdout", buf_text(&result_->out), (expected)); \
	} while (0)
#define assert_outcome(result, expected, why_part) do { \
		const SshResult *result_ = (result); \
		AUTO_FREE char *words_ = ssh_describe(result_); \
		cr_assert(result_->outcome == (expected), "not \"%s\" but %s", ssh_outcome_words(expected), words_); \
		cr_assert(strstr(result_->error.why, (why_part)), "no \"%s\" in: %s", (why_part), words_); \
		cr_assert(result_->error.where[0], "no place in: %s", words_); \
	} while (0)
