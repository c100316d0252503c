/* ask.c: see ask.h. Only one line is ever read at a time, so that what follows stays for whoever reads next. */
#include "core/commands/ask.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/commands/command.h"

/* ---- what is typed unseen ---- */

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
static struct termios shown, unseen;      /* for the handler, which has no other way to them */

/* Shows what is typed again, does what the signal does, and goes on unseen where that was only a pause. */
static void on_signal(int number) {
	int error = errno;
	struct sigaction usual = {.sa_handler = SIG_DFL}, ours;
	sigset_t this_one, before;
	(void) tcsetattr(STDIN_FILENO, TCSANOW, &shown);   /* a terminal that is gone shows nothing */
	sigemptyset(&this_one);
	sigaddset(&this_one, number);
	sigaction(number, &usual, &ours);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &this_one, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(number, &ours, NULL);
	(void) tcsetattr(STDIN_FILENO, TCSANOW, &unseen);
	errno = error;
}

static bool hide(struct sigaction ret_before[static BG_LENGTH(SIGNALS)]) {
	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return false;
	unseen = shown;
	unseen.c_lflag = (unseen.c_lflag & (tcflag_t) ~ECHO) | ECHONL;
	struct sigaction action = {.sa_handler = on_signal};
	for (size_t i = 0; i < BG_LENGTH(SIGNALS); i++)
		sigaction(SIGNALS[i], &action, &ret_before[i]);
	(void) tcsetattr(STDIN_FILENO, TCSANOW, &unseen);   /* a terminal that is gone shows nothing */
	return true;
}

static void show(const struct sigaction before[static BG_LENGTH(SIGNALS)]) {
	(void) tcsetattr(STDIN_FILENO, TCSANOW, &shown);   /* as above */
	for (size_t i = 0; i < BG_LENGTH(SIGNALS); i++)
		sigaction(SIGNALS[i], &before[i], NULL);
}

/* ---- a line ---- */

static bool read_line(Buf *ret_line) {
	char byte;
	bool any = false;
	while (true) {
		ssize_t got = read(STDIN_FILENO, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return any;
		any = true;
		if (byte == '\n')
			return true;
		if (byte != '\r' && ret_line->len < ASK_MAX_BYTES)
			buf_putc(ret_line, byte);
	}
}

bool ask_line(const char *prompt, bool hidden, Buf *ret_line) {
	struct sigaction before[BG_LENGTH(SIGNALS)];
	bool terminal = isatty(STDIN_FILENO), is_hidden = hidden && terminal && hide(before);   /* first: who types at once is not seen either */
	command_print("%s", prompt);
	fflush(stdout);
	buf_reserve(ret_line, hidden ? ASK_MAX_BYTES + 1 : 0);   /* so that no copies stay behind in freed memory */
	bool ok = read_line(ret_line);
	if (is_hidden)
		show(before);
	if (!terminal)
		command_print("\n");
	return ok;
}
