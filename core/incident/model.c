/* model.c: the small things that every part of the fold uses: growing arrays, bounded texts, lookup by id. */
#include "core/incident/model.h"
#include "core/base/zone.h"

#include <string.h>

struct StepIndex {
	size_t mask;
	int slots[];      /* index + 1; 0 = empty */
};

void *model_room(void *items, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return items;
	return bg_reallocarray(items, count ? count * 2 : 1, size);
}

void model_set(char **field, const char *text)
{
	char *copy = bg_strdup_or_null(text);
	free(*field);
	*field = copy;
}

const char *model_text(const Json *object, const char *key, size_t max)
{
	const char *text = json_get_string(object, key);
	return text && *text && strnlen(text, max + 1) <= max ? text : NULL;
}

bool model_is_digest(const char *text)
{
	return text && strspn(text, "0123456789abcdef") == 64 && text[64] == '\0';
}

bool model_digest(const Json *object, const char *key, char ret[static 65])
{
	const char *text = json_get_string(object, key);
	if (!model_is_digest(text))
		return false;
	memcpy(ret, text, 65);
	return true;
}

bool model_is_zone(const char *text)
{
	return text && (zone_is_name(text) || strcmp(text, "UTC") == 0);
}

bool model_is_name(const char *text)
{
	static const char *const first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char *const rest = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";
	if (!text || !*text || !strchr(first, *text))
		return false;
	size_t len = strspn(text, rest);
	return text[len] == '\0' && len <= INCIDENT_NAME_MAX;
}

/* FNV-1a: a bad actor can only slow down a run of at most RUN_STEPS_MAX steps. */
static size_t id_hash(const char *id)
{
	uint64_t hash = 14695981039346656037u;
	for (; *id; id++)
		hash = (hash ^ (unsigned char) *id) * 1099511628211u;
	return (size_t) (hash ^ (hash >> 32));
}

void run_index_build(Run *run)
{
	size_t size = 8;
	while (size < run->step_count * 2)
		size *= 2;
	struct StepIndex *index = bg_calloc(1, sizeof *index + size * sizeof index->slots[0]);
	index->mask = size - 1;
	for (size_t i = 0; i < run->step_count; i++) {
		size_t slot = id_hash(run->steps[i].id) & index->mask;
		while (index->slots[slot])
			slot = (slot + 1) & index->mask;
		index->slots[slot] = (int) i + 1;
	}
	run->index = run_index_free(run->index);
	run->index = index;
}

struct StepIndex *run_index_free(struct StepIndex *index)
{
	free(index);
	return NULL;
}

int run_index_of(const Run *run, const char *step_id)
{
	if (!step_id || !run->index)
		return -1;
	for (size_t slot = id_hash(step_id) & run->index->mask;; slot = (slot + 1) & run->index->mask) {
		int found = run->index->slots[slot] - 1;
		if (found < 0 || text_eq(run->steps[found].id, step_id))
			return found;
	}
}

int run_gate_index(const Run *run, const char *gate_id)
{
	for (size_t i = 0; gate_id && i < run->gate_count; i++) {
		if (text_eq(run->gates[i].id, gate_id))
			return (int) i;
	}
	return -1;
}

/* Runs are r1, r2, ... in order: the id is the index. */
int incident_run_index(const Incident *incident, const char *id)
{
	int64_t number = 0;
	if (!id || id[0] != 'r' || id[1] == '0' || id[1] == '+' || !str_parse_int(str_from(id + 1), &number))
		return -1;
	return number >= 1 && (uint64_t) number <= incident->run_count ? (int) number - 1 : -1;
}

Run *model_run(Incident *incident, const Json *data)
{
	int index = incident_run_index(incident, json_get_string(data, "run"));
	return index < 0 ? NULL : &incident->runs[index];
}

IncidentStep *model_step(Run *run, const Json *data)
{
	int index = run ? run_index_of(run, json_get_string(data, "step")) : -1;
	return index < 0 ? NULL : &run->steps[index];
}

StepAction *model_row(IncidentStep *step, const Json *data)
{
	int64_t index = json_get_int(data, "index", -1);
	return step && index >= 0 && (uint64_t) index < step->action_count ? &step->actions[index] : NULL;
}

void values_set(NamedValue **values, size_t *count, const char *name, const char *value, bool secret,
	const char *from, const Event *event)
{
	NamedValue *found = NULL;
	for (size_t i = 0; i < *count && !found; i++) {
		if (text_eq((*values)[i].name, name))
			found = &(*values)[i];
	}
	if (!found) {
		if (*count >= INCIDENT_VALUES_MAX)
			return;
		*values = model_room(*values, *count, sizeof **values);
		found = &(*values)[(*count)++];
		*found = (NamedValue) { .name = bg_strdup(name) };
	}
	model_set(&found->value, secret ? NULL : value);
	model_set(&found->who, event->who);
	model_set(&found->from, from);
	model_set(&found->typed, secret ? NULL : model_text(event->data, "typed", INCIDENT_LINE_MAX));
	model_set(&found->zone, secret ? NULL : model_text(event->data, "zone", INCIDENT_LINE_MAX));
	found->utc = (WallTime) { json_get_int(event->data, "utc", 0) };
	found->secret = secret;
	found->set = event->time;
}

WallTime model_steady_time(const Incident *incident, const Event *event)
{
	if (!wall_known(incident->declared))
		return event->time;
	return (WallTime) { incident->declared.ms + event->mono_ms - incident->declared_mono_ms };
}
