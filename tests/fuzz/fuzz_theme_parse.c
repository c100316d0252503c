/* Any text is a theme or is refused with its place; every look that a theme can give is one that a terminal of that kind has. */
#include "fuzz.h"
#include "tui/theme/theme.h"

static void check_style(Style style, int colours)
{
	int highest = colours < 8 ? -1 : colours - 1;
	BG_ASSERT(style.foreground >= COLOUR_DEFAULT && style.foreground <= highest);
	BG_ASSERT(style.background >= COLOUR_DEFAULT && style.background <= highest);
	BG_ASSERT(style.attributes < 1 << 5);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const int COLOURS[] = { 0, 2, 8, 16, 256 };
	Theme theme = { 0 };
	Error err = { 0 };
	if (!theme_parse("mine", "mine.theme", (Str) { (const char *) data, size }, &theme, &err)) {
		fuzz_refused(&err);
		BG_ASSERT(str_starts(str_from(err.where), "mine.theme"));
		return 0;
	}
	for (size_t i = 0; i < BG_LENGTH(COLOURS); i++)
		for (Role role = 0; role < ROLE_COUNT; role++)
			check_style(theme_style(&theme, role, COLOURS[i]), COLOURS[i]);
	return 0;
}
