/* canvas.h: a screen as a grid of cells, drawn without a terminal. Everything is clipped; a canvas of size 0 draws nothing.
 * All text is made harmless on its way in (text_sanitise), so no view can forget it. Embedded: zero-initialise, canvas_resize(). */
#pragma once
#include <stdint.h>
#include "core/base/attributes.h"
#include "core/base/buf.h"
#include "core/base/str.h"
#include "tui/theme/glyphs.h"
#include "tui/theme/theme.h"
#include "tui/widget/layout.h"

/* Marks above and below a letter that one cell can hold; more are dropped. */
#define CELL_COMBINING_MAX 2
/* Larger terminals are drawn up to here. */
#define CANVAS_MAX_COLUMNS 1000
#define CANVAS_MAX_ROWS 500

typedef struct Cell {
	uint32_t code_point;                    /* 0 in the right half of a wide character */
	uint32_t combining[CELL_COMBINING_MAX]; /* 0 = none */
	uint8_t width;                          /* 1, 2, or 0 in the right half of a wide character */
	uint8_t role;                           /* Role */
	uint8_t attributes;                     /* STYLE_* on top of the role's */
	uint8_t selected;                       /* 1: looks as ROLE_SELECTED; a state may keep its colour */
} Cell;

typedef struct Canvas {
	int width, height;
	GlyphSet glyphs;                        /* ASCII: text is drawn with ASCII stand-ins too */
	int cursor_x, cursor_y;                 /* -1: the cursor is hidden */
	Cell *cells;                            /* height * width, row by row */
} Canvas;

/* Sets the size (clamped) and empties the canvas. */
void canvas_resize(Canvas *canvas, int width, int height, GlyphSet glyphs);
void canvas_erase(Canvas *canvas);
Rect canvas_rect(const Canvas *canvas);
const Cell *canvas_cell(const Canvas *canvas, int x, int y); /* NULL outside */
void canvas_clear(Canvas *canvas);
BG_DEFINE_CLEARP(Canvas, canvas_clear)

/* Draw one line of text from (x, y), inside `clip`; returns the column after it. Newlines become blanks.
 * Text that reaches the right edge is cut there; canvas_text_fit() shows an ellipsis instead. */
int canvas_text(Canvas *canvas, Rect clip, int x, int y, Role role, const char *text);
int canvas_str(Canvas *canvas, Rect clip, int x, int y, Role role, Str text);
int canvas_printf(Canvas *canvas, Rect clip, int x, int y, Role role, const char *format, ...) BG_PRINTF(6, 7);
/* In at most `columns` columns; what does not fit ends in an ellipsis. */
int canvas_text_fit(Canvas *canvas, Rect clip, int x, int y, int columns, Role role, const char *text);
/* The same, cut behind a word where there is one: for sentences. */
int canvas_text_words(Canvas *canvas, Rect clip, int x, int y, int columns, Role role, const char *text);
/* Ends at column `right` (exclusive). Returns the column where it begins. */
int canvas_text_right(Canvas *canvas, Rect clip, int right, int y, Role role, const char *text);
/* Wrapped at blanks in `rect`, from its line `skip` on; `text` may have newlines. Returns how many lines the whole text has. */
int canvas_paragraph(Canvas *canvas, Rect rect, int skip, Role role, const char *text);
int canvas_glyph(Canvas *canvas, Rect clip, int x, int y, Role role, Glyph glyph);

void canvas_fill(Canvas *canvas, Rect rect, Role role);   /* blanks */
void canvas_horizontal(Canvas *canvas, Rect clip, int x, int y, int columns, Role role);
void canvas_vertical(Canvas *canvas, Rect clip, int x, int y, int rows, Role role);
void canvas_box(Canvas *canvas, Rect rect, Role role, const char *title);
/* Adds STYLE_* bits, or the look of the selected row, to what is there. */
void canvas_attribute(Canvas *canvas, Rect rect, uint8_t attributes);
void canvas_select(Canvas *canvas, Rect rect);
void canvas_cursor(Canvas *canvas, int x, int y);

/* Columns that canvas_text() will use. */
int canvas_text_width(const char *text);

/* The canvas as text, rows ended by newlines, blanks at the ends of rows removed. For tests and for line mode. */
void canvas_print(const Canvas *canvas, Buf *out);
