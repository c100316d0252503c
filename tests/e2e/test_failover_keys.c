/* test_failover_keys.c: a whole failover and the way back, by keys alone, from the first screen to the closed ledger: `breakglass try` on a
 * terminal of 80x24, with the real engine, journal, signatures and HTTP; only the far ends are simulated. The pictures of README.md are taken
 * on the way (tui/pictures). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "tests/support/process.h"
#include "tests/support/support.h"
#include "tests/support/terminal.h"

typedef struct Drill { TempFolder folder; Terminal *terminal; char *environment; } Drill;

static Drill drill_open(void)
{
	Drill drill = { .folder = temp_folder() };
	char *program = build_path("breakglass"), *playbooks = source_path("playbooks");
	AUTO_FREE char *books = bg_asprintf("BREAKGLASS_PLAYBOOKS=%s", playbooks);
	AUTO_FREE char *where = bg_asprintf("--folder=%s/drill", drill.folder.path);
	const char *argv[] = { program, "try", where, "--build-takes=1s", NULL };
	const char *environment[] = { books, "LC_ALL=C.UTF-8", "TZ=UTC", NULL };
	TerminalOptions options = { .argv = argv, .columns = 80, .rows = 24, .environment = environment };
	drill.terminal = terminal_start(&options);
	drill.environment = bg_asprintf("%s/drill/environment.yaml", drill.folder.path);
	free(program);
	free(playbooks);
	return drill;
}

static void drill_close(Drill *drill)
{
	terminal_free(drill->terminal);
	free(drill->environment);
	temp_folder_clear(&drill->folder);
}



static void press(Drill *drill, const char *keys, const char *then)
{
	terminal_keys(drill->terminal, keys);
	terminal_wait_text(drill->terminal, then);
}

static void type(Drill *drill, const char *text, const char *then)
{
	terminal_type(drill->terminal, text);
	terminal_wait_text(drill->terminal, then);
}

static void answer(Drill *drill, const char *text, const char *then)
{
	AUTO_FREE char *typed = bg_asprintf("answer: %s", text);
	type(drill, text, typed);
	press(drill, "enter", then);
}

/* Both practice signers sign what waits; the console goes back to the walk. */
static void sign_both(Drill *drill, const char *reason)
{
	AUTO_FREE char *line = bg_asprintf("sign%s%s", *reason ? " " : "", reason);
	press(drill, "g", "as ENGINEERING");
	terminal_wait_text(drill->terminal, "2 ways to sign");
	answer(drill, line, "Signed as engineering. product is still asked");
	/* The same again signs nothing: the other person's key is taken by a key of its own. */
	press(drill, "enter", "o takes it");
	cr_assert(!terminal_shows(drill->terminal, "answer:"));
	press(drill, "o", "as PRODUCT");
	terminal_wait_text(drill->terminal, "it is prod-practice's");
	answer(drill, line, "Signed as product.");
	terminal_wait_text(drill->terminal, "eng-practice's login");
	press(drill, "3", "Walk]");
}

static void plan_and_apply(Drill *drill, const char *done)
{
	press(drill, "p", "nothing has been changed yet");
	press(drill, "y", done);
}

static void start_procedure(Drill *drill, const char *down, const char *title)
{
	press(drill, "2", "Playbooks]");
	terminal_wait_text(drill->terminal, "sign-off");
	if (*down)
		terminal_keys(drill->terminal, down);
	if (title) {
		press(drill, "s", "What is broken?");
		terminal_type(drill->terminal, title);
		press(drill, "enter", "Walk]");
	} else {
		press(drill, "s", "Starting changes nothing");
		press(drill, "y", "Walk]");
	}
	terminal_wait_text(drill->terminal, "e asks for");
}

static void keep_the_backup_good(Drill *drill)
{
	press(drill, "e", "Values of the procedure");
	terminal_type(drill->terminal, "-4h\n14\n");
	press(drill, "enter enter enter enter", "Is this the time that you mean?");
	press(drill, "y", "v looks; x ticks it");
	press(drill, "v", "2  IMPORTANT");
	plan_and_apply(drill, "3  Check that no run");
	press(drill, "v", "4  Decide together");
}

static void point_at_the_backup(Drill *drill)
{
	sign_both(drill, "14 are broken");
	press(drill, "x", "5.1  Find the service");
	press(drill, "v", "5.2  Clone the active");
	plan_and_apply(drill, "5.3  In the clone");
	plan_and_apply(drill, "5.4  Do the same");
	plan_and_apply(drill, "5.5  Validate");
	press(drill, "enter", "5.6  Activate");
	press(drill, "p", "waits   needs product and engineering");
	terminal_picture(drill->terminal, "walk", "The walk: the outline of the runbook, and the plan of the step that activates the clone");
	press(drill, "g", "2 ways to sign");
	terminal_picture(drill->terminal, "sign-off", "The sign-off: what exactly engineering is asked to sign, and with which key");
	press(drill, "3", "Walk]");
	press(drill, "y", "apply: needs product and engineering");
	sign_both(drill, "");
	press(drill, "y", "Type the name");
	type(drill, "ocw-live\n", "6  Verify in a browser");
}

static void see_it_well(Drill *drill)
{
	press(drill, "v", "look for yourself, then x");
	press(drill, "x", "7  Check");
	press(drill, "x", "8  Optionally");
	press(drill, "1", "all of 40 sampled pages are well");
	terminal_wait_text(drill->terminal, "v77 serves the BACKUP bucket");
	press(drill, "6", "on-backup-bucket");
	cr_assert(terminal_shows(drill->terminal, "backup-paused"));
	press(drill, "3", "8  Optionally");
}

static void destroy_the_pipeline(Drill *drill)
{
	press(drill, "p", "nothing has been changed yet");
	press(drill, "y", "Type the name");
	type(drill, "backup-ocw-content\n", "13/13");
	terminal_wait_text(drill->terminal, "3 still open in the ledger");
	press(drill, "enter", "End the procedure");
	press(drill, "y", "This procedure is done");
}

/* What the content team does meanwhile, outside of the console. */
static void repair_the_courses(const Drill *drill)
{
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *where = bg_asprintf("--folder=%s/drill", drill->folder.path);
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program((const char *const[]) { program, "sandbox", "--tell", "publish-repair", where, NULL }, NULL, NULL, &run);
	cr_assert_eq(run.status, 0, "%s", buf_text(&run.err));
}

static void go_back_to_the_real_bucket(Drill *drill)
{
	press(drill, "enter", "Start the way back");
	press(drill, "y", "1  Confirm that the content");
	press(drill, "v", "look for yourself, then x");
	press(drill, "x", "2.1  Find the service");
	press(drill, "v", "2.2  Clone the active");
	plan_and_apply(drill, "2.3  In the clone");
	plan_and_apply(drill, "2.4  Do the same");
	plan_and_apply(drill, "2.5  Validate");
	press(drill, "enter", "2.6  Activate");
	press(drill, "p", "waits   needs product and engineering");
	sign_both(drill, "all are well");
	press(drill, "y", "Type the name");
	type(drill, "ocw-live\n", "3  Verify in a browser");
	press(drill, "v", "look for yourself, then x");
	press(drill, "x", "4  If the pipeline");
}

static void resume_the_backup(Drill *drill)
{
	plan_and_apply(drill, "5  Unpause the pipeline");
	press(drill, "p", "nothing has been changed yet");
	press(drill, "y", "By going on you say that this is so.");
	press(drill, "y", "6  Let the job run once");
	plan_and_apply(drill, "Nothing is open in the ledger.");
	press(drill, "enter", "End the procedure");
	press(drill, "y", "This procedure is done");
	press(drill, "6", "closed pipeline-destroyed");
	cr_assert(terminal_shows(drill->terminal, "closed backup-paused"));
	cr_assert(terminal_shows(drill->terminal, "closed on-backup-bucket"));
	cr_assert(!terminal_shows(drill->terminal, "OPEN"));
}

static void end_the_incident(Drill *drill)
{
	/* The backup is newer than the damage now, and good: what it copied was repaired. */
	press(drill, "1", "All that was broken open is closed again.");
	cr_assert(!terminal_shows(drill->terminal, "holds the damage"));
	press(drill, ":", "type a command by its name");
	type(drill, "end\n", "End the incident");
	type(drill, "all is well\n", "no incident");
	press(drill, "1", "v78 serves ocw-content-live-production");
	terminal_wait_text(drill->terminal, "all of 40 sampled pages are well");
}

Test(failover_keys, a_failover_goes_by_keys_from_the_red_board_to_the_closed_ledger)
{
	Drill drill = drill_open();
	terminal_wait_text(drill.terminal, "14 of 40 sampled pages are broken");
	terminal_wait_text(drill.terminal, "predate the damage?  YES");
	cr_assert(terminal_shows(drill.terminal, "DRILL"));
	terminal_picture(drill.terminal, "board", "The board of breakglass: 14 of 40 pages are broken, and the newest good backup predates the damage");
	start_procedure(&drill, "", "mass publish broke 14 courses");
	keep_the_backup_good(&drill);
	point_at_the_backup(&drill);
	see_it_well(&drill);
	destroy_the_pipeline(&drill);
	repair_the_courses(&drill);
	go_back_to_the_real_bucket(&drill);
	resume_the_backup(&drill);
	end_the_incident(&drill);
	terminal_keys(drill.terminal, "q");
	cr_assert(terminal_wait_exit(drill.terminal) == 0);
	drill_close(&drill);
}
