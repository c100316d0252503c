/* test_playbooks_screen.c: the playbooks, as pictures of the real console on a scripted engine. */
#include "failover_story.h"

#include <stdio.h>

static void picture(Script *script, const char *keys, const char *text, const char *name)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, keys, text);
	story_pictures(terminal, name);
}

/* As a team has them: one that ships, one with nothing but headings, one that needs a review, one that cannot be run. */
static void tell_shelf(Script *script)
{
	script_frame(script, "{'t':'playbooks','list':["
		"{'path':'ocw/failover.md','title':'OCW content: fail over','id':'ocw-failover','sha256':'1','procedures':["
		"{'id':'failover','title':'OCW content: fail over','steps':7,'gates':2,'actions':4,'commands':12}]},"
		"{'path':'ocw/failback.md','title':'OCW content: go back','id':'ocw-failback','sha256':'2','review':'to be reviewed since 12 days','procedures':["
		"{'id':'point','title':'Point Fastly at the real bucket','steps':9,'gates':1,'actions':5},"
		"{'id':'resume','title':'Resume the backup','steps':3,'gates':0,'actions':0,'commands':1}]},"
		"{'path':'db/restore.md','title':'Database: restore from the newest snapshot','id':'db','sha256':'3',"
		"'problem':'line 41: no system \\\"warehouse\\\" in the environment','errors':1,'procedures':["
		"{'id':'restore','title':'Restore','steps':12,'gates':2,'actions':6}]}]}");
}

static void tell_long_shelf(Script *script)
{
	AUTO_CLEAR(Buf) frame = {0};
	buf_puts(&frame, "{'t':'playbooks','list':[");
	for (int i = 1; i <= 24; i++)
		buf_printf(&frame, "%s{'path':'book%02d.md','title':'Runbook %02d','id':'b%02d','sha256':'1','procedures':[{'id':'p','title':'Procedure %02d',"
			"'steps':%d,'gates':0,'actions':1}]}", i > 1 ? "," : "", i, i, i, i, i);
	buf_puts(&frame, "]}");
	script_frame(script, "%s", buf_text(&frame));
}

Test(playbooks_screen, lists_procedures_and_what_they_take)
{
	AUTO(Script) *script = story_quiet();
	tell_shelf(script);
	picture(script, "2", "Resume the backup", "playbooks/shelf");
}

Test(playbooks_screen, says_why_one_cannot_be_run)
{
	AUTO(Script) *script = story_quiet();
	tell_shelf(script);
	picture(script, "2 end s", "it cannot be run", "playbooks/cannot-run");
}

Test(playbooks_screen, declares_before_it_starts)
{
	AUTO(Script) *script = story_quiet();
	tell_shelf(script);
	picture(script, "2 s", "What is broken?", "playbooks/start");
}

Test(playbooks_screen, asks_once_within_an_incident)
{
	AUTO(Script) *script = story_begun();
	tell_shelf(script);
	picture(script, "2 j s", "Start this procedure", "playbooks/confirm");
}

Test(playbooks_screen, says_that_the_procedure_is_being_walked_already)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	tell_shelf(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "2", "Being walked: 3 goes there.");
	terminal_keys(terminal, "s");
	terminal_wait_text(terminal, "Start this procedure");
	cr_assert(terminal_shows(terminal, "It is being walked: 0 of 7 steps done."), "%s", terminal_text(terminal));
}

Test(playbooks_screen, scrolls)
{
	AUTO(Script) *script = story_quiet();
	tell_long_shelf(script);
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, "2", "Procedure 09");
	terminal_keys(terminal, "pgdn");
	terminal_wait_text(terminal, "Procedure 10");
	story_pictures(terminal, "playbooks/long");
}

Test(playbooks_screen, reads_one_as_it_will_be_walked)
{
	AUTO(Script) *script = story_begun();
	picture(script, "2 enter", "as it will be walked", "playbooks/reading");
}

Test(playbooks_screen, says_what_would_fill_it)
{
	AUTO(Script) *script = story_quiet();
	picture(script, "2", "No playbook was found", "playbooks/empty");
}
