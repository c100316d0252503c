/* key.c: names of keys, written and read. */
#include "tui/keys/key.h"
#include <stdio.h>
#include "core/base/buf.h"
#include "core/base/suggest.h"
#include "core/base/text.h"

static const char *const names[KEY_NAME_COUNT] = {
	[KEY_CHARACTER] = "space",
#define KEY(id, text) [KEY_##id] = (text),
	NAMED_KEYS(KEY)
#undef KEY
};

static const struct { const char *prefix; uint8_t bit; } modifiers[] = {
	{ "ctrl-", KEY_CTRL }, { "alt-", KEY_ALT }, { "shift-", KEY_SHIFT },
};

bool key_equal(KeyChord a, KeyChord b)
{
	return a.name == b.name && a.code_point == b.code_point && a.modifiers == b.modifiers;
}

KeyChord key_named(KeyName name)
{
	return (KeyChord){ .name = name };
}

KeyChord key_character(uint32_t code_point)
{
	return (KeyChord){ .name = KEY_CHARACTER, .code_point = code_point };
}

static Str take_modifiers(Str text, uint8_t *ret_bits)
{
	uint8_t bits = 0;
	for (size_t i = 0; i < BG_LENGTH(modifiers); i++) {
		size_t len = strlen(modifiers[i].prefix);
		if (!str_starts_nocase(text, modifiers[i].prefix) || text.len == len)
			continue;
		bits |= modifiers[i].bit;
		text = str_slice(text, len, SIZE_MAX);
	}
	*ret_bits = bits;
	return text;
}

static bool unknown_key(Str text, Error *err)
{
	AUTO_FREE char *word = str_dup(text);
	const char *nearest = suggest_nearest(word, names, KEY_NAME_COUNT);
	error_set(err, ERROR_INVALID, "\"%.*s\" is not a key", STR_ARG(str_slice(text, 0, 40)));
	error_what(err, "read a key name");
	if (nearest)
		return error_hint(err, "did you mean %s?", nearest);
	return error_hint(err, "write one character, or a name such as enter, ctrl-l or pgdn");
}

bool key_parse(Str text, KeyChord *ret_key, Error *err)
{
	KeyChord key = {0};
	Str rest = take_modifiers(text, &key.modifiers);
	for (size_t i = 0; i < KEY_NAME_COUNT; i++) {
		if (!str_eq_nocase(rest, str_from(names[i])))
			continue;
		key.name = (KeyName) i;
		key.code_point = i == KEY_CHARACTER ? ' ' : 0;
		*ret_key = key;
		return true;
	}
	Str after = rest;
	uint32_t code_point = 0;
	bool is_one = utf8_next(&after, &code_point) && after.len == 0 && code_point > ' ' && code_point_width(code_point) > 0;
	bool shift_on_character = key.modifiers & KEY_SHIFT;
	if (!is_one || shift_on_character)
		return unknown_key(text, err);
	if ((key.modifiers & KEY_CTRL) && code_point >= 'A' && code_point <= 'Z')
		code_point += 'a' - 'A';
	key.code_point = code_point;
	*ret_key = key;
	return true;
}

static void append_name(Buf *out, KeyChord key)
{
	if (key.name != KEY_CHARACTER || key.code_point == ' ')
		buf_puts(out, names[key.name]);
	else
		utf8_append(out, key.code_point);
}

const char *key_format(KeyChord key, char text[static KEY_TEXT_SIZE])
{
	AUTO_CLEAR(Buf) out = {0};
	for (size_t i = 0; i < BG_LENGTH(modifiers); i++)
		if (key.modifiers & modifiers[i].bit)
			buf_puts(&out, modifiers[i].prefix);
	append_name(&out, key);
	snprintf(text, KEY_TEXT_SIZE, "%s", buf_text(&out));
	return text;
}

const char *key_format_short(KeyChord key, char text[static KEY_TEXT_SIZE])
{
	AUTO_CLEAR(Buf) out = {0};
	if (key.modifiers & KEY_CTRL)
		buf_puts(&out, "^");
	if (key.modifiers & KEY_ALT)
		buf_puts(&out, "Alt-");
	if (key.modifiers & KEY_SHIFT)
		buf_puts(&out, "Shift-");
	size_t start = out.len;
	append_name(&out, key);
	char *first = out.data + start;
	bool is_word = key.name != KEY_CHARACTER || key.code_point == ' ';
	if ((is_word || (key.modifiers & KEY_CTRL)) && *first >= 'a' && *first <= 'z')
		*first = (char) (*first - 'a' + 'A');
	snprintf(text, KEY_TEXT_SIZE, "%s", buf_text(&out));
	return text;
}

bool key_types(KeyChord key, uint32_t *ret_code_point)
{
	if (key.name != KEY_CHARACTER || key.modifiers || key.code_point < ' ')
		return false;
	*ret_code_point = key.code_point;
	return true;
}
