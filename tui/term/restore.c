/* restore.c: signal handlers around one terminal. Everything that they touch is prepared beforehand and never moves.
 * Only functions that POSIX lists as async-signal-safe are called from handlers (signal-safety(7)). */
#include "tui/term/restore.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "core/base/alloc.h"

/* A terminal that takes no bytes for this long is given up: ending must not hang on a dead connection. */
#define LEAVE_WAIT_MS 200

static struct {
	volatile sig_atomic_t armed, inside, resumed, resized;
	int fd, wake_fd;
	struct termios before, raw;
	char enter[RESTORE_TEXT_MAX], leave[RESTORE_TEXT_MAX];
	size_t enter_len, leave_len;
	volatile unsigned long written;
} state = { .fd = -1, .wake_fd = -1 };

typedef struct Handled { int signal; void (*handler)(int); struct sigaction before; bool replaced; } Handled;

static void write_slowly(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(state.fd, text, len);
		if (wrote > 0) {
			text += wrote;
			len -= (size_t) wrote;
			state.written += (unsigned long) wrote;
			continue;
		}
		struct pollfd ready = { .fd = state.fd, .events = POLLOUT };
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote >= 0 || errno != EAGAIN || poll(&ready, 1, LEAVE_WAIT_MS) <= 0)
			return;
	}
}

void term_restore(void)
{
	int kept_errno = errno;
	if (state.armed && state.inside) {
		state.inside = 0;
		write_slowly(state.leave, state.leave_len);
		(void) tcsetattr(state.fd, TCSANOW, &state.before); /* the terminal may be gone: nothing to be done then */
	}
	errno = kept_errno;
}

static void enter(void)
{
	state.inside = 1;
	(void) tcsetattr(state.fd, TCSANOW, &state.raw); /* as above */
	write_slowly(state.enter, state.enter_len);
}

static void wake(void)
{
	int kept_errno = errno;
	ssize_t wrote = write(state.wake_fd, "s", 1);
	(void) wrote; /* a full pipe wakes just as well */
	errno = kept_errno;
}

static void raise_with_default(int number)
{
	sigset_t only;
	(void) signal(number, SIG_DFL);
	(void) sigemptyset(&only);
	(void) sigaddset(&only, number);
	(void) raise(number);
	(void) sigprocmask(SIG_UNBLOCK, &only, NULL); /* now it is delivered */
}

static void on_end(int number)
{
	term_restore();
	raise_with_default(number);
}

static void on_continue(int number)
{
	(void) number;
	enter();
	state.resumed = 1;
	wake();
}

static void on_stop(int number)
{
	struct sigaction again = { .sa_handler = on_stop, .sa_flags = SA_RESTART };
	term_restore();
	raise_with_default(number);
	/* Continued, or never stopped because nobody could continue us. */
	(void) sigaction(number, &again, NULL);
	if (!state.inside)
		on_continue(SIGCONT);
}

static void on_resize(int number)
{
	(void) number;
	state.resized = 1;
	wake();
}

static Handled handled[] = {
	{ .signal = SIGTERM, .handler = on_end }, { .signal = SIGHUP, .handler = on_end }, { .signal = SIGINT, .handler = on_end },
	{ .signal = SIGQUIT, .handler = on_end }, { .signal = SIGABRT, .handler = on_end }, { .signal = SIGSEGV, .handler = on_end },
	{ .signal = SIGBUS, .handler = on_end }, { .signal = SIGFPE, .handler = on_end }, { .signal = SIGILL, .handler = on_end },
	{ .signal = SIGTSTP, .handler = on_stop }, { .signal = SIGCONT, .handler = on_continue },
	{ .signal = SIGWINCH, .handler = on_resize },
};

static size_t copy_text(char text[static RESTORE_TEXT_MAX], Str from)
{
	size_t len = from.len < RESTORE_TEXT_MAX ? from.len : RESTORE_TEXT_MAX;
	memcpy(text, from.ptr, len);
	return len;
}

static void take_signals(void)
{
	for (size_t i = 0; i < BG_LENGTH(handled); i++) {
		struct sigaction action = { .sa_handler = handled[i].handler, .sa_flags = SA_RESTART };
		(void) sigaction(handled[i].signal, NULL, &handled[i].before);
		/* Somebody who ignores or handles a signal already (nohup, a sanitizer) keeps it. */
		bool is_ours = handled[i].before.sa_handler == SIG_DFL || handled[i].signal == SIGWINCH || handled[i].signal == SIGCONT;
		handled[i].replaced = is_ours && sigaction(handled[i].signal, &action, NULL) == 0;
	}
}

static void give_signals(void)
{
	for (size_t i = 0; i < BG_LENGTH(handled); i++)
		if (handled[i].replaced)
			(void) sigaction(handled[i].signal, &handled[i].before, NULL);
}

void restore_arm(const RestorePlan *plan)
{
	state.fd = plan->fd;
	state.wake_fd = plan->wake_fd;
	state.before = plan->before;
	state.raw = plan->raw;
	state.enter_len = copy_text(state.enter, plan->enter);
	state.leave_len = copy_text(state.leave, plan->leave);
	state.resumed = state.resized = 0;
	state.written = 0;
	take_signals();
	state.armed = 1;
	bg_set_abort_hook(term_restore);
	enter();
}

void restore_disarm(void)
{
	if (!state.armed)
		return;
	term_restore();
	state.armed = 0;
	bg_set_abort_hook(NULL);
	give_signals();
	state.fd = state.wake_fd = -1;
}

void restore_put_aside(void)
{
	term_restore();
	give_signals();
}

void restore_take_back(void)
{
	(void) tcflush(state.fd, TCIFLUSH);   /* a terminal that is gone holds nothing */
	take_signals();
	enter();
}

void restore_suspend(void)
{
	(void) raise(SIGTSTP);
}

unsigned long restore_bytes_written(void)
{
	return state.written;
}

RestoreNews restore_take_news(void)
{
	RestoreNews news = { .resumed = state.resumed, .resized = state.resized };
	state.resumed = state.resized = 0;
	return news;
}
