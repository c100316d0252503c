/* test_describe.c: the lines of a timeline. */
#include "story.h"

static void last_is(const Story *story, EventType type, const char *expected)
{
	AUTO_CLEAR(Buf) out = { 0 };
	Event event = { .type = type, .data = story->last, .who = "ann" };
	event_describe(&event, story->incident, &out);
	assert_text(event_type_name(type), buf_text(&out), expected);
}

Test(describe, what_runs_in_a_terminal_is_told_with_it)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "planned", "{'run':'r1','step':'4.1','index':0,'digest':'%s','plan':{'action':'x','args':{'terminal':'yes'},'changes':[]}}", digest_of('a'));
	story_ok(&story, "apply", "{'run':'r1','step':'4.1','index':0,'digest':'%s','confirm':'yes','terminal':'/dev/pts/3'}", digest_of('a'));
	last_is(&story, EVENT_ACTION_STARTED, "4.1 clone: fastly.clone started (action 1) in the terminal /dev/pts/3");
}

Test(describe, lines_are_plain_and_name_the_step)
{
	AUTO_CLEAR(Story) story = story_declared();
	last_is(&story, EVENT_INCIDENT_DECLARED, "drill declared: mass publish");
	story_ok(&story, "fact", "{'name':'site','value':'live'}");
	last_is(&story, EVENT_FACT_SET, "site is live");
	story_ok(&story, "fact", "{'name':'bad-publish','value':'1795301460000'}");
	last_is(&story, EVENT_FACT_SET, "the damage began 2026-11-21T22:51:00Z");
	story_ok(&story, "fact", "{'name':'bad-publish','value':'9223372036854775807'}");
	last_is(&story, EVENT_FACT_SET, "bad-publish is 9223372036854775807");
	story_ok(&story, "start", "%s", STORY_OUTLINE);
	last_is(&story, EVENT_RUN_STARTED, "run r1 started: Fail over to the backup");
	story_ok(&story, "tick", "{'run':'r1','step':'6','reason':'told\\nthem'}");
	last_is(&story, EVENT_STEP_TICKED, "6 tell the users: ticked, told them");
	story_plan(&story, "4.1", 0);
	last_is(&story, EVENT_PLAN_MADE, "4.1 clone: planned, 0 changes, aaaaaaaaaaaa");
	assert_ok(story_apply(&story, "4.1", 0), &story.err);
	last_is(&story, EVENT_ACTION_STARTED, "4.1 clone: fastly.clone started (action 1)");
	story_finish(&story, "'outcome':'failed','began':false,'error':{'why':'no route to host'}");
	last_is(&story, EVENT_ACTION_FINISHED, "4.1 clone: fastly.clone failed: no route to host");
	story_ok(&story, "ask", "{'run':'r1','gate':'break','subject':'%s','lines':[]}", digest_of('1'));
	last_is(&story, EVENT_GATE_ASKED, "sign-off asked: break the glass");
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "no"), &story.err);
	last_is(&story, EVENT_SIGNOFF_GIVEN, "break the glass: pat said no as product at ann's login, because");
	story_ok(&story, "end", "{'reason':'over'}");
	last_is(&story, EVENT_INCIDENT_ENDED, "incident ended, still open: banner: over");
}

/* The gate of a step has the step's title, which may be a sentence: the answer must not stand behind all of it. */
Test(describe, an_answer_stands_behind_the_first_words_of_its_gate)
{
	AUTO_CLEAR(Story) story = story_declared();
	AUTO_CLEAR(Buf) outline = { 0 };
	const char *title = strstr(STORY_OUTLINE, "break the glass");
	buf_printf(&outline, "%.*sAgree that the server is lost and is made anew%s", (int) (title - STORY_OUTLINE), STORY_OUTLINE, title + strlen("break the glass"));
	story_ok(&story, "start", "%s", buf_text(&outline));
	story_ok(&story, "tick", "{'run':'r1','step':'6','reason':'told'}");
	story_ok(&story, "ask", "{'run':'r1','gate':'break','subject':'%s','lines':[]}", digest_of('1'));
	last_is(&story, EVENT_GATE_ASKED, "sign-off asked: Agree that the server is lost and is made anew");
	assert_ok(story_sign(&story, "break", '1', "product", "pat", "no"), &story.err);
	last_is(&story, EVENT_SIGNOFF_GIVEN, "Agree that the\xe2\x80\xa6: pat said no as product at ann's login, because");
}

Test(describe, what_is_resolved_on_some_nodes_names_them)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "planned", "{'run':'r1','step':'2','index':0,'digest':'%s','plan':{'action':'command.run','changes':[],'args':{'text':'x'},"
		"'basis':{'nodes':['a','b','c']}}}", digest_of('a'));
	assert_ok(story_apply(&story, "2", 0), &story.err);
	story_ok(&story, "lost", "{'action':1,'why':'gone'}");
	story_ok(&story, "resolve", "{'action':1,'as':'ran','reason':'it is there','nodes':['c','a']}");
	AUTO_CLEAR(Buf) out = { 0 };
	Event event = { .type = EVENT_ACTION_RESOLVED, .data = story.last, .who = "ann" };
	event_describe(&event, story.incident, &out);
	cr_assert(str_ends(buf_str(&out), " resolved on c, a, it ran: it is there"), "%s", buf_text(&out));
	story_ok(&story, "resolve", "{'action':1,'as':'not-run','reason':'it is not'}");
	buf_clear(&out);
	event.data = story.last;
	event_describe(&event, story.incident, &out);
	cr_assert(str_ends(buf_str(&out), " resolved, it did not run: it is not"), "%s", buf_text(&out));
}

Test(describe, what_was_held_says_how_many_from_when_to_when_and_why)
{
	AUTO_CLEAR(Story) story = story_declared();
	story_ok(&story, "held", "{'count':2,'first':2,'last':3,'since':1770000000000,'until':1770000060000,'why':'No space left on device'}");
	last_is(&story, EVENT_JOURNAL_HELD, "2 records were held in memory from Feb 2 2026 02:40:00Z to Feb 2 2026 02:41:00Z: No space left on device; on disk since");
	story_ok(&story, "held", "{'count':0,'why':'Read-only file system'}");
	last_is(&story, EVENT_JOURNAL_HELD, "the record could not be written: Read-only file system; it can be again");
	story_no(&story, ERROR_INVALID, "", "held", "{'count':1}");
}

Test(describe, every_type_of_record_has_a_line_even_with_nothing_in_it)
{
	AUTO(Json) *empty = json_new_object();
	for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
		Event event = { .type = (EventType) i, .data = i % 2 ? empty : NULL };
		AUTO_CLEAR(Buf) out = { 0 };
		event_describe(&event, NULL, &out);
		cr_assert_eq(event_type_parse(event_type_name((EventType) i)), (EventType) i);
	}
	cr_assert_eq(event_type_parse("from.the.future"), EVENT_UNKNOWN);
}
