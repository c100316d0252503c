/* test_action_nodes.c: a command on several machines: what came of it on each, and where it is sent the next time. */
#include "story.h"

/* Step 2, as a command on `nodes` ("'a','b'"). */
static void begin(Story *story, const char *command, const char *nodes)
{
	story_ok(story, "planned", "{'run':'r1','step':'2','index':0,'digest':'%s','plan':{'action':'command.run','changes':[],'args':{'text':'%s'},"
		"'basis':{'nodes':[%s]}}}", digest_of('a'), command, nodes);
	assert_ok(story_apply(story, "2", 0), &story->err);
}

static void assert_score(const Story *story, const char *expected)
{
	AUTO_CLEAR(Buf) score = { 0 };
	action_score(&story->incident->actions[story->incident->action_count - 1], &score);
	assert_text("score", buf_text(&score), expected);
}

static void assert_done_before(const Story *story, const char *command, const char *expected)
{
	AUTO_CLEAR(StrList) names = { 0 };
	step_nodes_done(story->incident, story_run(story), story_step(story, "2"), 0, command, INT64_MAX, &names);
	AUTO_FREE char *joined = strlist_join(&names, " ");
	assert_text("done before", joined, expected);
}

Test(action_nodes, a_retry_leaves_out_where_it_is_done_until_all_of_it_is)
{
	AUTO_CLEAR(Story) story = story_walking();
	begin(&story, "x", "'a','b','c'");
	assert_score(&story, "3 nodes: 3 under way");
	story_finish(&story, "'outcome':'failed','began':true,'nodes':[{'name':'a','end':'done','exit':0,'output':1},"
		"{'name':'b','end':'failed','exit':3,'why':'exit 3'},{'name':'c','end':'not-started','why':'refused'}]");
	assert_score(&story, "3 nodes: 1 done, 1 failed, 1 not started");
	story_state(&story, "2", STEP_FAILED);
	assert_done_before(&story, "x", "a");
	assert_done_before(&story, "another command", "");
	begin(&story, "x", "'b','c'");
	story_finish(&story, "'outcome':'failed','began':true,'nodes':[{'name':'b','end':'done'},{'name':'c','end':'failed'}]");
	assert_done_before(&story, "x", "b a");
	begin(&story, "x", "'c'");
	story_finish(&story, "'outcome':'done','began':true,'nodes':[{'name':'c','end':'done'}]");
	assert_score(&story, "1 node: 1 done");
	assert_done_before(&story, "x", "");
}

Test(action_nodes, what_nobody_told_of_is_in_doubt_and_a_person_decides)
{
	static const struct { const char *as, *nodes, *score, *before; StepState state; const char *ledger; } cases[] = {
		{ "ran", "{'name':'a','end':'done'}", "3 nodes: 3 done", "", STEP_CHECKING, "backup-paused" },
		{ "not-run", "{'name':'a','end':'done'}", "3 nodes: 1 done, 2 not started", "a", STEP_TODO, "backup-paused" },
		{ "ran", "{'name':'a','end':'failed'}", "3 nodes: 2 done, 1 failed", "b c", STEP_TODO, "backup-paused" },
		{ "not-run", "{'name':'a','end':'failed','exit':3}", "3 nodes: 1 failed, 2 not started", "", STEP_TODO, "backup-paused" },
		{ "not-run", "{'name':'a','end':'not-started'}", "3 nodes: 3 not started", "", STEP_TODO, "" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Story) story = story_walking();
		begin(&story, "x", "'a','b','c'");
		story_ok(&story, "lost", "{'action':1,'why':'gone','nodes':[%s]}", cases[i].nodes);
		story_state(&story, "2", STEP_IN_DOUBT);
		cr_assert_eq(action_count_nodes(&story.incident->actions[0], NODE_IN_DOUBT), 2);
		story_ok(&story, "resolve", "{'action':1,'as':'%s','reason':'looked'}", cases[i].as);
		assert_score(&story, cases[i].score);
		assert_done_before(&story, "x", cases[i].before);
		story_state(&story, "2", cases[i].state);
		story_ledger(&story, cases[i].ledger);
	}
}

/* Of many machines a person looks at one after the other. */
Test(action_nodes, what_is_in_doubt_is_resolved_node_by_node)
{
	static const struct { const char *last, *as, *score, *before; StepState state; ActionState action; const char *ledger; } cases[] = {
		{ "'c'", "ran", "3 nodes: 3 done", "", STEP_CHECKING, ACTION_RESOLVED_RAN, "backup-paused" },
		{ "'c'", "not-run", "3 nodes: 2 done, 1 not started", "a b", STEP_TODO, ACTION_RESOLVED_RAN, "backup-paused" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Story) story = story_walking();
		begin(&story, "x", "'a','b','c'");
		story_ok(&story, "lost", "{'action':1,'why':'gone','nodes':[{'name':'a','end':'done'}]}");
		story_no(&story, ERROR_MISSING, "it was not sent to a node \"d\"", "resolve", "{'action':1,'as':'ran','reason':'looked','nodes':['b','d']}");
		story_no(&story, ERROR_CONFLICT, "what came of it on a is known: done", "resolve", "{'action':1,'as':'ran','reason':'looked','nodes':['a']}");
		story_no(&story, ERROR_INVALID, "no nodes are named", "resolve", "{'action':1,'as':'ran','reason':'looked','nodes':[]}");
		story_ok(&story, "resolve", "{'action':1,'as':'ran','reason':'it is\\nthere','nodes':['b']}");
		assert_score(&story, "3 nodes: 2 done, 1 in doubt");
		assert_text("why", story.incident->actions[0].nodes[1].why, "it is there");
		story_state(&story, "2", STEP_IN_DOUBT);
		cr_assert_eq(incident_in_doubt(story.incident), 1);
		story_no(&story, ERROR_CONFLICT, "is not known", "planned", "{'run':'r1','step':'2','index':0,'digest':'%s','plan':{}}", digest_of('a'));
		story_no(&story, ERROR_CONFLICT, "what came of it on b is known", "resolve", "{'action':1,'as':'not-run','reason':'looked','nodes':['b']}");
		story_ok(&story, "resolve", "{'action':1,'as':'%s','reason':'looked','nodes':[%s]}", cases[i].as, cases[i].last);
		assert_score(&story, cases[i].score);
		assert_done_before(&story, "x", cases[i].before);
		story_state(&story, "2", cases[i].state);
		cr_assert_eq(story.incident->actions[0].state, cases[i].action);
		cr_assert_eq(incident_in_doubt(story.incident), 0);
		story_ledger(&story, cases[i].ledger);
	}
}

/* Nowhere, said of one after the other: then nothing was opened either. */
Test(action_nodes, what_ran_on_no_node_was_not_run)
{
	AUTO_CLEAR(Story) story = story_walking();
	begin(&story, "x", "'a','b'");
	story_ok(&story, "lost", "{'action':1,'why':'gone'}");
	story_ok(&story, "resolve", "{'action':1,'as':'not-run','reason':'looked','nodes':['b']}");
	story_ledger(&story, "backup-paused?");
	story_ok(&story, "resolve", "{'action':1,'as':'not-run','reason':'looked'}");
	assert_score(&story, "2 nodes: 2 not started");
	cr_assert_eq(story.incident->actions[0].state, ACTION_RESOLVED_NOT_RUN);
	story_state(&story, "2", STEP_TODO);
	story_ledger(&story, "");
}

/* 4.2 with a way back for its two rows together: the second is a command on nodes, done on a. */
static Story story_half_done(void)
{
	Story story = story_declared();
	AUTO_CLEAR(Buf) outline = { 0 };
	const char *at = strstr(STORY_OUTLINE, "'actions':[{'verb':'fastly.replace'");
	cr_assert(at, "the outline has changed");
	buf_append(&outline, STORY_OUTLINE, (size_t) (at - STORY_OUTLINE));
	buf_printf(&outline, "'undo':true,%s", at);
	story_ok(&story, "start", "%s", buf_text(&outline));
	story_do(&story, "4.2", 0, "'outcome':'done','began':true");
	story_ok(&story, "planned", "{'run':'r1','step':'4.2','index':1,'digest':'%s','plan':{'action':'command.run','changes':[],'args':{'text':'x'},"
		"'basis':{'nodes':['a','b']}}}", digest_of('a'));
	assert_ok(story_apply(&story, "4.2", 1), &story.err);
	story_finish(&story, "'outcome':'failed','began':true,'nodes':[{'name':'a','end':'done'},{'name':'b','end':'failed'}]");
	return story;
}

Test(action_nodes, what_is_done_is_done_until_an_undo_took_it_back)
{
	static const struct { const char *request, *fields, *resolve, *before; } cases[] = {
		{ "finished", "'outcome':'done','began':true", NULL, "" },
		{ "finished", "'outcome':'stopped','began':false", NULL, "a" },
		{ "finished", "'outcome':'cancelled','began':false", NULL, "a" },
		{ "finished", "'outcome':'cancelled','began':true", NULL, "" },
		{ "finished", "'outcome':'failed','began':false", NULL, "a" },
		{ "finished", "'outcome':'failed','began':true,'nodes':[{'name':'a','end':'failed'}]", NULL, "a" },
		{ "finished", "'outcome':'failed','began':true,'nodes':[{'name':'a','end':'done'}]", NULL, "" },
		{ "lost", "'why':'gone'", NULL, "" },
		{ "lost", "'why':'gone'", "ran", "" },
		{ "lost", "'why':'gone'", "not-run", "a" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Story) story = story_half_done();
		AUTO_CLEAR(StrList) names = { 0 };
		story_ok(&story, "planned", "{'run':'r1','step':'4.2','index':0,'undo':true,'digest':'%s','plan':{'action':'command.run',"
			"'basis':{'nodes':['a','b']}}}", digest_of('b'));
		story_ok(&story, "apply", "{'run':'r1','step':'4.2','index':0,'undo':true,'digest':'%s','confirm':'yes'}", digest_of('b'));
		story_ok(&story, cases[i].request, "{'action':3,%s}", cases[i].fields);
		if (cases[i].resolve)
			story_ok(&story, "resolve", "{'action':3,'as':'%s','reason':'looked'}", cases[i].resolve);
		step_nodes_done(story.incident, story_run(&story), story_step(&story, "4.2"), 1, "x", INT64_MAX, &names);
		AUTO_FREE char *joined = strlist_join(&names, " ");
		cr_expect(text_eq(joined, cases[i].before), "case %zu: \"%s\"", i, joined);
	}
}

/* It was taken back on some: that is an undo that failed on the way, not a step that was never done. */
Test(action_nodes, an_undo_that_was_done_in_part_leaves_a_step_that_failed_and_not_one_to_do)
{
	static const struct { const char *as, *nodes, *before; StepState state; } cases[] = {
		{ "not-run", "{'name':'a','end':'done'}", "", STEP_FAILED },
		{ "not-run", "{'name':'b','end':'done'}", "a", STEP_FAILED },
		{ "ran", "{'name':'a','end':'failed'}", "a", STEP_FAILED },
		{ "ran", "{'name':'a','end':'done'}", "", STEP_UNDONE },
		{ "not-run", "{'name':'a','end':'not-started'}", "a", STEP_FAILED },   /* as it was */
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Story) story = story_half_done();
		AUTO_CLEAR(StrList) names = { 0 };
		story_ok(&story, "planned", "{'run':'r1','step':'4.2','index':0,'undo':true,'digest':'%s','plan':{'action':'command.run',"
			"'basis':{'nodes':['a','b']}}}", digest_of('b'));
		story_ok(&story, "apply", "{'run':'r1','step':'4.2','index':0,'undo':true,'digest':'%s','confirm':'yes'}", digest_of('b'));
		story_ok(&story, "lost", "{'action':3,'why':'gone','nodes':[%s]}", cases[i].nodes);
		story_ok(&story, "resolve", "{'action':3,'as':'%s','reason':'looked'}", cases[i].as);
		story_state(&story, "4.2", cases[i].state);
		cr_expect(story_step(&story, "4.2")->actions[0].done == (cases[i].state != STEP_UNDONE), "case %zu", i);
		step_nodes_done(story.incident, story_run(&story), story_step(&story, "4.2"), 1, "x", INT64_MAX, &names);
		AUTO_FREE char *joined = strlist_join(&names, " ");
		cr_expect(text_eq(joined, cases[i].before), "case %zu: \"%s\"", i, joined);
	}
}

Test(action_nodes, records_of_the_wrong_shape_change_no_more_than_they_may)
{
	AUTO_CLEAR(Story) story = story_walking();
	begin(&story, "x", "'a','',7,null,'b'");
	assert_score(&story, "2 nodes: 2 under way");
	story_finish(&story, "'outcome':'failed','began':true,'nodes':[{'name':'a','end':'finished'},{'name':'stranger','end':'done'},7,{'end':'done'},"
		"{'name':'b','end':'failed','why':'\\u001b[31mred','exit':'x'}]");
	assert_score(&story, "2 nodes: 1 failed, 1 not started");
	assert_text("why", story.incident->actions[0].nodes[1].why, "red");
	cr_assert_eq(json_count(json_get(story.last, "nodes")), 2, "what has no end that is known is not recorded");
}

Test(action_nodes, an_action_without_machines_has_none)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_do(&story, "2", 0, "'outcome':'done','began':true,'nodes':[{'name':'a','end':'done'}]");
	assert_score(&story, "");
	cr_assert_null(incident_last_on_nodes(story.incident));
}
