/* test_apply_step.c: what follows from ticks, skips and checks. */
#include "story.h"

Test(apply_step, a_step_with_a_check_is_done_when_it_is_true)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_check(&story, "1", false);
	story_state(&story, "1", STEP_CHECKING);
	assert_text("text", story_step(&story, "1")->checks[0].text, "not as expected");
	story_check(&story, "1", true);
	story_state(&story, "1", STEP_DONE);
	story_check(&story, "1", false);
	story_state(&story, "1", STEP_DONE);
	cr_assert_eq(story_step(&story, "1")->checks[0].state, CHECK_FALSE);
}

Test(apply_step, a_step_for_a_person_is_ready_when_all_checks_are_true)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "checked", "{'run':'r1','step':'5','index':0,'ok':true}");
	story_state(&story, "5", STEP_TODO);
	story_ok(&story, "checked", "{'run':'r1','step':'5','index':1,'ok':true}");
	story_state(&story, "5", STEP_READY);
	cr_assert(!wall_known(story_run(&story)->timers[0].stopped));
	story_ok(&story, "tick", "{'run':'r1','step':'5'}");
	story_state(&story, "5", STEP_DONE);
	cr_assert_eq(story_run(&story)->timers[0].stopped.ms, story.now.ms);
	story_ok(&story, "untick", "{'run':'r1','step':'5'}");
	cr_assert(!wall_known(story_run(&story)->timers[0].stopped));
}

Test(apply_step, a_timer_runs_from_the_start_of_the_run_to_its_end_when_no_step_stops_it)
{
	AUTO_CLEAR(Story) story = story_walking();
	cr_assert_eq(story_run(&story)->timers[0].started.ms, story_run(&story)->started.ms);
	assert_text("the day that names are made of", story_run(&story)->date, "2026-02-02");
	story_ok(&story, "finish", "{'run':'r1','how':'abandoned','reason':'false alarm'}");
	cr_assert_eq(story_run(&story)->timers[0].stopped.ms, story.now.ms);
	cr_assert_eq(story_run(&story)->state, RUN_ABANDONED);
}

Test(apply_step, ticking_opens_and_closes_and_unticking_takes_both_back)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "tick", "{'run':'r1','step':'6'}");
	story_ledger(&story, "banner");
	story_ok(&story, "tick", "{'run':'r1','step':'7'}");
	story_ledger(&story, "");
	assert_text("closer", story.incident->ledger[0].closed_step, "mend");
	story_ok(&story, "untick", "{'run':'r1','step':'7'}");
	story_ledger(&story, "banner");
	story_ok(&story, "untick", "{'run':'r1','step':'6'}");
	story_ledger(&story, "");
	story_ok(&story, "tick", "{'run':'r1','step':'6'}");
	story_ledger(&story, "banner");
}

Test(apply_step, unticking_leaves_open_what_an_action_opened)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_do(&story, "2", 0, "'outcome':'done','began':true,'verified':'yes'");
	story_check(&story, "2", true);
	story_state(&story, "2", STEP_DONE);
	story_ok(&story, "untick", "{'run':'r1','step':'2'}");
	story_state(&story, "2", STEP_TODO);
	story_ledger(&story, "backup-paused");
	story_ok(&story, "tick", "{'run':'r1','step':'2'}");
	story_ledger(&story, "backup-paused");
	cr_assert_eq(story.incident->ledger_count, 1);
}

Test(apply_step, a_parent_follows_its_sub_steps)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_do(&story, "4.1", 0, "'outcome':'done','began':true,'value':'77'");
	story_ok(&story, "skip", "{'run':'r1','step':'4.2','reason':'no hosts'}");
	story_state(&story, "4", STEP_TODO);
	story_sign_both(&story, "live", '1');
	story_ok(&story, "tick", "{'run':'r1','step':'4.3','reason':'by hand'}");
	story_state(&story, "4", STEP_DONE);
	story_no(&story, ERROR_CONFLICT, "follows its sub-steps", "untick", "{'run':'r1','step':'4'}");
	story_ok(&story, "untick", "{'run':'r1','step':'4.2'}");
	story_state(&story, "4", STEP_TODO);
}

Test(apply_step, a_parent_whose_sub_steps_are_all_skipped_is_skipped)
{
	AUTO_CLEAR(Story) story = story_walking();
	static const char *const numbers[] = { "4.1", "4.2", "4.3" };
	for (size_t i = 0; i < BG_LENGTH(numbers); i++)
		story_ok(&story, "skip", "{'run':'r1','step':'%s','reason':'not used'}", numbers[i]);
	story_state(&story, "4", STEP_SKIPPED);
	story_ok(&story, "tick", "{'run':'r1','step':'4.1','reason':'by hand after all'}");
	story_state(&story, "4", STEP_DONE);
}

Test(apply_step, skipping_a_parent_takes_open_sub_steps_along_and_brings_them_back)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_do(&story, "4.1", 0, "'outcome':'done','began':true");
	story_ok(&story, "skip", "{'run':'r1','step':'4','reason':'does not apply'}");
	story_state(&story, "4", STEP_SKIPPED);
	story_state(&story, "4.1", STEP_DONE);
	story_state(&story, "4.2", STEP_SKIPPED);
	story_state(&story, "4.3", STEP_SKIPPED);
	assert_text("reason", story_step(&story, "4.3")->reason, "does not apply");
	story_ok(&story, "untick", "{'run':'r1','step':'4'}");
	story_state(&story, "4", STEP_TODO);
	story_state(&story, "4.1", STEP_DONE);
	story_state(&story, "4.2", STEP_TODO);
}

Test(apply_step, a_parent_ticked_by_a_person_stays_ticked)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_no(&story, ERROR_CONFLICT, "3 of its sub-steps are", "tick", "{'run':'r1','step':'4'}");
	story_ok(&story, "tick", "{'run':'r1','step':'4','reason':'the vendor did it'}");
	story_ok(&story, "tick", "{'run':'r1','step':'4.1','reason':'by hand'}");
	story_state(&story, "4", STEP_DONE);
	story_ok(&story, "untick", "{'run':'r1','step':'4'}");
	story_state(&story, "4", STEP_TODO);
}

Test(apply_step, progress_counts_counted_steps_and_follows_reclassification)
{
	AUTO_CLEAR(Story) story = story_walking();
	size_t done, total;
	run_progress(story_run(&story), &done, &total);
	cr_assert_eq(total, 10);
	cr_assert_eq(done, 0);
	story_no(&story, ERROR_INVALID, "it is a note", "tick", "{'run':'r1','step':'remark'}");
	story_ok(&story, "reclassify", "{'run':'r1','step':'remark','as':'step'}");
	story_ok(&story, "tick", "{'run':'r1','step':'remark'}");
	story_ok(&story, "reclassify", "{'run':'r1','step':'6','as':'note'}");
	run_progress(story_run(&story), &done, &total);
	cr_assert_eq(total, 10);
	cr_assert_eq(done, 1);
	AUTO_FREE char *words = run_progress_words(story_run(&story));
	assert_text("nothing left out", words, "1 of 10 steps done");
}

Test(apply_step, a_step_that_was_left_out_is_not_told_as_done)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "tick", "{'run':'r1','step':'1','reason':'looked by hand'}");
	story_ok(&story, "skip", "{'run':'r1','step':'4.2','reason':'no hosts'}");
	size_t done, total;
	run_progress(story_run(&story), &done, &total);
	cr_assert_eq(done, 2);
	cr_assert_eq(run_left_out(story_run(&story)), 1);
	AUTO_FREE char *words = run_progress_words(story_run(&story));
	assert_text("one left out", words, "1 of 10 steps done, 1 left out");
}

Test(apply_step, values_and_facts_are_kept_and_secrets_are_not)
{
	AUTO_CLEAR(Story) story = story_walking();
	assert_text("given", run_value(story_run(&story), "site"), "live");
	story_ok(&story, "set", "{'run':'r1','name':'site','value':'draft'}");
	assert_text("set", run_value(story_run(&story), "site"), "draft");
	story_ok(&story, "set", "{'run':'r1','name':'token','value':'hunter2','secret':true}");
	cr_assert_null(json_get(story.last, "value"));
	cr_assert_null(run_value(story_run(&story), "token"));
	story_ok(&story, "fact", "{'name':'bad-publish','value':'1770000000000'}");
	assert_text("fact", incident_fact(story.incident, "bad-publish"), "1770000000000");
}
