/* process.c: feeds a program, listens to it, and ends it when its time is over. */
#include "core/transport/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/base/secret.h"
#include "core/base/text.h"
#include "core/transport/process_internal.h"

#define POLL_MS 100
#define CAPTURE_DEADLINE_MS 30000
#define CAPTURE_GRACE_MS 200
#define CAPTURE_MAX_BYTES (64u * 1024)

typedef enum Ending { ENDING_NONE, ENDING_DEADLINE, ENDING_CANCELLED } Ending;

/* A program that runs. */
typedef struct Child {
	const ProcessRequest *request;
	ProcessResult *result;
	ProcessPipes pipes;
	pid_t pid;
	MonoTime began, asked_to_end;   /* asked_to_end.ms 0 = not */
	size_t written;                 /* of the input */
	Ending ending;
	bool killed, gone;
	int status;                     /* of waitpid, once gone */
} Child;

static void close_pair(int pair[2]) {
	bg_close_fd(&pair[0]);
	bg_close_fd(&pair[1]);
}

static void child_clear(Child *child) {
	close_pair(child->pipes.in);
	close_pair(child->pipes.out);
	close_pair(child->pipes.err);
	close_pair(child->pipes.extra);
}
BG_DEFINE_CLEARP(Child, child_clear)

bool process_open_pair(int pair[2]) {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	pair[0] = fcntl(ends[0], F_DUPFD_CLOEXEC, 16);
	pair[1] = fcntl(ends[1], F_DUPFD_CLOEXEC, 16);
	close(ends[0]);
	close(ends[1]);
	return pair[0] >= 0 && pair[1] >= 0;
}

static bool open_pipes(const ProcessRequest *request, ProcessPipes *pipes, Error *err) {
	if ((request->input.len && !process_open_pair(pipes->in)) || !process_open_pair(pipes->out) || !process_open_pair(pipes->err) ||
	    (request->want_extra && !process_open_pair(pipes->extra)))
		return error_errno(err, errno, "no pipe");
	int ours[] = {pipes->in[1], pipes->out[0], pipes->err[0], pipes->extra[0]};
	for (size_t i = 0; i < BG_LENGTH(ours); i++)
		if (ours[i] >= 0)
			fd_set_nonblocking(ours[i]);
	return true;
}

static void close_child_ends(ProcessPipes *pipes) {
	bg_close_fd(&pipes->in[0]);
	bg_close_fd(&pipes->out[1]);
	bg_close_fd(&pipes->err[1]);
	bg_close_fd(&pipes->extra[1]);
}

void process_ignore_broken_pipes(void) {
	struct sigaction now;
	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

static void feed(Child *child) {
	Str input = child->request->input;
	ssize_t written = write(child->pipes.in[1], input.ptr + child->written, input.len - child->written);
	if (written > 0)
		child->written += (size_t) written;
	/* EPIPE: a program may stop reading when it has enough. */
	if (child->written == input.len || (written < 0 && errno != EAGAIN && errno != EINTR))
		bg_close_fd(&child->pipes.in[1]);
}

/* Reads once. A closed or broken pipe is closed here too. */
static void listen_to(Child *child, int *fd, Buf *kept, bool streamed) {
	char bytes[16384];
	ssize_t got = read(*fd, bytes, sizeof(bytes));
	if (got > 0) {
		Str piece = {bytes, (size_t) got};
		if (streamed && child->request->on_output)
			child->request->on_output(child->request->userdata, kept == &child->result->err, piece);
		else
			buf_put_str(kept, piece);
		secret_wipe(bytes, piece.len);
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		bg_close_fd(fd);
	}
}

static void pump(Child *child, int wait_ms) {
	struct pollfd fds[] = {{child->pipes.out[0], POLLIN, 0}, {child->pipes.err[0], POLLIN, 0}, {child->pipes.extra[0], POLLIN, 0},
		{child->pipes.in[1], POLLOUT, 0}};
	if (poll(fds, BG_LENGTH(fds), wait_ms) <= 0)
		return;
	if (fds[0].revents)
		listen_to(child, &child->pipes.out[0], &child->result->out, true);
	if (fds[1].revents)
		listen_to(child, &child->pipes.err[0], &child->result->err, true);
	if (fds[2].revents)
		listen_to(child, &child->pipes.extra[0], &child->result->extra, false);
	if (fds[3].revents)
		feed(child);
}

static void reap(Child *child) {
	pid_t pid = waitpid(child->pid, &child->status, WNOHANG);
	child->gone = pid == child->pid || (pid < 0 && errno == ECHILD);
}

/* Asks the group to end when it is time, and ends it when the grace is over. */
static void keep_time(Child *child) {
	const ProcessRequest *request = child->request;
	MonoTime now = mono_now();
	if (child->ending == ENDING_NONE) {
		if (request->cancelled && request->cancelled(request->userdata))
			child->ending = ENDING_CANCELLED;
		else if (request->deadline_ms && now.ms - child->began.ms >= request->deadline_ms)
			child->ending = ENDING_DEADLINE;
		if (child->ending == ENDING_NONE)
			return;
		child->asked_to_end = now;
		kill(-child->pid, SIGTERM);
	}
	int64_t grace_ms = request->grace_ms ? request->grace_ms : PROCESS_DEFAULT_GRACE_MS;
	if (!child->killed && now.ms - child->asked_to_end.ms >= grace_ms) {
		kill(-child->pid, SIGKILL);
		child->killed = true;
	}
}

static bool is_open(const Child *child) {
	return child->pipes.out[0] >= 0 || child->pipes.err[0] >= 0 || child->pipes.extra[0] >= 0;
}

/* Until the program is gone. What it left in the pipes is read; descendants that keep them open are not waited for. */
static void follow(Child *child) {
	while (!child->gone) {
		/* Without open pipes there is nothing to poll but the end of the program. */
		pump(child, is_open(child) ? POLL_MS : 10);
		keep_time(child);
		reap(child);
	}
	while (is_open(child)) {
		struct pollfd fds[] = {{child->pipes.out[0], POLLIN, 0}, {child->pipes.err[0], POLLIN, 0}, {child->pipes.extra[0], POLLIN, 0}};
		if (poll(fds, BG_LENGTH(fds), 0) <= 0)
			break;
		pump(child, 0);
	}
	/* One that was ended takes its descendants with it. */
	if (child->ending != ENDING_NONE)
		kill(-child->pid, SIGKILL);
}

static bool judge(const Child *child, Error *err) {
	ProcessResult *result = child->result;
	result->exit_code = WIFEXITED(child->status) ? WEXITSTATUS(child->status) : -1;
	result->signal = WIFSIGNALED(child->status) ? WTERMSIG(child->status) : 0;
	char span[SPAN_TEXT_SIZE];
	switch (child->ending) {
	case ENDING_NONE:
		return true;
	case ENDING_DEADLINE:
		error_set(err, ERROR_TIMEOUT, "not done within %s, so it was ended%s", span_format(child->request->deadline_ms, span),
			child->killed ? " by force" : "");
		return error_hint(err, "look at what it did until then before running it again");
	case ENDING_CANCELLED:
		error_set(err, ERROR_CANCELLED, "it was ended on request%s", child->killed ? ", by force" : "");
		return error_hint(err, "look at what it did until then before running it again");
	}
	return false;
}

bool process_run(const ProcessRequest *request, ProcessResult *ret, Error *err) {
	*ret = (ProcessResult){.exit_code = -1};
	process_ignore_broken_pipes();
	ret->out.limit = ret->err.limit = request->max_output ? request->max_output : PROCESS_DEFAULT_OUTPUT;
	ret->extra.limit = PROCESS_EXTRA_MAX;
	AUTO_CLEAR(StrList) own = {0};
	if (!request->environment)
		process_environment(NULL, &own);
	char *const *environment = request->environment ? request->environment : strlist_argv(&own);
	AUTO_CLEAR(Child) child = {.request = request, .result = ret, .pipes = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}}};
	if (!open_pipes(request, &child.pipes, err) || !process_spawn(request, environment, &child.pipes, &child.pid, err)) {
		error_where(err, "%s", request->argv[0]);
		return false;
	}
	ret->started = true;
	child.began = mono_now();
	close_child_ends(&child.pipes);
	follow(&child);
	ret->elapsed_ms = mono_now().ms - child.began.ms;
	if (!judge(&child, err)) {
		error_where(err, "%s", request->argv[0]);
		return false;
	}
	return true;
}

static void wipe(Buf *buf) {
	if (buf->data)
		secret_wipe(buf->data, buf->len);
	buf_clear(buf);
}

void process_result_clear(ProcessResult *result) {
	wipe(&result->out);
	wipe(&result->err);
	wipe(&result->extra);
}

static bool explain_exit(char *const *argv, const ProcessResult *result, Error *err) {
	Str rest = buf_str(&result->err), line = {0};
	if (!str_next_line(&rest, &line))
		line = (Str){0};
	AUTO_FREE char *raw = str_dup(str_slice(line, 0, 100));
	AUTO_FREE char *said = text_sanitised_line(raw);
	if (result->signal)
		error_set(err, ERROR_REMOTE, "it was ended by signal %d", result->signal);
	else
		error_set(err, ERROR_REMOTE, "it ended with exit code %d%s%s", result->exit_code, *said ? ": " : "", said);
	error_where(err, "%s", argv[0]);
	return error_hint(err, "run it by hand and look");
}

bool process_capture(void *userdata, char *const *argv, Buf *ret_output, Error *err) {
	const MonoTime *until = userdata;
	int64_t left_ms = until ? until->ms - mono_now().ms : CAPTURE_DEADLINE_MS;
	ProcessRequest request = {.argv = argv, .deadline_ms = left_ms < 1 ? 1 : left_ms < CAPTURE_DEADLINE_MS ? left_ms : CAPTURE_DEADLINE_MS,
		.grace_ms = CAPTURE_GRACE_MS, .max_output = CAPTURE_MAX_BYTES};
	AUTO_CLEAR(ProcessResult) result = {0};
	if (!process_run(&request, &result, err)) {
		/* It only tells something: there is nothing that it did until then. */
		if (err && err->kind == ERROR_TIMEOUT)
			*err->hint = '\0';
		return error_hint(err, "run it by hand and look: it may wait for a login");
	}
	if (result.exit_code != 0)
		return explain_exit(argv, &result, err);
	if (result.out.overflowed) {
		error_set(err, ERROR_PROTOCOL, "it wrote more than %u bytes", CAPTURE_MAX_BYTES);
		return error_where(err, "%s", argv[0]);
	}
	buf_put_str(ret_output, buf_str(&result.out));
	return true;
}
