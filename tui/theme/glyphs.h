/* glyphs.h: the few signs that screens draw, each in a UTF-8 and an ASCII form of one column.
 * A state is always told by its word too, so a missing font loses nothing. */
#pragma once
#include <stdint.h>

#define GLYPHS(GLYPH) \
	GLYPH(OK, 0x2714, '+') \
	GLYPH(WARN, '!', '!') \
	GLYPH(FAIL, 0x2716, 'X') \
	GLYPH(STALE, '~', '~') \
	GLYPH(UNKNOWN, '?', '?') \
	GLYPH(RUNNING, 0x25b6, '>') \
	GLYPH(WAITING, 0x00b7, '.') \
	GLYPH(DONE, 0x2714, '+') \
	GLYPH(SKIPPED, 0x2212, '-') \
	GLYPH(DOUBT, 0x2260, '#') \
	GLYPH(OPEN, 0x25be, 'v') \
	GLYPH(CLOSED, 0x25b8, '>') \
	GLYPH(BULLET, 0x2022, '*') \
	GLYPH(ARROW, 0x2192, '>') \
	GLYPH(ELLIPSIS, 0x2026, '~') \
	GLYPH(BOX_OFF, 0x2610, '_') \
	GLYPH(BOX_ON, 0x2611, 'x') \
	GLYPH(SCROLL_UP, 0x2191, '^') \
	GLYPH(SCROLL_DOWN, 0x2193, 'v') \
	GLYPH(BAR_FULL, 0x2588, '#') \
	GLYPH(BAR_REST, 0x2591, '-') \
	GLYPH(LINE_H, 0x2500, '-') \
	GLYPH(LINE_V, 0x2502, '|') \
	GLYPH(TEE_DOWN, 0x252c, '+') \
	GLYPH(TEE_UP, 0x2534, '+') \
	GLYPH(TEE_RIGHT, 0x251c, '+') \
	GLYPH(TEE_LEFT, 0x2524, '+') \
	GLYPH(CROSS, 0x253c, '+') \
	GLYPH(CORNER_TL, 0x250c, '+') \
	GLYPH(CORNER_TR, 0x2510, '+') \
	GLYPH(CORNER_BL, 0x2514, '+') \
	GLYPH(CORNER_BR, 0x2518, '+')

typedef enum Glyph {
#define GLYPH(id, utf8, ascii) GLYPH_##id,
	GLYPHS(GLYPH)
#undef GLYPH
	GLYPH_COUNT,
} Glyph;

typedef enum GlyphSet { GLYPHS_UTF8, GLYPHS_ASCII } GlyphSet;

uint32_t glyph_code_point(GlyphSet set, Glyph glyph);
/* The nearest ASCII character of one column for text on a terminal that is not UTF-8; '?' when there is none. */
uint32_t glyph_to_ascii(uint32_t code_point);
