/* Tests of tui/keys/key.h. */
#include "tui/keys/key.h"

#include "tests/support/support.h"

Test(key, names_are_read_and_written_back)
{
	static const struct { const char *text, *canonical, *short_form; } cases[] = {
		{ "ctrl-l", "ctrl-l", "^L" }, { "Ctrl-L", "ctrl-l", "^L" }, { "enter", "enter", "Enter" }, { "G", "G", "G" },
		{ "g", "g", "g" }, { "space", "space", "Space" }, { "alt-x", "alt-x", "Alt-x" }, { "f5", "f5", "F5" },
		{ "shift-tab", "shift-tab", "Shift-Tab" }, { "?", "?", "?" }, { "-", "-", "-" }, { "ctrl--", "ctrl--", "^-" },
		{ "ctrl-alt-delete", "ctrl-alt-delete", "^Alt-Delete" }, { "é", "é", "é" }, { "ctrl-space", "ctrl-space", "^Space" },
		{ "pgdn", "pgdn", "Pgdn" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		KeyChord key;
		Error err = {0};
		char text[KEY_TEXT_SIZE];
		assert_ok(key_parse(str_from(cases[i].text), &key, &err), &err);
		assert_text(cases[i].text, key_format(key, text), cases[i].canonical);
		assert_text(cases[i].text, key_format_short(key, text), cases[i].short_form);
	}
}

Test(key, what_is_no_key_is_refused)
{
	static const struct { const char *text, *hint; } cases[] = {
		{ "entre", "did you mean enter?" }, { "", "write one character" }, { "abc", "write one" }, { "shift-x", "write one" },
		{ "\033", "write one" }, { "ctrl-", "write one" }, { "\xff\xfe", "write one" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		KeyChord key;
		Error err = {0};
		assert_refused(key_parse(str_from(cases[i].text), &key, &err), &err, ERROR_INVALID, "is not a key");
		cr_expect(strstr(err.hint, cases[i].hint), "%s: %s", cases[i].text, err.hint);
	}
}

Test(key, only_plain_characters_type)
{
	uint32_t typed = 0;
	cr_expect(key_types(key_character('x'), &typed) && typed == 'x');
	cr_expect(!key_types(key_named(KEY_ENTER), &typed));
	cr_expect(!key_types((KeyChord){ .name = KEY_CHARACTER, .code_point = 'x', .modifiers = KEY_CTRL }, &typed));
}
