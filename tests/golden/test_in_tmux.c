/* test_in_tmux.c: the console in a real tmux, as people share it: clients of other sizes come and go, escape, the bell, the clipboard. What the
 * pane holds is compared with a fresh console on a terminal of that size, which is read by another emulator. */
#include <stdio.h>
#include <vterm.h>

#include "board_story.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "failover_story.h"
#include "tests/support/golden.h"
#include "tests/support/process.h"

/* The session goes with its last client, so that nothing is left behind by a test that fails. */
static const char SETTINGS[] =
	"set -g destroy-unattached on\n"
	"set -g status off\n"
	"set -sg escape-time 0\n"
	"set -g default-terminal tmux-256color\n";

typedef struct Tmux { TempFolder folder; Script *script; char *socket, *settings; } Tmux;

static Tmux tmux_new(const char *more)
{
	Tmux tmux = { .folder = temp_folder(), .script = story_begun() };
	if (!have_program("tmux"))
		cr_skip_test("tmux is not installed");
	AUTO_FREE char *text = bg_asprintf("%s%s", SETTINGS, more);
	tmux.socket = bg_strdup(temp_path(&tmux.folder, "tmux"));
	tmux.settings = bg_strdup(temp_path(&tmux.folder, "tmux.conf"));
	Error err = { 0 };
	assert_ok(file_write_atomic(tmux.settings, text, strlen(text), 0600, &err), &err);
	return tmux;
}

static void tmux_clear(Tmux *tmux)
{
	tmux->script = script_free(tmux->script);
	free(tmux->socket);
	free(tmux->settings);
	temp_folder_clear(&tmux->folder);
}
BG_DEFINE_CLEARP(Tmux, tmux_clear)

/* A person's terminal with tmux in it: `console` in a new session, NULL: attached to the one there is. */
static Terminal *attach(const Tmux *tmux, int columns, int rows, const char *console)
{
	const char *const begin[] = { "/usr/bin/env", "tmux", "-S", tmux->socket, "-f", tmux->settings, "new-session", console, NULL };
	const char *const join[] = { "/usr/bin/env", "tmux", "-S", tmux->socket, "attach", NULL };
	TerminalOptions options = { .argv = console ? begin : join, .columns = columns, .rows = rows };
	return terminal_start(&options);
}

static char *ask_tmux(const Tmux *tmux, const char *const words[], size_t count)
{
	const char *argv[12] = { "tmux", "-S", tmux->socket };
	AUTO_CLEAR(ProgramRun) run = { 0 };
	cr_assert(count < 8);
	for (size_t i = 0; i < count; i++)
		argv[3 + i] = words[i];
	run_program(argv, NULL, NULL, &run);
	return str_dup(buf_str(&run.out));
}
#define ASK(tmux, ...) ask_tmux((tmux), (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* The pane with its looks, as golden files hold a screen. */
static char *pane_looks(const Tmux *tmux, int columns, int rows)
{
	Buf out = { 0 };
	AUTO_FREE char *pane = ASK(tmux, "capture-pane", "-p", "-e", "-N");
	VTerm *vterm = vterm_new(rows, columns);
	vterm_set_utf8(vterm, 1);
	VTermScreen *screen = vterm_obtain_screen(vterm);
	vterm_screen_reset(screen, 1);
	Str rest = str_from(pane), line;
	for (int row = 0; str_next_line(&rest, &line); row++) {
		(void) vterm_input_write(vterm, row ? "\r\n" : "", row ? 2 : 0);
		(void) vterm_input_write(vterm, line.ptr, line.len);
	}
	GoldenScreen golden = { .screen = screen, .columns = columns, .rows = rows, .cursor_x = -1, .cursor_y = -1 };
	golden_write(&golden, &out);
	vterm_free(vterm);
	return buf_take(&out);
}

static const struct { int columns, rows; } SIZES[] = { { 120, 40 }, { 80, 24 }, { 40, 15 }, { 120, 40 }, { 60, 20 }, { 80, 24 } };

/* What a console shows that was never of another size. */
static char *fresh(int columns, int rows)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "", "was ok 2 m ago");
	terminal_resize(terminal, columns, rows);
	Buf out = { 0 };
	terminal_looks(terminal, &out);
	return buf_take(&out);
}

typedef struct Wanted { const Tmux *tmux; const char *looks; int columns, rows; } Wanted;

static bool pane_is(Terminal *terminal, void *userdata)
{
	const Wanted *wanted = userdata;
	(void) terminal;
	AUTO_FREE char *now = pane_looks(wanted->tmux, wanted->columns, wanted->rows);
	return text_eq(now, wanted->looks);
}

/* Waits until the pane is exactly what a fresh console of that size draws; asked again whenever `terminal` gets something. */
static void wait_pane(const Tmux *tmux, Terminal *terminal, int columns, int rows)
{
	AUTO_FREE char *looks = fresh(columns, rows);
	AUTO_FREE char *what = bg_asprintf("the pane at %dx%d as a fresh console draws it:\n%s", columns, rows, looks);
	Wanted wanted = { tmux, looks, columns, rows };
	terminal_wait_output_until(terminal, pane_is, &wanted, what);
}

Test(in_tmux, a_smaller_client_and_back_leaves_no_trace)
{
	AUTO_CLEAR(Tmux) tmux = tmux_new("");
	board_is_red(tmux.script);
	AUTO_FREE char *console = story_command(tmux.script, &tmux.folder);
	AUTO(Terminal) *terminal = attach(&tmux, 120, 40, console);
	for (size_t i = 0; i < BG_LENGTH(SIZES); i++) {
		terminal_set_size(terminal, SIZES[i].columns, SIZES[i].rows);
		wait_pane(&tmux, terminal, SIZES[i].columns, SIZES[i].rows);
	}
}

Test(in_tmux, a_second_smaller_client_makes_it_small_until_it_goes)
{
	AUTO_CLEAR(Tmux) tmux = tmux_new("set -g window-size smallest\n");
	board_is_red(tmux.script);
	AUTO_FREE char *console = story_command(tmux.script, &tmux.folder);
	AUTO(Terminal) *large = attach(&tmux, 120, 40, console);
	wait_pane(&tmux, large, 120, 40);
	Terminal *small = attach(&tmux, 80, 24, NULL);
	wait_pane(&tmux, small, 80, 24);
	terminal_set_size(small, 40, 15);
	wait_pane(&tmux, small, 40, 15);
	terminal_free(small);
	wait_pane(&tmux, large, 120, 40);
}

Test(in_tmux, the_client_that_typed_last_decides)
{
	AUTO_CLEAR(Tmux) tmux = tmux_new("set -g window-size latest\n");
	board_is_red(tmux.script);
	AUTO_FREE char *console = story_command(tmux.script, &tmux.folder);
	AUTO(Terminal) *large = attach(&tmux, 120, 40, console);
	wait_pane(&tmux, large, 120, 40);
	AUTO(Terminal) *small = attach(&tmux, 40, 15, NULL);
	wait_pane(&tmux, small, 40, 15);
	/* A key that changes nothing. */
	terminal_keys(large, "ctrl-l");
	wait_pane(&tmux, large, 120, 40);
}

Test(in_tmux, escape_closes_what_is_open)
{
	AUTO_CLEAR(Tmux) tmux = tmux_new("");
	board_is_red(tmux.script);
	AUTO_FREE char *console = story_command(tmux.script, &tmux.folder);
	AUTO(Terminal) *terminal = attach(&tmux, 80, 24, console);
	wait_pane(&tmux, terminal, 80, 24);
	terminal_keys(terminal, "?");
	terminal_wait_output(terminal, "Keys of the screen");
	terminal_keys(terminal, "esc");
	wait_pane(&tmux, terminal, 80, 24);
	terminal_keys(terminal, "down up");
	terminal_keys(terminal, "n");
	terminal_wait_output(terminal, "Note");
	terminal_keys(terminal, "esc");
	wait_pane(&tmux, terminal, 80, 24);
}

/* The buffer that tmux pastes from: it is set before tmux hands the text on. */
static bool has_manual(Terminal *terminal, void *userdata)
{
	(void) terminal;
	AUTO_FREE char *buffer = ASK((const Tmux *) userdata, "show-buffer");
	return text_eq(buffer, "fastly backend update --version 77 --name origin-s3");
}

#define SENT_ON "ZmFzdGx5IGJhY2tlbmQgdXBkYXRlIC0tdmVyc2lvbiA3NyAtLW5hbWUgb3JpZ2luLXMz\a"

static bool is_sent_on(Terminal *terminal, void *userdata)
{
	(void) userdata;
	return terminal_wrote(terminal, SENT_ON);
}

Test(in_tmux, what_is_copied_is_taken_by_tmux_or_passed_through_it)
{
	static const struct { const char *settings; bool taken; } cases[] = {
		{ "set -g set-clipboard on\n", true }, { "set -g set-clipboard off\nset -g allow-passthrough on\n", false },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Tmux) tmux = tmux_new(cases[i].settings);
		story_hosts_planned(tmux.script);
		AUTO_FREE char *console = story_command(tmux.script, &tmux.folder);
		AUTO(Terminal) *terminal = attach(&tmux, 80, 24, console);
		terminal_wait_output(terminal, "eng-oncall/E");
		terminal_keys(terminal, "3");
		terminal_wait_output(terminal, "nothing has been changed yet");
		terminal_keys(terminal, "Y");
		if (cases[i].taken)
			terminal_wait_output_until(terminal, has_manual, &tmux, "the text in tmux's buffer");
		terminal_wait_output_until(terminal, is_sent_on, NULL, "the text for the terminal outside");
	}
}

Test(in_tmux, the_bell_reaches_the_person_once_while_something_waits)
{
	AUTO_CLEAR(Tmux) tmux = tmux_new("set -g bell-action any\nset -g visual-bell off\n");
	story_activate_asked(tmux.script);
	AUTO_FREE char *console = story_command(tmux.script, &tmux.folder);
	AUTO(Terminal) *terminal = attach(&tmux, 80, 24, console);
	terminal_wait_output(terminal, "eng-oncall/E");
	terminal_keys(terminal, "3");
	terminal_wait_output(terminal, "needs product");
	terminal_keys(terminal, "j k 4 5 1");
	terminal_wait_output(terminal, "[1Board");
	cr_assert_eq(terminal_bells(terminal), 1);
}
