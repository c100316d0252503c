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

static bool sign_subject_is_asked(Asked *asked)
{
	const Gate *gate = asked->gate;
	if (!gate->subject[0])
		return refuse(asked, ERROR_CONFLICT, "make the plan, then ask for the sign-off",
			"nobody was asked to sign this yet");
	if (!text_eq(gate->subject, json_get_string(asked->data, "subject")))
		return refuse(asked, ERROR_CONFLICT, "read the new statement and sign that one",
			"what was signed is not what would be done now: the plan, a value or the playbook changed");
	int64_t checkpoint = json_get_int(asked->data, "checkpoint", 0);
	if (checkpoint < gate->asked_seq)
		return refuse(asked, ERROR_CONFLICT, "read the new statement and sign that one",
			"it was signed at record %lld, before this was asked (record %lld)", (long long) checkpoint,
			(long long) gate->asked_seq);
	if (checkpoint > asked->incident->seq)
		return refuse(asked, ERROR_INVALID, "read the statement here and sign that one",
			"it was signed at record %lld, which this incident does not have", (long long) checkpoint);
	int64_t expires = json_get_int(asked->data, "expires", 0);
	if (expires && expires <= asked->now.ms)
		return refuse(asked, ERROR_CONFLICT, "read the new statement and sign that one", "the signature has expired");
	return true;
}

static bool sign_role_is_free(Asked *asked)
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
		bool same_person = text_eq(other->person, person), current = i >= gate->signoffs_from;
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
	static const char *const decisions[] = { "yes", "no", "escalate", NULL };
	if (!take_gate(asked) || !take_line(asked, "role", REQUIRED, INCIDENT_LINE_MAX)
		|| !take_line(asked, "person", REQUIRED, INCIDENT_WHO_MAX) || !take_choice(asked, "decision", decisions)
		|| !take_digest(asked, "subject") || !take_line(asked, "key", OPTIONAL, INCIDENT_LINE_MAX)
		|| !take_line(asked, "method", OPTIONAL, INCIDENT_LINE_MAX)
		|| !take_raw(asked, "statement", OPTIONAL, STATEMENT_MAX) || !take_raw(asked, "signature", OPTIONAL,
		SIGNATURE_MAX)
		|| !take_int(asked, "expires", OPTIONAL, 0, INT64_C(1) << 52)
		|| !take_int(asked, "checkpoint", REQUIRED, 0, INT64_C(1) << 52))
		return false;
	if (asked->run->state != RUN_WALKING)
		return refuse(asked, ERROR_CONFLICT, "start the procedure again", "this run is over (%s)",
			run_state_name(asked->run->state));
	if (!sign_subject_is_asked(asked) || !sign_role_is_free(asked))
		return false;
	if (json_is_bool(json_get(asked->args, "touched")))
		take_bool(asked, "touched");
	bool yes = text_eq(json_get_string(asked->data, "decision"), "yes");
	return take_reason(asked, !yes ? "saying no or escalating wants a reason"
		: asked->gate->reason_required ? "this sign-off wants a reason" : NULL);
}
