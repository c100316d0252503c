/* sim_process.c: see sim_process.h. Between fork and exec only what is safe there: other threads may have held any lock. */
#include "core/sandbox/sim_process.h"
#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/base/attributes.h"
#include "core/base/cleanup.h"

static void become(char *const argv[], int socket, int log, pid_t parent) BG_NORETURN;
static void become(char *const argv[], int socket, int log, pid_t parent) {
	sigset_t none;
	sigemptyset(&none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)   /* it died before it could be waited for */
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(socket, 0) >= 0 && dup2(socket, 1) >= 0 && dup2(log, 2) >= 0)
		execv(argv[0], argv);
	_exit(127);
}

bool sim_process_start(char *const argv[], int socket, int log, pid_t *ret_pid, int *ret_fd, Error *err) {
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		become(argv, socket, log, parent);
	if (pid < 0)
		return error_errno(err, errno, "cannot start a process");
	*ret_pid = pid;
	*ret_fd = pidfd_open(pid, 0);
	if (*ret_fd >= 0)
		return true;
	BG_IGNORE(error_errno(err, errno, "cannot watch a process"));
	sim_process_end(pid, ret_fd);
	return error_hint(err, "this needs Linux 5.3 or newer");
}

void sim_process_end(pid_t pid, int *fd) {
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	bg_close_fd(fd);
}
