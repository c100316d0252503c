/* console.c: the loop: keys, the engine and the clock are descriptors and deadlines of one poll; nothing waits for any of them alone. */
#include "tui/view/console.h"
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/client_seat.h"
#include "tui/view/shell.h"

#define SETTINGS_MAX_BYTES (64 * 1024)
/* News that no key asked for is drawn at most this often: an action that prints a lot must not slow the keys. */
#define FRAME_MS 33
/* Except at first: the readings of an engine that has just been started come one by one, and are what somebody is waiting for. */
#define FRAME_FIRST_MS 5
#define SETTLING_MS 1000
/* Of what a slow line carries, so much is for news: keys want their answers on the rest. */
#define NEWS_SHARE 2
/* What clocks that tick may send in a minute: a countdown beside the clock, or an action's elapsed time, then tick every few seconds. */
#define IDLE_MINUTE_BYTES 900
#define COARSE_MS 10000
/* A thread that asks a key tells nobody when it is done. */
#define KEY_POLL_MS 50

/* ---- settings ---- */

/* The first word of ~/.config/breakglass/theme; NULL when there is none. */
static char *theme_of_user(void)
{
	AUTO_FREE char *path = shell_settings_path("theme");
	AUTO_CLEAR(Buf) text = { 0 };
	Error err = { 0 };
	if (!file_exists(path) || !file_read(path, SETTINGS_MAX_BYTES, &text, &err))
		return NULL;
	Str name = str_trim(buf_str(&text));
	return name.len ? str_dup(name) : NULL;
}

static void read_theme(Shell *shell, Error *err)
{
	const char *wanted = shell->settings->theme ? shell->settings->theme : getenv("BREAKGLASS_THEME");
	AUTO_FREE char *own = wanted && *wanted ? NULL : theme_of_user();
	if (own)
		wanted = own;
	/* A theme that cannot be read must not keep anybody from the console. */
	if (!theme_choose(wanted && *wanted ? wanted : NULL, getenv("NO_COLOR"), &shell->theme, err))
		BG_IGNORE(theme_choose(NULL, getenv("NO_COLOR"), &shell->theme, NULL));
}

/* ---- what happens by itself ---- */

static void notice(Shell *shell)
{
	if (!shell_notice(shell))
		return;
	shell->dirty = true;
	if (waiting_update(&shell->waiting, shell_model(shell), wall_now()))
		term_bell(shell->term);
}

/* ---- time ---- */

static int64_t until_next(int64_t now_ms, int64_t step_ms)
{
	return step_ms - now_ms % step_ms;
}

static void earlier(int64_t *wait, int64_t candidate)
{
	if (candidate >= 0 && (*wait < 0 || candidate < *wait))
		*wait = candidate;
}

/* How long what is drawn stays true: until the second changes that the bar shows, or an age. */
static int64_t drawing_wait(Shell *shell)
{
	const ClientModel *model = shell_model(shell);
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	int64_t wait = -1, since_began = context.mono.ms - shell->began.ms;
	if (model->incident && model->incident->phase == INCIDENT_OPEN)
		earlier(&wait, until_next(context.wall.ms - model->incident->declared.ms, 1000));
	else
		earlier(&wait, until_next(context.mono.ms, COARSE_MS));
	if (!shell->was_connected && since_began < 2000)
		earlier(&wait, until_next(since_began, 500));
	if (shell->badge.work)
		earlier(&wait, KEY_POLL_MS);
	if (shell->message.until.ms > context.mono.ms)
		earlier(&wait, shell->message.until.ms - context.mono.ms);
	if (view->wake_ms) {
		int64_t wake = view->wake_ms(shell->states[shell->shown], &context);
		if (wake > 0)
			earlier(&wait, wake);
	}
	return wait;
}

/* ---- the loop ---- */

typedef struct Pace { MonoTime drawn, due; bool key, whole; } Pace;   /* whole: what was there when we came has been drawn */

/* When news may be drawn. On a line that says that it is slow, not before the last frame has had time to get through, twice over: what flows by
 * must never fill the line, where nobody can take it back. */
static int64_t frame_from_ms(const Shell *shell, const Pace *pace)
{
	bool settling = pace->drawn.ms - shell->began.ms < SETTLING_MS;
	int line = term_line_bytes(shell->term);
	int64_t usual = settling ? FRAME_FIRST_MS : FRAME_MS, slow = line ? (int64_t) term_frame_bytes(shell->term) * 1000 * NEWS_SHARE / line : 0;
	return pace->drawn.ms + (slow > usual ? slow : usual);
}

static void draw_if_due(Shell *shell, Pace *pace)
{
	MonoTime now = mono_now();
	bool ticks = now.ms >= pace->due.ms && !shell->dirty && !pace->key;
	if (now.ms >= pace->due.ms)
		shell->dirty = true;
	if (!shell->dirty || (!pace->key && now.ms < frame_from_ms(shell, pace)) || !term_is_ready(shell->term))
		return;
	shell_render(shell);
	if (!term_present(shell->term, &shell->canvas))
		return;
	shell->dirty = false;
	pace->key = false;
	pace->drawn = now;
	int64_t wait = drawing_wait(shell), pause = ticks ? (int64_t) term_frame_bytes(shell->term) * 60000 / IDLE_MINUTE_BYTES : 0;
	pace->due = (MonoTime) { wait < 0 ? INT64_MAX : now.ms + (wait > pause ? wait : pause) };
}

static int poll_wait(const Shell *shell, const Pace *pace)
{
	int64_t wait = -1;
	MonoTime now = mono_now();
	earlier(&wait, term_wait_ms(shell->term));
	earlier(&wait, client_timeout_ms(shell->client));
	if (pace->due.ms != INT64_MAX)
		earlier(&wait, pace->due.ms > now.ms ? pace->due.ms - now.ms : 0);
	/* A terminal that is not ready wakes us by its descriptor. */
	if (shell->dirty && term_is_ready(shell->term))
		earlier(&wait, frame_from_ms(shell, pace) > now.ms ? frame_from_ms(shell, pace) - now.ms : 0);
	return (int) wait;
}

static void take_events(Shell *shell, Pace *pace)
{
	TermEvent event;
	while (!shell->done && term_next(shell->term, &event)) {
		shell_event(shell, &event);
		pace->key = true;
	}
}

static void run(Shell *shell)
{
	Pace pace = { .key = true };
	while (!shell->done) {
		draw_if_due(shell, &pace);
		struct pollfd fds[TERM_POLL_FDS + 2];
		term_poll_fds(shell->term, fds);
		fds[TERM_POLL_FDS] = (struct pollfd) { .fd = client_fd(shell->client), .events = POLLIN };
		if (client_wants_write(shell->client))
			fds[TERM_POLL_FDS].events |= POLLOUT;
		fds[TERM_POLL_FDS + 1] = (struct pollfd) { .fd = client_seat_fd(shell->client), .events = POLLIN };
		(void) poll(fds, BG_LENGTH(fds), poll_wait(shell, &pace));   /* EINTR and timeouts are both "look again" */
		term_service(shell->term, fds);
		take_events(shell, &pace);
		client_process(shell->client);
		if (shell_lend_if_due(shell, NULL, NULL))
			pace.key = true;
		notice(shell);
		/* The first whole picture is what somebody who just opened the console waits for: it keeps no pace. */
		if (shell_model(shell)->caught_up != pace.whole) {
			pace.whole = !pace.whole;
			pace.key = true;
		}
	}
}

/* ---- beginning and end ---- */

static int failed(const Error *err)
{
	char text[640];
	fprintf(stderr, "breakglass: %s\n", error_format(err, text, sizeof(text)));
	return 1;
}

int console_run(const ConsoleSettings *settings)
{
	Shell shell;
	Error err = { 0 }, trouble = { 0 };
	shell_init(&shell, settings);
	(void) setlocale(LC_CTYPE, "");   /* an unknown locale stays "C": ASCII line drawing */
	bool utf8 = text_eq(nl_langinfo(CODESET), "UTF-8");
	shell.glyphs = utf8 ? GLYPHS_UTF8 : GLYPHS_ASCII;
	read_theme(&shell, &trouble);
	shell_read_keys(&shell, &trouble);
	TermOptions options = { .type = getenv("TERM"), .input_fd = STDIN_FILENO, .output_fd = STDOUT_FILENO, .theme = &shell.theme,
		.utf8 = utf8, .in_tmux = getenv("TMUX") != NULL, .frame_fd = term_frame_fd_from(getenv("BREAKGLASS_FRAME_FD")) };
	/* The engine is started first: it gets ready while the first frame is drawn. */
	bool ok = shell_connect(&shell, &err) && term_open(&options, &shell.term, &err);
	if (ok) {
		shell_open_views(&shell);
		if (error_is_set(&trouble))
			message_error(&shell.message, &trouble);
		notice(&shell);
		run(&shell);
	}
	shell.term = term_close(shell.term);
	shell_clear(&shell);
	return ok ? 0 : failed(&err);
}
