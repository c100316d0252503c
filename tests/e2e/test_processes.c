/* Consoles, engines, workers and probers that are killed while something runs, and a disk that is full. A command is held by a fifo that the
 * test opens when it wants the command to go on. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/worker_log.h"
#include "scene.h"

static const char BOOK[] =
	"# Waiting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Wait for the gate.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/before; read line < SCENE/gate; echo x >> SCENE/after\n"
	"   ```\n"
	"2. Close the door.\n";

/* ---- a command that waits for us ---- */

static Scene held_scene_of(const char *book) {
	Scene scene = scene_new(book, "");
	cr_assert(mkfifo(temp_path(&scene.folder, "gate"), 0600) == 0);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	return scene;
}

static Scene held_scene(void) { return held_scene_of(BOOK); }

/* Starts the action of step 1 and waits until the command waits: opening the fifo for writing waits for its reader. */
static int start_held(Scene *scene, Client *client) {
	Error err = {0};
	AUTO(Json) *args = scene_args("{'run':'r1','step':'1','index':0,'confirm':'yes'}");
	json_add_string(args, "digest", scene_step(client, "1")->actions[0].plan_digest);
	assert_ok(scene_ask(client, ASK_APPLY, TAKE(args), NULL, &err), &err);
	int fd = open(temp_path(&scene->folder, "gate"), O_WRONLY | O_CLOEXEC);
	cr_assert(fd >= 0);
	return fd;
}

static void let_go(int *fd) {
	cr_assert(file_write_all(*fd, "go\n", 3, NULL));
	bg_close_fd(fd);
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

Test(processes, a_worker_outlives_its_engine_however_that_ends) {
	static const int signals[] = {SIGTERM, SIGINT, SIGKILL};
	for (size_t i = 0; i < BG_LENGTH(signals); i++) {
		AUTO_CLEAR(Scene) scene = held_scene();
		AUTO(Client) *client = scene_client(&scene, false);
		AUTO_CLOSE int gate = start_held(&scene, client);
		scene_end_engine(&scene, signals[i]);
		cr_assert_eq(kill(worker_pid(&scene), 0), 0, "signal %d: the worker is gone", signals[i]);
		AUTO(Client) *next = scene_client(&scene, true);
		scene_wait_action(next, 1, ACTION_RUNNING);
		cr_assert_eq(client_model(next)->job_count, 1, "signal %d: the job is not told", signals[i]);
		let_go(&gate);
		scene_wait_step(next, "1", STEP_DONE);
		cr_assert_eq(scene_lines(&scene, "before"), 1);
		cr_assert_eq(scene_lines(&scene, "after"), 1);
		scene_check_journal(&scene, next);
	}
}

Test(processes, what_a_worker_leaves_while_no_engine_lives_is_taken_up) {
	AUTO_CLEAR(Scene) scene = held_scene();
	AUTO(Client) *client = scene_client(&scene, false);
	AUTO_CLOSE int gate = start_held(&scene, client);
	int worker = worker_pid(&scene);
	scene_end_engine(&scene, SIGKILL);
	let_go(&gate);
	scene_wait_gone(worker);
	AUTO(Client) *next = scene_client(&scene, true);
	scene_wait_step(next, "1", STEP_DONE);
	cr_assert_eq(scene_lines(&scene, "after"), 1);
}

Test(processes, a_killed_worker_leaves_its_action_in_doubt_until_a_person_looked) {
	AUTO_CLEAR(Scene) scene = held_scene();
	AUTO(Client) *client = scene_client(&scene, false);
	AUTO_CLOSE int gate = start_held(&scene, client);
	(void) kill(worker_pid(&scene), SIGKILL);
	scene_wait_action(client, 1, ACTION_IN_DOUBT);
	scene_refused(&scene, 1, "not known", "plan", "1");
	scene_refused(&scene, 1, "", "end");
	scene_refused(&scene, 2, "--reason", "resolve", "1", "ran");
	let_go(&gate);
	scene_ok(&scene, "resolve", "1", "ran", "--reason", "the file has its line");
	scene_wait_action(client, 1, ACTION_RESOLVED_RAN);
	scene_check_journal(&scene, NULL);
}

static bool was_looked_at(const ClientModel *model, void *userdata) {
	const IncidentStep *step = model->caught_up ? scene_step(userdata, "1") : NULL;
	return step && step->checks[0].state != CHECK_NOT_LOOKED;
}

/* What a person saw of the action says nothing of the world: the step's checks are asked at once, as after any other end. */
Test(processes, what_a_person_resolved_is_checked_by_itself) {
	static const char CHECKED[] = "# Waiting\n\n## Walk it\n<!-- bg procedure id=walk -->\n\n1. Wait for the gate.\n\n   ```sh\n"
		"   read line < SCENE/gate\n   ```\n   <!-- bg verify http url=http://127.0.0.1:1/ -->\n";
	AUTO_CLEAR(Scene) scene = held_scene_of(CHECKED);
	AUTO(Client) *client = scene_client(&scene, false);
	AUTO_CLOSE int gate = start_held(&scene, client);
	(void) kill(worker_pid(&scene), SIGKILL);
	scene_wait_action(client, 1, ACTION_IN_DOUBT);
	scene_ok(&scene, "resolve", "1", "ran", "--reason", "the gate was read");
	Error err = {0};
	assert_ok(client_wait(client, was_looked_at, client, SCENE_WAIT_MS, &err), &err);
	cr_expect_eq(scene_step(client, "1")->checks[0].state, CHECK_FALSE, "nothing listens there");
	cr_expect_eq(scene_step(client, "1")->state, STEP_CHECKING);
}

Test(processes, a_cancelled_action_is_looked_at_not_assumed) {
	AUTO_CLEAR(Scene) scene = held_scene();
	AUTO(Client) *client = scene_client(&scene, false);
	AUTO_CLOSE int gate = start_held(&scene, client);
	const ClientJob *job = client_job_of_step(client_model(client), "r1", scene_step(client, "1")->id);
	cr_assert(job && job->running);
	Error err = {0};
	assert_ok(scene_ask(client, ASK_CANCEL, scene_args("{'job':%lld}", (long long) job->id), NULL, &err), &err);
	/* A command has nothing to look at: what became of it is for a person to say. */
	scene_wait_action(client, 1, ACTION_IN_DOUBT);
	cr_assert_eq(scene_lines(&scene, "after"), 0);
}

/* `apply` in one terminal; the engine dies under it and is started again by whoever looks. The command must end, and tell the end. */
Test(processes, an_apply_that_waits_survives_the_engine) {
	AUTO_CLEAR(Scene) scene = held_scene();
	AUTO(Client) *client = scene_client(&scene, false);
	pid_t applying = fork();
	cr_assert(applying >= 0);
	if (applying == 0) {
		int null_fd = open("/dev/null", O_WRONLY);
		(void) dup2(null_fd, 1);
		(void) dup2(null_fd, 2);
		execl(scene.program, scene.program, "--env", scene.environment, "--state", scene.state, "apply", "1", "--yes", (char *) NULL);
		_exit(127);
	}
	AUTO_CLOSE int gate = open(temp_path(&scene.folder, "gate"), O_WRONLY | O_CLOEXEC);
	scene_end_engine(&scene, SIGKILL);
	int worker = worker_pid(&scene);
	let_go(&gate);
	scene_wait_gone(worker);
	int status = -1;
	cr_assert_eq(waitpid(applying, &status, 0), applying);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "apply ended with status %d", status);
	cr_assert_eq(scene_lines(&scene, "after"), 1);
}

/* ---- clients ---- */

Test(processes, a_console_killed_in_the_middle_of_an_ask_hurts_nobody) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	for (int i = 0; i < 8; i++) {
		pid_t child = fork();
		cr_assert(child >= 0);
		if (child == 0) {
			ClientOptions options = {.environment_path = scene.environment, .environment_name = "trial", .state = scene.state,
				.self = scene.program, .console = true};
			Client *client = NULL;
			if (client_open(&options, &client, NULL))
				client_ask(client, ASK_NOTE, scene_args("{'text':'note %d'}", i), NULL, NULL);
			(void) kill(getpid(), SIGKILL);
		}
		(void) waitpid(child, NULL, 0);
	}
	AUTO(Client) *client = scene_client(&scene, false);
	scene_ok(&scene, "note", "the last one");
	scene_ok(&scene, "engine", "status");
	scene_check_journal(&scene, NULL);
}

static bool has_people(const ClientModel *model, void *userdata) { return model->people_count == *(size_t *) userdata; }

Test(processes, who_is_here_is_told_to_everybody) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_start_engine(&scene, NULL);
	AUTO(Client) *watching = scene_client(&scene, false);
	ClientOptions options = {.environment_path = scene.environment, .environment_name = "trial", .state = scene.state, .self = scene.program,
		.console = true, .deadline_ms = SCENE_WAIT_MS};
	Client *console = NULL;
	Error err = {0};
	assert_ok(client_open(&options, &console, &err), &err);
	size_t wanted = 1;
	assert_ok(client_wait(watching, has_people, &wanted, SCENE_WAIT_MS, &err), &err);
	assert_text("who", client_model(watching)->people[0].who, "ann");
	client_close(console);
	wanted = 0;
	assert_ok(client_wait(watching, has_people, &wanted, SCENE_WAIT_MS, &err), &err);
}

/* ---- prober ---- */

static const char PROBES[] =
	"systems:\n"
	"  site: { provider: http, url: \"http://127.0.0.1:1\" }\n"
	"probes:\n"
	"  - { name: site, probe: http, system: site, every: 1h }\n";

typedef struct Looked { const char *part; } Looked;

static bool reading_says(const ClientModel *model, void *userdata) {
	const Looked *looked = userdata;
	for (size_t i = 0; i < model->reading_count; i++) {
		const Reading *reading = &model->readings[i];
		if ((reading->text && strstr(reading->text, looked->part)) || (reading->reason && strstr(reading->reason, looked->part)))
			return true;
	}
	return false;
}

/* The only child of the engine that was started with "__prober". */
static int prober_pid(int engine) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/task/%d/children", engine, engine);
	AUTO_CLEAR(Buf) children = {0};
	Error err = {0};
	assert_ok(file_read(path, 65536, &children, &err), &err);
	Str rest = buf_str(&children), word;
	while (str_split(&rest, ' ', &word)) {
		int64_t pid = 0;
		AUTO_CLEAR(Buf) words = {0};
		if (!str_parse_int(str_trim(word), &pid))
			continue;
		AUTO_FREE char *cmdline = bg_asprintf("/proc/%lld/cmdline", (long long) pid);
		if (file_read(cmdline, 65536, &words, NULL) && str_find(buf_str(&words), "__prober") >= 0)
			return (int) pid;
	}
	return 0;
}

Test(processes, a_dead_prober_is_said_on_the_board_and_started_again) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, PROBES);
	scene_start_engine(&scene, NULL);
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	Looked refused = {"refused"}, nobody = {"nobody is looking"};
	assert_ok(client_wait(client, reading_says, &refused, SCENE_WAIT_MS, &err), &err);
	int prober = prober_pid(scene_engine_pid(&scene));
	cr_assert(prober > 0, "the engine has no prober");
	(void) kill(prober, SIGKILL);
	assert_ok(client_wait(client, reading_says, &nobody, SCENE_WAIT_MS, &err), &err);
	assert_ok(client_wait(client, reading_says, &refused, SCENE_WAIT_MS, &err), &err);
	int next = prober_pid(scene_engine_pid(&scene));
	cr_assert(next > 0 && next != prober);
}

Test(processes, a_prober_ends_with_its_engine) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, PROBES);
	scene_start_engine(&scene, NULL);
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	Looked refused = {"refused"};
	assert_ok(client_wait(client, reading_says, &refused, SCENE_WAIT_MS, &err), &err);
	int prober = prober_pid(scene_engine_pid(&scene));
	cr_assert(prober > 0);
	scene_end_engine(&scene, SIGKILL);
	scene_wait_gone(prober);
}

Test(processes, an_engine_whose_state_was_removed_ends) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_start_engine(&scene, NULL);
	int engine = scene_engine_pid(&scene);
	Error err = {0};
	cr_assert(engine > 0);
	assert_ok(file_remove_tree(scene.state, &err), &err);
	scene_wait_gone(engine);
}

Test(processes, an_engine_whose_socket_was_removed_makes_another) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	AUTO(Client) *client = scene_client(&scene, false);
	int engine = scene_engine_pid(&scene);
	AUTO_FREE char *socket = bg_asprintf("%s/trial/engine.sock", scene.state);
	cr_assert(unlink(socket) == 0);
	Error err = {0};
	assert_ok(scene_ask(client, ASK_NOTE, scene_args("{'text':'still here'}"), NULL, &err), &err);
	scene_ok(&scene, "note", "and so am I");
	cr_assert_eq(scene_engine_pid(&scene), engine, "it is another engine");
	scene_check_journal(&scene, client);
}

/* ---- the disk ---- */

static void limit_files(int pid, rlim_t bytes) {
	struct rlimit limit;
	cr_assert(prlimit(pid, RLIMIT_FSIZE, NULL, &limit) == 0);
	limit.rlim_cur = bytes;
	cr_assert(prlimit(pid, RLIMIT_FSIZE, &limit, NULL) == 0);
}

static bool has_banner(const ClientModel *model, void *userdata) { return (model->banner != NULL) == *(bool *) userdata; }

/* A file that may not grow is a disk that is full, for one process alone. */
Test(processes, on_a_full_disk_notes_are_held_and_actions_refused) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	(void) signal(SIGXFSZ, SIG_IGN);   /* inherited by the engine */
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	AUTO(Client) *client = scene_client(&scene, false);
	size_t records = scene_records(&scene);
	limit_files(scene_engine_pid(&scene), 10);
	scene_ok(&scene, "note", "is anybody there?");
	scene_refused(&scene, 1, "free space", "apply", "1", "--yes");
	Error err = {0};
	bool wanted = true;
	assert_ok(client_wait(client, has_banner, &wanted, SCENE_WAIT_MS, &err), &err);
	cr_assert(strstr(client_model(client)->banner, "NOT ON DISK: 1 record held in memory since"), "%s", client_model(client)->banner);
	cr_assert_eq(scene_lines(&scene, "before"), 0, "an action ran that could not be recorded");
	cr_assert_eq(scene_records(&scene), records);
	limit_files(scene_engine_pid(&scene), RLIM_INFINITY);
	wanted = false;
	assert_ok(client_wait(client, has_banner, &wanted, SCENE_WAIT_MS, &err), &err);
	scene_ok(&scene, "note", "it works again");
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "1 record was held in memory from"), "%s", scene.said);
	scene_check_journal(&scene, client);
}

Test(processes, an_engine_starts_on_a_full_disk_and_takes_up_what_is_owed) {
	AUTO_CLEAR(Scene) scene = held_scene();
	AUTO(Client) *client = scene_client(&scene, false);
	(void) signal(SIGXFSZ, SIG_IGN);
	AUTO_CLOSE int gate = start_held(&scene, client);
	int worker = worker_pid(&scene);
	scene_end_engine(&scene, SIGKILL);
	let_go(&gate);
	scene_wait_gone(worker);
	limit_files(getpid(), 10);   /* inherited by the engine */
	scene_start_engine(&scene, NULL);
	limit_files(getpid(), RLIM_INFINITY);
	AUTO(Client) *next = scene_client(&scene, false);
	cr_assert(client_model(next)->banner, "no banner");
	scene_wait_step(next, "1", STEP_DONE);        /* its end is known, but not written */
	cr_assert_eq(client_model(next)->held.records, 2);
	limit_files(scene_engine_pid(&scene), RLIM_INFINITY);
	scene_wait_step(next, "1", STEP_DONE);
	bool wanted = false;
	Error err = {0};
	assert_ok(client_wait(next, has_banner, &wanted, SCENE_WAIT_MS, &err), &err);
	scene_check_journal(&scene, next);
}

Test(processes, a_torn_line_is_cut_and_that_is_recorded) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "note", "one");
	scene_end_engine(&scene, SIGKILL);
	AUTO_FREE char *folder = scene_incident(&scene);
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	cr_assert(file_write_all(fd, "{\"seq\":3,\"ti", 12, NULL));
	AUTO(Client) *client = scene_client(&scene, true);
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "12"), "%s", scene.said);
	scene_check_journal(&scene, client);
}
