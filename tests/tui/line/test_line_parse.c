/* test_line_parse.c: typed lines as commands. */
#include "tui/line/parse.h"

#include "tests/support/support.h"

static const CommandContext WALK[] = { CONTEXT_WALK, CONTEXT_LIST };
static const CommandContext BOARD[] = { CONTEXT_BOARD, CONTEXT_LIST, CONTEXT_PAGER };

typedef struct Case { const char *name, *line; bool on_board; CommandId id; LineWord word; const char *rest; } Case;

static const Case cases[] = {
	{ "a name", "apply", false, COMMAND_APPLY, WORD_NONE, "" },
	{ "a name and what follows", "  skip 4.3  not  tonight ", false, COMMAND_SKIP, WORD_NONE, "4.3  not  tonight" },
	{ "as in the palette", ": plan 2", false, COMMAND_PLAN, WORD_NONE, "2" },
	{ "the palette alone", ":", false, COMMAND_PALETTE, WORD_NONE, "" },
	{ "a key means what it means on the shown screen", "p", false, COMMAND_PLAN, WORD_NONE, "" },
	{ "and elsewhere something else", "p", true, COMMAND_SCREEN_PLAYBOOKS, WORD_NONE, "" },
	{ "a key by its name", "enter 2", true, COMMAND_OPEN, WORD_NONE, "2" },
	{ "upper case is another key", "Q", true, COMMAND_QUIT, WORD_NONE, "" },
	{ "a name wins over a key that is called so", "end", false, COMMAND_CLOSE_INCIDENT, WORD_NONE, "" },
	{ "habits", "exit", false, COMMAND_DETACH, WORD_NONE, "" },
	{ "habits of other tools", "close all is well", false, COMMAND_CLOSE_INCIDENT, WORD_NONE, "all is well" },
	{ "words of line mode", "step 4.3", false, COMMAND_NONE, WORD_STEP, "4.3" },
	{ "nothing", "   ", false, COMMAND_NONE, WORD_NONE, "" },
};

Test(line_parse, takes_names_keys_and_its_own_words)
{
	Keymap keymap;
	keymap_init(&keymap);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *c = &cases[i];
		LineParsed parsed;
		Error err = { 0 };
		assert_ok(line_parse(&keymap, c->on_board ? BOARD : WALK, c->on_board ? 3 : 2, str_from(c->line), &parsed, &err), &err);
		AUTO_FREE char *rest = str_dup(parsed.rest);
		cr_expect((parsed.command ? parsed.command->id : COMMAND_NONE) == c->id, "%s: %s", c->name, parsed.command ? parsed.command->name : "none");
		cr_expect(parsed.word == c->word, "%s", c->name);
		assert_text(c->name, rest, c->rest);
	}
}

Test(line_parse, finds_every_command_by_its_name)
{
	Keymap keymap;
	keymap_init(&keymap);
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		LineParsed parsed;
		Error err = { 0 };
		assert_ok(line_parse(&keymap, WALK, 2, str_from(command_get((CommandId) i)->name), &parsed, &err), &err);
		cr_expect(parsed.command && parsed.command->id == (CommandId) i, "%s", command_get((CommandId) i)->name);
	}
}

Test(line_parse, says_what_was_meant)
{
	Keymap keymap;
	LineParsed parsed;
	Error err = { 0 };
	keymap_init(&keymap);
	assert_refused(line_parse(&keymap, WALK, 2, STR("aply 2"), &parsed, &err), &err, ERROR_INVALID, "there is no command \"aply\"");
	assert_text("hint", err.hint, "did you mean apply?");
	assert_refused(line_parse(&keymap, WALK, 2, STR("xyzzy"), &parsed, &err), &err, ERROR_INVALID, "xyzzy");
	assert_text("hint", err.hint, "help lists them all");
}

/* The column of the table: what has no way in lines must be what acts on nothing. */
Test(line_parse, only_what_moves_scrolls_or_draws_has_no_way_in_lines)
{
	unsigned modal = 1u << CONTEXT_INPUT | 1u << CONTEXT_PALETTE | 1u << CONTEXT_DIALOG, lists = 1u << CONTEXT_LIST | 1u << CONTEXT_PAGER;
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		if (command->line != LINE_NONE)
			continue;
		bool types = (command_contexts(command) & ~modal) == 0, moves = command->group == GROUP_MOVE;
		bool draws = command->id == COMMAND_THEME;
		cr_expect(command->danger == DANGER_SAFE, "%s can do harm, and has no way in lines", command->name);
		cr_expect(types || moves || draws, "%s does more than move, scroll or draw", command->name);
		cr_expect(!(command_contexts(command) & lists) || moves || types, "%s", command->name);
	}
}
