/* stream.c: see stream.h. */
#include "tests/support/stream.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tests/support/support.h"

/* Bytes of the sequence at the front that the console may send; 0: none of them. The numbers that a hostile text would bring are never ours. */
static size_t own_sequence(Str rest)
{
	static const char *const WHOLE[] = { "\033(B", "\033)0", "\033=", "\033>", "\0337", "\0338" };
	for (size_t i = 0; i < BG_LENGTH(WHOLE); i++)
		if (str_starts(rest, WHOLE[i]))
			return strlen(WHOLE[i]);
	if (str_starts(rest, "\033]52;c;")) {
		size_t end = 7;
		while (end < rest.len && (strchr("+/=", rest.ptr[end]) || (rest.ptr[end] >= '0' && rest.ptr[end] <= '9') || (rest.ptr[end] >= 'A' && rest.ptr[end] <= 'Z') ||
				(rest.ptr[end] >= 'a' && rest.ptr[end] <= 'z')))
			end++;
		Str copied = str_slice(rest, 7, end - 7), after = str_slice(rest, end, rest.len);
		if (str_eq_c(copied, "UFdORUQ="))
			return 0;
		return str_starts(after, "\033\\") ? end + 2 : str_starts(after, "\007") ? end + 1 : 0;
	}
	if (!str_starts(rest, "\033["))
		return 0;
	size_t end = 2;
	while (end < rest.len && rest.ptr[end] && strchr("?>;0123456789", rest.ptr[end]))
		end++;
	Str numbers = str_slice(rest, 2, end - 2);
	bool known = end < rest.len && rest.ptr[end] && strchr("ABCDGHJKLMPXdhlmrtu", rest.ptr[end]);
	return known && str_find(numbers, "7331") < 0 ? end + 1 : 0;
}

static const char *what_is_wrong(uint32_t c, StreamKind kind)
{
	static const struct { uint32_t first, last; const char *what; } NEVER[] = {
		{ 0x80, 0x9F, "a C1 control" }, { 0x61C, 0x61C, "a bidi mark" }, { 0x200B, 0x200F, "a zero-width or bidi mark" },
		{ 0x202A, 0x202E, "a bidi control" }, { 0x2060, 0x206F, "an invisible or bidi control" }, { 0xFEFF, 0xFEFF, "a zero-width character" },
		{ 0xFFF9, 0xFFFB, "an interlinear mark" }, { 0xE0000, 0xE0FFF, "a tag character" },
	};
	if (c < 0x20 || c == 0x7F)
		return c == '\n' || c == '\r' || (kind == STREAM_SCREEN && (c == '\b' || c == '\a')) ? NULL : "a control byte";
	for (size_t i = 0; i < BG_LENGTH(NEVER); i++)
		if (c >= NEVER[i].first && c <= NEVER[i].last)
			return NEVER[i].what;
	return NULL;
}

/* The place, with its control bytes made visible. */
static char *describe(Str raw, size_t at)
{
	Buf out = { 0 };
	for (size_t i = at > 40 ? at - 40 : 0; i < raw.len && i < at + 20; i++) {
		unsigned char byte = (unsigned char) raw.ptr[i];
		buf_printf(&out, byte >= 0x20 && byte < 0x7F ? "%c" : "\\x%02x", byte);
	}
	return buf_take(&out);
}

void stream_expect_harmless(const char *name, Str raw, StreamKind kind)
{
	Str rest = raw;
	while (rest.len) {
		size_t at = raw.len - rest.len, len = kind == STREAM_SCREEN ? own_sequence(rest) : 0;
		if (len) {
			rest = str_slice(rest, len, rest.len);
			continue;
		}
		uint32_t c = 0;
		Str before = rest;
		BG_ASSERT(utf8_next(&rest, &c));
		bool valid = utf8_is_valid(str_slice(before, 0, before.len - rest.len));
		const char *wrong = valid ? what_is_wrong(c, kind) : "text that is not UTF-8";
		AUTO_FREE char *place = wrong ? describe(raw, at) : NULL;
		cr_assert(!wrong, "%s: %s reached the terminal: %s", name, wrong, place);
	}
}
