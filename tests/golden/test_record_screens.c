/* test_record_screens.c: timeline and ledger, and every screen that waits for an incident, as pictures of the real console on a scripted engine. */
#include "failover_story.h"

static void picture(Script *script, const char *keys, const char *text, const char *name)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Terminal) *terminal = story_console(script, &folder, keys, text);
	story_pictures(terminal, name);
}

Test(record_screens, the_timeline_follows_the_newest)
{
	AUTO(Script) *script = story_begun();
	story_cloned(script);
	picture(script, "5", "v77 is a dra", "timeline/newest");
}

/* London, on a day on which summer time ends at 22:55Z. */
#define CLOCKS_GO_BACK "TZ=GMT0BST,M3.5.0/1,M11.3.6/23:55"

static void picture_in_london(Script *script, const char *keys, const char *text, const char *name)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const TerminalOptions london = { .environment = (const char *const[]) { CLOCKS_GO_BACK, NULL } };
	AUTO(Terminal) *terminal = story_console_on(script, &folder, &london, keys, text);
	story_pictures(terminal, name);
}

Test(record_screens, the_timeline_tells_both_clocks)
{
	AUTO(Script) *script = story_begun();
	story_cloned(script);
	picture_in_london(script, "5", "22:57Z 22:57 GMT", "timeline/zone");
}

Test(record_screens, a_record_tells_both_clocks)
{
	AUTO(Script) *script = story_begun();
	story_cloned(script);
	picture_in_london(script, "5 < j d", "by a clock that no one can set", "timeline/zone-details");
}

Test(record_screens, the_ledger_tells_both_clocks)
{
	AUTO(Script) *script = story_begun();
	story_activated(script);
	picture_in_london(script, "6", "on-backup-bucket", "ledger/zone");
}

Test(record_screens, an_entry_tells_both_clocks)
{
	AUTO(Script) *script = story_begun();
	story_activated(script);
	picture_in_london(script, "6 j d", "by step", "ledger/zone-details");
}

Test(record_screens, the_timeline_shows_a_record_in_full)
{
	AUTO(Script) *script = story_begun();
	story_cloned(script);
	picture(script, "5 < j d", "by a clock that no one can set", "timeline/details");
}

Test(record_screens, the_timeline_marks_what_is_not_on_disk)
{
	AUTO(Script) *script = story_begun();
	script_frame(script, "{'t':'banner','text':'NOT ON DISK','held':{'records':2,'first':3,'since':%lld,'why':'No space left on device',"
		"'where':'/var/lib/breakglass','advice':'Free space'}}", (long long) (SCRIPT_NOW_MS - 8 * 60000));
	picture(script, "5", "not on disk: since set", "timeline/held");
}

Test(record_screens, the_timeline_finds)
{
	AUTO(Script) *script = story_begun();
	story_cloned(script);
	picture(script, "5 / s i g n enter", "rows: \"sign\"", "timeline/filtered");
}

Test(record_screens, the_timeline_says_what_would_fill_it)
{
	AUTO(Script) *script = story_quiet();
	picture(script, "5", "Nothing is recorded yet", "timeline/empty");
}

Test(record_screens, the_ledger_lists_what_is_open)
{
	AUTO(Script) *script = story_begun();
	story_activated(script);
	picture(script, "6", "on-backup-bucket", "ledger/open");
}

Test(record_screens, the_ledger_says_how_an_entry_is_closed)
{
	AUTO(Script) *script = story_begun();
	story_activated(script);
	picture(script, "6 j d", "by step", "ledger/details");
}

Test(record_screens, the_ledger_refuses_a_way_back_that_is_not_written_down)
{
	AUTO(Script) *script = story_begun();
	story_activated(script);
	picture(script, "6 u", "no way back is written", "ledger/no-way-back");
}

Test(record_screens, the_ledger_is_empty_at_first)
{
	AUTO(Script) *script = story_begun();
	picture(script, "6", "Nothing is broken open", "ledger/nothing-open");
}

Test(record_screens, the_ledger_waits_for_an_incident)
{
	AUTO(Script) *script = story_quiet();
	picture(script, "6", "No incident is open", "ledger/empty");
}

Test(record_screens, the_walk_waits_for_a_procedure)
{
	AUTO(Script) *script = story_quiet();
	picture(script, "3", "Walk]", "walk/empty");
}

Test(record_screens, the_sign_off_waits_for_a_gate)
{
	AUTO(Script) *script = story_quiet();
	picture(script, "4", "Sign-off]", "sign-off/empty");
}
