/* apply_run.c: folds in what concerns the incident and its runs as a whole. */
#include <stdio.h>
#include <string.h>

#include "core/incident/model.h"

void apply_declared(Incident *incident, const Event *event)
{
	const char *id = model_text(event->data, "incident", INCIDENT_LINE_MAX);
	const char *title = model_text(event->data, "title", INCIDENT_LINE_MAX);
	if (incident->phase != INCIDENT_NONE || !id || !title)
		return;
	incident->phase = INCIDENT_OPEN;
	model_set(&incident->id, id);
	model_set(&incident->title, title);
	model_set(&incident->environment, model_text(event->data, "environment", INCIDENT_LINE_MAX));
	const char *commander = model_text(event->data, "commander", INCIDENT_WHO_MAX);
	model_set(&incident->commander, commander ? commander : event->who);
	incident->drill = json_get_bool(event->data, "drill", false);
	int64_t objective = json_get_int(event->data, "objective_ms", 0);
	incident->objective_ms = objective > 0 ? objective : 0;
	JSON_EACH(zone, json_get(event->data, "zones"))
		if (model_is_zone(json_string(zone)) && incident->zones.count < INCIDENT_ZONES_MAX)
			strlist_add(&incident->zones, json_string(zone));
	incident->declared = event->time;
	incident->declared_mono_ms = event->mono_ms;
}

void apply_ended(Incident *incident, const Event *event)
{
	if (incident->phase != INCIDENT_OPEN)
		return;
	incident->phase = INCIDENT_ENDED;
	incident->ended = model_steady_time(incident, event);
	model_set(&incident->end_reason, model_text(event->data, "reason", INCIDENT_TEXT_MAX));
}

void apply_commander(Incident *incident, const Event *event)
{
	const char *to = model_text(event->data, "to", INCIDENT_WHO_MAX);
	if (to)
		model_set(&incident->commander, to);
}

/* Any other note is for the timeline. */
void apply_note(Incident *incident, const Event *event)
{
	const char *text = model_text(event->data, "text", INCIDENT_TEXT_MAX);
	if (!text || !text_eq(json_get_string(event->data, "as"), "improvement") || incident->improvement_count >= INCIDENT_IMPROVEMENTS_MAX)
		return;
	incident->improvements = model_room(incident->improvements, incident->improvement_count, sizeof *incident->improvements);
	incident->improvements[incident->improvement_count++] = (Improvement) { event->seq, bg_strdup_or_null(event->who), bg_strdup(text) };
}

void apply_fact(Incident *incident, const Event *event)
{
	const char *name = model_text(event->data, "name", INCIDENT_NAME_MAX);
	const char *value = json_get_string(event->data, "value");
	if (model_is_name(name) && value && strnlen(value, INCIDENT_TEXT_MAX + 1) <= INCIDENT_TEXT_MAX)
		values_set(&incident->facts, &incident->fact_count, name, value, false, NULL, event);
}

void apply_run_started(Incident *incident, const Event *event)
{
	Run run;
	char id[16], iso[WALL_TEXT_SIZE];
	snprintf(id, sizeof id, "r%zu", incident->run_count + 1);
	if (incident->run_count >= INCIDENT_RUNS_MAX || !text_eq(json_get_string(event->data, "run"), id)
		|| !outline_parse(event->data, &run, NULL))
		return;
	run.id = bg_strdup(id);
	run.state = RUN_WALKING;
	run.started = model_steady_time(incident, event);
	(void) snprintf(run.date, sizeof run.date, "%.10s", wall_format_iso(run.started, iso));
	run.who = bg_strdup(event->who);
	for (size_t i = 0; i < run.value_count; i++) {
		model_set(&run.values[i].who, event->who);
		run.values[i].set = event->time;
	}
	for (size_t i = 0; i < run.timer_count; i++) {
		if (!run.timers[i].step && run.timers[i].starts)
			run.timers[i].started = run.started;
	}
	incident->runs = model_room(incident->runs, incident->run_count, sizeof *incident->runs);
	incident->runs[incident->run_count++] = run;
}

void apply_run_ended(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	const char *how = json_get_string(event->data, "how");
	if (!run || run->state != RUN_WALKING || !how)
		return;
	run->state = text_eq(how, "done") ? RUN_DONE : RUN_ABANDONED;
	run->ended = model_steady_time(incident, event);
	for (size_t i = 0; i < run->timer_count; i++) {
		Timer *timer = &run->timers[i];
		if (timer->starts && wall_known(timer->started) && !wall_known(timer->stopped))
			timer->stopped = run->ended;
	}
}

void apply_value_set(Incident *incident, const Event *event)
{
	Run *run = model_run(incident, event->data);
	const char *name = model_text(event->data, "name", INCIDENT_NAME_MAX);
	const char *value = json_get_string(event->data, "value");
	bool secret = json_get_bool(event->data, "secret", false);
	if (!run || !model_is_name(name) || (!secret && !value)
		|| (value && strnlen(value, INCIDENT_TEXT_MAX + 1) > INCIDENT_TEXT_MAX))
		return;
	values_set(&run->values, &run->value_count, name, value, secret, model_text(event->data, "from", INCIDENT_LINE_MAX), event);
}
