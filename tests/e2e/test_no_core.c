/* test_no_core.c: engine, prober and worker, which hold secrets, are really aborted, where this machine would write a core of anybody else; also
 * without the limit, which does not count where cores go to a program. And what people may try to have kept as a secret: a playbook's value, a passphrase. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"

static const char BOOK[] =
	"# Waiting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Wait for the pipe.\n\n"
	"   ```sh\n"
	"   read line < SCENE/gate; echo x >> SCENE/after\n"
	"   ```\n"
	"2. Sign.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/after\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product -->\n";

static const char PROBES[] =
	"systems:\n"
	"  site: { provider: http, url: \"http://127.0.0.1:1\" }\n"
	"probes:\n"
	"  - { name: site, probe: http, system: site, every: 1h }\n";

/* ---- a machine that writes cores ---- */

/* Orphans become children of this test, which the kernel tells whether a core was written. And what is written is written into its folder. */
static void adopt(const Scene *scene) {
	struct rlimit cores;
	cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 && chdir(scene->folder.path) == 0);
	cr_assert(getrlimit(RLIMIT_CORE, &cores) == 0);
	cores.rlim_cur = cores.rlim_max;
	cr_assert(setrlimit(RLIMIT_CORE, &cores) == 0);
}

/* False: a core was written. */
static bool died_without_core(pid_t pid, int signal, const char *name) {
	int status = 0;
	cr_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == signal, "%s ended with status %x", name, (unsigned) status);
	return !WCOREDUMP(status);
}

/* Somebody with nothing to hide. A pattern that leads out of the folder is left alone. */
static void need_cores(void) {
	AUTO_FREE char *pattern = read_text("/proc/sys/kernel/core_pattern");
	if (strchr(pattern, '/') || strchr(pattern, '|'))
		cr_skip_test("cores are not written where they were made here, but to %s", pattern);
	pid_t child = fork();
	if (child == 0)
		for (;;)
			(void) pause();
	cr_assert(kill(child, SIGABRT) == 0);
	if (died_without_core(child, SIGABRT, "a plain process"))
		cr_skip_test("this machine writes no core of anybody");
}

/* A signal to stop is only sent when kill() returns: from here on it is obeyed. */
static void stop(int pid, const char *name) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/stat", pid);
	int64_t until = mono_now().ms + SCENE_WAIT_MS;
	cr_assert(kill(pid, SIGSTOP) == 0, "%s is not there", name);
	for (;;) {
		AUTO_FREE char *stat = read_text(path);
		const char *state = strrchr(stat, ')');
		if (state && strncmp(state, ") T", 3) == 0)
			return;
		cr_assert(mono_now().ms < until, "%s does not stop: %s", name, stat);
		(void) sched_yield();
	}
}

static void abort_it(int pid, bool limited, const char *name) {
	static const char NONE[] = "Max core file size        0                    0 ";
	AUTO_FREE char *path = bg_asprintf("/proc/%d/limits", pid);
	AUTO_FREE char *limits = read_text(path);
	cr_expect_eq(strstr(limits, NONE) != NULL, limited, "%s: %s", name, limits);
	cr_assert(kill(pid, SIGABRT) == 0 && kill(pid, SIGCONT) == 0, "%s is not there", name);
	scene_wait_gone(pid);
}

static void expect_no_core(int pid, bool limited, const char *name) {
	cr_expect(died_without_core(pid, SIGABRT, name), "%s left a core, %s", name, limited ? "with the limit" : "without the limit");
}

static int child_of(int parent, const char *role) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/task/%d/children", parent, parent);
	AUTO_FREE char *children = read_text(path);
	Str rest = str_from(children), word;
	while (str_split(&rest, ' ', &word)) {
		AUTO_CLEAR(Buf) words = { 0 };
		AUTO_FREE char *command = bg_asprintf("/proc/%.*s/cmdline", STR_ARG(str_trim(word)));
		int64_t pid = 0;
		if (str_parse_int(str_trim(word), &pid) && file_read(command, 1 << 16, &words, NULL) && str_find(buf_str(&words), role) >= 0)
			return (int) pid;
	}
	cr_assert_fail("the engine has no %s", role);
	return 0;
}

/* `limited`: with both that keeps cores away; else only with what forbids to look into the process. */
static void abort_all(bool limited) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, PROBES);
	adopt(&scene);
	need_cores();
	AUTO_FREE char *unlimited = build_path("tests/e2e/libtrial_cores.so");
	cr_assert(mkfifo(temp_path(&scene.folder, "gate"), 0600) == 0);
	cr_assert(limited || setenv("LD_PRELOAD", unlimited, 1) == 0);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	AUTO(Client) *client = scene_client(&scene, false);
	AUTO(Json) *args = scene_args("{'run':'r1','step':'1','index':0,'confirm':'yes'}");
	json_add_string(args, "digest", scene_step(client, "1")->actions[0].plan_digest);
	Error err = { 0 };
	assert_ok(scene_ask(client, ASK_APPLY, TAKE(args), NULL, &err), &err);
	AUTO_CLOSE int gate = open(temp_path(&scene.folder, "gate"), O_WRONLY | O_CLOEXEC);
	int engine = scene_engine_pid(&scene), prober = child_of(engine, "__prober"), worker = child_of(engine, "__worker");
	/* The engine's end sends the others another signal, which overtakes this one; and while it runs it takes up their status. So they die first,
	 * while it stands still, and are this test's to ask about when it is gone. */
	stop(engine, "the engine");
	abort_it(prober, limited, "the prober");
	abort_it(worker, limited, "the worker");
	abort_it(engine, limited, "the engine");
	expect_no_core(engine, limited, "the engine");
	expect_no_core(prober, limited, "the prober");
	expect_no_core(worker, limited, "the worker");
	bg_close_fd(&gate);
	while (waitpid(-1, NULL, 0) > 0)
		continue;   /* the command goes on without its worker, and ends */
}

Test(no_core, nobody_who_holds_secrets_leaves_one) {
	abort_all(true);
}

#ifndef __SANITIZE_ADDRESS__
/* Sanitized there is the limit alone: the leak checker has to look into its own process. */
Test(no_core, none_is_left_either_where_a_limit_does_not_count) {
	abort_all(false);
}
#endif

/* ---- what cannot be kept, and what is not asked for ---- */

#define PLANTED "hunter2-planted"

static void expect_nowhere(const Scene *scene) {
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program((const char *const[]) { "grep", "-rl", PLANTED, scene->state, NULL }, NULL, NULL, &run);
	cr_assert_eq(run.status, 1, "kept in %s", buf_text(&run.out));
	cr_assert(!scene_says(scene, PLANTED), "%s", scene->said);
}

Test(no_core, a_playbook_with_a_secret_value_is_refused_before_anybody_types_it) {
	static const char SECRET_BOOK[] =
		"# Opening\n\n"
		"## Walk it\n"
		"<!-- bg procedure id=walk -->\n"
		"<!-- bg var pin type=secret match=<pin> default=" PLANTED " ask=\"The PIN of the door\" -->\n\n"
		"1. Open the door.\n\n"
		"   ```sh\n"
		"   open <pin>\n"
		"   ```\n";
	AUTO_CLEAR(Scene) scene = scene_new(SECRET_BOOK, "");
	scene_refused(&scene, 1, "no value of a playbook is one", "check", temp_path(&scene.folder, "book.md"));
	cr_assert(!scene_says(&scene, PLANTED), "%s", scene.said);
	scene_ok(&scene, "declare", "it broke");
	scene_refused(&scene, 1, "the playbook has errors", "start", "walk");
	expect_nowhere(&scene);
	scene_run(&scene, "set", "pin", PLANTED);
	cr_assert_neq(scene.status, 0, "%s", scene.said);
	expect_nowhere(&scene);
}

/* A passphrase is the agent's business: it is not asked for, so that it cannot be kept. */
Test(no_core, the_passphrase_of_a_key_is_not_asked_for) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	AUTO_CLEAR(ProgramRun) made = { 0 };
	const char *key = scene_key(&scene, "ann");
	run_program((const char *const[]) { "ssh-keygen", "-q", "-p", "-P", "", "-N", PLANTED, "-f", key, NULL }, NULL, NULL, &made);
	cr_assert_eq(made.status, 0, "%s", buf_text(&made.err));
	AUTO_FREE char *asking = bg_asprintf("#!/bin/sh\necho asked >> %s/asked\necho " PLANTED "\n", scene.folder.path);
	const char *askpass = temp_write(&scene.folder, "askpass", asking);
	cr_assert(chmod(askpass, 0700) == 0);
	AUTO_FREE char *by = bg_asprintf("SSH_ASKPASS=%s", askpass);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "2");
	const char *argv[] = { scene.program, "--env", scene.environment, "--state", scene.state, "sign", "2", "--role", "product", "--key", key, NULL };
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program(argv, PLANTED "\n" PLANTED "\n", (const char *const[]) { by, "SSH_ASKPASS_REQUIRE=force", NULL }, &run);
	cr_assert_eq(run.status, 1, "%s", buf_text(&run.out));
	cr_assert(strstr(buf_text(&run.err), "protected by a passphrase") && strstr(buf_text(&run.err), "ssh-add"), "%s", buf_text(&run.err));
	cr_assert(!strstr(buf_text(&run.err), PLANTED) && !strstr(buf_text(&run.out), PLANTED));
	cr_assert_eq(scene_lines(&scene, "asked"), 0, "somebody asked for the passphrase");
	expect_nowhere(&scene);
}
