/* decide_gate.c: requests about sign-off. Whether a signature is a signature was judged before; here is judged whether
 * it counts. */
#include "core/incident/decide.h"

enum { GATE_LINES_MAX = 2000, STATEMENT_MAX = 256 * 1024, SIGNATURE_MAX = 16 * 1024 };

bool decide_ask(Asked *asked)
{
	if (!take_gate(asked) || !take_digest(asked, "subject"))
		return false;
	const Json *lines = json_get(asked->args, "lines");
	if (json_count(lines) > GATE_LINES_MAX)
		return refuse(asked, ERROR_INVALID, "split the gate over several steps", "there are more than %d lines to sign",
			GATE_LINES_MAX);
	Json *copy = json_add(asked->data, "lines", json_new_array());
	JSON_EACH(line, lines) {
		AUTO_FREE char *clean = text_sanitised_line(json_string(line));
		json_append_string(copy, clean);
	}
	return true;
}

/* The record that asked for what is signed: for a countersignature that of the subject that was overridden. */
static bool sign_subject_is_asked(Asked *asked, Decision decision, int64_t *ret_asked_seq)
{
	const Gate *gate = asked->gate;
	const char *subject = json_get_string(asked->data, "subject");
	const char *why = decision_refused(decision, gate_state(gate, asked->now));
	if (why)
		return refuse(asked, ERROR_CONFLICT, gate->subject[0] ? "read the sign-off screen: it says who answered what"
			: "make the plan, then ask for the sign-off", "%s", why);
	if (decision == DECISION_COUNTERSIGN) {
		const Override *override = gate_override(gate, subject);
		if (!override)
			return refuse(asked, ERROR_CONFLICT, "the ledger lists what waits for a countersignature",
				"nobody went on alone over exactly this, or it is countersigned");
		*ret_asked_seq = override->asked_seq;
		return true;
	}
	if (!text_eq(gate->subject, subject))
		return refuse(asked, ERROR_CONFLICT, "read the new statement and sign that one",
			"what was signed is not what would be done now: the plan, a value or the playbook changed");
	*ret_asked_seq = gate->asked_seq;
	return true;
}

static bool sign_is_in_time(Asked *asked, int64_t asked_seq)
{
	int64_t checkpoint = json_get_int(asked->data, "checkpoint", 0);
	if (checkpoint < asked_seq)
		return refuse(asked, ERROR_CONFLICT, "read the new statement and sign that one",
			"it was signed at record %lld, before this was asked (record %lld)", (long long) checkpoint, (long long) asked_seq);
	if (checkpoint > asked->incident->seq)
		return refuse(asked, ERROR_INVALID, "read the statement here and sign that one",
			"it was signed at record %lld, which this incident does not have", (long long) checkpoint);
	int64_t expires = json_get_int(asked->data, "expires", 0);
	if (expires && expires <= asked->now.ms)
		return refuse(asked, ERROR_CONFLICT, "read the new statement and sign that one", "the signature has expired");
	return true;
}

/* What an answer needs beside its subject. */
static bool sign_answer_is_due(Asked *asked, Decision decision)
{
	const Gate *gate = asked->gate;
	const char *role = json_get_string(asked->data, "role"), *person = json_get_string(asked->data, "person");
	if (decision == DECISION_ALONE && !gate->solo)
		return refuse(asked, ERROR_DENIED, "ask for the missing role: who holds it stands on the sign-off screen",
			"this environment lets nobody go on alone");
	const Signoff *own = gate_signoff_of(gate, person);
	if (decision == DECISION_WITHDRAW && (!own || !text_eq(own->role, role)))
		return refuse(asked, ERROR_CONFLICT, "only an answer of your own that still stands can be taken back",
			"%s has not answered this as %s", person, role);
	if (decision != DECISION_COUNTERSIGN)
		return true;
	const Override *override = gate_override(gate, json_get_string(asked->data, "subject"));
	if (text_eq(override->person, person))
		return refuse(asked, ERROR_DENIED, "another person countersigns", "%s went on alone and cannot countersign that", person);
	if (!strlist_has(&override->missing, role)) {
		AUTO_FREE char *missing = strlist_join(&override->missing, " and ");
		return refuse(asked, ERROR_DENIED, "countersign in a role that was missing", "this waits for %s, not %s", missing, role);
	}
	return true;
}

static bool sign_role_is_free(Asked *asked, Decision decision)
{
	const Gate *gate = asked->gate;
	const char *role = json_get_string(asked->data, "role"), *person = json_get_string(asked->data, "person");
	const char *key = json_get_string(asked->data, "key");
	if (!strlist_has(&gate->roles, role)) {
		AUTO_FREE char *roles = strlist_join(&gate->roles, " and ");
		return refuse(asked, ERROR_DENIED, "sign in a role that you hold and that is asked for",
			"this needs %s, not %s", roles, role);
	}
	for (size_t i = 0; i < gate->signoff_count; i++) {
		const Signoff *other = &gate->signoffs[i];
		bool same_person = text_eq(other->person, person);
		bool current = i >= gate->signoffs_from && decision != DECISION_COUNTERSIGN && other->decision != DECISION_COUNTERSIGN;
		if (current && same_person && !text_eq(other->role, role))
			return refuse(asked, ERROR_DENIED, "let another person sign",
				"%s has signed this as %s already: one person, one role",
				person, other->role);
		if (!same_person && key && text_eq(other->key, key))
			return refuse(asked, ERROR_DENIED, "each person signs with a key of their own",
				"this key was used here by %s", other->person);
	}
	if (gate->signoff_count - gate->signoffs_from >= GATE_SIGNOFFS_MAX)
		return refuse(asked, ERROR_INVALID, "make a new plan and ask again", "this was signed %d times already",
			GATE_SIGNOFFS_MAX);
	return true;
}

bool decide_sign(Asked *asked)
{
	const char *decisions[DECISION_COUNT + 1] = { NULL };
	Decision decision = DECISION_YES;
	int64_t asked_seq = 0;
	for (int i = 0; i < DECISION_COUNT; i++)
		decisions[i] = decision_name((Decision) i);
	if (!take_gate(asked) || !take_line(asked, "role", REQUIRED, INCIDENT_LINE_MAX)
		|| !take_line(asked, "person", REQUIRED, INCIDENT_WHO_MAX) || !take_choice(asked, "decision", decisions)
		|| !take_digest(asked, "subject") || !take_line(asked, "key", OPTIONAL, INCIDENT_LINE_MAX)
		|| !take_line(asked, "method", OPTIONAL, INCIDENT_LINE_MAX)
		|| !take_raw(asked, "statement", OPTIONAL, STATEMENT_MAX) || !take_raw(asked, "signature", OPTIONAL,
		SIGNATURE_MAX)
		|| !take_int(asked, "expires", OPTIONAL, 0, INT64_C(1) << 52)
		|| !take_int(asked, "signed", OPTIONAL, 0, INT64_C(1) << 52)
		|| !take_int(asked, "checkpoint", REQUIRED, 0, INT64_C(1) << 52))
		return false;
	BG_IGNORE(decision_parse(json_get_string(asked->data, "decision"), &decision));      /* take_choice() let only these through */
	/* A countersignature may come long after: what was done alone stays open until then. */
	if (asked->run->state != RUN_WALKING && decision != DECISION_COUNTERSIGN)
		return refuse(asked, ERROR_CONFLICT, "start the procedure again", "this run is over (%s)",
			run_state_name(asked->run->state));
	if (!sign_subject_is_asked(asked, decision, &asked_seq) || !sign_is_in_time(asked, asked_seq) || !sign_role_is_free(asked, decision)
		|| !sign_answer_is_due(asked, decision))
		return false;
	if (json_is_bool(json_get(asked->args, "touched"))) {
		take_bool(asked, "touched");
		take_bool(asked, "verified");
	}
	static const char *const wants[DECISION_COUNT] = {
		[DECISION_NO] = "saying no or escalating wants a reason", [DECISION_ESCALATE] = "saying no or escalating wants a reason",
		[DECISION_WITHDRAW] = "taking an answer back wants a reason", [DECISION_ALONE] = "going on alone wants a reason",
	};
	return take_reason(asked, wants[decision] ? wants[decision]
		: asked->gate->reason_required ? "this sign-off wants a reason" : NULL);
}
