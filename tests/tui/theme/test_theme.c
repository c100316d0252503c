/* Tests of tui/theme/theme.h: the built-in themes are complete and honest, and a wrong file is told where and why. */
#include "tui/theme/theme.h"

#include "tests/support/support.h"

static Theme load(const char *name)
{
	Theme theme;
	Error err = {0};
	assert_ok(theme_load(name, &theme, &err), &err);
	return theme;
}

static bool looks_equal(const Theme *theme, Role a, Role b, int colours)
{
	Style x = theme_style(theme, a, colours), y = theme_style(theme, b, colours);
	return x.foreground == y.foreground && x.background == y.background && x.attributes == y.attributes;
}

Test(theme, every_built_in_theme_gives_every_role_a_look_in_16_colours)
{
	cr_assert(theme_builtin_count() == 5);
	for (size_t i = 0; i < theme_builtin_count(); i++) {
		Theme theme = load(theme_builtin_name(i));
		for (int role = 0; role < ROLE_COUNT; role++)
			cr_expect(theme.given[role], "%s lacks %s", theme.name, role_name((Role) role));
	}
}

Test(theme, what_must_be_told_apart_looks_different_on_every_terminal)
{
	static const Role pairs[][2] = {
		{ ROLE_BAR_REAL, ROLE_BAR_DRILL }, { ROLE_SELECTED, ROLE_TEXT }, { ROLE_OK, ROLE_FAIL }, { ROLE_OK, ROLE_STALE },
		{ ROLE_FAIL, ROLE_TEXT }, { ROLE_BANNER, ROLE_TEXT }, { ROLE_DANGER, ROLE_TEXT }, { ROLE_DOUBT, ROLE_DONE },
		{ ROLE_KEY, ROLE_DISABLED }, { ROLE_TAB, ROLE_TAB_ACTIVE }, { ROLE_ADDED, ROLE_REMOVED },
	};
	static const int depths[] = { 256, 16, 8 };
	for (size_t i = 0; i < theme_builtin_count(); i++) {
		Theme theme = load(theme_builtin_name(i));
		for (size_t depth = 0; depth < BG_LENGTH(depths); depth++)
			for (size_t p = 0; p < BG_LENGTH(pairs); p++)
				cr_expect(!looks_equal(&theme, pairs[p][0], pairs[p][1], depths[depth]), "%s in %d colours: %s and %s look alike",
					theme.name, depths[depth], role_name(pairs[p][0]), role_name(pairs[p][1]));
	}
}

Test(theme, no_color_chooses_a_theme_without_any_colour)
{
	Theme theme;
	Error err = {0};
	assert_ok(theme_choose("dark", "1", &theme, &err), &err);
	cr_expect(!theme_uses_colour(&theme));
	assert_ok(theme_choose("dark", "", &theme, &err), &err);
	cr_expect(theme_uses_colour(&theme), "an empty NO_COLOR asks for nothing");
	assert_ok(theme_choose(NULL, NULL, &theme, &err), &err);
	assert_text("default", theme.name, "dark");
}

Test(theme, styles_fold_down_to_what_the_terminal_has)
{
	Theme theme;
	Error err = {0};
	assert_ok(theme_parse("t", "t.theme", STR("fail = bright-red on blue, underline\nfail/256 = 203\nmuted = grey\n"), &theme, &err),
		&err);
	Style rich = theme_style(&theme, ROLE_FAIL, 256), sixteen = theme_style(&theme, ROLE_FAIL, 16);
	Style eight = theme_style(&theme, ROLE_FAIL, 8), none = theme_style(&theme, ROLE_FAIL, 0);
	cr_expect(rich.foreground == 203 && rich.background == COLOUR_DEFAULT && rich.attributes == 0);
	cr_expect(sixteen.foreground == 9 && sixteen.background == 4 && sixteen.attributes == STYLE_UNDERLINE);
	cr_expect(eight.foreground == 1 && eight.background == 4 && eight.attributes == (STYLE_UNDERLINE | STYLE_BOLD));
	cr_expect(none.foreground == COLOUR_DEFAULT && none.attributes == (STYLE_UNDERLINE | STYLE_REVERSE));
	cr_expect(theme_style(&theme, ROLE_MUTED, 8).attributes == STYLE_DIM, "bold black would be invisible");
	cr_expect(looks_equal(&theme, ROLE_OK, ROLE_TEXT, 16) && !theme.given[ROLE_OK], "a role without a line looks like text");
}

Test(theme, a_wrong_line_is_told_with_its_place_and_the_word_that_was_meant)
{
	static const struct { const char *text, *where, *why, *hint; } cases[] = {
		{ "ok = green\nfial = red\n", "x.theme:2", "role \"fial\" is not known", "did you mean fail?" },
		{ "ok = gren", "x.theme:1", "colour \"gren\" is not known", "did you mean green?" },
		{ "ok = green, blod", "x.theme:1", "attribute \"blod\" is not known", "did you mean bold?" },
		{ "\n\nok green", "x.theme:3", "the line has no =", "write for example" },
		{ "ok = ", "x.theme:1", "a colour is missing", "write for example" },
		{ "ok = 200", "x.theme:1", "colour 200 is not between 0 and 15", "role/256" },
		{ "ok/256 = 256", "x.theme:1", "colour 256 is not between 0 and 255", "" },
		{ "ok = 1\nok = 2", "x.theme:2", "role \"ok\" is given twice", "" },
		{ "ok = red on", "x.theme:1", "colour \"red on\" is not known", "" },
		{ "\xff\xfe = 1", "x.theme:1", "is not known", "" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Theme theme;
		Error err = {0};
		assert_refused(theme_parse("x", "x.theme", str_from(cases[i].text), &theme, &err), &err, ERROR_INVALID, cases[i].why);
		assert_text(cases[i].text, err.where, cases[i].where);
		cr_expect(strstr(err.hint, cases[i].hint), "%s: hint is \"%s\"", cases[i].text, err.hint);
	}
}

Test(theme, a_theme_can_be_a_file_and_an_unknown_name_says_what_there_is)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = temp_write(&folder, "mine.theme", "# mine\r\nok = blue   # calm\r\n");
	Theme theme = load(path);
	assert_text("name", theme.name, "mine");
	cr_expect(theme_style(&theme, ROLE_OK, 16).foreground == 4);
	Error err = {0};
	assert_refused(theme_load("drak", &theme, &err), &err, ERROR_MISSING, "no theme named \"drak\"");
	cr_expect(strstr(err.hint, "did you mean dark?"));
	assert_refused(theme_load("/nowhere/x.theme", &theme, &err), &err, ERROR_MISSING, "");
}
