/* wrap.h: breaking harmless text (already through text_sanitise) into lines of a given width. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"

/* Cuts the next line of at most `columns` columns off *rest: at a newline, else at the last blank that fits, else anywhere.
 * Blanks at a break are dropped; an empty line is a line. False at the end, and when `columns` is not positive. */
bool wrap_next(Str *rest, int columns, Str *ret_line);
int wrap_count(Str text, int columns);
