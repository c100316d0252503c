/* glyphs.c: the glyph tables, and the stand-ins for signs that playbooks and systems print. */
#include "tui/theme/glyphs.h"
#include <stddef.h>
#include "core/base/attributes.h"

static const uint32_t code_points[2][GLYPH_COUNT] = {
#define GLYPH(id, utf8, ascii) [GLYPH_##id] = (utf8),
	[GLYPHS_UTF8] = { GLYPHS(GLYPH) },
#undef GLYPH
#define GLYPH(id, utf8, ascii) [GLYPH_##id] = (ascii),
	[GLYPHS_ASCII] = { GLYPHS(GLYPH) },
#undef GLYPH
};

/* Typographic signs that our own screens and ordinary documents use, besides the glyphs above. */
static const struct { uint32_t from; char to; } stand_ins[] = {
	{ 0x00a0, ' ' }, { 0x00d7, 'x' }, { 0x2010, '-' }, { 0x2011, '-' }, { 0x2012, '-' }, { 0x2013, '-' },
	{ 0x2014, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201c, '"' }, { 0x201d, '"' }, { 0x2190, '<' },
	{ 0x21d2, '>' }, { 0x2264, '<' }, { 0x2265, '>' }, { 0x2713, '+' }, { 0x2717, 'X' }, { 0x26a0, '!' },
	{ 0x00b5, 'u' }, { 0x2705, '+' }, { 0x274c, 'X' },
};

uint32_t glyph_code_point(GlyphSet set, Glyph glyph)
{
	return code_points[set][glyph];
}

uint32_t glyph_to_ascii(uint32_t code_point)
{
	if (code_point < 0x80)
		return code_point;
	for (size_t i = 0; i < GLYPH_COUNT; i++)
		if (code_points[GLYPHS_UTF8][i] == code_point)
			return code_points[GLYPHS_ASCII][i];
	for (size_t i = 0; i < BG_LENGTH(stand_ins); i++)
		if (stand_ins[i].from == code_point)
			return (uint32_t) stand_ins[i].to;
	return '?';
}
