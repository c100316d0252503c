/* term.c: descriptors, frames and events. Output is non-blocking on an open file of our own, so that the shell's stays as it was. */
#include "tui/term/term.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "tui/keys/decoder.h"
#include "tui/term/capabilities.h"
#include "tui/term/painter.h"
#include "tui/term/restore.h"

/* Bytes read from the keyboard in one go; a paste comes in several. */
#define READ_SIZE 4096
/* Terminals take some 70 KB of base64 in one sequence; over a slow line a copy must not take longer than a screen. */
#define COPY_MAX ((size_t) 32 * 1024)
#define COPY_MAX_SLOW ((size_t) 1024)
#define BITS_PER_BYTE 10   /* on a serial line, with the start and the stop bit */

struct Term {
	int fd;                  /* the terminal, read and written, non-blocking */
	int wake_read, wake_write;
	int frame_fd;
	bool gone, redraw, in_tmux;
	Capabilities capabilities;
	Painter *painter;
	KeyDecoder *decoder;
	MonoTime last_input;
	bool apart;                  /* what was read last came after a pause and was all that there was */
	Buf out;                 /* the rest of the last frame */
	uint64_t bytes_sent;
	unsigned long frame;     /* number of the last frame painted */
	int columns, rows;       /* its size */
	int line_bytes;          /* that the line carries a second; 0 = not known to be few */
	size_t frame_bytes;
	bool frame_is_out;
};

static void end_bracketed_paste(const Capabilities *can, Buf *out)
{
	/* Terminals with a screen for full-screen programs are the ones that know bracketed paste, or ignore it. */
	if (can->leave)
		buf_puts(out, "\033[?2004l");
}

static void write_enter(const Capabilities *can, Buf *out)
{
	capability_put(out, can->enter, 0, 0);
	if (can->leave)
		buf_puts(out, "\033[?2004h");
}

static void write_leave(const Capabilities *can, int rows, Buf *out)
{
	/* CAN ends an escape sequence that was cut in the middle. */
	buf_puts(out, "\030");
	capability_put(out, can->normal, 0, 0);
	end_bracketed_paste(can, out);
	capability_put(out, can->cursor_show, 0, 0);
	if (can->leave)
		capability_put(out, can->leave, 0, 0);
	else {
		/* No screen to go back to: the shell goes on below. */
		capability_put(out, can->move, rows - 1, 0);
		buf_puts(out, "\r\n");
	}
}

static bool no_terminal(Error *err)
{
	error_set(err, ERROR_INVALID, "input and output are not both a terminal");
	error_what(err, "open the terminal");
	return error_hint(err, "start it from a terminal, or use a command such as `breakglass status`");
}

/* A descriptor with flags of its own: O_NONBLOCK on the one we inherited would reach the shell that shares it. */
static int open_again(int fd)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int again = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again < 0 && ttyname_r(fd, path, sizeof(path)) == 0)
		again = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return again >= 0 ? again : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static struct termios raw_mode(struct termios mode)
{
	mode.c_iflag &= (tcflag_t) ~(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
	mode.c_oflag &= (tcflag_t) ~OPOST;
	mode.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	return mode;
}

static void arm(Term *term, const struct termios *before)
{
	int columns, rows;
	AUTO_CLEAR(Buf) enter = {0};
	AUTO_CLEAR(Buf) leave = {0};
	term_size(term, &columns, &rows);
	write_enter(&term->capabilities, &enter);
	write_leave(&term->capabilities, rows, &leave);
	RestorePlan plan = { .fd = term->fd, .wake_fd = term->wake_write, .before = *before, .raw = raw_mode(*before),
		.enter = buf_str(&enter), .leave = buf_str(&leave) };
	restore_arm(&plan);
}

/* Bytes a second; 0: not known. Terminals that are no serial line say 38400, whatever lies behind them. */
static int line_bytes(const struct termios *mode)
{
	static const struct { speed_t speed; int bits; } slow[] = {
		{ B300, 300 }, { B600, 600 }, { B1200, 1200 }, { B2400, 2400 }, { B4800, 4800 }, { B9600, 9600 }, { B19200, 19200 },
	};
	for (size_t i = 0; i < BG_LENGTH(slow); i++)
		if (cfgetospeed(mode) == slow[i].speed)
			return slow[i].bits / BITS_PER_BYTE;
	return 0;
}

bool term_open(const TermOptions *options, Term **ret_term, Error *err)
{
	struct termios before;
	if (!isatty(options->input_fd) || !isatty(options->output_fd) || tcgetattr(options->output_fd, &before) < 0)
		return no_terminal(err);
	AUTO(Term) *term = bg_calloc(1, sizeof(*term));
	term->fd = term->wake_read = term->wake_write = -1;
	term->frame_fd = options->frame_fd;
	term->in_tmux = options->in_tmux;
	term->decoder = key_decoder_new();
	if (!capabilities_load(options->type, &term->capabilities, term->decoder, err))
		return false;
	term->line_bytes = line_bytes(&before);
	if (term->line_bytes)
		capabilities_spare(&term->capabilities);
	int wake[2];
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_errno(err, errno, "cannot make a pipe");
	term->wake_read = wake[0];
	term->wake_write = wake[1];
	term->fd = open_again(options->output_fd);
	if (term->fd < 0)
		return error_errno(err, errno, "cannot open the terminal again");
	term->painter = painter_new(&term->capabilities, options->theme, !options->utf8);
	arm(term, &before);
	*ret_term = TAKE(term);
	return true;
}

Term *term_close(Term *term)
{
	if (!term)
		return NULL;
	restore_disarm();
	buf_clear(&term->out);
	term->decoder = key_decoder_free(term->decoder);
	term->painter = painter_free(term->painter);
	capabilities_clear(&term->capabilities);
	bg_close_fd(&term->fd);
	bg_close_fd(&term->wake_read);
	bg_close_fd(&term->wake_write);
	free(term);
	return NULL;
}

void term_size(const Term *term, int *ret_columns, int *ret_rows)
{
	struct winsize size = {0};
	bool known = ioctl(term->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
	*ret_columns = known ? size.ws_col : 80;
	*ret_rows = known ? size.ws_row : 24;
}

int term_line_bytes(const Term *term)
{
	return term->line_bytes;
}

size_t term_frame_bytes(const Term *term)
{
	return term->frame_bytes;
}

int term_frame_fd_from(const char *value)
{
	int64_t fd = -1;
	bool usable = value && str_parse_int(str_from(value), &fd) && fd > 2 && fd < 1024 && fcntl((int) fd, F_GETFD) >= 0;
	return usable ? (int) fd : -1;
}

static void tell_frame(Term *term)
{
	char line[64];
	unsigned long long bytes = term->bytes_sent + restore_bytes_written();
	int len = snprintf(line, sizeof(line), "frame %lu %llu %d %d\n", term->frame, bytes, term->columns, term->rows);
	term->frame_is_out = true;
	if (term->frame_fd >= 0 && write(term->frame_fd, line, (size_t) len) < 0)
		term->frame_fd = -1;
}

static void flush(Term *term)
{
	size_t sent = 0;
	while (sent < term->out.len) {
		ssize_t wrote = write(term->fd, term->out.data + sent, term->out.len - sent);
		if (wrote > 0)
			sent += (size_t) wrote;
		else if (wrote < 0 && errno == EINTR)
			continue;
		else {
			term->gone = term->gone || (wrote < 0 && errno != EAGAIN);
			break;
		}
	}
	term->bytes_sent += sent;
	buf_consume(&term->out, sent);
	if (term->out.len == 0 && !term->frame_is_out)
		tell_frame(term);
}

bool term_is_ready(const Term *term)
{
	return term->out.len == 0;
}

bool term_present(Term *term, const Canvas *canvas)
{
	if (term->out.len > 0)
		return false;
	painter_paint(term->painter, canvas, &term->out);
	term->frame_bytes = term->out.len;
	term->frame++;
	term->columns = canvas->width;
	term->rows = canvas->height;
	term->frame_is_out = false;
	flush(term);
	return true;
}

void term_set_theme(Term *term, const Theme *theme)
{
	painter_set_theme(term->painter, theme);
}

void term_redraw(Term *term)
{
	painter_forget(term->painter);
}

void term_bell(Term *term)
{
	capability_put(&term->out, term->capabilities.bell ? term->capabilities.bell : "\a", 0, 0);
	flush(term);
}

size_t term_copy_max(const Term *term)
{
	return !term->capabilities.clipboard ? 0 : term->line_bytes ? COPY_MAX_SLOW : COPY_MAX;
}

static void put_copy(Term *term, const char *escape, Str text)
{
	buf_printf(&term->out, "%s]52;c;", escape);
	base64_encode(text.ptr, text.len, &term->out);
	buf_putc(&term->out, '\a');
}

void term_copy(Term *term, Str text)
{
	if (text.len > term_copy_max(term))
		return;
	put_copy(term, "\033", text);
	/* tmux takes the first when its set-clipboard is on, and hands the second through where that is allowed. */
	if (term->in_tmux) {
		buf_puts(&term->out, "\033Ptmux;");
		put_copy(term, "\033\033", text);
		buf_puts(&term->out, "\033\\");
	}
	flush(term);
}

void term_suspend(Term *term)
{
	/* What is half sent must not appear in the shell; the whole screen is drawn again afterwards anyway. */
	buf_truncate(&term->out, 0);
	restore_suspend();
}

void term_put_aside(Term *term)
{
	buf_truncate(&term->out, 0);   /* as above */
	restore_put_aside();
}

void term_take_back(Term *term)
{
	restore_take_back();
	key_decoder_forget(term->decoder);
	painter_forget(term->painter);
	term->redraw = true;
}

void term_poll_fds(const Term *term, struct pollfd ret_fds[static TERM_POLL_FDS])
{
	short wanted = (short) (POLLIN | (term->out.len > 0 ? POLLOUT : 0));
	ret_fds[0] = (struct pollfd){ .fd = term->gone ? -1 : term->fd, .events = wanted };
	ret_fds[1] = (struct pollfd){ .fd = term->wake_read, .events = POLLIN };
}

static int wait_left(const Term *term)
{
	int wait = key_decoder_wait_ms(term->decoder);
	if (wait < 0)
		return -1;
	int64_t left = wait - (mono_now().ms - term->last_input.ms);
	return left < 0 ? 0 : (int) left;
}

int term_wait_ms(const Term *term)
{
	return wait_left(term);
}

static void take_input(Term *term)
{
	char bytes[READ_SIZE];
	bool apart = mono_now().ms - term->last_input.ms >= TERM_APART_MS && key_decoder_is_empty(term->decoder);
	ssize_t got = read(term->fd, bytes, sizeof(bytes));
	if (got > 0) {
		if (mono_now().ms - term->last_input.ms > KEY_TAIL_MS)
			key_decoder_forget(term->decoder);
		key_decoder_feed(term->decoder, bytes, (size_t) got);
		term->last_input = mono_now();
		term->apart = apart;
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		term->gone = true;
}

static void take_news(Term *term)
{
	char bytes[64];
	while (read(term->wake_read, bytes, sizeof(bytes)) > 0)
		continue;
	RestoreNews news = restore_take_news();
	if (!news.resumed && !news.resized)
		return;
	/* What was half sent when we were stopped ended with the screen that it was for. */
	if (news.resumed)
		buf_truncate(&term->out, 0);
	painter_forget(term->painter);
	term->redraw = true;
}

void term_service(Term *term, const struct pollfd fds[static TERM_POLL_FDS])
{
	if (fds[1].revents)
		take_news(term);
	if (fds[0].revents & POLLIN)
		take_input(term);
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		term->gone = true;
	if (fds[0].revents & POLLOUT)
		flush(term);
	if (wait_left(term) == 0)
		key_decoder_flush(term->decoder);
}

/* Whether the key that was just decoded is the only one far and wide. The next one of the same read is not. */
static bool was_apart(Term *term)
{
	struct pollfd more = { .fd = term->fd, .events = POLLIN };
	bool apart = term->apart && key_decoder_is_empty(term->decoder) && poll(&more, 1, 0) <= 0;
	term->apart = false;
	return apart;
}

bool term_next(Term *term, TermEvent *ret_event)
{
	KeyInput input;
	if (term->redraw) {
		term->redraw = false;
		*ret_event = (TermEvent){ .kind = TERM_REDRAW };
		return true;
	}
	if (key_decoder_next(term->decoder, &input)) {
		*ret_event = (TermEvent){ .kind = input.kind == KEY_INPUT_PASTE ? TERM_PASTE : TERM_KEY, .key = input.key,
			.paste = input.paste, .paste_was_cut = input.paste_was_cut, .together = !was_apart(term) };
		return true;
	}
	if (term->gone) {
		*ret_event = (TermEvent){ .kind = TERM_GONE };
		return true;
	}
	return false;
}
