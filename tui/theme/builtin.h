/* builtin.h: the theme files of themes/, compiled in by embed.sh so that the program needs no file to start. */
#pragma once
#include <stddef.h>

typedef struct BuiltinTheme { const char *name, *text; } BuiltinTheme;

extern const BuiltinTheme builtin_themes[];
extern const size_t builtin_theme_count;
