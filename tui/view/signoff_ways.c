/* signoff_ways.c: who can sign here, with which key, in which role; and why nobody can. Pure. */
#include "core/base/alloc.h"
#include "tui/view/signoff_view.h"

bool signoff_is_asked(const Gate *gate, WallTime now)
{
	return gate->subject[0] && gate_state(gate, now) != GATE_SIGNED;
}

bool signoff_role_is_open(const Gate *gate, const char *role, WallTime now)
{
	const Signoff *signoff = gate_signoff(gate, role);
	return !signoff || !decision_opens(signoff->decision) || (wall_known(signoff->expires) && now.ms >= signoff->expires.ms);
}

/* The role that this person, or this key, has said yes in over the same subject; NULL = none. */
static const char *role_taken(const Gate *gate, const Signer *signer, WallTime now)
{
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (signoff && !signoff_role_is_open(gate, gate->roles.items[i], now) &&
			(text_eq(signoff->person, signer->person) || text_eq(signoff->key, signer->fingerprint)))
			return gate->roles.items[i];
	}
	return NULL;
}

static void add_ways(const SignoffView *view, const ViewContext *context, const Gate *gate, bool own, SignoffWay ways[], size_t *count)
{
	for (size_t i = 0; i < view->keys->count; i++) {
		const Signer *signer = &view->keys->items[i];
		if (!signer->person || !signer->valid || text_eq(signer->person, context->model->who) != own ||
			role_taken(gate, signer, context->wall))
			continue;
		for (size_t r = 0; r < gate->roles.count && *count < SIGNOFF_WAYS_MAX; r++)
			if (strlist_has(&signer->roles, gate->roles.items[r]) && signoff_role_is_open(gate, gate->roles.items[r], context->wall))
				ways[(*count)++] = (SignoffWay) { signer, gate->roles.items[r] };
	}
}

size_t signoff_ways(const SignoffView *view, const ViewContext *context, const Gate *gate, SignoffWay ret_ways[static SIGNOFF_WAYS_MAX])
{
	size_t count = 0;
	if (!view->keys || !view->keys_known || !signoff_is_asked(gate, context->wall))
		return 0;
	add_ways(view, context, gate, true, ret_ways, &count);
	add_ways(view, context, gate, false, ret_ways, &count);
	return count;
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
	if (view->looking) {
		styled_add(out, ROLE_MUTED, "Looking for keys to sign with...\n");
		return;
	}
	if (!view->keys) {
		styled_printf(out, ROLE_WARN, "%s\n", view->keys_error.why);
		if (*view->keys_error.hint)
			styled_printf(out, ROLE_MUTED, "%s\n", view->keys_error.hint);
	} else if (!view->keys_known) {
		styled_printf(out, ROLE_MUTED, "%s\n", error_is_set(&view->keys_error) ? view->keys_error.why : "Asking whose the keys are...");
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
