/* A time that a person types, by the command line: shown in every zone before it counts, asked again where it cannot be one hour only, and kept in
 * the record as it was typed. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/terminal.h"

static const char BOOK[] = "# Book\n\n## Walk\n<!-- bg\nprocedure id=walk\nvar restore_time type=time zone=ask oldest=-7d newest=-5m\nvar other ask=\"What else?\"\n-->\n\n"
	"1. Restore.\n\n   ```sh\n   echo restoring to ${restore_time}\n   ```\n";

static bool has_rules(void) { return file_exists("/usr/share/zoneinfo/Europe/London"); }

static void begin(Scene *scene)
{
	*scene = scene_new(BOOK, "zones: [Europe/London, Asia/Tokyo]\n");
	scene_ok(scene, "declare", "--drill", "restore");
	scene_ok(scene, "start", "walk");
}

/* The record of the value: its line of the journal. Owned. */
static char *last_record(const Scene *scene)
{
	AUTO_FREE char *folder = scene_incident(scene);
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE char *text = read_text(path);
	Str rest = str_from(text), line, found = { 0 };
	while (str_next_line(&rest, &line))
		if (str_find(line, "\"value.set\"") >= 0)
			found = line;
	return str_dup(found);
}

Test(time_values, a_time_is_shown_in_every_zone_and_kept_as_it_was_typed)
{
	AUTO_CLEAR(Scene) scene = { 0 };
	if (!has_rules())
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	setenv("TZ", "Europe/Berlin", 1);
	begin(&scene);
	scene_refused(&scene, 2, " Europe/London = ", "set", "restore_time", "20 minutes ago");
	cr_expect(scene_says(&scene, " Asia/Tokyo = ") && scene_says(&scene, " CET here, 20 m") && scene_says(&scene, "say --yes, or write 20"), "%s", scene.said);
	AUTO_FREE char *nothing = last_record(&scene);
	cr_expect_str_empty(nothing, "it was only shown: %s", nothing);
	scene_ok(&scene, "set", "restore_time", "20", "minutes", "ago", "--yes");
	cr_expect(scene_says(&scene, "set: ") && scene_says(&scene, " UTC = "), "%s", scene.said);
	AUTO_FREE char *record = last_record(&scene);
	cr_expect(strstr(record, "\"typed\":\"20 minutes ago\"") && strstr(record, "\"utc\":17") && !strstr(record, "\"zone\"") && !strstr(record, "\"try\""), "%s", record);
	scene_ok(&scene, "set", "restore_time", "yesterday", "17:30", "local", "--yes");
	AUTO_FREE char *local = last_record(&scene);
	cr_expect(strstr(local, "\"zone\":\"Europe/Berlin\"") && strstr(local, "\"typed\":\"yesterday 17:30 local\"") && strstr(local, "T16:30:00Z\""), "%s", local);
	scene_ok(&scene, "timeline");
	cr_expect(scene_says(&scene, "Z ") && scene_says(&scene, " CET  "), "UTC and, beside it, the reader's own: %s", scene.said);
	cr_expect(scene_says(&scene, "typed \"yesterday 17:30 local\" (zone Europe/Berlin)"), "%s", scene.said);
	AUTO_FREE char *folder = scene_incident(&scene);
	scene_ok(&scene, "verify", folder);
	for (const char *const *format = (const char *const[]) { "md", "html", "json", NULL }; *format; format++) {
		scene_ok(&scene, "report", folder, "--format", *format);
		cr_expect(scene_says(&scene, "yesterday 17:30 local") && scene_says(&scene, "Europe/Berlin"), "%s: %s", *format, scene.said);
	}
}

/* When the damage began: the verdict on the backup rests on it, and an hour that is wrong turns it round. */
Test(time_values, the_time_of_the_damage_is_asked_as_any_other)
{
	AUTO_CLEAR(Scene) scene = { 0 };
	if (!has_rules())
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	setenv("TZ", "Asia/Tokyo", 1);
	begin(&scene);
	scene_refused(&scene, 1, "the time zone is missing", "fact", "bad-publish", "22:51", "--yes");
	scene_refused(&scene, 1, "it comes twice", "fact", "bad-publish", "2025-10-26", "01:30", "Europe/London", "--yes");
	scene_refused(&scene, 1, "still to come", "fact", "bad-publish", "2999-01-01T00:00Z");
	scene_refused(&scene, 2, "Jun 22 06:04 JST Asia/Tokyo", "fact", "bad-publish", "2026-06-21", "22:04", "Europe/London");
	cr_expect(scene_says(&scene, "2026-06-21 21:04:00 UTC") && scene_says(&scene, "say --yes, or write 2026-06-21T21:04:00"), "%s", scene.said);
	scene_ok(&scene, "fact", "bad-publish", "2026-06-21", "22:04", "Europe/London", "--yes");
	cr_expect(scene_says(&scene, "set: 2026-06-21 21:04:00 UTC = 22:04 BST Europe/London"), "%s", scene.said);
	scene_ok(&scene, "fact", "bad-publish", "2026-06-21T21:05Z");
	scene_ok(&scene, "timeline");
	cr_expect(scene_says(&scene, "the damage began 2026-06-21T21:04:00Z") && scene_says(&scene, "the damage began 2026-06-21T21:05:00Z"), "%s", scene.said);
	/* In line mode, as on the screens: asked again with the reason, shown before it counts. */
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program((const char *const[]) { scene.program, "--env", scene.environment, "--state", scene.state, "--line", NULL },
		"keep-going\nfact bad-publish 22:51\n2026-06-21 22:06 Europe/London\nyes\ndamage-time 2026-06-21 22:07\nesc\n", NULL, &run);
	cr_expect_eq(run.status, 0, "%s", buf_text(&run.err));
	const char *said = buf_text(&run.out), *asked = strstr(said, "22:51: the time zone is missing; add Z for UTC");
	cr_expect(asked && strstr(asked, "2026-06-21 21:06:00 UTC = 22:06 BST Europe/London = Jun 22 06:06 JST Asia/Tokyo"), "%s", said);
	cr_expect(strstr(said, "The verdict rests on that time now.") && strstr(said, "2026-06-21 22:07: the time zone is missing"), "%s", said);
}

Test(time_values, what_cannot_be_one_time_only_is_asked_again)
{
	AUTO_CLEAR(Scene) scene = { 0 };
	if (!has_rules())
		cr_skip_test("no tz data here: /usr/share/zoneinfo (package tzdata)");
	setenv("TZ", "Europe/London", 1);
	begin(&scene);
	scene_refused(&scene, 1, "the time zone is missing", "set", "restore_time", "2026-10-25 01:30", "--yes");
	scene_refused(&scene, 1, "2026-10-25 01:30+01:00 (00:30Z) or 2026-10-25 01:30+00:00 (01:30Z)", "set", "restore_time", "2026-10-25 01:30 local", "--yes");
	scene_refused(&scene, 1, "2026-03-29 00:30+00:00 (00:30Z) or 2026-03-29 02:30+01:00 (01:30Z)", "set", "restore_time", "2026-03-29 01:30 Europe/London", "--yes");
	scene_refused(&scene, 1, "is too old: the oldest that can be used is", "set", "restore_time", "-8d", "--yes");
	scene_refused(&scene, 1, "is too new: the newest that can be used is", "set", "restore_time", "now", "--yes");
	AUTO_FREE char *nothing = last_record(&scene);
	cr_expect_str_empty(nothing, "%s", nothing);
	/* What is no time, and any text that ends so, is set as before. */
	scene_ok(&scene, "set", "other", "nothing", "local");
	cr_expect_str_eq(scene.said, "set\n");
	AUTO_FREE char *record = last_record(&scene);
	cr_expect(strstr(record, "\"value\":\"nothing local\"") && !strstr(record, "typed"), "%s", record);
	scene_ok(&scene, "set", "other", "12:30", "local");
	AUTO_FREE char *text = last_record(&scene);
	cr_expect(strstr(text, "\"value\":\"12:30 local\"") && !strstr(text, "typed"), "%s", text);
}

/* Its form without a zone (format=) is what stands in the field: that is no reason to refuse what somebody changes beside it. */
Test(time_values, another_value_is_changed_while_a_time_stands)
{
	static const char FORM[] = "# Book\n\n## Walk\n<!-- bg\nprocedure id=walk\nvar restore_time type=time zone=ask to=utc format=%Y-%m-%dT%H:%M:%S oldest=-7d newest=-5m\n"
		"var other ask=\"What else?\"\nvar server default=${other}-copy ask=\"Name of the copy\"\nvar last ask=\"And?\"\n-->\n\n"
		"1. Restore.\n\n   ```sh\n   echo ${restore_time} ${other} ${server} ${last}\n   ```\n";
	AUTO_CLEAR(Scene) scene = scene_new(FORM, "");
	scene_ok(&scene, "declare", "--drill", "restore");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "set", "restore_time", "20", "minutes", "ago", "--yes");
	scene_ok(&scene, "set", "other", "pg");
	scene_ok(&scene, "set", "last", "one");
	const char *argv[] = { scene.program, "--env", scene.environment, "--state", scene.state, NULL };
	AUTO(Terminal) *terminal = terminal_start(&(TerminalOptions) { .argv = argv, .columns = 80, .rows = 24 });
	terminal_wait_text(terminal, "you: ");
	terminal_keys(terminal, "3");
	terminal_wait_text(terminal, "e edit values");
	terminal_keys(terminal, "e");
	terminal_wait_text(terminal, "(default pg-copy)");
	terminal_wait_text(terminal, "Ctrl-D set them");
	terminal_keys(terminal, "enter");
	terminal_type(terminal, "2");
	terminal_wait_text(terminal, "pg2");
	terminal_keys(terminal, "ctrl-d");
	terminal_wait_text(terminal, "1 value set.");
	terminal_wait_text(terminal, "server        pg2-copy");
}
