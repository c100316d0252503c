/* Tests of the key map: where a key means what, and a user's own keys. */
#include "tui/keys/command.h"

#include "tests/support/support.h"

static CommandId resolve(const Keymap *keymap, const char *key_text, CommandContext view, CommandContext widget)
{
	CommandContext contexts[] = { view, widget };
	KeyChord key;
	Error err = {0};
	assert_ok(key_parse(str_from(key_text), &key, &err), &err);
	return keymap_resolve(keymap, key, contexts, 2);
}

Test(keymap, a_key_is_looked_up_in_the_view_then_the_widget_then_everywhere)
{
	static const struct { const char *key; CommandContext view, widget; CommandId expected; } cases[] = {
		{ "p", CONTEXT_WALK, CONTEXT_LIST, COMMAND_PLAN },
		{ "p", CONTEXT_BOARD, CONTEXT_LIST, COMMAND_SCREEN_PLAYBOOKS },
		{ "j", CONTEXT_WALK, CONTEXT_LIST, COMMAND_DOWN },
		{ "enter", CONTEXT_SIGNOFF, CONTEXT_PAGER, COMMAND_SIGN },
		{ "enter", CONTEXT_BOARD, CONTEXT_LIST, COMMAND_OPEN },
		{ "n", CONTEXT_SIGNOFF, CONTEXT_PAGER, COMMAND_REFUSE },
		{ "n", CONTEXT_WALK, CONTEXT_LIST, COMMAND_NOTE },
		{ "?", CONTEXT_LEDGER, CONTEXT_LIST, COMMAND_HELP },
		{ "q", CONTEXT_INPUT, CONTEXT_LIST, COMMAND_NONE },
		{ "esc", CONTEXT_INPUT, CONTEXT_LIST, COMMAND_CANCEL_INPUT },
		{ "esc", CONTEXT_WALK, CONTEXT_LIST, COMMAND_BACK },
		{ "f9", CONTEXT_WALK, CONTEXT_LIST, COMMAND_NONE },
	};
	Keymap keymap;
	keymap_init(&keymap);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		CommandId id = resolve(&keymap, cases[i].key, cases[i].view, cases[i].widget);
		cr_expect(id == cases[i].expected, "%s in %s gave %d", cases[i].key, command_context_name(cases[i].view), (int) id);
	}
}

Test(keymap, the_footer_shows_the_key_that_works_here)
{
	Keymap keymap;
	KeyChord key;
	CommandContext board[] = { CONTEXT_BOARD }, walk[] = { CONTEXT_WALK };
	char text[KEYMAP_TEXT_SIZE];
	keymap_init(&keymap);
	cr_assert(keymap_first(&keymap, COMMAND_SCREEN_PLAYBOOKS, board, 1, &key));
	cr_expect(key.code_point == 'p');
	cr_assert(keymap_first(&keymap, COMMAND_SCREEN_PLAYBOOKS, walk, 1, &key));
	cr_expect(key.code_point == '2', "p means plan here");
	cr_expect(!keymap_first(&keymap, COMMAND_THEME, walk, 1, &key));
	assert_text("tick", keymap_format(&keymap, COMMAND_TICK, text), "x or Space");
	assert_text("theme", keymap_format(&keymap, COMMAND_THEME, text), "");
}

Test(keymap, a_users_lines_replace_the_keys_of_a_command)
{
	Keymap keymap;
	Error err = {0};
	keymap_init(&keymap);
	assert_ok(keymap_read(&keymap, "keys", STR("# mine\nrefresh = f5 %\n\ntheme = =\nresolve =\n"), &err), &err);
	cr_expect(resolve(&keymap, "f5", CONTEXT_BOARD, CONTEXT_LIST) == COMMAND_REFRESH);
	cr_expect(resolve(&keymap, "%", CONTEXT_WALK, CONTEXT_LIST) == COMMAND_REFRESH);
	cr_expect(resolve(&keymap, "r", CONTEXT_BOARD, CONTEXT_LIST) == COMMAND_NONE);
	cr_expect(resolve(&keymap, "=", CONTEXT_BOARD, CONTEXT_LIST) == COMMAND_THEME);
}

Test(keymap, a_wrong_line_changes_nothing_and_says_where)
{
	static const struct { const char *text, *where, *why; } cases[] = {
		{ "refresh = f5\nrefrehs = r", "keys:2", "there is no command \"refrehs\"" },
		{ "refresh = ctlr-r", "keys:1", "is not a key" },
		{ "refresh", "keys:1", "the line has no =" },
		{ "refresh = y", "keys", "key y means both" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Keymap keymap;
		Error err = {0};
		keymap_init(&keymap);
		assert_refused(keymap_read(&keymap, "keys", str_from(cases[i].text), &err), &err, ERROR_INVALID, cases[i].why);
		assert_text(cases[i].text, err.where, cases[i].where);
		cr_expect(resolve(&keymap, "r", CONTEXT_BOARD, CONTEXT_LIST) == COMMAND_REFRESH);
	}
}
