/* test_own_terminal.c: commands that want a terminal, run in that of the person who starts them: from the console, from line mode and from the command
 * line. What the engine sees of it, what it records, and what becomes of it when one of the processes dies. */
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "stranger.h"
#include "tests/support/terminal.h"

#define NOBODY 65534

static const char BOOK[] =
	"# Looking\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Talk to the database.\n\n"
	"   ```sh\n"
	"   sh SCENE/talk.sh\n"
	"   ```\n"
	"   <!-- bg cmd tty=yes risk=change -->\n"
	"2. Show a secret.\n\n"
	"   ```sh\n"
	"   sh SCENE/talk.sh\n"
	"   ```\n"
	"   <!-- bg cmd tty=yes record=no risk=read -->\n"
	"3. Close the door.\n";

/* Says where it is, asks, tells the answer, and ends as it is told. */
static const char TALK[] =
	"test -t 0 && test -t 1 && echo ON-A-TERMINAL\n"
	"echo $$ > \"${0%/*}/pid\"\n"
	"first=$(stty size)\n"
	"trap 'echo GOT-INT' INT\n"
	"while printf 'talk> '; do\n"
	"	read -r line || continue\n"
	"	case $line in\n"
	"	size) until test \"$(stty size)\" != \"$first\"; do :; done; stty size ;;\n"
	"	bells) head -c 300000 /dev/zero | tr '\\0' '\\007'; printf 'hidden\\000behind\\n' ;;\n"
	"	who) id -u; echo \"carried:$CARRIED\" ;;\n"
	"	bye*) exit ${line#bye } ;;\n"
	"	*) echo \"heard $line\" ;;\n"
	"	esac\n"
	"done\n";

static bool stopped_twice(Terminal *terminal, void *userdata) {
	(void) userdata;
	Str raw = terminal_raw(terminal);
	ptrdiff_t first = str_find(raw, "The command is stopped.");
	return first >= 0 && str_find(str_slice(raw, (size_t) first + 1, raw.len), "The command is stopped.") >= 0;
}

typedef struct House { Scene scene; Client *client; } House;

/* `path`: of the engine and of what it starts; NULL = as the test's. */
static House house_new(const char *more, const char *path) {
	House house = {.scene = scene_new(BOOK, more)};
	AUTO_FREE char *bin = path_join(house.scene.folder.path, "bin");
	AUTO_FREE char *entry = bg_asprintf("PATH=%s", path ? bin : getenv("PATH"));
	const char *env[] = {entry, NULL};
	temp_write(&house.scene.folder, "talk.sh", TALK);
	/* All that the command needs, and what stands in for `script`. */
	if (path) {
		AUTO_FREE char *own_script = path_join(bin, "script");
		cr_assert(mkdir(bin, 0700) == 0);
		static const char *const NEEDED[] = {"sh", "stty"};
		for (size_t i = 0; i < BG_LENGTH(NEEDED); i++) {
			AUTO_FREE char *link = path_join(bin, NEEDED[i]);
			AUTO_FREE char *target = bg_asprintf("/bin/%s", NEEDED[i]);
			cr_assert(symlink(target, link) == 0);
		}
		if (*path) {
			temp_write(&house.scene.folder, "bin/script", path);
			cr_assert(chmod(own_script, 0700) == 0);
		}
	}
	const char *const words[][6] = {{"declare", "it broke"}, {"start", "walk"}, {"plan", "1"}};
	for (size_t i = 0; i < BG_LENGTH(words); i++)
		cr_assert(scene_run_with(&house.scene, env, words[i]) == 0, "%s", house.scene.said);
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

/* The command that was begun is gone, too: nobody could tell its end any more. */
static void expect_ended(House *house) {
	AUTO_FREE char *text = read_text(temp_path(&house->scene.folder, "pid"));
	int64_t pid = 0;
	cr_assert(str_parse_int(str_trim(str_from(text)), &pid));
	scene_wait_gone((int) pid);
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

/* The plan that is there, done again. */
static void plan_again(House *house, const char *step) {
	scene_ok(&house->scene, "plan", step);
	scene_wait_step(house->client, step, STEP_PLANNED);
}

Test(own_terminal, a_command_runs_in_the_terminal_of_the_console_and_is_recorded) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	scene_wait_action(house.client, 1, ACTION_RUNNING);
	cr_assert(action(&house)->terminal && str_starts(str_from(action(&house)->terminal), "/dev/pts/"), "where: %s", action(&house)->terminal);
	terminal_type(terminal, "hello\n");
	terminal_wait_output(terminal, "heard hello");
	/* While it is recorded there is nothing that could bring it back, and ctrl-z stops nothing. */
	terminal_keys(terminal, "ctrl-z");
	terminal_type(terminal, "on\n");
	terminal_wait_output(terminal, "heard on");
	/* ctrl-c is the command's; the size is that of the terminal, and the console comes back in it. */
	terminal_keys(terminal, "ctrl-c");
	terminal_wait_output(terminal, "GOT-INT");
	terminal_type(terminal, "size\n");
	terminal_set_size(terminal, 120, 40);
	terminal_wait_output(terminal, "40 120");
	/* Much without the end of a line, each of whose bytes takes six on the way; and a byte that ends a text. */
	terminal_type(terminal, "bells\n");
	terminal_wait_output(terminal, "behind");
	terminal_type(terminal, "bye 0\n");
	terminal_wait_output(terminal, "exit 0 after");
	terminal_wait_output(terminal, "cmd ann");
	scene_wait_step(house.client, "1", STEP_DONE);
	cr_assert(strstr(action(&house)->evidence, "recorded in actions/1.log"), "%s", action(&house)->evidence);
	cr_assert(log_says(&house, "heard hello") && log_says(&house, "GOT-INT") && log_says(&house, "behind") && log_says(&house, "COMMAND_EXIT_CODE"));
	cr_assert(action(&house)->log_sha256);
	terminal_keys(terminal, "q");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	cr_assert(terminal_is_restored(terminal));
}

Test(own_terminal, a_command_that_exits_with_another_status_failed_and_verify_knows_the_recording) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	terminal_type(terminal, "bye 3\n");
	terminal_wait_output(terminal, "exit 3 after");
	scene_wait_step(house.client, "1", STEP_FAILED);
	cr_assert_eq(action(&house)->exit_code, 3);
	AUTO_FREE char *folder = scene_incident(&house.scene);
	cr_assert(scene_verdict(&house.scene, "recorded", folder, NULL, NULL));
	AUTO_FREE char *log = path_join(folder, "actions/1.log");
	AUTO_FREE char *text = read_text(log);
	AUTO_FREE char *other = bg_asprintf("%s\n", text);
	assert_ok(file_write_atomic(log, other, strlen(other), 0600, NULL), NULL);
	scene_refused(&house.scene, 1, "actions/1.log: not the bytes", "verify", folder);
	assert_ok(file_write_atomic(log, text, strlen(text), 0600, NULL), NULL);
}

/* Without `script` it runs all the same, and the record says that it was not recorded. ctrl-z then stops it, and the person says what follows. */
Test(own_terminal, without_script_nothing_is_recorded_and_ctrl_z_stops_it_until_the_person_goes_on) {
	AUTO_CLEAR(House) house = house_new("", "");
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	terminal_keys(terminal, "ctrl-z");
	terminal_wait_output(terminal, "The command is stopped.");
	terminal_type(terminal, "\n");
	terminal_type(terminal, "again\n");
	terminal_wait_output(terminal, "heard again");
	terminal_keys(terminal, "ctrl-z");
	terminal_wait_output_until(terminal, stopped_twice, NULL, "the second stop");
	terminal_type(terminal, "e\n");
	terminal_wait_output(terminal, "ended by signal 15 after");
	scene_wait_step(house.client, "1", STEP_FAILED);
	cr_assert(strstr(action(&house)->evidence, "not recorded: no `script` on this machine"), "%s", action(&house)->evidence);
	cr_assert(!log_says(&house, "heard again"));
}

Test(own_terminal, a_script_of_another_making_is_not_trusted_with_the_recording) {
	AUTO_CLEAR(House) house = house_new("", "#!/bin/sh\necho 'script, of a busy box'\n");
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	terminal_type(terminal, "bye 0\n");
	terminal_wait_output(terminal, "exit 0 after");
	scene_wait_step(house.client, "1", STEP_DONE);
	cr_assert(strstr(action(&house)->evidence, "is not that of util-linux"), "%s", action(&house)->evidence);
}

/* What is printed is on the terminal before it is in the record. */
static bool has_heard(const ClientModel *model, void *userdata) {
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].action == 1 && str_find(buf_str(&model->jobs[i].output), userdata) >= 0)
			return true;
	return false;
}

Test(own_terminal, a_console_that_is_killed_leaves_the_command_in_doubt_until_a_person_has_looked) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	terminal_type(terminal, "last words\n");
	char words[] = "heard last words";
	Error err = {0};
	assert_ok(client_wait(house.client, has_heard, words, SCENE_WAIT_MS, &err), &err);
	cr_assert(kill(terminal_pid(terminal), SIGKILL) == 0);
	scene_wait_action(house.client, 1, ACTION_IN_DOUBT);
	cr_assert(strstr(action(&house)->why, "look before you do it again"), "%s", action(&house)->why);
	cr_assert(log_says(&house, "heard last words"));
	expect_ended(&house);
	scene_ok(&house.scene, "resolve", "1", "ran", "--reason", "the table is there");
	scene_wait_action(house.client, 1, ACTION_RESOLVED_RAN);
}

Test(own_terminal, an_engine_that_is_killed_meanwhile_is_told_the_end_all_the_same) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	house.client = client_close(house.client);
	int first = scene_engine_pid(&house.scene);
	scene_end_engine(&house.scene, SIGKILL);
	terminal_type(terminal, "still here\n");
	terminal_wait_output(terminal, "heard still here");
	terminal_type(terminal, "bye 4\n");
	terminal_wait_output(terminal, "exit 4 after");
	house.client = scene_client(&house.scene, true);
	scene_wait_action(house.client, 1, ACTION_FAILED);
	cr_assert_eq(action(&house)->exit_code, 4);
	cr_assert_neq(scene_engine_pid(&house.scene), first);
	cr_assert(log_says(&house, "heard still here"));
}

static int worker_pid(const House *house) {
	AUTO_FREE char *folder = scene_incident(&house->scene);
	AUTO_FREE char *path = path_join(folder, "actions/1.log");
	AUTO_FREE char *log = read_text(path);
	AUTO(Json) *line = NULL;
	Str rest = str_from(log), whole;
	cr_assert(str_next_line(&rest, &whole) && json_parse(whole, &line, NULL));
	return (int) json_get_int(line, "pid", 0);
}

static int64_t job_of_action(const Client *client) {
	const ClientModel *model = client_model(client);
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].action == 1 && model->jobs[i].running)
			return model->jobs[i].id;
	return -1;
}

Test(own_terminal, who_sits_elsewhere_sees_it_and_cannot_end_it_and_a_worker_that_dies_leaves_doubt) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	AUTO(Terminal) *terminal = console(&house);
	Error err = {0};
	begin(terminal);
	scene_wait_action(house.client, 1, ACTION_RUNNING);
	AUTO(Terminal) *elsewhere = console(&house);
	terminal_wait_text(elsewhere, "in the terminal of ann");
	terminal_wait_text(elsewhere, "Only who sits there can end it.");
	terminal_keys(elsewhere, "c");
	terminal_wait_text(elsewhere, "only who sits there can end it");
	elsewhere = terminal_free(elsewhere);
	cr_assert(!scene_ask(house.client, ASK_CANCEL, scene_args("{'job':%lld}", (long long) job_of_action(house.client)), NULL, &err));
	cr_assert(strstr(err.why, "terminal of ann: only who sits there can end it") && strstr(err.hint, "engine status"), "%s %s", err.why, err.hint);
	AUTO_FREE char *worker = bg_asprintf("%d", worker_pid(&house));
	scene_ok(&house.scene, "engine", "status");
	cr_assert(scene_says(&house.scene, worker), "worker %s: %s", worker, house.scene.said);
	cr_assert(kill(worker_pid(&house), SIGTERM) == 0);   /* as `kill` does */
	scene_wait_action(house.client, 1, ACTION_IN_DOUBT);
	terminal_type(terminal, "bye 0\n");
	terminal_wait_output(terminal, "could not be handed in");
}

/* ---- a client that is none of ours ---- */

typedef struct Nonsense { const char *frames[3]; size_t output; ActionState state; const char *says; } Nonsense;

static const Nonsense NONSENSE[] = {
	{{NULL}, 0, ACTION_FAILED, "nothing ran"},
	{{"{\"t\":\"ended\",\"exit\":0}"}, 0, ACTION_FAILED, "nothing ran"},
	{{"[]"}, 0, ACTION_FAILED, "nothing ran"},
	{{"{\"t\":\"not-run\",\"error\":{\"why\":\"no shell \\u001b[31mhere\"}}"}, 0, ACTION_FAILED, "no shell"},
	{{"{\"t\":\"began\",\"recorded\":true}", "{\"t\":\"ended\",\"exit\":0}"}, 17, ACTION_DONE, "recorded in actions/5.log up to 16 MB"},
	{{"{\"t\":\"began\",\"recorded\":false}", "[]"}, 0, ACTION_IN_DOUBT, "the terminal that ran it is gone"},
};

static int open_seat(const House *house, Buf *in, int64_t *ret_number) {
	int fd = stranger_knock(&house->scene);
	cr_assert(stranger_send(fd, "{\"t\":\"hello\",\"protocol\":1,\"kind\":\"seat\",\"terminal\":\"/dev/pts/\\u001b9\"}"));
	AUTO(Json) *frame = stranger_read(fd, in);
	cr_assert(frame && text_eq(json_get_string(frame, "t"), "seat"));
	*ret_number = json_get_int(frame, "number", 0);
	return fd;
}

static void send_output(int fd, size_t megabytes) {
	AUTO_CLEAR(Buf) frame = {0};
	buf_puts(&frame, "{\"t\":\"output\",\"text\":\"");
	for (size_t i = 0; i < 32768; i++)
		buf_putc(&frame, 'x');
	buf_puts(&frame, "\"}");
	for (size_t i = 0; i < megabytes * 32; i++)
		cr_assert(stranger_send(fd, buf_text(&frame)));
}

Test(own_terminal, a_seat_that_talks_nonsense_started_nothing_or_leaves_doubt) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	Error err = {0};
	int64_t number;
	for (size_t i = 0; i < BG_LENGTH(NONSENSE); i++) {
		const Nonsense *nonsense = &NONSENSE[i];
		AUTO_CLEAR(Buf) in = {0};
		if (i)
			plan_again(&house, i == 5 ? "2" : "1");
		AUTO_CLOSE int fd = open_seat(&house, &in, &number);
		Json *args = scene_args("{'run':'r1','step':'%s','index':0,'confirm':'yes','seat':%lld}", i == 5 ? "2" : "1", (long long) number);
		json_add_string(args, "digest", scene_step(house.client, i == 5 ? "2" : "1")->actions[0].plan_digest);
		assert_ok(scene_ask(house.client, ASK_APPLY, args, NULL, &err), &err);
		AUTO(Json) *order = stranger_wait(fd, &in, "run", 0);
		cr_assert(order && strstr(json_get_string(order, "text"), "talk.sh"));
		for (size_t f = 0; f < BG_LENGTH(nonsense->frames) && nonsense->frames[f]; f++) {
			cr_assert(stranger_send(fd, nonsense->frames[f]));
			if (!f && nonsense->output)
				send_output(fd, nonsense->output);
		}
		cr_assert(shutdown(fd, SHUT_WR) == 0);
		scene_wait_action(house.client, (int64_t) i + 1, nonsense->state);
		const IncidentAction *ended = incident_find_action(client_model(house.client)->incident, (int64_t) i + 1);
		AUTO_FREE char *said = bg_asprintf("%s %s", ended->why ? ended->why : "", ended->evidence ? ended->evidence : "");
		cr_assert(strstr(said, nonsense->says), "%zu: %s", i, said);
		cr_assert(!strchr(said, 033) && !strchr(ended->terminal, 033), "%zu: %s", i, said);
	}
}

/* It may speak with its worker, with nobody else, and only who opened it may use it. */
Test(own_terminal, a_seat_is_no_way_in) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	AUTO_CLEAR(Buf) in = {0};
	int64_t number;
	AUTO_CLOSE int fd = open_seat(&house, &in, &number);
	cr_assert(stranger_send(fd, "{\"t\":\"ask\",\"id\":1,\"name\":\"note\",\"args\":{\"text\":\"x\"}}"));
	stranger_expect_refused(fd, &in, "an ask of a seat", "speaks with its worker only");
	cr_assert_eq(client_model(house.client)->incident->action_count, 0u);
}

/* ---- where there is none, and where there are others ---- */

Test(own_terminal, a_terminal_that_is_hung_up_leaves_doubt) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	AUTO(Terminal) *terminal = console(&house);
	begin(terminal);
	scene_wait_action(house.client, 1, ACTION_RUNNING);
	terminal_hang_up(terminal);
	scene_wait_action(house.client, 1, ACTION_IN_DOUBT);
	scene_wait_gone(terminal_pid(terminal));
	(void) terminal_wait_exit(terminal);
	expect_ended(&house);
}

Test(own_terminal, what_is_not_to_be_recorded_is_not) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	static const char *const words[] = {"apply", "2", "--yes", NULL};
	plan_again(&house, "2");
	AUTO(Terminal) *terminal = start(&house, words, NULL);
	terminal_wait_output(terminal, "talk>");
	terminal_type(terminal, "the secret\nbye 0\n");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	scene_wait_step(house.client, "2", STEP_DONE);
	cr_assert(strstr(action(&house)->evidence, "not recorded: the playbook says so"), "%s", action(&house)->evidence);
	cr_assert(!log_says(&house, "the secret"));
}

Test(own_terminal, nothing_starts_where_there_is_no_terminal) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	Error err = {0};
	scene_refused(&house.scene, 1, "there is none here", "apply", "1", "--yes");
	scene_refused(&house.scene, 1, "--json has no use for", "apply", "1", "--yes", "--json");
	Json *args = scene_args("{'run':'r1','step':'1','index':0,'confirm':'yes','terminal':'/dev/pts/0'}");
	json_add_string(args, "digest", scene_step(house.client, "1")->actions[0].plan_digest);
	cr_assert(!scene_ask(house.client, ASK_APPLY, json_copy(args), NULL, &err));
	cr_assert(strstr(err.why, "none was lent"), "%s", err.why);
	json_add_int(args, "seat", 7);
	cr_assert(!scene_ask(house.client, ASK_APPLY, args, NULL, &err));
	cr_assert(strstr(err.why, "is not there any more"), "%s", err.why);
	cr_assert_eq(client_model(house.client)->incident->action_count, 0u);
}

Test(own_terminal, the_command_line_and_line_mode_lend_theirs_too) {
	AUTO_CLEAR(House) house = house_new("", NULL);
	static const char *const words[] = {"apply", "1", "--yes", NULL};
	AUTO(Terminal) *terminal = start(&house, words, NULL);
	terminal_wait_output(terminal, "talk>");
	terminal_type(terminal, "bye 5\n");
	terminal_wait_output(terminal, "exit 5 after");
	cr_assert_eq(terminal_wait_exit(terminal), 1);
	scene_wait_step(house.client, "1", STEP_FAILED);
	plan_again(&house, "1");
	static const char *const lines[] = {"ACCESSIBLE=1", NULL};
	AUTO(Terminal) *typed = start(&house, NULL, lines);
	terminal_wait_output(typed, "board>");
	terminal_type(typed, "apply 1\n");
	terminal_wait_output(typed, "yes");
	terminal_type(typed, "yes\n");
	terminal_wait_output(typed, "talk>");
	terminal_type(typed, "bye 0\n");
	terminal_wait_output(typed, "exit 0 after");
	scene_wait_step(house.client, "1", STEP_DONE);
	terminal_type(typed, "exit\n");
	cr_assert_eq(terminal_wait_exit(typed), 0);
}

/* Another login of the group: the command has that login's rights, and nothing of what the engine's own login keeps in its environment. */
Test(own_terminal, another_login_runs_it_as_itself) {
	static const char *const SETPRIV = "/usr/bin/setpriv";
	if (getuid() != 0 || access(SETPRIV, X_OK) != 0)
		cr_skip_test("not root, or no setpriv: nobody else can be tried as");
	const struct group *group = getgrgid(NOBODY);
	if (!group)
		cr_skip_test("there is no group of nobody");
	AUTO_FREE char *more = bg_asprintf("group: %s\n", group->gr_name);
	AUTO_CLEAR(House) house = house_new(more, NULL);
	AUTO_FREE char *folder = scene_incident(&house.scene);
	AUTO_FREE char *carried = path_join(folder, "state/carried");
	static const char CARRIED[] = "/\0PATH=/usr/bin:/bin\0CARRIED=secret\0";
	cr_assert(chmod(house.scene.folder.path, 0711) == 0 && chmod(house.scene.state, 0711) == 0);
	cr_assert(chmod(house.scene.environment, 0644) == 0 && chmod(temp_path(&house.scene.folder, "talk.sh"), 0644) == 0);
	assert_ok(file_write_atomic(carried, CARRIED, sizeof(CARRIED) - 1, 0600, NULL), NULL);
	/* A build that nobody else may read proves nothing. */
	ProgramRun may = {0};
	run_program((const char *const[]){SETPRIV, "--reuid=65534", "--regid=65534", "--clear-groups", house.scene.program, "--version", NULL}, NULL, NULL, &may);
	int status = may.status;
	program_run_clear(&may);
	if (status != 0)
		cr_skip_test("nobody may not run this build");
	plan_again(&house, "1");
	const char *argv[] = {SETPRIV, "--reuid=65534", "--regid=65534", "--clear-groups", house.scene.program, "--env", house.scene.environment, "--state", house.scene.state,
		"apply", "1", "--yes", NULL};
	TerminalOptions options = {.argv = argv, .columns = 100, .rows = 30};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_output(terminal, "talk>");
	terminal_type(terminal, "who\n");
	terminal_wait_output(terminal, "65534");
	terminal_wait_output(terminal, "carried:");
	terminal_type(terminal, "bye 0\n");
	terminal_wait_output(terminal, "exit 0 after");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	cr_assert(!terminal_shows(terminal, "carried:secret"));
	scene_wait_step(house.client, "1", STEP_DONE);
	cr_assert_str_eq(action(&house)->who, "nobody");
}
