/* test_report.c: a small drill, journaled, and the documents made of it, whole. */
#include "core/report/report.h"

#include <stdio.h>

#include "core/base/file.h"
#include "core/base/text.h"

#include "drill.h"

Test(report, the_document_of_a_drill)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	drill_play(&drill, &folder, "mass publish", "# not a heading\\n<b>");
	AUTO_CLEAR(Report) report = { 0 };
	Error err;
	assert_ok(report_read(folder.path, &report, &err), &err);
	AUTO_CLEAR(Buf) out = { 0 };
	report_markdown(&report, &out);
	char expected[8192];
	snprintf(expected, sizeof expected,
		"# mass publish\n\n| | |\n|---|---|\n"
		"| incident | i1 |\n| environment | ocw |\n| kind | DRILL |\n| commander | ann |\n"
		"| declared | 2026-02-02T02:40:01.000Z |\n| ended | not yet |\n| took | 8 s of 5 s, **over the objective** "
		"|\n\n"
		"## Still open\n\n- **backup-paused**, opened 02:40:05Z by ann in pause the \\*pipeline\\*\n\n"
		"## Times\n\n- time to restore: 7 s\n\n"
		"## Fail over\n\nRun r1, walking, 2 of 3 steps done, started 02:40:02Z by ann. Playbook failover.md, sha256 "
		"`0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef`.\n\n"
		"- [x] 1 pause the \\*pipeline\\*: done, ann 02:40:05Z\n"
		"- [x] 2 look at the site: done, ann 02:40:09Z\n"
		"- [ ] 3 more\n"
		"\nSign-off: break the glass\n\n"
		"| signed | came | role | person | said | reason | key | how | checked | over |\n|---|---|---|---|---|---|---|---|---|---|\n"
		"| 02:40:08Z | 02:40:08Z | product | pat | signed | because | SHA256:pat | key | DOES NOT HOLD | 111111111111 |\n\n"
		"## Plans\n\nAction 1, concourse.pause of 1 pause the \\*pipeline\\*, planned 02:40:03Z, sha256 `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`:\n\n"
		"| what | from | to |\n|---|---|---|\n| pipeline \\<p\\> | running | paused |\n\n"
		"## Actions\n\n| no. | step | action | by | started | took | outcome | seen afterwards "
		"|\n|---|---|---|---|---|---|---|---|\n"
		"| 1 | 1 pause the \\*pipeline\\* | concourse.pause | ann | 02:40:04Z | 1 s | done | yes: paused\\|yes |\n\n"
		"## Timeline\n\n| no. | T+ | time | who | what |\n|---|---|---|---|---|\n"
		"| 1 | 00:00:00 | 02:40:01Z | ann | drill declared: mass publish |\n"
		"| 2 | 00:00:01 | 02:40:02Z | ann | run r1 started: Fail over |\n"
		"| 3 | 00:00:02 | 02:40:03Z | ann | 1 pause the \\*pipeline\\*: planned, 1 change, aaaaaaaaaaaa |\n"
		"| 4 | 00:00:03 | 02:40:04Z | ann | 1 pause the \\*pipeline\\*: concourse.pause started (action 1) |\n"
		"| 5 | 00:00:04 | 02:40:05Z | ann | 1 pause the \\*pipeline\\*: concourse.pause done: paused\\|yes |\n"
		"| 6 | 00:00:05 | 02:40:06Z | ann | note: \\# not a heading \\<b\\> |\n"
		"| 7 | 00:00:06 | 02:40:07Z | ann | sign-off asked: break the glass |\n"
		"| 8 | 00:00:07 | 02:40:08Z | ann | break the glass: pat signed as product at ann's login, because |\n"
		"| 9 | 00:00:08 | 02:40:09Z | ann | 2 look at the site: ticked |\n"
		"\n## Record\n\n9 records, head `%s`. `breakglass verify` checks the chain, the logs and the signatures.\n",
		journal_head(drill.journal));
	assert_text("document", buf_text(&out), expected);
}

Test(report, the_situation_in_a_few_lines)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	drill_play(&drill, &folder, "mass publish", "# not a heading\\n<b>");
	AUTO_CLEAR(Buf) out = { 0 };
	const SitrepCondition conditions[] = {
		{ .name = "site pages", .text = "14 of 40 are broken", .state = READING_FAIL },
		{ .name = "live bucket", .text = "newest 4 h", .state = READING_OK },
		{ .name = "backup job", .text = "paused", .state = READING_WARN, .since = { drill.story.now.ms - 60000 } },
	};
	report_sitrep(drill.story.incident, conditions, BG_LENGTH(conditions), drill.story.now, &out);
	assert_text("sitrep", buf_text(&out),
		"SITREP Feb 2 02:40Z DRILL: mass publish\n"
		"T+00:00:08 of 5 s, commander ann\n"
		"CONDITIONS\n"
		"- site pages: fail, 14 of 40 are broken\n"
		"- backup job: warn since 02:39Z, paused\n"
		"- 1 ok\n"
		"ACTIONS\n"
		"- Fail over: 2 of 3 steps done\n"
		"- Last, 02:40Z: 2 look at the site\n"
		"- Next: 3 more (to do)\n"
		"NEEDS\n"
		"- Sign-off: break the glass: needs engineering\n"
		"- Open: backup-paused for 4 s, by ann\n");
	AUTO(Incident) *nothing = incident_new();
	buf_truncate(&out, 0);
	report_sitrep(nothing, NULL, 0, drill.story.now, &out);
	assert_text("nothing", buf_text(&out), "No incident is declared.\nCONDITIONS\n- no reading\n");
}

Test(report, the_situation_fits_a_chat_message_whatever_happens)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	AUTO_CLEAR(Buf) title = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	SitrepCondition conditions[60];
	for (int i = 0; i < 60; i++)
		buf_puts(&title, "caf\xc3\xa9 ");
	for (size_t i = 0; i < BG_LENGTH(conditions); i++)
		conditions[i] = (SitrepCondition) { .name = buf_text(&title), .text = buf_text(&title), .state = READING_FAIL };
	drill_play(&drill, &folder, buf_text(&title), "note");
	report_sitrep(drill.story.incident, conditions, BG_LENGTH(conditions), drill.story.now, &out);
	cr_assert_leq(out.len, 2000u, "%zu bytes", out.len);
	cr_assert(strstr(buf_text(&out), "- 55 more are not ok\n"), "%s", buf_text(&out));
	Str rest = buf_str(&out), line;
	while (str_next_line(&rest, &line))
		cr_assert(line.len <= 150 && utf8_is_valid(line), "%.*s", STR_ARG(line));
}

Test(report, the_json_holds_state_timeline_and_head)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	drill_play(&drill, &folder, "mass publish", "# not a heading\\n<b>");
	AUTO_CLEAR(Report) report = { 0 };
	Error err;
	assert_ok(report_read(folder.path, &report, &err), &err);
	AUTO(Json) *json = report_json(&report);
	AUTO(Json) *state = incident_to_json(drill.story.incident);
	cr_assert(json_equal(json_get(json, "incident"), state));
	cr_assert_eq(json_count(json_get(json, "timeline")), 9);
	assert_text("head", json_get_string(json, "head"), journal_head(drill.journal));
}

Test(report, a_folder_without_an_incident_is_refused)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	Report report;
	Error err;
	assert_refused(report_read(folder.path, &report, &err), &err, ERROR_MISSING, "cannot open the journal");
	(void) temp_write(&folder, "journal.jsonl", "");
	assert_refused(report_read(folder.path, &report, &err), &err, ERROR_MISSING, "declares no incident");
}

Test(report, a_drill_over_midnight_says_the_other_day)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	Error err;
	drill.story = story_new();
	assert_ok(journal_open(folder.path, NULL, NULL, &drill.journal, NULL, &err), &err);
	drill_tell(&drill, "declare", "{'incident':'i1','title':'mass publish','environment':'ocw','drill':true}");
	drill.story.now.ms += INT64_C(86400000);
	drill_tell(&drill, "note", "{'text':'still here'}");
	AUTO_CLEAR(Report) report = { 0 };
	assert_ok(report_read(folder.path, &report, &err), &err);
	AUTO_CLEAR(Buf) out = { 0 };
	report_markdown(&report, &out);
	cr_expect(strstr(buf_text(&out), "| 1 | 00:00:00 | 02:40:01Z | ann |"), "%s", buf_text(&out));
	cr_expect(strstr(buf_text(&out), "| 2 | 24:00:01 | Feb 3 02:40:02Z | ann | note: still here |"), "%s", buf_text(&out));
}

/* London, on the day on which its clocks go back: 00:59Z is 01:59 BST, 01:00Z is 01:00 GMT. */
static void play_over_the_change(Drill *drill, TempFolder *folder)
{
	Error err;
	drill->story = story_new();
	drill->story.now.ms = INT64_C(1792889998000);   /* 2026-10-25 00:59:58Z */
	assert_ok(journal_open(folder->path, NULL, NULL, &drill->journal, NULL, &err), &err);
	drill_tell(drill, "declare",
		"{'incident':'i1','title':'data loss','environment':'svc','drill':true,'zones':['UTC','Nowhere/City','Europe/London','Asia/Tokyo']}");
	drill_tell(drill, "note", "{'text':'in winter time'}");
	drill_tell(drill, "end", "{'reason':'over'}");
}

Test(report, the_clocks_of_those_who_take_part_stand_beside_utc)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	AUTO_CLEAR(Report) report = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	Error err;
	if (!file_exists("/usr/share/zoneinfo/Europe/London"))
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	play_over_the_change(&drill, &folder);
	assert_ok(report_read(folder.path, &report, &err), &err);
	report_markdown(&report, &out);
	static const char *const said[] = {
		"| declared | 2026-10-25T00:59:59.000Z = 01:59 BST Europe/London = 09:59 JST Asia/Tokyo |\n",
		"| ended | 2026-10-25T01:00:01.000Z = 01:00 GMT Europe/London = 10:00 JST Asia/Tokyo |\n",
		"| no. | T+ | time | Europe/London | who | what |\n|---|---|---|---|---|---|\n"
		"| 1 | 00:00:00 | 00:59:59Z | 01:59 BST | ann | drill declared: data loss |\n"
		"| 2 | 00:00:01 | 01:00:00Z | 01:00 GMT | ann | note: in winter time |\n",
	};
	for (size_t i = 0; i < BG_LENGTH(said); i++)
		cr_expect(strstr(buf_text(&out), said[i]), "%s is not in %s", said[i], buf_text(&out));
	buf_truncate(&out, 0);
	report_html(&report, drill.story.now, &out);
	cr_expect(strstr(buf_text(&out), "2026-10-25T00:59:59.000Z = 01:59 BST Europe/London = 09:59 JST Asia/Tokyo"), "%s", buf_text(&out));
	cr_expect(strstr(buf_text(&out), "<th>Time</th><th>Europe/London</th><th>Who</th>") && strstr(buf_text(&out), "</td><td class=\"time\">01:00 GMT</td>"),
		"%s", buf_text(&out));
	AUTO(Json) *json = report_json(&report);
	AUTO_FREE char *text = json_text(json);
	cr_expect(!strstr(text, "BST") && strstr(text, "\"Europe/London\""), "times are UTC: %s", text);
}

Test(report, the_situation_is_told_by_the_clocks_of_those_who_read_it)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	if (!file_exists("/usr/share/zoneinfo/Europe/London"))
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	play_over_the_change(&drill, &folder);
	const SitrepCondition conditions[] = {
		{ .name = "site", .text = "status 500", .state = READING_FAIL, .since = { INT64_C(1792889998000) } },
		{ .name = "web", .text = "1 of 2", .state = READING_WARN, .since = { INT64_C(1792890000000) } },
	};
	report_sitrep(drill.story.incident, conditions, BG_LENGTH(conditions), (WallTime) { INT64_C(1792890060000) }, &out);
	cr_expect(strstr(buf_text(&out), "SITREP Oct 25 01:01Z (10:01 JST) DRILL: data loss\n"), "%s", buf_text(&out));
	cr_expect(strstr(buf_text(&out), "- site: fail since 00:59Z (01:59 BST), status 500\n- web: warn since 01:00Z (10:00 JST), 1 of 2\n"), "%s", buf_text(&out));
}

Test(report, improvements_stand_together)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Drill) drill = { 0 };
	drill_play(&drill, &folder, "mass publish", "plain");
	drill_tell(&drill, "note", "{'text':'alert <earlier>','as':'improvement'}");
	AUTO_CLEAR(Report) report = { 0 };
	Error err;
	assert_ok(report_read(folder.path, &report, &err), &err);
	AUTO_CLEAR(Buf) out = { 0 }, page = { 0 };
	report_markdown(&report, &out);
	cr_expect(strstr(buf_text(&out), "## To do better\n\n- alert \\<earlier\\> (ann, record 10)\n\n## Fail over"), "%s", buf_text(&out));
	report_html(&report, (WallTime) { 1770000100000 }, &page);
	cr_expect(strstr(buf_text(&page), "<h2>To do better</h2>\n<ul>\n<li>alert &lt;earlier&gt; (ann, record 10)</li>"), "%s", buf_text(&page));
}

Test(report, a_timer_is_given_up_with_its_procedure_only)
{
	Run run = { .state = RUN_ABANDONED, .ended = { 5000 } };
	const Timer stood = { .started = { 1000 }, .stopped = { 5000 } }, reached = { .started = { 1000 }, .stopped = { 3000 } }, runs = { .started = { 1000 } };
	cr_expect(timer_was_given_up(&run, &stood) && timer_was_given_up(&run, &runs));
	cr_expect(!timer_was_given_up(&run, &reached), "it was reached before that");
	run.state = RUN_DONE;
	cr_expect(!timer_was_given_up(&run, &stood));
}
