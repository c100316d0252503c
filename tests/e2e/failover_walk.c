/* failover_walk.c: see failover_walk.h. */
#include "failover_walk.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/client_internal.h"
#include "core/engine/incident_file.h"
#include "core/engine/signer.h"

#define REQUESTS_MAX 2000
#define LAST_STEP "7"              /* step 8 is optional */
#define SERVER_WAIT_MS 5000

static const struct { const char *role, *person; } SIGNERS[] = {{"engineering", "eng-practice"}, {"product", "prod-practice"}};

/* ---- begin and end ---- */

void failover_lesson_clear(FailoverLesson *lesson) {
	strlist_clear(&lesson->changes);
	strlist_clear(&lesson->values);
}

FailoverWalk failover_begin(Faults *faults, FailoverLesson *lesson) {
	FailoverWalk walk = {.faults = faults, .lesson = lesson, .learning = !lesson->records, .where = "no fault"};
	Error err = {0};
	walk.scene = (Scene){.folder = temp_folder(), .name = "ocw-sandbox"};
	AUTO_FREE char *playbooks = source_path("playbooks");
	AUTO_FREE char *drill = path_join(walk.scene.folder.path, "drill");
	SandboxOptions options = {.folder = drill, .playbooks = playbooks, .build_ms = 500};
	assert_ok(sandbox_start(&options, &walk.sandbox, &err), &err);
	walk.scene.program = build_path("breakglass");
	walk.scene.environment = sandbox_environment(walk.sandbox);
	walk.scene.state = path_join(walk.scene.folder.path, "state");
	return walk;
}

void failover_clear(FailoverWalk *walk) {
	walk->client = client_close(walk->client);
	scene_end_engine(&walk->scene, SIGTERM);
	sandbox_stop(walk->sandbox);
	scene_clear(&walk->scene);
	*walk = (FailoverWalk){0};
}

/* ---- asking ---- */

static bool join(FailoverWalk *walk) {
	if (walk->client && client_model(walk->client)->caught_up)
		return true;
	walk->client = client_close(walk->client);
	ClientOptions options = {.environment_path = walk->scene.environment, .environment_name = walk->scene.name, .state = walk->scene.state,
		.self = walk->scene.program, .start_engine = true, .deadline_ms = SCENE_WAIT_MS};
	Error err = {0};
	bool ok = client_open(&options, &walk->client, &err);
	/* One that was killed while it started is started again with the next request. */
	cr_assert(ok || ++walk->refusals < REQUESTS_MAX, "%s: no engine: %s", walk->where, err.why);
	if (ok && client_model(walk->client)->engine_pid != walk->engine_pid) {
		walk->engine_pid = client_model(walk->client)->engine_pid;
		walk->engines++;
	}
	return ok;
}

/* True when it was accepted. False: the engine is gone, or it refused, and walk->refused says why. */
static bool ask(FailoverWalk *walk, AskName name, Json *args, Json **ret_data) {
	Error err = {0};
	if (scene_ask(walk->client, name, args, ret_data, &err)) {
		if (walk->client->incident) {
			walk->acked_seq = walk->client->incident->seq;
			memcpy(walk->acked_head, walk->client->head, sizeof(walk->acked_head));
		}
		return true;
	}
	walk->refused = err;
	walk->refusals += err.kind != ERROR_IO;
	return false;
}

typedef struct Until { int64_t job, action, pid; } Until;

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

static void wait_for(FailoverWalk *walk, int64_t job, int64_t action) {
	Until until = {job, action, client_model(walk->client)->engine_pid};
	Error err = {0};
	cr_assert(client_wait(walk->client, is_over, &until, SCENE_WAIT_MS, &err), "%s: job %lld, action %lld does not end: %s", walk->where,
		(long long) job, (long long) action, err.why);
}

/* ---- what was really done ---- */

static size_t count_changes(FailoverWalk *walk) {
	AUTO_CLEAR(StrList) changes = {0};
	sandbox_changes(walk->sandbox, &changes);
	return changes.count;
}

/* A request that left a worker may still be on its way when the worker is dead: who looks, looks after it has come. */
static void let_server_settle(FailoverWalk *walk) {
	uint32_t sent = walk->faults ? faults_state(walk->faults)->changes_sent : 0;
	for (int waited = 0; waited < SERVER_WAIT_MS && count_changes(walk) < sent; waited++)
		(void) poll(NULL, 0, 1);
}

static const char *learned_value(const FailoverLesson *lesson, const char *name) {
	for (size_t i = 0; i < lesson->values.count; i++)
		if (str_starts(str_from(lesson->values.items[i]), name) && lesson->values.items[i][strlen(name)] == '=')
			return lesson->values.items[i] + strlen(name) + 1;
	return NULL;
}

static void learn(FailoverWalk *walk) {
	const Run *run = incident_current_run(client_model(walk->client)->incident);
	sandbox_changes(walk->sandbox, &walk->lesson->changes);
	for (size_t i = 0; i < run->value_count; i++)
		strlist_add_take(&walk->lesson->values, bg_asprintf("%s=%s", run->values[i].name, run->values[i].value));
	for (size_t i = 0; i < run->step_count && i < FAILOVER_STEPS_MAX; i++) {
		size_t next = walk->lesson->changes.count;
		for (size_t later = i + 1; later < run->step_count && later < FAILOVER_STEPS_MAX; later++)
			if (walk->changes_before[later] && walk->changes_before[later] - 1 < next)
				next = walk->changes_before[later] - 1;
		if (walk->changes_before[i])
			walk->lesson->step_changes[i] = next - (walk->changes_before[i] - 1);
	}
}

/* Who comes to it later reads the same everywhere. */
static void read_of_doubt(FailoverWalk *walk, const char *folder, bool opens) {
	if (walk->faults)
		faults_disarm(walk->faults);
	scene_ok(&walk->scene, "timeline");
	cr_assert(scene_says(&walk->scene, "IN DOUBT"), "%s: the timeline says nothing of the doubt: %s", walk->where, walk->scene.said);
	scene_ok(&walk->scene, "report", folder);
	cr_assert(scene_says(&walk->scene, "IN DOUBT"), "%s: the report says nothing of the doubt: %s", walk->where, walk->scene.said);
	scene_ok(&walk->scene, "ledger");
	cr_assert(!opens || scene_says(&walk->scene, "OPEN?"), "%s: the ledger says nothing of the doubt: %s", walk->where, walk->scene.said);
}

/* A person looks at the other side and says what they saw. A value that nobody could take down is looked up there, too. */
static void resolve(FailoverWalk *walk, const IncidentAction *action) {
	let_server_settle(walk);
	const Run *run = &client_model(walk->client)->incident->runs[action->run];
	size_t step = (size_t) action->step, before = walk->changes_before[step] - 1;
	size_t wanted = walk->lesson->step_changes[step];
	bool ran = wanted && count_changes(walk) - before >= wanted;
	AUTO_FREE char *folder = scene_incident(&walk->scene);
	read_of_doubt(walk, folder, run->steps[step].opens.count > 0);
	AUTO_FREE char *name = bg_strdup_or_null(action->save);
	AUTO_FREE char *id = bg_strdup(run->id);
	walk->doubts++;
	if (!ask(walk, ASK_RESOLVE, scene_args("{'action':%lld,'as':'%s','reason':'looked at the sandbox'}", (long long) action->number,
			ran ? "ran" : "not-run"), NULL) || !ran || !name)
		return;
	(void) ask(walk, ASK_SET, scene_args("{'run':'%s','name':'%s','value':'%s'}", id, name, learned_value(walk->lesson, name)), NULL);
}

/* ---- what to do next, seen from the record alone ---- */

static void plan(FailoverWalk *walk, const char *step, size_t index) {
	AUTO(Json) *data = NULL;
	if (ask(walk, ASK_PLAN, scene_args("{'run':'r1','step':'%s','index':%zu}", step, index), &data))
		wait_for(walk, json_get_int(data, "job", 0), 0);
}

static void act(FailoverWalk *walk, const Run *run, const IncidentStep *step, size_t index) {
	AUTO_FREE char *id = bg_strdup(step->id);
	AUTO(Json) *data = NULL;
	const StepAction *action = &step->actions[index];
	size_t at = (size_t) run_step_index(run, step);
	if (!action->plan || (step->state != STEP_PLANNED && step->state != STEP_TODO)) {
		plan(walk, id, index);
		return;
	}
	if (!walk->changes_before[at])
		walk->changes_before[at] = count_changes(walk) + 1;
	const char *confirm = json_get_string(action->plan, "confirm_name");
	Json *args = scene_args("{'run':'r1','step':'%s','index':%zu,'digest':'%s'}", id, index, action->plan_digest);
	json_add_string(args, "confirm", action->risk == RISK_DESTRUCTIVE && confirm ? confirm : "yes");
	if (ask(walk, ASK_APPLY, args, &data))
		wait_for(walk, 0, json_get_int(data, "action", 0));
}

static void sign(FailoverWalk *walk, const char *gate, const char *role, const char *person) {
	AUTO(Json) *data = NULL;
	AUTO_FREE char *id = bg_strdup(gate);
	if (!ask(walk, ASK_STATEMENT, scene_args("{'run':'r1','gate':'%s','role':'%s','person':'%s','decision':'yes','reason':'agreed'}", gate, role,
			person), &data))
		return;
	const char *text = json_get_string(data, "text");
	AUTO_CLEAR(StrList) files = {0};
	AUTO(SignerList) *keys = NULL;
	AUTO_CLEAR(Buf) armoured = {0};
	Error err = {0};
	strlist_add_take(&files, bg_asprintf("%s/signers/%s", sandbox_folder(walk->sandbox), person));
	SignerSources sources = {.key_files = &files};
	assert_ok(signer_list(&sources, &keys, &err), &err);
	assert_ok(signer_sign(&keys->items[0], text, &armoured, &err), &err);
	Json *args = scene_args("{'run':'r1','gate':'%s','method':'key'}", id);
	json_add_string(args, "statement", text);
	json_add_string(args, "signature", buf_text(&armoured));
	(void) ask(walk, ASK_SIGN, args, NULL);
}

/* True when every gate over the step is open; else one more thing was done towards it. */
static bool gates_are_open(FailoverWalk *walk, const Run *run, const IncidentStep *step) {
	const Gate *gates[8];
	size_t count = run_step_gates(run, step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++) {
		if (gate_state(gates[i], wall_now()) == GATE_SIGNED)
			continue;
		bool stale = step->state == STEP_STOPPED || step->state == STEP_FAILED;
		if (gates[i]->live && step->action_count && (!step->actions[0].plan || stale)) {
			plan(walk, step->id, 0);
			return false;
		}
		for (size_t s = 0; s < BG_LENGTH(SIGNERS); s++) {
			if (!gate_signoff(gates[i], SIGNERS[s].role)) {
				sign(walk, gates[i]->id, SIGNERS[s].role, SIGNERS[s].person);
				return false;
			}
		}
	}
	return true;
}

static bool has_children(const Run *run, size_t index) {
	for (size_t i = index + 1; i < run->step_count; i++)
		if (run->steps[i].parent == (int) index)
			return true;
	return false;
}

static void look(FailoverWalk *walk, const IncidentStep *step) {
	AUTO(Json) *data = NULL;
	if (ask(walk, ASK_CHECK, scene_args("{'run':'r1','step':'%s'}", step->id), &data))
		wait_for(walk, json_get_int(data, "job", 0), 0);
}

static void tick(FailoverWalk *walk, const IncidentStep *step) {
	(void) ask(walk, ASK_TICK, scene_args("{'run':'r1','step':'%s','reason':'seen'}", step->id), NULL);
}

static void do_step(FailoverWalk *walk, const Run *run, const IncidentStep *step) {
	size_t index;
	if (!gates_are_open(walk, run, step))
		return;
	if (step_next_action(step, &index))
		act(walk, run, step, index);
	else if (step->check_count && !step_checks_true(step))
		look(walk, step);
	else
		tick(walk, step);
}

static bool is_unsettled(FailoverWalk *walk, const Incident *incident) {
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (action->state == ACTION_RUNNING)
			wait_for(walk, 0, action->number);
		else if (action->state == ACTION_IN_DOUBT)
			resolve(walk, action);
		else
			continue;
		return true;
	}
	return false;
}

static bool set_value(FailoverWalk *walk, const Run *run, const char *name, const char *value) {
	if (run_value(run, name))
		return false;
	(void) ask(walk, ASK_SET, scene_args("{'run':'%s','name':'%s','value':'%s'}", run->id, name, value), NULL);
	return true;
}

static bool has_ended(const FailoverWalk *walk) {
	AUTO_FREE char *incidents = bg_asprintf("%s/%s/incidents", walk->scene.state, walk->scene.name);
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

bool failover_go_on(FailoverWalk *walk) {
	cr_assert(++walk->requests < REQUESTS_MAX, "%s: the failover does not come to its end; refused: %s: %s", walk->where, walk->refused.what,
		walk->refused.why);
	if (!join(walk))
		return true;
	const Incident *incident = client_model(walk->client)->incident;
	if (!incident) {
		if (has_ended(walk))
			return false;
		(void) ask(walk, ASK_DECLARE, scene_args("{'title':'mass publish'}"), NULL);
		return true;
	}
	if (is_unsettled(walk, incident))
		return true;
	const Run *run = incident_current_run(incident);
	if (!run) {
		(void) ask(walk, ASK_START, scene_args("{'playbook':'ocw-failover','procedure':'ocw-failover'}"), NULL);
		return true;
	}
	if (set_value(walk, run, "published", "-4h") || set_value(walk, run, "damaged", "14"))
		return true;
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		if (step->state != STEP_DONE && step->state != STEP_SKIPPED && step->counted && !has_children(run, i) && !step->optional) {
			do_step(walk, run, step);
			return true;
		}
	}
	if (walk->learning)
		learn(walk);
	failover_check(walk);
	(void) ask(walk, ASK_END, scene_args("{'reason':'practised'}"), NULL);
	return true;
}

/* ---- what must hold ---- */

static void check_acknowledged(FailoverWalk *walk, const char *folder) {
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE char *text = read_text(path);
	Str rest = str_from(text), line;
	bool found = !walk->acked_seq;
	while (!found && str_next_line(&rest, &line)) {
		AUTO_CLEAR(Record) record = {0};
		Error err = {0};
		assert_ok(record_parse(line, &record, &err), &err);
		if (record.seq == walk->acked_seq) {
			assert_text(walk->where, record.hash, walk->acked_head);
			found = true;
		}
	}
	cr_assert(found, "%s: record %lld was acknowledged and is lost", walk->where, (long long) walk->acked_seq);
}

static bool fold(void *userdata, const Record *record, Str line, Error *err) {
	(void) line;
	(void) err;
	Event event = record_event(record);
	incident_apply(userdata, &event);
	return true;
}

typedef struct UpTo { Incident *incident; int64_t seq; } UpTo;

static bool fold_up_to(void *userdata, const Record *record, Str line, Error *err) {
	UpTo *up_to = userdata;
	return record->seq > up_to->seq || fold(up_to->incident, record, line, err);
}

/* What a console has folded is what stands in the journal, as far as it has come. */
static void check_client(FailoverWalk *walk, const char *folder) {
	const Incident *theirs = client_model(walk->client)->incident;
	AUTO(Incident) *again = incident_new();
	UpTo up_to = {again, theirs->seq};
	Error err = {0};
	assert_ok(journal_read(folder, 1, fold_up_to, &up_to, &err), &err);
	AUTO(Json) *mine = incident_to_json(again);
	AUTO(Json) *shown = incident_to_json(theirs);
	AUTO_FREE char *mine_text = json_text(mine);
	AUTO_FREE char *shown_text = json_text(shown);
	assert_text(walk->where, shown_text, mine_text);
}

void failover_check_client(FailoverWalk *walk) {
	for (int tries = 0; !join(walk); tries++)
		cr_assert(tries < 20, "%s: no engine comes up", walk->where);
}

void failover_check(FailoverWalk *walk) {
	failover_check_client(walk);
	if (!client_model(walk->client)->incident)
		return;
	AUTO_FREE char *folder = scene_incident(&walk->scene);
	AUTO_CLEAR(JournalReport) report = {0};
	Error err = {0};
	check_acknowledged(walk, folder);
	check_client(walk, folder);
	assert_ok(journal_verify(folder, NULL, &report, &err), &err);
	cr_assert(report.problems.count == 0, "%s: %s", walk->where, report.problems.count ? report.problems.items[0] : "");
}

static void check_changes(FailoverWalk *walk) {
	AUTO_CLEAR(StrList) changes = {0};
	sandbox_changes(walk->sandbox, &changes);
	AUTO_FREE char *done = strlist_join(&changes, "\n");
	AUTO_FREE char *wanted = strlist_join(&walk->lesson->changes, "\n");
	assert_text(walk->where, done, wanted);
}

/* Plans and looks that were cut off leave nothing behind. */
static void check_leftovers(FailoverWalk *walk, const char *folder) {
	AUTO_FREE char *actions = path_join(folder, "actions");
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(actions, &names, &err), &err);
	for (size_t i = 0; i < names.count; i++)
		cr_assert(!strstr(names.items[i], ".tmp"), "%s: actions/%s is left over", walk->where, names.items[i]);
}

void failover_check_end(FailoverWalk *walk) {
	AUTO_FREE char *folder = scene_incident(&walk->scene);
	Error err = {0};
	check_acknowledged(walk, folder);
	scene_check_journal(&walk->scene, NULL);
	AUTO(Incident) *incident = incident_new();
	assert_ok(journal_read(folder, 1, fold, incident, &err), &err);
	cr_assert(incident->phase == INCIDENT_ENDED && !incident->running_count && !incident->doubt_count, "%s: something is without an end",
		walk->where);
	cr_assert(sandbox_damaged_courses(walk->sandbox) == 0, "%s: the site is not healed", walk->where);
	check_changes(walk);
	check_leftovers(walk, folder);
	if (walk->learning)
		walk->lesson->records = (size_t) incident->seq;
}
