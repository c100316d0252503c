/* incidents.c: which incident the engine has open. */
#include <stdlib.h>

#include "core/engine/engine_state.h"

#ifndef BREAKGLASS_VERSION
#define BREAKGLASS_VERSION "0.1.0"
#endif

void engine_use_incident(Engine *engine, IncidentFile *file) {
	engine_abandon_jobs(engine);
	incident_file_close(engine->file);
	engine->file = file;
	if (file)
		incident_file_set_sink(file, publish_record, engine);
}

static int64_t count_running(const Incident *incident) {
	int64_t count = 0;
	for (size_t i = 0; i < incident->action_count; i++)
		count += incident->actions[i].state == ACTION_RUNNING;
	return count;
}

bool engine_open_incident(Engine *engine, Error *err) {
	char *folder = NULL;
	if (!incident_file_find_open(engine->paths.incidents, &folder, err))
		return false;
	if (!folder)
		return true;
	IncidentFile *file = NULL;
	bool ok = incident_file_open(folder, &file, err);
	free(folder);
	if (!ok)
		return false;
	/* A crash between the folder and its first record leaves an empty journal: nothing was declared. */
	if (incident_file_model(file)->phase != INCIDENT_OPEN) {
		incident_file_close(file);
		return true;
	}
	engine_use_incident(engine, file);
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "version", BREAKGLASS_VERSION);
	json_add_int(args, "lost", count_running(incident_file_model(file)));
	if (!engine_request(engine, REQUEST_ENGINE, args, err))
		return false;
	engine_recover_actions(engine);
	engine_renew_gates(engine);
	return true;
}
