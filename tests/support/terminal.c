/* terminal.c: see terminal.h. Output of the program is kept in a queue and given to libvterm only up to the byte where a frame ends. */
#include "tests/support/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "tests/support/golden.h"
#include "tests/support/repeat.h"
#include "tests/support/support.h"
#include "tests/support/svg.h"
#include "tests/support/terminal_program.h"

struct Terminal {
	pid_t pid;
	int master, frames;          /* -1 once closed by the other side */
	int columns, rows;
	VTerm *vterm;
	VTermScreen *screen;
	bool cursor_hidden, alternate;
	unsigned bells;
	Buf queue;                   /* read from the program, not yet shown */
	Buf raw;                     /* all that was ever read */
	Buf frame_lines;
	Buf text, tail;              /* tail: the last bytes, to look for modes that libvterm does not report */
	size_t shown;                /* bytes given to libvterm */
	ptrdiff_t before;            /* of them those that came before the console opened; -1 = not known yet */
	size_t frame_end;            /* byte count at which the latest frame is complete */
	unsigned long frame, frame_seen;
	int64_t frame_columns, frame_rows;
	int exit_status;             /* -1 while it runs */
	struct termios mode_before;
};

#define APART_MS 80   /* more than TERM_APART_MS of the console */

static int on_property(VTermProp property, VTermValue *value, void *userdata)
{
	Terminal *terminal = userdata;
	if (property == VTERM_PROP_CURSORVISIBLE)
		terminal->cursor_hidden = !value->boolean;
	if (property == VTERM_PROP_ALTSCREEN)
		terminal->alternate = value->boolean;
	return 1;
}

static int on_bell(void *userdata)
{
	((Terminal *) userdata)->bells++;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property, .bell = on_bell };

static void make_screen(Terminal *terminal)
{
	terminal->vterm = vterm_new(terminal->rows, terminal->columns);
	vterm_set_utf8(terminal->vterm, 1);
	terminal->screen = vterm_obtain_screen(terminal->vterm);
	vterm_screen_set_callbacks(terminal->screen, &callbacks, terminal);
	vterm_screen_enable_altscreen(terminal->screen, 1);
	vterm_screen_reset(terminal->screen, 1);
}

Terminal *terminal_start(const TerminalOptions *options)
{
	Terminal *terminal = bg_calloc(1, sizeof(*terminal));
	terminal->before = -1;
	int frames[2];
	terminal->columns = options->columns;
	terminal->rows = options->rows;
	terminal->exit_status = -1;
	cr_assert(pipe2(frames, O_CLOEXEC) == 0);
	terminal->pid = terminal_program_start(options, frames[1], &terminal->master);
	(void) close(frames[1]);
	terminal->frames = frames[0];
	(void) tcgetattr(terminal->master, &terminal->mode_before);
	make_screen(terminal);
	return terminal;
}

Terminal *terminal_free(Terminal *terminal)
{
	if (!terminal)
		return NULL;
	if (terminal->exit_status < 0) {
		(void) kill(terminal->pid, SIGKILL);
		(void) waitpid(terminal->pid, NULL, 0);
	}
	bg_close_fd(&terminal->master);
	bg_close_fd(&terminal->frames);
	vterm_free(terminal->vterm);
	buf_clear(&terminal->queue);
	buf_clear(&terminal->raw);
	buf_clear(&terminal->frame_lines);
	buf_clear(&terminal->text);
	buf_clear(&terminal->tail);
	free(terminal);
	return NULL;
}

Str terminal_raw(const Terminal *terminal)
{
	return buf_str(&terminal->raw);
}

void terminal_hang_up(Terminal *terminal)
{
	bg_close_fd(&terminal->master);
}

int terminal_pid(const Terminal *terminal)
{
	return terminal->pid;
}

/* Gives libvterm the program's output up to byte `end`. */
static void show_until(Terminal *terminal, size_t end)
{
	size_t len = end - terminal->shown < terminal->queue.len ? end - terminal->shown : terminal->queue.len;
	if (end <= terminal->shown || len == 0)
		return;
	repeat_write(terminal->vterm, str_slice(buf_str(&terminal->queue), 0, len));
	vterm_screen_flush_damage(terminal->screen);
	buf_append(&terminal->tail, terminal->queue.data, len);
	if (terminal->tail.len > 4096)
		buf_consume(&terminal->tail, terminal->tail.len - 4096);
	buf_consume(&terminal->queue, len);
	terminal->shown += len;
}

/* One "frame N BYTES COLUMNS ROWS" line off the side channel, if a whole one is there. */
static bool next_frame_line(Terminal *terminal)
{
	Str lines = buf_str(&terminal->frame_lines);
	ptrdiff_t end = str_find_char(lines, '\n');
	if (end < 0)
		return false;
	AUTO_FREE char *line = str_dup(str_slice(lines, 0, (size_t) end));
	buf_consume(&terminal->frame_lines, (size_t) end + 1);
	Str rest = str_from(line), word;
	int64_t numbers[4] = {0};
	bool ok = str_split(&rest, ' ', &word) && str_eq_c(word, "frame");
	for (size_t i = 0; i < BG_LENGTH(numbers); i++)
		ok = ok && str_split(&rest, ' ', &word) && str_parse_int(word, &numbers[i]);
	cr_assert(ok, "not a frame line: \"%s\"", line);
	terminal->frame = (unsigned long) numbers[0];
	terminal->frame_end = (size_t) numbers[1];
	terminal->frame_columns = numbers[2];
	terminal->frame_rows = numbers[3];
	return true;
}

static void read_into(int *fd, Buf *out)
{
	char bytes[65536];
	ssize_t got = read(*fd, bytes, sizeof(bytes));
	if (got > 0)
		buf_append(out, bytes, (size_t) got);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		bg_close_fd(fd);
}

/* Waits for more from the program. False when the deadline has passed or nothing can come any more. */
static bool read_more(Terminal *terminal, MonoTime deadline)
{
	struct pollfd fds[2] = {
		{ .fd = terminal->master, .events = POLLIN }, { .fd = terminal->frames, .events = POLLIN },
	};
	int64_t left = deadline.ms - mono_now().ms;
	if ((terminal->master < 0 && terminal->frames < 0) || left <= 0 || poll(fds, 2, (int) left) <= 0)
		return false;
	size_t before = terminal->queue.len;
	if (fds[0].revents)
		read_into(&terminal->master, &terminal->queue);
	buf_put_str(&terminal->raw, str_slice(buf_str(&terminal->queue), before, terminal->queue.len));
	if (fds[1].revents)
		read_into(&terminal->frames, &terminal->frame_lines);
	return true;
}

/* A console counts its own bytes; what its program said before it opened is plain text. */
static bool find_begin(Terminal *terminal)
{
	terminal->before = str_find_char(buf_str(&terminal->raw), '\033');
	return terminal->before >= 0;
}

/* Goes to the next complete frame. */
static bool next_frame(Terminal *terminal, MonoTime deadline)
{
	while (!next_frame_line(terminal))
		if (!read_more(terminal, deadline))
			return false;
	while (terminal->before < 0)
		if (!find_begin(terminal) && !read_more(terminal, deadline))
			return false;
	terminal->frame_end += (size_t) terminal->before;
	while (terminal->shown + terminal->queue.len < terminal->frame_end)
		if (!read_more(terminal, deadline))
			return false;
	show_until(terminal, terminal->frame_end);
	return true;
}

static MonoTime deadline_from_now(void)
{
	return (MonoTime){ .ms = mono_now().ms + TERMINAL_DEADLINE_MS };
}

void terminal_wait(Terminal *terminal, TerminalPredicate *predicate, void *userdata, const char *what)
{
	MonoTime deadline = deadline_from_now();
	while (!predicate(terminal, userdata)) {
		if (next_frame(terminal, deadline))
			continue;
		show_until(terminal, SIZE_MAX);
		cr_assert_fail("%s did not come; frame %lu shows\n%s", what, terminal->frame, terminal_text(terminal));
	}
	terminal->frame_seen = terminal->frame;
}

static bool shows(Terminal *terminal, void *userdata)
{
	return terminal_shows(terminal, userdata);
}

static bool shows_not(Terminal *terminal, void *userdata)
{
	return terminal->frame > 0 && !terminal_shows(terminal, userdata);
}

static bool has_new_frame(Terminal *terminal, void *userdata)
{
	(void) userdata;
	return terminal->frame > terminal->frame_seen;
}

void terminal_wait_text(Terminal *terminal, const char *text)
{
	AUTO_FREE char *wanted = bg_strdup(text);
	terminal_wait(terminal, shows, wanted, text);
}

void terminal_wait_no_text(Terminal *terminal, const char *text)
{
	AUTO_FREE char *unwanted = bg_strdup(text);
	AUTO_FREE char *what = bg_asprintf("a screen without \"%s\"", text);
	terminal_wait(terminal, shows_not, unwanted, what);
}

void terminal_wait_frame(Terminal *terminal)
{
	terminal_wait(terminal, has_new_frame, NULL, "one more frame");
}

void terminal_watch(Terminal *terminal, int64_t span_ms)
{
	MonoTime until = { .ms = mono_now().ms + span_ms };
	while (next_frame(terminal, until))
		continue;
}

int terminal_wait_exit(Terminal *terminal)
{
	MonoTime deadline = deadline_from_now();
	int status = 0;
	while (terminal->master >= 0 && read_more(terminal, deadline))
		continue;
	cr_assert(terminal->master < 0, "the program did not end; the screen is\n%s", terminal_text(terminal));
	show_until(terminal, SIZE_MAX);
	if (terminal->exit_status < 0) {
		cr_assert(waitpid(terminal->pid, &status, 0) == terminal->pid);
		terminal->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return terminal->exit_status;
}

void terminal_wait_output_until(Terminal *terminal, TerminalPredicate *predicate, void *userdata, const char *what)
{
	MonoTime deadline = deadline_from_now();
	for (;;) {
		show_until(terminal, SIZE_MAX);
		if (predicate(terminal, userdata))
			return;
		cr_assert(read_more(terminal, deadline), "%s did not come; the screen is\n%s", what, terminal_text(terminal));
	}
}

void terminal_wait_output(Terminal *terminal, const char *text)
{
	AUTO_FREE char *wanted = bg_strdup(text);
	terminal_wait_output_until(terminal, shows, wanted, text);
}

static void send(Terminal *terminal, const char *bytes, size_t len)
{
	Error err = {0};
	assert_ok(file_write_all(terminal->master, bytes, len, &err), &err);
}

static const struct { const char *name, *bytes; } key_bytes[] = {
	{ "enter", "\r" }, { "esc", "\033" }, { "tab", "\t" }, { "shift-tab", "\033[Z" }, { "backspace", "\177" }, { "space", " " },
	{ "up", "\033[A" }, { "down", "\033[B" }, { "right", "\033[C" }, { "left", "\033[D" }, { "home", "\033[H" },
	{ "end", "\033[F" }, { "pgup", "\033[5~" }, { "pgdn", "\033[6~" }, { "delete", "\033[3~" }, { "f1", "\033OP" },
};

static void send_key(Terminal *terminal, Str key)
{
	for (size_t i = 0; i < BG_LENGTH(key_bytes); i++)
		if (str_eq_c(key, key_bytes[i].name)) {
			send(terminal, key_bytes[i].bytes, strlen(key_bytes[i].bytes));
			return;
		}
	if (str_starts(key, "ctrl-") && key.len == 6) {
		char control = (char) (key.ptr[5] & 0x1f);
		send(terminal, &control, 1);
		return;
	}
	send(terminal, key.ptr, key.len);
}

void terminal_keys(Terminal *terminal, const char *keys)
{
	Str rest = str_from(keys), key;
	while (str_split(&rest, ' ', &key)) {
		/* The key that acts counts only on its own, as somebody presses it who looked first. */
		if (str_eq_c(key, "y"))
			terminal_watch(terminal, APART_MS);
		if (key.len > 0)
			send_key(terminal, key);
	}
}

void terminal_type(Terminal *terminal, const char *text)
{
	for (const char *c = text; *c; c++)
		send(terminal, *c == '\n' ? "\r" : c, 1);
}

void terminal_paste(Terminal *terminal, const char *text)
{
	send(terminal, "\033[200~", 6);
	send(terminal, text, strlen(text));
	send(terminal, "\033[201~", 6);
}

static bool has_new_size(Terminal *terminal, void *userdata)
{
	(void) userdata;
	return terminal->frame_columns == terminal->columns && terminal->frame_rows == terminal->rows;
}

void terminal_set_size(Terminal *terminal, int columns, int rows)
{
	struct winsize size = { .ws_col = (unsigned short) columns, .ws_row = (unsigned short) rows };
	terminal->columns = columns;
	terminal->rows = rows;
	vterm_set_size(terminal->vterm, rows, columns);
	cr_assert(ioctl(terminal->master, TIOCSWINSZ, &size) == 0);
}

void terminal_resize(Terminal *terminal, int columns, int rows)
{
	terminal_set_size(terminal, columns, rows);
	terminal_wait(terminal, has_new_size, NULL, "a frame of the new size");
}

static GoldenScreen golden_of(Terminal *terminal)
{
	VTermPos cursor;
	vterm_state_get_cursorpos(vterm_obtain_state(terminal->vterm), &cursor);
	return (GoldenScreen){ .screen = terminal->screen, .columns = terminal->columns, .rows = terminal->rows,
		.cursor_x = terminal->cursor_hidden ? -1 : cursor.col, .cursor_y = terminal->cursor_hidden ? -1 : cursor.row };
}

const char *terminal_text(Terminal *terminal)
{
	GoldenScreen golden = golden_of(terminal);
	buf_truncate(&terminal->text, 0);
	golden_text(&golden, &terminal->text);
	return buf_text(&terminal->text);
}

void terminal_looks(Terminal *terminal, Buf *out)
{
	GoldenScreen golden = golden_of(terminal);
	golden.cursor_x = golden.cursor_y = -1;
	golden_write(&golden, out);
}

bool terminal_shows(Terminal *terminal, const char *text)
{
	return strstr(terminal_text(terminal), text) != NULL;
}

bool terminal_wrote(const Terminal *terminal, const char *bytes)
{
	return str_find(buf_str(&terminal->tail), bytes) >= 0;
}

size_t terminal_bytes(const Terminal *terminal)
{
	return terminal->shown;
}

unsigned terminal_bells(const Terminal *terminal)
{
	return terminal->bells;
}

static bool is_left(Terminal *terminal)
{
	const char *on = "\033[?2004h", *off = "\033[?2004l";
	ptrdiff_t last_on = -1, last_off = -1;
	for (Str rest = buf_str(&terminal->tail); rest.len > 0; rest = str_slice(rest, 1, SIZE_MAX)) {
		ptrdiff_t at = rest.ptr - terminal->tail.data;
		last_on = str_starts(rest, on) ? at : last_on;
		last_off = str_starts(rest, off) ? at : last_off;
	}
	return !terminal->alternate && !terminal->cursor_hidden && last_off >= last_on;
}

bool terminal_is_restored(Terminal *terminal)
{
	MonoTime deadline = deadline_from_now();
	show_until(terminal, SIZE_MAX);
	while (!is_left(terminal) && terminal->master >= 0 && read_more(terminal, deadline))
		show_until(terminal, SIZE_MAX);
	struct termios mode = terminal->mode_before;
	if (terminal->master >= 0)
		(void) tcgetattr(terminal->master, &mode);
	return is_left(terminal) && mode.c_lflag == terminal->mode_before.c_lflag && mode.c_oflag == terminal->mode_before.c_oflag &&
		mode.c_iflag == terminal->mode_before.c_iflag;
}

void terminal_expect_golden(Terminal *terminal, const char *name)
{
	GoldenScreen golden = golden_of(terminal);
	AUTO_CLEAR(Buf) actual = {0};
	golden_write(&golden, &actual);
	golden_expect(name, buf_text(&actual));
}

void terminal_picture(Terminal *terminal, const char *name, const char *title)
{
	AUTO_FREE char *relative = bg_asprintf("tui/pictures/%s.svg", name);
	AUTO_FREE char *path = source_path(relative);
	const char *update = getenv("UPDATE_PICTURES");
	if (!update || !*update) {
		cr_assert(file_exists(path), "there is no %s: ninja -C build pictures makes it", relative);
		return;
	}
	GoldenScreen golden = golden_of(terminal);
	AUTO_CLEAR(Buf) svg = {0};
	Error err = {0};
	svg_write(&golden, title, &svg);
	assert_ok(file_write_atomic(path, svg.data, svg.len, 0644, &err), &err);
}
