/* wiped.h: a Buf for bytes on their way to becoming a Secret: wiped when it ends. Reserve its whole size before filling it, or
 * growing leaves a copy behind. For this layer's own files. */
#pragma once
#include "core/base/buf.h"
#include "core/base/secret.h"

typedef Buf WipedBuf;

static inline void wiped_clear(WipedBuf *buf)
{
	if (buf->data)
		secret_wipe(buf->data, buf->capacity);
	buf_clear(buf);
}
BG_DEFINE_CLEARP(WipedBuf, wiped_clear)

static inline void wiped_free_text(char *text)
{
	if (text)
		secret_wipe(text, strlen(text));
	free(text);
}
static inline void wiped_free_pointer(char **text) { wiped_free_text(*text); *text = NULL; }
#define AUTO_WIPED __attribute__((cleanup(wiped_free_pointer)))
