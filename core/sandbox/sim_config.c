/* sim_config.c: pipeline configurations: the checks that a Concourse makes before it takes one, and what of one the sandbox
 * acts on. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_pipeline.h"

static const char *const sections[] = { "groups", "var_sources", "resources", "resource_types", "prototypes", "jobs", "display" };

static bool is_section(const char *key) {
	for (size_t i = 0; i < BG_LENGTH(sections); i++)
		if (text_eq(key, sections[i]))
			return true;
	return false;
}

static const Json *find_named(const Json *list, const char *name) {
	JSON_EACH(item, list)
		if (text_eq(json_get_string(item, "name"), name))
			return item;
	return NULL;
}

static void check_names(const Json *config, const char *section, Json *messages) {
	size_t index = 0;
	JSON_EACH(item, json_get(config, section)) {
		if (!json_get_string(item, "name")) {
			AUTO_FREE char *text = bg_asprintf("invalid %s:\n\t%s[%zu] has no name\n", section, section, index);
			json_append_string(messages, text);
		} else if (find_named(json_get(config, section), json_get_string(item, "name")) != item) {
			AUTO_FREE char *text = bg_asprintf("invalid %s:\n\t%s[%zu] and an earlier one have the same name ('%s')\n", section,
				section, index, json_get_string(item, "name"));
			json_append_string(messages, text);
		}
		index++;
	}
}

static void check_plan(const Json *config, const Json *job, Json *messages) {
	const char *name = json_get_string_or(job, "name", "");
	if (json_count(json_get(job, "plan")) == 0) {
		AUTO_FREE char *text = bg_asprintf("invalid jobs:\n\tjobs.%s has no plan\n", name);
		json_append_string(messages, text);
		return;
	}
	size_t index = 0;
	JSON_EACH(step, json_get(job, "plan")) {
		const char *verb = json_get_string(step, "get") ? "get" : json_get_string(step, "put") ? "put" : NULL;
		const char *resource = json_get_string(step, "resource");
		if (verb && !resource)
			resource = json_get_string(step, verb);
		if (verb && !find_named(json_get(config, "resources"), resource)) {
			AUTO_FREE char *text = bg_asprintf("invalid jobs:\n\tjobs.%s.plan.do[%zu].%s(%s): unknown resource '%s'\n", name, index,
				verb, json_get_string(step, verb), resource);
			json_append_string(messages, text);
		}
		index++;
	}
}

bool sim_config_check(const Json *config, Json *ret_messages) {
	if (!json_is_object(config)) {
		json_append_string(ret_messages, "malformed config: error unmarshaling JSON: json: cannot unmarshal into Go value of type atc.Config");
		return false;
	}
	JSON_EACH(item, config)
		if (!is_section(json_key(item))) {
			AUTO_FREE char *text = bg_asprintf("malformed config: error unmarshaling JSON: while decoding JSON: json: unknown field \"%s\"",
				json_key(item));
			json_append_string(ret_messages, text);
		}
	check_names(config, "resources", ret_messages);
	check_names(config, "jobs", ret_messages);
	if (json_count(json_get(config, "jobs")) == 0)
		json_append_string(ret_messages, "invalid jobs:\n\tpipeline must contain at least one job\n");
	JSON_EACH(job, json_get(config, "jobs"))
		check_plan(config, job, ret_messages);
	return json_count(ret_messages) == 0;
}

static int64_t schedule_interval(const Json *config, const Json *plan) {
	JSON_EACH(step, plan) {
		const char *name = json_get_string_or(step, "resource", json_get_string_or(step, "get", ""));
		const Json *resource = find_named(json_get(config, "resources"), name);
		int64_t interval_ms = 0;
		if (json_get_bool(step, "trigger", false) && text_eq(json_get_string(resource, "type"), "time") &&
				span_parse(str_from(json_get_string(json_get(resource, "source"), "interval")), &interval_ms))
			return interval_ms < SIM_MIN_INTERVAL_MS ? SIM_MIN_INTERVAL_MS : interval_ms;
	}
	return 0;
}

static char *task_param(const Json *plan, const char *name) {
	JSON_EACH(step, plan) {
		const char *value = json_get_string(json_get(step, "params"), name);
		if (value)
			return bg_strdup(value);
	}
	return NULL;
}

void sim_config_read_job(const Json *config, const Json *job_config, SimJob *job) {
	const Json *plan = json_get(job_config, "plan");
	job->disable_manual_trigger = json_get_bool(job_config, "disable_manual_trigger", false);
	job->interval_ms = schedule_interval(config, plan);
	free(job->source_bucket);
	free(job->target_bucket);
	free(job->publish_bucket);
	job->source_bucket = task_param(plan, "SOURCE_BUCKET");
	job->target_bucket = task_param(plan, "TARGET_BUCKET");
	job->publish_bucket = task_param(plan, "PUBLISH_BUCKET");
}
