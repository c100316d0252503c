/* output.h: what an action said, out of its log. */
#pragma once
#include "core/base/buf.h"

#define OUTPUT_MAX (256u * 1024)     /* bytes of one action that go into a report; its log holds all of it */

/* Appends the output of action `number` as text; false when there is no log or nothing was said. *ret_cut: there is more. */
bool output_read(const char *folder, int64_t number, Buf *out, bool *ret_cut);
