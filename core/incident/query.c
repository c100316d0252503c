/* query.c: questions about the state, asked by screens, the command line and decide alike. */
#include "core/incident/model.h"

const Run *incident_find_run(const Incident *incident, const char *id)
{
	int index = incident_run_index(incident, id);
	return index < 0 ? NULL : &incident->runs[index];
}

const Run *incident_current_run(const Incident *incident)
{
	const Run *aside = NULL;
	for (size_t i = incident->run_count; i > 0; i--) {
		const Run *run = &incident->runs[i - 1];
		if (run->state == RUN_WALKING && !run->aside)
			return run;
		if (run->state == RUN_WALKING && !aside)
			aside = run;
	}
	return aside;
}

const IncidentStep *run_find_step(const Run *run, const char *id)
{
	int index = run_index_of(run, id);
	for (size_t i = 0; index < 0 && id && *id && i < run->step_count; i++) {
		if (text_eq(run->steps[i].number, id))
			index = (int) i;
	}
	return index < 0 ? NULL : &run->steps[index];
}

int run_step_index(const Run *run, const IncidentStep *step)
{
	return (int) (step - run->steps);
}

const Gate *run_find_gate(const Run *run, const char *id)
{
	int index = run_gate_index(run, id);
	return index < 0 ? NULL : &run->gates[index];
}

const NamedValue *run_find_value(const Run *run, const char *name)
{
	for (size_t i = 0; i < run->value_count; i++) {
		if (text_eq(run->values[i].name, name))
			return &run->values[i];
	}
	return NULL;
}

const char *run_value(const Run *run, const char *name)
{
	const NamedValue *found = run_find_value(run, name);
	return found ? found->value : NULL;
}

const char *incident_fact(const Incident *incident, const char *name)
{
	for (size_t i = 0; i < incident->fact_count; i++) {
		if (text_eq(incident->facts[i].name, name))
			return incident->facts[i].value;
	}
	return NULL;
}

const IncidentAction *incident_find_action(const Incident *incident, int64_t number)
{
	return number >= 1 && (uint64_t) number <= incident->action_count ? &incident->actions[number - 1] : NULL;
}

const IncidentAction *incident_running_action(const Incident *incident, const Run *run)
{
	if (run)
		return incident_find_action(incident, run->running_action);
	for (size_t i = 0; incident->running_count && i < incident->run_count; i++) {
		if (incident->runs[i].running_action)
			return incident_find_action(incident, incident->runs[i].running_action);
	}
	return NULL;
}

size_t incident_in_doubt(const Incident *incident)
{
	return incident->doubt_count;
}

size_t ledger_open_count(const Incident *incident)
{
	return incident->open_count;
}

const LedgerItem *ledger_find_open(const Incident *incident, const char *name)
{
	for (size_t i = 0; i < incident->open_count; i++) {
		const LedgerItem *item = &incident->ledger[incident->open_items[i]];
		if (text_eq(item->name, name))
			return item;
	}
	return NULL;
}

size_t run_step_gates(const Run *run, const IncidentStep *step, const Gate **ret, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; i < run->gate_count && count < max; i++) {
		const Gate *gate = &run->gates[i];
		bool covers = strlist_has(&gate->steps, step->id);
		for (int above = step->parent; !covers && above >= 0; above = run->steps[above].parent)
			covers = strlist_has(&gate->steps, run->steps[above].id);
		if (covers)
			ret[count++] = gate;
	}
	return count;
}

const StepAction *step_next_action(const IncidentStep *step, size_t *ret_index)
{
	for (size_t i = 0; i < step->action_count; i++) {
		if (step->actions[i].also || step->actions[i].done)
			continue;
		*ret_index = i;
		return &step->actions[i];
	}
	return NULL;
}

bool step_is_signed_as_a_whole(const Run *run, const IncidentStep *step)
{
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(run, step, gates, RUN_GATES_MAX);
	for (size_t i = 0; i < count; i++)
		if (gates[i]->live && strlist_has(&gates[i]->steps, step->id))
			return true;
	return false;
}

Risk row_risk(const StepAction *row, bool undo)
{
	Risk least = row->undo_risk > RISK_CHANGE ? row->undo_risk : RISK_CHANGE;
	return undo && row->risk < least ? least : row->risk;
}

size_t step_next_undo(const IncidentStep *step)
{
	size_t index = 0;
	while (index < step->undo_count && step->actions[index].undone)
		index++;
	return index < step->undo_count ? index : 0;
}

bool step_checks_true(const IncidentStep *step)
{
	for (size_t i = 0; i < step->check_count; i++) {
		if (step->checks[i].state != CHECK_TRUE)
			return false;
	}
	return true;
}

static void error_where_step(Error *err, const IncidentStep *step)
{
	error_where(err, "%s%s%s", step->number, *step->number ? " " : "", step->title);
}

/* Open incident, nothing of this step in doubt. */
static bool step_is_free(const Incident *incident, const IncidentStep *step, Error *err)
{
	if (incident->phase != INCIDENT_OPEN) {
		error_set(err, ERROR_CONFLICT, incident->phase == INCIDENT_NONE ? "no incident is declared"
			: "the incident has ended");
		return error_hint(err, "declare an incident or a drill first");
	}
	for (size_t i = 0; i < step->action_count; i++) {
		const IncidentAction *last = incident_find_action(incident, step->actions[i].last_action);
		if (!last || last->state != ACTION_IN_DOUBT)
			continue;
		AUTO_CLEAR(Buf) name = { 0 };
		action_name(last, &name);
		error_set(err, ERROR_CONFLICT, "the outcome of action %lld (%s) is not known", (long long) last->number, buf_text(&name));
		return error_hint(err, "look at the system, then say ran or not-run");
	}
	return true;
}

static bool run_is_idle(const Incident *incident, const Run *run, Error *err)
{
	const IncidentAction *running = incident_running_action(incident, run);
	if (!running)
		return true;
	const IncidentStep *step = &run->steps[running->step];
	AUTO_CLEAR(Buf) name = { 0 };
	action_name(running, &name);
	error_set(err, ERROR_CONFLICT, "action %lld (%s) of step %s is still running", (long long) running->number,
		buf_text(&name),
		*step->number ? step->number : step->title);
	return error_hint(err, "wait for its result, or cancel it");
}

static bool run_is_walked(const Run *run, Error *err)
{
	if (run->state == RUN_WALKING)
		return true;
	error_set(err, ERROR_CONFLICT, "this run is over (%s)", run_state_name(run->state));
	return error_hint(err, "start the procedure again to do more of it");
}

static bool step_has_row(const IncidentStep *step, size_t index, Error *err)
{
	if (index < step->action_count)
		return true;
	error_set(err, ERROR_MISSING, step->action_count ? "the step has no action %zu"
		: "the step has no action, so nothing to run",
		index + 1);
	return error_hint(err, "do it by hand and tick it");
}

static bool step_plan_allowed(const Incident *incident, const Run *run, const IncidentStep *step, size_t index,
	Error *err)
{
	StepState next;
	if (!step_is_free(incident, step, err) || !run_is_walked(run, err) || !step_has_row(step, index, err))
		return false;
	return step->actions[index].also || step_move(step->state, MOVE_PLAN, &next, err);
}

bool step_can_plan(const Incident *incident, const Run *run, const IncidentStep *step, size_t index, Error *err)
{
	if (step_plan_allowed(incident, run, step, index, err))
		return true;
	error_where_step(err, step);
	return false;
}

static bool step_undo_allowed(const Incident *incident, const Run *run, const IncidentStep *step, Error *err)
{
	StepState next;
	bool any = false;
	if (!step_is_free(incident, step, err) || !run_is_idle(incident, run, err))
		return false;
	if (!step->can_undo) {
		error_set(err, ERROR_INVALID, "the playbook names no way back for this step");
		return error_hint(err, "follow the procedure that leads back");
	}
	for (size_t i = 0; i < step->action_count; i++)
		any = any || (!step->actions[i].also && step->actions[i].last_action);
	if (!any && step->state != STEP_DONE) {
		error_set(err, ERROR_CONFLICT, "nothing of it was done");
		return error_hint(err, "there is nothing to take back");
	}
	return step_move(step->state, MOVE_UNDO_START, &next, err);
}

bool step_can_undo(const Incident *incident, const Run *run, const IncidentStep *step, Error *err)
{
	if (step_undo_allowed(incident, run, step, err))
		return true;
	error_where_step(err, step);
	return false;
}

/* "product and engineering": the roles of `gate` that have not said yes, or all of them. */
static char *gate_missing_roles(const Gate *gate, WallTime now)
{
	AUTO_CLEAR(StrList) missing = { 0 };
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (!signoff || !decision_opens(signoff->decision) || (wall_known(signoff->expires)
			&& now.ms >= signoff->expires.ms))
			strlist_add(&missing, gate->roles.items[i]);
	}
	return strlist_join(missing.count ? &missing : &gate->roles, " and ");
}

static bool is_above(const Run *run, const IncidentStep *step, const IncidentStep *inner)
{
	int index = run_step_index(run, step);
	for (int at = inner->parent; at >= 0; at = run->steps[at].parent)
		if (at == index)
			return true;
	return false;
}

const IncidentStep *gate_waits_for(const Run *run, const Gate *gate)
{
	const IncidentStep *first = gate->steps.count ? run_find_step(run, gate->steps.items[0]) : NULL;
	for (const IncidentStep *step = run->steps; first && step < first; step++)
		if (step->counted && !is_above(run, step, first) && !step->optional && step->state != STEP_DONE && step->state != STEP_SKIPPED)
			return step;
	return NULL;
}

bool timer_was_given_up(const Run *run, const Timer *timer)
{
	return run->state == RUN_ABANDONED && (!wall_known(timer->stopped) || timer->stopped.ms >= run->ended.ms);
}

/* A way back that is planned is signed by the same gate. */
static bool is_behind_us(const IncidentStep *step)
{
	for (size_t i = 0; i < step->action_count; i++)
		if (step->actions[i].plan && step->actions[i].plan_is_undo)
			return false;
	return step->state == STEP_DONE || step->state == STEP_SKIPPED;
}

GateState run_gate_state(const Run *run, const Gate *gate, WallTime now)
{
	GateState state = gate_state(gate, now);
	for (size_t i = 0; i < gate->steps.count && state == GATE_EXPIRED; i++) {
		const IncidentStep *step = run_find_step(run, gate->steps.items[i]);
		if (!step || !is_behind_us(step))
			return state;
	}
	return state == GATE_EXPIRED && gate->steps.count ? GATE_SIGNED : state;
}

bool gate_refuses(const Gate *gate, WallTime now, Error *err)
{
	AUTO_FREE char *roles = gate_missing_roles(gate, now);
	switch (gate_state(gate, now)) {
	case GATE_SIGNED:
		return false;
	case GATE_CLOSED:
		error_set(err, ERROR_CONFLICT, "needs %s, who have not been asked", roles);
		error_hint(err, "make the plan, then ask for the sign-off");
		break;
	case GATE_WAITING:
		if (gate_people_wanted(gate, now))
			error_set(err, ERROR_CONFLICT, "needs %d more of %s: %d people have to agree", gate_people_wanted(gate, now), roles, gate->min);
		else
			error_set(err, ERROR_CONFLICT, "needs %s", roles);
		error_hint(err, "they sign at their own console, or with `breakglass sign`");
		break;
	case GATE_REFUSED:
		error_set(err, ERROR_DENIED, "%s said no to exactly this", gate_no(gate)->person);
		error_hint(err, "read the reason; change the plan, or ask %s to take it back or to sign", gate_no(gate)->person);
		break;
	case GATE_ESCALATED:
		error_set(err, ERROR_DENIED, "a signer wants somebody else to decide");
		error_hint(err, "bring in whom the signer named, then let that role sign again");
		break;
	case GATE_EXPIRED:
		error_set(err, ERROR_CONFLICT, "was signed too long ago: needs %s again", roles);
		error_hint(err, "ask them to sign once more");
		break;
	}
	error_where(err, "gate %s", *gate->title ? gate->title : gate->id);
	return true;
}

static bool step_start_allowed(const Incident *incident, const Run *run, const IncidentStep *step, size_t index,
	Error *err)
{
	StepState next;
	if (!step_is_free(incident, step, err) || !run_is_walked(run, err) || !run_is_idle(incident, run, err)
		|| !step_has_row(step, index, err))
		return false;
	if (step->actions[index].also)
		return true;
	for (size_t i = 0; i < index; i++) {
		const StepAction *before = &step->actions[i];
		if (before->also || before->done)
			continue;
		error_set(err, ERROR_CONFLICT, "%s comes first", before->label ? before->label : before->verb);
		return error_hint(err, "the actions of a step are done in order");
	}
	return step_move(step->state, MOVE_START, &next, NULL) || step_move(step->state, MOVE_PLAN, &next, err);
}

bool step_can_start(const Incident *incident, const Run *run, const IncidentStep *step, size_t index, WallTime now,
	Error *err)
{
	if (!step_start_allowed(incident, run, step, index, err)) {
		error_where_step(err, step);
		return false;
	}
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(run, step, gates, BG_LENGTH(gates));
	for (size_t i = 0; i < count; i++) {
		if (gate_refuses(gates[i], now, err))
			return false;
	}
	return true;
}

void run_progress(const Run *run, size_t *ret_done, size_t *ret_total)
{
	size_t done = 0, total = 0;
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		total += step->counted;
		done += step->counted && (step->state == STEP_DONE || step->state == STEP_SKIPPED);
	}
	*ret_done = done;
	*ret_total = total;
}

size_t run_left_out(const Run *run)
{
	size_t count = 0;
	for (size_t i = 0; i < run->step_count; i++)
		count += run->steps[i].counted && run->steps[i].state == STEP_SKIPPED;
	return count;
}

char *run_progress_words(const Run *run)
{
	size_t done, total, left_out = run_left_out(run);
	run_progress(run, &done, &total);
	if (!left_out)
		return bg_asprintf("%zu of %zu steps done", done, total);
	return bg_asprintf("%zu of %zu steps done, %zu left out", done - left_out, total, left_out);
}

int64_t incident_elapsed_ms(const Incident *incident, WallTime now)
{
	int64_t since = incident->phase == INCIDENT_ENDED ? 0 : now.ms - incident->last_time.ms;
	return incident->last_mono_ms - incident->declared_mono_ms + (since > 0 ? since : 0);
}
