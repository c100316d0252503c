/* practice.c: the drill ground: the sandbox by itself, and the sandbox with the console on it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/commands/command.h"
#include "core/commands/record_folder.h"
#include "core/commands/rows.h"
#include "core/sandbox/sandbox.h"

#define READY_DEADLINE_MS 10000

/* ---- sandbox ---- */

static int list_scenarios(void) {
	puts("scenarios:");
	for (size_t i = 0; sandbox_scenario_at(i); i++) {
		const SandboxScenario *scenario = sandbox_scenario_at(i);
		printf("  %-24s %s\n", scenario->name, scenario->summary);
	}
	printf("faults, for --fault:\n%swords to one that runs, for --tell:\n%s", sandbox_fault_help(), sandbox_command_help());
	return EXIT_OK;
}

/* $BREAKGLASS_PLAYBOOKS; beside the program in its build folder; or where it is installed. Owned; NULL: nowhere. */
static char *find_playbooks(const Command *command) {
	const char *given = getenv("BREAKGLASS_PLAYBOOKS");
	if (given && *given)
		return bg_strdup(given);
	static const char *const PLACES[] = {"../playbooks", "../share/breakglass/playbooks"};
	AUTO_FREE char *folder = path_folder(command->self);
	for (size_t i = 0; i < BG_LENGTH(PLACES); i++) {
		AUTO_FREE char *path = path_join(folder, PLACES[i]);
		char *real = realpath(path, NULL);
		if (real && file_is_folder(real))
			return real;
		free(real);
	}
	return NULL;
}

static bool fill_options(const Command *command, SandboxOptions *options, StrList *faults, Error *err) {
	const char *fault = command_flag(command, "fault"), *every = command_flag(command, "backup-every");
	options->scenario = command_word(command, 0);
	options->folder = command_flag(command, "folder");
	options->keep = command_has(command, "keep");
	const char *build = command_flag(command, "build-takes");
	if (every && !span_parse(str_from(every), &options->backup_every_ms))
		return error_set(err, ERROR_INVALID, "--backup-every wants a time such as 5m");
	if (build && !span_parse(str_from(build), &options->build_ms))
		return error_set(err, ERROR_INVALID, "--build-takes wants a time such as 20s");
	if (fault)
		strlist_split(faults, str_from(fault), ',');
	options->faults = faults;
	return true;
}

/* Lives until a signal comes or the one who started it is gone. */
static void serve(Sandbox *sandbox, int parent_fd) {
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGHUP);
	for (;;) {
		struct timespec slice = {.tv_nsec = 200000000};
		struct pollfd parent = {.fd = parent_fd, .events = POLLIN};
		if (sigtimedwait(&ends, NULL, &slice) > 0)
			return;
		AUTO_CLEAR(Buf) said = {0};
		sandbox_obey_control(sandbox, &said);
		fputs(buf_text(&said), stdout);
		fflush(stdout);
		if (parent_fd >= 0 && poll(&parent, 1, 0) > 0 && (parent.revents & (POLLHUP | POLLERR)))
			return;
	}
}

static int flag_fd(const Command *command, const char *name) {
	int64_t fd = -1;
	const char *text = command_flag(command, name);
	return text && str_parse_int(str_from(text), &fd) && fd > 2 && fd < 1024 ? (int) fd : -1;
}

static void block_signals(void) {
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGHUP);
	/* Before any thread is started: all of them inherit it, and only serve() takes the signals. */
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool gone(const ClientModel *model, void *userdata) {
	(void) userdata;
	return !model->connected;
}

/* Stops the engine of the drill whose environment file this is; it is all the same when none runs. */
static void stop_engine(Command *command, const char *environment) {
	const char *name = sandbox_drill_name(command_word(command, 0));
	AUTO(Client) *client = NULL;
	AUTO_FREE char *folder = path_folder(environment);
	AUTO_FREE char *state = path_join(folder, "state");
	ClientOptions options = {.environment_path = environment, .environment_name = name, .state = state, .self = command->self};
	Error err = {0};
	if (!client_open(&options, &client, &err) || !client_ask_wait(client, ASK_STOP, NULL, 3000, NULL, &err))
		return;
	BG_IGNORE(client_wait(client, gone, NULL, 3000, &err));   /* the folder goes all the same */
}

int run_sandbox(Command *command) {
	Error err = {0};
	AUTO_CLEAR(StrList) faults = {0};
	AUTO(Sandbox) *sandbox = NULL;
	SandboxOptions options = {0};
	if (command_has(command, "list"))
		return list_scenarios();
	if (command_flag(command, "tell"))
		return tell_sandbox(command);
	AUTO_FREE char *playbooks = find_playbooks(command);
	options.playbooks = playbooks;
	options.self = command->self;
	block_signals();
	if (!fill_options(command, &options, &faults, &err) || !sandbox_start(&options, &sandbox, &err))
		return command_failed(&err);
	AUTO_FREE char *environment = sandbox_environment(sandbox);
	int ready_fd = flag_fd(command, "ready-fd");
	if (ready_fd >= 0) {
		BG_IGNORE(file_write_all(ready_fd, "ready\n", 6, NULL));   /* who wanted to know is gone: serve() sees that too */
		close(ready_fd);
	} else {
		AUTO_FREE char *addresses = sandbox_addresses(sandbox);
		printf("%s\n\n%s\nin another terminal:  breakglass --env %s\nctrl-c ends it%s\n", sandbox_story(sandbox), addresses, environment,
			options.keep ? "" : " and removes its folder");
		fflush(stdout);
	}
	int parent_fd = flag_fd(command, "parent-fd");
	serve(sandbox, parent_fd);
	/* Who opened the drill is gone, perhaps killed: its engine has nobody left to work for. */
	if (parent_fd >= 0)
		stop_engine(command, environment);
	return EXIT_OK;
}

/* ---- try ---- */

typedef struct Ground { pid_t child; int life_fd; char *folder, *environment, *state; } Ground;

static void become_sandbox(Command *command, const Ground *ground, int ready_fd, int parent_fd) BG_NORETURN;
static void become_sandbox(Command *command, const Ground *ground, int ready_fd, int parent_fd) {
	AUTO_CLEAR(StrList) argv = {0};
	strlist_add(&argv, command->self);
	strlist_add(&argv, "sandbox");
	if (command_word(command, 0))
		strlist_add(&argv, command_word(command, 0));
	static const char *const PASSED[] = {"fault", "backup-every", "build-takes"};
	for (size_t i = 0; i < BG_LENGTH(PASSED); i++)
		if (command_flag(command, PASSED[i]))
			strlist_add_take(&argv, bg_asprintf("--%s=%s", PASSED[i], command_flag(command, PASSED[i])));
	strlist_add_take(&argv, bg_asprintf("--folder=%s", ground->folder));
	strlist_add(&argv, "--keep");
	strlist_add_take(&argv, bg_asprintf("--ready-fd=%d", ready_fd));
	strlist_add_take(&argv, bg_asprintf("--parent-fd=%d", parent_fd));
	/* The terminal's keys are the console's: ctrl-c there must not end the simulated systems. */
	setsid();
	int null_fd = open("/dev/null", O_RDWR);
	dup2(null_fd, 0);
	dup2(null_fd, 1);
	execv(command->self, strlist_argv(&argv));
	_exit(127);
}

static bool wait_ready(int fd, Error *err) {
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	char line[16];
	int ready = poll(&wanted, 1, READY_DEADLINE_MS);
	if (ready > 0 && read(fd, line, sizeof(line)) > 0)
		return true;
	error_set(err, ready == 0 ? ERROR_TIMEOUT : ERROR_IO, ready == 0 ? "the simulated systems did not start within %d s"
		: "the simulated systems ended at once", READY_DEADLINE_MS / 1000);
	return error_hint(err, "breakglass sandbox says more");
}

static bool start_ground(Command *command, Ground *ground, Error *err) {
	int ready[2], life[2];
	if (pipe2(ready, 0) < 0 || pipe2(life, 0) < 0)
		return error_errno(err, errno, "cannot make a pipe");
	fd_set_cloexec(life[1]);
	fd_set_cloexec(ready[0]);
	ground->child = fork();
	if (ground->child < 0)
		return error_errno(err, errno, "cannot start a process");
	if (ground->child == 0)
		become_sandbox(command, ground, ready[1], life[0]);
	close(ready[1]);
	close(life[0]);
	ground->life_fd = life[1];
	bool ok = wait_ready(ready[0], err);
	close(ready[0]);
	return ok;
}

static bool make_folder(Command *command, Ground *ground, Error *err) {
	const char *given = command_flag(command, "folder"), *base = getenv("TMPDIR");
	AUTO_FREE char *template = bg_asprintf("%s/breakglass-try-XXXXXX", base && *base == '/' ? base : "/tmp");
	if (given ? !file_make_folder(given, 0700, err) : !mkdtemp(template)) {
		if (!given)
			error_errno(err, errno, "cannot make a folder for the drill");
		return error_hint(err, "give one with --folder DIR");
	}
	ground->folder = given ? realpath(given, NULL) : TAKE(template);
	ground->environment = path_join(ground->folder, "environment.yaml");
	ground->state = path_join(ground->folder, "state");
	return true;
}

/* What a drill recorded is as worth keeping as what an incident did; its keys and tokens are worth nothing any more. */
static void leave_folder(Command *command, const Ground *ground) {
	AUTO_FREE char *incidents = bg_asprintf("%s/%s/incidents", ground->state, sandbox_drill_name(command_word(command, 0)));
	AUTO_CLEAR(StrList) names = {0};
	bool recorded = record_names(incidents, &names, NULL) && names.count > 0;
	if (command_has(command, "keep") || command_flag(command, "folder")) {
		printf("The drill is over. %s in %s\n", recorded ? "Its record and keys are" : "Nothing was recorded; its keys are", ground->folder);
	} else if (recorded) {
		static const char *const WORTHLESS[] = {"secrets", "signers"};
		for (size_t i = 0; i < BG_LENGTH(WORTHLESS); i++) {
			AUTO_FREE char *path = path_join(ground->folder, WORTHLESS[i]);
			BG_IGNORE(file_remove_tree(path, NULL));
		}
		printf("The drill is over; its practice keys are removed. Its record stays:\n"
			"  %s verify --signers %s/allowed_signers %s/%s\n  rm -r %s\n", command->self, ground->folder, incidents, names.items[names.count - 1],
			ground->folder);
	} else if (file_remove_tree(ground->folder, NULL)) {
		printf("The drill is over. Nothing was recorded, and its folder is removed.\n");
	}
}

static void end_ground(Command *command, Ground *ground) {
	if (ground->environment)
		stop_engine(command, ground->environment);
	bg_close_fd(&ground->life_fd);
	if (ground->child > 0) {
		kill(ground->child, SIGTERM);
		while (waitpid(ground->child, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	if (ground->folder)
		leave_folder(command, ground);
	free(ground->folder);
	free(ground->environment);
	free(ground->state);
}

int run_try(Command *command) {
	Error err = {0};
	Ground ground = {.life_fd = -1};
	int status;
	if (command_has(command, "list"))
		return list_scenarios();
	if (!make_folder(command, &ground, &err) || !start_ground(command, &ground, &err)) {
		error_what(&err, "open the drill ground");
		status = command_failed(&err);
	} else {
		AUTO(Environment) *environment = NULL;
		BG_IGNORE(environment_load(ground.environment, &environment, NULL));   /* it was written just now; else the engine says what is wrong with it */
		ConsoleOptions options = {.environment = environment, .environment_path = ground.environment, .environment_name = sandbox_drill_name(command_word(command, 0)),
			.state = ground.state, .self = command->self, .theme = command->theme, .line = command->line, .as = command->as, .drill = true, .practice = true};
		/* Told before the screen opens: in lines it is the first that is read, and behind a screen it is there when that closes. */
		printf("%s\n\n", sandbox_scenario_story(command_word(command, 0)));
		fflush(stdout);
		status = command->console(&options);
	}
	end_ground(command, &ground);
	return status;
}
