/* outline.c: the outline that run.started brings, made into a run.
 * One reader for both sides: decide uses it to refuse an outline that apply could not fold. */
#include <string.h>

#include "core/incident/model.h"

static bool outline_refuse(Error *err, const char *what, const char *id)
{
	error_set(err, ERROR_INVALID, "the outline %s%s%s", what, id ? ": " : "", id ? id : "");
	return error_hint(err, "open the playbook again; if it stays, run `breakglass check` on it");
}

/* A required text, copied. Titles are sentences of a document: they get the room of a text. */
static bool outline_text(const Json *object, const char *key, char **ret_text, Error *err)
{
	const char *text = model_text(object, key, INCIDENT_TEXT_MAX);
	if (!text)
		return outline_refuse(err, "lacks a text or has one that is too long", key);
	*ret_text = bg_strdup(text);
	return true;
}

/* An optional text: too long or of the wrong type reads as absent. */
static char *outline_optional(const Json *object, const char *key)
{
	return bg_strdup_or_null(model_text(object, key, INCIDENT_LINE_MAX));
}

static bool outline_names(const Json *object, const char *key, size_t max, StrList *out, Error *err)
{
	const Json *list = json_get(object, key);
	if (list && (!json_is_array(list) || json_count(list) > max))
		return outline_refuse(err, "has a list of the wrong shape or too long", key);
	JSON_EACH(item, list) {
		const char *text = json_string(item);
		if (!text || !*text || strnlen(text, INCIDENT_LINE_MAX + 1) > INCIDENT_LINE_MAX)
			return outline_refuse(err, "has an empty or over-long name in", key);
		strlist_add(out, text);
	}
	return true;
}

static bool outline_row(const Json *json, StepAction *row, Error *err)
{
	const char *risk = json_get_string(json, "risk");
	if (!outline_text(json, "verb", &row->verb, err))
		return false;
	if (!risk || !risk_parse(str_from(risk), &row->risk))
		return outline_refuse(err, "has an action without a risk", row->verb);
	const char *undo = json_get_string(json, "undo_risk");
	if (undo && !risk_parse(str_from(undo), &row->undo_risk))
		return outline_refuse(err, "has a way back with an unknown risk", row->verb);
	row->label = outline_optional(json, "label");
	row->save = outline_optional(json, "save");
	if (row->save && !model_is_name(row->save))
		return outline_refuse(err, "saves a result under something that is not a name", row->save);
	row->also = json_get_bool(json, "also", false);
	row->restores = json_get_bool(json, "restores", false);
	return true;
}

static bool outline_rows(const Json *json, IncidentStep *step, Error *err)
{
	const Json *actions = json_get(json, "actions");
	size_t count = json_count(actions);
	int64_t checks = json_get_int(json, "verifies", 0);
	if ((actions && !json_is_array(actions)) || count > STEP_ROWS_MAX || checks < 0 || checks > STEP_ROWS_MAX)
		return outline_refuse(err, "has a step with too many actions or verifies", step->id);
	step->actions = bg_calloc(count, sizeof *step->actions);
	step->checks = bg_calloc((size_t) checks, sizeof *step->checks);
	step->check_count = (size_t) checks;
	JSON_EACH(action, actions) {
		if (!outline_row(action, &step->actions[step->action_count++], err))
			return false;
	}
	return true;
}

/* Each undo has the index of a row, where its plan is kept. */
static bool outline_undos(const Json *json, IncidentStep *step, Error *err)
{
	int64_t undos = json_get_int(json, "undos", step->can_undo ? 1 : 0);
	if (undos < 0 || undos > STEP_ROWS_MAX)
		return outline_refuse(err, "has a step with too many undos", step->id);
	step->undo_count = (size_t) undos < step->action_count ? (size_t) undos : step->action_count;
	return true;
}

static bool outline_kind(const char *text, StepKind *ret_kind)
{
	static const struct { const char *text; StepKind kind; } kinds[] = {
		{ "step", STEP_KIND_STEP }, { "check", STEP_KIND_CHECK }, { "note", STEP_KIND_NOTE },
	};
	for (size_t i = 0; i < BG_LENGTH(kinds); i++) {
		if (text_eq(kinds[i].text, text)) {
			*ret_kind = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static bool outline_step(const Json *json, int position, IncidentStep *step, Error *err)
{
	*step = (IncidentStep) { .skipped_with = -1 };
	if (!outline_text(json, "id", &step->id, err))
		return false;
	const char *title = model_text(json, "title", INCIDENT_TEXT_MAX);
	step->title = bg_strdup(title ? title : step->id);
	step->number = bg_strdup(model_text(json, "number", INCIDENT_NAME_MAX));
	step->phase = outline_optional(json, "phase");
	int64_t parent = json_get_int(json, "parent", -1);
	if (parent < -1 || parent >= position)
		return outline_refuse(err, "has a step whose parent does not stand before it", step->id);
	step->parent = (int) parent;
	step->level = (int) json_get_int(json, "level", 0) & 0xFF;
	if (!outline_kind(json_get_string_or(json, "kind", "step"), &step->kind))
		return outline_refuse(err, "has a step of an unknown kind", step->id);
	step->counted = json_get_bool(json, "counted", step->kind != STEP_KIND_NOTE);
	step->optional = json_get_bool(json, "optional", false);
	step->human = json_get_bool(json, "human", false);
	step->can_undo = json_get_bool(json, "undo", false);
	step->closed_by = outline_optional(json, "closed_by");
	return outline_names(json, "opens", STEP_ROWS_MAX, &step->opens, err)
		&& outline_names(json, "closes", STEP_ROWS_MAX, &step->closes, err)
		&& outline_rows(json, step, err) && outline_undos(json, step, err);
}

static bool outline_steps(const Json *data, Run *run, Error *err)
{
	const Json *steps = json_get(data, "steps");
	size_t count = json_count(steps);
	if (!json_is_array(steps) || count == 0 || count > RUN_STEPS_MAX)
		return outline_refuse(err, "has no steps, or too many", NULL);
	run->steps = bg_calloc(count, sizeof *run->steps);
	JSON_EACH(step, steps) {
		int position = (int) run->step_count++;
		if (!outline_step(step, position, &run->steps[position], err))
			return false;
	}
	run_index_build(run);
	for (size_t i = 0; i < run->step_count; i++) {
		if (run_index_of(run, run->steps[i].id) != (int) i)
			return outline_refuse(err, "has one id for two steps", run->steps[i].id);
	}
	return true;
}

static bool outline_gate(const Json *json, const Run *run, Gate *gate, Error *err)
{
	if (!outline_text(json, "id", &gate->id, err))
		return false;
	gate->title = bg_strdup(model_text(json, "title", INCIDENT_TEXT_MAX));
	if (!outline_names(json, "roles", STEP_ROWS_MAX, &gate->roles, err)
		|| !outline_names(json, "steps", RUN_STEPS_MAX, &gate->steps, err))
		return false;
	if (gate->roles.count == 0)
		return outline_refuse(err, "has a gate without roles", gate->id);
	for (size_t i = 0; i < gate->steps.count; i++) {
		if (run_index_of(run, gate->steps.items[i]) < 0)
			return outline_refuse(err, "has a gate over a step that is not there", gate->steps.items[i]);
	}
	int64_t min = json_get_int(json, "min", 0);
	if (min < 0 || min > STEP_ROWS_MAX)
		return outline_refuse(err, "has a gate for fewer than no people or for too many", gate->id);
	gate->min = min ? (int) min : (int) gate->roles.count;
	gate->distinct = json_get_bool(json, "distinct", true);
	gate->reason_required = json_get_bool(json, "reason", false);
	gate->live = json_get_bool(json, "live", false);
	gate->solo = json_get_bool(json, "solo", false);
	return true;
}

static bool outline_gates(const Json *data, Run *run, Error *err)
{
	const Json *gates = json_get(data, "gates");
	size_t count = json_count(gates);
	if ((gates && !json_is_array(gates)) || count > RUN_GATES_MAX)
		return outline_refuse(err, "has too many gates", NULL);
	run->gates = bg_calloc(count, sizeof *run->gates);
	JSON_EACH(gate, gates) {
		size_t position = run->gate_count++;
		if (!outline_gate(gate, run, &run->gates[position], err))
			return false;
		if (run_gate_index(run, run->gates[position].id) != (int) position)
			return outline_refuse(err, "has one id for two gates", run->gates[position].id);
	}
	return true;
}

static bool outline_timer(const Json *json, const Run *run, Timer *timer, Error *err)
{
	if (!outline_text(json, "name", &timer->name, err))
		return false;
	timer->label = bg_strdup(json_get(json, "label") ? model_text(json, "label", INCIDENT_LINE_MAX) : timer->name);
	timer->step = outline_optional(json, "step");
	const char *op = json_get_string_or(json, "op", "");
	timer->starts = text_eq(op, "start");
	if (!timer->starts && !text_eq(op, "stop"))
		return outline_refuse(err, "has a timer that neither starts nor stops", timer->name);
	if (timer->step && run_index_of(run, timer->step) < 0)
		return outline_refuse(err, "has a timer on a step that is not there", timer->step);
	return true;
}

static bool outline_timers(const Json *data, Run *run, Error *err)
{
	const Json *timers = json_get(data, "timers");
	size_t count = json_count(timers);
	if ((timers && !json_is_array(timers)) || count > RUN_TIMERS_MAX)
		return outline_refuse(err, "has too many timers", NULL);
	run->timers = bg_calloc(count, sizeof *run->timers);
	JSON_EACH(timer, timers) {
		if (!outline_timer(timer, run, &run->timers[run->timer_count++], err))
			return false;
	}
	return true;
}

static bool outline_values(const Json *data, Run *run, Error *err)
{
	const Json *values = json_get(data, "values");
	if ((values && !json_is_object(values)) || json_count(values) > INCIDENT_VALUES_MAX)
		return outline_refuse(err, "has too many values", NULL);
	static const Event nobody = { .who = NULL };
	JSON_EACH(value, values) {
		const char *name = json_key(value), *text = json_string(value);
		if (!model_is_name(name) || !text || strnlen(text, INCIDENT_TEXT_MAX + 1) > INCIDENT_TEXT_MAX)
			return outline_refuse(err, "has a value with a wrong name, or that is too long", name);
		values_set(&run->values, &run->value_count, name, text, false, NULL, &nobody);
	}
	return true;
}

bool outline_parse(const Json *data, Run *ret_run, Error *err)
{
	AUTO_CLEAR(Run) run = { 0 };
	const Json *playbook = json_get(data, "playbook"), *procedure = json_get(data, "procedure");
	if (!outline_text(playbook, "id", &run.playbook_id, err) || !outline_text(playbook, "title", &run.playbook_title,
		err)
		|| !outline_text(procedure, "id", &run.procedure_id, err)
		|| !outline_text(procedure, "title", &run.procedure_title, err))
		return false;
	const char *path = model_text(playbook, "path", INCIDENT_TEXT_MAX), *sha256 = json_get_string(playbook, "sha256");
	if (!path || !model_is_digest(sha256))
		return outline_refuse(err, "does not say which playbook file it is from", NULL);
	run.aside = json_get_bool(data, "aside", false);
	run.dedicated = json_get_bool(data, "dedicated", false);
	run.playbook_path = bg_strdup(path);
	run.playbook_sha256 = bg_strdup(sha256);
	if (!outline_steps(data, &run, err) || !outline_gates(data, &run, err) || !outline_timers(data, &run, err)
		|| !outline_values(data, &run, err))
		return false;
	*ret_run = run;
	run = (Run) { 0 };
	return true;
}
