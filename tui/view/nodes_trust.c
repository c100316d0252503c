/* nodes_trust.c: see nodes_trust.h. */
#include "tui/view/nodes_trust.h"

#include "core/base/alloc.h"

static void trusted(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	Json *args = json_copy(data);
	json_add_string(args, "confirm", form_text(&dialog->form, 0));
	view_ask(context, ASK_TRUST, args, "Accepted, and in the record. It is looked at again.");
}

/* Both fingerprints before the word: whoever types it has seen them. A small screen has room for nothing else. */
static void write_keys(const NodeRow *row, bool small, Styled *text)
{
	const Json *facts = row->reading->facts;
	const char *known = json_get_string(facts, "host_key_known");
	styled_printf(text, ROLE_TEXT, "shows %s\n", json_get_string_or(facts, "host_key", ""));
	styled_printf(text, ROLE_TEXT, "known %s", known ? known : "is none");
	if (small)
		return;
	const char *jump = json_get_string(facts, "host_key_of");
	if (jump)
		styled_printf(text, ROLE_NOTICE, "\nThe jump host %s, on the way to %s\n\n", jump, row->reading->name);
	else
		styled_printf(text, ROLE_MUTED, "\n%s at %s\n\n", row->reading->name, node_row_address(row));
	if (known)
		styled_add(text, ROLE_DANGER, "Was it rebuilt? If nobody knows of it, somebody may stand between.\n");
	styled_add(text, ROLE_TEXT, "Compare with ssh-keygen -lf on its console. The decision stands in the record; the old key goes out of known_hosts.\n");
}

void nodes_trust(ViewContext *context, const NodeRow *row)
{
	const Json *facts = row ? row->reading->facts : NULL;
	const char *shown = json_get_string_or(facts, "host_key", "");
	if (!row || !json_get_string(facts, "host_key_line")) {
		const Reading *reading = row && !*shown ? row->reading : NULL;
		if (reading && reading->text && strstr(reading->text, "jump host"))
			view_refuse(context, "%s: %s", reading->text, reading->reason ? reading->reason : "");
		else
			view_refuse(context, "there is no host key to decide about%s", *shown ? ": only its fingerprint is known, or it is revoked" : "");
		return;
	}
	Json *data = json_new_object();
	json_add_string(data, "node", row->reading->name);
	json_add_string(data, "fingerprint", shown);
	AUTO_FREE char *title = bg_asprintf("Host key of %s%s", json_get_string(facts, "host_key_of") ? "the jump host to " : "", row->reading->name);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, title, "accept", trusted, data);
	dialog->danger = true;
	write_keys(row, context->small, &dialog->text);
	form_add(&dialog->form, FIELD_TEXT, "Type yes", "")->required = true;
}
