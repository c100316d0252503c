/* fill.c: see fill.h. What is asked stands in walk_looks.c, pure; here are the worker and the record. */
#include "core/engine/fill.h"

#include "core/base/alloc.h"
#include "core/playbook/value.h"

static bool start_look(Engine *engine, EngineJob *old, JobSpec spec, Json *looks, int64_t *ret_job, Error *err) {
	const char *from = json_get_string_or(json_at(looks, 0), "from", "a probe");
	AUTO_FREE char *label = bg_asprintf("ask %s%s", from, json_count(looks) > 1 ? " and others" : "");
	Json *request = engine_job_request(engine, "look");
	json_add(request, "looks", looks);
	spec.kind = JOB_LOOK;
	spec.label = label;
	return engine_job_start(engine, old, &spec, request, 0, ret_job, err);
}

bool fill_before(Engine *engine, EngineJob *old, const Walk *walk, const Step *step, const JobSpec *then, int64_t *ret_job, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	walk_needs(walk, step, &names);
	Json *looks = walk_looks(walk, &names);
	if (!json_count(looks)) {
		json_free(looks);
		return false;
	}
	JobSpec spec = *then;
	spec.goes_on = true;
	spec.then = then->kind;
	return start_look(engine, old, spec, looks, ret_job, err);
}

bool engine_start_fill(Engine *engine, const char *who, const struct Walk *walk, const char *name, int64_t *ret_job, Error *err) {
	Json *looks = NULL;
	if (!walk_look_again(walk, name, &looks, err))
		return error_where(err, "%s", name);
	return start_look(engine, NULL, (JobSpec){.run = walk->run->id, .step = "", .who = who}, looks, ret_job, err);
}

static bool is_looking(const Engine *engine, const char *run) {
	for (const EngineJob *job = engine->jobs; job; job = job->next)
		if (job_kind(job->job) == JOB_LOOK && text_eq(job_spec(job->job)->run, run))
			return true;
	return false;
}

void fill_for_gate(Engine *engine, const Walk *walk, const StrList *names) {
	if (is_looking(engine, walk->run->id))
		return;
	AUTO(Json) *looks = walk_looks(walk, names);
	Json *fresh = json_new_array();
	JSON_EACH(look, looks) {
		AUTO_FREE char *key = bg_asprintf("%s %s %s", walk->incident->id, walk->run->id, json_get_string_or(look, "name", ""));
		if (strlist_has(&engine->asked_for_gates, key))
			continue;
		strlist_add(&engine->asked_for_gates, key);
		json_append(fresh, json_copy(look));
	}
	/* What cannot be started now is asked for by a person, whom the gate tells what is missing. */
	if (json_count(fresh))
		BG_IGNORE(start_look(engine, NULL, (JobSpec){.run = walk->run->id, .step = "", .who = "engine"}, fresh, NULL, NULL));
	else
		json_free(fresh);
}

/* ---- what it found ---- */

static bool refuse(const char *name, const char *why, Error *err) {
	error_set(err, ERROR_REMOTE, "%s is not known: %s", name, why);
	return error_hint(err, "type it: e, or breakglass set %s VALUE; or ask again", name);
}

static bool record_value(EngineJob *job, const Playbook *playbook, const Json *item, Error *err) {
	const JobSpec *spec = job_spec(job->job);
	const char *name = json_get_string_or(item, "name", ""), *value = json_get_string(item, "value");
	const char *from = json_get_string_or(item, "from", "its probe");
	const Variable *variable = playbook_find_variable(playbook, name);
	AUTO_CLEAR(Buf) clean = {0};
	Error why = {0};
	if (!value || !variable)
		return refuse(name, json_get_string_or(item, "why", "no answer"), err);
	if (!value_check(variable, str_from(value), wall_now(), &clean, &why)) {
		AUTO_FREE char *said = bg_asprintf("%s tells \"%.60s\": %s", from, variable->type == VARIABLE_SECRET ? "..." : value, why.why);
		return refuse(name, said, err);
	}
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "run", spec->run);
	json_add_string(args, "name", name);
	json_add_string(args, "value", buf_text(&clean));
	json_add_string(args, "from", from);
	json_add_int(args, "seen", json_get_int(item, "seen", 0));
	json_add_bool(args, "secret", variable->type == VARIABLE_SECRET);
	Request request = {REQUEST_SET, spec->who, text_eq(spec->who, "engine") ? "engine" : "uid", args};
	if (incident_file_request(job->engine->file, &request, &why))
		return true;
	/* Somebody was quicker: their value counts, and what needs it goes on with that. */
	if (why.kind == ERROR_CONFLICT && spec->goes_on)
		return true;
	if (err)
		*err = why;
	return false;
}

bool fill_record(EngineJob *job, const Json *result, Error *err) {
	Engine *engine = job->engine;
	const Run *run = incident_find_run(incident_file_model(engine->file), job_spec(job->job)->run);
	const Playbook *playbook = NULL;
	bool whole = true;
	if (!result) {
		error_set(err, ERROR_IO, "the worker ended without an answer");
		return error_hint(err, "ask again");
	}
	if (!run || !library_pinned(engine->library, incident_file_folder(engine->file), run->playbook_sha256, &playbook, err))
		return false;
	JSON_EACH(item, json_get(result, "values")) {
		Error why = {0};
		if (record_value(job, playbook, item, &why))
			continue;
		if (whole && err)
			*err = why;
		whole = false;
	}
	if (whole && job_is_cancelled(job->job)) {
		error_set(err, ERROR_CANCELLED, "stopped before all values were asked for");
		return error_hint(err, "ask again, or type them: e");
	}
	return whole;
}
