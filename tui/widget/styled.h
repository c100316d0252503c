/* styled.h: text whose parts have roles: what a pane of prose, a plan or output is made of. Built once, drawn at any width.
 * All text is made harmless as it is added. Lines wrap at blanks; a wrapped line goes on under its own indent. */
#pragma once
#include "core/base/buf.h"
#include "tui/widget/canvas.h"

/* `hang`: where wrapped lines of its line go on, when it does not begin the line; 0 = under the line's own indent. */
typedef struct StyledRun { size_t start; Role role; int hang; } StyledRun;

typedef struct StyledLayout StyledLayout;

typedef struct Styled {
	Buf text;                 /* harmless; lines end in \n */
	StyledRun *runs;          /* ordered by start; each reaches to the next */
	size_t run_count, run_capacity;
	StyledLayout *layout;     /* where lines begin, at the width of the last drawing; NULL only while nothing was ever added */
} Styled;

void styled_add(Styled *styled, Role role, const char *text);
void styled_add_str(Styled *styled, Role role, Str text);
void styled_printf(Styled *styled, Role role, const char *format, ...) BG_PRINTF(3, 4);
void styled_newline(Styled *styled);
/* Ends the line if one is begun, so that what follows begins a new one. */
void styled_break(Styled *styled);
/* As styled_add; wrapped lines of its line go on at column `columns`. */
void styled_hang(Styled *styled, int columns, Role role, const char *text);
/* `label` in MUTED, padded to `columns`, then the value, then a new line. A long value goes on under itself. */
void styled_field(Styled *styled, int columns, const char *label, Role role, const char *value);
void styled_reset(Styled *styled);   /* empties, keeps the memory */
void styled_clear(Styled *styled);
BG_DEFINE_CLEARP(Styled, styled_clear)

/* Forgets lines at the front until at most `keep` bytes are left. Returns how many lines, as last drawn, that were. */
int styled_keep_end(Styled *styled, size_t keep);

/* Lines that the text takes at this width. As long as it stays the same, only what was added since is gone over. */
int styled_height(const Styled *styled, int columns);
/* Does it take more than `rows`? For another width than that of the drawing. */
bool styled_is_longer(const Styled *styled, int columns, int rows);
/* Draws from line `skip` on. `match` (NULL or empty: none) is marked wherever it stands, ASCII case ignored. Returns the height of the whole. */
int styled_render(const Styled *styled, Canvas *canvas, Rect rect, int skip, const char *match);
/* The first line after `line` (or before, with `backwards`) that holds `match`; -1 if there is none. */
int styled_find(const Styled *styled, int columns, const char *match, int line, bool backwards);
