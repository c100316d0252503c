/* test_failover_lines.c: a whole failover and the way back in line mode, by a script in a pipe, from the declaration to the closed ledger:
 * `breakglass try` with the real engine, journal, signatures and HTTP; only the far ends are simulated. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

static void walk(TempFolder *folder, const char *script, ProgramRun *run)
{
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *playbooks = source_path("playbooks");
	AUTO_FREE char *books = bg_asprintf("BREAKGLASS_PLAYBOOKS=%s", playbooks);
	AUTO_FREE char *where = bg_asprintf("--folder=%s/drill", folder->path);
	run_program((const char *const[]) { program, "try", where, "--build-takes=1s", NULL }, script, (const char *const[]) { books, NULL }, run);
}

/* In this order, whatever stands between them. */
static const char *const LANDMARKS[] = {
	"record: eng-practice: drill declared: mass publish broke 14 courses",
	"record: eng-practice: published set to",
	"1 is done.",
	"1 change in pipeline backup-ocw-content",
	"question: Type yes to apply it",
	"concourse.pause started (action 1)",
	"2 is done.",
	"WAITING for you: a signature is asked",
	"The exact text that eng-practice signs as engineering",
	"breakglass-signoff: 1",
	"question: Type sign, or no REASON:",
	"Signed as engineering.",
	"The exact text that prod-practice signs as product",
	"Signed as product. All have signed",
	"5.2 is done.",
	"address             from ocw-content-live-production",
	"7 changes in fastly service ocw-live, v77",
	"question: Type the name ocw-live to apply",
	"5.6 is done.",
	"all of 40 sampled pages are well",
	"6 is done.",
	"OPEN: backup-paused",
	"OPEN: on-backup-bucket",
	"Board:",
	"Start the way back",
	"run r2 started: OCW content: go back to the real buckets",
	"question: please confirm: The content in the real bucket is good again",
	"Nothing is open in the ledger.",
	"closed: on-backup-bucket",
	"mass-publish-broke-14-courses has ended",
	"The drill is over.",
};

static void expect_landmarks(const char *said)
{
	const char *at = said;
	for (size_t i = 0; i < BG_LENGTH(LANDMARKS); i++) {
		const char *found = strstr(at, LANDMARKS[i]);
		cr_assert(found, "\"%s\" does not follow \"%s\" in\n%s", LANDMARKS[i], i ? LANDMARKS[i - 1] : "the beginning", said);
		at = found;
	}
}

static void expect_plain(Str said)
{
	for (size_t i = 0; i < said.len; i++) {
		unsigned char byte = (unsigned char) said.ptr[i];
		cr_assert(byte >= ' ' || byte == '\n', "a control byte %d after \"%.60s\"", byte, said.ptr + (i > 60 ? i - 60 : 0));
		cr_assert(byte != 127);
	}
}

Test(failover_lines, a_failover_and_the_way_back_are_walked_by_a_script)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = { 0 };
	AUTO_CLEAR(ProgramRun) verified = { 0 };
	AUTO_FREE char *path = source_path("tests/e2e/failover.lines");
	AUTO_FREE char *script = read_text(path);
	AUTO_FREE char *program = build_path("breakglass");
	walk(&folder, script, &run);
	cr_assert(run.status == 0, "status %d:\n%s", run.status, buf_text(&run.out));
	cr_assert(!strstr(buf_text(&run.out), "refused:"), "%s", buf_text(&run.out));
	expect_landmarks(buf_text(&run.out));
	expect_plain(buf_str(&run.out));
	run_program((const char *const[]) { program, "--env", temp_path(&folder, "drill/environment.yaml"), "--state", temp_path(&folder, "drill/state"),
		"verify", NULL }, NULL, NULL, &verified);
	cr_assert(verified.status == 0, "%s%s", buf_text(&verified.out), buf_text(&verified.err));
}

typedef struct Case { const char *name, *script, *said; int status; } Case;

static const Case cases[] = {
	{ "what is refused ends the script", "tick 9\ndeclare it broke\n", "The script ends here", 1 },
	{ "unless it was told to go on", "keep-going\ntick 9\ndeclare it broke\nnote seen\n", "record: eng-practice: note: seen", 1 },
	{ "a question that nobody answers leaves all as it is", "start ocw-failover it broke\nvalues\n", "Left. Nothing was done.", 1 },
	{ "what is no yes leaves all as it is", "start ocw-failover it broke\nset published -4h\nyes\nset damaged 14\nverify 1\napply 2\ny\n",
		"refused: that is not yes: nothing was done", 1 },
	{ "what is no answer to a question too", "start ocw-failover it broke\nvalues\n\nmany\n",
		"refused: damaged: it wants a whole number; nothing was done", 1 },
	{ "a check that is not true ends it too", "start ocw-failover it broke\nset published -100h\nyes\nset damaged 14\nverify 1\nnote x\n",
		"failed: step 1: a check is not true", 1 },
	{ "a time that nobody agreed to is not set", "start ocw-failover it broke\nset published 4 hours ago\nno\n", "Left. Nothing was done.", 0 },
	{ "a time without its zone is asked again", "start ocw-failover it broke\nset published 2026-10-25 01:30\n", "the time zone is missing", 1 },
	{ "a time that comes twice is asked again", "start ocw-failover it broke\nset published 2025-10-26 01:30 Europe/London\n",
		"2025-10-26 01:30+01:00 (00:30Z) or 2025-10-26 01:30+00:00 (01:30Z)", 1 },
	{ "the last line needs no end", "declare it broke\nnote last", "record: eng-practice: note: last", 0 },
	{ "nothing is asked of an empty script", "", "The drill is over", 0 },
};

Test(failover_lines, a_script_is_told_what_was_refused)
{
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		AUTO_CLEAR(ProgramRun) run = { 0 };
		walk(&folder, cases[i].script, &run);
		cr_expect(run.status == cases[i].status, "%s: status %d:\n%s%s", cases[i].name, run.status, buf_text(&run.out), buf_text(&run.err));
		cr_expect(strstr(buf_text(&run.out), cases[i].said), "%s:\n%s", cases[i].name, buf_text(&run.out));
	}
}

Test(failover_lines, the_board_of_a_script_waits_for_the_first_answers)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = { 0 };
	walk(&folder, "board\n", &run);
	const char *board = strstr(buf_text(&run.out), "Board:");
	cr_assert(board && strstr(board, "fail: site pages: 14 of 40 sampled pages are broken"), "%s", buf_text(&run.out));
	cr_assert(!strstr(board, "not looked yet"), "%s", board);
}
