/* trouble.c: what the engine's own disk does not take: said on every screen until it does, and asked for before the engine is stopped. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/engine_state.h"
#include "core/engine/services.h"

/* ---- saying ---- */

static bool read_incident(const Engine *engine, ClientHeld *held) {
	const Error *problem = incident_file_problem(engine->file);
	const JournalHeld *records = incident_file_held(engine->file);
	if (!problem)
		return false;
	held_from_error(held, records ? &records->why : problem, engine->paths.folder);
	held->since = records ? records->since : incident_file_problem_since(engine->file);
	held->records = records ? records->count : 0;
	held->first = records ? records->first_seq : 0;
	return true;
}

/* No incident is open: nothing was tried, but one can be looked for that would fail. */
static bool read_folder(Engine *engine, ClientHeld *held) {
	Error why = {0};
	if (file_make_folder(engine->paths.incidents, 0700, &why) && state_paths_can_write(&engine->paths, &why)) {
		engine->disk_failed = (WallTime){0};
		return false;
	}
	if (!wall_known(engine->disk_failed))
		engine->disk_failed = wall_now();
	held_from_error(held, &why, engine->paths.folder);
	held->since = engine->disk_failed;
	return true;
}

/* Something else wrote to the journal: nothing is held for that, and nothing but a restart helps. */
static bool is_closed(const Engine *engine, const ClientHeld *held) {
	const Error *problem = engine->file ? incident_file_problem(engine->file) : NULL;
	return problem && !held->records && !journal_is_disk_trouble(problem);
}

void engine_show_trouble(Engine *engine) {
	ClientHeld held = {0};
	AUTO_CLEAR(Buf) text = {0};
	bool troubled = engine->file ? read_incident(engine, &held) : read_folder(engine, &held);
	if (is_closed(engine, &held)) {
		const Error *problem = incident_file_problem(engine->file);
		buf_printf(&text, "NOTHING CAN BE RECORDED: %s. Requests are refused until it can: %s", problem->why, problem->hint);
		held = (ClientHeld){0};
	} else if (troubled) {
		held_words(&held, wall_now(), false, &text);
	} else if (error_is_set(&engine->broken)) {
		buf_printf(&text, "an incident cannot be opened: %s (%s); %s", engine->broken.why, engine->broken.where, engine->broken.hint);
	}
	publish_banner(engine, text.len ? buf_text(&text) : NULL, &held);
}

/* ---- what would be lost ---- */

static bool add_line(void *userdata, const Record *record, Str line, Error *err) {
	(void) record;
	(void) err;
	AUTO_FREE char *text = str_dup(line);
	json_append_string(userdata, text);
	return true;
}

bool trouble_held(Ask *ask, Error *err) {
	const IncidentFile *file = ask->engine->file;
	const JournalHeld *held = file ? incident_file_held(file) : NULL;
	ask->data = json_new_object();
	json_add(ask->data, "held", held_to_json(&ask->engine->held));
	json_add_string(ask->data, "incident", file ? incident_file_model(file)->id : NULL);
	json_add_string(ask->data, "folder", file ? incident_file_folder(file) : NULL);
	Json *lines = json_add(ask->data, "lines", json_new_array());
	return !held || incident_file_replay(file, held->first_seq, add_line, lines, err);
}

bool trouble_stop(Ask *ask, Error *err) {
	Engine *engine = ask->engine;
	engine_settle(engine);
	const JournalHeld *held = engine->file ? incident_file_held(engine->file) : NULL;
	if (held && !json_get_bool(ask->args, "force", false)) {
		error_set(err, ERROR_CONFLICT, "%lld %s in memory only and would be lost", (long long) held->count, held->count == 1 ? "record is" : "records are");
		error_where(err, "%s", engine->paths.folder);
		return error_hint(err, "%s; or take them along: breakglass engine held --json > FILE, then breakglass engine stop --force", engine->held.advice);
	}
	engine->discards = json_get_bool(ask->args, "force", false);
	engine->stopping = true;
	return true;
}
