/* Whatever goes in, what comes out is valid, holds nothing that a terminal obeys, and is not changed by a second
 * pass. */
#include "core/base/alloc.h"
#include "core/base/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(Str text, SanitiseMode mode)
{
	AUTO_CLEAR(Buf) once = { 0 };
	AUTO_CLEAR(Buf) twice = { 0 };
	text_sanitise(text, mode, &once);
	BG_ASSERT(utf8_is_valid(buf_str(&once)));
	Str rest = buf_str(&once);
	uint32_t c;
	while (utf8_next(&rest, &c))
		BG_ASSERT(code_point_width(c) >= 0 || (c == '\n' && mode == SANITISE_BLOCK));
	text_sanitise(buf_str(&once), mode, &twice);
	BG_ASSERT(str_eq(buf_str(&once), buf_str(&twice)));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str text = { (const char *) data, size };
	check(text, SANITISE_LINE);
	check(text, SANITISE_BLOCK);
	return 0;
}
