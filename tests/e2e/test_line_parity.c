/* test_line_parity.c: line mode does everything that the command table knows: every row of it is typed into the real program, in an
 * incident with a step, a plan and a gate. The rows come from the table, so that one more is asked for by itself. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "scene.h"
#include "tui/keys/command.h"

static const char BOOK[] =
	"# Counting\n"
	"<!-- bg var target ask=\"Which target?\" match=\"<target>\" -->\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count the <target>.\n\n"
	"   ```sh\n"
	"   echo <target> >> SCENE/one\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n"
	"2. Look around.\n"
	"3. Close the door.\n";

static bool leaves(CommandId id) { return id == COMMAND_DETACH || id == COMMAND_QUIT; }

/* Between two notes, each command, from the screen `from`; what it asks is left. */
static char *write_script(const char *from, bool none) {
	Buf script = {0};
	buf_puts(&script, "keep-going\ndeclare it broke\ndrill\nstart walk\nyes\nset target doors\nplan 1\n");
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		if ((command->line == LINE_NONE) == none && !leaves(command->id))
			buf_printf(&script, "%s\nnote before-%s\n%s\nesc\nesc\n", from, command->name, command->name);
	}
	buf_puts(&script, "note before-the-end\n");
	return buf_take(&script);
}

static void run_lines(const Scene *scene, const char *script, ProgramRun *run) {
	run_program((const char *const[]){scene->program, "--env", scene->environment, "--state", scene->state, "--line", NULL}, script, NULL, run);
}

/* What was said after one note and before the next. */
static Str section_of(const char *said, const Command *command) {
	AUTO_FREE char *begin = bg_asprintf("note: before-%s\n", command->name);
	const char *from = strstr(said, begin);
	cr_assert(from, "%s is not there:\n%s", begin, said);
	from += strlen(begin);
	const char *to = strstr(from, "note: before-");
	cr_assert(to, "nothing follows %s", command->name);
	return (Str){from, (size_t) (to - from)};
}

static void expect_known(const char *said, const Command *command) {
	static const char *const WRONG[] = {"there is no command", "nothing to do here", "only moves"};
	Str section = section_of(said, command);
	for (size_t i = 0; i < BG_LENGTH(WRONG); i++)
		cr_expect(str_find(section, WRONG[i]) < 0, "%s is not done in line mode:\n%.*s", command->name, STR_ARG(section));
}

Test(line_parity, an_improvement_is_noted_as_one) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	AUTO_CLEAR(ProgramRun) run = {0};
	run_lines(&scene, "declare it broke\ndrill\nimprovement alert earlier\nimprovement\nwrite the name down\nnote a plain one\n", &run);
	scene_ok(&scene, "report", "--json");
	cr_expect(scene_says(&scene, "alert earlier") && scene_says(&scene, "write the name down"), "%s", scene.said);
	AUTO(Client) *client = scene_client(&scene, false);
	AUTO(Json) *noted = incident_improvements(client_model(client)->incident);
	cr_expect_eq(json_count(noted), 2, "and the plain note is none");
}

Test(line_parity, every_command_of_the_table_can_be_typed) {
	static const char *const SCREENS[] = {"walk", "board", "timeline"};
	for (size_t s = 0; s < BG_LENGTH(SCREENS); s++) {
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
		AUTO_CLEAR(ProgramRun) run = {0};
		AUTO_FREE char *script = write_script(SCREENS[s], false);
		run_lines(&scene, script, &run);
		for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
			const Command *command = command_get((CommandId) i);
			if (command->line != LINE_NONE && !leaves(command->id))
				expect_known(buf_text(&run.out), command);
		}
		cr_assert_eq(scene_lines(&scene, "one"), 0, "something was done that nobody said yes to");
	}
}

Test(line_parity, what_only_moves_says_so_and_does_nothing) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_FREE char *script = write_script("walk", true);
	run_lines(&scene, script, &run);
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		if (command->line == LINE_NONE)
			cr_expect(str_find(section_of(buf_text(&run.out), command), "only moves") >= 0, "%s", command->name);
	}
}

Test(line_parity, leaving_leaves_the_engine_or_stops_it) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_CLEAR(ProgramRun) again = {0};
	run_lines(&scene, "detach\nnote never read\n", &run);
	cr_assert(run.status == 0, "%s", buf_text(&run.out));
	int pid = scene_engine_pid(&scene);
	cr_assert(pid, "the engine did not go on");
	run_lines(&scene, "quit\nyes\n", &again);
	cr_assert(again.status == 0, "%s", buf_text(&again.out));
	scene_wait_gone(pid);
}
