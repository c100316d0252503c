/* json_write.c: trees and texts as JSON. On the journal's path, so it writes straight into the Buf: runs of plain bytes
 * at once, integers without printf. What it writes json_parse() always takes back: bytes that are no UTF-8, and NUL,
 * become U+FFFD. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/c_locale.h"
#include "core/base/digest.h"
#include "core/base/json.h"
#include "core/base/text.h"

#define INDENT 2
#define COMPACT (-1)
/* Keys of an object up to this many are sorted without the heap. */
#define STACK_KEYS 32

typedef struct Writer {
	Buf *out;
	bool sorted;
	int indent;       /* columns of the current line, or COMPACT */
} Writer;

static inline bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c >= 0x7F;
}

/* With the quotes, in one piece: what nearly all keys and most texts are. False if there is something to escape. */
static bool write_plain(Str text, Buf *out)
{
	char piece[256];
	if (text.len > sizeof piece - 2)
		return false;
	piece[0] = '"';
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char) text.ptr[i];
		if (needs_escape(c))
			return false;
		piece[i + 1] = (char) c;
	}
	piece[text.len + 1] = '"';
	buf_append(out, piece, text.len + 2);
	return true;
}

static void write_escape(unsigned char c, Buf *out)
{
	static const char short_names[32] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', (char) c };
	if (c == '"' || c == '\\') {
		buf_append(out, text, 2);
	} else if (c < 0x20 && short_names[c]) {
		text[1] = short_names[c];
		buf_append(out, text, 2);
	} else if (c == 0) {
		utf8_append(out, 0xFFFD);
	} else {
		text[1] = 'u';
		text[2] = text[3] = '0';
		text[4] = hex[c >> 4];
		text[5] = hex[c & 15];
		buf_append(out, text, sizeof text);
	}
}

void json_write_quoted(Str text, Buf *out)
{
	if (write_plain(text, out))
		return;
	buf_putc(out, '"');
	while (text.len) {
		size_t run = 0;
		while (run < text.len && !needs_escape((unsigned char) text.ptr[run]))
			run++;
		buf_append(out, text.ptr, run);
		text = str_slice(text, run, text.len);
		if (!text.len)
			break;
		unsigned char c = (unsigned char) text.ptr[0];
		if (c < 0x80) {
			write_escape(c, out);
			text = str_slice(text, 1, text.len);
		} else {
			uint32_t code_point;
			(void) utf8_next(&text, &code_point); /* there is a byte */
			utf8_append(out, code_point);
		}
	}
	buf_putc(out, '"');
}

static void write_int(int64_t value, Buf *out)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t left = value < 0 ? -(uint64_t) value : (uint64_t) value;
	do {
		digits[--at] = (char) ('0' + left % 10);
		left /= 10;
	} while (left);
	if (value < 0)
		digits[--at] = '-';
	buf_append(out, digits + at, sizeof digits - at);
}

/* The shortest of 15 and 17 digits that reads back as the same number. */
static void write_fraction(double value, Buf *out)
{
	if (!isfinite(value)) {
		buf_puts(out, "null");
		return;
	}
	char text[40];
	double again;
	locale_t before = uselocale(c_locale());
	(void) snprintf(text, sizeof text, "%.15g", value);
	if (!str_parse_double(str_from(text), &again) || again < value || again > value)
		(void) snprintf(text, sizeof text, "%.17g", value);
	(void) uselocale(before);
	buf_puts(out, text);
}

static void write_number(const Json *json, Buf *out)
{
	int64_t value;
	if (json_int(json, &value))
		write_int(value, out);
	else
		write_fraction(json_number(json, 0), out);
}

static void write_value(Writer *w, const Json *json);

static void break_line(Writer *w)
{
	if (w->indent == COMPACT)
		return;
	buf_putc(w->out, '\n');
	for (int i = 0; i < w->indent; i++)
		buf_putc(w->out, ' ');
}

static void write_member(Writer *w, const Json *member, bool is_first)
{
	if (!is_first)
		buf_putc(w->out, ',');
	break_line(w);
	const char *key = json_key(member);
	if (key) {
		json_write_quoted(str_from(key), w->out);
		buf_puts(w->out, w->indent == COMPACT ? ":" : ": ");
	}
	write_value(w, member);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(json_key(*(const Json *const *) a), json_key(*(const Json *const *) b));
}

static void write_sorted_members(Writer *w, const Json *object)
{
	const Json *few[STACK_KEYS];
	AUTO_FREE const Json **many = NULL;
	const Json **members = few;
	size_t count = json_count(object), i = 0;
	if (count > STACK_KEYS)
		members = many = bg_reallocarray(NULL, count, sizeof *many);
	JSON_EACH(member, object)
		members[i++] = member;
	if (count > 1)
		qsort(members, count, sizeof *members, by_key);
	for (i = 0; i < count; i++)
		write_member(w, members[i], i == 0);
}

static void write_container(Writer *w, const Json *json, const char *brackets)
{
	const Json *first = json_first(json);
	buf_putc(w->out, brackets[0]);
	if (first) {
		w->indent += w->indent == COMPACT ? 0 : INDENT;
		if (w->sorted && brackets[0] == '{') {
			write_sorted_members(w, json);
		} else {
			JSON_EACH(member, json)
				write_member(w, member, member == first);
		}
		w->indent -= w->indent == COMPACT ? 0 : INDENT;
		break_line(w);
	}
	buf_putc(w->out, brackets[1]);
}

static void write_value(Writer *w, const Json *json)
{
	const char *text = json_string(json);
	if (text)
		json_write_quoted(str_from(text), w->out);
	else if (json_is_number(json))
		write_number(json, w->out);
	else if (json_is_object(json))
		write_container(w, json, "{}");
	else if (json_is_array(json))
		write_container(w, json, "[]");
	else if (json_is_bool(json))
		buf_puts(w->out, json_bool(json, false) ? "true" : "false");
	else
		buf_puts(w->out, "null");
}

void json_write(const Json *json, Buf *out)
{
	write_value(&(Writer) { .out = out, .indent = COMPACT }, json);
}

void json_write_canonical(const Json *json, Buf *out)
{
	write_value(&(Writer) { .out = out, .sorted = true, .indent = COMPACT }, json);
}

void json_write_pretty(const Json *json, Buf *out)
{
	write_value(&(Writer) { .out = out }, json);
}

char *json_text(const Json *json)
{
	Buf out = { 0 };
	json_write(json, &out);
	return buf_take(&out);
}

void json_canonical_sha256(const Json *json, char ret[static 65])
{
	AUTO_CLEAR(Buf) text = { 0 };
	json_write_canonical(json, &text);
	sha256_hex(text.data, text.len, ret);
}
