/* test_failover_points.c: engine, worker and prober are killed, as by kill -9, at the points of a whole failover: around every record of the
 * journal, every line of a worker's log and every HTTP request. By default a sample is tried, another one with each seed; TEST_FAULTS=all tries
 * every point, see tests/README.md, "Faults". */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "failover_walk.h"
#include "tests/support/told.h"

#define FIRST_SEED 1u               /* the same points in each run, so that a red one can be had again */
#ifdef __SANITIZE_ADDRESS__
#define SAMPLE_WALKS 2              /* several times as slow */
#else
#define SAMPLE_WALKS 5
#endif
#define SAMPLE_A_KIND 7u            /* of each kind and victim, about */
#define IDLE_WALKS 4                /* of all points: that many walks in which nothing new was reached are enough */

static bool wants_all(void) {
	const char *wish = getenv("TEST_FAULTS");
	return wish && strcmp(wish, "all") == 0;
}

static uint32_t choose_seed(void) {
	const char *given = getenv("TEST_FAULTS_SEED");
	int64_t seed = FIRST_SEED;
	if (given && !str_parse_int(str_from(given), &seed))
		seed = wall_now().ms / 1000;
	return (uint32_t) seed;
}

/* Who can be killed where: a prober asks whether or not somebody works. */
static FaultRole next_victim(FaultRole before) { return (FaultRole) ((before + 1) % FAULT_ROLE_COUNT); }

/* A failover in which somebody dies again and again, never at a point where they died before. Returns how often. */
static size_t disturbed_walk(Faults *faults, FailoverLesson *lesson, FaultRole *victim) {
	AUTO_CLEAR(FailoverWalk) walk = failover_begin(faults, lesson);
	AUTO_CLEAR(Buf) kills = {0};
	size_t fired = 0;
	faults_count_anew(faults);
	for (bool more = true; more;) {
		bool alive = false;
		*victim = next_victim(*victim);
		faults_arm(faults, *victim);
		more = failover_go_on(&walk);
		faults_disarm(faults);
		const char *where = faults_fired(faults, &alive);
		if (!where)
			continue;
		buf_printf(&kills, "%s: %s %s\n", where, faults_role_name(*victim), alive ? "killed" : "not there");
		fired++;
		walk.where = buf_text(&kills);
		if (more && alive)
			failover_check(&walk);
	}
	failover_check_end(&walk);
	return fired;
}

static void choose_sample(Faults *faults) {
	FaultsState *state = faults_state(faults);
	state->seed = choose_seed();
	for (int kind = 0; kind < FAULT_KIND_COUNT; kind++)
		state->stride[kind] = (uint32_t) faults_known(faults, (FaultKind) kind) / SAMPLE_A_KIND;
	tell("a sample of the points; the same again with TEST_FAULTS_SEED=%u, all of them with TEST_FAULTS=all", state->seed);
}

static void tell_table(Faults *faults, size_t walks) {
	size_t total = 0;
	for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
		AUTO_CLEAR(Buf) line = {0};
		buf_printf(&line, "%-32s %4zu points;", faults_kind_name((FaultKind) kind), faults_known(faults, (FaultKind) kind));
		for (int role = 0; role < FAULT_ROLE_COUNT; role++) {
			size_t absent, tried = faults_tried(faults, (FaultKind) kind, (FaultRole) role, &absent);
			buf_printf(&line, " %s killed at %zu%s", faults_role_name((FaultRole) role), tried, role + 1 < FAULT_ROLE_COUNT ? "," : "");
			total += tried;
		}
		tell("%s", buf_text(&line));
	}
	tell("%zu kills in %zu failovers; each came to its end, everything done once, the record sound", total, walks);
}

Test(failover_points, whoever_is_killed_at_whatever_point_the_failover_goes_on) {
	Faults *faults = faults_begin();
	cr_assert(faults, "the shim was not built");
	AUTO_CLEAR(FailoverLesson) lesson = {0};
	FaultRole victim = FAULT_ENGINE;
	size_t walks = 0, fired = 0, idle = 0;
	(void) disturbed_walk(faults, &lesson, &victim);   /* no point is known yet: nobody is killed */
	faults_learn(faults);
	if (!wants_all())
		choose_sample(faults);
	while (wants_all() ? idle < IDLE_WALKS : walks < SAMPLE_WALKS) {
		size_t now = disturbed_walk(faults, &lesson, &victim);
		walks++;
		fired += now;
		idle = now ? 0 : idle + 1;
	}
	cr_assert(fired > SAMPLE_WALKS * 4, "only %zu points were reached", fired);
	tell_table(faults, walks);
	faults_end(faults);
}
