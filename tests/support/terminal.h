/* terminal.h: a program on a terminal that a test can read: pty, libvterm, keys, and golden pictures of whole screens.
 * Never sleeps: a program that draws with tui/term tells each frame on a side descriptor (BREAKGLASS_FRAME_FD), with the
 * number of bytes that it took, and the screen is looked at exactly there. Everything fails the test by itself. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/str.h"

typedef struct Terminal Terminal;

typedef struct TerminalOptions {
	const char *const *argv;         /* NULL-terminated; argv[0] is a path */
	int columns, rows;
	const char *const *environment;  /* NULL or NULL-terminated "NAME=value", over a fixed small environment; "NAME" alone takes it out */
	const char *type;                /* TERM; NULL = xterm-256color */
	const char *folder;              /* to start in; NULL = as the test */
	int speed;                       /* of the line, as `stty speed` tells it: 9600; 0 = as a pty comes */
} TerminalOptions;

/* How long anything may take before the test fails. Long, since it is only ever reached by failures. */
#define TERMINAL_DEADLINE_MS 20000

Terminal *terminal_start(const TerminalOptions *options);
/* Ends the program if it still runs. NULL ok; always NULL. */
Terminal *terminal_free(Terminal *terminal);
BG_DEFINE_FREEP(Terminal, terminal_free)

/* Keys by name, separated by blanks: "j j enter ctrl-l : q". Before "y" it waits for as long as somebody does who looks first: a key that acts
 * counts only on its own (tui/term: TERM_APART_MS). */
void terminal_keys(Terminal *terminal, const char *keys);
/* Text as typed, character by character; newlines are the enter key. */
void terminal_type(Terminal *terminal, const char *text);
/* As a terminal sends a paste. */
void terminal_paste(Terminal *terminal, const char *text);
/* Returns with the first frame of the new size. */
void terminal_resize(Terminal *terminal, int columns, int rows);
/* Every byte that the program wrote and that was read so far, as it came. Borrowed until the next call. */
Str terminal_raw(const Terminal *terminal);
/* The same, of a program that knows nothing of frames, such as tmux: waits for nothing. */
void terminal_set_size(Terminal *terminal, int columns, int rows);
int terminal_pid(const Terminal *terminal);
/* As when the line drops: the terminal is gone under the program. */
void terminal_hang_up(Terminal *terminal);

/* Wait for the first frame, from now on or already there, whose screen holds `text`, or does not hold it any more. */
void terminal_wait_text(Terminal *terminal, const char *text);
void terminal_wait_no_text(Terminal *terminal, const char *text);
typedef bool TerminalPredicate(Terminal *terminal, void *userdata);
void terminal_wait(Terminal *terminal, TerminalPredicate *predicate, void *userdata, const char *what);
/* Wait for one more frame than was seen. */
void terminal_wait_frame(Terminal *terminal);
/* For measurements: shows what comes for so long, as a terminal in front of somebody who types nothing does. */
void terminal_watch(Terminal *terminal, int64_t span_ms);
/* The exit status (or 128 + signal), after all output was read. */
int terminal_wait_exit(Terminal *terminal);
/* Wait for text of a program that knows nothing of frames, such as a shell. */
void terminal_wait_output(Terminal *terminal, const char *text);
/* The same for anything that can be asked; it is asked again whenever the program has written something. */
void terminal_wait_output_until(Terminal *terminal, TerminalPredicate *predicate, void *userdata, const char *what);

/* The screen as text, blanks at the ends of rows removed; borrowed until the next call. */
const char *terminal_text(Terminal *terminal);
bool terminal_shows(Terminal *terminal, const char *text);
/* The screen with its looks, as golden files hold it; without the cursor. Appends. */
void terminal_looks(Terminal *terminal, Buf *out);
/* Whether these bytes are among the last that the program wrote until the present frame: for what a screen does not show. */
bool terminal_wrote(const Terminal *terminal, const char *bytes);
/* Bytes written by the program until the present frame. */
size_t terminal_bytes(const Terminal *terminal);
unsigned terminal_bells(const Terminal *terminal);
/* The shell would find its terminal as it was: main screen, visible cursor, no bracketed paste, cooked mode. */
bool terminal_is_restored(Terminal *terminal);

/* Compares text, looks and cursor with tests/golden/NAME.screen. UPDATE_GOLDEN=1 writes the file instead; read the picture in the diff. */
void terminal_expect_golden(Terminal *terminal, const char *name);
/* Writes tui/pictures/NAME.svg when UPDATE_PICTURES=1, for pages that show the console; else the file must be there. `title` says in words what is seen. */
void terminal_picture(Terminal *terminal, const char *name, const char *title);
