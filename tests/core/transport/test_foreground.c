/* test_foreground.c: which `script` may record, and that a command without a terminal's foreground still runs, is recorded, and ends as it ends. The rest
 * needs a terminal: tests/e2e/test_own_terminal.c. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/transport/foreground.h"
#include "core/transport/process.h"
#include "tests/support/support.h"

typedef struct Version { const char *text; bool serves; } Version;

Test(foreground, only_a_script_of_util_linux_that_can_be_told_where_to_write_records)
{
	static const Version cases[] = {
		{ "script from util-linux 2.38.1\n", true }, { "script from util-linux 2.35\n", true }, { "script from util-linux 3.0\n", true },
		{ "script from util-linux 2.34\n", false }, { "script from util-linux 1.99\n", false }, { "BusyBox v1.35.0 multi-call binary.\n", false },
		{ "script from util-linux \n", false }, { "script from util-linux x.y\n", false }, { "", false },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++)
		cr_expect_eq(foreground_script_serves(str_from(cases[i].text)), cases[i].serves, "\"%s\"", cases[i].text);
}

static void on_recorded(void *userdata, Str bytes) { buf_put_str(userdata, bytes); }

typedef struct Ran { ForegroundEnd end; Buf record; bool ok; Error err; } Ran;

static Ran run(const char *text, const char *folder, bool record)
{
	Ran ran = { 0 };
	int master, slave;
	AUTO_CLEAR(StrList) environment = { 0 };
	const char *why = NULL;
	cr_assert(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	process_environment(NULL, &environment);
	AUTO_FREE char *script = record ? foreground_find_script(&environment, &why) : NULL;
	if (record && !script)
		cr_skip_test("%s", why);
	ForegroundRequest request = { .text = text, .folder = folder, .environment = &environment, .terminal = slave, .script = script, .recorded = on_recorded,
		.userdata = &ran.record };
	ran.ok = foreground_run(&request, &ran.end, &ran.err);
	close(slave);
	close(master);
	return ran;
}

Test(foreground, tells_how_it_ended)
{
	Ran exited = run("exit 7", "/", false);
	assert_ok(exited.ok, &exited.err);
	cr_assert(exited.end.started && exited.end.exit_code == 7 && exited.end.signal == 0);
	Ran killed = run("kill -KILL $$", "/", false);
	assert_ok(killed.ok, &killed.err);
	cr_assert(killed.end.signal == 9 && killed.end.exit_code == -1);
}

/* Whoever started us may not care for children. We do: an end that was not seen is no exit status. */
Test(foreground, sees_the_end_where_children_are_ignored)
{
	cr_assert(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	Ran exited = run("exit 7", "/", false);
	assert_ok(exited.ok, &exited.err);
	cr_assert_eq(exited.end.exit_code, 7);
	cr_assert(signal(SIGCHLD, SIG_DFL) == SIG_IGN, "it was not put back");
}

Test(foreground, a_folder_that_cannot_be_entered_starts_nothing)
{
	Ran ran = run("exit 0", "/nonexistent", false);
	assert_refused(ran.ok, &ran.err, ERROR_MISSING, "cannot be started in /nonexistent");
	cr_assert(!ran.end.started);
}

/* The text, its exit status, and the shell that the person has; what recorded it is not seen by the command. */
Test(foreground, a_recording_is_whole_and_the_command_knows_nothing_of_it)
{
	Ran ran = run("echo \"one [$SHELL] [$BREAKGLASS_COMMAND$BREAKGLASS_SHELL]\"; echo two >&2; (echo >&9) 2>/dev/null || echo closed; exit 5", "/", true);
	assert_ok(ran.ok, &ran.err);
	cr_assert_eq(ran.end.exit_code, 5);
	AUTO_CLEAR(StrList) environment = { 0 };
	process_environment(NULL, &environment);
	const char *shell = process_environment_get(strlist_argv(&environment), "SHELL");
	AUTO_FREE char *first = bg_asprintf("one [%s] []", shell && *shell ? shell : "/bin/sh");
	Str record = buf_str(&ran.record);
	cr_assert(str_find(record, first) >= 0 && str_find(record, "two") >= 0 && str_find(record, "closed") >= 0, "%s", buf_text(&ran.record));
	cr_assert(str_find(record, "COMMAND_EXIT_CODE=\"5\"") >= 0, "%s", buf_text(&ran.record));
	buf_clear(&ran.record);
}

static int run_in(int terminal)
{
	AUTO_CLEAR(StrList) environment = { 0 };
	process_environment(NULL, &environment);
	ForegroundRequest request = { .text = "sh -c 'echo; echo command $$; exec tail -f /dev/null'; true", .folder = "/", .environment = &environment,
		.terminal = terminal };
	ForegroundEnd end;
	dprintf(terminal, "console %d\n", (int) getpid());
	return foreground_run(&request, &end, NULL) ? 0 : 1;
}

/* A login shell keeps the terminal, and below it a console runs something that is not recorded. */
static void BG_NORETURN keep_terminal(int slave)
{
	(void) setsid();
	(void) ioctl(slave, TIOCSCTTY, 0);
	if (fork() == 0)
		_exit(run_in(slave));
	for (;;)
		(void) pause();
}

static int read_number(FILE *from, const char *word)
{
	char line[128];
	while (fgets(line, sizeof(line), from))
		if (str_starts(str_from(line), word))
			return (int) strtol(line + strlen(word), NULL, 10);
	return -1;
}

Test(foreground, what_is_not_recorded_ends_with_the_console_whole)
{
	int master, slave;
	cr_assert(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	pid_t shell = fork();
	if (shell == 0)
		keep_terminal(slave);
	FILE *from = fdopen(master, "r");
	cr_assert(shell > 0 && from);
	int console = read_number(from, "console "), command = read_number(from, "command ");
	cr_assert(console > 0 && command > 0);
	struct pollfd gone = { .fd = (int) syscall(SYS_pidfd_open, command, 0), .events = POLLIN };
	cr_assert(gone.fd >= 0 && kill(console, SIGKILL) == 0);
	int ended = poll(&gone, 1, 10000);
	if (ended != 1)
		(void) kill(command, SIGKILL);
	cr_assert(kill(shell, SIGKILL) == 0 && waitpid(shell, NULL, 0) == shell);
	close(gone.fd);
	close(slave);
	(void) fclose(from);
	cr_assert_eq(ended, 1, "it went on without anybody who could tell its end");
}
