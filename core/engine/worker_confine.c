/* worker_confine.c: see worker_confine.h. */
#include "core/engine/worker_confine.h"

#include "core/base/file.h"
#include "core/engine/confine.h"
#include "core/engine/worker_log.h"
#include "core/providers/programs.h"

/* A folder that is not there yet cannot be allowed: it is made first. */
static void add_folders(const Call *call, const char *verb, StrList *folders) {
	AUTO_CLEAR(StrList) own = {0};
	if (call->state_folder)
		strlist_add(folders, call->state_folder);
	provider_write_folders(call, verb, &own);
	for (size_t i = 0; i < own.count; i++)
		if (file_make_folder(own.items[i], 0700, NULL))   /* else writing there says why not */
			strlist_add(folders, own.items[i]);
}

void worker_confine(const Call *call, const char *verb) {
	AUTO_CLEAR(StrList) programs = {0};
	AUTO_CLEAR(StrList) folders = {0};
	programs_of_environment(call->environment, &programs);
	if (verb)
		programs_of_verb(verb, &programs);
	if (verb && !programs.count)
		add_folders(call, verb, &folders);
	if (!programs.count)
		confine_narrow(&folders);
	AUTO(Json) *told = confine_tell(&programs);
	worker_log_json("confined", "told", told);
}
