/* theme.c: choosing a theme and asking it for styles. The text format is read in theme_parse.c. */
#include "tui/theme/theme.h"
#include <stdio.h>
#include "core/base/file.h"
#include "core/base/suggest.h"
#include "tui/theme/builtin.h"

static const struct { const char *name, *purpose; } roles[ROLE_COUNT] = {
#define ROLE(id, name_text, purpose_text) [ROLE_##id] = { .name = name_text, .purpose = purpose_text },
	THEME_ROLES(ROLE)
#undef ROLE
};

const char *role_name(Role role)
{
	return roles[role].name;
}

const char *role_purpose(Role role)
{
	return roles[role].purpose;
}

size_t theme_builtin_count(void)
{
	return builtin_theme_count;
}

const char *theme_builtin_name(size_t index)
{
	return builtin_themes[index].name;
}

Str theme_builtin_text(size_t index)
{
	return str_from(builtin_themes[index].text);
}

static bool load_file(const char *path, Theme *ret_theme, Error *err)
{
	AUTO_CLEAR(Buf) text = {0};
	if (!file_read(path, THEME_MAX_BYTES, &text, err))
		return error_what(err, "read the theme %s", path);
	Str base = str_from(path_base(path));
	if (str_ends(base, ".theme"))
		base.len -= strlen(".theme");
	AUTO_FREE char *name = str_dup(base);
	return theme_parse(name, path, buf_str(&text), ret_theme, err);
}

static bool unknown_theme(const char *name, Error *err)
{
	const char *names[16];
	size_t count = 0;
	for (; count < builtin_theme_count && count < BG_LENGTH(names); count++)
		names[count] = builtin_themes[count].name;
	const char *nearest = suggest_nearest(name, names, count);
	error_set(err, ERROR_MISSING, "there is no theme named \"%.40s\"", name);
	error_what(err, "choose the theme");
	if (nearest)
		return error_hint(err, "did you mean %s? A path with a / reads a file", nearest);
	return error_hint(err, "dark, light, high-contrast, colour-vision-safe and mono are built in; a path with a / reads a file");
}

bool theme_load(const char *name_or_path, Theme *ret_theme, Error *err)
{
	Str name = str_from(name_or_path);
	if (str_find_char(name, '/') >= 0 || str_ends(name, ".theme"))
		return load_file(name_or_path, ret_theme, err);
	for (size_t i = 0; i < builtin_theme_count; i++)
		if (text_eq(builtin_themes[i].name, name_or_path))
			return theme_parse(name_or_path, name_or_path, str_from(builtin_themes[i].text), ret_theme, err);
	return unknown_theme(name_or_path, err);
}

bool theme_choose(const char *wanted, const char *no_color, Theme *ret_theme, Error *err)
{
	if (no_color && *no_color)
		return theme_load("mono", ret_theme, err);
	return theme_load(wanted && *wanted ? wanted : "dark", ret_theme, err);
}

bool theme_uses_colour(const Theme *theme)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		const Style *basic = &theme->basic[i], *rich = &theme->rich[i];
		if (basic->foreground >= 0 || basic->background >= 0 || rich->foreground >= 0 || rich->background >= 0)
			return true;
	}
	return false;
}

/* Eight colours have no bright half: a bright foreground becomes the plain one in bold, a bright background the plain one. */
static Style fold_to_eight(Style style)
{
	if (style.foreground >= 8) {
		style.foreground = (int16_t) (style.foreground - 8);
		style.attributes |= STYLE_BOLD;
		/* Bright black is grey; on most eight-colour terminals bold black cannot be read. */
		if (style.foreground == 0)
			style = (Style){ .foreground = COLOUR_DEFAULT, .background = style.background, .attributes = STYLE_DIM };
	}
	if (style.background >= 8)
		style.background = (int16_t) (style.background - 8);
	return style;
}

/* Without colours a role that has a background of its own must still stand out. */
static Style fold_to_none(Style style)
{
	if (style.background >= 0)
		style.attributes ^= STYLE_REVERSE;
	style.foreground = style.background = COLOUR_DEFAULT;
	return style;
}

Style theme_style(const Theme *theme, Role role, int colours)
{
	if (colours >= 256)
		return theme->rich[role];
	if (colours >= 16)
		return theme->basic[role];
	if (colours >= 8)
		return fold_to_eight(theme->basic[role]);
	return fold_to_none(theme->basic[role]);
}
