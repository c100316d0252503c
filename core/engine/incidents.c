/* incidents.c: which incident the engine has open, and what is owed to its record: an engine that could not write something writes it
 * as soon as it can. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/engine_state.h"
#include "core/engine/listener.h"
#include "core/engine/shelter.h"

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
	announcer_use(engine->announcer);
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

/* All of it is on disk. */
static void forget_shelter(Engine *engine) {
	if (engine->sheltered)
		(void) unlink(engine->sheltered);
	free(engine->sheltered);
	engine->sheltered = NULL;
}

void engine_settle(Engine *engine) {
	Error why = {0};
	take_lock_late(engine);
	bool owed = engine->file && incident_file_problem(engine->file);
	if (owed && incident_file_write_held(engine->file, &why)) {
		forget_shelter(engine);
		engine_send_checkpoint(engine);
		announcer_pump(engine->announcer);
		if (engine->lock_fd >= 0)
			listener_lock_sign(engine->lock_fd);
	}
	if (engine->file && (!engine->start_owed || record_start(engine, &why)))
		engine_recover_actions(engine);
	engine_show_trouble(engine);
}

/* ---- opening ---- */

/* Under another name, so that the next engine which has to keep something does not write over it. */
static void set_aside(const char *kept, const char *why) {
	AUTO_FREE char *aside = bg_asprintf("%s.unfit-%lld", kept, (long long) (wall_now().ms / 1000));
	bool moved = rename(kept, aside) == 0;
	fprintf(stderr, "breakglass engine: %s holds records that could not be written and do not belong here: %s\n", moved ? aside : kept, why);
}

static bool open_incident(Engine *engine, const char *folder, const Json *sheltered, char **kept, IncidentFile **ret_file, Error *err) {
	Error unfit = {0};
	char text[640];
	bool belongs = sheltered && text_eq(folder, shelter_folder(sheltered));
	if (!incident_file_open_sheltered(folder, belongs ? sheltered : NULL, ret_file, &unfit, err))
		return false;
	if (belongs && !error_is_set(&unfit))
		engine->sheltered = TAKE(*kept);
	else if (sheltered)
		set_aside(*kept, belongs ? error_format(&unfit, text, sizeof(text)) : shelter_folder(sheltered));
	return true;
}

bool engine_open_incident(Engine *engine, Error *err) {
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *kept = NULL;
	AUTO(Json) *sheltered = shelter_find(&engine->paths, &kept);
	/* What cannot be listed keeps nobody from the board and the playbooks; a folder that could not be made holds nothing. */
	if (file_is_folder(engine->paths.incidents))
		BG_IGNORE(incident_file_find_open(engine->paths.incidents, &folder, &engine->broken, &engine->broken));
	/* An incident of which nothing came to the disk. */
	if (!folder && sheltered)
		folder = bg_strdup(shelter_folder(sheltered));
	if (!folder) {
		engine_show_trouble(engine);
		return true;
	}
	IncidentFile *file = NULL;
	Error why = {0};
	if (!open_incident(engine, folder, sheltered, &kept, &file, &why)) {
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
