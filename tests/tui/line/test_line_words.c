/* test_line_words.c: screens' text as plain lines: nothing told by a sign or a colour alone, nothing that a terminal obeys. */
#include "tui/line/words.h"

#include "tests/support/support.h"

typedef struct Part { Role role; const char *text; } Part;
typedef struct Case { const char *name; Part parts[4]; const char *utf8, *ascii; } Case;

static const Case cases[] = {
	{ "signs that stand for a state become words", { { ROLE_OK, "\xe2\x9c\x94 signed by ann\n" }, { ROLE_FAIL, "\xe2\x9c\x96 bob\n" } },
		"ok: signed by ann\nNO: bob\n", "ok: signed by ann\nNO: bob\n" },
	{ "at the beginning of a line only, where they are ordinary characters", { { ROLE_WARN, "! 2  Pause it! Now\n" }, { ROLE_WARN, "  ? is it so?\n" } },
		"warning: 2  Pause it! Now\n  question: is it so?\n", "warning: 2  Pause it! Now\n  question: is it so?\n" },
	{ "the old and the new value are told apart", { { ROLE_CHANGED, "address " }, { ROLE_REMOVED, "a.example\n" }, { ROLE_MUTED, "  \xe2\x86\x92 " },
		{ ROLE_ADDED, "b.example\n" } }, "address from a.example\n  to b.example\n", "address from a.example\n  to b.example\n" },
	{ "what is literal stays as it is", { { ROLE_CODE, "! echo \xe2\x9c\x94\n" }, { ROLE_OUTPUT, "\xe2\x86\x92 x\n" } },
		"! echo \xe2\x9c\x94\n\xe2\x86\x92 x\n", "! echo +\n> x\n" },
	{ "what nobody may print is made harmless", { { ROLE_OUTPUT, "a\033[31mred\033[0m\007b\n" }, { ROLE_TEXT, "c\033]0;t\007d" } },
		"ared\xef\xbf\xbd" "b\ncd", "ared?b\ncd" },
};

Test(line_words, tells_signs_as_words)
{
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Styled) text = { 0 };
		AUTO_CLEAR(Buf) utf8 = { 0 };
		AUTO_CLEAR(Buf) ascii = { 0 };
		for (size_t p = 0; p < BG_LENGTH(cases[i].parts) && cases[i].parts[p].text; p++)
			styled_add(&text, cases[i].parts[p].role, cases[i].parts[p].text);
		words_write(&text, true, 0, &utf8);
		words_write(&text, false, 0, &ascii);
		assert_text(cases[i].name, buf_text(&utf8), cases[i].utf8);
		assert_text(cases[i].name, buf_text(&ascii), cases[i].ascii);
	}
}

Test(line_words, leaves_only_printable_bytes_of_any_text)
{
	AUTO_CLEAR(Buf) all = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	for (int byte = 0; byte < 256; byte++)
		buf_putc(&all, (char) byte);
	words_clean(buf_str(&all), false, &out);
	for (size_t i = 0; i < out.len; i++)
		cr_expect(out.data[i] == '\n' || (out.data[i] >= ' ' && out.data[i] < 127), "byte %zu is %d", i, out.data[i]);
}

Test(line_words, breaks_lines_between_words_and_leaves_what_is_literal)
{
	AUTO_CLEAR(Styled) text = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	styled_add(&text, ROLE_TEXT, "One two three four five.\n\n  Six seven eight nine ten.\n2. There: ");
	styled_add(&text, ROLE_CODE, "ssh-keygen -Y sign -f KEY FILE\n");
	styled_add(&text, ROLE_TEXT, "Eleven ");
	styled_add(&text, ROLE_CODE, "twelve");
	styled_add(&text, ROLE_TEXT, " thirteen");
	words_write(&text, true, 16, &out);
	assert_text("wrapped", buf_text(&out), "One two three\n  four five.\n\n  Six seven\n    eight nine\n    ten.\n"
		"2. There: ssh-keygen -Y sign -f KEY FILE\nEleven twelve\n  thirteen");
}
