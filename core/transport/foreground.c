/* foreground.c: see foreground.h. The child leads a process group of its own, which gets the terminal: its keys (ctrl-c, ctrl-z, ctrl-\) go there and
 * not to us. Between fork and exec only async-signal-safe calls. */
#include "core/transport/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/transport/process.h"

#define LOOK_MS 200             /* that it stopped is told by no descriptor */
#define RECORD_FD 9
#define DRAIN_AT_ONCE (256 * 1024)

/* The shell waits for what it started when ctrl-c comes: a shell without a trap would go and leave a psql behind that answered it. */
#define RUN_IT "trap : INT QUIT; breakglass_text=$BREAKGLASS_COMMAND; unset BREAKGLASS_COMMAND; eval \"$breakglass_text\""
static const char PLAIN[] = RUN_IT;
/* Only the shell is told that we died, and not what it waits for: who reads that nobody holds the other end any more tells the whole group. */
static const char WATCHED[] = "( { read -r over || kill -s HUP 0; } <&9 9<&- & ); exec 9<&-; " RUN_IT;
/* script starts it with $SHELL, which is put back, and its log is nobody else's to write. */
static const char RECORDED[] = "exec 9>&-; SHELL=$BREAKGLASS_SHELL; unset BREAKGLASS_SHELL; " RUN_IT;

typedef struct Foreground {
	const ForegroundRequest *request;
	ForegroundEnd *end;
	struct termios modes;
	bool has_modes, stopped, gone;
	pid_t child, group;            /* who had the terminal before; -1: it is not ours to give */
	int record, exit, alive;       /* descriptors; -1 = none. The last one is closed when we die */
	Buf answer;
} Foreground;

/* ---- script ---- */

bool foreground_script_serves(Str version) {
	ptrdiff_t at = str_find(version, "util-linux ");
	int64_t major = 0, minor = 0;
	if (at < 0)
		return false;
	Str rest = str_slice(version, (size_t) at + strlen("util-linux "), version.len), number = {0}, second = {0};
	(void) str_split(&rest, '.', &number);
	size_t digits = 0;
	while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9')
		digits++;
	second = str_slice(rest, 0, digits);
	return str_parse_int(number, &major) && str_parse_int(second, &minor) && (major > 2 || (major == 2 && minor >= 35));
}

char *foreground_find_script(StrList *environment, const char **ret_why) {
	const char *path = process_environment_get(strlist_argv(environment), "PATH");
	Str rest = str_from(path && *path ? path : "/usr/local/bin:/usr/bin:/bin"), folder;
	*ret_why = "no `script` on this machine";
	while (str_split(&rest, ':', &folder)) {
		AUTO_FREE char *program = bg_asprintf("%.*s/script", STR_ARG(folder.len ? folder : STR(".")));
		if (access(program, X_OK) != 0 || file_is_folder(program))
			continue;
		char flag[] = "--version";
		char *argv[] = {program, flag, NULL};
		ProcessRequest request = {.argv = argv, .environment = strlist_argv(environment), .deadline_ms = 2000, .max_output = 4096};
		AUTO_CLEAR(ProcessResult) said = {0};
		if (process_run(&request, &said, NULL) && foreground_script_serves(buf_str(&said.out)))
			return TAKE(program);
		*ret_why = "the `script` of this machine is not that of util-linux 2.35 or newer";
		return NULL;
	}
	return NULL;
}

/* ---- the child ---- */

typedef struct Started { char *const *argv; char *const *environment; const char *folder; int terminal, record, report; bool leads; pid_t parent; } Started;

static void child(const Started *started) BG_NORETURN;
static void child(const Started *started) {
	sigset_t none;
	if (started->leads) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		(void) tcsetpgrp(started->terminal, getpid());
	}
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	/* Whoever could tell its end is gone then. script blocks the signal of a terminal that is hung up, and ends its command on this one. */
	if (prctl(PR_SET_PDEATHSIG, started->record >= 0 ? SIGTERM : SIGHUP) == 0 && getppid() != started->parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(started->terminal, fd) < 0)
			goto failed;
	if (started->record >= 0 && dup2(started->record, RECORD_FD) < 0)
		goto failed;
	if (chdir(started->folder) < 0)
		goto failed;
	/* What is open of ours is marked; what somebody forgot to mark is not theirs either. */
	close_range(3, RECORD_FD - 1, CLOSE_RANGE_CLOEXEC);
	close_range(RECORD_FD + (started->record >= 0), ~0u, CLOSE_RANGE_CLOEXEC);
	execve(started->argv[0], started->argv, started->environment);
failed:;
	int os_error = errno;
	if (write(started->report, &os_error, sizeof(os_error)) < 0)
		_exit(126);
	_exit(127);
}

static bool start(Foreground *run, char *const *argv, char *const *environment, int record, Error *err) {
	int report[2];
	if (pipe2(report, O_CLOEXEC) < 0)
		return error_errno(err, errno, "no pipe");
	/* Above the descriptors that the child arranges. */
	AUTO_CLOSE int report_read = report[0];
	AUTO_CLOSE int report_write = fcntl(report[1], F_DUPFD_CLOEXEC, RECORD_FD + 1);
	AUTO_CLOSE int terminal = fcntl(run->request->terminal, F_DUPFD_CLOEXEC, RECORD_FD + 1);
	close(report[1]);
	Started started = {argv, environment, run->request->folder, terminal, record, report_write, run->group >= 0, getpid()};
	if (report_write < 0 || terminal < 0)
		return error_errno(err, errno, "no descriptors");
	run->child = fork();
	if (run->child < 0)
		return error_errno(err, errno, "no process could be had");
	if (run->child == 0)
		child(&started);
	if (started.leads)
		setpgid(run->child, run->child);
	bg_close_fd(&report_write);
	int os_error = 0;
	ssize_t got;
	do
		got = read(report_read, &os_error, sizeof(os_error));
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t) sizeof(os_error))
		return true;
	(void) waitpid(run->child, NULL, 0);
	error_errno(err, os_error, "it cannot be started in %s", run->request->folder);
	return error_hint(err, "look whether the folder is there and may be entered");
}

/* ---- the terminal, taken and given ---- */

static void give(Foreground *run) {
	if (run->group >= 0)
		(void) tcsetpgrp(run->request->terminal, run->child);   /* a terminal that is gone belongs to nobody */
}

static void take_back(Foreground *run) {
	if (run->group >= 0)
		(void) tcsetpgrp(run->request->terminal, run->group);
	if (run->has_modes)
		(void) tcsetattr(run->request->terminal, TCSADRAIN, &run->modes);
}

static void say(const Foreground *run, const char *text) {
	BG_IGNORE(file_write_all(run->request->terminal, text, strlen(text), NULL));   /* nobody is there to hear it then */
}

static void signal_child(const Foreground *run, int number) { (void) kill(run->group >= 0 ? -run->child : run->child, number); }

/* ---- what happens ---- */

static void on_stopped(Foreground *run) {
	run->stopped = true;
	take_back(run);
	say(run, "\r\nThe command is stopped. Enter: it goes on.  e and Enter: it is ended.  ");
}

static void on_answer(Foreground *run) {
	char chunk[256];
	ssize_t got = read(run->request->terminal, chunk, sizeof(chunk));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0)
		buf_append(&run->answer, chunk, (size_t) got);
	if (got > 0 && str_find_char(buf_str(&run->answer), '\n') < 0)
		return;
	bool ends = got <= 0 || str_eq_c(str_trim(buf_str(&run->answer)), "e");   /* nobody is there any more to say that it goes on */
	buf_truncate(&run->answer, 0);
	run->stopped = false;
	give(run);
	if (ends)
		signal_child(run, SIGTERM);
	signal_child(run, SIGCONT);
}

static void look_at_child(Foreground *run) {
	int status;
	pid_t seen = waitpid(run->child, &status, WNOHANG | WUNTRACED);
	if (seen < 0 && errno == EINTR)
		return;
	if (seen == 0)
		return;
	if (seen > 0 && WIFSTOPPED(status)) {
		on_stopped(run);
		return;
	}
	run->gone = true;
	run->end->exit_code = seen > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	run->end->signal = seen > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void drain(Foreground *run) {
	char chunk[16384];
	for (size_t total = 0; run->record >= 0 && total < DRAIN_AT_ONCE;) {
		ssize_t got = read(run->record, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			bg_close_fd(&run->record);
			return;
		}
		total += (size_t) got;
		run->request->recorded(run->request->userdata, (Str){chunk, (size_t) got});
	}
}

static void follow(Foreground *run) {
	const ForegroundRequest *request = run->request;
	while (!run->gone) {
		struct pollfd fds[FOREGROUND_FDS + 3] = {{.fd = -1}, {.fd = -1}};
		int wait = request->prepare ? request->prepare(request->userdata, fds) : -1;
		fds[FOREGROUND_FDS] = (struct pollfd){.fd = run->record, .events = POLLIN};
		fds[FOREGROUND_FDS + 1] = (struct pollfd){.fd = run->exit, .events = POLLIN};
		fds[FOREGROUND_FDS + 2] = (struct pollfd){.fd = run->stopped ? request->terminal : -1, .events = POLLIN};
		(void) poll(fds, BG_LENGTH(fds), wait < 0 || wait > LOOK_MS ? LOOK_MS : wait);   /* EINTR and timeouts are both "look again" */
		drain(run);
		if (run->stopped && fds[FOREGROUND_FDS + 2].revents)
			on_answer(run);
		look_at_child(run);
		if (request->tend)
			request->tend(request->userdata);
	}
	for (int left = 64; run->record >= 0 && left > 0; left--) {   /* what it wrote last; somebody that it left behind may hold the pipe open */
		struct pollfd fd = {.fd = run->record, .events = POLLIN};
		if (poll(&fd, 1, 0) <= 0)
			break;
		drain(run);
	}
}

/* Signals that the terminal sends to its foreground are for the child. */
static const int LEFT_TO_IT[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN, SIGPIPE};

static bool run_it(Foreground *run, char *const *argv, char *const *environment, int record, Error *err) {
	struct sigaction before[BG_LENGTH(LEFT_TO_IT)], children, ignored = {.sa_handler = SIG_IGN};
	for (size_t i = 0; i < BG_LENGTH(LEFT_TO_IT); i++)
		(void) sigaction(LEFT_TO_IT[i], &ignored, &before[i]);
	/* Where whoever started us ignores it, nobody could be waited for. */
	(void) sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, &children);
	run->has_modes = tcgetattr(run->request->terminal, &run->modes) == 0;
	bool ok = start(run, argv, environment, record, err);
	if (record >= 0)
		close(record);
	if (ok) {
		run->end->started = true;
		give(run);
		run->exit = (int) syscall(SYS_pidfd_open, run->child, 0);   /* -1: its end is seen when it is looked for */
		if (run->exit >= 0)
			fd_set_cloexec(run->exit);
		follow(run);
		if (run->alive >= 0)
			BG_IGNORE(file_write_all(run->alive, "\n", 1, NULL));   /* all is well; nobody reads it where it was ended */
	}
	take_back(run);
	for (size_t i = 0; i < BG_LENGTH(LEFT_TO_IT); i++)
		(void) sigaction(LEFT_TO_IT[i], &before[i], NULL);
	(void) sigaction(SIGCHLD, &children, NULL);
	bg_close_fd(&run->exit);
	bg_close_fd(&run->record);
	bg_close_fd(&run->alive);
	buf_clear(&run->answer);
	return ok;
}

/* What the child gets at RECORD_FD, and the other end of it: to write its recording to, or to see by that we are alive. */
static bool open_line(Foreground *run, int *ret_theirs, Error *err) {
	bool records = run->request->script != NULL;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "no pipe for what is recorded");
	*ret_theirs = fcntl(ends[records], F_DUPFD_CLOEXEC, RECORD_FD + 1);
	close(ends[records]);
	if (records)
		run->record = ends[0];
	else
		run->alive = ends[1];
	if (records)
		fd_set_nonblocking(run->record);
	return true;
}

bool foreground_run(const ForegroundRequest *request, ForegroundEnd *ret, Error *err) {
	AUTO_CLEAR(StrList) environment = {0};
	AUTO_FREE char *program = bg_strdup(request->script ? request->script : "/bin/sh");
	Foreground run = {.request = request, .end = ret, .record = -1, .exit = -1, .alive = -1, .group = tcgetpgrp(request->terminal)};
	/* Without a group of its own, the group is ours. */
	AUTO_FREE char *text = bg_strdup(request->script ? RECORDED : run.group >= 0 ? WATCHED : PLAIN);
	char quiet[] = "-q", keep[] = "-e", flush[] = "-f", out[] = "-O", log[] = "/dev/fd/9", command[] = "-c", shell[] = "SHELL";
	char *recorded[] = {program, quiet, keep, flush, out, log, command, text, NULL}, *plain[] = {program, command, text, NULL};
	int theirs = -1;
	for (size_t i = 0; i < request->environment->count; i++)
		strlist_add(&environment, request->environment->items[i]);
	process_environment_set(&environment, "BREAKGLASS_COMMAND", request->text);
	if (request->script) {
		const char *own = process_environment_get(strlist_argv(&environment), shell);
		AUTO_FREE char *kept = bg_strdup(own && *own ? own : "/bin/sh");
		process_environment_set(&environment, "BREAKGLASS_SHELL", kept);
		process_environment_set(&environment, shell, "/bin/sh");
	}
	if ((request->script || run.group >= 0) && !open_line(&run, &theirs, err))
		return false;
	*ret = (ForegroundEnd){.exit_code = -1};
	return run_it(&run, request->script ? recorded : plain, strlist_argv(&environment), theirs, err);
}
