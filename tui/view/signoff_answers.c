/* signoff_answers.c: the answers that are more than a word typed in place: taken back, alone, countersigned afterwards, and any of them by a
 * one-time code. Each is asked in a dialog that shows what it is about, with the reason that goes into what is signed. */
#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "tui/view/signoff_view.h"
#include <string.h>

static const char CHOOSE[] = "choose whose";

/* ---- whose key ---- */

static void add_ways(SignoffView *view, ViewContext *context, const SignoffWay ways[], size_t count, Form *form, Json *data)
{
	size_t choices = 0;
	bool own = text_eq(ways[0].signer->person, context->model->who);
	Json *list = json_add(data, "ways", json_new_array());
	/* Somebody else's key is never taken by going on: the first choice is nobody's. */
	if (!own)
		view->choices[choices++] = CHOOSE;
	for (size_t i = 0; i < count; i++) {
		const Signer *signer = ways[i].signer;
		AUTO_FREE char *label = bg_asprintf("%s as %s (%s)", signer->person, ways[i].role, signer->from_agent ? "agent" : "key file");
		view->choices[choices++] = view_keep(context, label);
		Json *way = json_append(list, json_new_object());
		json_add_string(way, "role", ways[i].role);
		json_add_string(way, "key", signer->fingerprint);
	}
	FormField *field = form_add(form, FIELD_CHOICE, "Signs", "");
	field->choices = view->choices;
	field->choice_count = choices;
	field->help = "left and right change it";
}

/* The way that was chosen, if it is still one. */
static bool chosen_way(const SignoffView *view, const ViewContext *context, const Dialog *dialog, const Json *data, Decision decision,
	SignoffWay *ret_way)
{
	SignoffWay ways[SIGNOFF_WAYS_MAX];
	const Gate *gate = signoff_gate(view, context);
	size_t count = gate ? signoff_ways_to(view, context, gate, decision, ways) : 0;
	const FormField *field = &dialog->form.fields[0];
	size_t listed = json_count(json_get(data, "ways")), at = 0, chosen = field->choice;
	if (field->choice_count > listed && chosen-- == 0)
		return false;
	JSON_EACH(way, json_get(data, "ways")) {
		if (at++ != chosen)
			continue;
		for (size_t i = 0; i < count; i++)
			if (text_eq(ways[i].role, json_get_string(way, "role")) && text_eq(ways[i].signer->fingerprint, json_get_string(way, "key"))) {
				*ret_way = ways[i];
				return true;
			}
	}
	return false;
}

static void answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	SignoffView *view = state;
	Decision decision = (Decision) json_get_int(data, "decision", DECISION_YES);
	SignoffWay way;
	if (chosen_way(view, context, dialog, data, decision, &way))
		signoff_sign(view, context, &way, decision_name(decision), form_text(&dialog->form, 1));
	else
		view_refuse(context, "nothing was signed: say whose key signs");
}

static Dialog *open_dialog(SignoffView *view, ViewContext *context, Decision decision, const char *title, const char *verb)
{
	SignoffWay ways[SIGNOFF_WAYS_MAX];
	size_t count = signoff_ways_to(view, context, signoff_gate(view, context), decision, ways);
	Json *data = json_new_object();
	json_add_int(data, "decision", decision);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, title, verb, answered, data);
	dialog->danger = true;   /* in line mode nothing that was typed before the text answers it */
	add_ways(view, context, ways, count, &dialog->form, data);
	return dialog;
}

/* What followed the command's name is the reason, still to be looked at. */
static void add_reason(const ViewContext *context, Dialog *dialog, const char *label, bool required)
{
	form_add(&dialog->form, FIELD_TEXT, label, context->argument)->required = required;
}

static void tell_lines(const StrList *lines, Styled *out)
{
	for (size_t i = 0; i < lines->count; i++)
		styled_printf(out, ROLE_CODE, "  %s\n", lines->items[i]);
}

/* ---- the answers ---- */

void signoff_begin_withdraw(SignoffView *view, ViewContext *context)
{
	Dialog *dialog = open_dialog(view, context, DECISION_WITHDRAW, "Take an answer back", "take it back");
	styled_add(&dialog->text, ROLE_TEXT, "The answer stays in the record, with this behind it, and counts no more. What was started by it is not undone.\n");
	add_reason(context, dialog, "Why", true);
}

void signoff_begin_alone(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	Dialog *dialog = open_dialog(view, context, DECISION_ALONE, "Go on ALONE", "sign alone");
	styled_add(&dialog->text, ROLE_WARN, "One person instead of all: every screen and every report shows it, with your reason, and it stays in the "
		"ledger until each missing role has countersigned.\n");
	tell_lines(&gate->lines, &dialog->text);
	add_reason(context, dialog, "Why nobody else can sign", true);
}

void signoff_begin_countersign(SignoffView *view, ViewContext *context)
{
	char clock[ZONE_BOTH_SIZE];
	const Override *override = gate_override(signoff_gate(view, context), NULL);
	AUTO_FREE char *missing = strlist_join(&override->missing, " and ");
	Dialog *dialog = open_dialog(view, context, DECISION_COUNTERSIGN, "Countersign", "countersign");
	styled_printf(&dialog->text, ROLE_TEXT, "%s signed alone as %s at %s: %s\nWithout %s. This is what was agreed alone:\n", override->person, override->role,
		zone_hm(override->time, context->wall, clock), override->reason ? override->reason : "", missing);
	tell_lines(&override->lines, &dialog->text);
	add_reason(context, dialog, "Remark", false);
}

/* ---- by one-time code ---- */

void signoff_split_holder(const char *choice, char **ret_person, char **ret_role)
{
	Str role = str_from(choice), person = role;
	(void) str_split(&role, '/', &person);
	*ret_person = str_dup(person);
	*ret_role = str_dup(role);
}

static void collect_holders(SignoffView *view, ViewContext *context, const Gate *gate, bool own, size_t *count)
{
	for (size_t i = 0; i < gate->roles.count; i++)
		JSON_EACH(person, json_get(context->model->environment, "people")) {
			if (text_eq(json_get_string(person, "name"), context->model->who) != own)
				continue;
			JSON_EACH(held, json_get(person, "roles"))
				if (text_eq(json_string(held), gate->roles.items[i]) && *count < SIGNOFF_CHOICES_MAX) {
					AUTO_FREE char *label = bg_asprintf("%s/%s", json_get_string_or(person, "name", "?"), gate->roles.items[i]);
					view->choices[(*count)++] = view_keep(context, label);
				}
		}
}

void signoff_add_who_and_what(SignoffView *view, ViewContext *context, const Gate *gate, Form *form)
{
	size_t count = 0, decisions = 0;
	collect_holders(view, context, gate, true, &count);
	collect_holders(view, context, gate, false, &count);
	for (int i = 0; i < DECISION_COUNT; i++)
		if (!signoff_answer_refused(context->run, gate, (Decision) i, context->wall))
			view->decisions[decisions++] = decision_name((Decision) i);
	FormField *signer = form_add(form, FIELD_CHOICE, "Signer", "");
	signer->choices = view->choices;
	signer->choice_count = count;
	signer->help = "left and right change it";
	FormField *decision = form_add(form, FIELD_CHOICE, "Answer", "");
	decision->choices = view->decisions;
	decision->choice_count = decisions;
}

static void code_given(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	SignoffView *view = state;
	AUTO_FREE char *person = NULL;
	AUTO_FREE char *role = NULL;
	(void) data;
	signoff_split_holder(form_text(&dialog->form, 0), &person, &role);
	Json *args = signoff_statement_args(view, context, role, person, form_text(&dialog->form, 1), form_text(&dialog->form, 2));
	signoff_sign_by_code(view, context, args, form_text(&dialog->form, 3));
}

void signoff_begin_code(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Sign by one-time code", "sign by code", code_given, NULL);
	dialog->danger = true;
	styled_add(&dialog->text, ROLE_WARN, "Weaker than a key: only the engine can check it, so nobody can prove it later. It is marked so everywhere.\n");
	tell_lines(&gate->lines, &dialog->text);
	signoff_add_who_and_what(view, context, gate, &dialog->form);
	add_reason(context, dialog, "Reason", gate->reason_required);
	form_add(&dialog->form, FIELD_SECRET, "Code", "")->required = true;
}
