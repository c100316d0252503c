/* approval.h: do the sign-offs over a step still count? As data, so that the very same question is asked by the engine when it starts an
 * action and by the worker in the last moment before the first change: keys are revoked and signatures run out in between. */
#pragma once
#include "core/engine/walk.h"
#include "core/signoff/judge.h"

/* Who may sign, as the files are now. */
typedef struct SigningRules {
	Roster *roster;
	Revocations revocations;
	RoleHolder *holders;
	size_t count;
} SigningRules;
BG_CHECK bool signing_rules_load(const Environment *environment, SigningRules *ret_rules, Error *err);
void signing_rules_clear(SigningRules *rules);
BG_DEFINE_CLEARP(SigningRules, signing_rules_clear)

const char *approval_kind(const Environment *environment);           /* as a statement says it: "live" or "drill" */
/* What a statement calls the gate: number and title of its step, or the title of its section. Owned. */
char *approval_step(const PlaybookGate *gate, const Gate *state);

/* Every gate that covers `step` with its sign-offs, for approval_holds(). Owned. */
Json *approval_json(const Walk *walk, const IncidentStep *step);
/* Every gate in it is open now, and each sign-off that opens it is judged once more, against the roster as it is on disk now. `head_of`
 * NULL: who has no journal does not look whether the signer saw its heads. */
BG_CHECK bool approval_holds(const Environment *environment, const Json *approvals, const char *(*head_of)(void *userdata, int64_t seq),
	void *userdata, Error *err);
