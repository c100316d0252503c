/* incident.c: the life of the model and the one function that folds a record in, by the table of appliers. */
#include "core/incident/incident.h"

#include "core/incident/model.h"

static ApplyFunction *const appliers[EVENT_TYPE_COUNT] = {
	[EVENT_INCIDENT_DECLARED] = apply_declared,
	[EVENT_INCIDENT_ENDED] = apply_ended,
	[EVENT_COMMANDER_CHANGED] = apply_commander,
	[EVENT_NOTE_ADDED] = apply_note,
	[EVENT_FACT_SET] = apply_fact,
	[EVENT_RUN_STARTED] = apply_run_started,
	[EVENT_RUN_ENDED] = apply_run_ended,
	[EVENT_VALUE_SET] = apply_value_set,
	[EVENT_STEP_TICKED] = apply_ticked,
	[EVENT_STEP_UNTICKED] = apply_unticked,
	[EVENT_STEP_SKIPPED] = apply_skipped,
	[EVENT_STEP_RECLASSIFIED] = apply_reclassified,
	[EVENT_GATE_ASKED] = apply_gate_asked,
	[EVENT_SIGNOFF_GIVEN] = apply_signoff,
	[EVENT_PLAN_MADE] = apply_plan_made,
	[EVENT_ACTION_STARTED] = apply_action_started,
	[EVENT_ACTION_FINISHED] = apply_action_finished,
	[EVENT_ACTION_LOST] = apply_action_lost,
	[EVENT_ACTION_RESOLVED] = apply_action_resolved,
	[EVENT_CHECK_FINISHED] = apply_check,
	/* Readings, repairs and engine starts are for the timeline: they change no state. */
};

Incident *incident_new(void)
{
	return bg_calloc(1, sizeof(Incident));
}

void incident_apply(Incident *incident, const Event *event)
{
	if (event->seq != incident->seq + 1)
		return;
	incident->seq = event->seq;
	incident->last_time = event->time;
	incident->last_mono_ms = event->mono_ms;
	if (event->type <= EVENT_UNKNOWN || event->type >= EVENT_TYPE_COUNT)
		incident->unknown_records++;
	else if (appliers[event->type])
		appliers[event->type](incident, event);
}

static void step_clear(IncidentStep *step)
{
	for (size_t i = 0; i < step->action_count; i++) {
		StepAction *row = &step->actions[i];
		free(row->verb);
		free(row->label);
		free(row->save);
		json_free(row->plan);
	}
	for (size_t i = 0; i < step->check_count; i++) {
		free(step->checks[i].name);
		free(step->checks[i].text);
		free(step->checks[i].reason);
	}
	free(step->actions);
	free(step->checks);
	strlist_clear(&step->opens);
	strlist_clear(&step->closes);
	free(step->id);
	free(step->number);
	free(step->title);
	free(step->phase);
	free(step->closed_by);
	free(step->reason);
	free(step->who);
}

static void signoff_clear(Signoff *signoff)
{
	free(signoff->role);
	free(signoff->person);
	free(signoff->reason);
	free(signoff->key);
	free(signoff->method);
	free(signoff->statement);
	free(signoff->signature);
	free(signoff->login);
}

static void gate_clear(Gate *gate)
{
	for (size_t i = 0; i < gate->signoff_count; i++)
		signoff_clear(&gate->signoffs[i]);
	free(gate->signoffs);
	for (size_t i = 0; i < gate->override_count; i++)
		override_clear(&gate->overrides[i]);
	free(gate->overrides);
	free(gate->id);
	free(gate->title);
	strlist_clear(&gate->roles);
	strlist_clear(&gate->steps);
	strlist_clear(&gate->lines);
}

static void values_clear(NamedValue *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(values[i].name);
		free(values[i].value);
		free(values[i].who);
		free(values[i].typed);
		free(values[i].zone);
		free(values[i].from);
	}
	free(values);
}

void run_clear(Run *run)
{
	for (size_t i = 0; i < run->step_count; i++)
		step_clear(&run->steps[i]);
	for (size_t i = 0; i < run->gate_count; i++)
		gate_clear(&run->gates[i]);
	for (size_t i = 0; i < run->timer_count; i++) {
		free(run->timers[i].name);
		free(run->timers[i].label);
		free(run->timers[i].step);
	}
	values_clear(run->values, run->value_count);
	run_index_free(run->index);
	free(run->steps);
	free(run->gates);
	free(run->timers);
	free(run->id);
	free(run->playbook_id);
	free(run->playbook_title);
	free(run->playbook_path);
	free(run->playbook_sha256);
	free(run->procedure_id);
	free(run->procedure_title);
	free(run->who);
	*run = (Run) { 0 };
}

static void action_clear(IncidentAction *action)
{
	free(action->verb);
	free(action->digest);
	free(action->who);
	free(action->save);
	free(action->terminal);
	free(action->verified);
	free(action->evidence);
	free(action->value);
	free(action->what);
	free(action->where);
	free(action->why);
	free(action->hint);
	free(action->resolved_reason);
	free(action->log_sha256);
	action_nodes_clear(action);
}

Incident *incident_free(Incident *incident)
{
	if (!incident)
		return NULL;
	for (size_t i = 0; i < incident->run_count; i++)
		run_clear(&incident->runs[i]);
	for (size_t i = 0; i < incident->action_count; i++)
		action_clear(&incident->actions[i]);
	for (size_t i = 0; i < incident->ledger_count; i++)
		ledger_item_clear(&incident->ledger[i]);
	values_clear(incident->facts, incident->fact_count);
	for (size_t i = 0; i < incident->improvement_count; i++) {
		free(incident->improvements[i].who);
		free(incident->improvements[i].text);
	}
	free(incident->improvements);
	free(incident->runs);
	free(incident->actions);
	free(incident->ledger);
	free(incident->open_items);
	strlist_clear(&incident->zones);
	free(incident->id);
	free(incident->title);
	free(incident->environment);
	free(incident->commander);
	free(incident->end_reason);
	free(incident);
	return NULL;
}
