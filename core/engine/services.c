/* services.c: what each ask does. One function each, one table; who asks comes from the connection, never from the ask. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/engine/asks.h"
#include "core/engine/badge.h"
#include "core/engine/engine_state.h"
#include "core/engine/errand.h"
#include "core/engine/looking.h"
#include "core/engine/seat.h"
#include "core/engine/services.h"
#include "core/engine/signing.h"
#include "core/engine/trust.h"
#include "core/engine/walk.h"
#include "core/engine/worker_log.h"
#include "core/playbook/value.h"

/* ---- finding what an ask speaks of ---- */

bool ask_need_incident(const Ask *ask, Error *err) {
	if (ask->engine->file)
		return true;
	error_set(err, ERROR_MISSING, "no incident is declared");
	return error_hint(err, "declare one first: breakglass declare TITLE");
}

bool ask_find_walk(const Ask *ask, Walk *ret_walk, const char **ret_step_id, Error *err) {
	if (!ask_need_incident(ask, err))
		return false;
	const Incident *incident = incident_file_model(ask->engine->file);
	const char *run_id = json_get_string(ask->args, "run");
	const Run *run = run_id ? incident_find_run(incident, run_id) : incident_current_run(incident);
	if (!run) {
		error_set(err, ERROR_MISSING, run_id ? "there is no run %s" : "no procedure is being walked%s", run_id ? run_id : "");
		return error_hint(err, "start one: breakglass start PROCEDURE");
	}
	const Playbook *playbook = NULL;
	if (!library_pinned(ask->engine->library, incident_file_folder(ask->engine->file), run->playbook_sha256, &playbook, err))
		return false;
	const Procedure *procedure = playbook_find_procedure(playbook, run->procedure_id);
	if (!procedure)
		return error_set(err, ERROR_BUG, "the run's playbook has no procedure %s", run->procedure_id);
	*ret_walk = (Walk){ask->engine->environment, incident, run, playbook, procedure};
	if (ret_step_id)
		*ret_step_id = json_get_string(ask->args, "step");
	return true;
}

bool ask_find_step(const Ask *ask, Walk *ret_walk, const IncidentStep **ret_state, const Step **ret_step, Error *err) {
	const char *id;
	if (!ask_find_walk(ask, ret_walk, &id, err))
		return false;
	*ret_state = id ? run_find_step(ret_walk->run, id) : NULL;
	*ret_step = *ret_state ? procedure_find_step(ret_walk->procedure, (*ret_state)->id) : NULL;
	if (*ret_step)
		return true;
	error_set(err, ERROR_MISSING, "there is no step %s in this run", id ? id : "(none given)");
	return error_hint(err, "steps are named by their number, as in 4.3");
}

/* ---- requests of the model ---- */

static bool pass_on(const Ask *ask, RequestKind kind, Error *err) {
	if (!ask_need_incident(ask, err))
		return false;
	Request request = {kind, ask->who, ask->how, ask->args};
	return incident_file_request(ask->engine->file, &request, err);
}

#define PASS(name, kind) \
	static bool name(Ask *ask, Error *err) { return pass_on(ask, kind, err); }
PASS(serve_handover, REQUEST_HANDOVER)
PASS(serve_fact, REQUEST_FACT)
PASS(serve_finish, REQUEST_FINISH)
PASS(serve_untick, REQUEST_UNTICK)
PASS(serve_skip, REQUEST_SKIP)
PASS(serve_reclassify, REQUEST_RECLASSIFY)
#undef PASS

/* A situation report is a note that is posted: where nothing is, whoever asks for it is to know that nobody will read it. */
static bool serve_note(Ask *ask, Error *err) {
	if (text_eq(json_get_string(ask->args, "as"), "sitrep") && !ask->engine->announcer) {
		error_set(err, ERROR_MISSING, "this environment names no place to post it");
		error_hint(err, "add announce: { system: NAME } with a slack system to the environment file, or paste it yourself");
		return false;
	}
	return pass_on(ask, REQUEST_NOTE, err);
}

static bool serve_resolve(Ask *ask, Error *err) {
	if (!pass_on(ask, REQUEST_RESOLVE, err))
		return false;
	engine_follow_up(ask->engine, json_get_int(ask->args, "action", 0));
	return true;
}

static bool serve_end(Ask *ask, Error *err) {
	if (!pass_on(ask, REQUEST_END, err))
		return false;
	engine_use_incident(ask->engine, NULL);
	publish_incident(ask->engine);
	return true;
}

static bool serve_declare(Ask *ask, Error *err) {
	Engine *engine = ask->engine;
	const char *title = json_get_string_or(ask->args, "title", "");
	if (engine->file) {
		error_set(err, ERROR_CONFLICT, "the incident %s is open", incident_file_model(engine->file)->id);
		return error_hint(err, "end it first, or go on with it");
	}
	AUTO_FREE char *id = incident_file_new_id(engine->paths.incidents, title, wall_now());
	AUTO(Json) *args = json_new_object();
	bool drill = json_get_bool(ask->args, "drill", false) || engine->environment->kind == ENVIRONMENT_DRILL;
	json_add_string(args, "incident", id);
	json_add_string(args, "title", title);
	json_add_string(args, "environment", engine->environment->name);
	json_add_bool(args, "drill", drill);
	json_add_int(args, "objective_ms", engine->environment->objective_ms);
	Json *zones = engine->environment->zones.count ? json_add(args, "zones", json_new_array()) : NULL;
	for (size_t i = 0; zones && i < engine->environment->zones.count; i++)
		json_append_string(zones, engine->environment->zones.items[i]);
	json_add_string(args, "commander", ask->who);
	Request request = {REQUEST_DECLARE, ask->who, ask->how, args};
	IncidentFile *file = NULL;
	if (!incident_file_declare(engine->paths.incidents, &request, wall_now(), &file, err))
		return false;
	engine_use_incident(engine, file);
	publish_incident(engine);
	ask->data = json_new_object();
	json_add_string(ask->data, "incident", id);
	return true;
}

static bool serve_start(Ask *ask, Error *err) {
	Engine *engine = ask->engine;
	const char *name = json_get_string_or(ask->args, "playbook", "");
	const char *procedure_id = json_get_string_or(ask->args, "procedure", "");
	if (!ask_need_incident(ask, err))
		return false;
	const Playbook *playbook = library_find(engine->library, name);
	if (!playbook) {
		error_set(err, ERROR_MISSING, "there is no readable playbook %s", name);
		return error_hint(err, "breakglass check says what is wrong with a file");
	}
	const Procedure *procedure = playbook_find_procedure(playbook, procedure_id);
	if (!procedure && !*procedure_id && playbook->procedure_count == 1)
		procedure = playbook->procedures[0];
	if (!procedure || playbook->no_run || playbook_has_errors(playbook)) {
		error_set(err, ERROR_INVALID, "%s", !procedure ? "the playbook has no such procedure"
			: playbook->no_run ? playbook->no_run : "the playbook has errors");
		error_where(err, "%s %s", playbook->path, procedure_id);
		return error_hint(err, "breakglass check %s", path_base(playbook->path));
	}
	if (!library_pin(engine->library, engine->file, playbook, err))
		return false;
	Walk walk = {engine->environment, incident_file_model(engine->file), NULL, playbook, procedure};
	AUTO(Json) *outline = walk_outline(&walk);
	Request request = {REQUEST_START, ask->who, ask->how, outline};
	if (!incident_file_request(engine->file, &request, err))
		return false;
	const Run *run = incident_current_run(incident_file_model(engine->file));
	ask->data = json_new_object();
	json_add_string(ask->data, "run", run ? run->id : NULL);
	return true;
}

/* ---- values and ticks: guards are judged here, in the engine ---- */

/* What the record keeps of a time beside the value. A console that has shown it already says itself what was typed. */
static bool note_time(const Variable *variable, Json *args, Error *err) {
	char zone[ZONE_NAME_SIZE], iso[WALL_TEXT_SIZE];
	WallTime time;
	const char *typed = json_get_string_or(args, "value", "");
	if (!value_read_time(str_from(typed), variable->zone, wall_now(), &time, zone, err))
		return false;
	if (!json_get_string(args, "typed")) {
		AUTO_FREE char *line = text_sanitised_line(typed);
		json_add_string(args, "typed", line);
		json_add_string(args, "zone", *zone ? zone : NULL);
	}
	time.ms -= time.ms % 1000;
	json_add_int(args, "utc", time.ms);
	json_add_string(args, "value", wall_format_iso(time, iso));
	return true;
}

static bool check_value(const Variable *variable, Json *args, Error *err) {
	AUTO_CLEAR(Buf) clean = {0};
	if (variable->type == VARIABLE_TIME && !note_time(variable, args, err))
		return false;
	if (!value_check(variable, str_from(json_get_string_or(args, "value", "")), wall_now(), &clean, err))
		return false;
	json_add_string(args, "value", buf_text(&clean));
	json_add_bool(args, "secret", variable->type == VARIABLE_SECRET);
	return true;
}

/* What a person agrees to before it is set: the same that will be in the record. */
static Json *told_time(const Json *args) {
	static const char *const KEYS[] = {"name", "value", "typed", "zone", "utc"};
	Json *data = json_new_object();
	for (size_t i = 0; json_get(args, "utc") && i < BG_LENGTH(KEYS); i++)
		if (json_get(args, KEYS[i]))
			json_add(data, KEYS[i], json_copy(json_get(args, KEYS[i])));
	return data;
}

static bool serve_set(Ask *ask, Error *err) {
	Walk walk;
	if (!ask_find_walk(ask, &walk, NULL, err))
		return false;
	const char *name = json_get_string_or(ask->args, "name", "");
	const Variable *variable = playbook_find_variable(walk.playbook, name);
	AUTO(Json) *args = json_copy(ask->args);
	json_remove(args, "utc");
	json_remove(args, "from");
	if (variable && !check_value(variable, args, err))
		return error_where(err, "%s", name);
	json_add_string(args, "run", walk.run->id);
	ask->data = told_time(args);
	Request request = {REQUEST_SET, ask->who, ask->how, args};
	return json_get_bool(args, "try", false) || incident_file_request(ask->engine->file, &request, err);
}

static bool serve_fill(Ask *ask, Error *err) {
	Walk walk;
	int64_t job = 0;
	if (!ask_find_walk(ask, &walk, NULL, err))
		return false;
	if (!engine_start_fill(ask->engine, ask->who, &walk, json_get_string_or(ask->args, "name", ""), &job, err))
		return false;
	ask->data = json_new_object();
	json_add_int(ask->data, "job", job);
	return true;
}

/* A hard guard refuses; a soft one wants a reason; said in the guard's own words. */
static bool guards_allow(const Json *failed, const char *reason, Error *err) {
	JSON_EACH(guard, failed) {
		bool soft = json_get_bool(guard, "soft", false);
		if (soft && reason && *reason)
			continue;
		error_set(err, ERROR_DENIED, "%s", json_get_string_or(guard, "text", "a guard of this step does not hold"));
		return error_hint(err, soft ? "to go on all the same, give a reason" : "mend that first");
	}
	return true;
}

static bool serve_tick(Ask *ask, Error *err) {
	Walk walk;
	const IncidentStep *state;
	const Step *step;
	if (!ask_find_step(ask, &walk, &state, &step, err))
		return false;
	AUTO(Json) *failed = walk_failed_guards(&walk, step, json_get_bool(ask->args, "confirmed", false));
	if (!guards_allow(failed, json_get_string(ask->args, "reason"), err))
		return error_where(err, "%s %s", state->number, state->title);
	return pass_on(ask, REQUEST_TICK, err);
}

/* ---- plans, applies, checks ---- */

static bool serve_plan(Ask *ask, Error *err) {
	Walk walk;
	const IncidentStep *state;
	const Step *step;
	if (!ask_find_step(ask, &walk, &state, &step, err))
		return false;
	int64_t job = 0;
	if (!json_get_bool(ask->args, "undo", false) && !walk_windows(&walk, step, wall_now(), err))
		return error_where(err, "%s %s", state->number, state->title);
	if (!engine_start_plan(ask->engine, ask->who, walk.run, state, (size_t) json_get_int(ask->args, "index", 0),
			json_get_bool(ask->args, "undo", false), &job, err))
		return error_where(err, "%s %s", state->number, state->title);
	ask->data = json_new_object();
	json_add_int(ask->data, "job", job);
	return true;
}

static bool serve_check(Ask *ask, Error *err) {
	Walk walk;
	const IncidentStep *state;
	const Step *step;
	if (!ask_find_step(ask, &walk, &state, &step, err))
		return false;
	int64_t job = 0;
	if (!engine_start_check(ask->engine, ask->who, walk.run, state, &job, err))
		return error_where(err, "%s %s", state->number, state->title);
	ask->data = json_new_object();
	json_add_int(ask->data, "job", job);
	return true;
}

/* The subjects of the gates that cover this step, as they are now: a gate that was signed over anything else is not open. */
static bool live_subjects(const Walk *walk, const IncidentStep *state, Json *subjects) {
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(walk->run, state, gates, RUN_GATES_MAX);
	for (size_t i = 0; i < count; i++) {
		const PlaybookGate *gate = playbook_find_gate(walk->playbook, gates[i]->id);
		AUTO_CLEAR(WalkSubject) subject = {0};
		Error why = {0};
		if (gate && walk_subject(walk, gate, &subject, &why))
			json_add_string(subjects, gates[i]->id, subject.digest);
	}
	return true;
}

static bool serve_apply(Ask *ask, Error *err) {
	Engine *engine = ask->engine;
	Walk walk;
	const IncidentStep *state;
	const Step *step;
	if (!ask_find_step(ask, &walk, &state, &step, err))
		return false;
	bool undo = json_get_bool(ask->args, "undo", false);
	if (!signing_still_hold(engine, &walk, state, err) || (!undo && !walk_windows(&walk, step, wall_now(), err)))
		return error_where(err, "%s %s", state->number, state->title);
	size_t index = (size_t) json_get_int(ask->args, "index", 0);
	AUTO(Json) *args = json_copy(ask->args);
	json_add_string(args, "run", walk.run->id);
	json_add_string(args, "step", state->id);
	live_subjects(&walk, state, json_add(args, "subjects", json_new_object()));
	Json *failed = undo ? json_new_array() : walk_failed_guards(&walk, step, json_get_bool(ask->args, "confirmed", false));
	if (!undo && index < state->action_count) {
		JSON_EACH(guard, json_get(json_get(state->actions[index].plan, "guards"), "failed"))
			json_append(failed, json_copy(guard));
	}
	json_add(args, "failed_guards", failed);
	/* Where it runs is what the kernel says of that connection's other end, not what the ask says. */
	Connection *seat = NULL;
	AUTO_CLOSE int seat_fd = -1;
	json_remove(args, "terminal");
	if (json_get(args, "seat") && (!seat_find(engine, ask->connection, json_get_int(args, "seat", 0), &seat, err) || !seat_hold(seat, &seat_fd, err)))
		return error_where(err, "%s %s", state->number, state->title);
	if (seat)
		json_add_string(args, "terminal", *seat->terminal ? seat->terminal : "of no name");
	Request request = {REQUEST_APPLY, ask->who, ask->how, args};
	if (!incident_file_request(engine->file, &request, err))
		return false;
	const Incident *incident = incident_file_model(engine->file);
	const IncidentAction *action = &incident->actions[incident->action_count - 1];
	ask->data = json_new_object();
	json_add_int(ask->data, "action", action->number);
	if (seat)
		connection_close(seat);   /* the other descriptor of it goes to the worker */
	engine_start_action(engine, action, action->terminal && seat_fd > 0 ? seat_fd : 0);
	return true;
}

static bool serve_cancel(Ask *ask, Error *err) {
	EngineJob *job = engine_find_job(ask->engine, json_get_int(ask->args, "job", -1));
	if (!job) {
		error_set(err, ERROR_MISSING, "nothing of that number is running");
		return error_hint(err, "it may have ended a moment ago: look at the step");
	}
	const IncidentAction *action = ask->engine->file ? incident_find_action(incident_file_model(ask->engine->file), job_spec(job->job)->action) : NULL;
	if (action && action->terminal) {
		error_set(err, ERROR_DENIED, "it runs in the terminal of %s: only who sits there can end it", action->who);
		error_where(err, "%s", action->terminal);
		return error_hint(err, "ask them; where that terminal is lost for good, kill the worker that breakglass engine status names: it is then in doubt");
	}
	job_cancel(job->job);
	return true;
}

/* ---- the table ---- */

static bool serve_command(Ask *ask, Error *err) { return errand_start(ask, err); }
static bool serve_signers(Ask *ask, Error *err) { return signing_signers(ask, err); }
static bool serve_gate(Ask *ask, Error *err) { return signing_gate(ask, err); }
static bool serve_statement(Ask *ask, Error *err) { return signing_statement(ask, err); }
static bool serve_sign(Ask *ask, Error *err) { return signing_sign(ask, err); }

static bool (*const SERVICES[ASK_COUNT])(Ask *, Error *) = {
	[ASK_DECLARE] = serve_declare, [ASK_END] = serve_end, [ASK_HANDOVER] = serve_handover, [ASK_NOTE] = serve_note,
	[ASK_FACT] = serve_fact, [ASK_START] = serve_start, [ASK_COMMAND] = serve_command, [ASK_FINISH] = serve_finish, [ASK_SET] = serve_set, [ASK_FILL] = serve_fill,
	[ASK_TICK] = serve_tick, [ASK_UNTICK] = serve_untick, [ASK_SKIP] = serve_skip, [ASK_RECLASSIFY] = serve_reclassify,
	[ASK_PLAN] = serve_plan, [ASK_APPLY] = serve_apply, [ASK_CHECK] = serve_check, [ASK_CANCEL] = serve_cancel,
	[ASK_RESOLVE] = serve_resolve, [ASK_SIGNERS] = serve_signers, [ASK_GATE] = serve_gate,
	[ASK_STATEMENT] = serve_statement, [ASK_SIGN] = serve_sign, [ASK_REFRESH] = looking_refresh, [ASK_TRUST] = trust_accept,
	[ASK_PLAYBOOK] = looking_playbook, [ASK_PREVIEW] = looking_preview, [ASK_TITLES] = looking_titles, [ASK_OUTPUT] = looking_output,
	[ASK_RELOAD] = looking_reload, [ASK_PROCESSES] = looking_processes, [ASK_STOP] = trouble_stop, [ASK_HELD] = trouble_held,
	[ASK_CHALLENGE] = badge_challenge, [ASK_BADGE] = badge_take, [ASK_UNBADGE] = badge_drop,
};

static bool serve(Ask *ask, const char *name, Connection *connection, Error *err) {
	AskName ask_id;
	if (!ask_parse(name, &ask_id)) {
		error_set(err, ERROR_INVALID, "the engine knows no request %s", name);
		return error_hint(err, "console and engine are of different versions: breakglass engine status");
	}
	if (connection->observer && ask_acts(ask_id)) {
		error_set(err, ERROR_DENIED, "you are here as an observer");
		return error_what(err, "%s", ask_name(ask_id));
	}
	if (ask_acts(ask_id) && badge_ran_out(ask->engine, connection, err))
		return error_what(err, "%s", ask_name(ask_id));
	bool ok = SERVICES[ask_id](ask, err);
	if (!ok)
		error_what(err, "%s", ask_name(ask_id));
	return ok;
}

void engine_serve(Engine *engine, Connection *connection, const Json *frame) {
	Error err = {0};
	Ask ask = {.engine = engine, .args = json_get(frame, "args"), .connection = connection, .who = connection->who, .how = connection->how};
	bool ok = serve(&ask, json_get_string_or(frame, "name", ""), connection, &err);
	AUTO(Json) *reply = json_new_object();
	json_add_string(reply, "t", "reply");
	json_add_int(reply, "id", json_get_int(frame, "id", 0));
	json_add_bool(reply, "ok", ok);
	if (ok && ask.data)
		json_add(reply, "data", TAKE(ask.data));
	if (!ok)
		json_add(reply, "error", error_to_json(&err));
	json_free(ask.data);
	engine_show_trouble(engine);   /* before the answer: whoever waits for that must know that it is only held */
	connection_send(connection, reply);
	engine_renew_gates(engine);
	if (engine->stopping)
		uv_stop(&engine->loop);
}
