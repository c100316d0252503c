/* gate.c: what the sign-offs of a gate amount to.
 * Only those count that were given over the present subject after it was asked; of one person only the newest; a key
 * that two people used counts for the first. */
#include "core/incident/model.h"

static bool signoff_is_current(const Gate *gate, const Signoff *signoff)
{
	return text_eq(signoff->subject, gate->subject);
}

static bool signoff_is_valid(const Signoff *signoff, WallTime at)
{
	return signoff->decision == DECISION_YES && (!wall_known(signoff->expires) || at.ms < signoff->expires.ms);
}

const Signoff *gate_signoff(const Gate *gate, const char *role)
{
	for (size_t i = gate->signoff_count; i > gate->signoffs_from; i--) {
		const Signoff *signoff = &gate->signoffs[i - 1];
		if (signoff_is_current(gate, signoff) && text_eq(signoff->role, role))
			return signoff;
	}
	return NULL;
}

/* A newer one by the same person over the same subject takes its place. */
static bool signoff_is_replaced(const Gate *gate, size_t index)
{
	for (size_t i = index + 1; i < gate->signoff_count; i++) {
		if (signoff_is_current(gate, &gate->signoffs[i]) && text_eq(gate->signoffs[i].person,
			gate->signoffs[index].person))
			return true;
	}
	return false;
}

static bool key_was_used_by_another(const Gate *gate, size_t index)
{
	const Signoff *mine = &gate->signoffs[index];
	for (size_t i = gate->signoffs_from; i < index; i++) {
		const Signoff *other = &gate->signoffs[i];
		if (signoff_is_current(gate, other) && text_eq(other->key, mine->key) && !text_eq(other->person, mine->person))
			return true;
	}
	return false;
}

bool gate_is_complete(const Gate *gate, WallTime at)
{
	AUTO_CLEAR(StrList) roles = { 0 };
	int people = 0;
	for (size_t i = gate->signoffs_from; i < gate->signoff_count; i++) {
		const Signoff *signoff = &gate->signoffs[i];
		if (!signoff_is_current(gate, signoff) || !signoff_is_valid(signoff, at) || signoff_is_replaced(gate, i)
			|| key_was_used_by_another(gate, i) || !strlist_has(&gate->roles, signoff->role))
			continue;
		people++;
		if (!strlist_has(&roles, signoff->role))
			strlist_add(&roles, signoff->role);
	}
	return gate->subject[0] && roles.count == gate->roles.count && people >= gate->min;
}

GateState gate_state(const Gate *gate, WallTime now)
{
	if (!gate->subject[0])
		return GATE_CLOSED;
	bool escalated = false;
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (signoff && signoff->decision == DECISION_NO)
			return GATE_REFUSED;
		escalated = escalated || (signoff && signoff->decision == DECISION_ESCALATE);
	}
	if (escalated)
		return GATE_ESCALATED;
	if (gate->latched && !gate->live)
		return GATE_SIGNED;
	if (gate_is_complete(gate, now))
		return GATE_SIGNED;
	return gate->latched ? GATE_EXPIRED : GATE_WAITING;
}

const char *gate_state_name(GateState state)
{
	static const char *const names[] = {
		[GATE_CLOSED] = "closed", [GATE_WAITING] = "waiting", [GATE_SIGNED] = "signed",
		[GATE_REFUSED] = "refused", [GATE_ESCALATED] = "escalated", [GATE_EXPIRED] = "expired",
	};
	return state < BG_LENGTH(names) ? names[state] : "";
}

const char *decision_name(Decision decision)
{
	static const char *const names[] = { [DECISION_YES] = "yes", [DECISION_NO] = "no",
		[DECISION_ESCALATE] = "escalate" };
	return decision < BG_LENGTH(names) ? names[decision] : "";
}

bool decision_parse(const char *text, Decision *ret_decision)
{
	for (int i = DECISION_YES; i <= DECISION_ESCALATE; i++) {
		if (text_eq(decision_name((Decision) i), text)) {
			*ret_decision = (Decision) i;
			return true;
		}
	}
	return false;
}
