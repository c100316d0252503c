/* test_terminal_gone.c: terminals that go away, and consoles and engines that are hung up on or stopped, while an action runs. The engine and the
 * worker go on; a console ends with its terminal, or comes back drawn; what happened meanwhile is on the screen. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/terminal.h"

static const char BOOK[] =
	"# Waiting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Wait for the gate.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/before; read line < SCENE/gate; echo x >> SCENE/after\n"
	"   ```\n"
	"2. Close the door.\n";

/* An action runs, and waits until it is let go. */
typedef struct Held { Scene scene; Client *client; int gate; int engine; } Held;

static Held held_begin(void) {
	Held held = {.scene = scene_new(BOOK, "")};
	Error err = {0};
	cr_assert(mkfifo(temp_path(&held.scene.folder, "gate"), 0600) == 0);
	scene_ok(&held.scene, "declare", "it broke");
	scene_ok(&held.scene, "start", "walk");
	scene_ok(&held.scene, "plan", "1");
	held.client = scene_client(&held.scene, false);
	Json *args = scene_args("{'run':'r1','step':'1','index':0,'confirm':'yes'}");
	json_add_string(args, "digest", scene_step(held.client, "1")->actions[0].plan_digest);
	assert_ok(scene_ask(held.client, ASK_APPLY, args, NULL, &err), &err);
	held.gate = open(temp_path(&held.scene.folder, "gate"), O_WRONLY | O_CLOEXEC);
	cr_assert(held.gate >= 0);
	held.engine = scene_engine_pid(&held.scene);
	return held;
}

static void held_let_go(Held *held) {
	cr_assert(held->gate < 0 || file_write_all(held->gate, "go\n", 3, NULL));
	bg_close_fd(&held->gate);
}

/* The action comes to its end, once, with the engine that was there all the time. */
static void held_end(Held *held) {
	held_let_go(held);
	scene_wait_step(held->client, "1", STEP_DONE);
	cr_assert_eq(scene_engine_pid(&held->scene), held->engine, "it is another engine");
	cr_assert_eq(scene_lines(&held->scene, "after"), 1);
	scene_check_journal(&held->scene, held->client);
	held->client = client_close(held->client);
	scene_clear(&held->scene);
}

static int worker_pid(const Scene *scene) {
	AUTO_FREE char *folder = scene_incident(scene);
	AUTO_FREE char *path = path_join(folder, "actions/1.log");
	AUTO_FREE char *text = read_text(path);
	Str rest = str_from(text), line;
	AUTO(Json) *json = NULL;
	Error err = {0};
	cr_assert(str_next_line(&rest, &line));
	assert_ok(json_parse(line, &json, &err), &err);
	return (int) json_get_int(json, "pid", 0);
}

static Terminal *console(const Held *held, const char *const *before) {
	const char *argv[16] = {NULL};
	size_t count = 0;
	for (; before && *before; before++)
		argv[count++] = *before;
	const char *const own[] = {held->scene.program, "--env", held->scene.environment, "--state", held->scene.state};
	for (size_t i = 0; i < BG_LENGTH(own); i++)
		argv[count++] = own[i];
	TerminalOptions options = {.argv = argv, .columns = 100, .rows = 30};
	Terminal *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "cmd ann");
	return terminal;
}

Test(terminal_gone, a_console_ends_with_its_terminal_and_the_action_goes_on) {
	static const char *const PLAIN[] = {NULL};
	/* nohup: nobody tells it, it has to see for itself. */
	static const char *const DEAF[] = {"/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", NULL};
	static const char *const *const WAYS[] = {PLAIN, DEAF};
	for (size_t i = 0; i < BG_LENGTH(WAYS); i++) {
		Held held = held_begin();
		AUTO(Terminal) *terminal = console(&held, WAYS[i]);
		terminal_hang_up(terminal);
		scene_wait_gone(terminal_pid(terminal));
		(void) terminal_wait_exit(terminal);
		held_end(&held);
	}
}

Test(terminal_gone, an_engine_that_is_hung_up_on_goes_on) {
	static const int SIGNALS[] = {SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU};
	Held held = held_begin();
	for (size_t i = 0; i < BG_LENGTH(SIGNALS); i++) {
		Error err = {0};
		cr_assert(kill(held.engine, SIGNALS[i]) == 0);
		assert_ok(scene_ask(held.client, ASK_NOTE, scene_args("{'text':'after signal %d'}", SIGNALS[i]), NULL, &err), &err);
	}
	held_end(&held);
}

/* Stopped as no signal handler can see it; its worker comes to its end meanwhile. */
Test(terminal_gone, an_engine_that_was_stopped_takes_up_what_came_meanwhile) {
	Held held = held_begin();
	AUTO(Terminal) *terminal = console(&held, NULL);
	int worker = worker_pid(&held.scene);
	terminal_keys(terminal, "5");
	terminal_wait_text(terminal, "started (action 1)");
	cr_assert(kill(held.engine, SIGSTOP) == 0);
	held_let_go(&held);
	scene_wait_gone(worker);
	cr_assert(kill(held.engine, SIGCONT) == 0);
	scene_wait_step(held.client, "1", STEP_DONE);
	terminal_wait_text(terminal, "command.run done");
	terminal = terminal_free(terminal);   /* a console would start another engine */
	held_end(&held);
}

/* ---- a console that is stopped ---- */

static int only_child(int parent) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/task/%d/children", parent, parent);
	AUTO_FREE char *text = read_text(path);
	int64_t pid = 0;
	cr_assert(str_parse_int(str_trim(str_from(text)), &pid), "%s: \"%s\"", path, text);
	return (int) pid;
}

Test(terminal_gone, a_console_that_is_stopped_gives_the_terminal_back_and_comes_back_drawn) {
	static const char *const SHELL[] = {"/bin/sh", "-c", "set -m; \"$@\"; echo WAITING; read -r line; fg >/dev/null; echo ENDED", "sh", NULL};
	Held held = held_begin();
	AUTO(Terminal) *terminal = console(&held, SHELL);
	cr_assert(kill(only_child(terminal_pid(terminal)), SIGTSTP) == 0);
	terminal_wait_output(terminal, "WAITING");
	cr_assert(terminal_is_restored(terminal), "the terminal is not as it was:\n%s", terminal_text(terminal));
	held_let_go(&held);
	scene_wait_step(held.client, "1", STEP_DONE);
	terminal_type(terminal, "\n");
	terminal_wait_text(terminal, "cmd ann");
	terminal_keys(terminal, "3");
	terminal_wait_text(terminal, "Wait for the gate");
	(void) kill(only_child(terminal_pid(terminal)), SIGTERM);
	(void) terminal_wait_exit(terminal);
	held_end(&held);
}

/* ---- what happened is on the screen ---- */

Test(terminal_gone, the_screen_says_that_an_engine_was_killed_and_that_an_action_is_in_doubt) {
	Held held = held_begin();
	AUTO(Terminal) *terminal = console(&held, NULL);
	terminal_keys(terminal, "5");
	scene_end_engine(&held.scene, SIGKILL);
	AUTO(Client) *next = scene_client(&held.scene, true);
	terminal_wait_text(terminal, "1 action under way");
	scene_wait_action(next, 1, ACTION_RUNNING);
	(void) kill(worker_pid(&held.scene), SIGKILL);
	terminal_wait_text(terminal, "IN DOUBT");
	terminal = terminal_free(terminal);
	held_let_go(&held);
	held.client = client_close(held.client);
	scene_clear(&held.scene);
}
