/* sim_concourse_config.c: reading and setting a pipeline's configuration (atc/api/configserver). */
#include "core/base/alloc.h"
#include "core/sandbox/sim_concourse_parts.h"
#include "core/sandbox/sim_yaml.h"

#define VERSION_HEADER "X-Concourse-Config-Version"

void sim_concourse_get_config(void *system, SimCall *call) {
	const SimPipeline *pipeline = sim_concourse_pipeline(system, call);
	if (pipeline->archived || !pipeline->config)
		return sim_reply_empty(call->reply, 404);
	AUTO_FREE char *version = bg_asprintf("%d", pipeline->config_version);
	Json *answer = json_new_object();
	json_add(answer, "config", json_copy(pipeline->config));
	sim_reply_header(call->reply, VERSION_HEADER, version);
	sim_reply_json_take(call->reply, 200, answer);
}

static void refuse(SimCall *call, Json *messages_taken) {
	Json *answer = json_new_object();
	json_add(answer, "errors", messages_taken);
	sim_reply_json_take(call->reply, 400, answer);
}

static void refuse_with(SimCall *call, const char *prefix, const char *text) {
	AUTO_FREE char *message = bg_asprintf("%s%s", prefix, text);
	Json *messages = json_new_array();
	json_append_string(messages, message);
	refuse(call, messages);
}

static bool read_config(SimCall *call, Json **ret_config) {
	const char *type = sim_request_header(call->request, "Content-Type");
	Error why = {0};
	bool yaml = text_eq(type, "application/x-yaml");
	if (!yaml && !text_eq(type, "application/json")) {
		sim_reply_empty(call->reply, 415);
		return false;
	}
	Str body = buf_str(&call->request->body);
	if (yaml ? sim_yaml_parse(body, ret_config, &why) : json_parse(body, ret_config, &why))
		return true;
	refuse_with(call, "malformed config: ", why.why);
	return false;
}

/* The version that the client has seen; absent or empty is 0, which is right for a pipeline that is not there yet. */
static bool read_version(SimCall *call, int64_t *ret_version) {
	const char *text = sim_request_header(call->request, VERSION_HEADER);
	*ret_version = 0;
	if (!text || !*text || str_parse_int(str_from(text), ret_version))
		return true;
	refuse_with(call, "config version is malformed: ", text);
	return false;
}

void sim_concourse_set_config(void *system, SimCall *call) {
	SimConcourse *concourse = system;
	AUTO(Json) *config = NULL;
	int64_t version;
	if (!read_version(call, &version) || !read_config(call, &config))
		return;
	AUTO(Json) *messages = json_new_array();
	if (!sim_config_check(config, messages))
		return refuse(call, TAKE(messages));
	const SimPipeline *present = sim_concourse_pipeline(concourse, call);
	if (version != (present && present->config ? present->config_version : 0))
		return sim_reply_text(call->reply, 500, "text/plain; charset=utf-8",
			"failed to save config: comparison with existing config failed during save");
	bool created = false;
	(void) sim_pipeline_set_take(concourse->pipelines, call->params[0], call->params[1], TAKE(config), call->now, &created);
	sim_reply_json_take(call->reply, created ? 201 : 200, json_new_object());
}
