/* client_model.c: what the engine tells, folded into the model that screens read. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/engine/client_internal.h"
#include "core/engine/error_json.h"
#include "core/engine/frame.h"
#include "core/engine/incident_file.h"

#define TEXT(object, key) bg_strdup_or_null(json_get_string(object, key))
#define JOBS_KEPT 16

/* ---- clearing ---- */

static void clear_playbooks(ClientModel *model) {
	for (size_t i = 0; i < model->playbook_count; i++) {
		PlaybookEntry *entry = &model->playbooks[i];
		for (size_t p = 0; p < entry->procedure_count; p++) {
			free(entry->procedures[p].id);
			free(entry->procedures[p].title);
		}
		free(entry->procedures);
		free(entry->path);
		free(entry->title);
		free(entry->id);
		free(entry->sha256);
		free(entry->problem);
		free(entry->review);
	}
	free(model->playbooks);
	model->playbooks = NULL;
	model->playbook_count = 0;
}

static void clear_people(ClientModel *model) {
	for (size_t i = 0; i < model->people_count; i++) {
		free(model->people[i].who);
		free(model->people[i].terminal);
	}
	free(model->people);
	model->people = NULL;
	model->people_count = 0;
}

static void clear_job(ClientJob *job) {
	free(job->kind);
	free(job->run);
	free(job->step);
	free(job->label);
	free(job->who);
	free(job->progress);
	buf_clear(&job->output);
}

static void clear_jobs(ClientModel *model) {
	for (size_t i = 0; i < model->job_count; i++)
		clear_job(&model->jobs[i]);
	free(model->jobs);
	model->jobs = NULL;
	model->job_count = 0;
}

static void clear_incident(Client *client) {
	ClientModel *model = &client->model;
	client->incident = incident_free(client->incident);
	model->incident = NULL;
	for (size_t i = 0; i < model->timeline_count; i++) {
		free(model->timeline[i].who);
		free(model->timeline[i].how);
		free(model->timeline[i].text);
	}
	free(model->timeline);
	model->timeline = NULL;
	model->timeline_count = client->timeline_capacity = 0;
	free(client->incident_id);
	client->incident_id = NULL;
	memcpy(client->head, JOURNAL_GENESIS, sizeof(client->head));
	clear_jobs(model);
}

static void clear_readings(ClientModel *model) {
	for (size_t i = 0; i < model->reading_count; i++)
		reading_clear(&model->readings[i]);
	free(model->readings);
	model->readings = NULL;
	model->reading_count = 0;
}

void client_model_clear(Client *client) {
	ClientModel *model = &client->model;
	clear_incident(client);
	clear_readings(model);
	clear_playbooks(model);
	clear_people(model);
	strlist_clear(&model->roles);
	json_free(model->environment);
	free(model->environment_name);
	free(model->environment_kind);
	free(model->who);
	free(model->how);
	free(model->login);
	free(model->state_folder);
	free(model->banner);
	*model = (ClientModel){0};
}

void client_model_lost(Client *client, const Error *why) {
	client->model.connected = client->model.caught_up = false;
	client->model.why_not = *why;
	client->model.version++;
}

/* ---- frames ---- */

static void replace(char **field, const char *text) {
	free(*field);
	*field = bg_strdup_or_null(text);
}

static void take_you(ClientModel *model, const Json *you) {
	replace(&model->who, json_get_string_or(you, "who", "?"));
	replace(&model->how, json_get_string_or(you, "how", "?"));
	replace(&model->login, json_get_string(you, "login"));
	model->badge_until_ms = model->login ? mono_now().ms + json_get_int(you, "badge_ms", 0) : 0;
	strlist_clear(&model->roles);
	JSON_EACH(role, json_get(you, "roles"))
		strlist_add(&model->roles, json_string(role));
}

static bool on_you(Client *client, const Json *frame, Error *err) {
	(void) err;
	take_you(&client->model, json_get(frame, "you"));
	return true;
}

static bool on_welcome(Client *client, const Json *frame, Error *err) {
	ClientModel *model = &client->model;
	if (json_get_int(frame, "protocol", 0) != PROTOCOL_VERSION) {
		error_set(err, ERROR_PROTOCOL, "the engine speaks protocol %lld, this console %d",
			(long long) json_get_int(frame, "protocol", 0), PROTOCOL_VERSION);
		return error_hint(err, "stop the older one when no action runs: breakglass engine stop");
	}
	const Json *environment = json_get(frame, "environment");
	json_free(model->environment);
	model->environment = json_copy(environment);
	replace(&model->environment_name, json_get_string_or(environment, "name", "?"));
	replace(&model->environment_kind, json_get_string_or(environment, "kind", "live"));
	model->objective_ms = json_get_int(environment, "objective_ms", 0);
	model->drill = client->incident ? client->incident->drill : text_eq(model->environment_kind, "drill");
	take_you(model, json_get(frame, "you"));
	model->engine_pid = json_get_int(json_get(frame, "engine"), "pid", 0);
	replace(&model->state_folder, json_get_string(frame, "state_folder"));
	model->connected = true;
	model->why_not = (Error){0};
	clear_readings(model);
	clear_jobs(model);
	return true;
}

static bool on_incident(Client *client, const Json *frame, Error *err) {
	(void) err;
	const char *id = json_get_string(frame, "id");
	if (id && text_eq(id, client->incident_id) && json_get_bool(frame, "continues", false))
		return true;
	/* What this console has is no part of the record any more: whoever held it is gone. */
	if (!client->model.caught_up) {
		if (client->model.held.records && client->incident)
			client->model.lost = client->model.held;
		client->model.held = (ClientHeld){0};
	}
	clear_incident(client);
	if (!id)
		client->model.drill = text_eq(client->model.environment_kind, "drill");
	client->incident_id = bg_strdup_or_null(id);
	if (id) {
		client->incident = incident_new();
		client->model.incident = client->incident;
	}
	return true;
}

static void add_to_timeline(Client *client, const Event *event) {
	ClientModel *model = &client->model;
	if (model->timeline_count == client->timeline_capacity) {
		client->timeline_capacity = client->timeline_capacity ? client->timeline_capacity * 2 : 64;
		model->timeline = bg_reallocarray(model->timeline, client->timeline_capacity, sizeof(*model->timeline));
	}
	AUTO_CLEAR(Buf) text = {0};
	event_describe(event, client->incident, &text);
	model->timeline[model->timeline_count++] = (TimelineEntry){.seq = event->seq, .time = event->time,
		.mono_ms = event->mono_ms, .type = event->type, .who = bg_strdup(event->who), .how = bg_strdup(event->how),
		.text = buf_take(&text)};
}

static bool on_record(Client *client, const Json *frame, Error *err) {
	const char *line = json_get_string(frame, "line");
	AUTO_CLEAR(Record) record = {0};
	if (!client->incident || !line)
		return error_set(err, ERROR_PROTOCOL, "the engine sent a record without an incident");
	if (!record_parse(str_from(line), &record, err))
		return false;
	if (record.seq <= client->incident->seq)
		return true;
	if (record.seq != client->incident->seq + 1 || strcmp(record.prev, client->head) != 0)
		return error_set(err, ERROR_PROTOCOL, "record %lld does not follow the one before", (long long) record.seq);
	Event event = record_event(&record);
	incident_apply(client->incident, &event);
	memcpy(client->head, record.hash, sizeof(client->head));
	client->model.drill = client->incident->drill || text_eq(client->model.environment_kind, "drill");
	add_to_timeline(client, &event);
	return true;
}

static bool on_reading(Client *client, const Json *frame, Error *err) {
	ClientModel *model = &client->model;
	AUTO_CLEAR(Reading) reading = {0};
	if (!reading_from_json(json_get(frame, "reading"), &reading, err))
		return false;
	for (size_t i = 0; i < model->reading_count; i++) {
		if (text_eq(model->readings[i].name, reading.name)) {
			reading_clear(&model->readings[i]);
			model->readings[i] = reading;
			reading = (Reading){0};
			return true;
		}
	}
	model->readings = bg_reallocarray(model->readings, model->reading_count + 1, sizeof(*model->readings));
	model->readings[model->reading_count++] = reading;
	reading = (Reading){0};
	return true;
}

static void read_procedures(const Json *list, PlaybookEntry *entry) {
	size_t count = json_count(list);
	entry->procedures = bg_calloc(count ? count : 1, sizeof(*entry->procedures));
	JSON_EACH(item, list)
		entry->procedures[entry->procedure_count++] = (PlaybookProcedure){.id = bg_strdup(json_get_string(item, "id")),
			.title = bg_strdup(json_get_string(item, "title")), .steps = (size_t) json_get_int(item, "steps", 0),
			.gates = (size_t) json_get_int(item, "gates", 0), .actions = (size_t) json_get_int(item, "actions", 0),
			.commands = (size_t) json_get_int(item, "commands", 0)};
}

static bool on_playbooks(Client *client, const Json *frame, Error *err) {
	(void) err;
	ClientModel *model = &client->model;
	clear_playbooks(model);
	const Json *list = json_get(frame, "list");
	model->playbooks = bg_calloc(json_count(list) + 1, sizeof(*model->playbooks));
	JSON_EACH(item, list) {
		PlaybookEntry *entry = &model->playbooks[model->playbook_count++];
		*entry = (PlaybookEntry){.path = bg_strdup(json_get_string(item, "path")), .title = bg_strdup(json_get_string(item, "title")),
			.id = bg_strdup(json_get_string(item, "id")), .sha256 = bg_strdup(json_get_string(item, "sha256")),
			.problem = TEXT(item, "problem"), .review = TEXT(item, "review"),
			.errors = (size_t) json_get_int(item, "errors", 0), .warnings = (size_t) json_get_int(item, "warnings", 0)};
		read_procedures(json_get(item, "procedures"), entry);
	}
	return true;
}

static bool on_presence(Client *client, const Json *frame, Error *err) {
	(void) err;
	ClientModel *model = &client->model;
	clear_people(model);
	const Json *list = json_get(frame, "people");
	model->people = bg_calloc(json_count(list) + 1, sizeof(*model->people));
	JSON_EACH(item, list)
		model->people[model->people_count++] = (Presence){bg_strdup(json_get_string(item, "who")),
			bg_strdup(json_get_string(item, "terminal")), json_get_bool(item, "you", false)};
	return true;
}

static ClientJob *job_of(ClientModel *model, int64_t id) {
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].id == id)
			return &model->jobs[i];
	return NULL;
}

static ClientJob *add_job(ClientModel *model, int64_t id) {
	if (model->job_count >= JOBS_KEPT) {
		size_t last = model->job_count;
		for (size_t i = model->job_count; i-- > 0 && last == model->job_count;)
			if (!model->jobs[i].running)
				last = i;
		if (last < model->job_count) {
			clear_job(&model->jobs[last]);
			memmove(&model->jobs[last], &model->jobs[last + 1], (model->job_count - last - 1) * sizeof(*model->jobs));
			model->job_count--;
		}
	}
	model->jobs = bg_reallocarray(model->jobs, model->job_count + 1, sizeof(*model->jobs));
	memmove(&model->jobs[1], model->jobs, model->job_count * sizeof(*model->jobs));
	model->jobs[0] = (ClientJob){.id = id, .started_ms = mono_now().ms, .output.limit = 0};
	model->job_count++;
	return &model->jobs[0];
}

static bool on_job(Client *client, const Json *frame, Error *err) {
	(void) err;
	ClientModel *model = &client->model;
	int64_t id = json_get_int(frame, "job", 0);
	ClientJob *job = job_of(model, id);
	if (!job) {
		job = add_job(model, id);
		job->kind = bg_strdup(json_get_string(frame, "kind"));
		job->run = bg_strdup(json_get_string(frame, "run"));
		job->step = bg_strdup(json_get_string(frame, "step"));
		job->label = bg_strdup(json_get_string(frame, "label"));
		job->who = bg_strdup(json_get_string(frame, "who"));
		job->index = (size_t) json_get_int(frame, "index", 0);
		job->action = json_get_int(frame, "action", 0);
		job->undo = json_get_bool(frame, "undo", false);
		job->usual_ms = json_get_int(frame, "usual_ms", 0);
		job->started_ms -= json_get_int(frame, "age_ms", 0);
	}
	job->running = json_get_bool(frame, "running", false);
	if (json_get_string(frame, "progress"))
		replace(&job->progress, json_get_string(frame, "progress"));
	job->done = json_get_int(frame, "done", job->done);
	job->total = json_get_int(frame, "total", job->total);
	const Json *error = json_get(frame, "error");
	if (json_is_object(error)) {
		ErrorKind kind = ERROR_REMOTE;
		(void) error_kind_parse(json_get_string_or(error, "kind", ""), &kind);
		error_set(&job->error, kind, "%s", json_get_string_or(error, "why", ""));
		error_what(&job->error, "%s", json_get_string_or(error, "what", ""));
		error_where(&job->error, "%s", json_get_string_or(error, "where", ""));
		error_hint(&job->error, "%s", json_get_string_or(error, "hint", ""));
	}
	return true;
}

static bool on_output(Client *client, const Json *frame, Error *err) {
	(void) err;
	ClientJob *job = job_of(&client->model, json_get_int(frame, "job", 0));
	const char *text = json_get_string(frame, "text");
	if (!job || !text)
		return true;
	/* The half line at the end is joined with what comes: sanitising by pieces must not cut an escape sequence in two, so the
	 * engine sends whole lines. */
	size_t before = job->output.len;
	text_sanitise(str_from(text), SANITISE_BLOCK, &job->output);
	job->output_total += job->output.len - before;
	if (job->output.len > CLIENT_OUTPUT_MAX + CLIENT_OUTPUT_MAX / 4) {
		size_t cut = job->output.len - CLIENT_OUTPUT_MAX;
		const char *newline = memchr(job->output.data + cut, '\n', job->output.len - cut);
		buf_consume(&job->output, newline ? (size_t) (newline - job->output.data) + 1 : cut);
	}
	return true;
}

static bool on_banner(Client *client, const Json *frame, Error *err) {
	(void) err;
	replace(&client->model.banner, json_get_string(frame, "text"));
	held_from_json(json_get(frame, "held"), &client->model.held);
	return true;
}

static bool on_caught_up(Client *client, const Json *frame, Error *err) {
	(void) frame;
	(void) err;
	client->model.caught_up = true;
	return true;
}

/* The last word of an engine that closes: what is wrong with us. */
static bool on_refused(Client *client, const Json *frame, Error *err) {
	(void) client;
	error_from_json(json_get(frame, "error"), err);
	return false;
}

bool client_model_frame(Client *client, const Json *frame, Error *err) {
	static const struct { const char *type; bool (*take)(Client *, const Json *, Error *); } FRAMES[] = {
		{"welcome", on_welcome}, {"you", on_you}, {"incident", on_incident}, {"record", on_record}, {"reading", on_reading},
		{"playbooks", on_playbooks}, {"presence", on_presence}, {"job", on_job}, {"output", on_output}, {"banner", on_banner},
		{"caught-up", on_caught_up}, {"refused", on_refused},
	};
	const char *type = json_get_string_or(frame, "t", "");
	client->model.version++;
	for (size_t i = 0; i < BG_LENGTH(FRAMES); i++)
		if (text_eq(type, FRAMES[i].type))
			return FRAMES[i].take(client, frame, err);
	return true;   /* a newer engine may tell more than we know */
}

const ClientJob *client_job_of_step(const ClientModel *model, const char *run, const char *step) {
	for (size_t i = 0; i < model->job_count; i++)
		if (text_eq(model->jobs[i].run, run) && text_eq(model->jobs[i].step, step))
			return &model->jobs[i];
	return NULL;
}

bool client_is_held(const ClientModel *model, int64_t seq) { return model->held.records && seq >= model->held.first; }

const PlaybookEntry *client_find_playbook(const ClientModel *model, const char *path_or_id) {
	for (size_t i = 0; i < model->playbook_count; i++)
		if (text_eq(model->playbooks[i].path, path_or_id) || text_eq(model->playbooks[i].id, path_or_id))
			return &model->playbooks[i];
	return NULL;
}
