/* process.c: see process.h. The child is written to and read from at the same time, so that no full pipe can stall
 * either side. */
#include "tests/support/process.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/moment.h"

#define RUN_MAX_MS 60000

typedef struct Pipes { int in[2], out[2], err[2]; } Pipes;

void program_run_clear(ProgramRun *run)
{
	buf_clear(&run->out);
	buf_clear(&run->err);
}

static void become(const char *const argv[], const char *const env[], const Pipes *pipes) BG_NORETURN;
static void become(const char *const argv[], const char *const env[], const Pipes *pipes)
{
	(void) dup2(pipes->in[0], STDIN_FILENO);
	(void) dup2(pipes->out[1], STDOUT_FILENO);
	(void) dup2(pipes->err[1], STDERR_FILENO);
	for (; env && *env; env++) {
		Str value = str_from(*env), name;
		if (str_split(&value, '=', &name) && value.ptr) {
			char *owned = str_dup(name);
			(void) setenv(owned, value.ptr, 1);
			free(owned);
		}
	}
	StrList copy = { 0 };
	for (; *argv; argv++)
		strlist_add(&copy, *argv);
	char **args = strlist_argv(&copy);
	(void) execvp(args[0], args);
	_exit(127);
}

/* True at the end of the stream. */
static bool drain(int fd, Buf *into)
{
	char chunk[4096];
	ssize_t got = read(fd, chunk, sizeof chunk);
	if (got > 0)
		buf_append(into, chunk, (size_t) got);
	return got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
}

static void feed(int *fd, Str *input)
{
	ssize_t written = input->len ? write(*fd, input->ptr, input->len) : 0;
	if (written > 0)
		*input = str_slice(*input, (size_t) written, input->len);
	if (!input->len || (written < 0 && errno != EINTR && errno != EAGAIN))
		bg_close_fd(fd);
}

/* Moves bytes until the child closed both its outputs. False when the time is over. */
static bool converse(Pipes *pipes, Str input, ProgramRun *run)
{
	int64_t deadline = mono_now().ms + RUN_MAX_MS;
	int *in = &pipes->in[1], *out = &pipes->out[0], *err = &pipes->err[0];
	fd_set_nonblocking(*in);
	while (*out >= 0 || *err >= 0) {
		int64_t left = deadline - mono_now().ms;
		struct pollfd polled[] = { { *in, POLLOUT, 0 }, { *out, POLLIN, 0 }, { *err, POLLIN, 0 } };
		if (left <= 0)
			return false;
		if (poll(polled, BG_LENGTH(polled), (int) left) < 0)
			continue;
		if (polled[0].revents)
			feed(in, &input);
		if (polled[1].revents && drain(*out, &run->out))
			bg_close_fd(out);
		if (polled[2].revents && drain(*err, &run->err))
			bg_close_fd(err);
	}
	return true;
}

void run_program(const char *const argv[], const char *input, const char *const env[], ProgramRun *ret_run)
{
	Pipes pipes;
	cr_assert(pipe2(pipes.in, O_CLOEXEC) == 0);
	cr_assert(pipe2(pipes.out, O_CLOEXEC) == 0);
	cr_assert(pipe2(pipes.err, O_CLOEXEC) == 0);
	(void) signal(SIGPIPE, SIG_IGN);
	pid_t child = fork();
	cr_assert(child >= 0, "cannot fork");
	if (child == 0) {
		(void) signal(SIGPIPE, SIG_DFL);
		become(argv, env, &pipes);
	}
	bg_close_fd(&pipes.in[0]);
	bg_close_fd(&pipes.out[1]);
	bg_close_fd(&pipes.err[1]);
	ProgramRun run = { 0 };
	bool in_time = converse(&pipes, str_from(input), &run);
	if (!in_time)
		(void) kill(child, SIGKILL);
	bg_close_fd(&pipes.in[1]);
	bg_close_fd(&pipes.out[0]);
	bg_close_fd(&pipes.err[0]);
	int status = 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	cr_assert(in_time, "%s did not end within %d ms; it wrote:\n%s%s", argv[0], RUN_MAX_MS,
		buf_text(&run.out), buf_text(&run.err));
	run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	*ret_run = run;
}

bool have_program(const char *name)
{
	Str rest = str_from(getenv("PATH")), folder;
	while (str_split(&rest, ':', &folder)) {
		AUTO_FREE char *path = str_dup(folder);
		AUTO_FREE char *program = path_join(path, name);
		if (access(program, X_OK) == 0)
			return true;
	}
	return false;
}
