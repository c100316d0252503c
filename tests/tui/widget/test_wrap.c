/* Tests of tui/widget/wrap.h. */
#include "tui/widget/wrap.h"

#include "core/base/buf.h"
#include "tests/support/support.h"

Test(wrap, text_breaks_at_blanks_and_nothing_is_lost)
{
	static const struct { const char *text; int columns; const char *expected; } cases[] = {
		{ "pause the pipeline first", 10, "pause the|pipeline|first|" },
		{ "exactly ten", 11, "exactly ten|" },
		{ "abcdefghij", 4, "abcd|efgh|ij|" },
		{ "a\n\nb\n", 10, "a||b|" },
		{ "  indented text", 10, "  indented|text|" },
		{ "        indented", 5, "|inden|ted|" },
		{ "word  \nnext", 4, "word|next|" },
		{ "世界 世界", 5, "世界|世界|" },
		{ "世", 1, "世|" },
		{ "e\xcc\x81tude", 3, "e\xcc\x81tu|de|" },
		{ "", 10, "" },
		{ "text", 0, "" },
		{ "text", -3, "" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Buf) out = {0};
		Str rest = str_from(cases[i].text), line;
		for (int lines = 0; lines < 50 && wrap_next(&rest, cases[i].columns, &line); lines++)
			buf_printf(&out, "%.*s|", STR_ARG(line));
		assert_text(cases[i].text, buf_text(&out), cases[i].expected);
	}
}

Test(wrap, lines_are_counted_without_drawing_them)
{
	cr_expect(wrap_count(STR("one two three"), 5) == 3);
	cr_expect(wrap_count(STR(""), 5) == 0);
}

static size_t without_blanks(Str text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] != ' ';
	return count;
}

/* As an action prints that shows its progress with dots: no newline for a long time. */
Test(wrap, a_line_is_cut_alike_whatever_follows_it)
{
	AUTO_CLEAR(Buf) text = {0};
	for (int i = 0; i < 3000; i++)
		buf_puts(&text, i % 7 ? "." : "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84 ");
	Str rest = buf_str(&text), line;
	size_t shown = 0;
	while (wrap_next(&rest, 9, &line)) {
		Str alone = line, again;
		cr_assert(wrap_next(&alone, 9, &again) && str_eq(line, again));
		shown += without_blanks(line);
	}
	cr_expect(shown == without_blanks(buf_str(&text)), "%zu bytes", shown);
	buf_truncate(&text, 0);
	buf_puts(&text, "word");
	for (int i = 0; i < 3000; i++)
		buf_putc(&text, ' ');
	buf_puts(&text, "\nnext");
	cr_expect(wrap_count(buf_str(&text), 9) == 2, "blanks at the end make no line");
}
