/* startup.c: from exec to the first complete screen on a pty, of the console and of btop, in turns so that both meet the same machine.
 * One rule for every program: the screen is complete at the last byte of the first burst of output, the last that is followed by silence.
 * The environment has probes. Where their systems answer late, as real ones do, what they say is news and not part of the first screen;
 * where they answer at once it is counted with it. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "canned.h"
#include "core/base/alloc.h"
#include "figure.h"
#include "../e2e/scene.h"

#define RUNS 10
#define PROBES 12
#define ANSWER_MS 700
#define SILENCE_MS 150
#define GIVE_UP_MS 5000

/* Answers the questions that programs ask of terminals at start (what are you, where is the cursor), as a terminal would. */
static void answer(int fd, const char *bytes, size_t len)
{
	if (memmem(bytes, len, "\033[c", 3) && write(fd, "\033[?62;22c", 9) < 0)
		return;
	if (memmem(bytes, len, "\033[6n", 4) && write(fd, "\033[1;1R", 6) < 0)
		return;
}

static double last_byte_ms(int fd, double begun)
{
	double last = -1;
	while (figure_now_ms() - begun < GIVE_UP_MS) {
		struct pollfd wanted = { .fd = fd, .events = POLLIN };
		char block[65536];
		int ready = poll(&wanted, 1, last < 0 ? GIVE_UP_MS : SILENCE_MS);
		ssize_t got = ready > 0 ? read(fd, block, sizeof(block)) : -1;
		if (got <= 0)
			break;
		last = figure_now_ms();
		answer(fd, block, (size_t) got);
	}
	return last;
}

static double run_once(const char *const argv[])
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int fd;
	double begun = figure_now_ms();
	pid_t child = forkpty(&fd, NULL, NULL, &size);
	cr_assert(child >= 0, "no pseudo terminal");
	if (child == 0) {
		execvp(argv[0], (char **) (uintptr_t) argv);
		_exit(127);
	}
	double last = last_byte_ms(fd, begun);
	kill(child, SIGTERM);
	close(fd);
	cr_assert(waitpid(child, NULL, 0) == child);
	cr_assert(last > 0, "%s drew nothing", argv[0]);
	return last - begun;
}

static Scene scene_with_probes(const Canned *server, int answer_ms)
{
	AUTO_CLEAR(Buf) more = { 0 };
	buf_puts(&more, "probes:\n");
	for (int i = 0; i < PROBES; i++)
		buf_printf(&more, "  - { name: page %d, probe: http, url: \"%s/slow/%d\", every: 60s }\n", i, server->url, answer_ms);
	AUTO_FREE char *path = source_path("playbooks/ocw-content/failover.md");
	AUTO_FREE char *playbook = read_text(path);
	return scene_new(playbook, buf_text(&more));
}

typedef struct Times { double up[RUNS], started[RUNS], peer[2 * RUNS]; } Times;

static Times measure(const Canned *server, int answer_ms)
{
	Scene scene = scene_with_probes(server, answer_ms);
	const char *console[] = { scene.program, "--env", scene.environment, "--state", scene.state, NULL };
	const char *btop[] = { "btop", NULL };
	Times times;
	for (size_t i = 0; i < RUNS; i++) {
		times.peer[2 * i] = run_once(btop);
		times.started[i] = run_once(console);   /* starts the engine, which stays */
		times.peer[2 * i + 1] = run_once(btop);
		times.up[i] = run_once(console);
		scene_end_engine(&scene, SIGTERM);
	}
	scene_clear(&scene);
	return times;
}

static void tell(const char *what, double times[static RUNS], double peer[static 2 * RUNS], double aim)
{
	AUTO_FREE char *median = bg_asprintf("exec to the first complete screen, %s, median of ten", what);
	AUTO_FREE char *least = bg_asprintf("exec to the first complete screen, %s, least of ten", what);
	figure_at_most(median, figure_share(times, RUNS, 0.5), "ms", "btop", figure_share(peer, (size_t) 2 * RUNS, 0.5), aim);
	figure_at_most(least, times[0], "ms", "btop", peer[0], aim);
}

Test(bench, startup, .timeout = 300)
{
	Canned server;
	cr_assert(have_program("btop"), "btop is not installed: there is nothing to compare with");
	cr_assert(canned_start(&server));
	setenv("TERM", "xterm-256color", 1);
	Times late = measure(&server, ANSWER_MS), prompt = measure(&server, 0);
	tell("engine up", late.up, late.peer, 1.0);
	tell("starting the engine", late.started, late.peer, 2.5);
	tell("starting the engine, and until all of 12 systems that answer at once are on it", prompt.started, prompt.peer, 2.5);
	canned_end(&server);
}
