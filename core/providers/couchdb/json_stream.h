/* json_stream.h: JSON read from a source piece by piece, for files that are larger than memory. The grammar of RFC 8259 is checked as it goes by; what is
 * kept is only what stands between a mark and the place that has been reached, and that has a limit. Used by dump.c. */
#pragma once
#include "core/base/buf.h"
#include "core/base/error.h"

#define JSON_STREAM_DEPTH 256
#define JSON_STREAM_KEY 32

/* Where bytes come from: `got` 0 is the end. */
typedef struct ByteSource {
	bool (*read)(void *userdata, char *bytes, size_t size, size_t *ret_got, Error *err);
	void *userdata;
} ByteSource;

typedef enum StreamFault { STREAM_FINE = 0, STREAM_ENDED, STREAM_BROKEN, STREAM_TOO_LONG, STREAM_UNREAD } StreamFault;

/* Zero-initialise, set source and limit. */
typedef struct JsonStream {
	ByteSource source;
	size_t limit;             /* bytes that may stand behind the mark */
	bool by_line;             /* a newline is no white space: it ends what stands there */
	Buf window;
	size_t at, mark;
	bool marked;
	int64_t base;             /* the place of window[0] in the source */
	bool ended;               /* nothing comes any more behind the window */
	StreamFault fault;
	const char *why;          /* of the fault; static */
	int64_t fault_at;
	Error error;              /* of STREAM_UNREAD */
} JsonStream;

/* Each is false when there is a fault. */
BG_CHECK bool json_stream_space(JsonStream *stream);                     /* white space goes by */
int json_stream_peek(JsonStream *stream);                                /* the next byte, -1 at the end or with a fault */
BG_CHECK bool json_stream_expect(JsonStream *stream, char c);            /* white space, then this byte */
BG_CHECK bool json_stream_skip(JsonStream *stream);                      /* one value goes by */
/* `"key" :` goes by; `ret` gets the key, or "" when it is longer or written with escapes. */
BG_CHECK bool json_stream_key(JsonStream *stream, char ret[static JSON_STREAM_KEY]);
/* Behind a member: true and *ret_more at a comma, which goes by; true and not *ret_more at `close`, which goes by. */
BG_CHECK bool json_stream_more(JsonStream *stream, char close, bool *ret_more);
void json_stream_take(JsonStream *stream);                               /* the peeked byte goes by */
void json_stream_mark(JsonStream *stream);                               /* from here on everything is kept */
void json_stream_unmark(JsonStream *stream);
size_t json_stream_behind(const JsonStream *stream);                     /* bytes between mark and here */
Str json_stream_text(const JsonStream *stream, size_t from, size_t to);  /* counted from the mark; good until the next call */
int64_t json_stream_offset(const JsonStream *stream);
bool json_stream_fail(JsonStream *stream, StreamFault fault, const char *why);   /* always false; the first fault stays */
void json_stream_clear(JsonStream *stream);
BG_DEFINE_CLEARP(JsonStream, json_stream_clear)
