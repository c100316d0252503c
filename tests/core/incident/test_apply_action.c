/* test_apply_action.c: what follows from plans, starts and outcomes of actions. */
#include "story.h"

Test(apply_action, an_action_goes_from_plan_to_done_and_saves_its_value)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.1", 0);
	story_state(&story, "4.1", STEP_PLANNED);
	assert_ok(story_apply(&story, "4.1", 0), &story.err);
	story_state(&story, "4.1", STEP_RUNNING);
	cr_assert_eq(incident_running_action(story.incident, story_run(&story))->number, 1);
	story_finish(&story, "'outcome':'done','began':true,'verified':'yes','value':'77','values':{'base':'76'},'exit':0");
	story_state(&story, "4.1", STEP_DONE);
	cr_assert_null(incident_running_action(story.incident, NULL));
	assert_text("saved", run_value(story_run(&story), "draft"), "77");
	assert_text("further", run_value(story_run(&story), "base"), "76");
}

Test(apply_action, several_actions_are_done_in_order)
{
	AUTO_CLEAR(Story) story = story_walking();
	size_t next;
	story_plan(&story, "4.2", 1);
	story_no(&story, ERROR_CONFLICT, "fastly.replace comes first", "apply",
		"{'run':'r1','step':'4.2','index':1,'digest':'%s','confirm':'yes'}",
		digest_of('a'));
	story_do(&story, "4.2", 0, "'outcome':'done','began':true");
	story_state(&story, "4.2", STEP_TODO);
	cr_assert(step_next_action(story_step(&story, "4.2"), &next));
	cr_assert_eq(next, 1);
	/* The plan of the second one was made before: it still holds until a newer one. */
	assert_ok(story_apply(&story, "4.2", 1), &story.err);
	story_finish(&story, "'outcome':'done','began':true");
	story_state(&story, "4.2", STEP_DONE);
}

typedef struct Outcome { const char *name, *fields; StepState state; const char *ledger; } Outcome;

Test(apply_action, what_is_opened_depends_on_whether_it_began)
{
	static const Outcome outcomes[] = {
		{ "done", "'outcome':'done','began':true", STEP_CHECKING, "backup-paused" },
		{ "failed before", "'outcome':'failed','began':false,'error':{'why':'refused'}", STEP_FAILED, "" },
		{ "failed after", "'outcome':'failed','began':true,'error':{'why':'500'}", STEP_FAILED, "backup-paused" },
		{ "stopped", "'outcome':'stopped','began':false", STEP_STOPPED, "" },
		{ "cancelled before", "'outcome':'cancelled','began':false", STEP_STOPPED, "" },
		{ "cancelled after", "'outcome':'cancelled','began':true", STEP_FAILED, "backup-paused" },
	};
	for (size_t i = 0; i < BG_LENGTH(outcomes); i++) {
		AUTO_CLEAR(Story) story = story_walking();
		story_do(&story, "2", 0, outcomes[i].fields);
		story_state(&story, "2", outcomes[i].state);
		story_ledger(&story, outcomes[i].ledger);
	}
}

Test(apply_action, its_own_verify_decides_whether_it_is_green)
{
	static const Outcome outcomes[] = {
		{ "no verify", "'outcome':'done','began':true", STEP_DONE, "" },
		{ "yes", "'outcome':'done','began':true,'verified':'yes'", STEP_DONE, "" },
		{ "could not look", "'outcome':'done','began':true,'verified':'unknown'", STEP_READY, "" },
		{ "no", "'outcome':'done','began':true,'verified':'no'", STEP_CHECKING, "" },
	};
	for (size_t i = 0; i < BG_LENGTH(outcomes); i++) {
		AUTO_CLEAR(Story) story = story_walking();
		story_do(&story, "4.1", 0, outcomes[i].fields);
		story_state(&story, "4.1", outcomes[i].state);
		if (outcomes[i].state == STEP_CHECKING) {
			story_no(&story, ERROR_CONFLICT, "the system does not show it", "tick", "{'run':'r1','step':'4.1'}");
			story_ok(&story, "tick", "{'run':'r1','step':'4.1','reason':'seen in the web interface'}");
		}
	}
}

Test(apply_action, a_lost_action_is_in_doubt_until_a_person_says)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "2", 0);
	assert_ok(story_apply(&story, "2", 0), &story.err);
	story_ok(&story, "lost", "{'action':1,'why':'the engine stopped while concourse was being asked'}");
	story_state(&story, "2", STEP_IN_DOUBT);
	story_ledger(&story, "backup-paused?");
	cr_assert_eq(incident_in_doubt(story.incident), 1);
	story_no(&story, ERROR_CONFLICT, "not known", "tick", "{'run':'r1','step':'2'}");
	story_no(&story, ERROR_CONFLICT, "not known", "skip", "{'run':'r1','step':'2','reason':'x'}");
	story_no(&story, ERROR_CONFLICT, "not known", "end", "{'reason':'x'}");
	story_no(&story, ERROR_CONFLICT, "not known", "finished", "{'action':1,'outcome':'done'}");
	story_no(&story, ERROR_INVALID, "say what you saw", "resolve", "{'action':1,'as':'ran'}");
	story_ok(&story, "resolve", "{'action':1,'as':'ran','reason':'the pipeline is paused in the web interface'}");
	story_state(&story, "2", STEP_CHECKING);
	story_ledger(&story, "backup-paused");
	cr_assert_eq(incident_in_doubt(story.incident), 0);
}

Test(apply_action, resolved_as_not_run_closes_what_was_doubtful)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "2", 0);
	assert_ok(story_apply(&story, "2", 0), &story.err);
	story_ok(&story, "lost", "{'action':1,'why':'gone'}");
	story_ok(&story, "resolve", "{'action':1,'as':'not-run','reason':'it is not paused'}");
	story_state(&story, "2", STEP_TODO);
	story_ledger(&story, "");
	story_do(&story, "2", 0, "'outcome':'done','began':true");
	story_ledger(&story, "backup-paused");
}

Test(apply_action, resolved_as_ran_without_checks_is_for_a_person_to_tick)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_plan(&story, "4.1", 0);
	assert_ok(story_apply(&story, "4.1", 0), &story.err);
	story_ok(&story, "lost", "{'action':1}");
	story_ok(&story, "resolve", "{'action':1,'as':'ran','reason':'v77 is there'}");
	story_state(&story, "4.1", STEP_READY);
	story_ok(&story, "tick", "{'run':'r1','step':'4.1'}");
}

Test(apply_action, an_optional_action_never_moves_its_step_and_opens_nothing)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_do(&story, "2", 1, "'outcome':'done','began':true");
	story_state(&story, "2", STEP_TODO);
	story_ledger(&story, "");
	story_plan(&story, "2", 1);
	assert_ok(story_apply(&story, "2", 1), &story.err);
	story_ok(&story, "lost", "{'action':2,'why':'gone'}");
	story_state(&story, "2", STEP_TODO);
	/* Its doubt still holds up the step. */
	story_no(&story, ERROR_CONFLICT, "not known", "tick", "{'run':'r1','step':'2','reason':'x'}");
}

static void undo_plan(Story *story)
{
	story_ok(story, "planned",
		"{'run':'r1','step':'2','index':0,'undo':true,'digest':'%s','plan':{'action':'concourse.unpause'}}",
		digest_of('b'));
	story_ok(story, "apply", "{'run':'r1','step':'2','index':0,'undo':true,'digest':'%s','confirm':'yes'}",
		digest_of('b'));
}

static Story story_paused(void)
{
	Story story = story_walking();
	story_do(&story, "2", 0, "'outcome':'done','began':true,'verified':'yes'");
	story_check(&story, "2", true);
	story_state(&story, "2", STEP_DONE);
	return story;
}

Test(apply_action, an_undo_closes_what_the_step_opened)
{
	AUTO_CLEAR(Story) story = story_paused();
	undo_plan(&story);
	story_state(&story, "2", STEP_RUNNING);
	assert_text("verb", story.incident->actions[1].verb, "concourse.unpause");
	story_finish(&story, "'outcome':'done','began':true");
	story_state(&story, "2", STEP_UNDONE);
	story_ledger(&story, "");
	cr_assert_not(story_step(&story, "2")->actions[0].done);
	story_no(&story, ERROR_CONFLICT, "undone already", "planned",
		"{'run':'r1','step':'2','index':0,'undo':true,'digest':'%s','plan':{}}",
		digest_of('b'));
	story_do(&story, "2", 0, "'outcome':'done','began':true");
	story_ledger(&story, "backup-paused");
}

Test(apply_action, an_undo_that_changed_nothing_leaves_the_step_as_it_was)
{
	AUTO_CLEAR(Story) story = story_paused();
	undo_plan(&story);
	story_finish(&story, "'outcome':'stopped','began':false");
	story_state(&story, "2", STEP_DONE);
	story_ledger(&story, "backup-paused");
	cr_assert_eq(story.incident->ledger_count, 1);
}

Test(apply_action, an_undo_that_failed_on_the_way_is_shown_and_its_item_stays)
{
	AUTO_CLEAR(Story) story = story_paused();
	undo_plan(&story);
	story_finish(&story, "'outcome':'failed','began':true");
	story_state(&story, "2", STEP_FAILED);
	story_ledger(&story, "backup-paused");
	undo_plan(&story);
	story_ok(&story, "lost", "{'action':3,'why':'gone'}");
	story_state(&story, "2", STEP_IN_DOUBT);
	story_ok(&story, "resolve", "{'action':3,'as':'ran','reason':'it runs again'}");
	story_state(&story, "2", STEP_UNDONE);
	story_ledger(&story, "");
}

Test(apply_action, the_way_back_stays_open_when_the_run_is_over)
{
	AUTO_CLEAR(Story) story = story_paused();
	story_ok(&story, "finish", "{'run':'r1','how':'done','reason':'enough'}");
	story_no(&story, ERROR_CONFLICT, "this run is over", "tick", "{'run':'r1','step':'6'}");
	undo_plan(&story);
	story_finish(&story, "'outcome':'done','began':true");
	story_ledger(&story, "");
}

Test(apply_action, an_outcome_is_recorded_whatever_it_looks_like)
{
	AUTO_CLEAR(Story) story = story_walking();
	AUTO_CLEAR(Buf) longish = { 0 };
	while (longish.len < 9000)
		buf_puts(&longish, "\xc3\xa4");
	story_plan(&story, "4.1", 0);
	assert_ok(story_apply(&story, "4.1", 0), &story.err);
	story_ok(&story, "finished",
		"{'action':1,'outcome':'done','evidence':'%s','value':'two\\nlines','values':{'9':'x','good':'y','long':'%s'},"
		"'exit':4e30,'log_sha256':'nonsense','error':7}", buf_text(&longish), buf_text(&longish));
	cr_assert_eq(json_count(json_get(story.last, "warnings")), 3);
	assert_text("kept", run_value(story_run(&story), "good"), "y");
	cr_assert_null(run_value(story_run(&story), "draft"));
	cr_assert_leq(strlen(story.incident->actions[0].evidence), (size_t) INCIDENT_TEXT_MAX);
}

Test(apply_action, a_step_with_two_undos_is_undone_when_both_were_done)
{
	AUTO_CLEAR(Story) story = story_declared();
	AUTO_CLEAR(Buf) outline = { 0 };
	const char *at = strstr(STORY_OUTLINE, "'actions':[{'verb':'fastly.replace'");
	cr_assert(at, "the outline has changed");
	buf_append(&outline, STORY_OUTLINE, (size_t) (at - STORY_OUTLINE));
	buf_printf(&outline, "'undo':true,'undos':2,'opens':['hosts-changed'],%s", at);
	story_ok(&story, "start", "%s", buf_text(&outline));
	story_do(&story, "4.2", 0, "'outcome':'done','began':true");
	story_do(&story, "4.2", 1, "'outcome':'done','began':true");
	for (int index = 1; index >= 0; index--) {
		story_state(&story, "4.2", STEP_DONE);
		story_ledger(&story, "hosts-changed");
		story_ok(&story, "planned",
			"{'run':'r1','step':'4.2','index':%d,'undo':true,'digest':'%s','plan':{'action':'u'}}", index,
			digest_of('b'));
		story_ok(&story, "apply", "{'run':'r1','step':'4.2','index':%d,'undo':true,'digest':'%s','confirm':'yes'}",
			index,
			digest_of('b'));
		story_finish(&story, "'outcome':'done','began':true");
		if (index)
			story_no(&story, ERROR_CONFLICT, "this one of the undos", "apply",
				"{'run':'r1','step':'4.2','index':1,'undo':true,'digest':'%s','confirm':'yes'}", digest_of('b'));
	}
	story_state(&story, "4.2", STEP_UNDONE);
	story_ledger(&story, "");
}
