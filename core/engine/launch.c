/* launch.c: see launch.h. */
#include "core/engine/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"

/* In the grandchild: nothing of the terminal is left, then the program itself in its engine role. Only async-signal-safe calls. */
static void become_engine(char *const argv[], int log_fd) BG_NORETURN;
static void become_engine(char *const argv[], int log_fd) {
	/* Nothing is ever read: where a machine does not let us have the usual nothing, an empty file in memory is as good. */
	int null_fd = open("/dev/null", O_RDONLY);
	if (null_fd < 0)
		null_fd = memfd_create("nothing", 0);
	if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(log_fd, 1) < 0 || dup2(log_fd, 2) < 0)
		_exit(126);
	close_range(3, ~0u, 0);
	execv(argv[0], argv);
	_exit(127);
}

/* A log on a full disk would swallow why the engine could not start. */
static int open_log(const StatePaths *paths, int *ret_memory) {
	int fd = state_paths_can_write(paths, NULL) ? open(paths->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	*ret_memory = fd < 0 ? memfd_create("engine-log", MFD_CLOEXEC) : -1;
	return fd < 0 && *ret_memory >= 0 ? fcntl(*ret_memory, F_DUPFD_CLOEXEC, 3) : fd;
}

bool launch_engine(const char *self, const char *environment_path, const StatePaths *paths, int *ret_memory, Error *err) {
	AUTO_CLOSE int memory = -1;
	AUTO_CLOSE int log_fd = open_log(paths, &memory);
	if (log_fd < 0) {
		error_errno(err, errno, "cannot open the engine's log");
		error_where(err, "%s", paths->log);
		return error_what(err, "start the engine");
	}
	AUTO_FREE char *program = bg_strdup(self);
	AUTO_FREE char *environment = bg_strdup(environment_path);
	AUTO_FREE char *state = bg_strdup(paths->state);
	char role[] = "__engine", env_flag[] = "--env", state_flag[] = "--state";
	char *argv[] = {program, role, env_flag, environment, state_flag, state, NULL};
	pid_t child = fork();
	if (child < 0) {
		error_errno(err, errno, "cannot start a process");
		return error_what(err, "start the engine");
	}
	if (child == 0) {
		setsid();
		signal(SIGHUP, SIG_IGN);
		pid_t grandchild = fork();
		if (grandchild != 0)
			_exit(grandchild < 0 ? 1 : 0);
		become_engine(argv, log_fd);
	}
	int status = 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		error_set(err, ERROR_IO, "cannot start a process");
		return error_what(err, "start the engine");
	}
	*ret_memory = TAKE_FD(memory);
	return true;
}
