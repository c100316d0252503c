/* test_failover_faults.c: calls of the system fail during a whole failover: every write of a record, every line of a worker, every answer to a
 * request that changes something. The failover comes to its end; what was refused was not done, what was acknowledged is there, and nothing
 * is done twice. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "failover_walk.h"
#include "tests/support/told.h"

#define TRIES 100

static bool is_well(const ClientModel *model, void *userdata) {
	(void) userdata;
	return !model->connected || !model->banner;
}

/* Nothing fails any more: somebody writes a note, and it is taken; what was held in memory is on the disk. What a fault left in the file is mended
 * by then. */
static void wait_until_well(FailoverWalk *walk) {
	Error err = {0};
	for (int tries = 0; tries < TRIES; tries++) {
		failover_check_client(walk);
		bool open = client_model(walk->client)->incident != NULL;
		if (open && !scene_ask(walk->client, ASK_NOTE, scene_args("{'text':'is it well?'}"), NULL, &err))
			continue;
		assert_ok(client_wait(walk->client, is_well, NULL, SCENE_WAIT_MS, &err), &err);
		if (client_model(walk->client)->connected)
			return;
	}
	cr_assert_fail("%s: it does not get well: %s", walk->where, err.why);
}

static FailoverLesson learn(Faults *faults) {
	FailoverLesson lesson = {0};
	AUTO_CLEAR(FailoverWalk) walk = failover_begin(faults, &lesson);
	faults_count_anew(faults);
	while (failover_go_on(&walk))
		continue;
	failover_check_end(&walk);
	return lesson;
}

typedef struct Series { FaultKind at; const char *label; FaultAct acts[6]; size_t count; const char *name; } Series;

static const Series SERIES[] = {
	{FAULT_JOURNAL_BEFORE, "", {FAULT_ENOSPC, FAULT_EIO, FAULT_SHORT, FAULT_TORN_ENOSPC}, 4, "records not or partly written"},
	{FAULT_JOURNAL_BEFORE, "", {FAULT_SYNC_EIO, FAULT_SYNC_EIO_STUCK}, 2, "records that the disk did not confirm"},
	{FAULT_JOURNAL_BEFORE, "", {FAULT_TORN_KILL}, 1, "engines killed in the middle of a record"},
	{FAULT_LINE_BEFORE, "", {FAULT_ENOSPC, FAULT_SHORT, FAULT_TORN_KILL}, 3, "first lines of workers"},
	{FAULT_LINE_BEFORE, " begin", {FAULT_ENOSPC, FAULT_TORN_ENOSPC, FAULT_SYNC_EIO, FAULT_SHORT, FAULT_TORN_KILL, FAULT_EIO}, 6, "lines that say that it begins"},
	{FAULT_LINE_BEFORE, " result", {FAULT_ENOSPC, FAULT_TORN_ENOSPC, FAULT_SYNC_EIO, FAULT_SHORT, FAULT_TORN_KILL, FAULT_EIO}, 6, "lines with the result"},
	{FAULT_HTTP_ANSWERED, "PUT ", {FAULT_RESET}, 1, "answers to changes that were cut off"},
};

/* By default every other, under sanitizers, where each walk takes three times as long, every fourth; where it begins is by chance. TEST_FAULTS=all has all. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 4u
#else
#define STRIDE 2u
#endif

/* Each request meets one fault, the next kind of the series each time; what failed is tried again without one. */
static void faulty_walk(Faults *faults, FailoverLesson *lesson, const Series *series) {
	AUTO_CLEAR(FailoverWalk) walk = failover_begin(faults, lesson);
	size_t done = 0, next = 0;
	faults_count_anew(faults);
	walk.where = series->name;
	for (bool more = true; more;) {
		faults_let_fail(faults, series->acts[next % series->count], series->at, series->label, 0, 1);
		more = failover_go_on(&walk);
		if (!faults_done(faults))
			continue;
		next++;
		done += faults_done(faults);
		faults_let_fail(faults, FAULT_NONE, series->at, "", 0, 0);
		wait_until_well(&walk);
		if (!more)
			break;
		failover_check(&walk);
		more = failover_go_on(&walk);
	}
	faults_let_fail(faults, FAULT_NONE, series->at, "", 0, 0);
	failover_check_end(&walk);
	cr_assert(done >= 3, "%s: only %zu faults took place", series->name, done);
	tell("%s: %zu faults in a failover, %zu actions in doubt until somebody looked, %zu requests refused", series->name, done, walk.doubts,
		walk.refusals);
}

Test(failover_faults, whatever_call_fails_the_failover_goes_on) {
	Faults *faults = faults_begin();
	cr_assert(faults, "the shim was not built");
	AUTO_CLEAR(FailoverLesson) lesson = learn(faults);
	size_t stride = text_eq(getenv("TEST_FAULTS"), "all") ? 1 : STRIDE;
	unsigned char noise = 0;
	random_bytes(&noise, 1);
	for (size_t i = noise % stride; i < BG_LENGTH(SERIES); i += stride)
		faulty_walk(faults, &lesson, &SERIES[i]);
	faults_end(faults);
}
