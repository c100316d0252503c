/* json.c: the whole state as JSON, in one fixed order of keys: for `--json`, and for the proof that a replay gives the
 * same state. */
#include "core/incident/model.h"

static void json_add_time(Json *object, const char *key, WallTime time)
{
	if (wall_known(time))
		json_add_int(object, key, time.ms);
}

static void json_add_list(Json *object, const char *key, const StrList *list)
{
	Json *array = json_add(object, key, json_new_array());
	for (size_t i = 0; i < list->count; i++)
		json_append_string(array, list->items[i]);
}

static Json *json_of_row(const StepAction *row)
{
	Json *json = json_new_object();
	json_add_string(json, "verb", row->verb);
	json_add_string(json, "risk", risk_name(row->risk));
	if (row->undo_risk != RISK_READ)
		json_add_string(json, "undo_risk", risk_name(row->undo_risk));
	json_add_string(json, "label", row->label);
	json_add_string(json, "save", row->save);
	json_add_bool(json, "also", row->also);
	if (row->restores)
		json_add_bool(json, "restores", true);
	json_add_bool(json, "done", row->done);
	if (row->undone)
		json_add_bool(json, "undone", true);
	if (row->plan_seq) {
		Json *plan = json_add(json, "plan", json_new_object());
		json_add_int(plan, "seq", row->plan_seq);
		json_add_time(plan, "time", row->plan_time);
		json_add_string(plan, "digest", row->plan_digest);
		json_add_bool(plan, "undo", row->plan_is_undo);
		json_add(plan, "plan", json_copy(row->plan));
	}
	if (row->last_action)
		json_add_int(json, "last_action", row->last_action);
	return json;
}

static Json *json_of_check(const StepCheck *check)
{
	static const char *const states[] = {
		[CHECK_NOT_LOOKED] = "not-looked", [CHECK_TRUE] = "true", [CHECK_FALSE] = "false",
	};
	Json *json = json_new_object();
	json_add_string(json, "state", states[check->state]);
	json_add_string(json, "name", check->name);
	json_add_string(json, "text", check->text);
	json_add_string(json, "reason", check->reason);
	json_add_time(json, "time", check->time);
	return json;
}

static Json *json_of_step(const IncidentStep *step)
{
	static const char *const kinds[] = {
		[STEP_KIND_STEP] = "step", [STEP_KIND_CHECK] = "check", [STEP_KIND_NOTE] = "note",
	};
	Json *json = json_new_object();
	json_add_string(json, "id", step->id);
	json_add_string(json, "number", step->number);
	json_add_string(json, "title", step->title);
	json_add_string(json, "phase", step->phase);
	json_add_string(json, "state", step_state_name(step->state));
	json_add_string(json, "reason", step->reason);
	json_add_string(json, "who", step->who);
	json_add_time(json, "changed", step->changed);
	json_add_int(json, "parent", step->parent);
	json_add_int(json, "level", step->level);
	json_add_string(json, "kind", kinds[step->kind]);
	json_add_bool(json, "counted", step->counted);
	json_add_bool(json, "optional", step->optional);
	json_add_bool(json, "human", step->human);
	json_add_bool(json, "undo", step->can_undo);
	json_add_int(json, "undos", (int64_t) step->undo_count);
	json_add_bool(json, "derived", step->derived);
	if (step->skipped_with >= 0)
		json_add_int(json, "skipped_with", step->skipped_with);
	json_add_list(json, "opens", &step->opens);
	json_add_list(json, "closes", &step->closes);
	json_add_string(json, "closed_by", step->closed_by);
	Json *actions = json_add(json, "actions", json_new_array());
	for (size_t i = 0; i < step->action_count; i++)
		json_append(actions, json_of_row(&step->actions[i]));
	Json *checks = json_add(json, "checks", json_new_array());
	for (size_t i = 0; i < step->check_count; i++)
		json_append(checks, json_of_check(&step->checks[i]));
	return json;
}

static Json *json_of_signoff(const Signoff *signoff)
{
	Json *json = json_new_object();
	json_add_int(json, "seq", signoff->seq);
	json_add_string(json, "role", signoff->role);
	json_add_string(json, "person", signoff->person);
	json_add_string(json, "decision", decision_name(signoff->decision));
	json_add_string(json, "reason", signoff->reason);
	json_add_string(json, "subject", signoff->subject);
	json_add_string(json, "key", signoff->key);
	json_add_string(json, "method", signoff->method);
	json_add_bool(json, "weaker", signoff_is_weaker(signoff));
	json_add_bool(json, "touched", signoff->touched);
	json_add_bool(json, "verified", signoff->verified);
	json_add_string(json, "statement", signoff->statement);
	json_add_string(json, "signature", signoff->signature);
	json_add_string(json, "login", signoff->login);
	json_add_time(json, "time", signoff->time);
	json_add_time(json, "signed", signoff->signed_at);
	json_add_time(json, "expires", signoff->expires);
	return json;
}

static Json *json_of_override(const Override *override)
{
	Json *json = json_new_object();
	json_add_string(json, "person", override->person);
	json_add_string(json, "role", override->role);
	json_add_string(json, "reason", override->reason);
	json_add_string(json, "subject", override->subject);
	json_add_list(json, "missing", &override->missing);
	json_add_time(json, "time", override->time);
	return json;
}

static Json *json_of_gate(const Gate *gate, WallTime now)
{
	Json *json = json_new_object();
	json_add_string(json, "id", gate->id);
	json_add_string(json, "title", gate->title);
	json_add_string(json, "state", gate_state_name(gate_state(gate, now)));
	json_add_list(json, "roles", &gate->roles);
	json_add_list(json, "steps", &gate->steps);
	json_add_int(json, "min", gate->min);
	json_add_bool(json, "distinct", gate->distinct);
	json_add_bool(json, "reason_required", gate->reason_required);
	json_add_bool(json, "live", gate->live);
	json_add_bool(json, "latched", gate->latched);
	json_add_bool(json, "solo", gate->solo);
	const Signoff *alone = gate_alone(gate, now);
	json_add_string(json, "alone", alone ? alone->person : NULL);
	if (gate->asked_seq) {
		json_add_string(json, "subject", gate->subject);
		json_add_list(json, "lines", &gate->lines);
		json_add_int(json, "asked_seq", gate->asked_seq);
		json_add_time(json, "asked", gate->asked);
	}
	Json *signoffs = json_add(json, "signoffs", json_new_array());
	for (size_t i = 0; i < gate->signoff_count; i++)
		json_append(signoffs, json_of_signoff(&gate->signoffs[i]));
	Json *overrides = json_add(json, "overrides", json_new_array());
	for (size_t i = 0; i < gate->override_count; i++)
		json_append(overrides, json_of_override(&gate->overrides[i]));
	return json;
}

static Json *json_of_values(const NamedValue *values, size_t count)
{
	Json *array = json_new_array();
	for (size_t i = 0; i < count; i++) {
		Json *json = json_append(array, json_new_object());
		json_add_string(json, "name", values[i].name);
		json_add_string(json, "value", values[i].value);
		json_add_bool(json, "secret", values[i].secret);
		json_add_string(json, "who", values[i].who);
		json_add_string(json, "from", values[i].from);
		json_add_string(json, "typed", values[i].typed);
		json_add_string(json, "zone", values[i].zone);
		if (wall_known(values[i].utc))
			json_add_time(json, "utc", values[i].utc);
		json_add_time(json, "set", values[i].set);
	}
	return array;
}

static Json *json_of_timers(const Run *run)
{
	Json *array = json_new_array();
	for (size_t i = 0; i < run->timer_count; i++) {
		const Timer *timer = &run->timers[i];
		Json *json = json_append(array, json_new_object());
		json_add_string(json, "name", timer->name);
		json_add_string(json, "label", timer->label);
		json_add_string(json, "step", timer->step);
		json_add_string(json, "op", timer->starts ? "start" : "stop");
		json_add_time(json, "started", timer->started);
		json_add_time(json, "stopped", timer->stopped);
	}
	return array;
}

static Json *json_of_run(const Run *run, WallTime now)
{
	Json *json = json_new_object();
	json_add_string(json, "id", run->id);
	json_add_string(json, "state", run_state_name(run->state));
	Json *playbook = json_add(json, "playbook", json_new_object());
	json_add_string(playbook, "id", run->playbook_id);
	json_add_string(playbook, "title", run->playbook_title);
	json_add_string(playbook, "path", run->playbook_path);
	json_add_string(playbook, "sha256", run->playbook_sha256);
	Json *procedure = json_add(json, "procedure", json_new_object());
	json_add_string(procedure, "id", run->procedure_id);
	json_add_string(procedure, "title", run->procedure_title);
	if (run->aside)
		json_add_bool(json, "aside", true);
	if (run->dedicated)
		json_add_bool(json, "dedicated", true);
	json_add_string(json, "who", run->who);
	json_add_time(json, "started", run->started);
	json_add_time(json, "ended", run->ended);
	if (run->running_action)
		json_add_int(json, "running_action", run->running_action);
	Json *steps = json_add(json, "steps", json_new_array());
	for (size_t i = 0; i < run->step_count; i++)
		json_append(steps, json_of_step(&run->steps[i]));
	Json *gates = json_add(json, "gates", json_new_array());
	for (size_t i = 0; i < run->gate_count; i++)
		json_append(gates, json_of_gate(&run->gates[i], now));
	json_add(json, "values", json_of_values(run->values, run->value_count));
	json_add(json, "timers", json_of_timers(run));
	return json;
}

static Json *json_of_action(const Incident *incident, const IncidentAction *action)
{
	Json *json = json_new_object();
	const Run *run = &incident->runs[action->run];
	json_add_int(json, "number", action->number);
	json_add_string(json, "run", run->id);
	json_add_string(json, "step", run->steps[action->step].id);
	json_add_int(json, "index", (int64_t) action->index);
	json_add_bool(json, "undo", action->undo);
	json_add_string(json, "verb", action->verb);
	json_add_string(json, "risk", risk_name(action->risk));
	json_add_string(json, "digest", action->digest);
	json_add_string(json, "save", action->save);
	json_add_string(json, "terminal", action->terminal);
	json_add_string(json, "who", action->who);
	json_add_string(json, "state", action_state_name(action->state));
	json_add_int(json, "started_seq", action->started_seq);
	json_add_time(json, "started", action->started);
	json_add_time(json, "finished", action->finished);
	json_add_bool(json, "began", action->began);
	json_add_int(json, "exit", action->exit_code);
	json_add_string(json, "verified", action->verified);
	json_add_string(json, "evidence", action->evidence);
	json_add_string(json, "value", action->value);
	json_add_string(json, "what", action->what);
	json_add_string(json, "where", action->where);
	json_add_string(json, "why", action->why);
	json_add_string(json, "hint", action->hint);
	json_add_string(json, "resolved_reason", action->resolved_reason);
	json_add_string(json, "log_sha256", action->log_sha256);
	if (action->node_count) {
		json_add_string(json, "command", action->command);
		json_add(json, "nodes", action_nodes_to_json(action));
	}
	return json;
}

static Json *json_of_item(const LedgerItem *item)
{
	Json *json = json_new_object();
	json_add_string(json, "name", item->name);
	json_add_bool(json, "open", item->open);
	json_add_bool(json, "doubtful", item->doubtful);
	json_add_bool(json, "undo", item->can_undo);
	json_add_string(json, "run", item->run);
	json_add_string(json, "step", item->step);
	json_add_string(json, "step_title", item->step_title);
	json_add_string(json, "closed_by", item->closed_by);
	json_add_time(json, "opened", item->opened);
	json_add_string(json, "opened_who", item->opened_who);
	json_add_time(json, "closed", item->closed);
	json_add_string(json, "closed_who", item->closed_who);
	json_add_string(json, "closed_run", item->closed_run);
	json_add_string(json, "closed_step", item->closed_step);
	return json;
}

Json *incident_improvements(const Incident *incident)
{
	Json *array = json_new_array();
	for (size_t i = 0; i < incident->improvement_count; i++) {
		Json *json = json_append(array, json_new_object());
		json_add_int(json, "record", incident->improvements[i].seq);
		json_add_string(json, "who", incident->improvements[i].who);
		json_add_string(json, "text", incident->improvements[i].text);
	}
	return array;
}

Json *incident_to_json(const Incident *incident)
{
	Json *json = json_new_object();
	json_add_string(json, "incident", incident->id);
	json_add_string(json, "title", incident->title);
	json_add_string(json, "environment", incident->environment);
	json_add_string(json, "phase", incident_phase_name(incident->phase));
	json_add_bool(json, "drill", incident->drill);
	json_add_string(json, "commander", incident->commander);
	json_add_int(json, "objective_ms", incident->objective_ms);
	Json *zones = incident->zones.count ? json_add(json, "zones", json_new_array()) : NULL;
	for (size_t i = 0; zones && i < incident->zones.count; i++)
		json_append_string(zones, incident->zones.items[i]);
	json_add_time(json, "declared", incident->declared);
	json_add_time(json, "ended", incident->ended);
	json_add_string(json, "end_reason", incident->end_reason);
	json_add_int(json, "seq", incident->seq);
	json_add_time(json, "last_time", incident->last_time);
	json_add_int(json, "last_mono_ms", incident->last_mono_ms);
	json_add_int(json, "in_doubt", (int64_t) incident->doubt_count);
	json_add_int(json, "unknown_records", (int64_t) incident->unknown_records);
	Json *runs = json_add(json, "runs", json_new_array());
	for (size_t i = 0; i < incident->run_count; i++)
		json_append(runs, json_of_run(&incident->runs[i], incident->last_time));
	Json *actions = json_add(json, "actions", json_new_array());
	for (size_t i = 0; i < incident->action_count; i++)
		json_append(actions, json_of_action(incident, &incident->actions[i]));
	Json *ledger = json_add(json, "ledger", json_new_array());
	for (size_t i = 0; i < incident->ledger_count; i++)
		json_append(ledger, json_of_item(&incident->ledger[i]));
	json_add(json, "facts", json_of_values(incident->facts, incident->fact_count));
	if (incident->improvement_count)
		json_add(json, "improvements", incident_improvements(incident));
	return json;
}
