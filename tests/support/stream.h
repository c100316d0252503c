/* stream.h: the bytes that a program sent to a terminal, held against what may be in them at all. */
#pragma once
#include "core/base/str.h"

typedef enum StreamKind {
	STREAM_LINES,      /* text and line breaks */
	STREAM_SCREEN,     /* and the sequences with which the console draws: places, looks, modes, the bell; a copy to the clipboard (OSC 52) */
} StreamKind;

/* Fails the test at the first byte that does not belong: a sequence of another kind, a control or C1 byte, text that is not UTF-8, a character that reorders or
 * cannot be seen. `name` says whose bytes they are. */
void stream_expect_harmless(const char *name, Str raw, StreamKind kind);
