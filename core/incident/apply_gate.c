/* apply_gate.c: folds in what is asked of signers and what they answer. */
#include <string.h>

#include "core/incident/model.h"

static Gate *model_gate(Incident *incident, const Json *data)
{
	Run *run = model_run(incident, data);
	int index = run ? run_gate_index(run, json_get_string(data, "gate")) : -1;
	return index < 0 ? NULL : &run->gates[index];
}

void apply_gate_asked(Incident *incident, const Event *event)
{
	Gate *gate = model_gate(incident, event->data);
	char subject[65];
	if (!gate || !model_digest(event->data, "subject", subject))
		return;
	strlist_clear(&gate->lines);
	JSON_EACH(line, json_get(event->data, "lines")) {
		if (json_string(line))
			strlist_add(&gate->lines, json_string(line));
	}
	if (text_eq(gate->subject, subject))
		return;
	memcpy(gate->subject, subject, sizeof subject);
	gate->asked_seq = event->seq;
	gate->asked = event->time;
	gate->signoffs_from = gate->signoff_count;
	gate->latched = false;
}

static void latch(Gate *gate, WallTime at)
{
	if (!gate->latched && gate_is_open(gate, at)) {
		gate->latched = true;
		gate->latched_at = at;
	}
}

/* What the newest sign-off does beside being there. */
static void apply_answer(Incident *incident, Run *run, Gate *gate, const Event *event)
{
	Signoff *signoff = &gate->signoffs[gate->signoff_count - 1];
	latch(gate, event->time);
	switch (signoff->decision) {
	case DECISION_YES:
	case DECISION_COUNTERSIGN:
		override_settle(incident, run, gate, signoff, event);
		return;
	case DECISION_ALONE:
		if (gate->solo)
			override_open(incident, run, gate, signoff, event);
		return;
	case DECISION_WITHDRAW:
		gate->latched = gate_is_open(gate, event->time);
		gate->latched_at = event->time;
		override_withdraw(incident, run, gate, signoff->person, event);
		return;
	case DECISION_NO:
	case DECISION_ESCALATE:
		return;
	}
}

void apply_signoff(Incident *incident, const Event *event)
{
	Gate *gate = model_gate(incident, event->data);
	const Json *data = event->data;
	const char *role = model_text(data, "role", INCIDENT_LINE_MAX), *person = model_text(data, "person",
		INCIDENT_WHO_MAX);
	Signoff signoff = { .seq = event->seq, .time = event->time };
	if (!gate || !role || !person || !model_digest(data, "subject", signoff.subject)
		|| !decision_parse(json_get_string(data, "decision"), &signoff.decision)
		|| gate->signoff_count - gate->signoffs_from >= GATE_SIGNOFFS_MAX)
		return;
	signoff.expires.ms = json_get_int(data, "expires", 0);
	signoff.signed_at.ms = json_get_int(data, "signed", 0);
	signoff.touched = json_get_bool(data, "touched", false);
	signoff.verified = signoff.touched && json_get_bool(data, "verified", false);
	signoff.role = bg_strdup(role);
	signoff.person = bg_strdup(person);
	if (event->who && !text_eq(event->who, person))
		signoff.login = bg_strdup(event->who);
	signoff.reason = bg_strdup_or_null(model_text(data, "reason", INCIDENT_TEXT_MAX));
	signoff.key = bg_strdup_or_null(model_text(data, "key", INCIDENT_LINE_MAX));
	signoff.method = bg_strdup_or_null(model_text(data, "method", INCIDENT_LINE_MAX));
	signoff.statement = bg_strdup_or_null(json_get_string(data, "statement"));
	signoff.signature = bg_strdup_or_null(json_get_string(data, "signature"));
	gate->signoffs = model_room(gate->signoffs, gate->signoff_count, sizeof *gate->signoffs);
	gate->signoffs[gate->signoff_count++] = signoff;
	apply_answer(incident, model_run(incident, data), gate, event);
}
