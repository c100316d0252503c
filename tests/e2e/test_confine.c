/* What engine, prober, workers and commands gave up is tried from within the real processes (trial.h), and `engine status` says no more than
 * the kernel does. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/confine.h"
#include "scene.h"
#include "tests/support/loopback.h"
#include "tests/support/told.h"

static const char BOOK[] =
	"# Waiting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Wait for the gate.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/before; read line < SCENE/gate; echo x >> SCENE/after\n"
	"   ```\n"
	"2. Try what a command cannot do.\n\n"
	"   ```sh\n"
	"   SCENE/trial SCENE > SCENE/tried\n"
	"   ```\n";

static const char PROBES[] =
	"systems:\n"
	"  site: { provider: http, url: \"http://127.0.0.1:1\" }\n"
	"probes:\n"
	"  - { name: site, probe: http, system: site, every: 1h }\n";

/* ---- trials ---- */

typedef struct Trial { Scene scene; const char *fifo; int fifo_fd; char *before; } Trial;

static void trial_clear(Trial *trial) {
	scene_clear(&trial->scene);
	free(trial->before);
	bg_close_fd(&trial->fifo_fd);
}
BG_DEFINE_CLEARP(Trial, trial_clear)

/* What an unconfined process gets: only a call that fails otherwise there proves anything. */
static char *try_here(void) {
	AUTO_FREE char *program = build_path("tests/e2e/trial");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program((const char *const[]){program, folder.path, NULL}, NULL, NULL, &run);
	BG_IGNORE(temp_path(&folder, "trial.made"));
	return bg_strdup(buf_text(&run.out));
}

/* The engine that is started here, and what it starts, try on SIGUSR2. */
static Trial trial_new(const char *book, const char *more) {
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		cr_skip_test("this kernel has no seccomp");
	Trial trial = {.scene = scene_new(book, more), .fifo_fd = -1, .before = try_here()};
	trial.fifo = temp_path(&trial.scene.folder, "trials");
	cr_assert(mkfifo(trial.fifo, 0600) == 0);
	trial.fifo_fd = open(trial.fifo, O_RDWR | O_CLOEXEC);
	AUTO_FREE char *library = build_path("tests/e2e/libtrial_preloaded.so");
	const char *sanitizer = getenv("ASAN_OPTIONS");
	AUTO_FREE char *preload = bg_asprintf("LD_PRELOAD=%s", library);
	AUTO_FREE char *fifo = bg_asprintf("TRIAL_FIFO=%s", trial.fifo);
	AUTO_FREE char *folder = bg_asprintf("TRIAL_FOLDER=%s", trial.scene.folder.path);
	AUTO_FREE char *options = bg_asprintf("ASAN_OPTIONS=%s:verify_asan_link_order=0", sanitizer ? sanitizer : "");
	const char *env[] = {preload, fifo, folder, options, NULL};
	cr_assert(scene_run_with(&trial.scene, env, (const char *const[]){"engine", "start", NULL}) == 0, "%s", trial.scene.said);
	return trial;
}

/* Has process `pid` try, and returns what it said. Owned. */
static char *try_in(const Trial *trial, int pid) {
	Buf said = {0};
	cr_assert(pid > 0 && kill(pid, SIGUSR2) == 0, "no process %d", pid);
	while (!strstr(buf_text(&said), "end 0\n")) {
		struct pollfd wanted = {.fd = trial->fifo_fd, .events = POLLIN};
		char part[4096];
		cr_assert(poll(&wanted, 1, SCENE_WAIT_MS) == 1, "process %d says nothing: %s", pid, buf_text(&said));
		ssize_t got = read(trial->fifo_fd, part, sizeof(part));
		cr_assert(got > 0);
		buf_append(&said, part, (size_t) got);
	}
	return buf_take(&said);
}

/* The error that `name` ended with; -1: it was not tried. */
static int error_of(const char *said, const char *name) {
	Str rest = str_from(said), line, word;
	while (str_next_line(&rest, &line)) {
		int64_t number;
		if (str_split(&line, ' ', &word) && str_eq_c(word, name) && str_parse_int(line, &number))
			return (int) number;
	}
	return -1;
}

static const struct { const char *name; int error; bool everywhere; } CALLS[] = {
	{"ptrace", EPERM, true}, {"process_vm_readv", EPERM, true}, {"process_vm_writev", EPERM, true}, {"kcmp", EPERM, true}, {"bpf", EPERM, true},
	{"perf_event_open", EPERM, true}, {"userfaultfd", EPERM, true}, {"init_module", EPERM, true}, {"finit_module", EPERM, true},
	{"mount", EPERM, true}, {"umount2", EPERM, true}, {"pivot_root", EPERM, true}, {"swapon", EPERM, true}, {"reboot", EPERM, true},
	{"open_by_handle_at", EPERM, true}, {"io_uring_setup", ENOSYS, true},
	{"execve", EPERM, false}, {"listen", EPERM, false}, {"accept4", EPERM, false}, {"setuid", EPERM, false}, {"setns", EPERM, false},
	{"unshare", EPERM, false}, {"chroot", EPERM, false}, {"keyctl", EPERM, false}, {"clock_settime", EPERM, false},
	{"file", EACCES, false}, {"null", EACCES, false},
};

static bool is_about_files(const char *name) { return text_eq(name, "file") || text_eq(name, "null"); }

/* `narrow`: everything is refused; else only what is refused everywhere, and the rest is as it was. Says how many calls proved it. */
static void expect_refusals(const char *who, const char *before, const char *said, bool narrow) {
	int proved = 0;
	for (size_t i = 0; i < BG_LENGTH(CALLS); i++) {
		int here = error_of(before, CALLS[i].name), there = error_of(said, CALLS[i].name);
		bool refused = (CALLS[i].everywhere || narrow) && (!is_about_files(CALLS[i].name) || confine_landlock_abi());
		if (here < 0)
			continue;   /* a sanitized build has to trace itself */
		cr_assert_eq(there, refused ? CALLS[i].error : here, "%s: %s ends with %d, and with %d where nothing is refused", who, CALLS[i].name,
			there, here);
		proved += refused && here != CALLS[i].error;
	}
	cr_assert(proved >= (narrow ? 10 : 6), "%s: only %d calls prove anything", who, proved);
	tell("%s: %d calls refused that would have gone through", who, proved);
}

/* ---- what the status says ---- */

static Json *status_of(Scene *scene) {
	Json *json = NULL;
	Error err = {0};
	scene_ok(scene, "engine", "status", "--json");
	assert_ok(json_parse(str_from(scene->said), &json, &err), &err);
	return json;
}

static const Json *process_of(const Json *status, const char *role) {
	JSON_EACH(process, json_get(status, "processes"))
		if (text_eq(json_get_string(process, "role"), role))
			return process;
	return NULL;
}

static bool is_narrow(const Json *process) { return json_get_int(json_get(process, "landlock"), "abi", 0) > 0; }

/* Of a running role by the kernel's own words. `narrow`: Landlock holds as far as the kernel has it, and no program is named. */
static int expect_status(const Json *status, const char *role, bool narrow) {
	const Json *process = process_of(status, role);
	AUTO_FREE char *text = json_text(status);
	cr_assert(process, "no %s: %s", role, text);
	cr_assert(json_get_bool(process, "no_new_privs", false) && json_get_int(process, "core_limit", -1) == 0, "%s: %s", role, text);
	assert_text(role, json_get_string(process, "seccomp"), "filter");
	cr_assert(json_get_bool(process, "dumpable", true) == json_get_bool(process, "sanitizer", true), "%s: %s", role, text);
	cr_assert_eq(json_count(json_get(process, "programs")) == 0, narrow, "%s: %s", role, text);
	cr_assert(is_narrow(process) == (narrow && confine_landlock_abi()), "%s: %s", role, text);
	return (int) json_get_int(process, "pid", 0);
}

static bool site_was_read(const ClientModel *model, void *userdata) {
	(void) userdata;
	return model->reading_count && model->readings[0].taken.ms > 0 && model->readings[0].reason;
}

Test(confine, engine_and_prober_gave_up_what_their_status_says) {
	AUTO_CLEAR(Trial) trial = trial_new(BOOK, PROBES);
	AUTO(Client) *client = scene_client(&trial.scene, false);
	Error err = {0};
	assert_ok(client_wait(client, site_was_read, NULL, SCENE_WAIT_MS, &err), &err);
	AUTO(Json) *status = status_of(&trial.scene);
	AUTO_FREE char *prober = try_in(&trial, expect_status(status, "prober", true));
	expect_refusals("prober", trial.before, prober, true);
	AUTO_FREE char *engine = try_in(&trial, expect_status(status, "engine", false));
	expect_refusals("engine", trial.before, engine, false);
	scene_ok(&trial.scene, "engine", "status");
	cr_assert(scene_says(&trial.scene, "no new privileges, seccomp filter, no core file"), "%s", trial.scene.said);
	cr_assert(scene_says(&trial.scene, "the prober and the workers"), "%s", trial.scene.said);
}

/* ---- workers and commands ---- */

Test(confine, a_worker_that_runs_a_command_and_the_command_itself_are_confined) {
	AUTO_CLEAR(Trial) trial = trial_new(BOOK, "");
	Scene *scene = &trial.scene;
	AUTO_FREE char *program = build_path("tests/e2e/trial");
	cr_assert(symlink(program, temp_path(&scene->folder, "trial")) == 0 && mkfifo(temp_path(&scene->folder, "gate"), 0600) == 0);
	scene_ok(scene, "declare", "it broke");
	scene_ok(scene, "start", "walk");
	scene_ok(scene, "plan", "1");
	AUTO(Client) *client = scene_client(scene, false);
	Error err = {0};
	AUTO(Json) *args = scene_args("{'run':'r1','step':'1','index':0,'confirm':'yes'}");
	json_add_string(args, "digest", scene_step(client, "1")->actions[0].plan_digest);
	assert_ok(scene_ask(client, ASK_APPLY, TAKE(args), NULL, &err), &err);
	AUTO_CLOSE int gate = open(temp_path(&scene->folder, "gate"), O_WRONLY | O_CLOEXEC);
	AUTO(Json) *status = status_of(scene);
	AUTO_FREE char *worker = try_in(&trial, expect_status(status, "worker", false));
	expect_refusals("worker", trial.before, worker, false);
	cr_assert(file_write_all(gate, "go\n", 3, NULL));
	scene_wait_step(client, "1", STEP_DONE);
	scene_ok(scene, "plan", "2");
	scene_ok(scene, "apply", "2", "--yes");
	AUTO_FREE char *command = read_text(temp_path(&scene->folder, "tried"));
	expect_refusals("command", trial.before, command, false);
}

static void hang(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	(void) request;
	reply->fault = LOOPBACK_HANG;
	char byte = 'x';
	cr_assert(write(*(int *) userdata, &byte, 1) == 1);
}

Test(confine, a_worker_that_only_looks_starts_nothing_and_writes_nowhere) {
	int asked[2];
	cr_assert(pipe(asked) == 0);
	AUTO(Loopback) *site = loopback_start(hang, &asked[1]);
	AUTO_FREE char *book = bg_asprintf("# Looking\n\n## Walk it\n<!-- bg procedure id=walk -->\n\n1. Look at it.\n"
		"   <!-- bg verify http url=%s within=1m -->\n", loopback_url(site));
	AUTO_CLEAR(Trial) trial = trial_new(book, "");
	Scene *scene = &trial.scene;
	scene_ok(scene, "declare", "it broke");
	scene_ok(scene, "start", "walk");
	AUTO(Client) *client = scene_client(scene, false);
	Error err = {0};
	assert_ok(scene_ask(client, ASK_CHECK, scene_args("{'run':'r1','step':'1'}"), NULL, &err), &err);
	char byte;
	cr_assert(read(asked[0], &byte, 1) == 1);   /* its request is there: it is past all preparation */
	AUTO(Json) *status = status_of(scene);
	/* What it said of itself stands in its log, which the engine reads every moment. */
	for (int tries = 0; tries < 200 && !json_get(process_of(status, "worker"), "landlock"); tries++) {
		json_free(status);
		status = status_of(scene);
	}
	AUTO_FREE char *worker = try_in(&trial, expect_status(status, "worker", true));
	expect_refusals("worker that looks", trial.before, worker, true);
	close(asked[0]);
	close(asked[1]);
}

/* ---- what still has to go ---- */

static bool reading_is_ok(const ClientModel *model, void *userdata) {
	(void) userdata;
	return model->reading_count && model->readings[0].state == READING_OK;
}

static void answer_token(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	(void) userdata;
	(void) request;
	buf_puts(&reply->headers, "Content-Type: application/json\r\n");
	buf_puts(&reply->body, "{}");
}

/* A secret that a program prints: the prober keeps the right to start it, and says for whom; the program may write, as such programs do. */
Test(confine, a_secret_by_command_keeps_programs_and_is_named) {
	AUTO(Loopback) *site = loopback_start(answer_token, NULL);
	AUTO_FREE char *more = bg_asprintf(
		"systems:\n"
		"  cdn: { provider: fastly, url: \"%s\", token: { command: [sh, -c, \"echo x >> SCENE/asked; echo secret\"] } }\n"
		"probes:\n"
		"  - { name: cdn, probe: fastly.service, system: cdn, service: abc, every: 1h }\n", loopback_url(site));
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, more);
	scene_start_engine(&scene, NULL);
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	assert_ok(client_wait(client, site_was_read, NULL, SCENE_WAIT_MS, &err), &err);
	cr_assert(scene_lines(&scene, "asked") > 0, "the program for the secret was not started");
	AUTO(Json) *status = status_of(&scene);
	(void) expect_status(status, "prober", false);
	cr_assert(scene_says(&scene, "token of cdn (command sh)"), "%s", scene.said);
}

/* Rules stick to the folder that was there. One that comes later, as a disk that is mounted, is taken up all the same. */
Test(confine, a_folder_for_checkpoints_that_comes_later_is_taken_up) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "checkpoints:\n  - { name: disk, folder: disk, every: 1h }\n");
	scene_start_engine(&scene, NULL);
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	assert_ok(client_wait(client, site_was_read, NULL, SCENE_WAIT_MS, &err), &err);
	cr_assert(mkdir(temp_path(&scene.folder, "disk"), 0700) == 0);
	scene_ok(&scene, "declare", "it broke");
	assert_ok(scene_ask(client, ASK_REFRESH, NULL, NULL, &err), &err);
	assert_ok(client_wait(client, reading_is_ok, NULL, SCENE_WAIT_MS, &err), &err);
	AUTO(Json) *status = status_of(&scene);
	(void) expect_status(status, "prober", true);
	cr_assert(!confine_landlock_abi() || scene_says(&scene, temp_path(&scene.folder, "disk")), "%s", scene.said);
}

/* The leak checker traces its own process and writes a report: in a sanitized build that must go on, however confined the process is. */
Test(confine, a_sanitized_build_still_finds_leaks) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *program = build_path("tests/e2e/trial_leak");
	AUTO_FREE char *options = bg_asprintf("ASAN_OPTIONS=detect_leaks=1:log_path=%s/found", folder.path);
	const char *env[] = {options, NULL};
	AUTO_CLEAR(ProgramRun) run = {0};
	AUTO_CLEAR(StrList) reports = {0};
	Error err = {0};
	run_program((const char *const[]){program, NULL}, NULL, env, &run);
	assert_ok(file_list_folder(folder.path, &reports, &err), &err);
	for (size_t i = 0; i < reports.count; i++)
		BG_IGNORE(temp_path(&folder, reports.items[i]));   /* goes with the folder */
#ifdef __SANITIZE_ADDRESS__
	cr_assert(run.status != 0 && reports.count == 1, "status %d, %zu reports", run.status, reports.count);
	AUTO_FREE char *text = read_text(temp_path(&folder, reports.items[0]));
	cr_assert(strstr(text, "4711 byte"), "%s", text);
#else
	cr_assert(run.status == 0 && reports.count == 0, "status %d: %s", run.status, buf_text(&run.err));
#endif
}
