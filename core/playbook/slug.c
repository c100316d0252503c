/* slug.c: anchors as the code host makes them: lower case, blanks to hyphens, everything but letters, digits, "-" and
 * "_" dropped. */
#include "core/playbook/build.h"

char *slug_make(Arena *arena, Str title)
{
	AUTO_CLEAR(Buf) slug = {0};
	for (size_t i = 0; i < title.len; i++) {
		char c = title.ptr[i];
		if (c >= 'A' && c <= 'Z')
			buf_putc(&slug, (char) (c + ('a' - 'A')));
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (unsigned char) c >= 0x80)
			buf_putc(&slug, c);
		else if (c == ' ')
			buf_putc(&slug, '-');
	}
	return arena_str(arena, buf_str(&slug));
}
