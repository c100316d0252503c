/* text.c: UTF-8 arithmetic. Decoding is strict: overlong forms, surrogates and numbers beyond U+10FFFF are invalid
 * bytes. */
#include "core/base/text.h"

#define REPLACEMENT 0xFFFD

/* Length of a well-formed sequence at the front of `s`, and its code point; 0 if there is none. */
static size_t decode(Str s, uint32_t *ret_code_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char) s.ptr[0];
	if (lead < 0x80) {
		*ret_code_point = lead;
		return 1;
	}
	size_t len = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	if (lead < 0xC2 || lead > 0xF4 || s.len < len)
		return 0;
	uint32_t value = lead & (0x7FU >> len);
	for (size_t i = 1; i < len; i++) {
		unsigned char next = (unsigned char) s.ptr[i];
		if ((next & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (next & 0x3FU);
	}
	if (value < smallest[len] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*ret_code_point = value;
	return len;
}

size_t text_plain_ascii(Str text)
{
	size_t len = 0;
	while (len < text.len && text.ptr[len] >= 0x20 && text.ptr[len] < 0x7F)
		len++;
	return len;
}

bool utf8_next(Str *rest, uint32_t *ret_code_point)
{
	if (!rest->len)
		return false;
	size_t len = decode(*rest, ret_code_point);
	if (!len) {
		*ret_code_point = REPLACEMENT;
		len = 1;
	}
	rest->ptr += len;
	rest->len -= len;
	return true;
}

void utf8_append(Buf *out, uint32_t code_point)
{
	if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
		code_point = REPLACEMENT;
	char bytes[4];
	size_t len;
	if (code_point < 0x80) {
		bytes[0] = (char) code_point;
		len = 1;
	} else if (code_point < 0x800) {
		bytes[0] = (char) (0xC0 | code_point >> 6);
		bytes[1] = (char) (0x80 | (code_point & 0x3F));
		len = 2;
	} else if (code_point < 0x10000) {
		bytes[0] = (char) (0xE0 | code_point >> 12);
		bytes[1] = (char) (0x80 | (code_point >> 6 & 0x3F));
		bytes[2] = (char) (0x80 | (code_point & 0x3F));
		len = 3;
	} else {
		bytes[0] = (char) (0xF0 | code_point >> 18);
		bytes[1] = (char) (0x80 | (code_point >> 12 & 0x3F));
		bytes[2] = (char) (0x80 | (code_point >> 6 & 0x3F));
		bytes[3] = (char) (0x80 | (code_point & 0x3F));
		len = 4;
	}
	buf_append(out, bytes, len);
}

bool utf8_is_valid(Str text)
{
	uint32_t code_point;
	while (text.len) {
		size_t len = text_plain_ascii(text);
		if (!len)
			len = decode(text, &code_point);
		if (!len)
			return false;
		text.ptr += len;
		text.len -= len;
	}
	return true;
}

static size_t shown_width(uint32_t code_point)
{
	int width = code_point_width(code_point);
	return width < 0 ? 1 : (size_t) width;
}

/* What is before the first byte that is not printable ASCII needs no decoding: nearly all of nearly every text. */
size_t text_width(Str text)
{
	size_t width = text_plain_ascii(text);
	uint32_t code_point;
	text = str_slice(text, width, text.len);
	while (utf8_next(&text, &code_point))
		width += shown_width(code_point);
	return width;
}

size_t text_fit(Str text, size_t columns, size_t *ret_width)
{
	size_t width = text_plain_ascii(str_slice(text, 0, columns));
	Str rest = str_slice(text, width, text.len), before = rest;
	uint32_t code_point;
	/* Goes on at the limit, since combining marks of the last character still fit. */
	while (utf8_next(&rest, &code_point)) {
		size_t more = shown_width(code_point);
		if (width + more > columns)
			break;
		width += more;
		before = rest;
	}
	if (ret_width)
		*ret_width = width;
	return text.len - before.len;
}

static bool is_plain(char c)
{
	bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	return is_letter || (c >= '0' && c <= '9') || (c && strchr("_./:=@%+,-", c));
}

void shell_quote(Str text, Buf *out)
{
	size_t plain = 0;
	while (plain < text.len && is_plain(text.ptr[plain]))
		plain++;
	if (text.len && plain == text.len) {
		buf_put_str(out, text);
		return;
	}
	buf_putc(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, text.ptr[i]);
	}
	buf_putc(out, '\'');
}

bool text_passes(Str text, const char *filter) {
	Str rest = str_from(filter), word;
	while (str_split(&rest, ' ', &word)) {
		bool is_excluded = word.len > 1 && word.ptr[0] == '!';
		if (is_excluded)
			word = str_slice(word, 1, word.len);
		if (!word.len || str_eq_c(word, "!"))
			continue;
		AUTO_FREE char *needle = str_dup(word);
		if ((str_find_nocase(text, needle) >= 0) == is_excluded)
			return false;
	}
	return true;
}
