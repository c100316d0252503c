/* answer.c: what a signer can answer, and which answer may be given to a gate in which state. An empty cell is allowed; a text is the
 * reason why not. */
#include "core/incident/model.h"

static const char *const names[DECISION_COUNT] = {
	[DECISION_YES] = "yes", [DECISION_NO] = "no", [DECISION_ESCALATE] = "escalate", [DECISION_WITHDRAW] = "withdraw",
	[DECISION_ALONE] = "alone", [DECISION_COUNTERSIGN] = "countersign",
};

static const char *const words[DECISION_COUNT] = {
	[DECISION_YES] = "signed", [DECISION_NO] = "said NO", [DECISION_ESCALATE] = "escalated", [DECISION_WITHDRAW] = "took it back",
	[DECISION_ALONE] = "signed ALONE", [DECISION_COUNTERSIGN] = "countersigned",
};

#define NOT_ASKED "nobody was asked to sign this yet"
static const char *const refusals[DECISION_COUNT][GATE_STATE_COUNT] = {
	[DECISION_YES] = { [GATE_CLOSED] = NOT_ASKED },
	[DECISION_NO] = { [GATE_CLOSED] = NOT_ASKED },
	[DECISION_ESCALATE] = { [GATE_CLOSED] = NOT_ASKED },
	[DECISION_WITHDRAW] = { [GATE_CLOSED] = NOT_ASKED },
	/* An override replaces somebody who is not there; it is no way around somebody who has spoken. */
	[DECISION_ALONE] = {
		[GATE_CLOSED] = NOT_ASKED,
		[GATE_SIGNED] = "it is signed already: nobody needs to go on alone",
		[GATE_REFUSED] = "somebody said no to exactly this: going on alone is for roles that nobody answers for",
		[GATE_ESCALATED] = "a signer wants somebody else to decide: going on alone is for roles that nobody answers for",
	},
	/* Looks back: the gate may stand as it likes. */
	[DECISION_COUNTERSIGN] = { [GATE_CLOSED] = NULL },
};

const char *decision_refused(Decision decision, GateState state)
{
	return refusals[decision][state];
}

bool decision_opens(Decision decision)
{
	return decision == DECISION_YES || decision == DECISION_ALONE;
}

const char *decision_words(Decision decision)
{
	return words[decision];
}

const char *decision_name(Decision decision)
{
	return (int) decision < DECISION_COUNT ? names[decision] : "";
}

bool decision_parse(const char *text, Decision *ret_decision)
{
	for (int i = 0; i < DECISION_COUNT; i++) {
		if (text_eq(names[i], text)) {
			*ret_decision = (Decision) i;
			return true;
		}
	}
	return false;
}
