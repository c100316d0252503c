/* test_line_news.c: what line mode tells by itself, on a scripted engine. */
#include "board_story.h"
#include "failover_story.h"

#include "core/base/alloc.h"
#include "tests/support/process.h"

/* The bucket was seen and is green by itself; the verdict knows that it was written after the damage. */
Test(line_news, a_green_that_the_verdict_does_not_take_is_not_told_as_one)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = { 0 };
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	script_reply(script, "refresh", "{}");
	script_hold(script, "refresh");
	board_is_too_late(script);
	AUTO_FREE char *console = story_command(script, &folder);
	run_program((const char *const[]) { "/bin/sh", "-c", console, NULL }, "refresh\nstatus\n", NULL, &run);
	const char *told = strstr(buf_text(&run.out), "board: warn: backup bucket");
	cr_assert(told && strstr(told, "(was ok)"), "%s%s", buf_text(&run.out), buf_text(&run.err));
}
