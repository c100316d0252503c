/* test_damage.c: the one place that knows when the damage began. */
#include "story.h"

static void expect(const Story *story, const char *value_name, const char *iso, DamageFrom from)
{
	char text[WALL_TEXT_SIZE];
	DamageTime damage = incident_damage(story->incident, value_name);
	assert_text("time", wall_format_iso(damage.time, text), iso);
	cr_expect_eq(damage.from, from);
	cr_expect_eq(damage_words(damage.from) != NULL, from != DAMAGE_NOT_KNOWN);
}

Test(damage, the_value_that_a_procedure_asks_for_says_since_when)
{
	AUTO_CLEAR(Story) story = story_walking();
	expect(&story, "published", "-", DAMAGE_NOT_KNOWN);
	story_ok(&story, "set", "{'run':'r1','name':'published','value':'2026-02-02T01:48:00Z'}");
	expect(&story, "published", "2026-02-02T01:48:00.000Z", DAMAGE_BY_VALUE);
	expect(&story, "another", "-", DAMAGE_NOT_KNOWN);
	expect(&story, NULL, "-", DAMAGE_NOT_KNOWN);
	cr_expect_eq(incident_damage(NULL, "published").from, DAMAGE_NOT_KNOWN);
}

Test(damage, what_was_told_apart_overrules_the_value)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "set", "{'run':'r1','name':'published','value':'2026-02-02T01:48:00Z'}");
	story_ok(&story, "fact", "{'name':'" DAMAGE_FACT "','value':'nonsense'}");
	expect(&story, "published", "2026-02-02T01:48:00.000Z", DAMAGE_BY_VALUE);
	story_ok(&story, "fact", "{'name':'" DAMAGE_FACT "','value':'1770000000000'}");
	expect(&story, "published", "2026-02-02T02:40:00.000Z", DAMAGE_TOLD);
}

Test(damage, a_value_that_is_no_time_is_not_known)
{
	AUTO_CLEAR(Story) story = story_walking();
	story_ok(&story, "set", "{'run':'r1','name':'published','value':'half past'}");
	expect(&story, "published", "-", DAMAGE_NOT_KNOWN);
}

Test(damage, is_over_when_all_that_was_opened_is_closed)
{
	AUTO_CLEAR(Story) story = story_walking();
	cr_assert(!incident_is_mended(NULL));
	cr_assert(!incident_is_mended(story.incident), "nothing was opened yet");
	story_ok(&story, "tick", "{'run':'r1','step':'6'}");
	cr_assert(!incident_is_mended(story.incident), "the banner is open");
	story_ok(&story, "tick", "{'run':'r1','step':'7'}");
	cr_assert(incident_is_mended(story.incident));
}
