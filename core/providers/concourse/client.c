/* client.c: a Concourse to talk to, and the reads that probes and actions share. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/flyrc.h"
#include "core/environment/secrets.h"
#include "core/providers/concourse/concourse.h"
#include "core/transport/process.h"
#include "core/transport/url.h"

/* Texts in errors are plain, but for what is wrong with a configuration: {"errors":["..."]}. */
static void explain(const HttpResponse *response, Buf *said) {
	AUTO(Json) *json = NULL;
	Str body = str_trim(buf_str(&response->body)), line;
	if (str_starts(body, "{") && json_parse(body, &json, NULL)) {
		const char *first = json_string(json_at(json_get(json, "errors"), 0));
		buf_puts(said, first ? first : json_get_string_or(json, "error_description", ""));
	} else if (!str_starts(body, "<") && str_next_line(&body, &line)) {
		buf_put_str(said, line);
	}
}

static bool open_with_target(const Call *call, const FlyTarget *target, Concourse *concourse, Error *err) {
	const char *url = system_setting(call->system, "url"), *team = system_setting(call->system, "team");
	if (!url && !target) {
		error_set(err, ERROR_MISSING, "the system %s has no url", call->system->name);
		error_hint(err, "write url: https://ci.example.org, or token: { flyrc: TARGET }");
		return environment_error_at(call->environment, call->system->place, err);
	}
	concourse->team = bg_strdup(team ? team : target ? target->team : "main");
	HttpClientOptions options = {0};
	UrlParts own, theirs;
	/* What the fly target says about certificates is about the target's own address. */
	if (target && (!url || (url_parse(url, &own, NULL) && url_parse(target->api, &theirs, NULL) && url_same_origin(&own, &theirs))))
		options = (HttpClientOptions){.insecure = target->insecure, .ca_cert = target->ca_cert};
	return api_open(&concourse->api, call, "Concourse", url ? url : target->api, &options, err);
}

bool concourse_open(const Call *call, Concourse *ret, Error *err) {
	AUTO_CLEAR(Concourse) concourse = {0};
	AUTO_CLEAR(FlyTarget) target = {0};
	const SecretSource *source = system_find_secret(call->system, "token");
	bool fly = source && source->kind == SECRET_SOURCE_FLYRC;
	if (fly && !fly_target_load(source->text, &target, err))
		return false;
	MonoTime until = call->deadline;
	concourse.api.explain = explain;
	if (!open_with_target(call, fly ? &target : NULL, &concourse, err))
		return false;
	concourse.api.secret_header = "Authorization";
	if (fly)
		concourse.api.secret = TAKE(target.token);
	else if (!secret_resolve_of_system(call->environment, call->system, "token", process_capture, &until, &concourse.api.secret, err))
		return false;
	concourse.api.secret_place = fly ? bg_asprintf("fly -t %s login", source->text) : secret_source_describe(source);
	*ret = concourse;
	concourse = (Concourse){0};
	return true;
}

void concourse_clear(Concourse *concourse) {
	api_clear(&concourse->api);
	free(concourse->team);
	*concourse = (Concourse){0};
}

char *concourse_path(const Concourse *concourse, const char *pipeline, const char *rest) {
	AUTO_FREE char *path = api_path("/api/v1/teams/%s/pipelines/%s", concourse->team, pipeline);
	return bg_asprintf("%s%s", path, rest);
}

/* An unknown pipeline is 404 with an empty body, whatever the token. So is the page of whatever else stands at a wrong address: only
 * the header that every answer of Concourse carries tells them apart (atc/wrappa/versioned_handler.go). */
static bool is_its_own_404(const Concourse *concourse, const char *path, const HttpResponse *response, Error *err) {
	if (http_header(response, "X-Concourse-Version").len)
		return true;
	return api_strange(&concourse->api, path, err, "does not answer there: something else does, which is not a Concourse (status 404)");
}

bool concourse_find(Concourse *concourse, const char *path, Json **ret_json, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	*ret_json = NULL;
	if (!api_send(&concourse->api, "GET", path, NULL, &response, err))
		return false;
	if (response.status == 404)
		return is_its_own_404(concourse, path, &response, err);
	if (response.status != 200)
		return api_refused(&concourse->api, "GET", path, &response, err);
	if (!api_json(&concourse->api, path, &response, &json, err))
		return false;
	if (!json_is_object(json) && !json_is_array(json))
		return api_strange(&concourse->api, path, err, "answers with JSON of an unknown shape");
	*ret_json = TAKE(json);
	return true;
}

bool concourse_config(Concourse *concourse, const char *pipeline, Json **ret_config, int64_t *ret_version, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	AUTO_FREE char *path = concourse_path(concourse, pipeline, "/config");
	*ret_config = NULL;
	*ret_version = 0;
	if (!api_send(&concourse->api, "GET", path, NULL, &response, err))
		return false;
	if (response.status == 404)
		return is_its_own_404(concourse, path, &response, err);
	if (response.status != 200)
		return api_refused(&concourse->api, "GET", path, &response, err);
	if (!api_json(&concourse->api, path, &response, &json, err))
		return false;
	const Json *config = json_get(json, "config");
	if (!json_is_object(config) || !str_parse_int(http_header(&response, "X-Concourse-Config-Version"), ret_version))
		return api_strange(&concourse->api, path, err, "gives a configuration without its content or version");
	*ret_config = json_copy(config);
	return true;
}

bool concourse_running(Concourse *concourse, const char *pipeline, StrList *ret_names, Error *err) {
	AUTO(Json) *jobs = NULL;
	AUTO_FREE char *path = concourse_path(concourse, pipeline, "/jobs");
	if (!concourse_find(concourse, path, &jobs, err))
		return false;
	JSON_EACH(job, jobs) {
		const Json *build = json_get(job, "next_build");
		if (text_eq(json_get_string(build, "status"), "started"))
			strlist_add_take(ret_names, bg_asprintf("%s #%s", json_get_string_or(job, "name", "?"),
				json_get_string_or(build, "name", "?")));
	}
	return true;
}

static const Json *find_named(const Json *array, const char *key, const char *name) {
	JSON_EACH(item, array)
		if (text_eq(json_get_string(item, key), name))
			return item;
	return NULL;
}

/* The interval of the `time` resource that this step waits for; 0 when it waits for none. False when it cannot be told. */
static bool interval_of_step(const Json *config, const Json *step, int64_t *ret_ms) {
	const char *get = json_get_string(step, "get");
	const Json *trigger = json_get(step, "trigger");
	const Json *resource = find_named(json_get(config, "resources"), "name", json_get_string_or(step, "resource", get ? get : ""));
	if (!json_count(step) || !json_is_object(step) || !(json_is_null(trigger) || (get && json_is_bool(trigger))))
		return false;
	if (!get || !json_bool(trigger, false))
		return true;
	const Json *source = json_get(resource, "source"), *interval = json_get(source, "interval");
	if (!json_get_string(resource, "type"))
		return false;
	if (!text_eq(json_get_string(resource, "type"), "time"))
		return true;
	/* By days or by the time of day: a schedule too, but no interval. */
	if (!interval)
		return json_get_string(source, "start") || json_is_array(json_get(source, "days"));
	return json_is_string(interval) && span_parse(str_from(json_string(interval)), ret_ms);
}

/* Only the top level of the plan: a schedule in an `in_parallel` is looked for one level down, as pipelines are written. */
static bool interval_of_steps(const Json *config, const Json *steps, int64_t *ret_ms) {
	if (!json_is_array(steps))
		return false;
	JSON_EACH(step, steps) {
		if (!*ret_ms && !interval_of_step(config, step, ret_ms))
			return false;
	}
	return true;
}

bool concourse_interval(const Concourse *concourse, const Json *config, const char *job, int64_t *ret_ms, Error *err) {
	const Json *plan = json_get(find_named(json_get(config, "jobs"), "name", job), "plan");
	int64_t interval_ms = 0;
	bool known = interval_of_steps(config, plan, &interval_ms);
	JSON_EACH(step, plan) {
		const Json *parallel = json_get(step, "in_parallel");
		if (known && !interval_ms && parallel)
			known = interval_of_steps(config, json_is_array(parallel) ? parallel : json_get(parallel, "steps"), &interval_ms);
	}
	*ret_ms = interval_ms;
	if (known)
		return true;
	return api_strange(&concourse->api, "", err, "has a configuration in which the job %s has no plan that can be read", job);
}

const char *concourse_pipeline_of(const Call *call) {
	const char *name = call_arg(call, "pipeline");
	return name ? name : "";
}

void concourse_plan_begin(const Concourse *concourse, const Call *call, const char *action, Plan *plan) {
	plan_set(&plan->action, "%s", action);
	plan_set(&plan->target, "pipeline %s of team %s on %s", concourse_pipeline_of(call), concourse->team, call->system->name);
	plan_set(&plan->confirm_name, "%s", concourse_pipeline_of(call));
	plan->args = json_copy(call->args);
	plan->basis = json_new_object();
}

char *concourse_saved_path(const Concourse *concourse, const Call *call) {
	if (!call->state_folder)
		return NULL;
	AUTO_FREE char *file = api_path("saved/concourse-%s-%s-%s.json", call->system->name, concourse->team, concourse_pipeline_of(call));
	return path_join(call->state_folder, file);
}
