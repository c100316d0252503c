/* incidents.c: which incident the engine has open, and what is owed to its record: an engine that could not write something writes it
 * as soon as it can. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/engine_state.h"

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

/* That nothing could be recorded for a while belongs into the record. Writing it is also the way to know that it works again. */
static bool record_gap(Engine *engine, Error *err) {
	const Error *problem = incident_file_problem(engine->file);
	if (!problem)
		return true;
	AUTO_FREE char *text = bg_asprintf("the record could not be written for a while: %s", problem->why);
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "text", text);
	return engine_request(engine, REQUEST_NOTE, args, err);
}

void engine_show_trouble(Engine *engine) {
	const Error *problem = engine->file ? incident_file_problem(engine->file) : NULL;
	const Error *shown = problem ? problem : error_is_set(&engine->broken) ? &engine->broken : NULL;
	AUTO_FREE char *text = !shown ? NULL
		: problem ? bg_asprintf("NOTHING CAN BE RECORDED: %s. Requests are refused until it can: make room on the disk", shown->why)
		: bg_asprintf("an incident cannot be opened: %s (%s); %s", shown->why, shown->where, shown->hint);
	publish_banner(engine, text);
}

void engine_settle(Engine *engine) {
	Error why = {0};
	if (engine->file && (!engine->start_owed || record_start(engine, &why)) && record_gap(engine, &why))
		engine_recover_actions(engine);
	engine_show_trouble(engine);
}

/* ---- opening ---- */

/* What plans and looks wrote for an engine that was killed: nobody waits for it any more. A worker that still writes does no harm. */
static void remove_scratch_logs(const char *folder) {
	AUTO_FREE char *actions = path_join(folder, "actions");
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(actions, &names, NULL))
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(actions, names.items[i]);
		if (str_starts(str_from(names.items[i]), "look-"))
			(void) unlink(path);   /* a leftover is only a leftover */
	}
}

bool engine_open_incident(Engine *engine, Error *err) {
	AUTO_FREE char *folder = NULL;
	if (!incident_file_find_open(engine->paths.incidents, &folder, &engine->broken, err))
		return false;
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
	remove_scratch_logs(folder);
	engine->start_owed = true;
	engine_settle(engine);
	engine_resume_checks(engine);
	engine_renew_gates(engine);
	return true;
}
