/* test_idle_bytes.c: what a console costs that nobody touches: bytes to the terminal while the clock of an incident runs. Counted between two
 * times that the bar shows, not by the clock of this machine, and told for a minute. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board_story.h"
#include "core/base/alloc.h"
#include "failover_story.h"

#define MINUTE_MOST 1024
/* Some ten seconds apart; the story's clock begins at 00:09:05, and what is dear ticks every few seconds. On a busy machine either may be
 * seen late: what is counted is told for the seconds between the two times as the bar shows them. */
#define FROM "T+00:09:1"
#define TO "T+00:09:2"

static size_t second_shown(Terminal *terminal)
{
	const char *found = strstr(terminal_text(terminal), "T+00:09:");
	cr_assert(found);
	return strtoul(found + strlen("T+00:09:"), NULL, 10);
}

static void expect_calm(const char *what, Script *script, const char *keys, const char *text)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	char clock[64];
	snprintf(clock, sizeof(clock), "BREAKGLASS_TEST_CLOCK=%lld+", (long long) SCRIPT_NOW_MS);
	const char *const environment[] = { clock, NULL };
	AUTO(Terminal) *terminal = story_console_on(script, &folder, &(TerminalOptions){ .speed = 9600, .environment = environment }, keys, text);
	terminal_wait_text(terminal, FROM);
	size_t before = terminal_bytes(terminal), begun = second_shown(terminal);
	unsigned bells = terminal_bells(terminal);
	terminal_wait_text(terminal, TO);
	size_t minute = (terminal_bytes(terminal) - before) * 60 / (second_shown(terminal) - begun);
	fprintf(stderr, "# %-44s %5zu bytes a minute\n", what, minute);
	cr_expect(minute <= MINUTE_MOST, "%s: %zu bytes a minute", what, minute);
	cr_expect(terminal_bells(terminal) == bells, "%s: the bell rang again", what);
}

Test(idle_bytes, the_board_of_an_incident)
{
	AUTO(Script) *script = story_begun();
	board_is_well(script);
	expect_calm("board, incident", script, "", "due every 92");
}

Test(idle_bytes, the_board_that_counts_down)
{
	AUTO(Script) *script = story_begun();
	board_is_red(script);
	expect_calm("board, incident, next backup counted down", script, "", "was ok 2 m ago");
}

Test(idle_bytes, the_walk_with_a_plan)
{
	AUTO(Script) *script = story_begun();
	story_hosts_planned(script);
	expect_calm("walk, plan open", script, "3", "nothing has been changed yet");
}

Test(idle_bytes, what_waits_for_you_rings_once)
{
	AUTO(Script) *script = story_begun();
	story_activate_asked(script);
	expect_calm("sign-off, waiting for you", script, "4", "Activate");
}

Test(idle_bytes, the_walk_while_an_action_runs)
{
	AUTO(Script) *script = story_begun();
	story_hosts_started(script);
	const Run *run = incident_find_run(script_incident(script), "r1");
	script_frame(script, "{'t':'job','job':7,'kind':'apply','run':'r1','step':'%s','index':0,'action':3,'undo':false,'label':'fastly.replace',"
		"'who':'eng-oncall','running':true,'progress':'backend 2 of 3','done':2,'total':3,'usual_ms':60000,'age_ms':5000}",
		run_find_step(run, "4.2")->id);
	expect_calm("walk, action running", script, "3", "backend 2 of 3");
}
