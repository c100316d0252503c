/* Tests of tui/term on a real pty: frames, keys, sizes, and that the shell always gets its terminal back. */
#include "tui/term/term.h"

#include <signal.h>
#include <string.h>

#include "tests/support/support.h"
#include "tests/support/terminal.h"

static Terminal *start_demo(const char *type, const char *const *environment, int columns, int rows)
{
	AUTO_FREE char *path = build_path("tests/tui/term/term_demo");
	const char *argv[] = { path, NULL };
	TerminalOptions options = { .argv = argv, .columns = columns, .rows = rows, .type = type, .environment = environment };
	return terminal_start(&options);
}

Test(term, the_demo_looks_right_on_a_colour_terminal)
{
	AUTO(Terminal) *terminal = start_demo(NULL, NULL, 80, 24);
	terminal_wait_text(terminal, "last key none");
	terminal_expect_golden(terminal, "term/demo-80x24");
	terminal_keys(terminal, "down");
	terminal_wait_text(terminal, "last key down");
	terminal_keys(terminal, "q");
	cr_expect(terminal_wait_exit(terminal) == 0);
	cr_expect(terminal_is_restored(terminal));
	cr_expect(terminal_shows(terminal, "bye"));
}

Test(term, the_demo_looks_right_without_colour_and_without_utf8)
{
	static const char *const mono[] = { "NO_COLOR=1", NULL };
	static const char *const ascii[] = { "LC_ALL=C", NULL };
	AUTO(Terminal) *a = start_demo(NULL, mono, 80, 24);
	terminal_wait_text(a, "last key none");
	terminal_expect_golden(a, "term/demo-mono");
	AUTO(Terminal) *b = start_demo("linux", ascii, 80, 24);
	terminal_wait_text(b, "last key none");
	terminal_expect_golden(b, "term/demo-ascii");
}

Test(term, every_key_and_a_paste_arrive)
{
	static const struct { const char *keys, *shown; } cases[] = {
		{ "G", "last key G " }, { "ctrl-l", "last key ctrl-l" }, { "enter", "last key enter" }, { "tab", "last key tab" },
		{ "pgdn", "last key pgdn" }, { "space", "last key space" }, { "f1", "last key f1" }, { "esc", "last key esc" },
		{ "é", "last key é" }, { "ctrl-c", "last key ctrl-c" },
	};
	AUTO(Terminal) *terminal = start_demo(NULL, NULL, 80, 24);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		terminal_keys(terminal, cases[i].keys);
		terminal_wait_text(terminal, cases[i].shown);
	}
	terminal_paste(terminal, "-----BEGIN SSH SIGNATURE-----\nq\n");
	terminal_wait_text(terminal, "paste of 32 bytes");
}

Test(term, a_resize_draws_the_whole_screen_again)
{
	static const int sizes[][2] = { { 120, 40 }, { 40, 15 }, { 3, 2 }, { 1, 1 }, { 200, 60 }, { 80, 24 } };
	AUTO(Terminal) *terminal = start_demo(NULL, NULL, 80, 24);
	terminal_wait_text(terminal, "size 80x24");
	for (size_t i = 0; i < BG_LENGTH(sizes); i++)
		terminal_resize(terminal, sizes[i][0], sizes[i][1]);
	terminal_wait_text(terminal, "size 80x24");
	terminal_expect_golden(terminal, "term/demo-80x24");
}

Test(term, whatever_ends_the_program_the_terminal_is_restored)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV };
	(void) signal(SIGHUP, SIG_IGN);   /* as nohup has it; the program gets a terminal as a login gives it */
	for (size_t i = 0; i < BG_LENGTH(signals); i++) {
		/* A sanitizer would take the fault for its own and write a report. It has read its options for this process. */
		if (signals[i] == SIGSEGV)
			(void) setenv("ASAN_OPTIONS", "handle_segv=0", 1);
		AUTO(Terminal) *terminal = start_demo(NULL, NULL, 80, 24);
		terminal_wait_text(terminal, "last key none");
		cr_assert(kill(terminal_pid(terminal), signals[i]) == 0);
		int status = terminal_wait_exit(terminal);
		cr_expect(status == 128 + signals[i], "signal %d gave %d", signals[i], status);
		cr_expect(terminal_is_restored(terminal), "after signal %d", signals[i]);
	}
	static const struct { const char *key; int status; } ends[] = { { "e", 3 }, { "a", 128 + SIGABRT } };
	for (size_t i = 0; i < BG_LENGTH(ends); i++) {
		AUTO(Terminal) *terminal = start_demo(NULL, NULL, 80, 24);
		terminal_wait_text(terminal, "last key none");
		terminal_keys(terminal, ends[i].key);
		cr_expect(terminal_wait_exit(terminal) == ends[i].status);
		cr_expect(terminal_is_restored(terminal), "after %s", ends[i].key);
	}
}

Test(term, an_unusable_terminal_is_told_in_one_line)
{
	AUTO(Terminal) *terminal = start_demo("dumb", NULL, 200, 24);
	cr_expect(terminal_wait_exit(terminal) == 2);
	cr_expect(terminal_shows(terminal, "cannot place text"));
	cr_expect(terminal_shows(terminal, "ACCESSIBLE=1"));
}

Test(term, it_stops_and_comes_back_as_the_shell_expects)
{
	AUTO_FREE char *demo = build_path("tests/tui/term/term_demo");
	/* A shell with job control is what can continue us. */
	AUTO_CLEAR(Buf) script = {0};
	buf_printf(&script, "%s; echo stopped; read -r line; fg; echo ended", demo);
	const char *argv[] = { "/bin/bash", "--norc", "--noprofile", "-m", "-c", buf_text(&script), NULL };
	TerminalOptions options = { .argv = argv, .columns = 80, .rows = 24 };
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "last key none");
	terminal_keys(terminal, "x z");
	terminal_wait_output(terminal, "stopped");
	cr_expect(terminal_is_restored(terminal));
	terminal_keys(terminal, "enter");
	terminal_wait_text(terminal, "last key z");
	terminal_keys(terminal, "q");
	cr_expect(terminal_wait_exit(terminal) == 0);
	cr_expect(terminal_is_restored(terminal));
	cr_expect(terminal_shows(terminal, "ended"));
}

Test(term, a_bell_rings_once_and_many_frames_end_in_the_last_one)
{
	AUTO(Terminal) *terminal = start_demo(NULL, NULL, 80, 24);
	terminal_wait_text(terminal, "last key none");
	terminal_keys(terminal, "b");
	terminal_wait_text(terminal, "last key b");
	cr_expect(terminal_bells(terminal) == 1);
	terminal_keys(terminal, "l x");
	terminal_wait_text(terminal, "last key x  count 200");
}
