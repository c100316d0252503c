/* test_own_terminal.c: commands that want a terminal, run in that of the person who starts them: from the console, from line mode and from the command
 * line. What the engine sees of it, what it records, and what becomes of it when one of the processes dies. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/terminal.h"

static const char BOOK[] =
	"# Looking\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Talk to the database.\n\n"
	"   ```sh\n"
	"   sh SCENE/talk.sh\n"
	"   ```\n"
	"   <!-- bg cmd tty=yes risk=change -->\n"
	"2. Close the door.\n";

/* Says where it is, asks, tells the answer, and ends as it is told. */
static const char TALK[] =
	"test -t 0 && test -t 1 && echo ON-A-TERMINAL\n"
	"echo x >> SCENE/began\n"
	"trap 'echo GOT-INT' INT\n"
	"while printf 'talk> '; do\n"
	"	read -r line || continue\n"
	"	case $line in\n"
	"	size) stty size ;;\n"
	"	bye*) exit ${line#bye } ;;\n"
	"	stop) kill -STOP 0 ;;\n"
	"	*) echo \"heard $line\" ;;\n"
	"	esac\n"
	"done\n";

typedef struct House { Scene scene; Client *client; } House;

static House house_new(void) {
	House house = {.scene = scene_new(BOOK, "")};
	AUTO_CLEAR(Buf) talk = {0};
	for (const char *c = TALK; *c; c++) {
		if (strncmp(c, "SCENE", 5) == 0) {
			buf_puts(&talk, house.scene.folder.path);
			c += 4;
		} else {
			buf_putc(&talk, *c);
		}
	}
	temp_write(&house.scene.folder, "talk.sh", buf_text(&talk));
	scene_ok(&house.scene, "declare", "it broke");
	scene_ok(&house.scene, "start", "walk");
	scene_ok(&house.scene, "plan", "1");
	house.client = scene_client(&house.scene, false);
	return house;
}

static void house_clear(House *house) {
	if (house->client)
		scene_check_journal(&house->scene, house->client);
	house->client = client_close(house->client);
	scene_clear(&house->scene);
}
BG_DEFINE_CLEARP(House, house_clear)

static Terminal *start(const House *house, const char *const *words, const char *const *environment) {
	const char *argv[24] = {house->scene.program, "--env", house->scene.environment, "--state", house->scene.state};
	for (size_t i = 0, at = 5; words && words[i]; i++)
		argv[at++] = words[i];
	TerminalOptions options = {.argv = argv, .columns = 100, .rows = 30, .environment = environment};
	return terminal_start(&options);
}

/* At the step, its plan on the screen. */
static Terminal *console(const House *house) {
	Terminal *terminal = start(house, NULL, NULL);
	terminal_wait_text(terminal, "cmd ann");
	terminal_keys(terminal, "3");
	terminal_wait_text(terminal, "Talk to the database");
	return terminal;
}

static void begin(Terminal *terminal) {
	terminal_keys(terminal, "y");
	terminal_wait_output(terminal, "ON-A-TERMINAL");
	terminal_wait_output(terminal, "talk>");
}

static const IncidentAction *action(const House *house) {
	const IncidentAction *found = incident_find_action(client_model(house->client)->incident, 1);
	cr_assert(found, "nothing was started");
	return found;
}

static bool log_says(const House *house, const char *text) {
	AUTO_FREE char *folder = scene_incident(&house->scene);
	AUTO_FREE char *path = path_join(folder, "actions/1.log");
	AUTO_FREE char *log = read_text(path);
	struct stat info;
	cr_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
	return strstr(log, text) != NULL;
}

Test(own_terminal, a_command_runs_in_the_terminal_of_the_console_and_is_recorded) {
	AUTO_CLEAR(House) house = house_new();
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	scene_wait_action(house.client, 1, ACTION_RUNNING);
	cr_assert(action(&house)->terminal && str_starts(str_from(action(&house)->terminal), "/dev/pts/"), "where: %s", action(&house)->terminal);
	terminal_type(terminal, "hello\n");
	terminal_wait_output(terminal, "heard hello");
	terminal_type(terminal, "bye 0\n");
	terminal_wait_output(terminal, "exit 0 after");
	scene_wait_step(house.client, "1", STEP_DONE);
	cr_assert(strstr(action(&house)->evidence, "recorded in actions/1.log"), "%s", action(&house)->evidence);
	cr_assert(log_says(&house, "heard hello"));
	cr_assert(action(&house)->log_sha256);
}
