/* sanitise.c: text from outside, made harmless. A small state machine in the shape of a terminal's own parser: what a
 * terminal would take for a sequence is dropped, what would be invisible or would reorder the line becomes a visible
 * mark.
 *
 * Every byte is looked at no more than three times: a string sequence (OSC and its like) ends at the next introducer,
 * newline or end at the latest, and one that never ends properly loses only its introducer, so that a stray byte cannot
 * swallow the rest of the output. */
#include <stdlib.h>

#include "core/base/text.h"

#define ESC 0x1B
#define BEL 0x07
#define CAN 0x18
#define SUB 0x1A
#define STRING_TERMINATOR 0x9C
#define REPLACEMENT 0xFFFD
#define TAB_COLUMNS 8
/* More marks on one character than any script needs climb over the neighbouring lines. */
#define MARKS_PER_CHARACTER 4

typedef struct Sanitiser {
	SanitiseMode mode;
	Buf *out;
	size_t line_start;      /* offset in `out` */
	size_t column;          /* of the current line */
	unsigned marks;         /* on the last character */
	bool line_is_empty;     /* nothing yet that a mark could sit on */
	bool return_pending;    /* a \r was seen: the next character starts the line again */
} Sanitiser;

/* Invisible, or reorders what is around it, or is no character at all. Sorted. */
static const struct { uint32_t first, last; } deceptive[] = {
	{ 0x00AD, 0x00AD }, /* soft hyphen */
	{ 0x034F, 0x034F }, /* combining grapheme joiner */
	{ 0x061C, 0x061C }, /* Arabic letter mark */
	{ 0x115F, 0x1160 }, /* Hangul fillers */
	{ 0x17B4, 0x17B5 }, /* Khmer inherent vowels */
	{ 0x180B, 0x180F }, /* Mongolian selectors and separator */
	{ 0x200B, 0x200F }, /* zero width space, non-joiner, joiner; left-to-right and right-to-left marks */
	{ 0x2028, 0x202E }, /* line and paragraph separators; embeddings and overrides */
	{ 0x2060, 0x206F }, /* word joiner, invisible operators, isolates, deprecated controls */
	{ 0x2800, 0x2800 }, /* the Braille pattern without dots */
	{ 0x3164, 0x3164 }, /* Hangul filler */
	{ 0xFDD0, 0xFDEF }, /* noncharacters */
	{ 0xFEFF, 0xFEFF }, /* byte order mark */
	{ 0xFFA0, 0xFFA0 }, /* half-width Hangul filler */
	{ 0xFFF0, 0xFFFB }, /* unassigned defaults; interlinear annotation */
	{ 0x1BCA0, 0x1BCA3 }, /* shorthand controls */
	{ 0x1D173, 0x1D17A }, /* musical controls */
	{ 0xE0000, 0xE0FFF }, /* tags and supplementary variation selectors */
};

static bool is_deceptive(uint32_t c)
{
	if (c < deceptive[0].first)
		return false;
	if ((c & 0xFFFE) == 0xFFFE)
		return true;
	for (size_t i = 0; i < BG_LENGTH(deceptive) && c >= deceptive[i].first; i++) {
		if (c <= deceptive[i].last)
			return true;
	}
	return false;
}

/* Only ask for another picture of the same character: dropped, since terminals disagree about its width. */
static bool is_variation_selector(uint32_t c)
{
	return c >= 0xFE00 && c <= 0xFE0F;
}

static void put(Sanitiser *s, uint32_t c)
{
	if (s->return_pending) {
		buf_truncate(s->out, s->line_start);
		s->column = 0;
		s->line_is_empty = true;
		s->return_pending = false;
	}
	int width = code_point_width(c);
	if (width == 0) {
		if (s->line_is_empty)
			c = REPLACEMENT; /* it would sit on whatever is to the left on the screen */
		else if (++s->marks > MARKS_PER_CHARACTER)
			return;
	}
	if (width != 0)
		s->marks = 0;
	s->column += c == REPLACEMENT ? 1 : (size_t) width;
	s->line_is_empty = false;
	utf8_append(s->out, c);
}

/* Many at once of what is harmless by itself and one column wide. */
static void put_plain(Sanitiser *s, Str plain)
{
	buf_put_str(s->out, plain);
	s->column += plain.len;
	s->marks = 0;
	s->line_is_empty = false;
}

static void put_newline(Sanitiser *s)
{
	if (s->mode == SANITISE_LINE) {
		put(s, ' ');
		return;
	}
	s->return_pending = false;
	buf_putc(s->out, '\n');
	s->line_start = s->out->len;
	s->column = 0;
	s->line_is_empty = true;
}

static void put_tab(Sanitiser *s)
{
	put(s, ' ');
	while (s->mode == SANITISE_BLOCK && s->column % TAB_COLUMNS)
		put(s, ' ');
}

static void put_return(Sanitiser *s, Str rest)
{
	if (rest.len && rest.ptr[0] == '\n')
		return; /* the newline says it all */
	if (s->mode == SANITISE_LINE)
		put(s, ' ');
	else
		s->return_pending = true;
}

static bool in_byte_range(Str s, unsigned first, unsigned last)
{
	return s.len && (unsigned char) s.ptr[0] >= first && (unsigned char) s.ptr[0] <= last;
}

static Str after_range(Str s, unsigned first, unsigned last)
{
	while (in_byte_range(s, first, last))
		s = str_slice(s, 1, s.len);
	return s;
}

/* `rest` stands after CSI: parameters, then one final byte (ECMA-48 5.4). What breaks the form is shown. So is one with intermediate bytes,
 * the cursor's shape at most: they begin with the blank that stands behind a text of somebody else's in a sentence of ours, and a sequence
 * that is cut there must not take our words along. */
static void skip_control_sequence(Sanitiser *s, Str *rest)
{
	Str final = after_range(*rest, 0x30, 0x3F);
	if (in_byte_range(final, 0x40, 0x7E)) {
		*rest = str_slice(final, 1, final.len);
		return;
	}
	if (!in_byte_range(final, 0x20, 0x2F))
		*rest = final;
	put(s, REPLACEMENT);
}

/* `rest` stands after the introducer of a string: drops all up to ST or BEL, if they come before anything that a string
 * cannot hold. */
static void skip_string(Sanitiser *s, Str *rest)
{
	Str ahead = *rest;
	uint32_t c;
	while (utf8_next(&ahead, &c)) {
		bool is_esc_st = c == ESC && ahead.len && ahead.ptr[0] == '\\';
		if (c == BEL || c == STRING_TERMINATOR || is_esc_st) {
			*rest = str_slice(ahead, is_esc_st ? 1 : 0, ahead.len);
			return;
		}
		if (c == ESC || c == CAN || c == SUB || c == '\n' || (c >= 0x80 && c < 0xA0))
			break;
	}
	put(s, REPLACEMENT);
}

static bool introduces_string(uint32_t c1)
{
	return c1 == 0x90 || c1 == 0x98 || c1 == 0x9D || c1 == 0x9E || c1 == 0x9F; /* DCS SOS OSC PM APC */
}

/* An 8-bit control, or the 7-bit pair that stands for it. */
static void take_c1(Sanitiser *s, uint32_t c1, bool was_pair, Str *rest)
{
	if (c1 == 0x9B)
		skip_control_sequence(s, rest);
	else if (introduces_string(c1))
		skip_string(s, rest);
	else if (!was_pair)
		put(s, REPLACEMENT);
}

static void take_escape(Sanitiser *s, Str *rest)
{
	if (in_byte_range(*rest, 0x40, 0x5F)) {
		uint32_t c1 = (unsigned char) rest->ptr[0] + 0x40U;
		*rest = str_slice(*rest, 1, rest->len);
		take_c1(s, c1, true, rest);
		return;
	}
	/* Character sets are chosen by an intermediate byte; a blank is none here, for the reason above. */
	Str final = after_range(*rest, 0x21, 0x2F);
	if (in_byte_range(final, 0x30, 0x7E))
		*rest = str_slice(final, 1, final.len);
	else
		put(s, REPLACEMENT);
}

static void take(Sanitiser *s, uint32_t c, Str *rest)
{
	if (c == '\n')
		put_newline(s);
	else if (c == '\t')
		put_tab(s);
	else if (c == '\r')
		put_return(s, *rest);
	else if (c == ESC)
		take_escape(s, rest);
	else if (c >= 0x80 && c < 0xA0)
		take_c1(s, c, false, rest);
	else if (is_variation_selector(c))
		return;
	else if (c < 0x20 || c == 0x7F || is_deceptive(c))
		put(s, REPLACEMENT);
	else
		put(s, c);
}

void text_sanitise(Str text, SanitiseMode mode, Buf *out)
{
	Sanitiser s = { .mode = mode, .out = out, .line_start = out->len, .line_is_empty = true };
	Str rest = text;
	uint32_t c;
	while (rest.len) {
		size_t plain = s.return_pending ? 0 : text_plain_ascii(rest);
		if (plain) {
			put_plain(&s, str_slice(rest, 0, plain));
			rest = str_slice(rest, plain, rest.len);
		} else if (utf8_next(&rest, &c)) {
			take(&s, c, &rest);
		}
	}
}

char *text_sanitised_line(const char *text)
{
	Buf out = { 0 };
	text_sanitise(str_from(text), SANITISE_LINE, &out);
	return buf_take(&out);
}
