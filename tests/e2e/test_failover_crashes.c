/* test_failover_crashes.c: a whole failover during which the engine is killed at every journal write: each life of an engine writes that it has
 * started, then one more record, and dies as by kill -9. The next command starts another one, which takes up what was left. In the end
 * nothing that was acknowledged is lost, nothing ran twice, and the record is sound. */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/report/report.h"
#include "core/sandbox/sandbox.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define TRIES 12

typedef struct Trial {
	TempFolder folder;
	Sandbox *sandbox;
	char *program, *environment, *state;
	size_t commands;
	Buf last;                  /* what the last command said on stderr */
} Trial;

/* ---- looking at the journal, without an engine ---- */

static bool read_record(const Trial *trial, Report *report)
{
	AUTO_FREE char *incidents = bg_asprintf("%s/ocw-sandbox/incidents", trial->state);
	AUTO_CLEAR(StrList) names = { 0 };
	if (!file_list_folder(incidents, &names, NULL) || !names.count)
		return false;
	AUTO_FREE char *folder = path_join(incidents, names.items[names.count - 1]);
	return report_read(folder, report, NULL) && report->incident->phase != INCIDENT_NONE;
}

/* What must be true after a command: the kind of thing, and which. */
typedef enum Wanted { DECLARED, RUNNING, VALUE, STEP_IS_DONE, STEP_IS_READY, PLANNED, SIGNED, ENDED } Wanted;

static bool step_holds(const Run *run, Wanted wanted, const char *which)
{
	const IncidentStep *step = run_find_step(run, which);
	cr_assert(step, "the procedure has no step %s", which);
	if (wanted == PLANNED)
		return step->action_count && step->actions[0].plan;
	bool done = step->state == STEP_DONE;
	return wanted == STEP_IS_READY ? done || step->state == STEP_READY : done;
}

static bool role_signed(const Run *run, const char *which)
{
	char gate[64], role[32];
	cr_assert(sscanf(which, "%63[^ ] %31s", gate, role) == 2);
	const Gate *found = run_find_gate(run, gate);
	return found && gate_signoff(found, role);
}

static bool holds(const Trial *trial, Wanted wanted, const char *which)
{
	AUTO_CLEAR(Report) report = { 0 };
	if (!read_record(trial, &report))
		return false;
	const Run *run = incident_current_run(report.incident);
	switch (wanted) {
	case DECLARED: return true;
	case ENDED: return report.incident->phase == INCIDENT_ENDED;
	case RUNNING: return run != NULL;
	case VALUE: return run && run_value(run, which);
	case SIGNED: return run && role_signed(run, which);
	case STEP_IS_DONE: case STEP_IS_READY: case PLANNED: return run && step_holds(run, wanted, which);
	}
	return false;
}

/* ---- commands ---- */

/* One command, with engines that die at their `life`th record. */
static void once(Trial *trial, const char *line, int life)
{
	AUTO_CLEAR(StrList) words = { 0 };
	AUTO_CLEAR(ProgramRun) run = { 0 };
	AUTO_FREE char *crash = bg_asprintf("BREAKGLASS_CRASH=after-append:%d", life);
	const char *env[] = { crash, NULL };
	const char *argv[24] = { "timeout", "-k", "1", "20", trial->program, "--env", trial->environment, "--state", trial->state };
	size_t count = 9;
	strlist_split(&words, str_from(line), ' ');
	for (size_t i = 0; i < words.count; i++)
		argv[count++] = words.items[i];
	run_program(argv, NULL, env, &run);
	trial->commands++;
	buf_truncate(&trial->last, 0);
	buf_puts(&trial->last, buf_text(&run.err));
}

/* After how many records the engine of a try dies: an even number or an odd one, as it comes, so that each record is the last of some engine. */
static int life_of(const Trial *trial, int try) { return 2 + 2 * try + (int) (trial->commands % 2); }

/* The command as often as it takes, with engines that die each time. */
static void until(Trial *trial, Wanted wanted, const char *which, const char *line)
{
	/* A step with several verifies writes a record for each: an engine that always dies after the first would never come to the others,
	 * so each further try lives longer. */
	for (int try = 0; try < TRIES; try++) {
		once(trial, line, life_of(trial, try));
		if (holds(trial, wanted, which))
			return;
	}
	cr_assert_fail("%s: not so after %d tries: %s", line, TRIES, buf_text(&trial->last));
}

static void plan_and_apply(Trial *trial, const char *step, const char *how)
{
	AUTO_FREE char *plan = bg_asprintf("plan %s", step);
	AUTO_FREE char *apply = bg_asprintf("apply %s %s", step, how);
	until(trial, PLANNED, step, plan);
	/* An engine that dies when it has written action.started leaves an action that never began: it is stopped, and planned again, as a
	 * person would. The next ones live longer and die when the readings are told anew, when the end is written, or the checks. */
	AUTO_FREE char *look = bg_asprintf("look %s", step);
	const char *lines[] = { apply, look, plan };
	for (int try = 0; try < 3 * TRIES && !holds(trial, STEP_IS_DONE, step); try++)
		once(trial, lines[try % 3], life_of(trial, try / 3));
	cr_assert(holds(trial, STEP_IS_DONE, step), "step %s did not come to its end: %s", step, buf_text(&trial->last));
}

static void sign(Trial *trial, const char *step, const char *gate)
{
	static const char *const ROLES[][2] = { { "engineering", "eng-practice" }, { "product", "prod-practice" } };
	for (size_t i = 0; i < BG_LENGTH(ROLES); i++) {
		AUTO_FREE char *line = bg_asprintf("sign %s --role %s --person %s --reason agreed", step, ROLES[i][0], ROLES[i][1]);
		AUTO_FREE char *which = bg_asprintf("%s %s", gate, ROLES[i][0]);
		until(trial, SIGNED, which, line);
	}
}

static void walk_the_failover(Trial *trial)
{
	until(trial, DECLARED, NULL, "declare mass publish");
	until(trial, RUNNING, NULL, "start ocw-failover");
	until(trial, VALUE, "published", "set published -4h --yes");
	until(trial, VALUE, "damaged", "set damaged 14");
	until(trial, STEP_IS_DONE, "1", "look 1");
	plan_and_apply(trial, "2", "--yes");
	until(trial, STEP_IS_DONE, "3", "look 3");
	sign(trial, "4", "break-glass");
	until(trial, STEP_IS_DONE, "4", "tick 4");
	until(trial, STEP_IS_DONE, "5.1", "look 5.1");
	plan_and_apply(trial, "5.2", "--yes");
	plan_and_apply(trial, "5.3", "--yes");
	plan_and_apply(trial, "5.4", "--yes");
	plan_and_apply(trial, "5.5", "--yes");
	until(trial, PLANNED, "5.6", "plan 5.6");
	sign(trial, "5.6", "activate-backup");
	plan_and_apply(trial, "5.6", "--confirm ocw-live");
	until(trial, STEP_IS_READY, "6", "look 6");
	until(trial, STEP_IS_DONE, "6", "tick 6");
	until(trial, STEP_IS_DONE, "7", "tick 7");
	until(trial, ENDED, NULL, "end --reason practised");
}

/* ---- what must be true in the end ---- */

static void assert_nothing_ran_twice(const Trial *trial)
{
	AUTO_CLEAR(Report) report = { 0 };
	cr_assert(read_record(trial, &report));
	size_t clones = 0, doubts = 0, engines = 0;
	for (size_t i = 0; i < report.incident->action_count; i++) {
		const IncidentAction *action = &report.incident->actions[i];
		clones += text_eq(action->verb, "fastly.clone") && action->state == ACTION_DONE;
		doubts += action->state == ACTION_IN_DOUBT || action->state == ACTION_RUNNING;
	}
	for (size_t i = 0; i < report.count; i++)
		engines += report.lines[i].type == EVENT_ENGINE_STARTED;
	cr_assert(clones == 1, "%zu clones were made", clones);
	cr_assert(doubts == 0, "%zu actions are without an end", doubts);
	cr_assert(sandbox_damaged_courses(trial->sandbox) == 0, "the site is not healed");
	fprintf(stderr, "# %zu records, %zu engines died on the way, %zu commands, %zu actions\n", report.count, engines, trial->commands,
		report.incident->action_count);
	cr_assert(engines > 20, "only %zu engines were started: the crashes did not take place", engines);
}

static void assert_record_is_sound(const Trial *trial)
{
	const char *argv[] = { trial->program, "--env", trial->environment, "--state", trial->state, "verify", NULL };
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program(argv, NULL, NULL, &run);
	cr_assert(run.status == 0, "verify: %s%s", buf_text(&run.out), buf_text(&run.err));
}

Test(failover_crashes, an_engine_that_dies_at_every_journal_write_loses_nothing_and_repeats_nothing)
{
	Trial trial = { .folder = temp_folder() };
	Error err = { 0 };
	AUTO_FREE char *playbooks = source_path("playbooks");
	AUTO_FREE char *drill = bg_asprintf("%s/drill", trial.folder.path);
	SandboxOptions options = { .folder = drill, .playbooks = playbooks, .build_ms = 500, .backup_every_ms = 0 };
	assert_ok(sandbox_start(&options, &trial.sandbox, &err), &err);
	trial.program = build_path("breakglass");
	trial.environment = sandbox_environment(trial.sandbox);
	trial.state = bg_asprintf("%s/state", trial.folder.path);
	walk_the_failover(&trial);
	assert_nothing_ran_twice(&trial);
	assert_record_is_sound(&trial);
	const char *stop[] = { trial.program, "--env", trial.environment, "--state", trial.state, "engine", "stop", NULL };
	AUTO_CLEAR(ProgramRun) stopped = { 0 };
	run_program(stop, NULL, NULL, &stopped);
	sandbox_stop(trial.sandbox);
	free(trial.program);
	free(trial.environment);
	free(trial.state);
	buf_clear(&trial.last);
	temp_folder_clear(&trial.folder);
}
