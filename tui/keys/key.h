/* key.h: one key press, and its name: "ctrl-l", "enter", "G", "space", "alt-x", "f5".
 * A character key is its code point as typed, so shift shows in the character itself, not in the modifiers. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/str.h"

#define NAMED_KEYS(KEY) \
	KEY(ENTER, "enter") \
	KEY(ESC, "esc") \
	KEY(TAB, "tab") \
	KEY(BACKSPACE, "backspace") \
	KEY(DELETE, "delete") \
	KEY(INSERT, "insert") \
	KEY(UP, "up") \
	KEY(DOWN, "down") \
	KEY(LEFT, "left") \
	KEY(RIGHT, "right") \
	KEY(HOME, "home") \
	KEY(END, "end") \
	KEY(PAGE_UP, "pgup") \
	KEY(PAGE_DOWN, "pgdn") \
	KEY(F1, "f1") \
	KEY(F2, "f2") \
	KEY(F3, "f3") \
	KEY(F4, "f4") \
	KEY(F5, "f5") \
	KEY(F6, "f6") \
	KEY(F7, "f7") \
	KEY(F8, "f8") \
	KEY(F9, "f9") \
	KEY(F10, "f10") \
	KEY(F11, "f11") \
	KEY(F12, "f12")

typedef enum KeyName {
	KEY_CHARACTER,         /* `code_point` says which */
#define KEY(id, name) KEY_##id,
	NAMED_KEYS(KEY)
#undef KEY
	KEY_NAME_COUNT,
} KeyName;

enum { KEY_CTRL = 1 << 0, KEY_ALT = 1 << 1, KEY_SHIFT = 1 << 2 };

typedef struct KeyChord {
	KeyName name;
	uint32_t code_point;   /* lower case under KEY_CTRL; 0 for a named key */
	uint8_t modifiers;     /* KEY_*; KEY_SHIFT only on named keys */
} KeyChord;

#define KEY_TEXT_SIZE 32
bool key_equal(KeyChord a, KeyChord b);
KeyChord key_named(KeyName name);
KeyChord key_character(uint32_t code_point);
/* False with an Error that gives the nearest key name. */
BG_CHECK bool key_parse(Str text, KeyChord *ret_key, Error *err);
/* The text that key_parse() reads back. Returns `text`. */
const char *key_format(KeyChord key, char text[static KEY_TEXT_SIZE]);
/* As people write it on screens: "Enter", "Esc", "^L", "G", "Space". Returns `text`. */
const char *key_format_short(KeyChord key, char text[static KEY_TEXT_SIZE]);
/* The character that the key types into an input line; false for keys that type nothing. */
bool key_types(KeyChord key, uint32_t *ret_code_point);
