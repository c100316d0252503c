/* signoff_given.c: what has been answered at a gate: by whom, when, with which key, and what was done alone. Pure. */
#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "tui/view/signoff_view.h"
#include "tui/view/walk_plan.h"

#define LABEL_COLUMNS 15

static const char *method_words(const char *method)
{
	static const struct { const char *name, *words; } methods[] = { { "agent", "by the agent" }, { "key", "with a key file" },
		{ "signature", "signed elsewhere and pasted" }, { SIGNOFF_BY_CODE, "by one-time code (weaker)" } };
	for (size_t i = 0; i < BG_LENGTH(methods); i++)
		if (text_eq(method, methods[i].name))
			return methods[i].words;
	return method ? method : "";
}

static void write_signoff(const ViewContext *context, const Gate *gate, const Signoff *signoff, int columns, Styled *out)
{
	char clock[ZONE_BOTH_SIZE];
	bool later = signoff->decision == DECISION_COUNTERSIGN, yes = later || decision_opens(signoff->decision);
	bool expired = yes && !later && signoff_role_is_open(gate, signoff->role, context->wall);
	int indent = columns < 45 ? 2 : LABEL_COLUMNS;
	styled_printf(out, yes && !expired ? ROLE_OK : yes ? ROLE_STALE : ROLE_FAIL, "%s %-12s ", yes && !expired ? "\xe2\x9c\x94" : yes ? "~"
		: "\xe2\x9c\x96", signoff->role);
	if (indent < LABEL_COLUMNS)
		styled_printf(out, ROLE_TEXT, "\n  ");
	int said = canvas_text_width(signoff->person) + canvas_text_width(decision_words(signoff->decision)) + 2;
	styled_printf(out, ROLE_TEXT, "%s %s", signoff->person, decision_words(signoff->decision));
	styled_printf(out, ROLE_MUTED, " %s", view_clock_fit(signoff->time, context->wall, columns - indent - said, clock));
	if (client_is_held(context->model, signoff->seq))
		styled_add(out, ROLE_FAIL, " NOT ON DISK");
	styled_add(out, ROLE_TEXT, "\n");
	AUTO_FREE char *reason = signoff->reason && *signoff->reason ? bg_asprintf("\"%s\"", signoff->reason) : NULL;
	const char *touch = signoff_touch_words(signoff);
	AUTO_FREE char *key = bg_asprintf("%.18s%s%s%s%s%s", signoff->key ? signoff->key : "", signoff->key ? "\xe2\x80\xa6 " : "", method_words(signoff->method),
		*touch ? ", " : "", touch, expired && !(gate->latched && !gate->live) ? "; it has expired" : "");
	if (reason)
		write_hanging(out, indent, "", ROLE_TEXT, reason, columns);
	write_hanging(out, indent, "", ROLE_MUTED, key, columns);
	AUTO_FREE char *login = signoff->login ? bg_asprintf("by %s's key, at %s's login", signoff->person, signoff->login) : NULL;
	if (login)
		write_hanging(out, indent, "", ROLE_WARN, login, columns);
}

/* Where more people than roles have to agree: the others of a role, and how many are still missing. */
static void write_others(const ViewContext *context, const Gate *gate, int columns, Styled *out)
{
	int wanted = gate_people_wanted(gate, context->wall);
	for (size_t i = gate->signoffs_from; i < gate->signoff_count; i++) {
		const Signoff *signoff = &gate->signoffs[i];
		if (signoff != gate_signoff(gate, signoff->role) && gate_counts(gate, signoff, context->wall))
			write_signoff(context, gate, signoff, columns, out);
	}
	if (!wanted)
		return;
	AUTO_FREE char *roles = strlist_join(&gate->roles, " or ");
	styled_printf(out, ROLE_WAITING, "\xc2\xb7 %d more of %s: %d people have to agree\n", wanted, roles, gate->min);
}

void signoff_write_answers(const ViewContext *context, const Gate *gate, bool only_given, int columns, Styled *out)
{
	bool any = false;
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		signoff = signoff ? signoff : gate_countersignature(gate, gate->roles.items[i]);
		char age[SPAN_TEXT_SIZE];
		if (!signoff && only_given)
			continue;
		if (!any)
			signoff_section(out);
		any = true;
		if (signoff)
			write_signoff(context, gate, signoff, columns, out);
		else if (gate->subject[0])
			styled_printf(out, ROLE_WAITING, "\xc2\xb7 %-12s waiting %s\n", gate->roles.items[i], view_age(context->wall, gate->asked, age));
		else
			styled_printf(out, ROLE_WAITING, "\xc2\xb7 %-12s not asked yet\n", gate->roles.items[i]);
	}
	if (any)
		write_others(context, gate, columns, out);
}

void signoff_write_overrides(const ViewContext *context, const Gate *gate, Styled *out)
{
	char clock[ZONE_BOTH_SIZE];
	for (size_t i = 0; i < gate->override_count; i++) {
		const Override *override = &gate->overrides[i];
		AUTO_FREE char *missing = strlist_join(&override->missing, " and ");
		if (!override->missing.count)
			continue;
		signoff_section(out);
		styled_printf(out, ROLE_FAIL, "%s signed ALONE at %s: %s\n", override->person, zone_hm(override->time, context->wall, clock),
			override->reason ? override->reason : "");
		styled_printf(out, ROLE_WARN, "It waits for %s: ", missing);
		styled_add(out, ROLE_KEY, "C");
		styled_add(out, ROLE_WARN, " countersigns.\n");
	}
}
