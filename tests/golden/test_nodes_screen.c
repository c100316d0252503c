/* test_nodes_screen.c: the machines, as pictures of the real console on a scripted engine. */
#include "board_story.h"
#include "failover_story.h"

Test(nodes_screen, shows_the_worst_first)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "142 nodes");
	terminal_wait_text(terminal, "no route, peer dead");
	story_pictures(terminal, "nodes/worst");
}

Test(nodes_screen, shows_all_that_is_known_of_one)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "down down d");
	terminal_wait_text(terminal, "What it tells");
	terminal_wait_text(terminal, "192.168.1.8");
	story_pictures(terminal, "nodes/details");
}

Test(nodes_screen, filters_by_words_and_without_words)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "/ ! s t a t e : o k space ! r o l e : m a s t e r enter");
	terminal_wait_text(terminal, "only 3 of 142 rows");
	cr_assert(terminal_shows(terminal, "node17") && terminal_shows(terminal, "node22") && !terminal_shows(terminal, "node08"));
	story_pictures(terminal, "nodes/filtered");
}

Test(nodes_screen, marks_and_sorts)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "space space");
	terminal_wait_text(terminal, "2 marked");
	terminal_keys(terminal, "o");
	terminal_wait_text(terminal, "by name");
	terminal_wait_text(terminal, "node01");
	terminal_keys(terminal, ": s o r t space d i s k enter");
	terminal_wait_text(terminal, "by disk");
	story_pictures(terminal, "nodes/by-disk");
	/* The marks of what is shown are all there after `a`, and all gone after one more. */
	terminal_keys(terminal, "a");
	terminal_wait_text(terminal, "142 marked");
	terminal_keys(terminal, "a");
	terminal_wait_text(terminal, "0 marked.");
}

Test(nodes_screen, says_what_would_fill_it)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "has no nodes");
	story_pictures(terminal, "nodes/empty");
}

Test(nodes_screen, decides_on_a_host_key)
{
	AUTO(Script) *script = story_quiet();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_has_nodes(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "7", "no route, peer dead");
	terminal_keys(terminal, "K");
	terminal_wait_text(terminal, "there is no host key to decide about");
	terminal_keys(terminal, "down K");
	terminal_wait_text(terminal, "SHA256:77ad");
	story_pictures(terminal, "nodes/host-key");
}
