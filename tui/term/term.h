/* term.h: the terminal of the console: frames out, keys in, never waiting for either. A Term owns its descriptors.
 * A poll loop asks term_poll_fds() and term_wait_ms(), calls term_service(), then term_next() until it has nothing more. */
#pragma once
#include <poll.h>
#include "core/base/error.h"
#include "tui/keys/key.h"
#include "tui/theme/theme.h"
#include "tui/widget/canvas.h"

typedef struct Term Term;

typedef enum TermEventKind {
	TERM_KEY,
	TERM_PASTE,
	TERM_REDRAW,     /* the size changed or the program was continued: draw the whole frame again */
	TERM_GONE,       /* the terminal was closed */
} TermEventKind;

typedef struct TermEvent {
	TermEventKind kind;
	KeyChord key;
	Str paste;            /* borrowed until the next call of term_next() */
	bool paste_was_cut;
	bool together;        /* a key that came with others, or within TERM_APART_MS of them: typed ahead, pasted, or nobody's */
} TermEvent;

/* People press one key after another in no less; a line of 9600 baud sends a byte a millisecond. */
#define TERM_APART_MS 50

typedef struct TermOptions {
	const char *type;     /* as $TERM */
	int input_fd, output_fd;
	const Theme *theme;
	bool utf8;            /* the terminal shows UTF-8: setlocale() and nl_langinfo(CODESET) say so */
	bool in_tmux;         /* $TMUX is set */
	int frame_fd;         /* "frame N BYTES COLUMNS ROWS\n" after each frame that reached the terminal; -1: nobody wants to know.
	                       * BYTES is how much was written since the start, so that a reader knows when it has seen it all. */
} TermOptions;

/* Takes the terminal (see restore.h). Fails when there is none, or one that cannot be drawn on, with a hint at line mode. */
BG_CHECK bool term_open(const TermOptions *options, Term **ret_term, Error *err);
/* Gives the terminal back. NULL ok; always NULL. */
Term *term_close(Term *term);
BG_DEFINE_FREEP(Term, term_close)

void term_size(const Term *term, int *ret_columns, int *ret_rows);
/* Bytes that the line carries a second, where it is said to be slow (a serial line, or `stty speed 9600` before); 0: nobody said so. Such a
 * terminal gets 16 colours and is drawn with the fewest bytes. */
int term_line_bytes(const Term *term);
/* That the last frame took. */
size_t term_frame_bytes(const Term *term);
/* The descriptor number named by BREAKGLASS_FRAME_FD, or -1. */
int term_frame_fd_from(const char *value);

/* Sends what differs from the last frame. False: the terminal has not taken the last frame yet; nothing was done, present again
 * when term_is_ready(). So a slow line skips frames and never queues more than one. */
bool term_present(Term *term, const Canvas *canvas);
bool term_is_ready(const Term *term);
void term_set_theme(Term *term, const Theme *theme);
/* The next frame is drawn from nothing. */
void term_redraw(Term *term);
/* Rings: only when the console waits for this person. */
void term_bell(Term *term);
/* Puts `text` on the clipboard of the terminal (OSC 52); in tmux both as its own (set-clipboard on) and passed through it (allow-passthrough). At most term_copy_max() bytes. */
void term_copy(Term *term, Str text);
/* 0: this terminal would print it instead. */
size_t term_copy_max(const Term *term);
/* Stops as ctrl-z does and returns when continued; a TERM_REDRAW follows. */
void term_suspend(Term *term);

/* Somebody else gets the terminal; afterwards all is drawn anew, in the size that it has then. */
void term_put_aside(Term *term);
void term_take_back(Term *term);

#define TERM_POLL_FDS 2
void term_poll_fds(const Term *term, struct pollfd ret_fds[static TERM_POLL_FDS]);
/* How long poll may wait before term_service() has to look at the keyboard again; -1: for ever. */
int term_wait_ms(const Term *term);
void term_service(Term *term, const struct pollfd fds[static TERM_POLL_FDS]);
bool term_next(Term *term, TermEvent *ret_event);
