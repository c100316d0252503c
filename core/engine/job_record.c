/* job_record.c: see job_record.h. */
#include "core/engine/job_record.h"

#include <errno.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/engine/engine_state.h"

bool job_record_is_shortage(const Error *err) { return err->os_code == EMFILE || err->os_code == ENFILE || err->os_code == ENOMEM; }

/* A log in memory goes with its record: to the disk when that takes it, or into what is held. Without room for it, the record says what came
 * of the action, and no digest. */
void job_record_keep_log(Engine *engine, const Job *job, int64_t number) {
	AUTO_FREE char *name = bg_asprintf("actions/%lld.log", (long long) number);
	AUTO_CLEAR(Buf) bytes = {0};
	Error err = {0};
	if (!job_spec(job)->log_path && job_read_log(job, INCIDENT_HELD_FILES_MAX, &bytes, &err))
		BG_IGNORE(incident_file_keep(engine->file, name, buf_str(&bytes), &err));
}

static bool log_digest(Engine *engine, int64_t number, char digest[static SHA256_HEX_SIZE], unsigned long long *ret_size, Error *err) {
	AUTO_FREE char *name = bg_asprintf("actions/%lld.log", (long long) number);
	AUTO_FREE char *path = incident_file_action_log(engine->file, number);
	Str held;
	if (!incident_file_held_bytes(engine->file, name, &held))
		return sha256_file_hex(path, digest, ret_size, err);
	sha256_hex(held.ptr, held.len, digest);
	*ret_size = held.len;
	return true;
}

/* A log that cannot be read for good is recorded without. */
static bool add_log_digest(Engine *engine, int64_t number, Json *args, Error *err) {
	char digest[SHA256_HEX_SIZE];
	unsigned long long size = 0;
	Error why = {0};
	if (log_digest(engine, number, digest, &size, &why)) {
		json_add_string(args, "log_sha256", digest);
		json_add_int(args, "log_bytes", (int64_t) size);
	} else if (job_record_is_shortage(&why)) {
		*err = why;
		return false;
	}
	return true;
}

/* The result as the worker left it, for the record. */
static Json *finished_args(int64_t number, const Json *result) {
	Json *args = json_new_object();
	json_add_int(args, "action", number);
	static const char *const FIELDS[] = {"outcome", "error", "verified", "evidence", "value", "values", "nodes", "warnings", "exit", "began"};
	for (size_t i = 0; i < BG_LENGTH(FIELDS); i++)
		if (json_get(result, FIELDS[i]))
			json_add(args, FIELDS[i], json_copy(json_get(result, FIELDS[i])));
	return args;
}

bool job_record_lost(Engine *engine, int64_t number, const char *why, const Json *nodes, Error *err) {
	AUTO(Json) *args = json_new_object();
	json_add_int(args, "action", number);
	json_add_string(args, "why", why);
	if (nodes)
		json_add(args, "nodes", json_copy(nodes));
	return engine_request(engine, REQUEST_LOST, args, err);
}

static const Json *last_told(const Json *list, const char *name) {
	const Json *last = NULL;
	JSON_EACH(node, list)
		if (text_eq(json_get_string(node, "name"), name))
			last = node;
	return last;
}

static void add_unended(Json *nodes, const char *name, NodeEnd end, const char *why) {
	Json *node = json_append(nodes, json_new_object());
	json_add_string(node, "name", name);
	json_add_string(node, "end", node_end_name(end));
	json_add_string(node, "why", why);
}

/* What is known of each machine when no result tells it: its own end; where it was to be sent next, that nobody knows; elsewhere, that nothing was sent. Owned;
 * NULL: nothing is known. *ret_unsent: nothing was sent to any of them. */
static Json *settle_nodes(const Engine *engine, int64_t number, const ToldNodes *told, bool *ret_unsent) {
	const IncidentAction *action = incident_find_action(incident_file_model(engine->file), number);
	*ret_unsent = false;
	if (!told->all || !action || !action->node_count)
		return told->list ? json_copy(told->list) : NULL;
	Json *nodes = json_new_array();
	*ret_unsent = true;
	for (size_t i = 0; i < action->node_count; i++) {
		const Json *last = last_told(told->list, action->nodes[i].name);
		const char *end = last ? json_get_string_or(last, "end", "") : node_end_name(NODE_NOT_STARTED);
		*ret_unsent = *ret_unsent && text_eq(end, node_end_name(NODE_NOT_STARTED));
		if (!last)
			add_unended(nodes, action->nodes[i].name, NODE_NOT_STARTED, "the worker ended before its turn came");
		else if (text_eq(end, node_end_name(NODE_OPEN)))
			add_unended(nodes, action->nodes[i].name, NODE_IN_DOUBT, "the worker ended before it told what came of it");
		else
			json_append(nodes, json_copy(last));
	}
	return nodes;
}

static bool record_never(Engine *engine, int64_t number, const char *why, const Json *nodes, Error *err) {
	AUTO(Json) *args = json_new_object();
	json_add_int(args, "action", number);
	json_add_string(args, "outcome", "stopped");
	json_add_bool(args, "began", false);
	if (nodes)
		json_add(args, "nodes", json_copy(nodes));
	Error never = {0};
	error_set(&never, ERROR_IO, "%s", why);
	error_hint(&never, "plan again");
	json_add(args, "error", error_to_json(&never));
	return add_log_digest(engine, number, args, err) && engine_request(engine, REQUEST_FINISHED, args, err);
}

bool job_record_end(Engine *engine, int64_t number, const Json *result, bool began, const ToldNodes *told, Error *err) {
	if (result && !text_eq(json_get_string(result, "outcome"), "in-doubt")) {
		AUTO(Json) *args = finished_args(number, result);
		return add_log_digest(engine, number, args, err) && engine_request(engine, REQUEST_FINISHED, args, err);
	}
	if (result)
		return job_record_lost(engine, number, json_get_string_or(result, "evidence", "the worker could not tell what came of it"),
			json_get(result, "nodes"), err);
	if (!began)
		return record_never(engine, number, "the worker ended before it began: nothing was sent", NULL, err);
	bool unsent;
	AUTO(Json) *nodes = settle_nodes(engine, number, told, &unsent);
	if (unsent)
		return record_never(engine, number, "the worker ended before anything was sent to a node", nodes, err);
	return job_record_lost(engine, number, "the worker ended while it was changing something, and left no result", nodes, err);
}
