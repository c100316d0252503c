/* moto_server.c: one process. See moto_server.h. */
#include "moto_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define URL_VARIABLE "MOTO_SERVER_URL"         /* from the program that runs the tests to the processes of its tests */
#define PROBLEM_VARIABLE "MOTO_SERVER_PROBLEM"
#define SKIP_VARIABLE "MOTO_SERVER_SKIP"
#define START_MS 60000                         /* of a machine that has much else to do */

static pid_t server;

/* ---- the process ---- */

static const char *program(void) {
	const char *given = getenv("BREAKGLASS_TEST_MOTO");
	return given && *given ? given : "moto_server";
}

/* The child ends when this program does, even if that is killed. */
static void spawn(int out) {
	const char *const argv[] = {program(), "-H", "127.0.0.1", "-p", "0", NULL};
	pid_t parent = getpid();
	server = fork();
	if (server != 0)
		return;
	StrList copy = {0};
	for (size_t i = 0; argv[i]; i++)
		strlist_add(&copy, argv[i]);
	char **args = strlist_argv(&copy);
	int in = open("/dev/null", O_RDONLY);
	(void) dup2(in, STDIN_FILENO);
	(void) dup2(out, STDOUT_FILENO);
	(void) dup2(out, STDERR_FILENO);
	(void) prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		(void) execvp(args[0], args);
	_exit(127);
}

/* It says where it listens as soon as it does. */
static bool read_address(int fd, Buf *said) {
	static const char LISTENS[] = "Running on ";
	int64_t deadline_ms = mono_now().ms + START_MS;
	char piece[512];
	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int64_t left_ms = deadline_ms - mono_now().ms;
		if (left_ms <= 0 || poll(&wait, 1, (int) left_ms) <= 0)
			return false;
		ssize_t len = read(fd, piece, sizeof(piece));
		if (len <= 0)
			return false;
		buf_append(said, piece, (size_t) len);
		ptrdiff_t at = str_find(buf_str(said), LISTENS);
		Str rest = str_slice(buf_str(said), at < 0 ? said->len : (size_t) at + strlen(LISTENS), said->len);
		if (str_find_char(rest, '\n') < 0)
			continue;
		AUTO_FREE char *url = bg_asprintf("%.*s", (int) str_find_char(rest, '\n'), rest.ptr);
		(void) setenv(URL_VARIABLE, url, 1);
		return true;
	}
}

void moto_start(void) {
	AUTO_CLEAR(Buf) said = {0};
	int ends[2];
	if (!have_program(program()) && access(program(), X_OK) != 0) {
		(void) setenv(SKIP_VARIABLE, "the program moto_server is not there (Python package moto[server]; BREAKGLASS_TEST_MOTO=PATH)", 1);
		return;
	}
	cr_assert(pipe2(ends, O_CLOEXEC) == 0);
	spawn(ends[1]);
	close(ends[1]);
	if (!read_address(ends[0], &said))
		(void) setenv(PROBLEM_VARIABLE, said.len ? buf_text(&said) : "it said nothing", 1);
	/* It says a line for each request: a few dozen, less than a pipe holds. Kept open, so that it can. */
}

void moto_stop(void) {
	int status;
	if (server <= 0)
		return;
	(void) kill(server, SIGKILL);
	while (waitpid(server, &status, 0) < 0 && errno == EINTR)
		;
	server = 0;
}

const char *moto_url(void) {
	if (getenv(SKIP_VARIABLE))
		cr_skip_test("%s", getenv(SKIP_VARIABLE));
	cr_assert(getenv(URL_VARIABLE), "moto did not start: %s", getenv(PROBLEM_VARIABLE));
	return getenv(URL_VARIABLE);
}
