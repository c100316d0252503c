/* theme_parse.c: the text format of a theme. A line is `role = FOREGROUND [on BACKGROUND][, ATTRIBUTES]`,
 * where a colour is a name, `default` or a number; `role/256` gives the look for terminals with 256 colours. */
#include <stdio.h>
#include "core/base/suggest.h"
#include "tui/theme/theme.h"

static const struct { const char *name; int16_t colour; } colours[] = {
	{ "default", COLOUR_DEFAULT }, { "black", 0 }, { "red", 1 }, { "green", 2 }, { "yellow", 3 }, { "blue", 4 },
	{ "magenta", 5 }, { "cyan", 6 }, { "white", 7 }, { "grey", 8 }, { "bright-red", 9 }, { "bright-green", 10 },
	{ "bright-yellow", 11 }, { "bright-blue", 12 }, { "bright-magenta", 13 }, { "bright-cyan", 14 },
	{ "bright-white", 15 },
};

static const struct { const char *name; uint8_t bit; } attributes[] = {
	{ "bold", STYLE_BOLD }, { "underline", STYLE_UNDERLINE }, { "reverse", STYLE_REVERSE }, { "dim", STYLE_DIM },
	{ "italic", STYLE_ITALIC },
};

typedef struct Place { const char *file; unsigned line; } Place;

static bool complain(Place place, Error *err)
{
	error_what(err, "read the theme");
	return error_where(err, "%s:%u", place.file, place.line);
}

static bool unknown_word(Place place, const char *kind, Str word, const char *const known[], size_t count, Error *err)
{
	AUTO_FREE char *written = str_dup(word);
	const char *nearest = suggest_nearest(written, known, count);
	error_set(err, ERROR_INVALID, "%s \"%.*s\" is not known", kind, STR_ARG(str_slice(word, 0, 40)));
	if (nearest)
		error_hint(err, "did you mean %s?", nearest);
	return complain(place, err);
}

static bool parse_colour(Str word, bool rich, Place place, int16_t *ret_colour, Error *err)
{
	const char *known[BG_LENGTH(colours)];
	for (size_t i = 0; i < BG_LENGTH(colours); i++) {
		known[i] = colours[i].name;
		if (str_eq_c(word, colours[i].name)) {
			*ret_colour = colours[i].colour;
			return true;
		}
	}
	int64_t number = 0;
	if (!str_parse_int(word, &number))
		return unknown_word(place, "colour", word, known, BG_LENGTH(known), err);
	int64_t most = rich ? 255 : 15;
	if (number < 0 || number > most) {
		error_set(err, ERROR_INVALID, "colour %lld is not between 0 and %lld", (long long) number, (long long) most);
		if (!rich)
			error_hint(err, "write `role/256 = ...` for terminals with 256 colours");
		return complain(place, err);
	}
	*ret_colour = (int16_t) number;
	return true;
}

static bool parse_attributes(Str text, Place place, uint8_t *ret_bits, Error *err)
{
	uint8_t bits = 0;
	Str rest = text, word;
	while (str_split(&rest, ' ', &word)) {
		const char *known[BG_LENGTH(attributes)];
		bool found = false;
		word = str_trim(word);
		for (size_t i = 0; i < BG_LENGTH(attributes); i++) {
			known[i] = attributes[i].name;
			if (str_eq_c(word, attributes[i].name)) {
				bits |= attributes[i].bit;
				found = true;
			}
		}
		if (!found && word.len > 0)
			return unknown_word(place, "attribute", word, known, BG_LENGTH(known), err);
	}
	*ret_bits = bits;
	return true;
}

static bool parse_style(Str text, bool rich, Place place, Style *ret_style, Error *err)
{
	Style style = { .foreground = COLOUR_DEFAULT, .background = COLOUR_DEFAULT };
	ptrdiff_t comma = str_find_char(text, ',');
	Str paint = str_trim(comma < 0 ? text : str_slice(text, 0, (size_t) comma));
	Str attribute_text = comma < 0 ? STR("") : str_slice(text, (size_t) comma + 1, SIZE_MAX);
	ptrdiff_t on = str_find(paint, " on ");
	Str foreground = on < 0 ? paint : str_trim(str_slice(paint, 0, (size_t) on));
	if (foreground.len == 0) {
		error_set(err, ERROR_INVALID, "a colour is missing after =");
		error_hint(err, "write for example `default on blue, bold`");
		return complain(place, err);
	}
	if (!parse_colour(foreground, rich, place, &style.foreground, err))
		return false;
	if (on >= 0 && !parse_colour(str_trim(str_slice(paint, (size_t) on + 4, SIZE_MAX)), rich, place, &style.background, err))
		return false;
	if (!parse_attributes(attribute_text, place, &style.attributes, err))
		return false;
	*ret_style = style;
	return true;
}

static bool find_role(Str name, Place place, Role *ret_role, Error *err)
{
	const char *known[ROLE_COUNT];
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		known[i] = role_name((Role) i);
		if (str_eq_c(name, known[i])) {
			*ret_role = (Role) i;
			return true;
		}
	}
	return unknown_word(place, "role", name, known, ROLE_COUNT, err);
}

/* Which styles of which role the lines so far have given. */
typedef struct Given { bool basic[ROLE_COUNT], rich[ROLE_COUNT]; } Given;

static bool parse_line(Str line, Place place, Theme *theme, Given *given, Error *err)
{
	ptrdiff_t equals = str_find_char(line, '=');
	if (equals < 0) {
		error_set(err, ERROR_INVALID, "the line has no =");
		error_hint(err, "write for example `ok = green, bold`");
		return complain(place, err);
	}
	Str name = str_trim(str_slice(line, 0, (size_t) equals));
	bool rich = str_ends(name, "/256");
	if (rich)
		name.len -= strlen("/256");
	Role role;
	if (!find_role(name, place, &role, err))
		return false;
	bool *seen = rich ? &given->rich[role] : &given->basic[role];
	if (*seen) {
		error_set(err, ERROR_INVALID, "role \"%s\" is given twice", role_name(role));
		return complain(place, err);
	}
	*seen = true;
	return parse_style(str_trim(str_slice(line, (size_t) equals + 1, SIZE_MAX)), rich, place,
		rich ? &theme->rich[role] : &theme->basic[role], err);
}

static void fill_gaps(Theme *theme, const Given *given)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		theme->given[i] = given->basic[i];
		if (!given->basic[i])
			theme->basic[i] = theme->basic[ROLE_TEXT];
		if (!given->rich[i])
			theme->rich[i] = theme->basic[i];
	}
}

bool theme_parse(const char *name, const char *file, Str text, Theme *ret_theme, Error *err)
{
	Theme theme = {0};
	Given given = {0};
	Place place = { .file = file };
	snprintf(theme.name, sizeof(theme.name), "%s", name);
	theme.basic[ROLE_TEXT] = theme.rich[ROLE_TEXT] = (Style){ .foreground = COLOUR_DEFAULT, .background = COLOUR_DEFAULT };
	Str rest = text, line;
	while (str_next_line(&rest, &line)) {
		place.line++;
		ptrdiff_t comment = str_find_char(line, '#');
		line = str_trim(comment < 0 ? line : str_slice(line, 0, (size_t) comment));
		if (line.len > 0 && !parse_line(line, place, &theme, &given, err))
			return false;
	}
	fill_gaps(&theme, &given);
	*ret_theme = theme;
	return true;
}
