/* The engine is stopped dead at every write of the record of a whole walk, before and after each, and around every start of a worker; workers
 * are stopped dead at each of their points. Each time the walk goes on from what is there. What must hold: nothing that was acknowledged
 * is lost, no command ran twice, IN DOUBT exactly where a worker had begun and left no result, and the record is sound and folds to
 * what a client has folded. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/engine/client_internal.h"
#include "core/engine/signer.h"
#include "scene.h"
#include "tests/support/told.h"

static const char BOOK[] =
	"# Counting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Look around.\n"
	"2. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"3. Count two things.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/two\n"
	"   echo x >> SCENE/three\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n"
	"4. Close the door.\n";

static const struct { const char *step; const char *file; size_t index; } COUNTERS[] = {{"2", "one", 0}, {"3", "two", 0}, {"3", "three", 1}};

/* ---- one walk that is interrupted and goes on ---- */

typedef struct Walker {
	Scene *scene;
	Client *client;
	const char *crash;       /* of the first engine; NULL = none */
	int lives;               /* engines that were connected to */
	int64_t acked_seq;       /* of the newest record that an accepted request rests on */
	char acked_head[65];
	size_t doubts, stops;
	int64_t settled;         /* number of the newest action that was looked at */
	Client *watcher;         /* connected once and never again by hand: it comes back by itself */
} Walker;

static void leave(Walker *walker) { walker->client = client_close(walker->client); }

/* The first engine is the one that will crash; those after it are as they are. */
static bool join(Walker *walker) {
	if (walker->client && client_model(walker->client)->caught_up)
		return true;
	leave(walker);
	if (walker->lives == 0 && walker->crash)
		setenv("BREAKGLASS_CRASH", walker->crash, 1);
	ClientOptions options = {.environment_path = walker->scene->environment, .environment_name = "trial", .state = walker->scene->state,
		.self = walker->scene->program, .start_engine = true, .deadline_ms = SCENE_WAIT_MS};
	Error err = {0};
	bool ok = client_open(&options, &walker->client, &err);
	unsetenv("BREAKGLASS_CRASH");
	walker->lives++;
	options.start_engine = false;
	if (ok && !walker->watcher)
		BG_IGNORE(client_open(&options, &walker->watcher, &err));   /* gone again already: another time */
	cr_assert(ok || walker->lives == 1, "%s: no engine after the crash: %s", walker->crash, err.why);
	return ok;
}

/* Everything up to the newest acknowledgement is there, byte for byte. */
static void check_acknowledged(const Walker *walker) {
	const Incident *incident = client_model(walker->client)->incident;
	if (!incident || !walker->acked_seq)
		return;
	cr_assert(incident->seq >= walker->acked_seq, "%s: record %lld was acknowledged, the newest is %lld", walker->crash,
		(long long) walker->acked_seq, (long long) incident->seq);
	AUTO_FREE char *folder = scene_incident(walker->scene);
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE char *text = read_text(path);
	Str rest = str_from(text), line;
	for (int64_t seq = 1; str_next_line(&rest, &line); seq++) {
		AUTO_CLEAR(Record) record = {0};
		Error err = {0};
		assert_ok(record_parse(line, &record, &err), &err);
		if (seq == walker->acked_seq)
			assert_text(walker->crash, record.hash, walker->acked_head);
	}
}

/* True when it was accepted. False: the engine is gone; whether it was done is to be seen. A refusal fails the test. */
static bool ask(Walker *walker, AskName name, Json *args, Json **ret_data) {
	Error err = {0};
	if (scene_ask(walker->client, name, args, ret_data, &err)) {
		if (walker->client->incident) {
			walker->acked_seq = walker->client->incident->seq;
			memcpy(walker->acked_head, walker->client->head, sizeof(walker->acked_head));
		}
		return true;
	}
	cr_assert(err.kind == ERROR_IO, "%s: %s was refused: %s", walker->crash, ask_name(name), err.why);
	return false;
}

typedef struct Until { int64_t job, action; int64_t pid; } Until;

static bool is_over(const ClientModel *model, void *userdata) {
	const Until *until = userdata;
	if (!model->connected || model->engine_pid != until->pid)
		return true;
	if (until->action) {
		const IncidentAction *action = model->incident ? incident_find_action(model->incident, until->action) : NULL;
		return !action || action->state != ACTION_RUNNING;
	}
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].id == until->job)
			return !model->jobs[i].running;
	return false;
}

static void wait_for(Walker *walker, int64_t job, int64_t action) {
	Until until = {job, action, client_model(walker->client)->engine_pid};
	Error err = {0};
	assert_ok(client_wait(walker->client, is_over, &until, SCENE_WAIT_MS, &err), &err);
}

/* ---- what to do next, seen from the state alone ---- */

static size_t counted(const Walker *walker, const char *step, size_t index) {
	for (size_t i = 0; i < BG_LENGTH(COUNTERS); i++)
		if (text_eq(COUNTERS[i].step, step) && COUNTERS[i].index == index)
			return scene_lines(walker->scene, COUNTERS[i].file);
	return 0;
}

static void resolve(Walker *walker, const IncidentAction *action) {
	const IncidentStep *step = &client_model(walker->client)->incident->runs[action->run].steps[action->step];
	bool ran = counted(walker, step->number, action->index) > 0;
	walker->doubts++;
	(void) ask(walker, ASK_RESOLVE, scene_args("{'action':%lld,'as':'%s','reason':'looked at the counter'}", (long long) action->number,
		ran ? "ran" : "not-run"), NULL);
}

static void act(Walker *walker, const IncidentStep *step, size_t index) {
	AUTO_FREE char *id = bg_strdup(step->id);
	AUTO(Json) *data = NULL;
	const StepAction *action = &step->actions[index];
	bool planned = action->plan && (step->state == STEP_PLANNED || step->state == STEP_TODO);
	if (!planned) {
		if (ask(walker, ASK_PLAN, scene_args("{'run':'r1','step':'%s','index':%zu}", id, index), &data))
			wait_for(walker, json_get_int(data, "job", 0), 0);
		return;
	}
	if (ask(walker, ASK_APPLY, scene_args("{'run':'r1','step':'%s','index':%zu,'digest':'%s','confirm':'yes'}", id, index,
			action->plan_digest), &data))
		wait_for(walker, 0, json_get_int(data, "action", 0));
}

static void plan(Walker *walker, const IncidentStep *step, size_t index) {
	AUTO(Json) *data = NULL;
	if (ask(walker, ASK_PLAN, scene_args("{'run':'r1','step':'%s','index':%zu}", step->id, index), &data))
		wait_for(walker, json_get_int(data, "job", 0), 0);
}

static void sign(Walker *walker, const char *role, const char *person) {
	AUTO(Json) *data = NULL;
	if (!ask(walker, ASK_STATEMENT, scene_args("{'run':'r1','gate':'danger','role':'%s','person':'%s','decision':'yes'}", role, person),
			&data))
		return;
	const char *text = json_get_string(data, "text");
	AUTO_CLEAR(StrList) files = {0};
	AUTO(SignerList) *keys = NULL;
	AUTO_CLEAR(Buf) armoured = {0};
	Error err = {0};
	strlist_add(&files, scene_key(walker->scene, person));
	SignerSources sources = {.key_files = &files};
	assert_ok(signer_list(&sources, &keys, &err), &err);
	assert_ok(signer_sign(&keys->items[0], text, &armoured, &err), &err);
	Json *args = scene_args("{'run':'r1','gate':'danger','method':'key'}");
	json_add_string(args, "statement", text);
	json_add_string(args, "signature", buf_text(&armoured));
	(void) ask(walker, ASK_SIGN, args, NULL);
}

/* Both plans of step 3, then both signatures; true when the gate is open. */
static bool open_gate(Walker *walker, const Run *run, const IncidentStep *step) {
	const Gate *gate = run_find_gate(run, "danger");
	GateState state = gate_state(gate, wall_now());
	if (state == GATE_SIGNED)
		return true;
	for (size_t i = 0; i < step->action_count; i++) {
		if (!step->actions[i].plan || step->state == STEP_STOPPED || step->state == STEP_FAILED) {
			plan(walker, step, i);
			return false;
		}
	}
	bool product = gate_signoff(gate, "product") != NULL;
	sign(walker, product ? "engineering" : "product", product ? "bob" : "ann");
	return false;
}

static bool is_level(const ClientModel *model, void *userdata) {
	const Walker *walker = userdata;
	return model->caught_up && model->incident && model->incident->seq == walker->client->incident->seq;
}

static void catch_up(Walker *walker) {
	Error err = {0};
	assert_ok(client_wait(walker->watcher, is_level, walker, SCENE_WAIT_MS, &err), &err);
}

/* One request; false when the incident has ended. */
static bool go_on(Walker *walker) {
	const Incident *incident = client_model(walker->client)->incident;
	if (!incident)
		return walker->acked_seq == 0 && ask(walker, ASK_DECLARE, scene_args("{'title':'it broke'}"), NULL);
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (action->state == ACTION_RUNNING) {
			wait_for(walker, 0, action->number);
			return true;
		}
		if (action->state == ACTION_IN_DOUBT) {
			resolve(walker, action);
			return true;
		}
	}
	const Run *run = incident_current_run(incident);
	if (!run) {
		(void) ask(walker, ASK_START, scene_args("{'playbook':'book.md','procedure':'walk'}"), NULL);
		return true;
	}
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		size_t index;
		if (step->state == STEP_DONE)
			continue;
		if (step->state == STEP_STOPPED && (int64_t) incident->action_count > walker->settled) {
			walker->settled = (int64_t) incident->action_count;
			walker->stops++;
		}
		if (!step_next_action(step, &index)) {
			(void) ask(walker, ASK_TICK, scene_args("{'run':'r1','step':'%s','reason':'seen'}", step->id), NULL);
			return true;
		}
		if (text_eq(step->number, "3") && !open_gate(walker, run, step))
			return true;
		act(walker, step, index);
		return true;
	}
	/* Everything is done: the record as it is now is what both clients have. */
	scene_check_journal(walker->scene, walker->client);
	catch_up(walker);
	scene_check_journal(walker->scene, walker->watcher);
	(void) ask(walker, ASK_END, NULL, NULL);
	return true;
}

static bool has_ended(const Walker *walker) {
	AUTO_FREE char *incidents = bg_asprintf("%s/trial/incidents", walker->scene->state);
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(incidents, &names, NULL))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = bg_asprintf("%s/%s/journal.jsonl", incidents, names.items[i]);
		AUTO_CLEAR(Buf) text = {0};
		if (file_exists(path) && file_read(path, 64 << 20, &text, NULL) && str_find(buf_str(&text), "\"type\":\"incident.ended\"") >= 0)
			return true;
	}
	return false;
}

#define REQUESTS_MAX 200

static void walk_to_the_end(Walker *walker) {
	int requests = 0;
	while (!has_ended(walker)) {
		cr_assert(++requests < REQUESTS_MAX, "%s: the walk does not come to its end", walker->crash);
		if (!join(walker))
			continue;
		check_acknowledged(walker);
		(void) go_on(walker);
	}
	leave(walker);
	walker->watcher = client_close(walker->watcher);
	for (size_t i = 0; i < BG_LENGTH(COUNTERS); i++)
		cr_assert_eq(scene_lines(walker->scene, COUNTERS[i].file), 1, "%s: %s was counted %zu times", walker->crash, COUNTERS[i].file,
			scene_lines(walker->scene, COUNTERS[i].file));
	scene_check_journal(walker->scene, NULL);
}

static Scene crash_scene(void) {
	Scene scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	return scene;
}

typedef struct Outcome { size_t records, doubts, stops; int lives; } Outcome;

static Outcome walk_with(const char *crash) {
	AUTO_CLEAR(Scene) scene = crash_scene();
	Walker walker = {.scene = &scene, .crash = crash};
	walk_to_the_end(&walker);
	return (Outcome){scene_records(&scene), walker.doubts, walker.stops, walker.lives};
}

/* ---- the engine ---- */

/* By default every other one, under sanitizers, where each life takes several times as long, every tenth; where it begins is by chance, and told.
 * TEST_FAULTS=all tries them all. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 10u
#else
#define STRIDE 2u
#endif

static void kill_at_every(const char *point, size_t count, size_t *tried) {
	const char *wish = getenv("TEST_FAULTS");
	size_t stride = text_eq(wish, "all") ? 1 : STRIDE < count ? STRIDE : count;
	unsigned char noise = 0;
	random_bytes(&noise, 1);
	size_t first = 1 + noise % stride;
	tell("%s: from %zu, each %zu. of %zu", point, first, stride, count);
	for (size_t n = first; n <= count; n += stride) {
		AUTO_FREE char *crash = bg_asprintf("%s:%zu", point, n);
		Outcome outcome = walk_with(crash);
		/* After the very last write there is nothing left to come back for. */
		cr_assert(outcome.lives >= 2 || n == count, "%s: the engine was not stopped", crash);
		cr_assert_eq(outcome.doubts, 0, "%s: %zu actions were in doubt though no worker died", crash, outcome.doubts);
		(*tried)++;
	}
}

Test(crash, the_engine_may_die_before_every_write_of_a_walk) {
	Outcome clean = walk_with(NULL);
	cr_assert_eq(clean.lives, 1);
	size_t tried = 0;
	kill_at_every("before-append", clean.records, &tried);
	tell("the engine was stopped before %zu writes of a whole walk", tried);
}

Test(crash, the_engine_may_die_after_every_write_of_a_walk) {
	Outcome clean = walk_with(NULL);
	size_t tried = 0;
	kill_at_every("after-append", clean.records, &tried);
	tell("the engine was stopped after %zu writes of a whole walk", tried);
}

Test(crash, the_engine_may_die_around_every_start_of_a_worker) {
	size_t tried = 0, workers = 6;   /* three plans, three applies */
	kill_at_every("before-spawn", workers, &tried);
	kill_at_every("after-spawn", workers, &tried);
	tell("the engine was stopped around %zu starts of workers", tried);
}

/* ---- workers ---- */

/* Goes on until the plan of step 2 stands, then starts an engine whose workers die at `point`, and applies. */
static void walk_until_planned(Walker *walker) {
	for (;;) {
		cr_assert(join(walker));
		const IncidentStep *step = scene_step(walker->client, "2");
		if (step && step->state == STEP_PLANNED)
			break;
		(void) go_on(walker);
	}
	leave(walker);
	scene_end_engine(walker->scene, SIGKILL);
}

typedef struct WorkerCase {
	const char *point;
	ActionState state;       /* of the action when its worker is dead */
	size_t counted;          /* how often the command had run by then */
} WorkerCase;

static const WorkerCase WORKERS[] = {
	{"worker-start:1", ACTION_STOPPED, 0},
	{"worker-begun:1", ACTION_IN_DOUBT, 0},
	{"worker-applied:1", ACTION_IN_DOUBT, 1},
	{"worker-result:1", ACTION_DONE, 1},
};

Test(crash, a_worker_may_die_at_every_point) {
	for (size_t i = 0; i < BG_LENGTH(WORKERS); i++) {
		const WorkerCase *row = &WORKERS[i];
		AUTO_CLEAR(Scene) scene = crash_scene();
		Walker walker = {.scene = &scene, .crash = row->point};
		walker.crash = NULL;
		walk_until_planned(&walker);
		scene_start_engine(&scene, row->point);
		walker.crash = row->point;
		cr_assert(join(&walker));
		act(&walker, scene_step(walker.client, "2"), 0);
		scene_wait_action(walker.client, 1, row->state);
		cr_assert_eq(scene_lines(&scene, "one"), row->counted, "%s: counted %zu times", row->point, scene_lines(&scene, "one"));
		leave(&walker);
		scene_end_engine(&scene, SIGKILL);
		walk_to_the_end(&walker);
		cr_assert_eq(walker.doubts, row->state == ACTION_IN_DOUBT ? 1 : 0, "%s: %zu times in doubt", row->point, walker.doubts);
	}
	tell("a worker was stopped at each of its %zu points", BG_LENGTH(WORKERS));
}

/* The engine dies while its worker is about to die: the next one judges by what the log holds. */
Test(crash, worker_and_engine_may_die_together) {
	for (size_t i = 0; i < BG_LENGTH(WORKERS); i++) {
		const WorkerCase *row = &WORKERS[i];
		AUTO_CLEAR(Scene) scene = crash_scene();
		Walker walker = {.scene = &scene};
		walk_until_planned(&walker);
		/* The engine ends by itself at its next write but one: after action.started, before action.finished. Its workers inherit only
		 * their own point, so the two are set one after the other. */
		scene_start_engine(&scene, row->point);
		walker.crash = row->point;
		cr_assert(join(&walker));
		const IncidentStep *step = scene_step(walker.client, "2");
		Error err = {0};
		AUTO(Json) *data = NULL;
		int pid = scene_engine_pid(&scene);
		assert_ok(scene_ask(walker.client, ASK_APPLY, scene_args("{'run':'r1','step':'%s','index':0,'digest':'%s','confirm':'yes'}", step->id,
			step->actions[0].plan_digest), &data, &err), &err);
		(void) kill(pid, SIGKILL);
		scene_wait_gone(pid);
		leave(&walker);
		walk_to_the_end(&walker);
		cr_assert_eq(walker.doubts, row->state == ACTION_IN_DOUBT ? 1 : 0, "%s: %zu times in doubt", row->point, walker.doubts);
	}
}
