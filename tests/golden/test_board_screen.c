/* test_board_screen.c: the board, as pictures of the real console on a scripted engine. */
#include "board_story.h"
#include "failover_story.h"

static void picture(Script *script, const char *keys, const char *text, const char *name)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, keys, text);
	story_pictures(terminal, name);
}

Test(board_screen, is_calm_when_all_is_well)
{
	AUTO(Script) *script = story_quiet();
	board_is_well(script);
	picture(script, "", "due every 92", "board/well");
}

Test(board_screen, says_what_to_do_first_when_it_is_red)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	picture(script, "", "was ok 2 m ago", "board/red");
}

Test(board_screen, shows_all_that_is_known_of_a_reading)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	picture(script, "d", "What it tells", "board/details");
}

Test(board_screen, never_guesses_when_it_is_blind)
{
	AUTO(Script) *script = story_begun();
	board_is_blind(script);
	picture(script, "", "CANNOT TELL", "board/blind");
}

Test(board_screen, tells_the_readers_own_time_beside_utc)
{
	AUTO(Script) *script = story_begun();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	board_is_red(script);
	const TerminalOptions berlin = { .environment = (const char *const[]) { "TZ=CET-1CEST,M3.5.0,M10.5.0/3", NULL } };
	AUTO(Terminal) *terminal = story_console_on(script, &folder, &berlin, "", "was ok 2 m ago");
	story_pictures(terminal, "board/zone");
}

Test(board_screen, asks_again_when_a_time_has_no_zone)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	picture(script, "t 2 2 : 5 1 enter", "the time zone is missing", "dialog/damage-time");
}

Test(board_screen, says_what_would_fill_it)
{
	AUTO(Script) *script = story_quiet();
	picture(script, "", "asks nothing yet", "board/empty");
}

Test(board_screen, scrolls_and_filters)
{
	AUTO(Script) *script = story_quiet();
	board_is_long(script);
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "end", "node40");
	story_pictures(terminal, "board/long");
	terminal_resize(terminal, 80, 24);
	terminal_keys(terminal, "/ r e f");
	terminal_wait_text(terminal, "/ref");
	terminal_wait_text(terminal, "node17");
	terminal_keys(terminal, "enter");
	terminal_wait_text(terminal, "only 1 of 40 rows");
	story_pictures(terminal, "board/filtered");
}

Test(board_screen, goes_to_what_is_not_ok_wherever_it_stands)
{
	AUTO(Script) *script = story_quiet();
	board_is_long(script);
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "end", "node40");
	cr_assert(!terminal_shows(terminal, "node17"));
	terminal_keys(terminal, "]");
	terminal_wait_text(terminal, "node17");
	terminal_keys(terminal, "]");
	terminal_wait_text(terminal, "no other row is anything but ok");
}

Test(board_screen, shows_all_rows_again)
{
	AUTO(Script) *script = story_quiet();
	board_is_long(script);
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "/ r e f enter", "only 1 of 40 rows");
	terminal_keys(terminal, "esc");
	terminal_wait_text(terminal, "node01");
	cr_assert(!terminal_shows(terminal, "only 1 of 40 rows"));
}

Test(board_screen, does_not_offer_a_backup_that_holds_the_damage)
{
	AUTO(Script) *script = story_begun();
	board_is_too_late(script);
	picture(script, "", "Do not fail over", "board/too-late");
}

Test(board_screen, is_not_all_green_while_the_site_runs_on_the_backup)
{
	AUTO(Script) *script = story_quiet();
	board_has_playbooks(script);
	board_is_on_backup(script);
	picture(script, "", "serves the BACKUP bucket", "board/on-backup");
}

Test(board_screen, tells_what_has_happened_in_a_drill_and_what_fits)
{
	AUTO(Script) *script = story_briefed();
	board_has_playbooks(script);
	board_is_long(script);
	picture(script, "", "Move the zone", "board/briefing");
}

/* In a drill of something that is only to be tried nothing fails, and yet it is known what is to be walked. */
Test(board_screen, offers_what_a_drill_is_about_although_nothing_fails)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_briefed();
	board_has_playbooks(script);
	board_is_well(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "", "Fits this board:  Move the zone");
	terminal_keys(terminal, "p");
	terminal_wait_text(terminal, "Fits the board. Enter reads it, s starts it.");
}

/* Seven records wait for space, on a path that is longer than a row. */
static void disk_is_full(Script *script)
{
	script_frame(script, "{'t':'banner','text':'NOT ON DISK','held':{'records':7,'first':3,'since':%lld,'why':'No space left on device',"
		"'where':'/var/lib/breakglass/ocw-content-production','advice':'Free space'}}", (long long) (SCRIPT_NOW_MS - 7 * 60000));
}

Test(board_screen, shouts_when_the_record_is_not_on_disk)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	disk_is_full(script);
	picture(script, "", "NOT ON DISK: 7", "board/disk-full");
}

Test(board_screen, p_goes_to_the_procedure_that_it_offers)
{
	AUTO(Script) *script = story_quiet();
	board_has_playbooks(script);
	board_is_red(script);
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "", "Fits this board");
	terminal_keys(terminal, "p");
	terminal_wait_text(terminal, "Fits the board. Enter reads it");
	story_pictures(terminal, "playbooks/fitting");
}
