/* golden.h: a screen as a picture in a text file: its characters, a letter for the look of each cell, a legend, the cursor. */
#pragma once
#include <vterm.h>
#include "core/base/buf.h"

typedef struct GoldenScreen {
	VTermScreen *screen;
	int columns, rows;
	int cursor_x, cursor_y;   /* -1: hidden */
} GoldenScreen;

void golden_write(const GoldenScreen *golden, Buf *out);
/* The characters only, blanks at the ends of rows removed. */
void golden_text(const GoldenScreen *golden, Buf *out);
/* Fails the test when `actual` is not what tests/golden/NAME.screen holds, showing both; UPDATE_GOLDEN=1 writes it. */
void golden_expect(const char *name, const char *actual);
