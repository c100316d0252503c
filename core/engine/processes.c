/* processes.c: see processes.h. What can be read of another process is read from the kernel; what only it can know, it told at its start. */
#include "core/engine/processes.h"

#include <unistd.h>

#include "core/engine/confine.h"

static void add_all(Json *item, const Json *facts) {
	JSON_EACH(fact, facts)
		json_add(item, json_key(fact), json_copy(fact));
}

static void add_process(Json *list, const char *role, const char *what, int pid, const Json *told) {
	Json *item = json_append(list, json_new_object());
	AUTO(Json) *seen = confine_look(pid);
	json_add_string(item, "role", role);
	json_add_int(item, "pid", pid);
	json_add_string(item, "what", what);
	add_all(item, seen);
	add_all(item, told);
}

Json *engine_processes(const Engine *engine) {
	Json *json = json_new_object();
	json_add_int(json, "landlock_abi", confine_landlock_abi());
	Json *list = json_add(json, "processes", json_new_array());
	AUTO_CLEAR(StrList) programs = {0};
	strlist_add(&programs, "the prober and the workers");
	AUTO(Json) *own = confine_tell(&programs);
	add_process(list, "engine", NULL, getpid(), own);
	int prober = engine->prober ? prober_link_pid(engine->prober) : 0;
	if (prober)
		add_process(list, "prober", NULL, prober, prober_link_told(engine->prober));
	for (const EngineJob *job = engine->jobs; job; job = job->next)
		add_process(list, "worker", job_spec(job->job)->label, job_pid(job->job), job_told(job->job));
	return json;
}
