/* idle.c: what it costs to leave it open: memory and CPU time of the engine and its helpers, and bytes to the terminal, over a minute in which
 * nothing happens: readings come and say what they said before. Two houses side by side: one without an incident, and one with an open
 * incident whose clock ticks on the bar. BENCH_SECONDS=N: another span. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../e2e/scene.h"
#include "canned.h"
#include "core/base/alloc.h"
#include "figure.h"
#include "tests/support/terminal.h"

#define PROBES 12
#define SECONDS 60
#define SETTLE_MS 3000
#define SLICE_MS 500

typedef struct House {
	const char *what;
	Scene scene;
	Terminal *terminal;
	int engine, prober;
	double engine_cpu, prober_cpu, console_cpu;
	size_t bytes;
} House;

/* The only child of the engine while no action runs. */
static int prober_of(int engine)
{
	AUTO_FREE char *path = bg_asprintf("/proc/%d/task/%d/children", engine, engine);
	FILE *children = fopen(path, "re");
	int pid = -1;
	cr_assert(children && fscanf(children, "%d", &pid) == 1, "the engine has no prober");
	fclose(children);
	return pid;
}

static House house_open(const char *what, const Canned *server, bool incident)
{
	AUTO_CLEAR(Buf) more = { 0 };
	buf_printf(&more, "systems:\n  store: { provider: s3, endpoint: \"%s\", access-key-id: { env: BENCH_KEY }, "
		"secret-access-key: { env: BENCH_SECRET } }\nprobes:\n", server->url);
	for (int i = 0; i < PROBES; i++)
		buf_printf(&more, "  - { name: bucket %d, probe: s3.bucket, system: store, bucket: objects-%d, every: 30s }\n", i, 1000 + i);
	AUTO_FREE char *path = source_path("playbooks/ocw-content/failover.md");
	AUTO_FREE char *playbook = read_text(path);
	House house = { .what = what, .scene = scene_new(playbook, buf_text(&more)) };
	if (incident)
		scene_ok(&house.scene, "declare", "it broke");
	scene_ok(&house.scene, "engine", "start");
	const char *argv[] = { house.scene.program, "--env", house.scene.environment, "--state", house.scene.state, NULL };
	TerminalOptions options = { .argv = argv, .columns = 80, .rows = 24 };
	house.terminal = terminal_start(&options);
	terminal_wait_text(house.terminal, "1,000 objects");
	terminal_watch(house.terminal, SETTLE_MS);
	house.engine = scene_engine_pid(&house.scene);
	house.prober = prober_of(house.engine);
	return house;
}

static void house_begin(House *house)
{
	house->bytes = terminal_bytes(house->terminal);
	house->engine_cpu = figure_cpu_ms(house->engine);
	house->prober_cpu = figure_cpu_ms(house->prober);
	house->console_cpu = figure_cpu_ms(terminal_pid(house->terminal));
}

static double share(double before, int pid, double span_ms) { return (figure_cpu_ms(pid) - before) / span_ms * 100; }

static void house_tell(House *house, double span_ms)
{
	AUTO_FREE char *memory = bg_asprintf("engine at rest, %s, resident", house->what);
	AUTO_FREE char *cpu = bg_asprintf("engine at rest, %s, CPU time", house->what);
	AUTO_FREE char *prober = bg_asprintf("prober, 12 probes every 30 s, %s, CPU time", house->what);
	AUTO_FREE char *prober_memory = bg_asprintf("prober, %s, resident", house->what);
	AUTO_FREE char *console = bg_asprintf("console at rest, %s, CPU time", house->what);
	AUTO_FREE char *console_memory = bg_asprintf("console at rest, %s, resident", house->what);
	AUTO_FREE char *bytes = bg_asprintf("bytes to the terminal in a minute, %s", house->what);
	figure_at_most(memory, figure_memory_kib(house->engine, "VmRSS") / 1024, "MiB", "limit", 15, 1.0);
	figure_at_most(cpu, share(house->engine_cpu, house->engine, span_ms), "% of a core", "limit", 0.1, 1.0);
	figure_at_most(bytes, (double) (terminal_bytes(house->terminal) - house->bytes) / span_ms * 60000, "bytes", "limit", 1024, 1.0);
	figure_note(prober_memory, figure_memory_kib(house->prober, "VmRSS") / 1024, "MiB");
	figure_note(prober, share(house->prober_cpu, house->prober, span_ms), "% of a core");
	figure_note(console_memory, figure_memory_kib(terminal_pid(house->terminal), "VmRSS") / 1024, "MiB");
	figure_note(console, share(house->console_cpu, terminal_pid(house->terminal), span_ms), "% of a core");
}

static void house_close(House *house)
{
	house->terminal = terminal_free(house->terminal);
	scene_clear(&house->scene);
}

Test(bench, idle, .timeout = 300)
{
	Canned server;
	cr_assert(canned_start(&server));
	setenv("BENCH_KEY", "key", 1);
	setenv("BENCH_SECRET", "secret", 1);
	House houses[] = { house_open("no incident", &server, false), house_open("an incident open", &server, true) };
	const char *seconds = getenv("BENCH_SECONDS");
	double begun = figure_now_ms(), until = begun + 1000.0 * (seconds ? strtod(seconds, NULL) : SECONDS);
	for (size_t i = 0; i < BG_LENGTH(houses); i++)
		house_begin(&houses[i]);
	for (size_t i = 0; figure_now_ms() < until; i++)
		terminal_watch(houses[i % BG_LENGTH(houses)].terminal, SLICE_MS);
	for (size_t i = 0; i < BG_LENGTH(houses); i++)
		house_tell(&houses[i], figure_now_ms() - begun);
	for (size_t i = 0; i < BG_LENGTH(houses); i++)
		house_close(&houses[i]);
	canned_end(&server);
}
