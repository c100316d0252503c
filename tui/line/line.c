/* line.c: the loop of line mode: lines that are typed, the engine and the clock are descriptors and deadlines of one poll. A line is taken
 * when what the one before began is over; a person may type on while an action runs. */
#include "tui/line/line.h"
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/client_seat.h"
#include "tui/line/line_state.h"
#include "tui/term/capabilities.h"

#define LINE_MAX_BYTES (64 * 1024)
/* A script is not kept waiting for an engine that does not come. */
#define SCRIPT_PATIENCE_MS 15000
/* An engine that is being started is not yet a trouble to tell a person of. */
#define PATIENCE_MS 2000
/* A thread that asks a key tells nobody when it is done. */
#define KEY_POLL_MS 50

bool line_wanted(bool asked, Error *ret_why)
{
	const char *accessible = getenv("ACCESSIBLE"), *type = getenv("TERM");
	AUTO_CLEAR(Capabilities) capabilities = { 0 };
	if (asked)
		return !error_set(ret_why, ERROR_INVALID, "--line asks for it");
	if (accessible && *accessible && !text_eq(accessible, "0"))
		return !error_set(ret_why, ERROR_INVALID, "ACCESSIBLE is set");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return !error_set(ret_why, ERROR_INVALID, "there is no terminal");
	if (type && *type)
		return !capabilities_load(type, &capabilities, NULL, ret_why);
	error_set(ret_why, ERROR_MISSING, "TERM is not set");
	return !error_hint(ret_why, "set TERM to what your terminal is, xterm-256color for most");
}

/* ---- ctrl-c ---- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void) signal;
	interrupted = 1;
}

/* Only heard within the poll, so that none is lost between looking and waiting. */
static void hear_interrupts(sigset_t *ret_open)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	sigset_t closed;
	sigemptyset(&closed);
	sigaddset(&closed, SIGINT);
	(void) sigprocmask(SIG_BLOCK, &closed, ret_open);   /* SIGINT is a signal, the only reason to fail is another */
	sigdelset(ret_open, SIGINT);
	(void) sigaction(SIGINT, &action, NULL);
	(void) signal(SIGPIPE, SIG_IGN);
}

static void obey_interrupt(Line *line)
{
	if (!interrupted)
		return;
	interrupted = 0;
	if (line->question.open)
		question_leave(line);
	else
		line_say(line, "Interrupted; nothing was done. detach leaves the console, and everything goes on without it.");
}

/* ---- lines in ---- */

static void read_in(Line *line)
{
	char chunk[4096];
	ssize_t got = read(STDIN_FILENO, chunk, sizeof(chunk));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0)
		buf_append(&line->in, chunk, (size_t) got);
	else
		line->ended = true;
}

/* Lines that follow one that was refused were written for another state of things. */
static bool line_has_failed(const Line *line)
{
	return !line->interactive && line->refused && !line->keep_going && !line->settling;
}

static bool is_ready(const Line *line)
{
	bool waited = mono_now().ms - line->began.ms > PATIENCE_MS;
	return line->news.began || (line->interactive && waited && error_is_set(&shell_model(&line->shell)->why_not));
}

static bool may_take(Line *line)
{
	if (line->question.open)
		return true;
	if (line_has_failed(line))
		return false;
	if (line->shell.in_dialog || line->shell.done || !is_ready(line) || badge_is_awaited(&line->shell))
		return false;
	return line->interactive ? !line->shell.asks : !line->settling && shell_model(&line->shell)->caught_up;
}

/* The last line of a script may have no end. */
static bool next_line(Line *line, Buf *ret_line)
{
	Str all = buf_str(&line->in);
	ptrdiff_t end = str_find_char(all, '\n');
	bool whole = end >= 0 || (line->ended && all.len) || all.len > LINE_MAX_BYTES;
	if (!whole)
		return false;
	size_t len = end >= 0 ? (size_t) end : all.len;
	buf_put_str(ret_line, str_slice(all, 0, len));
	buf_consume(&line->in, end >= 0 ? len + 1 : len);
	return true;
}

static bool take_line(Line *line)
{
	AUTO_CLEAR(Buf) text = { 0 };
	if (!may_take(line) || !next_line(line, &text))
		return false;
	line->prompted = false;
	if (line->question.open)
		question_answer(line, buf_str(&text));
	else
		line_take(line, buf_str(&text));
	line_update(line);
	return true;
}

/* ---- one turn ---- */

static void settle(Line *line)
{
	Shell *shell = &line->shell;
	/* One that was answered by what followed the command may have opened the next. */
	while (shell->in_dialog && !line->question.open) {
		line_tell_changes(line);
		question_open(line);
		line_update(line);
	}
	if (!line->settling || shell->in_dialog || line_is_busy(line))
		return;
	line->settling = false;
	free(line->rest);
	line->rest = NULL;
	if (line->awaits_board)
		line_tell_rows(line, line->board_last);
	line->awaits_board = false;
	outcome_judge(line);
	line_tell_changes(line);
}

static bool is_over(Line *line)
{
	const ClientModel *model = shell_model(&line->shell);
	if (line->shell.done || line->broken)
		return true;
	if (!line->interactive && !model->caught_up && !line->news.began && mono_now().ms - line->began.ms > SCRIPT_PATIENCE_MS) {
		char why[640];
		line_refuse(line, "no engine: %s", error_format(&model->why_not, why, sizeof(why)));
		return true;
	}
	if (line_has_failed(line)) {
		line_say(line, "The script ends here: what was refused may be what the rest of it counts on.");
		return true;
	}
	if (!line->ended || line->in.len)
		return false;
	if (line->question.open) {
		question_leave(line);
		line->refused += !line->interactive;   /* a script that ends in a question has not done what it began */
	}
	return !line->settling && (line->interactive || model->caught_up);
}

static void flush_before(void *userdata)
{
	line_flush(userdata);
}

static void turn(Line *line)
{
	client_process(line->shell.client);
	(void) shell_lend_if_due(&line->shell, flush_before, line);
	(void) shell_notice(&line->shell);   /* what changed is found by what was told before */
	line_update(line);
	news_tell(line);
	obey_interrupt(line);
	do
		settle(line);
	while (take_line(line));
	bool quiet = !line->settling && !line->question.open && !line->prompted && !line->shell.done;
	if (line->interactive && quiet && is_ready(line))
		line_prompt(line);
	line_flush(line);
}

static void earlier(int64_t *wait, int64_t candidate)
{
	if (candidate >= 0 && (*wait < 0 || candidate < *wait))
		*wait = candidate;
}

static int64_t turn_wait(Line *line)
{
	const View *view = VIEWS[line->shell.shown];
	ViewContext context = shell_context(&line->shell, line->shell.shown, NULL);
	int64_t wait = -1, wake = view->wake_ms ? view->wake_ms(line->shell.states[line->shell.shown], &context) : 0;
	earlier(&wait, client_timeout_ms(line->shell.client));
	earlier(&wait, news_wait_ms(line));
	earlier(&wait, wake > 0 ? wake : -1);
	earlier(&wait, line->shell.badge.work ? KEY_POLL_MS : -1);
	earlier(&wait, line->news.began && !line->awaits_board ? -1 : 1000);
	return wait;
}

static void run(Line *line, const sigset_t *open)
{
	for (;;) {
		turn(line);
		if (is_over(line))
			return;
		int64_t wait = turn_wait(line);
		struct timespec until = { wait / 1000, wait % 1000 * 1000000 };
		struct pollfd fds[] = { { .fd = client_fd(line->shell.client), .events = POLLIN },
			{ .fd = line->ended || line->in.len > LINE_MAX_BYTES ? -1 : STDIN_FILENO, .events = POLLIN },
			{ .fd = client_seat_fd(line->shell.client), .events = POLLIN } };
		if (client_wants_write(line->shell.client))
			fds[0].events |= POLLOUT;
		int ready = ppoll(fds, BG_LENGTH(fds), wait < 0 ? NULL : &until, open);
		if (ready > 0 && fds[1].revents)
			read_in(line);
	}
}

/* ---- beginning and end ---- */

static void greet(Line *line, const Error *why)
{
	line_say(line, "breakglass in line mode, environment %s. help lists the commands, board tells what is healthy, detach leaves.",
		line->shell.settings->environment_name);
	if (*why->hint)
		line_say(line, "No screens, because %s: %s.", why->why, why->hint);
	else
		line_say(line, "No screens, because %s.", why->why);
	line_flush(line);
}

static void line_clear(Line *line)
{
	shell_clear(&line->shell);
	news_clear(&line->news);
	buf_clear(&line->in);
	buf_clear(&line->out);
	buf_clear(&line->armour);
	buf_clear(&line->page_before);
	free(line->rest);
}

int line_run(const ConsoleSettings *settings, const Error *why)
{
	Line *line = bg_calloc(1, sizeof(*line));
	Error err = { 0 };
	char text[640];
	sigset_t open;
	shell_init(&line->shell, settings);
	(void) setlocale(LC_CTYPE, "");   /* an unknown locale stays "C": ASCII */
	line->utf8 = text_eq(nl_langinfo(CODESET), "UTF-8");
	line->interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	line->began = mono_now();
	line->shell.hear = line_hear;
	line->shell.hear_userdata = line;
	/* Views ask how much room there is; here there is always enough. */
	canvas_resize(&line->shell.canvas, 80, 24, GLYPHS_ASCII);
	hear_interrupts(&open);
	bool ok = shell_connect(&line->shell, &err);
	if (ok) {
		shell_open_views(&line->shell);
		if (line->interactive)
			greet(line, why);
		shell_read_keys(&line->shell, &err);
		if (error_is_set(&err))
			line_say(line, "%s", error_format(&err, text, sizeof(text)));
		run(line, &open);
		line_flush(line);
	} else {
		fprintf(stderr, "breakglass: %s\n", error_format(&err, text, sizeof(text)));
	}
	int status = ok && !line->refused ? 0 : 1;
	line_clear(line);
	free(line);
	return status;
}
