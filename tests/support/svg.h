/* svg.h: a screen as a picture for a page: an SVG that needs nothing else. Signs that fonts draw in many ways, or not at all, and the lines of
 * boxes are drawn as shapes; text is held to the columns of its cells. */
#pragma once
#include "core/base/buf.h"
#include "tests/support/golden.h"

/* `title` is what somebody hears who cannot see it. */
void svg_write(const GoldenScreen *golden, const char *title, Buf *out);
