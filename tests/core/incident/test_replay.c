/* test_replay.c: random requests, journaled; reading the journal back gives the identical state, byte for byte. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/journal/journal.h"
#include "story.h"

static uint64_t dice_state;

static unsigned dice(unsigned sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (unsigned) (dice_state >> 32) % sides;
}

static const char *const numbers[] = { "1", "2", "3", "4", "4.1", "4.2", "4.3", "5", "remark", "6", "7" };

static const char *any_step(void)
{
	return numbers[dice(BG_LENGTH(numbers))];
}

static bool ask_step(Story *story, const char *request)
{
	return story_ask(story, request, "{'run':'r1','step':'%s'%s%s}", any_step(), dice(3) ? "" : ",'as':'note'",
		dice(2) ? ",'reason':'because'" : "");
}

static bool ask_plan_or_apply(Story *story)
{
	const char *step = any_step(), *undo = dice(4) ? "" : ",'undo':true";
	char letter = (char) ('a' + dice(2));
	int index = (int) dice(2);
	if (dice(2))
		return story_ask(story, "planned",
			"{'run':'r1','step':'%s','index':%d,'digest':'%s'%s,'plan':{'action':'a.b'}}", step, index,
			digest_of(letter), undo);
	return story_ask(story, "apply",
		"{'run':'r1','step':'%s','index':%d,'digest':'%s'%s,'confirm':'yes','subjects':{'live':'%s'}}", step,
		index, digest_of(letter), undo, digest_of('1'));
}

static bool ask_outcome(Story *story)
{
	static const char *const outcomes[] = { "done", "done", "done", "failed", "stopped", "cancelled" };
	size_t action = story->incident->action_count;
	switch (dice(5)) {
	case 0: return story_ask(story, "lost", "{'action':%zu,'why':'gone'}", action);
	case 1: return story_ask(story, "resolve", "{'action':%zu,'as':'%s','reason':'seen'}", action, dice(2) ? "ran"
		: "not-run");
	default: return story_ask(story, "finished",
		"{'action':%zu,'outcome':'%s','began':%s,'value':'7','values':{'a':'\\u00e4'}}", action,
		outcomes[dice(6)], dice(2) ? "true" : "false");
	}
}

static bool ask_sign(Story *story)
{
	static const char *const decisions[] = { "yes", "yes", "yes", "no", "escalate" };
	const char *gate = dice(2) ? "live" : "break";
	if (dice(4) == 0)
		return story_ask(story, "ask", "{'run':'r1','gate':'%s','subject':'%s','lines':['a','b']}", gate,
			digest_of((char) ('1' + dice(2))));
	bool product = dice(2);
	return story_sign(story, gate, (char) ('1' + dice(2)), product ? "product" : "engineering",
		product ? dice(2) ? "pat" : "pam" : dice(2) ? "eve" : "eli", decisions[dice(5)]);
}

static bool ask_other(Story *story)
{
	switch (dice(6)) {
	case 0: return story_ask(story, "note", "{'text':'a \\u2028 note %u \\\\ \\u0001'}", dice(100));
	case 1: return story_ask(story, "set", "{'run':'r1','name':'v%u','value':'%u'%s}", dice(5), dice(9), dice(3) ? ""
		: ",'secret':true");
	case 2: return story_ask(story, "fact", "{'name':'f%u','value':'\\u00e9'}", dice(5));
	case 3: return story_ask(story, "handover", "{'to':'p%u'}", dice(4));
	case 4: return story_ask(story, "reading", "{'name':'site','from':'ok','to':'fail','text':'x'}");
	default: return dice(20) ? false : story_ask(story, "start", "%s", STORY_OUTLINE);
	}
}

static bool ask_anything(Story *story)
{
	static const char *const by_hand[] = { "tick", "tick", "untick", "skip", "reclassify" };
	switch (dice(8)) {
	case 0: return ask_step(story, by_hand[dice(5)]);
	case 1: case 2: return ask_plan_or_apply(story);
	case 3: case 4: return ask_outcome(story);
	case 5: return ask_sign(story);
	case 6: return story_ask(story, "checked", "{'run':'r1','step':'%s','index':%u,'ok':%s,'text':'t'}", any_step(),
		dice(2),
		dice(3) ? "true" : "false");
	default: return ask_other(story);
	}
}

typedef struct Folded { Incident *incident; size_t records; } Folded;

static bool fold(void *userdata, const Record *record, Str line, Error *err)
{
	(void) line;
	(void) err;
	Folded *folded = userdata;
	Event event = {
		.seq = record->seq, .time = record->time, .mono_ms = record->mono_ms, .who = record->who, .how = record->how,
		.type = event_type_parse(record->type), .data = record->data,
	};
	incident_apply(folded->incident, &event);
	folded->records++;
	return true;
}

static char *state_text(const Incident *incident)
{
	AUTO(Json) *json = incident_to_json(incident);
	return json_text(json);
}

static void journal_last(Journal *journal, const Story *story, EventType type)
{
	Error err;
	assert_ok(journal_append(journal, story->who, "uid", event_type_name(type), story->last, story->incident->last_time,
		story->incident->last_mono_ms, NULL, NULL, &err), &err);
}


static bool ask_and_journal(Story *story, Journal *journal, bool (*ask)(Story *story))
{
	int64_t before = story->incident->seq;
	if (!ask(story) || story->incident->seq == before)
		return false;
	journal_last(journal, story, story->last_type);
	return true;
}

static bool ask_declare(Story *story)
{
	return story_ask(story, "declare", "{'incident':'i1','title':'mass publish','environment':'ocw'}");
}

static bool ask_start(Story *story)
{
	return story_ask(story, "start", "%s", STORY_OUTLINE);
}

Test(replay, a_journal_read_back_gives_the_identical_state)
{
	size_t total = 0;
	for (unsigned seed = 1; seed <= 20; seed++) {
		dice_state = seed * UINT64_C(0x9E3779B97F4A7C15);
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		AUTO(Journal) *journal = NULL;
		Error err;
		assert_ok(journal_open(folder.path, NULL, NULL, &journal, NULL, &err), &err);
		AUTO_CLEAR(Story) story = story_new();
		cr_assert(ask_and_journal(&story, journal, ask_declare));
		cr_assert(ask_and_journal(&story, journal, ask_start));
		for (int i = 0; i < 400; i++)
			total += ask_and_journal(&story, journal, ask_anything);
		AUTO_FREE char *lived = state_text(story.incident);
		journal = journal_close(journal);
		Folded folded = { .incident = incident_new() };
		assert_ok(journal_open(folder.path, fold, &folded, &journal, NULL, &err), &err);
		AUTO_FREE char *replayed = state_text(folded.incident);
		bool same = strcmp(lived, replayed) == 0;
		incident_free(folded.incident);
		cr_assert(same, "seed %u: lived and replayed differ", seed);
	}
	cr_assert_gt(total, 1000, "only %zu requests were accepted: the dice are bad", total);
}
