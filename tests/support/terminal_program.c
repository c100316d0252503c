/* terminal_program.c: see terminal_program.h. */
#include "tests/support/terminal_program.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/file.h"
#include "tests/support/support.h"

static void put_environment(StrList *list, const char *name, const char *fallback)
{
	const char *value = getenv(name);
	if (value || fallback)
		strlist_add_take(list, bg_asprintf("%s=%s", name, value ? value : fallback));
}

static void build_environment(const TerminalOptions *options, int frame_fd, StrList *list)
{
	put_environment(list, "PATH", "/usr/bin:/bin");
	put_environment(list, "HOME", "/nonexistent");
	put_environment(list, "ASAN_OPTIONS", NULL);
	put_environment(list, "UBSAN_OPTIONS", NULL);
	put_environment(list, "TEST_SOURCE_ROOT", NULL);
	put_environment(list, "TEST_BUILD_ROOT", NULL);
	strlist_add_take(list, bg_asprintf("TERM=%s", options->type ? options->type : "xterm-256color"));
	strlist_add(list, "LC_ALL=C.UTF-8");
	strlist_add(list, "TZ=UTC");
	strlist_add_take(list, bg_asprintf("BREAKGLASS_FRAME_FD=%d", frame_fd));
	for (const char *const *entry = options->environment; entry && *entry; entry++) {
		/* A later entry replaces an earlier one of the same name. */
		size_t name_len = strcspn(*entry, "=");
		for (size_t i = 0; i < list->count; i++)
			if (strncmp(list->items[i], *entry, name_len) == 0 && list->items[i][name_len] == '=')
				strlist_remove(list, i--);
		if ((*entry)[name_len])
			strlist_add(list, *entry);
	}
}

static BG_NORETURN void run_program(const TerminalOptions *options, int frame_fd, char **environment)
{
	/* As a login gives them: whoever runs the tests under nohup ignores SIGHUP, and the program would rightly do so too. */
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
	for (size_t i = 0; i < BG_LENGTH(signals); i++)
		(void) signal(signals[i], SIG_DFL);
	(void) fcntl(frame_fd, F_SETFD, 0);
	if (options->folder && chdir(options->folder) < 0)
		_exit(126);
	/* execve() does not change what argv points to. */
	char **argv = (char **) (void *) (uintptr_t) options->argv;
	(void) execve(options->argv[0], argv, environment);
	_exit(127);
}

/* What a pty has at first, at 9600 baud. */
static void make_slow(struct termios *mode)
{
	int master, slave;
	cr_assert(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	cr_assert(tcgetattr(slave, mode) == 0 && cfsetospeed(mode, B9600) == 0 && cfsetispeed(mode, B9600) == 0);
	(void) close(master);
	(void) close(slave);
}

pid_t terminal_program_start(const TerminalOptions *options, int frame_fd, int *ret_master)
{
	AUTO_CLEAR(StrList) environment = {0};
	build_environment(options, frame_fd, &environment);
	char **envp = strlist_argv(&environment);
	struct winsize size = { .ws_col = (unsigned short) options->columns, .ws_row = (unsigned short) options->rows };
	struct termios slow = {0};
	cr_assert(options->speed == 0 || options->speed == 9600);
	if (options->speed)
		make_slow(&slow);
	pid_t pid = forkpty(ret_master, NULL, options->speed ? &slow : NULL, &size);
	cr_assert(pid >= 0, "cannot make a pseudo terminal: %s", strerror(errno));
	if (pid == 0)
		run_program(options, frame_fd, envp);
	fd_set_cloexec(*ret_master);
	return pid;
}
