/* test_copying.c: what reaches the clipboard of the terminal in front of a person, and what is done where there is none. */
#include "board_story.h"
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "failover_story.h"

static char *sequence_of(const char *text)
{
	Buf out = { 0 };
	buf_puts(&out, "\033]52;c;");
	base64_encode(text, strlen(text), &out);
	buf_putc(&out, '\a');
	return buf_take(&out);
}

static void expect_copied(Terminal *terminal, const char *text)
{
	AUTO_FREE char *sequence = sequence_of(text);
	terminal_wait_text(terminal, "Copied");
	cr_assert(terminal_wrote(terminal, sequence), "\"%s\" was not sent to the clipboard", text);
}

Test(copying, how_the_open_plan_is_done_by_hand)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_hosts_planned(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "nothing has been changed yet");
	terminal_keys(terminal, "Y");
	expect_copied(terminal, "fastly backend update --version 77 --name origin-s3");
}

Test(copying, the_same_by_its_name)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_hosts_planned(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "nothing has been changed yet");
	terminal_type(terminal, ":copy\n");
	expect_copied(terminal, "fastly backend update --version 77 --name origin-s3");
}

Test(copying, the_row_in_words_where_there_is_nothing_better)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "", "was ok 2 m ago");
	terminal_keys(terminal, "Y");
	expect_copied(terminal, "fail: site pages: 14 of 40 sampled pages are broken (< 40 s ago)");
	terminal_keys(terminal, "5 Y");
	terminal_wait_text(terminal, "[5Timeline");
	terminal_wait_text(terminal, "Copied");
}

/* What a system says may be made to harm whoever pastes it. */
Test(copying, nothing_that_a_terminal_obeys)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	script_record(script, "eng-oncall", 60000, "note", "{'text':'evil \\u001b]52;c;ZXZpbA==\\u0007\\u001b[201~ rm \\u202egpj.exe'}");
	AUTO(Terminal) *terminal = story_console(script, &folder, "5", "evil");
	terminal_keys(terminal, "Y");
	expect_copied(terminal, "22:59:00Z eng-oncall: note: evil  rm \xef\xbf\xbdgpj.exe");
	cr_assert(!terminal_wrote(terminal, "ZXZpbA=="));
}

Test(copying, is_shown_where_there_is_no_clipboard)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_hosts_planned(script);
	AUTO(Terminal) *terminal = story_console_on(script, &folder, &(TerminalOptions){ .type = "linux" }, "3", "nothing has been changed yet");
	terminal_keys(terminal, "Y");
	terminal_wait_text(terminal, "To copy by hand");
	cr_assert(terminal_shows(terminal, "fastly backend update --version 77 --name origin-s3"));
	cr_assert(!terminal_wrote(terminal, "]52;"));
}

/* The console is left by its own key: a leak of what was begun to be copied is told at its end, by the sanitizers. */
Test(copying, of_a_sign_off_screen_that_has_no_statement_yet)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	AUTO(Terminal) *terminal = story_console(script, &folder, "4", "Not asked yet");
	terminal_keys(terminal, "Y");
	terminal_wait_text(terminal, "Copied");
	terminal_keys(terminal, "q");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
}
