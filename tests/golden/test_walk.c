/* test_walk.c: the walk, as pictures of the real console on a scripted engine. */
#include "core/base/alloc.h"
#include "failover_story.h"

typedef void Tell(Script *script);

/* Playbook and preview come in their own time: the full record of the step shows that both are here. */
static void wait_for_all(Terminal *terminal, const char *source)
{
	terminal_keys(terminal, "d");
	terminal_wait_text(terminal, source);
	terminal_wait_text(terminal, "What its keys run");
	terminal_keys(terminal, "d");
	terminal_wait_no_text(terminal, "What its keys run");
}

/* Each of these is a moment at which somebody looks at the screen in a hurry. */
static void picture(Tell *tell, const char *source, const char *text, const char *name)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	tell(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", text);
	wait_for_all(terminal, source);
	terminal_wait_text(terminal, text);
	story_pictures(terminal, name);
}

Test(walk, shows_an_open_plan)
{
	picture(story_hosts_planned, "The health check names", "same change", "walk/plan-open");
}

static void tell_running(Script *script)
{
	story_hosts_started(script);
	const Run *run = incident_find_run(script_incident(script), "r1");
	script_frame(script, "{'t':'job','job':7,'kind':'apply','run':'r1','step':'%s','index':0,'action':3,'undo':false,'label':'fastly.replace',"
		"'who':'eng-oncall','running':true,'progress':'backend 2 of 3','done':2,'total':3,'usual_ms':3600000,'age_ms':7450000}",
		run_find_step(run, "4.2")->id);
	script_frame(script, "{'t':'output','job':7,'text':'PUT backend origin-s3: 200\\nPUT health check origin-s3: 200\\n"
		"rate limit: 998 of 1000 left\\n'}");
}

/* The hours are for the picture: minutes do not change while it is taken. */
Test(walk, shows_what_runs_and_that_it_is_slow)
{
	picture(tell_running, "The health check names", "998 of 1000 left", "walk/running");
}

static void tell_lent(Script *script)
{
	story_lent(script);
	const Run *run = incident_find_run(script_incident(script), "r1");
	script_frame(script, "{'t':'job','job':7,'kind':'apply','run':'r1','step':'%s','index':0,'action':3,'undo':false,'label':'bin/konduit.sh -x service -- psql',"
		"'who':'eng-oncall','running':true,'age_ms':7450000}", run_find_step(run, "4.2")->id);
}

Test(walk, shows_who_runs_a_command_in_a_terminal_of_their_own)
{
	picture(tell_lent, "The health check names", "in the terminal of eng-oncall", "walk/lent");
}

static void tell_doubt(Script *script)
{
	story_hosts_started(script);
	script_record(script, "engine", 5000, "lost", "{'action':3,'why':'the engine stopped while fastly was being asked'}");
}

Test(walk, does_not_offer_to_end_what_is_not_done)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_paused(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3 home", "2/7");
	terminal_keys(terminal, "enter");
	terminal_wait_text(terminal, "steps are still to do");
}

Test(walk, opens_the_gate_of_a_section_from_its_heading)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_paused(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3 k k", "arrow keys fold and unfold");
	terminal_keys(terminal, "j");
	terminal_wait_text(terminal, "waits   needs product and engineering");
	terminal_keys(terminal, "k");
	terminal_wait_text(terminal, "arrow keys fold and unfold");
	terminal_keys(terminal, "g");
	terminal_wait_text(terminal, "[4Sign-off");
}

Test(walk, fetches_the_output_of_what_ends_while_its_details_are_open)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	tell_running(script);
	script_reply(script, "note", "{}");
	script_reply(script, "output", "{'lines':[{'k':'out','s':'whole output of the action'}]}");
	script_hold(script, "note");
	script_record(script, "engine", 1000, "finished", "{'action':3,'outcome':'done','began':true,'verified':'yes','evidence':'seen'}");
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "998 of 1000 left");
	terminal_keys(terminal, "d");
	terminal_wait_text(terminal, "What its keys run");
	terminal_resize(terminal, 120, 70);
	terminal_type(terminal, ":note it ends now\n");
	terminal_wait_text(terminal, "whole output of the action");
}

Test(walk, explains_doubt)
{
	picture(tell_doubt, "The health check names", "nobody knows whether it happened", "walk/in-doubt");
}

Test(walk, says_who_is_missing_at_a_gate)
{
	picture(story_activate_asked, "3. Activate", "needs product and engineering", "walk/gate-waits");
}

static void tell_warning(Script *script)
{
	script_record(script, "engine", 7 * 60000, "checked", "{'run':'r1','step':'1','index':0,'ok':true,'text':'succeeded, ended 03:12Z'}");
	script_reply(script, "preview", "{'rows':[{'index':0,'verb':'concourse.pause','label':'concourse.pause','risk':'change','also':false,"
		"'args':{'pipeline':'backup'},'ready':true,'missing':[]},{'index':1,'verb':'concourse.destroy','label':'doubly safe: destroy the "
		"pipeline','risk':'destructive','also':true,'args':{'pipeline':'backup'},'ready':true,'missing':[]}],'values':[],"
		"'failed_guards':[{'text':'At 10 damaged courses or fewer it is safer to revert them one by one','soft':true,'confirm':false}]}");
}

Test(walk, tells_warnings_first)
{
	picture(tell_warning, "Whoever wants", "doubly safe", "walk/warnings");
}

/* A plan that is longer than the dialog. */
static void tell_long_plan(Script *script)
{
	AUTO_CLEAR(Buf) changes = {0};
	for (int i = 0; i < 20; i++)
		buf_printf(&changes, "%s{'what':'backend number %d address','from':'ocw-live.s3.amazonaws.com','to':'ocw-backup-live.s3.amazonaws.com'}", i ? "," : "", i);
	story_hosts_planned(script);
	const Run *run = incident_find_run(script_incident(script), "r1");
	AUTO_FREE char *id = bg_strdup(run_find_step(run, "4.2")->id);
	AUTO(Json) *args = script_json("{'run':'r1','step':'%s','index':0,'digest':'%064d','undo':false}", id, 7);
	json_add(args, "plan", script_json("{'action':'fastly.replace','target':'fastly service ocw-live, draft v77','changes':[%s],"
		"'guards':{'failed':[{'text':'The pages were looked at by hand','soft':false,'confirm':true}]}}", buf_text(&changes)));
	script_record_json(script, "engine", 10000, "planned", args);
}

Test(walk, never_hides_what_is_agreed_to_behind_a_long_plan)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	tell_long_plan(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "nothing has been changed yet");
	terminal_keys(terminal, "y");
	terminal_wait_text(terminal, "more: Esc, then read on");
	cr_assert(terminal_shows(terminal, "? The pages were looked at by hand"), "%s", terminal_text(terminal));
	cr_assert(terminal_shows(terminal, "By going on you say that this is so."));
}

Test(walk, takes_back_that_a_step_was_left_out)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_paused(script);
	script_record(script, "eng-oncall", 10000, "skip", "{'run':'r1','step':'3','reason':'nobody is there'}");
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "Decide together");
	terminal_keys(terminal, "k k");   /* 4.1 is selected: back over 4 */
	terminal_type(terminal, "X");
	terminal_wait_text(terminal, "That it was left out stays in the record.");
	cr_assert(terminal_shows(terminal, "Do it after all") && !terminal_shows(terminal, "Take the tick back"), "%s", terminal_text(terminal));
}

Test(walk, asks_for_values)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_paused(script);
	/* A text of the playbook says that it is here. */
	AUTO(Terminal) *terminal = story_console(script, &folder, "3 j j j", "The health check names the bucket too.");
	terminal_keys(terminal, "e");
	terminal_wait_text(terminal, "set them");
	story_pictures(terminal, "walk/values");
}

/* Enough of the backup's check to see that the damage came first. */
static void tell_untrue(Script *script)
{
	script_record(script, "engine", 40000, "checked", "{'run':'r1','step':'1','index':0,'ok':false,'name':'the backup predates the damage',"
		"'text':'succeeded, ended 22:58Z, 1 m 20 s ago','reason':'last end is 22:58Z, wanted: before 22:51Z'}");
}

Test(walk, says_that_a_check_is_not_true_and_what_can_be_done)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	tell_untrue(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "last end is 22:58Z, wanted:");
	terminal_wait_text(terminal, "Look at the job's last build");
	story_pictures(terminal, "walk/not-true");
}

Test(walk, asks_about_a_tick_with_the_check_that_is_not_true)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	tell_untrue(script);
	script_refuse(script, "tick", "not true: the backup predates the damage", "look again, or give a reason");
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "NOT TRUE   the backup predates the damage");
	terminal_keys(terminal, "x");
	terminal_wait_text(terminal, "Tick it all the same?");
	cr_assert(terminal_shows(terminal, "last end is 22:58Z, wanted: before 22:51Z"));
	cr_assert(terminal_shows(terminal, "succeeded, ended 22:58Z"));
}

Test(walk, shows_the_state_again_after_the_next_key)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_hosts_planned(script);
	AUTO(Terminal) *terminal = story_console(script, &folder, "3", "nothing has been changed yet");
	terminal_keys(terminal, "u");
	terminal_wait_no_text(terminal, "nothing has been changed yet");
	terminal_keys(terminal, "J");
	terminal_wait_text(terminal, "nothing has been changed yet");
}
