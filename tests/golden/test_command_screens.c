/* test_command_screens.c: help, command palette, questions and refusals, as pictures of the real console on a scripted engine. */
#include "board_story.h"
#include "failover_story.h"

static void picture(Script *script, const char *keys, const char *text, const char *name)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, keys, text);
	story_pictures(terminal, name);
}

Test(command_screens, help_begins_with_the_keys_of_the_screen)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	picture(script, "?", "Keys on the board", "help/board");
}

Test(command_screens, help_of_the_walk_tells_what_breaks_glass)
{
	AUTO(Script) *script = story_begun();
	picture(script, "3 ?", "Keys while walking", "help/walk");
}

Test(command_screens, help_ends_with_what_the_signs_mean)
{
	AUTO(Script) *script = story_begun();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "?", "Keys on the board");
	terminal_keys(terminal, "end");
	terminal_wait_text(terminal, "unknown is not ok");
	story_pictures(terminal, "help/signs");
}

Test(command_screens, palette_lists_all_commands)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	picture(script, ":", "show the board", "palette/open");
}

Test(command_screens, palette_narrows_and_says_what_cannot_be_used)
{
	AUTO(Script) *script = story_quiet();
	board_is_well(script);
	picture(script, ": h a", ":ha", "palette/narrowed");
}

Test(command_screens, palette_knows_no_such_command)
{
	AUTO(Script) *script = story_quiet();
	picture(script, ": w a l l enter", "there is no command", "palette/unknown");
}

Test(command_screens, declaring_asks_what_is_wrong)
{
	AUTO(Script) *script = story_quiet();
	board_is_well(script);
	picture(script, "D", "Begins the record and the clock", "dialog/declare");
}

Test(command_screens, a_key_that_cannot_be_used_says_why)
{
	AUTO(Script) *script = story_quiet();
	board_is_well(script);
	picture(script, "n", "no incident is open", "dialog/refused-key");
}

/* One key on every screen, and back by the same; nothing of it comes from the engine. */
Test(command_screens, whom_to_call)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	picture(script, "E", "Fastly support", "contacts/board");
	picture(script, "3 E", "Fastly support", "contacts/walk");
}
