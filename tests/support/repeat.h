/* repeat.h: what libvterm 0.1 lacks: ECMA-48 REP, "ESC [ N b", which writes the character before it N times more. */
#pragma once
#include <vterm.h>
#include "core/base/str.h"

/* As vterm_input_write(), for whole sequences. */
void repeat_write(VTerm *vterm, Str bytes);
