/* test_drill.c: how a drill ends: what is kept, what is asked, and that nothing is left running, however its console goes. */
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/terminal.h"

typedef struct Drill { TempFolder folder; Terminal *terminal; } Drill;

static Drill drill_open(void)
{
	Drill drill = { .folder = temp_folder() };
	AUTO_FREE char *program = build_path("breakglass");
	AUTO_FREE char *playbooks = source_path("playbooks");
	AUTO_FREE char *books = bg_asprintf("BREAKGLASS_PLAYBOOKS=%s", playbooks);
	AUTO_FREE char *where = bg_asprintf("TMPDIR=%s", drill.folder.path);
	const char *argv[] = { program, "try", NULL };
	const char *environment[] = { books, where, "LC_ALL=C.UTF-8", "TZ=UTC", NULL };
	TerminalOptions options = { .argv = argv, .columns = 80, .rows = 24, .environment = environment };
	drill.terminal = terminal_start(&options);
	terminal_wait_text(drill.terminal, "14 of 40 sampled pages are broken");
	return drill;
}

static void drill_clear(Drill *drill)
{
	drill->terminal = terminal_free(drill->terminal);
	temp_folder_clear(&drill->folder);
}

/* The one path below the drill's own folder that matches; NULL: none. Owned. */
static char *drill_find(const Drill *drill, const char *name)
{
	AUTO_FREE char *pattern = bg_asprintf("%s/breakglass-*/%s", drill->folder.path, name);
	glob_t found = { 0 };
	char *path = glob(pattern, 0, NULL, &found) == 0 ? bg_strdup(found.gl_pathv[0]) : NULL;
	globfree(&found);
	return path;
}

static int engine_pid(const Drill *drill)
{
	AUTO_FREE char *path = drill_find(drill, "state/ocw-sandbox/engine.lock");
	cr_assert(path, "no engine runs");
	AUTO_FREE char *text = read_text(path);
	return (int) strtol(text, NULL, 10);
}

static void begin_incident(Drill *drill)
{
	terminal_keys(drill->terminal, "D");
	terminal_wait_text(drill->terminal, "What is wrong");
	terminal_type(drill->terminal, "a drill\n");
	terminal_wait_text(drill->terminal, "T+00:00:0");
}

Test(drill, leaves_nothing_when_nothing_was_recorded)
{
	Drill drill = drill_open();
	terminal_keys(drill.terminal, "q");
	cr_assert_eq(terminal_wait_exit(drill.terminal), 0);
	cr_expect(strstr(terminal_text(drill.terminal), "Nothing was recorded"), "%s", terminal_text(drill.terminal));
	AUTO_FREE char *left = drill_find(&drill, "");
	cr_expect(!left, "%s is left", left);
	drill_clear(&drill);
}

Test(drill, asks_before_it_ends_with_an_open_incident_and_keeps_the_record)
{
	Drill drill = drill_open();
	begin_incident(&drill);
	terminal_keys(drill.terminal, "q");
	terminal_wait_text(drill.terminal, "End the drill");
	terminal_keys(drill.terminal, "esc");
	terminal_wait_no_text(drill.terminal, "End the drill");
	terminal_keys(drill.terminal, "q");
	terminal_wait_text(drill.terminal, "End the drill");
	terminal_keys(drill.terminal, "y");
	cr_assert_eq(terminal_wait_exit(drill.terminal), 0);
	cr_expect(strstr(terminal_text(drill.terminal), "Its record stays"), "%s", terminal_text(drill.terminal));
	AUTO_FREE char *journal = drill_find(&drill, "state/ocw-sandbox/incidents/*/journal.jsonl");
	AUTO_FREE char *key = drill_find(&drill, "signers/*");
	AUTO_FREE char *secret = drill_find(&drill, "secrets/*");
	cr_expect(journal && !key && !secret, "journal %d, key %s, secret %s", journal != NULL, key, secret);
	drill_clear(&drill);
}

Test(drill, leaves_no_engine_behind_when_its_console_is_killed)
{
	Drill drill = drill_open();
	begin_incident(&drill);
	int engine = engine_pid(&drill);
	cr_assert_eq(kill(terminal_pid(drill.terminal), SIGKILL), 0);
	scene_wait_gone(engine);
	AUTO_FREE char *journal = drill_find(&drill, "state/ocw-sandbox/incidents/*/journal.jsonl");
	cr_expect(journal, "the record is lost");
	drill_clear(&drill);
}
