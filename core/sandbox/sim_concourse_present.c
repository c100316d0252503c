/* sim_concourse_present.c: pipelines, jobs, builds and logs as Concourse's API shows them (atc/api/present, atc/event). Keys that the server
 * leaves out when they are empty are left out here too: a job that is not paused has no "paused". */
#include "core/base/alloc.h"
#include "core/sandbox/sim_concourse_parts.h"

static void add_seconds(Json *object, const char *key, WallTime time) {
	if (wall_known(time))
		json_add_int(object, key, time.ms / 1000);
}

Json *sim_present_pipeline(const SimPipeline *pipeline) {
	Json *json = json_new_object();
	json_add_int(json, "id", pipeline->id);
	json_add_string(json, "name", pipeline->name);
	json_add_bool(json, "paused", pipeline->paused);
	json_add_string(json, "paused_by", pipeline->paused_by);
	add_seconds(json, "paused_at", pipeline->paused_at);
	json_add_bool(json, "public", pipeline->public);
	json_add_bool(json, "archived", pipeline->archived);
	json_add_string(json, "team_name", pipeline->team);
	add_seconds(json, "last_updated", pipeline->last_updated);
	return json;
}

Json *sim_present_build(const SimPipeline *pipeline, const SimJob *job, const SimBuild *build) {
	AUTO_FREE char *name = bg_asprintf("%d", build->number);
	AUTO_FREE char *api_url = bg_asprintf("/api/v1/builds/%d", build->id);
	Json *json = json_new_object();
	json_add_int(json, "id", build->id);
	json_add_string(json, "team_name", pipeline->team);
	json_add_string(json, "name", name);
	json_add_string(json, "status", sim_build_status_name(build->status));
	json_add_string(json, "api_url", api_url);
	json_add_string(json, "job_name", job->name);
	json_add_int(json, "pipeline_id", pipeline->id);
	json_add_string(json, "pipeline_name", pipeline->name);
	add_seconds(json, "start_time", build->started);
	add_seconds(json, "end_time", build->ended);
	json_add_string(json, "created_by", build->created_by);
	return json;
}

static const SimBuild *next_build(const SimJob *job) {
	for (size_t i = 0; i < job->build_count; i++)
		if (sim_build_is_running(&job->builds[i]))
			return &job->builds[i];
	return NULL;
}

static const SimBuild *finished_build(const SimJob *job) {
	for (size_t i = job->build_count; i > 0; i--)
		if (!sim_build_is_running(&job->builds[i - 1]))
			return &job->builds[i - 1];
	return NULL;
}

static void add_inputs(Json *json, const SimPipeline *pipeline, const SimJob *job) {
	Json *inputs = json_add(json, "inputs", json_new_array());
	JSON_EACH(config, json_get(pipeline->config, "jobs")) {
		if (!text_eq(json_get_string(config, "name"), job->name))
			continue;
		JSON_EACH(step, json_get(config, "plan")) {
			const char *name = json_get_string(step, "get");
			if (!name)
				continue;
			Json *input = json_append(inputs, json_new_object());
			json_add_string(input, "name", name);
			json_add_string(input, "resource", json_get_string_or(step, "resource", name));
			json_add_bool(input, "trigger", json_get_bool(step, "trigger", false));
		}
	}
}

Json *sim_present_job(const SimPipeline *pipeline, const SimJob *job) {
	const SimBuild *next = next_build(job), *finished = finished_build(job);
	Json *json = json_new_object();
	json_add_int(json, "id", job->id);
	json_add_string(json, "name", job->name);
	json_add_string(json, "team_name", pipeline->team);
	json_add_int(json, "pipeline_id", pipeline->id);
	json_add_string(json, "pipeline_name", pipeline->name);
	if (job->paused)
		json_add_bool(json, "paused", true);
	if (job->disable_manual_trigger)
		json_add_bool(json, "disable_manual_trigger", true);
	json_add(json, "next_build", next ? sim_present_build(pipeline, job, next) : json_new_null());
	json_add(json, "finished_build", finished ? sim_present_build(pipeline, job, finished) : json_new_null());
	add_inputs(json, pipeline, job);
	return json;
}

static const char *blocking(bool yes) {
	return yes ? "blocking" : "not_blocking";
}

Json *sim_present_preparation(const SimPipeline *pipeline, const SimJob *job, const SimBuild *build) {
	bool waits = build->status == SIM_BUILD_PENDING;
	const SimBuild *next = next_build(job);
	Json *json = json_new_object();
	json_add_int(json, "build_id", build->id);
	json_add_string(json, "paused_pipeline", blocking(waits && pipeline->paused));
	json_add_string(json, "paused_job", blocking(waits && job->paused));
	json_add_string(json, "max_running_builds", blocking(waits && next && next->status == SIM_BUILD_STARTED));
	json_add(json, "inputs", json_new_object());
	json_add_string(json, "inputs_satisfied", "not_blocking");
	json_add(json, "missing_input_reasons", json_new_object());
	return json;
}

static void add_event(Buf *out, int *id, const char *name, const char *version, Json *data_taken) {
	AUTO(Json) *event = json_new_object();
	json_add(event, "data", data_taken);
	json_add_string(event, "event", name);
	json_add_string(event, "version", version);
	AUTO_FREE char *text = json_text(event);
	buf_printf(out, "id: %d\nevent: event\ndata: %s\n\n", (*id)++, text);
}

static Json *event_data(WallTime time) {
	Json *data = json_new_object();
	json_add_int(data, "time", time.ms / 1000);
	return data;
}

static void add_status(Buf *out, int *id, const char *status, WallTime time) {
	Json *data = event_data(time);
	json_add_string(data, "status", status);
	add_event(out, id, "status", "1.0", data);
}

static void add_log(Buf *out, int *id, WallTime time, const char *line) {
	AUTO_FREE char *payload = bg_asprintf("%s\n", line);
	Json *data = event_data(time);
	Json *origin = json_add(data, "origin", json_new_object());
	json_add_string(origin, "id", "task");
	json_add_string(origin, "source", "stdout");
	json_add_string(data, "payload", payload);
	add_event(out, id, "log", "5.1", data);
}

void sim_present_events(const SimPipeline *pipeline, const SimJob *job, const SimBuild *build, Buf *out) {
	int id = 0;
	if (!wall_known(build->started))
		return;
	add_status(out, &id, "started", build->started);
	AUTO_FREE char *begin = job->target_bucket
		? bg_asprintf("aws s3 sync --delete s3://%s s3://%s", job->source_bucket, job->target_bucket)
		: bg_asprintf("%s of %s", job->name, pipeline->name);
	add_log(out, &id, build->started, begin);
	if (!wall_known(build->ended))
		return;
	AUTO_FREE char *end = bg_asprintf("%zu objects changed", build->changed);
	add_log(out, &id, build->ended, end);
	Json *finish = event_data(build->ended);
	json_add_int(finish, "exit_status", build->status == SIM_BUILD_SUCCEEDED ? 0 : 1);
	add_event(out, &id, "finish-task", "4.0", finish);
	add_status(out, &id, sim_build_status_name(build->status), build->ended);
	buf_printf(out, "id: %d\nevent: end\ndata: \n\n", id);
}
