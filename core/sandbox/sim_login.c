/* sim_login.c: see sim_login.h. */
#include "core/sandbox/sim_login.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_machine.h"
#include "core/sandbox/sim_pretend.h"

#define CANNOT 127

static int say(const char *what, const char *why) {
	fprintf(stderr, "breakglass: this pretend machine %s: %s\n", what, why);
	return CANNOT;
}

/* What `scp` and `sftp` ask for. */
static int serve_files(const char *home) {
	static const char *const SERVERS[] = {"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server",
		"/usr/libexec/sftp-server", "/usr/lib/misc/sftp-server"};
	for (size_t i = 0; i < BG_LENGTH(SERVERS); i++)
		execl(SERVERS[i], SERVERS[i], "-d", home, (char *) NULL);
	return say("cannot send files", "there is no sftp-server; install openssh-sftp-server");
}

static void become(const char *home, const char *command) BG_NORETURN;
static void become(const char *home, const char *command) {
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);   /* a machine that loses power takes what runs on it along */
	if (command)
		setpgid(0, 0);   /* with all that it starts; a shell with a terminal makes groups of its own */
	if (text_eq(command, "sftp"))
		_exit(serve_files(home));
	if (command)
		execl("/bin/sh", "sh", "-c", command, (char *) NULL);
	else
		execl("/bin/sh", "sh", "-i", (char *) NULL);
	_exit(say("has no shell", strerror(errno)));
}

/* Until it ends, or the sandbox does: then the connection goes, too, whose sshd is no child of the sandbox itself where it has no privileges. */
static int watch(pid_t child, int life, const sigset_t *lost) {
	int status = 0;
	AUTO_CLOSE int ended = pidfd_open(child, 0);
	AUTO_CLOSE int orphaned = signalfd(-1, lost, SFD_CLOEXEC);
	struct pollfd polled[] = {{ended, POLLIN, 0}, {life, POLLIN, 0}, {orphaned, POLLIN, 0}};
	signal(SIGINT, SIG_IGN);   /* the keys are the shell's */
	signal(SIGQUIT, SIG_IGN);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	while (poll(polled, BG_LENGTH(polled), -1) < 0 && errno == EINTR)
		continue;
	if (!polled[0].revents) {
		kill(child, SIGKILL);
		kill(-child, SIGKILL);
		if (!polled[2].revents)
			kill(getppid(), SIGKILL);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int sim_login_main(int argc, char **argv) {
	if (argc != 2)
		return say("cannot be logged in to", "its configuration was changed");
	AUTO_FREE char *home = bg_asprintf("%s/machines/%s/home", argv[0], argv[1]);
	AUTO_FREE char *path = bg_asprintf("%s/machine-bin:%s/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", argv[0], argv[0]);
	AUTO_FREE char *command = bg_strdup_or_null(getenv("SSH_ORIGINAL_COMMAND"));
	AUTO_FREE char *pipe_path = path_join(argv[0], SIM_LIFE);
	AUTO_CLOSE int life = open(pipe_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	sigset_t lost;
	sigemptyset(&lost);
	sigaddset(&lost, SIGTERM);
	sigprocmask(SIG_BLOCK, &lost, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);   /* of its sshd */
	if (life < 0 || chdir(home) != 0)
		return say("has no power", strerror(errno));
	if (setenv("HOME", home, 1) != 0 || setenv("PATH", path, 1) != 0 || setenv(SIM_PRETEND_MACHINE, argv[1], 1) != 0)
		return say("has no room", strerror(errno));
	unsetenv("SSH_ORIGINAL_COMMAND");
	pid_t child = fork();
	if (child == 0)
		become(home, command);
	return child < 0 ? say("has no room", strerror(errno)) : watch(child, life, &lost);
}
