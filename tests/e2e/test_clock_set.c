/* test_clock_set.c: the wall clock of the machine is set while an incident runs. Records stay in order, what is measured stays right, the record says
 * that it was set, and nothing that was seen before looks fresh for it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/health/health.h"
#include "scene.h"
#include "tests/support/faults.h"

#define HOUR_MS INT64_C(3600000)
#define MOST_MS (10 * 60 * 1000)     /* this test takes seconds; the clock is set by hours */

static const char BOOK[] =
	"# Waiting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Wait for the gate.\n\n"
	"   ```sh\n"
	"   read line < SCENE/gate; echo x >> SCENE/after\n"
	"   ```\n"
	"2. Close the door.\n";

static bool says_it_was_set(const ClientModel *model, void *userdata) {
	const char *part = userdata;
	for (size_t i = 0; i < model->timeline_count; i++)
		if (model->timeline[i].text && strstr(model->timeline[i].text, part))
			return true;
	return false;
}

/* The engine sees it at its next tick. */
static void set_clock(Faults *faults, Client *client, int64_t by_ms, const char *said) {
	char part[64];
	snprintf(part, sizeof(part), "%s", said);
	faults_state(faults)->clock_shift_ms += by_ms;
	Error err = {0};
	cr_assert(client_wait(client, says_it_was_set, part, SCENE_WAIT_MS, &err), "the timeline does not say that the clock was set %s", said);
}

static bool in_order(void *userdata, const Record *record, Str line, Error *err) {
	int64_t *last = userdata;
	(void) line;
	(void) err;
	cr_assert(record->mono_ms >= *last && record->mono_ms < MOST_MS, "record %lld: mono %lld after %lld", (long long) record->seq,
		(long long) record->mono_ms, (long long) *last);
	*last = record->mono_ms;
	return true;
}

Test(clock_set, durations_stay_right_and_records_in_order) {
	Faults *faults = faults_begin();
	cr_assert(faults, "the shim was not built");
	{
		AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
		cr_assert(mkfifo(temp_path(&scene.folder, "gate"), 0600) == 0);
		scene_ok(&scene, "declare", "it broke");
		scene_ok(&scene, "start", "walk");
		scene_ok(&scene, "plan", "1");
		AUTO(Client) *client = scene_client(&scene, false);
		Error err = {0};
		Json *args = scene_args("{'run':'r1','step':'%s','index':0,'confirm':'yes'}", scene_step(client, "1")->id);
		json_add_string(args, "digest", scene_step(client, "1")->actions[0].plan_digest);
		assert_ok(scene_ask(client, ASK_APPLY, args, NULL, &err), &err);
		AUTO_CLOSE int gate = open(temp_path(&scene.folder, "gate"), O_WRONLY | O_CLOEXEC);
		set_clock(faults, client, -30 * HOUR_MS, "set back by");
		scene_end_engine(&scene, SIGKILL);
		AUTO(Client) *next = scene_client(&scene, true);
		set_clock(faults, next, 80 * HOUR_MS, "set forward by");
		cr_assert(file_write_all(gate, "go\n", 3, NULL));
		scene_wait_action(next, 1, ACTION_DONE);
		const Incident *incident = client_model(next)->incident;
		int64_t took = incident->actions[0].finished.ms - incident->actions[0].started.ms;
		cr_assert(took >= 0 && took < MOST_MS, "the action is told to have taken %lld ms", (long long) took);
		int64_t elapsed = incident_elapsed_ms(incident, (WallTime){wall_now().ms + 50 * HOUR_MS});
		cr_assert(elapsed >= took && elapsed < MOST_MS, "the incident is told to last %lld ms", (long long) elapsed);
		AUTO_FREE char *folder = scene_incident(&scene);
		int64_t last = 0;
		assert_ok(journal_read(folder, 1, in_order, &last, &err), &err);
		scene_check_journal(&scene, next);
	}
	faults_end(faults);
}

/* ---- readings ---- */

static const char PROBES[] =
	"systems:\n"
	"  site: { provider: http, url: \"http://127.0.0.1:1\" }\n"
	"probes:\n"
	"  - { name: site, probe: http, system: site, every: 1h }\n";

static bool was_looked_at(const ClientModel *model, void *userdata) {
	(void) userdata;
	return model->reading_count && wall_known(model->readings[0].taken);
}

/* What was seen under one clock is not fresh under another: as if it had been ok just then. */
Test(clock_set, what_was_seen_before_is_not_green_after) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, PROBES);
	scene_start_engine(&scene, NULL);
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	assert_ok(client_wait(client, was_looked_at, NULL, SCENE_WAIT_MS, &err), &err);
	Reading reading = client_model(client)->readings[0];
	reading.state = READING_OK;
	cr_assert_eq(health_judge(&reading, reading.taken), READING_OK);
	cr_assert_eq(health_judge(&reading, (WallTime){reading.taken.ms - HOUR_MS}), READING_STALE, "set back by an hour, it is green");
	cr_assert_eq(health_judge(&reading, (WallTime){reading.taken.ms + 30 * HOUR_MS}), READING_STALE, "set forward by a day, it is green");
}
