/* test_line_terminal.c: line mode on a terminal that can do nothing but lines: the prompt, what others do meanwhile, and the bell. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "scene.h"
#include "tests/support/terminal.h"

static const char BOOK[] =
	"# Counting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n"
	"2. Close the door.\n";

static Terminal *open_lines(const Scene *scene, const char *type, const char *const *environment, const char *option) {
	const char *argv[] = {scene->program, "--env", scene->environment, "--state", scene->state, option, NULL};
	TerminalOptions options = {.argv = argv, .columns = 120, .rows = 60, .type = type, .environment = environment};
	return terminal_start(&options);
}

static void type(Terminal *terminal, const char *line, const char *then) {
	terminal_type(terminal, line);
	terminal_wait_output(terminal, then);
}

Test(line_terminal, a_dumb_terminal_is_told_what_others_do_and_hears_the_bell) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	Terminal *terminal = open_lines(&scene, "dumb", NULL, NULL);
	terminal_wait_output(terminal, "trial no incident, board>");
	type(terminal, "declare it broke\nREAL\n", "trial REAL, board>");
	AUTO(Client) *other = scene_client(&scene, false);
	Error err = {0};
	terminal_type(terminal, "note half a li");
	assert_ok(scene_ask(other, ASK_NOTE, scene_args("{'text':'a note from elsewhere'}"), NULL, &err), &err);
	terminal_wait_output(terminal, "note: a note from elsewhere");
	type(terminal, "ne\n", "note: half a line");
	type(terminal, "start walk\nyes\n", "trial REAL, walk, step 1 to do, walk>");
	cr_assert_eq(terminal_bells(terminal), 0, "the bell rang before anything waited");
	type(terminal, "plan\n", "WAITING for you: a signature is asked");
	terminal_wait_output(terminal, "step 1 planned, walk>");
	cr_assert_eq(terminal_bells(terminal), 1);
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	terminal_type(terminal, "exit\n");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	terminal_free(terminal);
}

Test(line_terminal, ctrl_c_leaves_a_question_and_nothing_else) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	Terminal *terminal = open_lines(&scene, "no-such-terminal", NULL, NULL);
	terminal_wait_output(terminal, "No screens, because this machine does not know the terminal type");
	terminal_wait_output(terminal, "board>");
	type(terminal, "declare it broke\n", "Kind (one of");
	terminal_keys(terminal, "ctrl-c");
	terminal_wait_output(terminal, "Left. Nothing was done.");
	terminal_keys(terminal, "ctrl-c");
	terminal_wait_output(terminal, "Interrupted; nothing was done.");
	terminal_keys(terminal, "ctrl-d");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	terminal_free(terminal);
}

typedef struct Chosen { const char *name, *setting, *option; } Chosen;

Test(line_terminal, it_is_chosen_by_a_setting_and_by_an_option_on_any_terminal) {
	static const Chosen cases[] = {{"the setting", "ACCESSIBLE=1", NULL}, {"the option", "ACCESSIBLE=0", "--line"}};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
		const char *environment[] = {cases[i].setting, NULL};
		Terminal *terminal = open_lines(&scene, NULL, environment, cases[i].option);
		terminal_wait_output(terminal, "breakglass in line mode");
		terminal_wait_output(terminal, "No screens, because ");
		terminal_wait_output(terminal, "board>");
		terminal_type(terminal, "q\n");
		cr_assert_eq(terminal_wait_exit(terminal), 0, "%s", cases[i].name);
		terminal_free(terminal);
	}
}

Test(line_terminal, whoever_quits_is_not_told_that_the_engine_was_lost) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	Terminal *terminal = open_lines(&scene, "dumb", NULL, NULL);
	terminal_wait_output(terminal, "board>");
	type(terminal, "quit\n", "Type yes to quit");
	terminal_type(terminal, "yes\n");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	cr_assert(!terminal_shows(terminal, "engine: lost"), "%s", terminal_text(terminal));
	terminal_free(terminal);
}
