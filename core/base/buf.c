/* buf.c: the growable byte string. Growth doubles, so that appending is linear in total. Every append goes through
 * accept(), where the limit is looked at: a Buf that overflowed keeps what it has and takes no more. */
#include "core/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

#define BUF_FIRST_CAPACITY 64

static bool accept(Buf *buf, size_t extra)
{
	if (buf->overflowed)
		return false;
	if (buf->limit && (extra > buf->limit || buf->len > buf->limit - extra)) {
		buf->overflowed = true;
		return false;
	}
	return true;
}

void buf_reserve(Buf *buf, size_t extra)
{
	BG_ASSERT(extra < SIZE_MAX / 2 - buf->len);
	size_t needed = buf->len + extra + 1;
	if (needed <= buf->capacity)
		return;
	size_t capacity = buf->capacity ? buf->capacity : BUF_FIRST_CAPACITY;
	while (capacity < needed)
		capacity *= 2;
	buf->data = bg_realloc(buf->data, capacity);
	buf->capacity = capacity;
	buf->data[buf->len] = '\0';
}

void buf_append(Buf *buf, const void *bytes, size_t len)
{
	if (!accept(buf, len))
		return;
	buf_reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_puts(Buf *buf, const char *text)
{
	if (text)
		buf_append(buf, text, strlen(text));
}

void buf_putc(Buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_put_str(Buf *buf, Str text)
{
	buf_append(buf, text.ptr, text.len);
}

void buf_vprintf(Buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	char small[256];
	int needed = vsnprintf(small, sizeof small, format, args);
	BG_ASSERT(needed >= 0);
	size_t len = (size_t) needed;
	if (len < sizeof small) {
		buf_append(buf, small, len);
	} else if (accept(buf, len)) {
		buf_reserve(buf, len);
		(void) vsnprintf(buf->data + buf->len, len + 1, format, again);
		buf->len += len;
	}
	va_end(again);
}

void buf_printf(Buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

void buf_truncate(Buf *buf, size_t len)
{
	if (len < buf->len) {
		buf->len = len;
		buf->data[len] = '\0';
	}
}

void buf_consume(Buf *buf, size_t len)
{
	if (len >= buf->len) {
		buf_truncate(buf, 0);
		return;
	}
	memmove(buf->data, buf->data + len, buf->len - len + 1);
	buf->len -= len;
}

const char *buf_text(const Buf *buf)
{
	return buf->data ? buf->data : "";
}

Str buf_str(const Buf *buf)
{
	return (Str) { buf_text(buf), buf->len };
}

char *buf_take(Buf *buf)
{
	char *text = buf->data ? TAKE(buf->data) : bg_strdup("");
	buf->len = buf->capacity = 0;
	buf->overflowed = false;
	return text;
}

void buf_clear(Buf *buf)
{
	free(buf->data);
	*buf = (Buf) { .limit = buf->limit };
}
