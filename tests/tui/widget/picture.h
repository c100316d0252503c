/* picture.h: a canvas for a widget test, its picture as text, and keys by name. */
#pragma once
#include "tests/support/support.h"
#include "tui/keys/key.h"
#include "tui/widget/canvas.h"

static inline Canvas picture_canvas(int columns, int rows)
{
	Canvas canvas = {0};
	canvas_resize(&canvas, columns, rows, GLYPHS_UTF8);
	return canvas;
}

static inline void expect_picture(const char *name, const Canvas *canvas, const char *expected)
{
	AUTO_CLEAR(Buf) out = {0};
	canvas_print(canvas, &out);
	assert_text(name, buf_text(&out), expected);
}

static inline KeyChord key_of(const char *name)
{
	KeyChord key = {0};
	Error err = {0};
	assert_ok(key_parse(str_from(name), &key, &err), &err);
	return key;
}

/* The row that is drawn as selected, -1 if none. */
static inline int selected_row(const Canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++)
		if (canvas->width > 0 && canvas_cell(canvas, 0, y)->selected)
			return y;
	return -1;
}
