/* override.c: gates that one person opened alone. Each stays in the ledger until every role that was missing has signed over the very
 * same subject, before the act or long after it. */
#include <string.h>

#include "core/incident/model.h"

void override_clear(Override *override)
{
	strlist_clear(&override->lines);
	strlist_clear(&override->missing);
	free(override->person);
	free(override->role);
	free(override->reason);
	*override = (Override) { 0 };
}

const Override *gate_override(const Gate *gate, const char *subject)
{
	for (size_t i = 0; i < gate->override_count; i++) {
		const Override *override = &gate->overrides[i];
		if (override->missing.count && (!subject || text_eq(override->subject, subject)))
			return override;
	}
	return NULL;
}

const Signoff *gate_countersignature(const Gate *gate, const char *role)
{
	for (size_t i = gate->signoff_count; i > 0; i--) {
		const Signoff *signoff = &gate->signoffs[i - 1];
		if (signoff->decision == DECISION_COUNTERSIGN && text_eq(signoff->role, role) && text_eq(signoff->subject, gate->subject))
			return signoff;
	}
	return NULL;
}

size_t incident_overrides(const Incident *incident)
{
	size_t count = 0;
	for (size_t i = 0; i < incident->open_count; i++)
		count += incident->ledger[incident->open_items[i]].gate != NULL;
	return count;
}

static void list_missing(const Gate *gate, const Signoff *alone, Override *override)
{
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (!(signoff && decision_opens(signoff->decision)) && !text_eq(gate->roles.items[i], alone->role))
			strlist_add(&override->missing, gate->roles.items[i]);
	}
}

void override_open(Incident *incident, const Run *run, Gate *gate, const Signoff *alone, const Event *event)
{
	Override override = { .asked_seq = gate->asked_seq, .time = event->time, .seq = event->seq };
	list_missing(gate, alone, &override);
	if (!override.missing.count || gate_override(gate, gate->subject)) {
		override_clear(&override);
		return;
	}
	memcpy(override.subject, gate->subject, sizeof override.subject);
	for (size_t i = 0; i < gate->lines.count; i++)
		strlist_add(&override.lines, gate->lines.items[i]);
	override.person = bg_strdup(alone->person);
	override.role = bg_strdup(alone->role);
	override.reason = bg_strdup_or_null(alone->reason);
	gate->overrides = model_room(gate->overrides, gate->override_count, sizeof *gate->overrides);
	gate->overrides[gate->override_count++] = override;
	ledger_open_gate(incident, run, gate, &gate->overrides[gate->override_count - 1], event);
}

static void forget(Override *override, const char *role)
{
	for (size_t i = 0; i < override->missing.count; i++) {
		if (text_eq(override->missing.items[i], role)) {
			strlist_remove(&override->missing, i);
			return;
		}
	}
}

void override_settle(Incident *incident, const Run *run, Gate *gate, const Signoff *signoff, const Event *event)
{
	bool any = false;
	for (size_t i = 0; i < gate->override_count; i++) {
		Override *override = &gate->overrides[i];
		if (text_eq(override->subject, signoff->subject) && !text_eq(override->person, signoff->person))
			forget(override, signoff->role);
		any = any || override->missing.count;
	}
	if (gate->override_count && !any)
		ledger_close_gate(incident, run, gate, event);
}

/* Something was started by it. */
static bool was_used(const Incident *incident, const Run *run, const Gate *gate, const Override *override)
{
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (action->started_seq > override->seq && &incident->runs[action->run] == run
			&& strlist_has(&gate->steps, run->steps[action->step].id))
			return true;
	}
	return false;
}

void override_withdraw(Incident *incident, const Run *run, Gate *gate, const char *person, const Event *event)
{
	bool any = false;
	for (size_t i = 0; i < gate->override_count; i++) {
		Override *override = &gate->overrides[i];
		if (text_eq(override->person, person) && text_eq(override->subject, gate->subject) && !was_used(incident, run, gate, override))
			strlist_clear(&override->missing);
		any = any || override->missing.count;
	}
	if (gate->override_count && !any)
		ledger_close_gate(incident, run, gate, event);
}
