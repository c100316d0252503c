/* nodes.c: the list of machines with 5,000 of them: what making it costs each time that something changed, against a key's 16 ms;
 * and what reading an environment with so many costs. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/environment/environment.h"
#include "core/health/nodes.h"
#include "figure.h"

#define MANY 5000
#define FEW 500
#define ROUNDS 41
#define NOW 1795230000000LL
#define KEY_MS 16.0

static Reading readings[MANY];

static void fill(void)
{
	for (int i = 0; i < MANY; i++) {
		Reading *reading = &readings[i];
		*reading = (Reading) { .name = bg_asprintf("node%04d", (i * 7919) % MANY), .probe = bg_strdup("node.machine"), .state = i % 50 ? READING_OK : READING_FAIL,
			.text = bg_strdup("load 0.4, memory 41 %, disk / 22 %, up 12 days"), .taken = { NOW - i }, .budget_ms = 600000, .facts = json_new_object() };
		AUTO_FREE char *address = bg_asprintf("4a1:b2::%x", (unsigned) i);
		json_add_string(reading->facts, "address", address);
		json_add_string(reading->facts, "role", i % 3 ? "worker" : "master");
		json_add_string(reading->facts, "outcome", i % 50 ? "answered" : "refused");
		json_add_int(reading->facts, "disk", i % 97);
	}
}

static double median_of(size_t count, NodesSort sort, const char *filter)
{
	double times[ROUNDS];
	AUTO_CLEAR(Nodes) nodes = { 0 };
	for (int i = 0; i < ROUNDS; i++) {
		double begun = figure_now_ms();
		nodes_collect(readings, count, (WallTime) { NOW }, sort, filter, &nodes);
		times[i] = figure_now_ms() - begun;
	}
	return figure_share(times, ROUNDS, 0.5);
}

static void load_environment(void)
{
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	buf_puts(&text, "name: many\nkind: drill\nnodes:\n  list:\n");
	for (int i = 0; i < MANY; i++)
		buf_printf(&text, "    - { name: node%d, address: '4a1:b2::%x', user: admin, role: worker }\n", i, (unsigned) i);
	double before = figure_memory_kib(getpid(), "VmRSS"), begun = figure_now_ms();
	if (!environment_parse(buf_str(&text), "environment.yaml", &environment, &err)) {
		printf("no environment: %s\n", err.why);
		exit(1);
	}
	figure_note("reading an environment of 5,000 nodes", figure_now_ms() - begun, "ms");
	figure_at_most("memory of that environment", (figure_memory_kib(getpid(), "VmRSS") - before) / 1024, "MiB", "64 MiB", 64, 1.0);
}

int main(void)
{
	fill();
	double plain = median_of(MANY, NODES_BY_STATE, ""), filtered = median_of(MANY, NODES_BY_DISK, "role:worker !state:ok"), few = median_of(FEW, NODES_BY_STATE, "");
	figure_at_most("5,000 nodes by state", plain, "ms", "a key's", KEY_MS, 1.0);
	figure_at_most("5,000 nodes by disk, filtered", filtered, "ms", "a key's", KEY_MS, 1.0);
	figure_note("500 nodes by state", few, "ms");
	figure_note("room of the list of 5,000", (double) (MANY * sizeof(NodeRow)) / 1024, "KiB");
	load_environment();
	for (int i = 0; i < MANY; i++)
		reading_clear(&readings[i]);
	return 0;
}
