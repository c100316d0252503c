/* buf.h: a growable byte string that is always NUL-terminated when not empty-initialised.
 * Embedded by value: `AUTO_CLEAR(Buf) buf = {0};`. A Buf may have a limit; once over it, `overflowed` is set and
 * appends are dropped. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "core/base/attributes.h"
#include "core/base/cleanup.h"
#include "core/base/str.h"

typedef struct Buf {
	char *data;      /* NULL only while nothing was ever appended */
	size_t len;      /* bytes without the NUL */
	size_t capacity;
	size_t limit;    /* 0 = none; else the largest len */
	bool overflowed;
} Buf;

void buf_append(Buf *buf, const void *bytes, size_t len);
void buf_puts(Buf *buf, const char *text);            /* NULL adds nothing */
void buf_putc(Buf *buf, char c);
void buf_put_str(Buf *buf, Str text);
void buf_printf(Buf *buf, const char *format, ...) BG_PRINTF(2, 3);
void buf_vprintf(Buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void buf_reserve(Buf *buf, size_t extra);             /* room for `extra` more bytes */
void buf_truncate(Buf *buf, size_t len);              /* cuts to `len` if longer */
void buf_consume(Buf *buf, size_t len);               /* removes the first `len` bytes */
const char *buf_text(const Buf *buf);                 /* borrowed, never NULL */
Str buf_str(const Buf *buf);                          /* borrowed slice */
char *buf_take(Buf *buf);                             /* owned by the caller, never NULL; buf is empty after */
void buf_clear(Buf *buf);                             /* frees; the Buf can be used again */
BG_DEFINE_CLEARP(Buf, buf_clear)
