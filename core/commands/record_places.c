/* record_places.c: see record_places.h. */
#include "core/commands/record_places.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/checkpoint/checkpoint.h"

#define PLACE_DEADLINE_MS 20000

static bool fetch(const Environment *environment, const EnvironmentProbe *place, const char *incident, const char *folder, StrList *places,
	Error *err) {
	bool there = false;
	AUTO_CLEAR(Buf) note = {0};
	Call call = {.environment = environment, .system = environment_find_system(environment, place->system), .args = place->args,
		.deadline = {mono_now().ms + (place->deadline_ms ? place->deadline_ms : PLACE_DEADLINE_MS)}};
	if (!checkpoint_newest(&call, place->probe, incident, &note, &there, err))
		return false;
	if (!there) {
		error_set(err, ERROR_MISSING, "it holds no checkpoint of this incident");
		return error_where(err, "%s", place->name);
	}
	/* Places are numbered: a name may hold what no file's name can. */
	AUTO_FREE char *kept = bg_asprintf("%s/place-%zu", folder, places->count + 1);
	AUTO_FREE char *file = path_join(kept, "latest.txt");
	if (!file_make_folder(kept, 0700, err) || !file_write_atomic(file, note.data, note.len, 0600, err))
		return false;
	strlist_add(places, kept);
	return true;
}

void record_places_fetch(const Environment *environment, const char *incident, const char *folder, StrList *places, StrList *problems) {
	for (size_t i = 0; i < environment->probe_count; i++) {
		const EnvironmentProbe *place = &environment->probes[i];
		Error err = {0};
		if (str_starts(str_from(place->probe), "checkpoint.") && !fetch(environment, place, incident, folder, places, &err))
			strlist_add_take(problems, bg_asprintf("%s: %s", place->name, err.why));
	}
}
