/* incidents.c: which incident the engine has open, and what is owed to its record: an engine that could not write something writes it
 * as soon as it can. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/engine_state.h"
#include "core/engine/listener.h"

#ifndef BREAKGLASS_VERSION
#define BREAKGLASS_VERSION "0.1.0"
#endif

void engine_use_incident(Engine *engine, IncidentFile *file) {
	engine_abandon_jobs(engine);
	incident_file_close(engine->file);
	engine->file = file;
	engine->start_owed = false;
	if (file)
		incident_file_set_sink(file, publish_record, engine);
	engine_send_checkpoint(engine);
}

static int64_t count_running(const Incident *incident) {
	int64_t count = 0;
	for (size_t i = 0; i < incident->action_count; i++)
		count += incident->actions[i].state == ACTION_RUNNING;
	return count;
}

/* ---- what is owed ---- */

static bool record_start(Engine *engine, Error *err) {
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "version", BREAKGLASS_VERSION);
	json_add_int(args, "lost", count_running(incident_file_model(engine->file)));
	if (!engine_request(engine, REQUEST_ENGINE, args, err))
		return false;
	engine->start_owed = false;
	return true;
}

/* The folder takes a lock again: whoever of another login looks for an engine finds that there is one. */
static void take_lock_late(Engine *engine) {
	if (engine->lock_fd < 0 && file_make_folder(engine->paths.incidents, 0700, NULL))
		BG_IGNORE(listener_lock(&engine->paths, &engine->lock_fd, NULL));
}

void engine_settle(Engine *engine) {
	Error why = {0};
	take_lock_late(engine);
	bool owed = engine->file && incident_file_problem(engine->file);
	if (owed && incident_file_write_held(engine->file, &why)) {
		engine_send_checkpoint(engine);
		if (engine->lock_fd >= 0)
			listener_lock_sign(engine->lock_fd);
	}
	if (engine->file && (!engine->start_owed || record_start(engine, &why)))
		engine_recover_actions(engine);
	engine_show_trouble(engine);
}

/* ---- opening ---- */

bool engine_open_incident(Engine *engine, Error *err) {
	AUTO_FREE char *folder = NULL;
	/* What cannot be listed keeps nobody from the board and the playbooks; a folder that could not be made holds nothing. */
	if (file_is_folder(engine->paths.incidents))
		BG_IGNORE(incident_file_find_open(engine->paths.incidents, &folder, &engine->broken, &engine->broken));
	if (!folder) {
		engine_show_trouble(engine);
		return true;
	}
	IncidentFile *file = NULL;
	Error why = {0};
	if (!incident_file_open(folder, &file, &why)) {
		/* Somebody else writes to it: this engine must not run beside that. */
		if (why.kind == ERROR_CONFLICT) {
			*err = why;
			return false;
		}
		/* The board and the playbooks are needed all the same. */
		engine->broken = why;
		engine_show_trouble(engine);
		return true;
	}
	/* A crash between the folder and its first record leaves an empty journal: nothing was declared. */
	if (incident_file_model(file)->phase != INCIDENT_OPEN) {
		incident_file_close(file);
		return true;
	}
	engine_use_incident(engine, file);
	engine_forget_readings(engine);
	engine->start_owed = true;
	engine_settle(engine);
	engine_resume_checks(engine);
	engine_renew_gates(engine);
	return true;
}
