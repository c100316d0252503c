/* The sanitiser: what a terminal would obey is gone, what would fool a reader is visible, and honest text is
 * untouched. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tests/support/support.h"

#define MARK "\xef\xbf\xbd" /* U+FFFD */

typedef struct Case { const char *name, *input, *line, *block; } Case;

static const Case cases[] = {
	{ "plain text", "backup ok: 12 files", "backup ok: 12 files", "backup ok: 12 files" },
	{ "letters of the world", "Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", "Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
		"Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80" },
	{ "newlines", "a\nb\r\nc", "a b c", "a\nb\nc" },
	{ "a return starts the line again", " 10%\r100%", " 10% 100%", "100%" },
	{ "a return at the end keeps what stands there", "90%\r", "90% ", "90%" },
	{ "several returns before a newline", "x\r\r\ny", "x  y", "x\ny" },
	{ "a return works on its own line only", "one\ntwo\rTWO", "one two TWO", "one\nTWO" },
	{ "tabs", "a\tb", "a b", "a       b" },
	{ "tabs count columns, not bytes", "\xe6\x97\xa5\tb", "\xe6\x97\xa5 b", "\xe6\x97\xa5      b" },
	{ "tab at a stop", "12345678\tb", "12345678 b", "12345678        b" },
	{ "colours", "\x1b[1;31mred\x1b[0m", "red", "red" },
	{ "colours with colons", "\x1b[38:2::1:2:3mred\x1b[m", "red", "red" },
	{ "cursor moves", "a\x1b[2J\x1b[H\x1b[?25lb", "ab", "ab" },
	{ "intermediate bytes are shown, not obeyed", "a\x1b[0 qb", "a" MARK "0 qb", "a" MARK "0 qb" },
	{ "a cut sequence leaves the words behind it", "a\x1b[31 by eve", "a" MARK "31 by eve", "a" MARK "31 by eve" },
	{ "a cut introducer leaves the words behind it", "a\x1b[ (by eve)", "a" MARK " (by eve)", "a" MARK " (by eve)" },
	{ "a cut escape leaves the words behind it", "a\x1b (by eve)", "a" MARK " (by eve)", "a" MARK " (by eve)" },
	{ "a broken control sequence is marked", "a\x1b[31\xc3\xa9", "a" MARK "\xc3\xa9", "a" MARK "\xc3\xa9" },
	{ "a control sequence that never ends", "a\x1b[31", "a" MARK, "a" MARK },
	{ "an escape inside a control sequence", "a\x1b[3\x1b[1mb", "a" MARK "b", "a" MARK "b" },
	{ "title, ended by BEL", "a\x1b]0;pwned\x07" "b", "ab", "ab" },
	{ "title, ended by ST", "a\x1b]0;pwned\x1b\\b", "ab", "ab" },
	{ "title, ended by 8-bit ST", "a\x1b]0;pwned\xc2\x9c" "b", "ab", "ab" },
	{ "hyperlink", "\x1b]8;;http://evil/\x1b\\good\x1b]8;;\x1b\\", "good", "good" },
	{ "clipboard", "\x1b]52;c;ZXZpbA==\x07", "", "" },
	{ "device control", "a\x1bP1$r0m\x1b\\b", "ab", "ab" },
	{ "application command", "a\x1b_Gx\x1b\\b", "ab", "ab" },
	{ "privacy message", "a\x1b^x\x1b\\b", "ab", "ab" },
	{ "start of string", "a\x1bXx\x1b\\b", "ab", "ab" },
	{ "a string that never ends hides nothing", "a\x1b]0;rest", "a" MARK "0;rest", "a" MARK "0;rest" },
	{ "a string ends at the newline at the latest", "a\x1b]0;x\ny\x07", "a" MARK "0;x y" MARK, "a" MARK "0;x\ny" MARK },
	{ "a new sequence inside a string", "\x1b]0;x\x1b[1my\x07", MARK "0;xy" MARK, MARK "0;xy" MARK },
	{ "8-bit control sequence", "a\xc2\x9b" "31mb", "ab", "ab" },
	{ "8-bit title", "a\xc2\x9d" "0;x\x07" "b", "ab", "ab" },
	{ "8-bit device control", "a\xc2\x90x\xc2\x9c" "b", "ab", "ab" },
	{ "8-bit next line", "a\xc2\x85" "b", "a" MARK "b", "a" MARK "b" },
	{ "8-bit string terminator alone", "a\xc2\x9c" "b", "a" MARK "b", "a" MARK "b" },
	{ "two-byte escapes", "a\x1b" "7\x1b" "8\x1b" "c\x1bM\x1b=b", "ab", "ab" },
	{ "character sets", "a\x1b(0b\x1b(B\x1b%Gc", "abc", "abc" },
	{ "escape at the end", "a\x1b", "a" MARK, "a" MARK },
	{ "escape before a letter of the world", "\x1b\xc3\xa9", MARK "\xc3\xa9", MARK "\xc3\xa9" },
	{ "escape before a newline", "\x1b\nx", MARK " x", MARK "\nx" },
	{ "control bytes", "a\x01\x07\x08\x0b\x0c\x7f" "b", "a" MARK MARK MARK MARK MARK MARK "b", "a" MARK MARK MARK MARK MARK MARK "b" },
	{ "right-to-left override", "user\xe2\x80\xaetxt.exe", "user" MARK "txt.exe", "user" MARK "txt.exe" },
	{ "isolates", "\xe2\x81\xa6x\xe2\x81\xa9", MARK "x" MARK, MARK "x" MARK },
	{ "direction marks", "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", MARK MARK MARK, MARK MARK MARK },
	{ "zero width", "pa\xe2\x80\x8bss\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbf\xc2\xad", "pa" MARK "ss" MARK MARK MARK MARK,
		"pa" MARK "ss" MARK MARK MARK MARK },
	{ "tag characters", "x\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf", "x" MARK MARK, "x" MARK MARK },
	{ "supplementary variation selector", "x\xf3\xa0\x84\x80", "x" MARK, "x" MARK },
	{ "variation selectors are dropped", "\xe2\x9a\xa0\xef\xb8\x8f!", "\xe2\x9a\xa0!", "\xe2\x9a\xa0!" },
	{ "line and paragraph separators", "a\xe2\x80\xa8\xe2\x80\xa9" "b", "a" MARK MARK "b", "a" MARK MARK "b" },
	{ "noncharacters", "\xef\xbf\xbe\xf4\x8f\xbf\xbf", MARK MARK, MARK MARK },
	{ "Hangul filler", "a\xe3\x85\xa4" "b", "a" MARK "b", "a" MARK "b" },
	{ "invalid UTF-8", "a\xff\xc0\x80\xed\xa0\x80z", "a" MARK MARK MARK MARK MARK MARK "z", "a" MARK MARK MARK MARK MARK MARK "z" },
	{ "a cut character", "a\xe2\x82", "a" MARK MARK, "a" MARK MARK },
	{ "accents", "e\xcc\x81" "a", "e\xcc\x81" "a", "e\xcc\x81" "a" },
	{ "an accent with nothing below it", "\xcc\x81x", MARK "x", MARK "x" },
	{ "an accent at the start of a line", "x\n\xcc\x81", "x \xcc\x81", "x\n" MARK },
	{ "a tower of accents", "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81z", "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81z",
		"a\xcc\x81\xcc\x81\xcc\x81\xcc\x81z" },
};

static void check(const Case *c, SanitiseMode mode, const char *expected)
{
	AUTO_CLEAR(Buf) out = { 0 };
	buf_puts(&out, "[");
	text_sanitise(str_from(c->input), mode, &out);
	AUTO_FREE char *whole = bg_asprintf("[%s", expected);
	assert_text(c->name, buf_text(&out), whole);
}

Test(sanitise, leaves_nothing_that_a_terminal_obeys)
{
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		check(&cases[i], SANITISE_LINE, cases[i].line);
		check(&cases[i], SANITISE_BLOCK, cases[i].block);
	}
}

Test(sanitise, marks_nul_bytes)
{
	AUTO_CLEAR(Buf) out = { 0 };
	text_sanitise((Str) { "a\0b", 3 }, SANITISE_LINE, &out);
	assert_text("NUL", buf_text(&out), "a" MARK "b");
}

Test(sanitise, gives_an_owned_line)
{
	AUTO_FREE char *line = text_sanitised_line("a\x1b[1m\nb");
	assert_text("line", line, "a b");
	AUTO_FREE char *nothing = text_sanitised_line(NULL);
	assert_text("NULL", nothing, "");
}

/* Every code point by itself: no control, no byte that is not valid, never wider than a terminal would show it. */
Test(sanitise, holds_for_every_code_point)
{
	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		AUTO_CLEAR(Buf) in = { 0 };
		AUTO_CLEAR(Buf) out = { 0 };
		buf_putc(&in, 'x');
		utf8_append(&in, c);
		text_sanitise(buf_str(&in), SANITISE_LINE, &out);
		cr_assert(utf8_is_valid(buf_str(&out)), "U+%04X", (unsigned) c);
		Str rest = buf_str(&out);
		uint32_t shown;
		while (utf8_next(&rest, &shown))
			cr_assert(code_point_width(shown) >= 0, "U+%04X leaves U+%04X", (unsigned) c, (unsigned) shown);
	}
}

/* Inputs made to send a careless parser back to the start again and again. Should one be quadratic, this takes hours
 * and the runner ends it. */
Test(sanitise, takes_time_by_length_only)
{
	static const char *const pieces[] = { "\x1b]", "\xc2\x9d", "\x1b[", "\x1b", "a\r", "\xcc\x81", "\x1b]a\x1b[1", "\x1bP\x1b", "\xc2\x90x" };
	for (size_t i = 0; i < BG_LENGTH(pieces); i++) {
		AUTO_CLEAR(Buf) in = { 0 };
		while (in.len < (2U << 20))
			buf_puts(&in, pieces[i]);
		AUTO_CLEAR(Buf) out = { 0 };
		text_sanitise(buf_str(&in), SANITISE_BLOCK, &out);
		cr_assert(out.len <= 3 * in.len);
	}
}
