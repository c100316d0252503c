/* json_stream.c: see json_stream.h. */
#include "core/providers/couchdb/json_stream.h"

#define CHUNK (256u * 1024)

bool json_stream_fail(JsonStream *stream, StreamFault fault, const char *why) {
	if (stream->fault)
		return false;
	stream->fault = fault;
	stream->why = why;
	stream->fault_at = json_stream_offset(stream);
	return false;
}

int64_t json_stream_offset(const JsonStream *stream) { return stream->base + (int64_t) stream->at; }

/* What is not wanted any more makes room for what comes. */
static bool fill(JsonStream *stream) {
	size_t keep = stream->marked ? stream->mark : stream->at, got = 0;
	if (stream->fault || stream->ended)
		return false;
	buf_consume(&stream->window, keep);
	stream->base += (int64_t) keep;
	stream->at -= keep;
	stream->mark = 0;
	if (stream->window.len > stream->limit)
		return json_stream_fail(stream, STREAM_TOO_LONG, "one document is longer than can be held");
	buf_reserve(&stream->window, CHUNK);
	if (!stream->source.read(stream->source.userdata, stream->window.data + stream->window.len, CHUNK, &got, &stream->error))
		return json_stream_fail(stream, STREAM_UNREAD, "it cannot be read");
	stream->window.len += got;
	stream->window.data[stream->window.len] = 0;
	stream->ended = got == 0;
	return got > 0;
}

static inline int peek(JsonStream *stream) {
	if (stream->at < stream->window.len || fill(stream))
		return (unsigned char) stream->window.data[stream->at];
	return -1;
}

int json_stream_peek(JsonStream *stream) { return peek(stream); }
void json_stream_take(JsonStream *stream) { stream->at++; }

void json_stream_mark(JsonStream *stream) {
	stream->mark = stream->at;
	stream->marked = true;
}

void json_stream_unmark(JsonStream *stream) { stream->marked = false; }
size_t json_stream_behind(const JsonStream *stream) { return stream->at - stream->mark; }
Str json_stream_text(const JsonStream *stream, size_t from, size_t to) { return (Str){stream->window.data + stream->mark + from, to - from}; }

bool json_stream_space(JsonStream *stream) {
	for (;;) {
		int c = peek(stream);
		if (c != ' ' && c != '\t' && c != '\r' && (c != '\n' || stream->by_line))
			return stream->fault == STREAM_FINE;
		stream->at++;
	}
}

/* Not what the grammar wants here: the end, or another byte. */
static bool unexpected(JsonStream *stream, int c, const char *why) {
	bool over = c < 0 || (c == '\n' && stream->by_line);
	return json_stream_fail(stream, c < 0 ? STREAM_ENDED : STREAM_BROKEN, over ? "it ends in the middle" : why);
}

bool json_stream_expect(JsonStream *stream, char wanted) {
	if (!json_stream_space(stream))
		return false;
	int c = peek(stream);
	if (c != (unsigned char) wanted)
		return unexpected(stream, c, "another character is expected here");
	stream->at++;
	return true;
}

/* ---- scalars ---- */

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_hex(int c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static bool escape(JsonStream *stream) {
	int c = peek(stream);
	if (c < 0 || !strchr("\"\\/bfnrtu", c) || !c)
		return unexpected(stream, c, "there is no such escape");
	stream->at++;
	for (int i = 0; c == 'u' && i < 4; i++) {
		int digit = peek(stream);
		if (!is_hex(digit))
			return unexpected(stream, digit, "there is no such escape");
		stream->at++;
	}
	return true;
}

/* Most bytes of a dump are here. */
static bool string(JsonStream *stream) {
	if (!json_stream_expect(stream, '"'))
		return false;
	for (;;) {
		int c = peek(stream);
		if (c < 0x20)
			return unexpected(stream, c, "a control character stands in a text");
		const unsigned char *bytes = (const unsigned char *) stream->window.data;
		size_t at = stream->at, len = stream->window.len;
		while (at < len && bytes[at] >= 0x20 && bytes[at] != '"' && bytes[at] != '\\')
			at++;
		stream->at = at;
		if (at == len)
			continue;
		if (bytes[at] < 0x20)
			return unexpected(stream, bytes[at], "a control character stands in a text");
		stream->at++;
		if (bytes[at] == '"')
			return true;
		if (!escape(stream))
			return false;
	}
}

static bool digits(JsonStream *stream) {
	int c = peek(stream);
	if (!is_digit(c))
		return unexpected(stream, c, "a number is broken");
	while (is_digit(peek(stream)))
		stream->at++;
	return stream->fault == STREAM_FINE;
}

static bool number(JsonStream *stream) {
	if (peek(stream) == '-')
		stream->at++;
	bool zero = peek(stream) == '0';
	if (zero)
		stream->at++;
	else if (!digits(stream))
		return false;
	if (zero && is_digit(peek(stream)))
		return unexpected(stream, '0', "a number is broken");
	if (peek(stream) == '.') {
		stream->at++;
		if (!digits(stream))
			return false;
	}
	int c = peek(stream);
	if (c != 'e' && c != 'E')
		return stream->fault == STREAM_FINE;
	stream->at++;
	c = peek(stream);
	if (c == '+' || c == '-')
		stream->at++;
	return digits(stream);
}

static bool word(JsonStream *stream, const char *text) {
	for (; *text; text++) {
		int c = peek(stream);
		if (c != *text)
			return unexpected(stream, c, "no value begins like this");
		stream->at++;
	}
	return true;
}

static bool scalar(JsonStream *stream, int c) {
	switch (c) {
	case '"': return string(stream);
	case 't': return word(stream, "true");
	case 'f': return word(stream, "false");
	case 'n': return word(stream, "null");
	case '-': return number(stream);
	default: return is_digit(c) ? number(stream) : unexpected(stream, c, "no value begins like this");
	}
}

/* ---- values ---- */

typedef struct Nest { unsigned char is_object[JSON_STREAM_DEPTH]; size_t depth; } Nest;

static bool name_of_member(JsonStream *stream) { return string(stream) && json_stream_expect(stream, ':'); }

/* An opening bracket goes by, and where the container is empty its end, too. */
static bool open_container(JsonStream *stream, Nest *nest, int c, bool *ret_empty) {
	if (nest->depth == JSON_STREAM_DEPTH)
		return json_stream_fail(stream, STREAM_BROKEN, "it is nested deeper than anything is");
	stream->at++;
	if (!json_stream_space(stream))
		return false;
	*ret_empty = peek(stream) == (c == '{' ? '}' : ']');
	if (*ret_empty) {
		stream->at++;
		return true;
	}
	nest->is_object[nest->depth++] = c == '{';
	return c == '[' || name_of_member(stream);
}

/* A value ended: so do the containers of which it was the last. */
static bool close_containers(JsonStream *stream, Nest *nest) {
	while (nest->depth) {
		bool more, is_object = nest->is_object[nest->depth - 1];
		if (!json_stream_more(stream, is_object ? '}' : ']', &more))
			return false;
		if (more)
			return !is_object || name_of_member(stream);
		nest->depth--;
	}
	return true;
}

bool json_stream_skip(JsonStream *stream) {
	Nest nest;
	nest.depth = 0;
	do {
		bool ended = true;
		if (!json_stream_space(stream))
			return false;
		int c = peek(stream);
		if (c == '{' || c == '[') {
			if (!open_container(stream, &nest, c, &ended))
				return false;
		} else if (!scalar(stream, c)) {
			return false;
		}
		if (ended && !close_containers(stream, &nest))
			return false;
	} while (nest.depth);
	return true;
}

bool json_stream_more(JsonStream *stream, char close, bool *ret_more) {
	if (!json_stream_space(stream))
		return false;
	int c = peek(stream);
	if (c != ',' && c != (unsigned char) close)
		return unexpected(stream, c, "a comma or a closing bracket is expected here");
	stream->at++;
	*ret_more = c == ',';
	return true;
}

bool json_stream_key(JsonStream *stream, char ret[static JSON_STREAM_KEY]) {
	bool own = !stream->marked;
	if (!json_stream_space(stream))
		return false;
	if (own)
		json_stream_mark(stream);
	size_t from = json_stream_behind(stream);
	bool ok = string(stream);
	Str key = ok ? json_stream_text(stream, from + 1, json_stream_behind(stream) - 1) : (Str){0};
	bool plain = key.len < JSON_STREAM_KEY && !memchr(key.ptr ? key.ptr : "", '\\', key.len);
	if (plain && key.len)
		memcpy(ret, key.ptr, key.len);
	ret[plain ? key.len : 0] = 0;
	if (own)
		json_stream_unmark(stream);
	return ok && json_stream_expect(stream, ':');
}

void json_stream_clear(JsonStream *stream) { buf_clear(&stream->window); }
