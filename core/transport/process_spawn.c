/* process_spawn.c: fork, arrange descriptors, exec. Between fork and exec only async-signal-safe calls, since other threads may hold locks. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/transport/process_internal.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* The file that argv[0] means in that environment; NULL when there is none. Owned. */
static char *find_program(const char *name, char *const *environment) {
	if (strchr(name, '/'))
		return bg_strdup(name);
	const char *path = process_environment_get(environment, "PATH");
	Str rest = str_from(path && *path ? path : DEFAULT_PATH), folder;
	while (str_split(&rest, ':', &folder)) {
		AUTO_FREE char *candidate = bg_asprintf("%.*s/%s", STR_ARG(folder.len ? folder : STR(".")), name);
		if (access(candidate, X_OK) == 0 && !file_is_folder(candidate))
			return TAKE(candidate);
	}
	return NULL;
}

typedef enum ChildStage { STAGE_FOLDER, STAGE_DESCRIPTORS, STAGE_EXEC } ChildStage;
typedef struct ChildFailure { ChildStage stage; int os_error; } ChildFailure;

static void fail_child(int report_fd, ChildStage stage) BG_NORETURN;
static void fail_child(int report_fd, ChildStage stage) {
	ChildFailure failure = {stage, errno};
	if (write(report_fd, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

/* Descriptors above those of the program are ours: none may stay open, whoever forgot to mark it. */
static void close_others(int from, int report_fd) {
	long most = sysconf(_SC_OPEN_MAX);
#ifdef __linux__
	if (report_fd > from && close_range((unsigned) from, (unsigned) report_fd - 1, 0) == 0 &&
	    close_range((unsigned) report_fd + 1, ~0u, 0) == 0)
		return;
#endif
	for (int fd = from; fd < most; fd++)
		if (fd != report_fd)
			close(fd);
}

static void child(const ProcessRequest *request, const char *program, char *const *environment, const ProcessPipes *pipes, int null_fd,
	int report_fd) BG_NORETURN;
static void child(const ProcessRequest *request, const char *program, char *const *environment, const ProcessPipes *pipes, int null_fd,
	int report_fd) {
	setpgid(0, 0);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Every source is above the targets (see process_spawn), so that no dup2 overwrites a later one. */
	if (dup2(pipes->in[0] >= 0 ? pipes->in[0] : null_fd, 0) < 0 || dup2(pipes->out[1], 1) < 0 || dup2(pipes->err[1], 2) < 0 ||
	    (pipes->extra[1] >= 0 && dup2(pipes->extra[1], PROCESS_EXTRA_FD) < 0))
		fail_child(report_fd, STAGE_DESCRIPTORS);
	close_others(pipes->extra[1] >= 0 ? PROCESS_EXTRA_FD + 1 : 3, report_fd);
	if (request->folder && chdir(request->folder) < 0)
		fail_child(report_fd, STAGE_FOLDER);
	execve(program, request->argv, environment);
	fail_child(report_fd, STAGE_EXEC);
}

static bool explain(const ProcessRequest *request, const ChildFailure *failure, Error *err) {
	switch (failure->stage) {
	case STAGE_FOLDER:
		return error_errno(err, failure->os_error, "folder %s cannot be entered", request->folder);
	case STAGE_DESCRIPTORS:
		return error_errno(err, failure->os_error, "descriptors cannot be arranged");
	case STAGE_EXEC:
		return error_errno(err, failure->os_error, "%s cannot be started", request->argv[0]);
	}
	return false;
}

/* A descriptor above those that the child arranges; closes the old one. -1 on failure. */
static int lift(int fd) {
	int lifted = fcntl(fd, F_DUPFD_CLOEXEC, 16);
	int os_error = errno;
	close(fd);
	errno = os_error;
	return lifted;
}

static bool read_report(int fd, ChildFailure *ret) {
	ssize_t got;
	do
		got = read(fd, ret, sizeof(*ret));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t) sizeof(*ret);
}

bool process_spawn(const ProcessRequest *request, char *const *environment, const ProcessPipes *pipes, pid_t *ret_pid, Error *err) {
	AUTO_FREE char *program = find_program(request->argv[0], environment);
	if (!program) {
		error_set(err, ERROR_MISSING, "there is no program %s", request->argv[0]);
		return error_hint(err, "install it, or write its whole path");
	}
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "no pipe");
	AUTO_CLOSE int report_read = lift(ends[0]);
	AUTO_CLOSE int report_write = lift(ends[1]);
	int null_plain = open("/dev/null", O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int null_fd = null_plain < 0 ? -1 : lift(null_plain);
	if (report_read < 0 || report_write < 0 || null_fd < 0)
		return error_errno(err, errno, "no descriptors");
	pid_t pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "no process");
	if (pid == 0)
		child(request, program, environment, pipes, null_fd, report_write);
	setpgid(pid, pid);   /* here too, so that it holds before the first signal is sent; one of the two calls loses the race */
	bg_close_fd(&report_write);
	ChildFailure failure;
	if (!read_report(report_read, &failure)) {
		*ret_pid = pid;
		return true;
	}
	if (waitpid(pid, NULL, 0) < 0)
		return error_errno(err, errno, "the process is lost");
	return explain(request, &failure, err);
}
