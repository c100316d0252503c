/* pen.h: where the terminal writes next and in which look, and the fewest bytes that change either. A plain value: a copy of it tries a way
 * without taking it. Pure: it writes to a Buf. */
#pragma once
#include "core/base/buf.h"
#include "tui/term/capabilities.h"
#include "tui/theme/theme.h"

typedef struct Pen {
	int x, y;        /* of the cursor; -1 = not known */
	bool known;      /* `style` is what the terminal writes in */
	Style style;
} Pen;

/* What everything looks like after Capabilities.normal. */
Pen pen_plain(void);
void pen_set(Pen *pen, const Capabilities *can, Style style, Buf *out);
/* For blanks, of which only the ground can be seen: the colour of the letters stays as it is. */
void pen_set_blank(Pen *pen, const Capabilities *can, Style style, Buf *out);
void pen_move(Pen *pen, const Capabilities *can, int x, int y, Buf *out);

bool style_equal(Style a, Style b);
/* A blank in `a` cannot be told from one in `b`. */
bool style_equal_blank(Style a, Style b);
