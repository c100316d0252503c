/* painter.h: the difference between what a terminal shows and a canvas, as the fewest bytes that make them equal.
 * It leaves pen and cursor where they are at the end of a frame, so that a clock that ticks costs two bytes a second. Pure: it writes to a Buf. */
#pragma once
#include "core/base/buf.h"
#include "tui/term/capabilities.h"
#include "tui/widget/canvas.h"

typedef struct Painter Painter;

/* Borrows `capabilities` for its whole life. `ascii_only`: nothing beyond ASCII is ever sent. */
Painter *painter_new(const Capabilities *capabilities, const Theme *theme, bool ascii_only);
/* The next frame is painted from nothing: after a resize, a resume, or when somebody else wrote to the terminal. */
void painter_forget(Painter *painter);
void painter_set_theme(Painter *painter, const Theme *theme);
void painter_paint(Painter *painter, const Canvas *canvas, Buf *out);
Painter *painter_free(Painter *painter);
BG_DEFINE_FREEP(Painter, painter_free)
