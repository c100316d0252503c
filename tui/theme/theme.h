/* theme.h: how each role looks. A Theme is a plain value of bounded size; the built-in ones are compiled in from themes/.
 * Each role has a style in 16 colours, which is always complete, and may have a second one for terminals with 256. */
#pragma once
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/str.h"
#include "tui/theme/roles.h"

enum {
	STYLE_BOLD = 1 << 0,
	STYLE_UNDERLINE = 1 << 1,
	STYLE_REVERSE = 1 << 2,
	STYLE_DIM = 1 << 3,
	STYLE_ITALIC = 1 << 4,
};

#define COLOUR_DEFAULT (-1)

typedef struct Style {
	int16_t foreground;   /* COLOUR_DEFAULT, 0 to 15, or up to 255 in a rich style */
	int16_t background;
	uint8_t attributes;   /* STYLE_* */
} Style;

#define THEME_NAME_SIZE 32
typedef struct Theme {
	char name[THEME_NAME_SIZE];
	Style basic[ROLE_COUNT];      /* 16 colours */
	Style rich[ROLE_COUNT];       /* 256 colours; equal to basic where the file says nothing else */
	bool given[ROLE_COUNT];       /* the file had a line for it; the others look like `text` */
} Theme;

/* Largest theme file that is read. */
#define THEME_MAX_BYTES (64 * 1024)

/* Reads lines `role = foreground on background, bold underline` and `role/256 = ...`; `#` begins a comment.
 * `file` names the place in errors ("file:line: ..."). Writes *ret_theme only on success. */
BG_CHECK bool theme_parse(const char *name, const char *file, Str text, Theme *ret_theme, Error *err);
/* `name_or_path`: a built-in name, or with a "/" or ".theme" in it the path of a file. */
BG_CHECK bool theme_load(const char *name_or_path, Theme *ret_theme, Error *err);
/* The theme for a console: NO_COLOR (set and not empty) wins, then `wanted`, then "dark". */
BG_CHECK bool theme_choose(const char *wanted, const char *no_color, Theme *ret_theme, Error *err);

size_t theme_builtin_count(void);
const char *theme_builtin_name(size_t index);   /* static; index < theme_builtin_count() */
Str theme_builtin_text(size_t index);           /* static */
bool theme_uses_colour(const Theme *theme);

/* The style of `role` on a terminal with `colours` colours (0 or 2 give attributes only; 8 fold bright ones into bold). */
Style theme_style(const Theme *theme, Role role, int colours);
