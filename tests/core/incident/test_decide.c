/* test_decide.c: each request accepted once, and each of its refusals. */
#include "core/base/alloc.h"
#include "story.h"

typedef struct Case { const char *request, *args; ErrorKind kind; const char *why; } Case;

Test(decide, nothing_but_declaring_goes_before_it)
{
	AUTO_CLEAR(Story) story = story_new();
	static const char *const engine[] = { "declare", "finished", "lost", "repaired", "engine", "held" };
	for (int i = 0; i < REQUEST_KIND_COUNT; i++) {
		const char *name = request_kind_name((RequestKind) i);
		bool other = true;
		for (size_t k = 0; k < BG_LENGTH(engine); k++)
			other = other && strcmp(engine[k], name) != 0;
		if (other)
			story_no(&story, ERROR_CONFLICT, "no incident is declared", name, "{}");
		cr_assert(!other || *story.err.what);
	}
}

Test(decide, improvements_are_kept_with_their_records_up_to_a_limit)
{
	AUTO_CLEAR(Story) story = story_declared();
	int64_t before = story.incident->seq;
	cr_assert(story_ask(&story, "note", "{'text':'called the vendor'}") && story_ask(&story, "note", "{'text':'a report','as':'sitrep'}"));
	for (int i = 0; i < INCIDENT_IMPROVEMENTS_MAX; i++)
		cr_assert(story_ask(&story, "note", "{'text':'alert %d','as':'improvement'}", i));
	cr_expect_eq(story.incident->improvement_count, INCIDENT_IMPROVEMENTS_MAX);
	cr_expect_eq(story.incident->improvements[0].seq, before + 3);
	AUTO(Json) *list = incident_improvements(story.incident);
	cr_expect_str_eq(json_get_string(json_at(list, 1), "text"), "alert 1");
	cr_expect_eq(json_get_int(json_at(list, 1), "record", 0), before + 4);
	cr_expect(json_get_string(json_at(list, 1), "who"));
	story_no(&story, ERROR_INVALID, "200 improvements already", "note", "{'text':'one more','as':'improvement'}");
	cr_expect(story_ask(&story, "note", "{'text':'one more'}"));
}

Test(decide, an_incident_keeps_the_time_zones_of_those_who_take_part)
{
	AUTO_CLEAR(Story) story = story_new();
	story_no(&story, ERROR_INVALID, "the time zones cannot be used", "declare", "{'incident':'i1','title':'t','environment':'e','zones':['BST']}");
	story_no(&story, ERROR_INVALID, "the time zones cannot be used", "declare", "{'incident':'i1','title':'t','environment':'e','zones':[7]}");
	story_no(&story, ERROR_INVALID, "the time zones cannot be used", "declare",
		"{'incident':'i1','title':'t','environment':'e','zones':['A/bc','A/bc','A/bc','A/bc','A/bc','A/bc','A/bc']}");
	story_ok(&story, "declare", "{'incident':'i1','title':'t','environment':'e','zones':['Europe/London','UTC']}");
	cr_expect_eq(story.incident->zones.count, 2);
	assert_text("first", story.incident->zones.items[0], "Europe/London");
}

Test(decide, refusals_say_what_and_what_to_do)
{
	static const Case cases[] = {
		{ "declare", "{}", ERROR_CONFLICT, "open already" },
		{ "handover", "{}", ERROR_INVALID, "the to is empty" },
		{ "handover", "{'to':'ann'}", ERROR_CONFLICT, "ann is the commander already" },
		{ "note", "{'text':' \\n '}", ERROR_INVALID, "the text is empty" },
		{ "note", "{'text':7}", ERROR_INVALID, "the text is empty" },
		{ "note", "{'text':'a','as':'wish'}", ERROR_INVALID, "as cannot be" },
		{ "fact", "{'name':'9','value':'x'}", ERROR_INVALID, "cannot be a name" },
		{ "fact", "{'name':'a','value':'x\\ny'}", ERROR_INVALID, "cannot be shown on one line" },
		{ "fact", "{'name':'a'}", ERROR_INVALID, "the value is missing" },
		{ "set", "{'run':'r2','name':'a','value':'b'}", ERROR_MISSING, "there is no run" },
		{ "set", "{'run':'r1','name':'a b','value':'b'}", ERROR_INVALID, "cannot be a name" },
		{ "finish", "{'run':'r1','how':'well'}", ERROR_INVALID, "how cannot be" },
		{ "finish", "{'run':'r1','how':'abandoned'}", ERROR_INVALID, "wants a reason" },
		{ "finish", "{'run':'r1','how':'done'}", ERROR_INVALID, "10 steps are still to do" },
		{ "tick", "{'run':'r1','step':'1'}", ERROR_CONFLICT, "not looked at yet" },
		{ "tick", "{'run':'r1','step':'2'}", ERROR_CONFLICT, "its action has not been done: concourse.pause" },
		{ "untick", "{'run':'r1','step':'1'}", ERROR_CONFLICT, "it is not ticked" },
		{ "skip", "{'run':'r1','step':'1'}", ERROR_INVALID, "wants a reason" },
		{ "reclassify", "{'run':'r1','step':'1','as':'step'}", ERROR_CONFLICT, "it is a step already" },
		{ "reclassify", "{'run':'r1','step':'1','as':'verse'}", ERROR_INVALID, "as cannot be" },
		{ "ask", "{'run':'r1','gate':'x','subject':'y'}", ERROR_MISSING, "no gate" },
		{ "ask", "{'run':'r1','gate':'live','subject':'y'}", ERROR_INVALID, "not a SHA-256" },
		{ "checked", "{'run':'r1','step':'1','index':1,'ok':true}", ERROR_INVALID, "index is not a whole number" },
		{ "checked", "{'run':'r1','step':'6','index':0,'ok':true}", ERROR_INVALID, "index is not a whole number" },
		{ "planned", "{'run':'r1','step':'4.1','index':0,'digest':'x'}", ERROR_INVALID, "not a SHA-256" },
		{ "finished", "{'action':1,'outcome':'done'}", ERROR_MISSING, "no such action" },
		{ "lost", "{'action':0,'why':'x'}", ERROR_MISSING, "no such action" },
		{ "resolve", "{'action':1,'as':'maybe'}", ERROR_INVALID, "as cannot be" },
		{ "reading", "{'name':'x'}", ERROR_INVALID, "the to is empty" },
		{ "repaired", "{}", ERROR_INVALID, "cut_bytes" },
		{ "start", "{}", ERROR_INVALID, "the outline lacks" },
	};
	AUTO_CLEAR(Story) story = story_walking();
	AUTO(Json) *before = incident_to_json(story.incident);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		story_no(&story, cases[i].kind, cases[i].why, cases[i].request, "%s", cases[i].args);
		cr_assert(*story.err.what, "%s: without what", cases[i].request);
	}
	AUTO(Json) *after = incident_to_json(story.incident);
	cr_assert(json_equal(before, after), "a refusal changed the state");
}

Test(decide, every_request_that_is_in_order_is_accepted)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "handover", "{'to':'bob'}");
	assert_text("commander", story.incident->commander, "bob");
	story_ok(&story, "note", "{'text':'two\\nlines \\u001b[31mred'}");
	assert_text("note", json_get_string(story.last, "text"), "two\nlines red");
	story_ok(&story, "reading", "{'name':'site','from':'ok','to':'fail','text':'14 of 40'}");
	story_ok(&story, "repaired", "{'cut_bytes':17}");
	story_ok(&story, "engine", "{'version':'0.1','lost':0}");
	story_ok(&story, "tick", "{'run':'r1','step':'2','reason':'paused in the web interface'}");
	story_ledger(&story, "backup-paused");
	story_ok(&story, "skip", "{'run':'r1','step':'clone','reason':'not needed'}");
}

Test(decide, an_incident_does_not_quietly_end_with_something_open)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "tick", "{'run':'r1','step':'6'}");
	story_no(&story, ERROR_CONFLICT, "still open: banner", "end", "{}");
	story_ok(&story, "end", "{'reason':'the web team takes it down'}");
	assert_text("open", json_string(json_at(json_get(story.last, "open"), 0)), "banner");
	story_no(&story, ERROR_CONFLICT, "the incident has ended", "tick", "{'run':'r1','step':'7'}");
	assert_text("hint", story.err.hint, "declare a new one to act again");
	story_ok(&story, "note", "{'text':'learned afterwards'}");
}

Test(decide, texts_have_limits)
{
	AUTO_CLEAR(Story) story = story_walking();
	AUTO_FREE char *text = bg_malloc(INCIDENT_TEXT_MAX + 2);
	memset(text, 'x', INCIDENT_TEXT_MAX + 1);
	text[INCIDENT_TEXT_MAX + 1] = '\0';
	story_no(&story, ERROR_INVALID, "longer than 4000 bytes", "note", "{'text':'%s'}", text);
	story_no(&story, ERROR_INVALID, "longer than 128 bytes", "handover", "{'to':'%s'}", text);
	story_no(&story, ERROR_INVALID, "longer than 4000 bytes", "set", "{'run':'r1','name':'a','value':'%s'}", text);
	text[INCIDENT_TEXT_MAX] = '\0';
	story_ok(&story, "note", "{'text':'%s'}", text);
}

typedef struct Outline { const char *name, *from, *to, *why; } Outline;

Test(decide, an_outline_that_could_not_be_folded_is_refused)
{
	static const Outline outlines[] = {
		{ "no steps", "'steps':[", "'other':[", "no steps" },
		{ "no digest", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "x", "which playbook file" },
		{ "two ids", "'id':'clone'", "'id':'hosts'", "one id for two steps: hosts" },
		{ "parent after", "'title':'clone','parent':3", "'title':'clone','parent':7", "parent does not stand before" },
		{ "risk", "'risk':'destructive','label'", "'risk':'fatal','label'", "without a risk: concourse.destroy" },
		{ "gate step", "'steps':['activate']", "'steps':['nowhere']", "a step that is not there: nowhere" },
		{ "gate id", "'id':'live'", "'id':'break'", "one id for two gates" },
		{ "timer", "'op':'start'", "'op':'pause'", "neither starts nor stops" },
		{ "kind", "'kind':'note'", "'kind':'rhyme'", "unknown kind" },
		{ "value", "'site':'live'", "'si te':'live'", "a wrong name" },
		{ "id", "'id':'mend'", "'id':''", "lacks a text" },
		{ "undos", "'undo':true", "'undos':65", "too many undos" },
		{ "save", "'save':'draft'", "'save':'the draft'", "not a name" },
	};
	AUTO_CLEAR(Story) story = story_declared();
	for (size_t i = 0; i < BG_LENGTH(outlines); i++) {
		const char *at = strstr(STORY_OUTLINE, outlines[i].from);
		cr_assert(at, "%s: the outline has changed", outlines[i].name);
		AUTO_CLEAR(Buf) text = { 0 };
		buf_append(&text, STORY_OUTLINE, (size_t) (at - STORY_OUTLINE));
		buf_puts(&text, outlines[i].to);
		buf_puts(&text, at + strlen(outlines[i].from));
		story_no(&story, ERROR_INVALID, outlines[i].why, "start", "%s", buf_text(&text));
	}
	story_ok(&story, "start", "%s", STORY_OUTLINE);
	story_ok(&story, "start", "%s", STORY_OUTLINE);
	cr_assert_str_eq(incident_current_run(story.incident)->id, "r2");
}

Test(decide, a_disabled_key_knows_why)
{
	AUTO_CLEAR(Story) story = story_walking();
	const Run *run = story_run(&story);
	Error err = { 0 };
	cr_assert_not(step_can_start(story.incident, run, story_step(&story, "4.3"), 0, story.now, &err));
	assert_text("gate", err.why, "needs product and engineering, who have not been asked");
	error_clear(&err);
	cr_assert(step_can_plan(story.incident, run, story_step(&story, "4.3"), 0, &err));
	cr_assert_not(step_can_start(story.incident, run, story_step(&story, "6"), 0, story.now, &err));
	assert_text("no action", err.why, "the step has no action, so nothing to run");
	assert_text("where", err.where, "6 tell the users");
}

/* The value that was there when the probe was asked must still be the one that is there. */
Test(decide, what_a_probe_told_never_goes_over_what_somebody_set_meanwhile)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "set", "{'run':'r1','name':'replicas','value':'3','from':'k8s.deployment replicas','seen':0}");
	const NamedValue *value = run_find_value(story_run(&story), "replicas");
	assert_text("from", value->from, "k8s.deployment replicas");
	story_no(&story, ERROR_CONFLICT, "set replicas meanwhile", "set", "{'run':'r1','name':'replicas','value':'4','from':'k8s.deployment replicas','seen':0}");
	story_ok(&story, "set", "{'run':'r1','name':'replicas','value':'4','from':'k8s.deployment replicas','seen':%lld}", (long long) value->set.ms);
	story_ok(&story, "set", "{'run':'r1','name':'replicas','value':'5'}");
	value = run_find_value(story_run(&story), "replicas");
	cr_assert(text_eq(value->value, "5") && !value->from);
	story_no(&story, ERROR_CONFLICT, "set replicas meanwhile", "set", "{'run':'r1','name':'replicas','value':'6','from':'k8s.deployment replicas','seen':7}");
	AUTO(Json) *json = incident_to_json(story.incident);
	AUTO_FREE char *text = json_text(json);
	cr_assert(!strstr(text, "k8s.deployment replicas"));
}
