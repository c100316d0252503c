/* test_idle_bytes.c: what a console costs that nobody touches: bytes to the terminal while the clock of an incident runs. Counted between two
 * times that the bar shows, not by the clock of this machine, and told for a minute. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board_story.h"
#include "core/base/alloc.h"
#include "failover_story.h"
#include "tests/support/told.h"

#define MINUTE_MOST 1024
/* The story's clock begins at 00:09:05, and what is dear ticks every few seconds: less than so many are no measure, and what comes near the
 * limit wants more. On a busy machine either end may be seen late: what is counted is told for the seconds between the two times as the bar shows them. */
#define BEGIN_SECOND 10
#define SECONDS_LEAST 8
#define SECONDS_NEAR_LIMIT 28

static size_t second_shown(Terminal *terminal)
{
	const char *found = strstr(terminal_text(terminal), "T+00:09:");
	cr_assert(found);
	return strtoul(found + strlen("T+00:09:"), NULL, 10);
}

/* Waits until the bar shows a time whose tens of seconds are those of `second`, and tells which it is. */
static size_t wait_second(Terminal *terminal, size_t second)
{
	AUTO_FREE char *text = bg_asprintf("T+00:09:%zu", second / 10);
	terminal_wait_text(terminal, text);
	return second_shown(terminal);
}

static void expect_calm(const char *what, Script *script, const char *keys, const char *text, size_t seconds)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	char clock[64];
	snprintf(clock, sizeof(clock), "BREAKGLASS_TEST_CLOCK=%lld+", (long long) SCRIPT_NOW_MS);
	const char *const environment[] = { clock, NULL };
	AUTO(Terminal) *terminal = story_console_on(script, &folder, &(TerminalOptions){ .speed = 9600, .environment = environment }, keys, text);
	terminal_wait_text(terminal, "T+00:09:");
	/* Not before the next time that ends in 0: of a console that was slow to come, the rest of its first picture may still be on the line. */
	size_t shown = second_shown(terminal);
	size_t begun = wait_second(terminal, shown < BEGIN_SECOND ? BEGIN_SECOND : (shown / 10 + 1) * 10);
	size_t before = terminal_bytes(terminal);
	unsigned bells = terminal_bells(terminal);
	size_t ended = begun;
	while (ended < begun + seconds)
		ended = wait_second(terminal, ended + 10);
	size_t minute = (terminal_bytes(terminal) - before) * 60 / (ended - begun);
	tell("%-44s %5zu bytes a minute, counted over %zu s", what, minute, ended - begun);
	cr_expect(minute <= MINUTE_MOST, "%s: %zu bytes a minute", what, minute);
	cr_expect(terminal_bells(terminal) == bells, "%s: the bell rang again", what);
}

Test(idle_bytes, the_board_of_an_incident)
{
	AUTO(Script) *script = story_begun();
	board_is_well(script);
	expect_calm("board, incident", script, "", "due every 92", SECONDS_LEAST);
}

Test(idle_bytes, the_board_that_counts_down)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	expect_calm("board, incident, next backup counted down", script, "", "was ok 2 m ago", SECONDS_NEAR_LIMIT);
}

Test(idle_bytes, the_walk_with_a_plan)
{
	AUTO(Script) *script = story_begun();
	story_hosts_planned(script);
	expect_calm("walk, plan open", script, "3", "nothing has been changed yet", SECONDS_LEAST);
}

Test(idle_bytes, what_waits_for_you_rings_once)
{
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	expect_calm("sign-off, waiting for you", script, "4", "Activate", SECONDS_LEAST);
}

Test(idle_bytes, the_walk_while_an_action_runs)
{
	AUTO(Script) *script = story_begun();
	story_hosts_started(script);
	const Run *run = incident_find_run(script_incident(script), "r1");
	script_frame(script, "{'t':'job','job':7,'kind':'apply','run':'r1','step':'%s','index':0,'action':3,'undo':false,'label':'fastly.replace',"
		"'who':'eng-oncall','running':true,'progress':'backend 2 of 3','done':2,'total':3,'usual_ms':60000,'age_ms':5000}",
		run_find_step(run, "4.2")->id);
	expect_calm("walk, action running", script, "3", "backend 2 of 3", SECONDS_NEAR_LIMIT);
}
