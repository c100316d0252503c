/* signoff_ways.c: who can sign here, with which key, in which role; and why nobody can. Pure. */
#include "core/base/alloc.h"
#include "tui/view/signoff_view.h"

bool signoff_is_asked(const Run *run, const Gate *gate, WallTime now)
{
	return gate->subject[0] && run_gate_state(run, gate, now) != GATE_SIGNED;
}

bool signoff_role_is_open(const Gate *gate, const char *role, WallTime now)
{
	const Signoff *signoff = gate_signoff(gate, role);
	return !signoff || !decision_opens(signoff->decision) || (wall_known(signoff->expires) && now.ms >= signoff->expires.ms);
}

/* The role that this person, or this key, has said yes in over the same subject; NULL = none. */
static const char *role_taken(const Gate *gate, const Signer *signer, WallTime now)
{
	const Signoff *own = gate_signoff_of(gate, signer->person);
	if (own && gate_counts(gate, own, now))
		return own->role;
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (signoff && !signoff_role_is_open(gate, gate->roles.items[i], now) &&
			(text_eq(signoff->person, signer->person) || text_eq(signoff->key, signer->fingerprint)))
			return gate->roles.items[i];
	}
	return NULL;
}

const char *signoff_answer_refused(const Run *run, const Gate *gate, Decision decision, WallTime now)
{
	GateState state = run ? run_gate_state(run, gate, now) : gate_state(gate, now);
	if (run && run->state != RUN_WALKING && decision != DECISION_COUNTERSIGN)
		return "this run is over";
	if (decision == DECISION_ALONE && !gate->solo)
		return "this environment lets nobody go on alone";
	if (decision == DECISION_COUNTERSIGN && !gate_override(gate, NULL))
		return gate->override_count ? "it is countersigned" : "nobody went on alone here";
	bool answers = decision == DECISION_YES || decision == DECISION_NO || decision == DECISION_ESCALATE;
	if (answers && state == GATE_SIGNED)
		return "it is signed";
	return decision_refused(decision, state);
}

static bool role_is_for(const Gate *gate, const Signer *signer, const char *role, Decision decision, WallTime now)
{
	const Signoff *given = gate_signoff_of(gate, signer->person);
	const Override *override = gate_override(gate, NULL);
	bool own = given && text_eq(given->role, role);
	switch (decision) {
	case DECISION_WITHDRAW:
		return own;
	case DECISION_COUNTERSIGN:
		return override && strlist_has(&override->missing, role) && !text_eq(override->person, signer->person);
	case DECISION_ALONE:
		return own || (signoff_role_is_open(gate, role, now) && !role_taken(gate, signer, now));
	case DECISION_YES:
	case DECISION_NO:
	case DECISION_ESCALATE:
		break;
	}
	bool wanted = signoff_role_is_open(gate, role, now) || gate_people_wanted(gate, now);
	return wanted && !role_taken(gate, signer, now);
}

static void add_ways(const SignoffView *view, const ViewContext *context, const Gate *gate, Decision decision, bool own, SignoffWay ways[],
	size_t *count)
{
	for (size_t i = 0; i < view->keys->count; i++) {
		const Signer *signer = &view->keys->items[i];
		if (!signer->person || !signer->valid || text_eq(signer->person, context->model->who) != own)
			continue;
		for (size_t r = 0; r < gate->roles.count && *count < SIGNOFF_WAYS_MAX; r++)
			if (strlist_has(&signer->roles, gate->roles.items[r]) && role_is_for(gate, signer, gate->roles.items[r], decision, context->wall))
				ways[(*count)++] = (SignoffWay) { signer, gate->roles.items[r] };
	}
}

size_t signoff_ways_to(const SignoffView *view, const ViewContext *context, const Gate *gate, Decision decision,
	SignoffWay ret_ways[static SIGNOFF_WAYS_MAX])
{
	size_t count = 0;
	if (!view->keys || !view->keys_known || signoff_answer_refused(context->run, gate, decision, context->wall))
		return 0;
	add_ways(view, context, gate, decision, true, ret_ways, &count);
	add_ways(view, context, gate, decision, false, ret_ways, &count);
	return count;
}

size_t signoff_ways(const SignoffView *view, const ViewContext *context, const Gate *gate, SignoffWay ret_ways[static SIGNOFF_WAYS_MAX])
{
	return signoff_ways_to(view, context, gate, DECISION_YES, ret_ways);
}

bool signoff_way(const SignoffView *view, const ViewContext *context, const Gate *gate, SignoffWay *ret_way)
{
	SignoffWay ways[SIGNOFF_WAYS_MAX];
	size_t count = signoff_ways(view, context, gate, ways);
	for (size_t i = 0; i < count; i++)
		if (text_eq(ways[i].role, view->role) && text_eq(ways[i].signer->fingerprint, view->fingerprint)) {
			*ret_way = ways[i];
			return true;
		}
	/* Somebody else's key is at hand when two people stand at one terminal. It is taken by a key of its own (o), never by going on. */
	bool own = count && text_eq(ways[0].signer->person, context->model->who);
	if (own)
		*ret_way = ways[0];
	return own;
}

bool signoff_keys_are_sought(const SignoffView *view)
{
	return view->looking || view->fresh;
}

/* ---- why not ---- */

static void explain_key(const Signer *signer, const ViewContext *context, const Gate *gate, Styled *out)
{
	styled_printf(out, ROLE_TEXT, "  %.15s\xe2\x80\xa6 %s", signer->fingerprint, signer->comment ? signer->comment : "");
	const char *taken = signer->person ? role_taken(gate, signer, context->wall) : NULL;
	if (!signer->person)
		styled_add(out, ROLE_MUTED, ": nobody of this environment signs with it\n");
	else if (!signer->valid)
		styled_printf(out, ROLE_WARN, ": of %s, but it does not count now (expired or revoked)\n", signer->person);
	else if (taken)
		styled_printf(out, ROLE_MUTED, ": of %s, who has signed as %s; one person never fills two roles\n", signer->person, taken);
	else
		styled_printf(out, ROLE_MUTED, ": of %s, who holds none of the roles that are missing\n", signer->person);
}

void signoff_explain(const SignoffView *view, const ViewContext *context, const Gate *gate, Styled *out)
{
	SignoffWay ways[SIGNOFF_WAYS_MAX];
	if (signoff_ways(view, context, gate, ways))
		return;
	if (!view->keys && signoff_keys_are_sought(view)) {
		styled_add(out, ROLE_MUTED, view->looking ? "Looking for keys to sign with...\n" : "Asking whose the keys are...\n");
		return;
	}
	if (!view->keys) {
		styled_printf(out, ROLE_WARN, "%s\n", view->keys_error.why);
		if (*view->keys_error.hint)
			styled_printf(out, ROLE_MUTED, "%s\n", view->keys_error.hint);
	} else if (!view->keys_known) {
		styled_printf(out, ROLE_MUTED, "%s\n", view->keys_error.why);
		return;
	} else {
		styled_add(out, ROLE_TEXT, "No key at hand can sign what is missing:\n");
		for (size_t i = 0; i < view->keys->count; i++)
			explain_key(&view->keys->items[i], context, gate, out);
	}
	for (size_t i = 0; view->keys && i < view->keys->notes.count; i++)
		styled_printf(out, ROLE_MUTED, "  %s\n", view->keys->notes.items[i]);
	styled_add(out, ROLE_TEXT, "Others sign at their own console, with ");
	styled_add(out, ROLE_CODE, "breakglass sign");
	styled_add(out, ROLE_TEXT, ", or on their laptop: S shows the text and takes the signature.\n");
}
