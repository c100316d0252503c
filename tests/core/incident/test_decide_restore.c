/* test_decide_restore.c: "Not staging": a restore goes only where its environment is there for it, or where somebody signed why. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "story.h"

#define RESTORE "{'run':'r1','step':'%s','index':0,'digest':'%s','confirm':'%s','subjects':{'live':'%s'}}"

static char *exchanged(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	cr_assert(at, "%s", from);
	return bg_asprintf("%.*s%s%s", (int) (at - text), text, to, at + strlen(from));
}

/* The outline with restores at 4.1 (under no gate) and 4.3 (under the gate live). */
static Story walking(bool dedicated)
{
	Story story = story_declared();
	AUTO_FREE char *first = exchanged(STORY_OUTLINE, "'verb':'fastly.clone',", "'verb':'fastly.clone','restores':true,");
	AUTO_FREE char *second = exchanged(first, "'verb':'fastly.activate',", "'verb':'fastly.activate','restores':true,");
	AUTO_FREE char *whole = exchanged(second, "'values':", dedicated ? "'dedicated':true,'values':" : "'values':");
	story_ok(&story, "start", "%s", whole);
	return story;
}

/* Both roles say yes to the gate live, with these reasons. */
static void sign(Story *story, const char *reason)
{
	static const char *const people[][2] = { { "product", "pat" }, { "engineering", "eve" } };
	story_ok(story, "ask", "{'run':'r1','gate':'live','subject':'%s','lines':['one']}", digest_of('1'));
	for (size_t i = 0; i < BG_LENGTH(people); i++)
		story_ok(story, "sign",
			"{'run':'r1','gate':'live','role':'%s','person':'%s','decision':'yes'%s,'subject':'%s','key':'SHA256:%s','method':'key',"
			"'statement':'text','signature':'sig','expires':%lld,'checkpoint':%lld}", people[i][0], people[i][1], i ? "" : reason,
			digest_of('1'), people[i][1], (long long) story->now.ms + 900000, (long long) story->incident->seq);
}

Test(decide_restore, without_a_gate_it_is_refused)
{
	AUTO_CLEAR(Story) story = walking(false);
	story_plan(&story, "4.1", 0);
	story_no(&story, ERROR_DENIED, "Not staging: this restores into an environment that is not dedicated", "apply", RESTORE, "4.1",
		digest_of('a'), "yes", "");
	cr_expect(strstr(story.err.hint, "reason=required"), "%s", story.err.hint);
	cr_expect_eq(story.incident->action_count, 0);
}

Test(decide_restore, a_reason_given_to_the_console_is_not_signed)
{
	AUTO_CLEAR(Story) story = walking(false);
	story_plan(&story, "4.1", 0);
	story_no(&story, ERROR_DENIED, "Not staging", "apply", "{'run':'r1','step':'4.1','index':0,'digest':'%s','confirm':'yes','reason':'I want to'}",
		digest_of('a'));
}

Test(decide_restore, a_signature_without_a_reason_does_not_do)
{
	AUTO_CLEAR(Story) story = walking(false);
	story_plan(&story, "4.3", 0);
	sign(&story, "");
	story_no(&story, ERROR_DENIED, "nobody signed why", "apply", RESTORE, "4.3", digest_of('a'), "ocw-live", digest_of('1'));
	cr_expect(strstr(story.err.hint, "sign its gate anew and say why"), "%s", story.err.hint);
}

Test(decide_restore, a_signed_reason_lets_it_through)
{
	AUTO_CLEAR(Story) story = walking(false);
	story_plan(&story, "4.3", 0);
	sign(&story, ",'reason':'staging is rebuilt from it tonight'");
	assert_text("signed", gate_reason(story_gate(&story, "live"), story.now), "staging is rebuilt from it tonight");
	story_ok(&story, "apply", RESTORE, "4.3", digest_of('a'), "ocw-live", digest_of('1'));
}

Test(decide_restore, a_reason_for_another_subject_or_too_long_ago_is_none)
{
	AUTO_CLEAR(Story) story = walking(false);
	story_plan(&story, "4.3", 0);
	sign(&story, ",'reason':'it was agreed'");
	WallTime late = { story.now.ms + 3600000 };
	cr_expect_null(gate_reason(story_gate(&story, "live"), late));
	story_ok(&story, "ask", "{'run':'r1','gate':'live','subject':'%s','lines':['two']}", digest_of('2'));
	cr_expect_null(gate_reason(story_gate(&story, "live"), story.now));
}

Test(decide_restore, where_it_belongs_nothing_more_is_asked)
{
	AUTO_CLEAR(Story) story = walking(true);
	story_plan(&story, "4.1", 0);
	story_ok(&story, "apply", RESTORE, "4.1", digest_of('a'), "yes", "");
}
