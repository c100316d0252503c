/* gate.c: what the sign-offs of a gate amount to.
 * Only those count that were given over the present subject after it was asked; of one person only the newest; a key
 * that two people used counts for the first. A no stands until whoever said it says something else or the subject changes: nobody else
 * can outvote it, be it in the same role. To escalate asks for somebody else's answer, so that one takes its place. */
#include "core/incident/model.h"

static bool signoff_is_current(const Gate *gate, const Signoff *signoff)
{
	return text_eq(signoff->subject, gate->subject);
}

bool signoff_is_weaker(const Signoff *signoff)
{
	return text_eq(signoff->method, SIGNOFF_BY_CODE);
}

const char *signoff_touch_words(const Signoff *signoff)
{
	return signoff->verified ? "touched, with PIN or finger" : signoff->touched ? "touched" : "";
}

/* Opens the gate as far as its role goes. */
static bool signoff_is_valid(const Signoff *signoff, WallTime at)
{
	return decision_opens(signoff->decision)
		&& (!wall_known(signoff->expires) || at.ms < signoff->expires.ms);
}

/* A newer one by the same person over the same subject takes its place, be it only to take it back. */
static bool signoff_is_replaced(const Gate *gate, size_t index)
{
	for (size_t i = index + 1; i < gate->signoff_count; i++) {
		const Signoff *newer = &gate->signoffs[i];
		if (newer->decision != DECISION_COUNTERSIGN && signoff_is_current(gate, newer)
			&& text_eq(newer->person, gate->signoffs[index].person))
			return true;
	}
	return false;
}

/* NULL: of any role. */
static const Signoff *standing_no(const Gate *gate, const char *role)
{
	for (size_t i = gate->signoff_count; i > gate->signoffs_from; i--) {
		const Signoff *signoff = &gate->signoffs[i - 1];
		bool meant = role ? text_eq(signoff->role, role) : strlist_has(&gate->roles, signoff->role);
		if (signoff->decision == DECISION_NO && meant && signoff_is_current(gate, signoff) && !signoff_is_replaced(gate, i - 1))
			return signoff;
	}
	return NULL;
}

const Signoff *gate_no(const Gate *gate)
{
	return standing_no(gate, NULL);
}

const Signoff *gate_signoff(const Gate *gate, const char *role)
{
	const Signoff *no = standing_no(gate, role);
	if (no)
		return no;
	for (size_t i = gate->signoff_count; i > gate->signoffs_from; i--) {
		const Signoff *signoff = &gate->signoffs[i - 1];
		bool answers = signoff->decision != DECISION_WITHDRAW && signoff->decision != DECISION_COUNTERSIGN;
		if (answers && signoff_is_current(gate, signoff) && text_eq(signoff->role, role) && !signoff_is_replaced(gate, i - 1))
			return signoff;
	}
	return NULL;
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

static bool signoff_counts(const Gate *gate, size_t index, WallTime at)
{
	const Signoff *signoff = &gate->signoffs[index];
	return signoff_is_current(gate, signoff) && signoff_is_valid(signoff, at) && !signoff_is_replaced(gate, index)
		&& !key_was_used_by_another(gate, index) && strlist_has(&gate->roles, signoff->role);
}

const Signoff *gate_signoff_of(const Gate *gate, const char *person)
{
	for (size_t i = gate->signoff_count; i > gate->signoffs_from; i--) {
		const Signoff *signoff = &gate->signoffs[i - 1];
		if (signoff->decision != DECISION_COUNTERSIGN && signoff_is_current(gate, signoff) && text_eq(signoff->person, person))
			return signoff->decision == DECISION_WITHDRAW ? NULL : signoff;
	}
	return NULL;
}

/* A person stands for one role, so people are as many as sign-offs that count. */
static int count_people(const Gate *gate, WallTime at, StrList *ret_roles)
{
	int people = 0;
	for (size_t i = gate->signoffs_from; i < gate->signoff_count; i++) {
		if (!signoff_counts(gate, i, at))
			continue;
		people++;
		if (!strlist_has(ret_roles, gate->signoffs[i].role))
			strlist_add(ret_roles, gate->signoffs[i].role);
	}
	return people;
}

bool gate_is_complete(const Gate *gate, WallTime at)
{
	AUTO_CLEAR(StrList) roles = { 0 };
	int people = count_people(gate, at, &roles);
	return gate->subject[0] && roles.count == gate->roles.count && people >= gate->min;
}

int gate_people_wanted(const Gate *gate, WallTime now)
{
	AUTO_CLEAR(StrList) roles = { 0 };
	int people = count_people(gate, now, &roles);
	return roles.count == gate->roles.count && people < gate->min ? gate->min - people : 0;
}

bool gate_counts(const Gate *gate, const Signoff *signoff, WallTime now)
{
	return signoff_counts(gate, (size_t) (signoff - gate->signoffs), gate->latched && !gate->live ? gate->latched_at : now);
}

const char *gate_reason(const Gate *gate, WallTime now)
{
	for (size_t i = gate->signoff_count; i > gate->signoffs_from; i--) {
		const Signoff *signoff = &gate->signoffs[i - 1];
		if (signoff->reason && *signoff->reason && gate_counts(gate, signoff, now))
			return signoff->reason;
	}
	return NULL;
}

static const Signoff *newest_alone(const Gate *gate, WallTime at)
{
	for (size_t i = gate->signoff_count; gate->solo && gate->subject[0] && i > gate->signoffs_from; i--)
		if (gate->signoffs[i - 1].decision == DECISION_ALONE && signoff_counts(gate, i - 1, at))
			return &gate->signoffs[i - 1];
	return NULL;
}

bool gate_is_open(const Gate *gate, WallTime at)
{
	return !gate_no(gate) && (gate_is_complete(gate, at) || newest_alone(gate, at));
}

const Signoff *gate_alone(const Gate *gate, WallTime now)
{
	if (gate_state(gate, now) != GATE_SIGNED)
		return NULL;
	/* What was opened in time stays open: then the moment of opening counts. */
	const Signoff *alone = newest_alone(gate, gate->latched && !gate->live ? gate->latched_at : now);
	return alone && !gate_is_complete(gate, gate->latched && !gate->live ? gate->latched_at : now) ? alone : NULL;
}

GateState gate_state(const Gate *gate, WallTime now)
{
	if (!gate->subject[0])
		return GATE_CLOSED;
	if (gate_no(gate))
		return GATE_REFUSED;
	bool escalated = false;
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		escalated = escalated || (signoff && signoff->decision == DECISION_ESCALATE);
	}
	if (escalated)
		return GATE_ESCALATED;
	if (gate->latched && !gate->live)
		return GATE_SIGNED;
	if (gate_is_open(gate, now))
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
