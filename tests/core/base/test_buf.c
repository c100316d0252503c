/* The growable byte string. */
#include "core/base/buf.h"

#include <stdlib.h>

#include "tests/support/support.h"

Test(buf, is_text_from_the_beginning)
{
	AUTO_CLEAR(Buf) buf = { 0 };
	assert_text("never touched", buf_text(&buf), "");
	AUTO_FREE char *taken = buf_take(&buf);
	assert_text("taken", taken, "");
	buf_puts(&buf, NULL);
	cr_assert(buf_str(&buf).len == 0);
}

Test(buf, appends_and_formats)
{
	AUTO_CLEAR(Buf) buf = { 0 };
	buf_puts(&buf, "a");
	buf_putc(&buf, 'b');
	buf_put_str(&buf, STR("cd"));
	buf_append(&buf, "e\0f", 3);
	buf_printf(&buf, "-%d-%s", 7, "x");
	cr_assert(buf.len == 11 && memcmp(buf.data, "abcde\0f-7-x", 12) == 0, "%zu", buf.len);
}

Test(buf, formats_long_texts)
{
	AUTO_CLEAR(Buf) buf = { 0 };
	for (int width = 250; width < 260; width++) {
		buf_truncate(&buf, 0);
		buf_printf(&buf, "[%*d]", width, 1);
		cr_assert(buf.len == (size_t) width + 2 && buf.data[buf.len - 1] == ']' && buf.data[buf.len] == '\0');
	}
}

Test(buf, keeps_its_limit)
{
	AUTO_CLEAR(Buf) buf = { .limit = 5 };
	buf_puts(&buf, "abc");
	buf_puts(&buf, "def");
	cr_assert(buf.overflowed);
	buf_puts(&buf, "g");
	assert_text("what fitted before", buf_text(&buf), "abc");
	buf_clear(&buf);
	buf_printf(&buf, "%s", "12345");
	cr_assert(!buf.overflowed && buf.len == 5);
	buf_printf(&buf, "%0300d", 1);
	cr_assert(buf.overflowed && buf.len == 5);
}

Test(buf, consumes_from_the_front)
{
	AUTO_CLEAR(Buf) buf = { 0 };
	buf_puts(&buf, "one\ntwo\n");
	buf_consume(&buf, 4);
	assert_text("rest", buf_text(&buf), "two\n");
	buf_consume(&buf, 99);
	assert_text("nothing", buf_text(&buf), "");
	buf_truncate(&buf, 7);
	cr_assert(buf.len == 0);
	AUTO_CLEAR(Buf) fresh = { 0 };
	buf_consume(&fresh, 1);
	buf_truncate(&fresh, 0);
}

Test(buf, gives_its_text_away)
{
	Buf buf = { 0 };
	buf_puts(&buf, "mine");
	AUTO_FREE char *text = buf_take(&buf);
	cr_assert(buf.len == 0 && buf.capacity == 0 && !buf.data);
	assert_text("taken", text, "mine");
	buf_puts(&buf, "again");
	buf_clear(&buf);
}
