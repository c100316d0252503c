/* test_decide_apply.c: the one door to anything dangerous: everything that must keep it shut. */
#include <stdio.h>

#include "story.h"

#define ACTIVATE "{'run':'r1','step':'4.3','index':0,'digest':'%s','confirm':'%s','subjects':{'live':'%s'}}"
#define GUARDED "{'run':'r1','step':'4.1','index':0,'digest':'%s','confirm':'yes','failed_guards':[%s]%s}"

Test(decide_apply, activation_needs_plan_agreement_and_the_typed_name)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_no(&story, ERROR_CONFLICT, "needs product and engineering", "apply", ACTIVATE, digest_of('a'), "ocw-live",
		digest_of('1'));
	story_sign_both(&story, "live", '1');
	story_no(&story, ERROR_CONFLICT, "there is no plan for this", "apply", ACTIVATE, digest_of('a'), "ocw-live",
		digest_of('1'));
	story_plan(&story, "4.3", 0);
	story_no(&story, ERROR_CONFLICT, "a newer plan was made", "apply", ACTIVATE, digest_of('b'), "ocw-live",
		digest_of('1'));
	story_no(&story, ERROR_CONFLICT, "not what would be done now", "apply", ACTIVATE, digest_of('a'), "ocw-live",
		digest_of('2'));
	story_no(&story, ERROR_CONFLICT, "not what would be done now", "apply",
		"{'run':'r1','step':'4.3','index':0,'digest':'%s','confirm':'ocw-live'}",
		digest_of('a'));
	story_no(&story, ERROR_INVALID, "must be typed", "apply", ACTIVATE, digest_of('a'), "", digest_of('1'));
	story_no(&story, ERROR_INVALID, "the typed name is not \"ocw-live\"", "apply", ACTIVATE, digest_of('a'), "yes",
		digest_of('1'));
	assert_text("what", story.err.what, "apply a plan");
	assert_text("where", story.err.where, "4.3 activate");
	story_ok(&story, "apply", ACTIVATE, digest_of('a'), "ocw-live", digest_of('1'));
	assert_text("risk", json_get_string(story.last, "risk"), "destructive");
	assert_text("save", json_get_string(story.last, "save"), "previous");
	assert_text("subject", json_get_string(json_get(story.last, "subjects"), "live"), digest_of('1'));
	cr_assert_eq(json_get_int(story.last, "action", 0), 1);
}

Test(decide_apply, what_wants_a_terminal_is_not_started_without_one)
{
	static const char APPLY[] = "{'run':'r1','step':'4.1','index':0,'digest':'%s','confirm':'yes'%s}";
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "planned", "{'run':'r1','step':'4.1','index':0,'digest':'%s','plan':{'action':'x','args':{'terminal':'yes'},'changes':[]}}", digest_of('a'));
	story_no(&story, ERROR_DENIED, "none was lent", "apply", APPLY, digest_of('a'), "");
	story_ok(&story, "apply", APPLY, digest_of('a'), ",'terminal':'/dev/pts/3'");
	assert_text("terminal", json_get_string(story.last, "terminal"), "/dev/pts/3");
	assert_text("action", story.incident->actions[0].terminal, "/dev/pts/3");
}

/* What the engine runs itself has no place in anybody's terminal, whatever was said. */
Test(decide_apply, a_terminal_is_not_recorded_where_none_is_wanted)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.1", 0);
	story_ok(&story, "apply", "{'run':'r1','step':'4.1','index':0,'digest':'%s','confirm':'yes','terminal':'/dev/pts/3'}", digest_of('a'));
	cr_assert(!json_get(story.last, "terminal"));
	cr_assert_null(story.incident->actions[0].terminal);
}

Test(decide_apply, a_live_gate_that_ran_out_keeps_it_shut)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.3", 0);
	story_sign_both(&story, "live", '1');
	story.now.ms += 3600000;
	assert_refused(story_apply(&story, "4.3", 0), &story.err, ERROR_CONFLICT, "signed too long ago");
}

Test(decide_apply, one_action_of_a_run_at_a_time)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.1", 0);
	story_plan(&story, "2", 0);
	assert_ok(story_apply(&story, "4.1", 0), &story.err);
	assert_refused(story_apply(&story, "2", 0), &story.err, ERROR_CONFLICT,
		"action 1 (fastly.clone) of step 4.1 is still running");
	story_no(&story, ERROR_CONFLICT, "still running", "end", "{'reason':'x'}");
	story_no(&story, ERROR_CONFLICT, "still running", "finish", "{'run':'r1','how':'abandoned','reason':'x'}");
	story_finish(&story, "'outcome':'done','began':true");
	assert_ok(story_apply(&story, "2", 0), &story.err);
}

Test(decide_apply, after_a_failure_or_a_change_a_new_plan_is_wanted)
{
	static const char *const outcomes[] = { "failed", "stopped" };
	for (size_t i = 0; i < BG_LENGTH(outcomes); i++) {
		AUTO_CLEAR(Story) story = story_walking();
		char fields[64];
		snprintf(fields, sizeof fields, "'outcome':'%s','began':false", outcomes[i]);
		story_do(&story, "4.1", 0, fields);
		cr_assert(step_can_start(story.incident, story_run(&story), story_step(&story, "4.1"), 0, story.now, NULL));
		assert_refused(story_apply(&story, "4.1", 0), &story.err, ERROR_CONFLICT, i ? "has changed since"
			: "it failed");
		assert_text("hint", story.err.hint, "make a new plan: p");
		story_do(&story, "4.1", 0, "'outcome':'done','began':true");
	}
}

Test(decide_apply, a_done_step_is_not_done_again_by_accident)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_do(&story, "4.1", 0, "'outcome':'done','began':true");
	assert_refused(story_apply(&story, "4.1", 0), &story.err, ERROR_CONFLICT, "it is done");
	story_no(&story, ERROR_CONFLICT, "it is done", "planned",
		"{'run':'r1','step':'4.1','index':0,'digest':'%s','plan':{}}", digest_of('a'));
	story_ok(&story, "untick", "{'run':'r1','step':'4.1'}");
	story_do(&story, "4.1", 0, "'outcome':'done','began':true");
}

Test(decide_apply, guards_refuse_or_want_a_reason)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.1", 0);
	story_no(&story, ERROR_DENIED, "only 9 courses", "apply", GUARDED, digest_of('a'),
		"{'text':'only 9 courses','soft':false}", ",'reason':'r'");
	story_no(&story, ERROR_CONFLICT, "only 9 courses", "apply", GUARDED, digest_of('a'),
		"{'text':'only 9 courses','soft':true}", "");
	story_ok(&story, "apply", GUARDED, digest_of('a'), "{'text':'only 9 courses','soft':true}",
		",'reason':'they are the big ones'");
	cr_assert_eq(json_count(json_get(story.last, "guards")), 1);
}

typedef struct Refusal { const char *name, *args; ErrorKind kind; const char *why; } Refusal;

Test(decide_apply, wrong_names_are_refused)
{
	static const Refusal refusals[] = {
		{ "run", "{'run':'r9','step':'4.1','index':0}", ERROR_MISSING, "there is no run \"r9\"" },
		{ "no run", "{}", ERROR_MISSING, "there is no run" },
		{ "step", "{'run':'r1','step':'9','index':0}", ERROR_MISSING, "no step \"9\"" },
		{ "row", "{'run':'r1','step':'4.1','index':1}", ERROR_MISSING, "no such action" },
		{ "no row", "{'run':'r1','step':'6','index':0}", ERROR_MISSING, "nothing to run" },
		{ "text as row", "{'run':'r1','step':'4.1','index':'0'}", ERROR_MISSING, "no such action" },
		{ "not confirmed", "{'run':'r1','step':'4.1','index':0,'digest':'"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}", ERROR_INVALID, "was not confirmed" },
		{ "no digest", "{'run':'r1','step':'4.1','index':0,'confirm':'yes'}", ERROR_INVALID, "not a SHA-256" },
		{ "no undo", "{'run':'r1','step':'4.1','index':0,'undo':true}", ERROR_INVALID, "no way back" },
		{ "nothing to undo", "{'run':'r1','step':'2','index':0,'undo':true}", ERROR_CONFLICT,
		"nothing of it was done" },
	};
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.1", 0);
	for (size_t i = 0; i < BG_LENGTH(refusals); i++)
		story_no(&story, refusals[i].kind, refusals[i].why, "apply", "%s", refusals[i].args);
	cr_assert_eq(story.incident->action_count, 0);
}
