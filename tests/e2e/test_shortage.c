/* test_shortage.c: no process, no descriptor can be had for a while. What could not be started is said to be so and is not in doubt, what is under
 * way goes on, nobody spins, and when there is enough again, everything works again. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/faults.h"

static const char BOOK[] =
	"# Counting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"2. Wait.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/before; read line < SCENE/gate; echo x >> SCENE/after\n"
	"   ```\n"
	"3. Close the door.\n";

static const char PROBES[] =
	"systems:\n"
	"  site: { provider: http, url: \"http://127.0.0.1:1\" }\n"
	"probes:\n"
	"  - { name: site, probe: http, system: site, every: 1h }\n";

static Scene walking_scene(const char *more) {
	Scene scene = scene_new(BOOK, more);
	cr_assert(mkfifo(temp_path(&scene.folder, "gate"), 0600) == 0);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	return scene;
}

/* ---- no process ---- */

static void let_forks_fail(Faults *faults, FaultRole role, uint32_t times) {
	faults_state(faults)->fork_role = role;
	__atomic_store_n(&faults_state(faults)->forks_to_fail, times, __ATOMIC_SEQ_CST);
}

Test(shortage, an_action_that_gets_no_process_is_not_in_doubt_and_can_be_started_again) {
	static const struct { FaultRole role; const char *state, *said; } CASES[] = {
		{FAULT_ENGINE, "stopped", "cannot start a worker"},
		{FAULT_WORKER, "failed", "no process"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		Faults *faults = faults_begin();
		cr_assert(faults, "the shim was not built");
		{
			AUTO_CLEAR(Scene) scene = walking_scene("");
			scene_ok(&scene, "plan", "1");
			let_forks_fail(faults, CASES[i].role, 1);
			scene_refused(&scene, 1, CASES[i].said, "apply", "1", "--yes");
			cr_assert_eq(faults_state(faults)->forks_failed, 1, "no fork failed");
			AUTO(Client) *client = scene_client(&scene, false);
			const Incident *incident = client_model(client)->incident;
			assert_text("the action", action_state_name(incident->actions[0].state), CASES[i].state);
			cr_assert(!incident->actions[0].began && incident->doubt_count == 0, "%s: it is told as begun", CASES[i].state);
			cr_assert_eq(scene_lines(&scene, "one"), 0);
			scene_ok(&scene, "timeline");
			cr_assert(scene_says(&scene, CASES[i].said), "the timeline does not say why: %s", scene.said);
			scene_ok(&scene, "plan", "1");
			scene_ok(&scene, "apply", "1", "--yes");
			cr_assert_eq(scene_lines(&scene, "one"), 1);
			scene_check_journal(&scene, NULL);
		}
		faults_end(faults);
	}
}

Test(shortage, a_plan_that_gets_no_process_says_so) {
	Faults *faults = faults_begin();
	cr_assert(faults, "the shim was not built");
	{
		AUTO_CLEAR(Scene) scene = walking_scene("");
		let_forks_fail(faults, FAULT_ENGINE, 1);
		scene_refused(&scene, 1, "cannot start a worker", "plan", "1");
		scene_ok(&scene, "plan", "1");
	}
	faults_end(faults);
}

static bool reading_says(const ClientModel *model, void *userdata) {
	const char *part = userdata;
	for (size_t i = 0; i < model->reading_count; i++) {
		const Reading *reading = &model->readings[i];
		if ((reading->text && strstr(reading->text, part)) || (reading->reason && strstr(reading->reason, part)))
			return true;
	}
	return false;
}

Test(shortage, a_prober_that_gets_no_process_is_tried_again_after_a_while) {
	Faults *faults = faults_begin();
	cr_assert(faults, "the shim was not built");
	{
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, PROBES);
		let_forks_fail(faults, FAULT_ENGINE, 3);
		scene_start_engine(&scene, NULL);
		AUTO(Client) *client = scene_client(&scene, false);
		Error err = {0};
		char nobody[] = "could not be started", refused[] = "refused";
		cr_assert(client_wait(client, reading_says, nobody, SCENE_WAIT_MS, &err), "the board does not say that nobody looks");
		cr_assert(client_wait(client, reading_says, refused, SCENE_WAIT_MS, &err), "it was not tried again");
		cr_assert_eq(faults_state(faults)->forks_failed, 3);
	}
	faults_end(faults);
}

/* ---- no descriptor ---- */

static void limit_descriptors(int pid, rlim_t count) {
	struct rlimit limit;
	cr_assert(prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0);
	limit.rlim_cur = count;
	cr_assert(prlimit(pid, RLIMIT_NOFILE, &limit, NULL) == 0);
}

static rlim_t highest_descriptor(int pid) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/fd", pid);
	AUTO_CLEAR(StrList) names = {0};
	int64_t highest = 0, number;
	cr_assert(file_list_folder(path, &names, NULL));
	for (size_t i = 0; i < names.count; i++)
		if (str_parse_int(str_from(names.items[i]), &number) && number > highest)
			highest = number;
	return (rlim_t) highest;
}

static int knock(const Scene *scene) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_FREE char *path = bg_asprintf("%s/%s/engine.sock", scene->state, scene->name);
	cr_assert(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	cr_assert(fd >= 0);
	(void) connect(fd, (struct sockaddr *) &address, sizeof(address));   /* refused or not: both are what a crowd does */
	return fd;
}

static void say(Client *client, const char *text) {
	Error err = {0};
	assert_ok(scene_ask(client, ASK_NOTE, scene_args("{'text':'%s'}", text), NULL, &err), &err);
}

static bool never(const ClientModel *model, void *userdata) {
	(void) model;
	(void) userdata;
	return false;
}

#define CROWD 48
#define LOOK_MS 700            /* several rounds of the engine's own timers */
#define TURNS_MOST 400u        /* of its loop meanwhile: one that spins makes many thousand */

Test(shortage, a_crowd_that_takes_all_descriptors_harms_nobody_who_is_there) {
	Faults *faults = faults_begin();
	cr_assert(faults, "the shim was not built");
	{
		AUTO_CLEAR(Scene) scene = walking_scene("");
		AUTO(Client) *client = scene_client(&scene, false);
		int engine = scene_engine_pid(&scene), crowd[CROWD];
		limit_descriptors(engine, highest_descriptor(engine) + 9);
		for (int i = 0; i < CROWD; i++)
			crowd[i] = knock(&scene);
		say(client, "among many");
		uint32_t turns = faults_state(faults)->engine_turns;
		BG_IGNORE(client_wait(client, never, NULL, LOOK_MS, NULL));
		turns = faults_state(faults)->engine_turns - turns;
		cr_assert(turns < TURNS_MOST, "the engine's loop turned %u times while nothing happened", turns);
		say(client, "still here");
		for (int i = 0; i < CROWD; i++)
			close(crowd[i]);
		AUTO(Client) *next = scene_client(&scene, false);
		say(next, "and so am I");
		limit_descriptors(engine, 1024);
		scene_check_journal(&scene, client);
	}
	faults_end(faults);
}

static bool action_has_ended(const ClientModel *model, void *userdata) {
	(void) userdata;
	return model->incident->actions[0].state != ACTION_RUNNING;
}

Test(shortage, a_worker_that_lives_is_not_taken_for_dead_when_no_file_can_be_opened) {
	AUTO_CLEAR(Scene) scene = walking_scene("");
	scene_ok(&scene, "tick", "1", "--reason", "not here");
	scene_ok(&scene, "plan", "2");
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	Json *args = scene_args("{'run':'r1','step':'%s','index':0,'confirm':'yes'}", scene_step(client, "2")->id);
	json_add_string(args, "digest", scene_step(client, "2")->actions[0].plan_digest);
	assert_ok(scene_ask(client, ASK_APPLY, args, NULL, &err), &err);
	AUTO_CLOSE int gate = open(temp_path(&scene.folder, "gate"), O_WRONLY | O_CLOEXEC);
	scene_end_engine(&scene, SIGKILL);
	AUTO(Client) *next = scene_client(&scene, true);
	scene_wait_action(next, 1, ACTION_RUNNING);
	int engine = scene_engine_pid(&scene);
	limit_descriptors(engine, 3);
	cr_assert(!client_wait(next, action_has_ended, NULL, LOOK_MS, NULL), "it is told as %s while its worker lives",
		action_state_name(client_model(next)->incident->actions[0].state));
	cr_assert(file_write_all(gate, "go\n", 3, NULL));
	bg_close_fd(&gate);
	cr_assert(!client_wait(next, action_has_ended, NULL, LOOK_MS, NULL), "it is recorded without its log");
	limit_descriptors(engine, 1024);
	scene_wait_action(next, 1, ACTION_DONE);
	cr_assert(client_model(next)->incident->actions[0].log_sha256, "the record does not vouch for the log");
	cr_assert_eq(scene_lines(&scene, "after"), 1);
	scene_check_journal(&scene, next);
}
