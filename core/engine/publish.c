/* publish.c: telling clients what happened. Everything that a client may know goes through here. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/doors.h"
#include "core/engine/engine_state.h"
#include "core/engine/frame.h"

void publish_text(Engine *engine, Str json_text) {
	for (Connection *connection = engine->connections; connection; connection = connection->next)
		if (connection->welcome)
			connection_send_text(connection, json_text);
	doors_relieve(engine);
}

void publish(Engine *engine, const Json *frame) {
	AUTO_CLEAR(Buf) text = {0};
	json_write(frame, &text);
	publish_text(engine, buf_str(&text));
}

static Json *frame_of(const char *type) {
	Json *frame = json_new_object();
	json_add_string(frame, "t", type);
	return frame;
}

/* ---- one thing at a time ---- */

static void add_names(Json *object, const char *key, const StrList *names) {
	Json *array = json_add(object, key, json_new_array());
	for (size_t i = 0; i < names->count; i++)
		json_append_string(array, names->items[i]);
}

static Json *presence_frame(const Engine *engine, const Connection *receiver) {
	Json *frame = frame_of("presence");
	Json *people = json_add(frame, "people", json_new_array());
	for (Connection *connection = engine->connections; connection; connection = connection->next) {
		if (!connection->welcome || !connection->console || connection->closing)
			continue;
		Json *person = json_append(people, json_new_object());
		json_add_string(person, "who", connection->who);
		json_add_string(person, "terminal", connection->terminal);
		json_add_bool(person, "you", connection == receiver);
	}
	return frame;
}

static Json *describe_you(Engine *engine, const Connection *connection) {
	Json *you = json_new_object();
	json_add_string(you, "who", connection->who);
	json_add_string(you, "how", connection->how);
	add_names(you, "roles", &connection->roles);
	/* The name of the login below a badge, and how long that still holds. */
	if (connection->badge_until_ms) {
		json_add_string(you, "login", engine_login_of(engine, connection));
		json_add_int(you, "badge_ms", connection->badge_until_ms - mono_now().ms);
	}
	return you;
}

void publish_you(Engine *engine, Connection *connection) {
	AUTO(Json) *frame = frame_of("you");
	json_add(frame, "you", describe_you(engine, connection));
	connection_send(connection, frame);
	publish_presence(engine);
}

void publish_presence(Engine *engine) {
	for (Connection *connection = engine->connections; connection; connection = connection->next) {
		if (!connection->welcome)
			continue;
		AUTO(Json) *frame = presence_frame(engine, connection);
		connection_send(connection, frame);
	}
}

static Json *job_frame(const EngineJob *job, bool running, const Error *error) {
	const JobSpec *spec = job_spec(job->job);
	Json *frame = frame_of("job");
	json_add_int(frame, "job", job->id);
	json_add_string(frame, "kind", job_kind_name(spec->goes_on ? spec->then : spec->kind));   /* what it was asked for */
	json_add_string(frame, "run", spec->run);
	json_add_string(frame, "step", spec->step);
	json_add_int(frame, "index", (int64_t) spec->index);
	json_add_int(frame, "action", spec->action);
	json_add_bool(frame, "undo", spec->undo);
	json_add_string(frame, "label", spec->label);
	json_add_string(frame, "who", spec->who);
	json_add_bool(frame, "running", running);
	json_add_string(frame, "progress", job->progress);
	json_add_int(frame, "done", job->done);
	json_add_int(frame, "total", job->total);
	json_add_int(frame, "usual_ms", job->usual_ms);
	json_add_int(frame, "age_ms", mono_now().ms - job_started_ms(job->job));
	if (error && error_is_set(error))
		json_add(frame, "error", error_to_json(error));
	return frame;
}

void publish_job(Engine *engine, const EngineJob *job, bool running, const Error *error) {
	AUTO(Json) *frame = job_frame(job, running, error);
	publish(engine, frame);
}

static Json *banner_frame(const Engine *engine) {
	Json *frame = frame_of("banner");
	json_add_string(frame, "text", engine->banner);
	json_add(frame, "held", held_to_json(&engine->held));
	return frame;
}

void publish_banner(Engine *engine, const char *text, const ClientHeld *held) {
	engine->held = *held;   /* the text tells of every change in it */
	if (text_eq(engine->banner, text) || (!engine->banner && !text))
		return;
	free(engine->banner);
	engine->banner = bg_strdup_or_null(text);
	AUTO(Json) *frame = banner_frame(engine);
	publish(engine, frame);
}

static Json *playbooks_frame(const Engine *engine) {
	Json *frame = frame_of("playbooks");
	json_add(frame, "list", library_list(engine->library));
	return frame;
}

void publish_playbooks(Engine *engine) {
	AUTO(Json) *frame = playbooks_frame(engine);
	publish(engine, frame);
}

static Json *incident_frame(const Engine *engine, bool continues) {
	Json *frame = frame_of("incident");
	json_add_string(frame, "id", engine->file ? incident_file_model(engine->file)->id : NULL);
	json_add_bool(frame, "continues", continues);
	return frame;
}

/* ---- records ---- */

/* A record is on its way to many: its line is a JSON string inside the frame, written once. */
static void record_frame(Str line, Buf *out) {
	buf_puts(out, "{\"t\":\"record\",\"line\":");
	json_write_quoted(line, out);
	buf_putc(out, '}');
}

void publish_record(void *userdata, const Record *record, Str line) {
	Engine *engine = userdata;
	AUTO_CLEAR(Buf) frame = {0};
	record_frame(line, &frame);
	publish_text(engine, buf_str(&frame));
	engine_send_checkpoint(engine);
	Event event = record_event(record);
	announcer_record(engine->announcer, &event);
}

static bool send_record(void *userdata, const Record *record, Str line, Error *err) {
	(void) record;
	(void) err;
	AUTO_CLEAR(Buf) frame = {0};
	record_frame(line, &frame);
	connection_send_text(userdata, buf_str(&frame));
	return true;
}

static void send_records(Engine *engine, Connection *connection, int64_t from) {
	if (!engine->file)
		return;
	Error err = {0};
	if (!incident_file_replay(engine->file, from, send_record, connection, &err))
		connection_close(connection);   /* it comes back and asks again */
}

void publish_incident(Engine *engine) {
	AUTO(Json) *frame = incident_frame(engine, false);
	publish(engine, frame);
	for (Connection *connection = engine->connections; connection; connection = connection->next)
		if (connection->welcome)
			send_records(engine, connection, 1);
}

/* ---- welcome ---- */

static Json *describe_environment(const Environment *environment) {
	Json *json = json_new_object();
	json_add_string(json, "name", environment->name);
	json_add_string(json, "kind", environment->kind == ENVIRONMENT_DRILL ? "drill" : "live");
	json_add_int(json, "objective_ms", environment->objective_ms);
	json_add_string(json, "path", environment->path);
	AUTO_CLEAR(StrList) roles = {0};
	environment_roles(environment, &roles);
	add_names(json, "roles", &roles);
	add_names(json, "agents", &environment->signoff.agents);
	add_names(json, "keys", &environment->signoff.keys);
	add_names(json, "zones", &environment->zones);
	json_add_int(json, "validity_ms", environment->signoff.validity_ms);
	json_add_bool(json, "solo", environment->signoff.solo);
	json_add_bool(json, "codes", *environment->signoff.codes);
	Json *people = json_add(json, "people", json_new_array());
	for (size_t i = 0; i < environment->person_count; i++) {
		Json *person = json_append(people, json_new_object());
		json_add_string(person, "name", environment->people[i].name);
		json_add_string(person, "contact", environment->people[i].contact);
		add_names(person, "roles", &environment->people[i].roles);
	}
	json_add(json, "values", json_copy(environment->values));
	Json *damage = json_add(json, "damage", json_new_object());
	json_add_string(damage, "live", environment->damage.live);
	json_add_string(damage, "backup", environment->damage.backup);
	json_add_string(damage, "bucket", environment->damage.bucket);
	json_add_string(damage, "since", environment->damage.since);
	Json *briefing = json_add(json, "briefing", json_new_object());
	json_add_string(briefing, "story", environment->briefing.story);
	json_add_string(briefing, "procedure", environment->briefing.procedure);
	return json;
}

/* A console that was cut off goes on where it was, if what it has is a part of this very journal. */
static bool can_continue(const Engine *engine, const Json *hello, int64_t *ret_from) {
	const Json *from = json_get(hello, "from");
	*ret_from = 1;
	if (!engine->file || !text_eq(json_get_string(from, "incident"), incident_file_model(engine->file)->id))
		return false;
	int64_t seq = json_get_int(from, "seq", 0);
	const char *head = incident_file_head_of(engine->file, seq);
	if (!head || !text_eq(head, json_get_string(from, "head")))
		return false;
	*ret_from = seq + 1;
	return true;
}

void publish_welcome(Engine *engine, Connection *connection, const Json *hello) {
	AUTO(Json) *welcome = frame_of("welcome");
	json_add_int(welcome, "protocol", PROTOCOL_VERSION);
	json_add(welcome, "environment", describe_environment(engine->environment));
	json_add(welcome, "you", describe_you(engine, connection));
	Json *self = json_add(welcome, "engine", json_new_object());
	json_add_int(self, "pid", getpid());
	json_add_int(self, "started", engine->started.ms);
	json_add_string(welcome, "state_folder", engine->paths.folder);
	connection_send(connection, welcome);
	int64_t from;
	AUTO(Json) *incident = incident_frame(engine, can_continue(engine, hello, &from));
	connection_send(connection, incident);
	for (size_t i = 0; i < engine->reading_count; i++) {
		AUTO(Json) *frame = frame_of("reading");
		json_add(frame, "reading", reading_to_json(&engine->readings[i]));
		connection_send(connection, frame);
	}
	AUTO(Json) *playbooks = playbooks_frame(engine);
	connection_send(connection, playbooks);
	send_records(engine, connection, from);
	for (const EngineJob *job = engine->jobs; job; job = job->next) {
		AUTO(Json) *frame = job_frame(job, true, NULL);
		connection_send(connection, frame);
	}
	AUTO(Json) *banner = banner_frame(engine);
	connection_send(connection, banner);
	AUTO(Json) *caught_up = frame_of("caught-up");
	connection_send(connection, caught_up);
}
