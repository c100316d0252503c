/* Tests of tui/theme/glyphs.h. */
#include "tui/theme/glyphs.h"

#include "core/base/text.h"
#include "tests/support/support.h"

Test(glyphs, every_glyph_takes_one_column_in_both_sets)
{
	for (int i = 0; i < GLYPH_COUNT; i++) {
		uint32_t sign = glyph_code_point(GLYPHS_UTF8, (Glyph) i), ascii = glyph_code_point(GLYPHS_ASCII, (Glyph) i);
		cr_expect(code_point_width(sign) == 1, "glyph %d U+%04X", i, sign);
		cr_expect(ascii > ' ' && ascii < 0x7f, "glyph %d has no ASCII form", i);
	}
}

Test(glyphs, the_signs_of_different_states_differ_in_ascii_too)
{
	static const Glyph states[] = { GLYPH_OK, GLYPH_WARN, GLYPH_FAIL, GLYPH_STALE, GLYPH_UNKNOWN, GLYPH_RUNNING,
		GLYPH_WAITING, GLYPH_SKIPPED, GLYPH_DOUBT };
	for (size_t i = 0; i < BG_LENGTH(states); i++)
		for (size_t j = i + 1; j < BG_LENGTH(states); j++) {
			cr_expect(glyph_code_point(GLYPHS_ASCII, states[i]) != glyph_code_point(GLYPHS_ASCII, states[j]));
			cr_expect(glyph_code_point(GLYPHS_UTF8, states[i]) != glyph_code_point(GLYPHS_UTF8, states[j]));
		}
}

Test(glyphs, text_of_others_gets_an_ascii_stand_in)
{
	cr_expect(glyph_to_ascii('a') == 'a');
	cr_expect(glyph_to_ascii(0x2714) == '+');
	cr_expect(glyph_to_ascii(0x2019) == '\'');
	cr_expect(glyph_to_ascii(0x4e16) == '?');
}
