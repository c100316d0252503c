/* repeat.c: see repeat.h. */
#include "tests/support/repeat.h"
#include "core/base/text.h"

static void write_part(VTerm *vterm, Str part)
{
	if (part.len)
		(void) vterm_input_write(vterm, part.ptr, part.len);
}

/* Length of the sequence that `bytes` begins with, and its number; 0: it is not REP. */
static size_t read_repeat(Str bytes, int *ret_count)
{
	size_t at = 2;
	*ret_count = 0;
	if (!str_starts(bytes, "\033["))
		return 0;
	for (; at < bytes.len && bytes.ptr[at] >= '0' && bytes.ptr[at] <= '9' && at < 8; at++)
		*ret_count = *ret_count * 10 + bytes.ptr[at] - '0';
	return at < bytes.len && bytes.ptr[at] == 'b' ? at + 1 : 0;
}

void repeat_write(VTerm *vterm, Str bytes)
{
	size_t done = 0, character = 0;
	for (size_t at = 0; at < bytes.len; at++) {
		int count;
		size_t len = read_repeat(str_slice(bytes, at, SIZE_MAX), &count);
		if (((unsigned char) bytes.ptr[at] & 0xc0) != 0x80 && len == 0)
			character = at;
		if (len == 0)
			continue;
		write_part(vterm, str_slice(bytes, done, at - done));
		for (int i = 0; i < count; i++)
			write_part(vterm, str_slice(bytes, character, at - character));
		at += len - 1;
		done = at + 1;
	}
	write_part(vterm, str_slice(bytes, done, SIZE_MAX));
}
