/* UTF-8, widths and shell quoting. */
#include <stdlib.h>

#include "core/base/text.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

static const struct { const char *name, *text; bool valid; } encodings[] = {
	{ "empty", "", true },
	{ "ASCII", "abc", true },
	{ "two bytes", "\xc2\x80\xdf\xbf", true },
	{ "three bytes", "\xe0\xa0\x80\xef\xbf\xbf", true },
	{ "four bytes", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true },
	{ "overlong two", "\xc0\x80", false },
	{ "overlong two, high", "\xc1\xbf", false },
	{ "overlong three", "\xe0\x9f\xbf", false },
	{ "overlong four", "\xf0\x8f\xbf\xbf", false },
	{ "first surrogate", "\xed\xa0\x80", false },
	{ "last surrogate", "\xed\xbf\xbf", false },
	{ "beyond Unicode", "\xf4\x90\x80\x80", false },
	{ "five bytes", "\xf8\x88\x80\x80\x80", false },
	{ "continuation alone", "\x80", false },
	{ "cut", "\xe2\x82", false },
	{ "broken by ASCII", "\xe2" "a\xac", false },
};

Test(text, knows_valid_utf8)
{
	for (size_t i = 0; i < BG_LENGTH(encodings); i++)
		cr_assert(utf8_is_valid(str_from(encodings[i].text)) == encodings[i].valid, "%s", encodings[i].name);
}

Test(text, decodes_what_it_encodes)
{
	for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
		AUTO_CLEAR(Buf) text = { 0 };
		uint32_t back;
		utf8_append(&text, c);
		Str rest = buf_str(&text);
		bool surrogate = c >= 0xD800 && c <= 0xDFFF;
		cr_assert(utf8_next(&rest, &back) && rest.len == 0 && back == (surrogate ? 0xFFFD : c), "U+%04X", (unsigned) c);
	}
}

Test(text, steps_over_invalid_bytes_one_by_one)
{
	Str rest = STR("\xe2\x82z");
	uint32_t c;
	cr_assert(utf8_next(&rest, &c) && c == 0xFFFD && rest.len == 2);
	cr_assert(utf8_next(&rest, &c) && c == 0xFFFD && rest.len == 1);
	cr_assert(utf8_next(&rest, &c) && c == 'z');
	cr_assert(!utf8_next(&rest, &c));
}

static const struct { uint32_t code_point; int width; } widths[] = {
	{ 0x00, -1 }, { 0x1F, -1 }, { 0x20, 1 }, { 0x7E, 1 }, { 0x7F, -1 }, { 0x9F, -1 }, { 0xA0, 1 }, { 0xAD, 1 },
	{ 0x300, 0 }, { 0x36F, 0 }, { 0x1160, 0 }, { 0x1100, 2 }, { 0x200B, 0 }, { 0x200D, 0 }, { 0x2014, 1 }, { 0x2500, 1 }, { 0x25CF, 1 },
	{ 0x2713, 1 }, { 0x26A0, 1 }, { 0x26A1, 2 }, { 0x2728, 2 }, { 0x3000, 2 }, { 0x4E00, 2 }, { 0xAC00, 2 }, { 0xD7A3, 2 }, { 0xFE0F, 0 },
	{ 0xFF01, 2 }, { 0xFFFD, 1 }, { 0x1F600, 2 }, { 0x20000, 2 }, { 0xE0001, 0 }, { 0x10FFFF, 1 },
};

Test(text, knows_the_columns_of_a_character)
{
	for (size_t i = 0; i < BG_LENGTH(widths); i++)
		cr_assert(code_point_width(widths[i].code_point) == widths[i].width, "U+%04X", (unsigned) widths[i].code_point);
}

static const struct { const char *text; size_t columns, bytes, width; } fits[] = {
	{ "hello", 5, 5, 5 },
	{ "hello", 3, 3, 3 },
	{ "hello", 0, 0, 0 },
	{ "", 4, 0, 0 },
	{ "\xe6\x97\xa5\xe6\x9c\xac", 4, 6, 4 },
	{ "\xe6\x97\xa5\xe6\x9c\xac", 3, 3, 2 },
	{ "\xe6\x97\xa5\xe6\x9c\xac", 1, 0, 0 },
	{ "e\xcc\x81x", 1, 3, 1 },
	{ "a\tb", 2, 2, 2 },
};

Test(text, fits_into_columns)
{
	for (size_t i = 0; i < BG_LENGTH(fits); i++) {
		size_t width = 99;
		cr_assert(text_fit(str_from(fits[i].text), fits[i].columns, &width) == fits[i].bytes, "%s", fits[i].text);
		cr_assert(width == fits[i].width, "%s", fits[i].text);
	}
	cr_assert(text_width(STR("a\xe6\x97\xa5" "e\xcc\x81")) == 4);
}

static const struct { const char *text, *quoted; } words[] = {
	{ "plain-word_1.2:/=@%+,", "plain-word_1.2:/=@%+," },
	{ "", "''" },
	{ "two words", "'two words'" },
	{ "it's", "'it'\\''s'" },
	{ "'", "''\\'''" },
	{ "$HOME `id` $(id)", "'$HOME `id` $(id)'" },
	{ "a\nb", "'a\nb'" },
	{ "~root", "'~root'" },
	{ "*?[x]", "'*?[x]'" },
	{ "\xc3\xa9", "'\xc3\xa9'" },
	{ "\\", "'\\'" },
	{ "--flag", "--flag" },
};

Test(text, quotes_for_the_shell)
{
	for (size_t i = 0; i < BG_LENGTH(words); i++) {
		AUTO_CLEAR(Buf) out = { 0 };
		shell_quote(str_from(words[i].text), &out);
		assert_text(words[i].text, buf_text(&out), words[i].quoted);
	}
}

Test(text, quotes_so_that_a_real_shell_agrees)
{
	for (size_t i = 0; i < BG_LENGTH(words); i++) {
		AUTO_CLEAR(Buf) script = { 0 };
		buf_puts(&script, "printf %s ");
		shell_quote(str_from(words[i].text), &script);
		const char *argv[] = { "sh", "-c", buf_text(&script), NULL };
		AUTO_CLEAR(ProgramRun) run = { 0 };
		run_program(argv, NULL, NULL, &run);
		assert_text(words[i].text, buf_text(&run.out), words[i].text);
	}
}
