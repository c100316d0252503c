/* acts.c: what the engine does by itself: gates to be renewed, readings that changed, checkpoints to be kept elsewhere. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/engine/engine_state.h"
#include "core/engine/fill.h"
#include "core/engine/walk.h"
#include "core/health/health.h"

bool engine_request(Engine *engine, RequestKind kind, const Json *args, Error *err) {
	Request request = {kind, "engine", "engine", args};
	return incident_file_request(engine->file, &request, err);
}

/* A plan of the way back that nothing was started from yet: what it would do is signed anew. */
static bool goes_back(const Incident *incident, const IncidentStep *step) {
	for (size_t i = 0; i < step->action_count; i++) {
		const IncidentAction *last = incident_find_action(incident, step->actions[i].last_action);
		if (step->actions[i].plan_is_undo && (!last || last->started_seq < step->actions[i].plan_seq))
			return true;
	}
	return false;
}

static bool is_over(const Incident *incident, const Run *run, const Gate *gate) {
	for (size_t i = 0; i < gate->steps.count; i++) {
		const IncidentStep *step = run_find_step(run, gate->steps.items[i]);
		if (step && gate->live && goes_back(incident, step))
			return false;
		if (step && step->counted && step->state != STEP_DONE && step->state != STEP_SKIPPED)
			return false;
	}
	return true;
}

static void renew_gate(Engine *engine, const Walk *walk, const Gate *gate) {
	const PlaybookGate *written = playbook_find_gate(walk->playbook, gate->id);
	AUTO_CLEAR(WalkSubject) subject = {0};
	Error why = {0};
	if (!written || is_over(walk->incident, walk->run, gate) || gate_waits_for(walk->run, gate))
		return;
	bool ready = walk_subject(walk, written, &subject, &why);
	if (!ready && subject.missing.count)
		fill_for_gate(engine, walk, &subject.missing);
	if (!ready || text_eq(subject.digest, gate->subject))
		return;
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "run", walk->run->id);
	json_add_string(args, "gate", gate->id);
	json_add_string(args, "subject", subject.digest);
	Json *lines = json_add(args, "lines", json_new_array());
	for (size_t i = 0; i < subject.lines.count; i++)
		json_append_string(lines, subject.lines.items[i]);
	/* Refused or not writable: the gate stays as it was, closed; the next request tries again. */
	BG_IGNORE(engine_request(engine, REQUEST_ASK, args, &why));
}

void engine_renew_gates(Engine *engine) {
	if (!engine->file)
		return;
	const Incident *incident = incident_file_model(engine->file);
	for (size_t r = 0; r < incident->run_count; r++) {
		const Run *run = &incident->runs[r];
		const Playbook *playbook = NULL;
		Error why = {0};
		if (run->state != RUN_WALKING || !library_pinned(engine->library, incident_file_folder(engine->file), run->playbook_sha256,
				&playbook, &why))
			continue;
		const Procedure *procedure = playbook_find_procedure(playbook, run->procedure_id);
		for (size_t g = 0; procedure && g < run->gate_count; g++) {
			Walk walk = {engine->environment, incident, &incident->runs[r], playbook, procedure};
			renew_gate(engine, &walk, &incident->runs[r].gates[g]);
		}
	}
}

/* ---- readings ---- */

static Reading *find_reading(Engine *engine, const char *name) {
	for (size_t i = 0; i < engine->reading_count; i++)
		if (text_eq(engine->readings[i].name, name))
			return &engine->readings[i];
	return NULL;
}

static void record_change(Engine *engine, const Reading *reading, ReadingState to, const char *text, const char *reason) {
	ReadingState *recorded = &engine->recorded[reading - engine->readings];
	if (!engine->file || *recorded == to || *recorded == NOT_RECORDED) {
		*recorded = to;
		return;
	}
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "name", reading->name);
	json_add_string(args, "from", reading_state_name(*recorded));
	json_add_string(args, "to", reading_state_name(to));
	json_add_string(args, "text", text);
	json_add_string(args, "reason", reason);
	*recorded = to;
	/* A full disk loses this line of the timeline, nothing else: the board shows the reading itself. */
	BG_IGNORE(engine_request(engine, REQUEST_READING, args, NULL));
}

void engine_take_reading(Engine *engine, Reading *fresh) {
	Reading *known = find_reading(engine, fresh->name);
	if (!known)
		return;
	reading_update(known, fresh);
	record_change(engine, known, known->state, known->text, known->reason);
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "reading");
	json_add(frame, "reading", reading_to_json(known));
	publish(engine, frame);
}

void engine_expire_readings(Engine *engine) {
	WallTime now = wall_now();
	char span[SPAN_TEXT_SIZE];
	for (size_t i = 0; i < engine->reading_count; i++) {
		const Reading *reading = &engine->readings[i];
		if (!wall_known(reading->taken) || health_judge(reading, now) != READING_STALE || engine->recorded[i] == READING_STALE)
			continue;
		AUTO_FREE char *reason = bg_asprintf("not seen for %s: look whether the prober still runs", span_format(now.ms - reading->taken.ms, span));
		record_change(engine, reading, READING_STALE, reading->text, reason);
	}
}

void engine_forget_readings(Engine *engine) {
	for (size_t i = 0; i < engine->reading_count; i++)
		engine->recorded[i] = READING_UNKNOWN;
}

/* ---- checkpoints elsewhere ---- */

static bool has_places(const Environment *environment) {
	for (size_t i = 0; i < environment->probe_count; i++)
		if (str_starts(str_from(environment->probes[i].probe), "checkpoint."))
			return true;
	return false;
}

void engine_send_checkpoint(Engine *engine) {
	/* A record that is only held may still be lost: nobody outside is told that it was there. */
	int64_t seq = engine->file ? incident_file_stored_seq(engine->file) : 0;
	if (!engine->prober || !seq || !has_places(engine->environment))
		return;
	const char *incident = incident_file_model(engine->file)->id;
	AUTO_CLEAR(Buf) note = {0};
	checkpoint_write(incident, seq, incident_file_stored_head(engine->file), &note);
	prober_link_checkpoint(engine->prober, incident, seq, buf_text(&note));
}
