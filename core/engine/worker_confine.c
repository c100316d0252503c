/* worker_confine.c: see worker_confine.h. */
#include "core/engine/worker_confine.h"

#include "core/engine/confine.h"
#include "core/engine/worker_log.h"
#include "core/providers/programs.h"

void worker_confine(const Environment *environment, const char *verb, const char *state_folder) {
	AUTO_CLEAR(StrList) programs = {0};
	AUTO_CLEAR(StrList) folders = {0};
	programs_of_environment(environment, &programs);
	if (verb)
		programs_of_verb(verb, &programs);
	if (verb && state_folder)
		strlist_add(&folders, state_folder);
	if (!programs.count)
		confine_narrow(&folders);
	AUTO(Json) *told = confine_tell(&programs);
	worker_log_json("confined", "told", told);
}
