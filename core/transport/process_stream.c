/* process_stream.c: see process_stream.h. */
#include "core/transport/process_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/transport/process_internal.h"

#define GRACE_MS 1000
#define REAP_MS 10
#define PIPE_BYTES (1024 * 1024)

struct ProcessStream {
	ProcessPipes pipes;
	pid_t pid;
	Buf said;
};

bool process_stream_open(char *const *argv, char *const *environment, ProcessStream **ret, Error *err) {
	AUTO(ProcessStream) *stream = bg_calloc(1, sizeof(*stream));
	ProcessRequest request = {.argv = argv, .environment = environment};
	stream->pipes = (ProcessPipes){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
	stream->said.limit = PROCESS_STREAM_ERR_MAX;
	process_ignore_broken_pipes();
	if (!process_open_pair(stream->pipes.in) || !process_open_pair(stream->pipes.out) || !process_open_pair(stream->pipes.err)) {
		error_errno(err, errno, "no pipe");
		return error_where(err, "%s", argv[0]);
	}
	BG_IGNORE(fcntl(stream->pipes.out[1], F_SETPIPE_SZ, PIPE_BYTES) < 0);   /* a smaller one is only slower */
	fd_set_nonblocking(stream->pipes.in[1]);
	fd_set_nonblocking(stream->pipes.out[0]);
	fd_set_nonblocking(stream->pipes.err[0]);
	if (!process_spawn(&request, environment, &stream->pipes, &stream->pid, err))
		return error_where(err, "%s", argv[0]);
	bg_close_fd(&stream->pipes.in[0]);
	bg_close_fd(&stream->pipes.out[1]);
	bg_close_fd(&stream->pipes.err[1]);
	*ret = TAKE(stream);
	return true;
}

static bool is_gone(const ProcessStream *stream) {
	pid_t pid = waitpid(stream->pid, NULL, WNOHANG);
	return pid == stream->pid || (pid < 0 && errno == ECHILD);
}

static void end(const ProcessStream *stream) {
	int64_t until = mono_now().ms + GRACE_MS;
	kill(-stream->pid, SIGTERM);
	while (!is_gone(stream)) {
		if (mono_now().ms >= until)
			kill(-stream->pid, SIGKILL);
		(void) poll(NULL, 0, REAP_MS);
	}
	kill(-stream->pid, SIGKILL);   /* what it started and left behind */
}

ProcessStream *process_stream_free(ProcessStream *stream) {
	if (!stream)
		return NULL;
	int *fds[] = {stream->pipes.in, stream->pipes.out, stream->pipes.err};
	for (size_t i = 0; i < BG_LENGTH(fds); i++) {
		bg_close_fd(&fds[i][0]);
		bg_close_fd(&fds[i][1]);
	}
	if (stream->pid)
		end(stream);
	buf_clear(&stream->said);
	free(stream);
	return NULL;
}

ssize_t process_stream_read(ProcessStream *stream, char *bytes, size_t size) { return read(stream->pipes.out[0], bytes, size); }

ssize_t process_stream_write(ProcessStream *stream, Str bytes) { return write(stream->pipes.in[1], bytes.ptr, bytes.len); }

static void take_said(ProcessStream *stream) {
	char bytes[4096];
	ssize_t got = read(stream->pipes.err[0], bytes, sizeof(bytes));
	if (got > 0)
		buf_append(&stream->said, bytes, (size_t) got);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		bg_close_fd(&stream->pipes.err[0]);
}

bool process_stream_wait(ProcessStream *stream, bool to_write, int wait_ms) {
	struct pollfd fds[] = {{stream->pipes.out[0], POLLIN, 0}, {to_write ? stream->pipes.in[1] : -1, POLLOUT, 0}, {stream->pipes.err[0], POLLIN, 0}};
	if (poll(fds, BG_LENGTH(fds), wait_ms) <= 0)
		return false;
	if (fds[2].revents)
		take_said(stream);
	return fds[0].revents || fds[1].revents;
}

Str process_stream_said(const ProcessStream *stream) { return buf_str(&stream->said); }
