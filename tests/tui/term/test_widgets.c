/* The widgets together on a pty, as golden pictures at the sizes that matter, in colour, in mono and in ASCII. */
#include "tests/support/support.h"
#include "tests/support/terminal.h"

static Terminal *start_demo(const char *const *environment, int columns, int rows)
{
	AUTO_FREE char *path = build_path("tests/tui/term/widget_demo");
	const char *argv[] = { path, NULL };
	TerminalOptions options = { .argv = argv, .columns = columns, .rows = rows, .environment = environment };
	Terminal *terminal = terminal_start(&options);
	terminal_wait_frame(terminal);
	return terminal;
}

Test(widgets, they_look_right_at_every_size)
{
	static const int sizes[][2] = { { 80, 24 }, { 120, 40 }, { 40, 15 }, { 10, 4 } };
	for (size_t i = 0; i < BG_LENGTH(sizes); i++) {
		AUTO(Terminal) *terminal = start_demo(NULL, sizes[i][0], sizes[i][1]);
		AUTO_CLEAR(Buf) name = {0};
		buf_printf(&name, "term/widgets-%dx%d", sizes[i][0], sizes[i][1]);
		terminal_expect_golden(terminal, buf_text(&name));
	}
}

Test(widgets, they_look_right_in_mono_in_ascii_and_in_light)
{
	static const char *const environments[][2] = { { "NO_COLOR=1" }, { "LC_ALL=C" }, { "DEMO_THEME=light" }, { "DEMO_THEME=high-contrast" },
		{ "DEMO_THEME=colour-vision-safe" } };
	static const char *const names[] = { "mono", "ascii", "light", "high-contrast", "colour-vision-safe" };
	for (size_t i = 0; i < BG_LENGTH(names); i++) {
		AUTO(Terminal) *terminal = start_demo(environments[i], 80, 24);
		AUTO_CLEAR(Buf) name = {0};
		buf_printf(&name, "term/widgets-%s", names[i]);
		terminal_expect_golden(terminal, buf_text(&name));
	}
}

Test(widgets, keys_reach_the_list_the_palette_the_dialog_and_the_help)
{
	AUTO(Terminal) *terminal = start_demo(NULL, 80, 24);
	terminal_keys(terminal, "y");
	terminal_wait_text(terminal, "apply: there is no plan yet");
	terminal_keys(terminal, "j j j h");
	terminal_wait_no_text(terminal, "service found");
	terminal_keys(terminal, ": u n d");
	terminal_wait_text(terminal, ":und");
	terminal_expect_golden(terminal, "term/widgets-palette");
	terminal_keys(terminal, "o enter");   /* what acts is named whole */
	terminal_wait_text(terminal, "The name is ocw-live");
	terminal_type(terminal, "ocw-life\n");
	terminal_wait_text(terminal, "That is another name");
	terminal_expect_golden(terminal, "term/widgets-dialog");
	terminal_keys(terminal, "backspace backspace v e enter");
	terminal_wait_text(terminal, "activated");
	terminal_keys(terminal, "?");
	terminal_wait_text(terminal, "Keys while walking");
	terminal_resize(terminal, 40, 15);
	terminal_resize(terminal, 80, 24);
	terminal_expect_golden(terminal, "term/widgets-help");
	terminal_keys(terminal, "q");
	cr_expect(terminal_wait_exit(terminal) == 0);
	cr_expect(terminal_is_restored(terminal));
}
