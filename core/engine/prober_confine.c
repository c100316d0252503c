/* prober_confine.c: see prober_confine.h. */
#include "core/engine/prober_confine.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/engine/confine.h"
#include "core/providers/programs.h"

typedef struct Place { const EnvironmentProbe *probe; bool there; dev_t device; ino_t inode; } Place;

/* Filled before the first thread, only read afterwards. */
static Place *places;
static size_t place_count;

static Place look(const EnvironmentProbe *probe) {
	struct stat info;
	if (stat(json_get_string_or(probe->args, "folder", ""), &info) != 0)
		return (Place){.probe = probe};
	return (Place){probe, true, info.st_dev, info.st_ino};
}

static void remember_places(const Environment *environment, StrList *folders) {
	places = bg_calloc(environment->probe_count + 1, sizeof(*places));
	for (size_t i = 0; i < environment->probe_count; i++) {
		const EnvironmentProbe *probe = &environment->probes[i];
		if (!text_eq(probe->probe, "checkpoint.folder"))
			continue;
		places[place_count++] = look(probe);
		strlist_add(folders, json_get_string_or(probe->args, "folder", ""));
	}
}

Json *prober_confine(const Environment *environment) {
	AUTO_CLEAR(StrList) programs = {0};
	AUTO_CLEAR(StrList) folders = {0};
	programs_of_environment(environment, &programs);
	if (!programs.count) {
		remember_places(environment, &folders);
		confine_narrow(&folders);
	}
	Json *frame = json_new_object();
	json_add_string(frame, "t", "confined");
	json_add(frame, "told", confine_tell(&programs));
	return frame;
}

bool prober_place_moved(const EnvironmentProbe *probe) {
	for (size_t i = 0; i < place_count; i++) {
		if (places[i].probe != probe)
			continue;
		Place now = look(probe);
		/* Gone is no reason: that is what the probe itself says. */
		return now.there && (!places[i].there || now.device != places[i].device || now.inode != places[i].inode);
	}
	return false;
}
