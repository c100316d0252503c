/* signoff_line.c: the sign-off in words, for line mode: the whole text is told before anybody is asked for a word. */
#include "core/base/alloc.h"
#include "tui/view/signoff_view.h"
#include <stdio.h>

void signoff_line_rows(void *state, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	SignoffView *view = state;
	AUTO_CLEAR(GateRows) rows = gate_rows_make(view, context);
	ListSource source = gate_rows_source(&rows);
	if (context->run)
		use(&view->list, &source, userdata);
}

bool signoff_line_page(void *state, ViewContext *context, Styled *out)
{
	SignoffView *view = state;
	const Gate *gate = signoff_gate(view, context);
	if (!gate)
		styled_add(out, ROLE_TEXT, context->run ? "This procedure asks for no signatures.\n" : "Nothing is to be signed: no procedure is being walked.\n");
	else
		signoff_write(view, context, gate, VIEW_LINE_COLUMNS, out);
	return gate && view->face == FACE_STATEMENT;
}

bool signoff_line_is_busy(void *state, const ViewContext *context)
{
	const SignoffView *view = state;
	(void) context;
	return signoff_keys_are_sought(view) || view->stage != STAGE_IDLE || view->answer_wanted;
}

/* ---- answering ---- */

/* `begin`: asked once the keys are there, in a dialog that tells all of it; else the whole text is told first, then `label` is asked. */
static const struct { CommandId id; void (*begin)(SignoffView *view, ViewContext *context); const char *prefix, *verb, *label; } ANSWERS[] = {
	{ COMMAND_SIGN, NULL, "", "answer", "Type sign, or no REASON" },
	{ COMMAND_REFUSE, NULL, "no ", "say no", "Why not" },
	{ COMMAND_ESCALATE, NULL, "escalate ", "escalate", "Why somebody else should decide" },
	{ COMMAND_WITHDRAW, signoff_begin_withdraw, NULL, NULL, NULL },
	{ COMMAND_OVERRIDE, signoff_begin_alone, NULL, NULL, NULL },
	{ COMMAND_COUNTERSIGN, signoff_begin_countersign, NULL, NULL, NULL },
};

static void answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	SignoffView *view = state;
	AUTO_FREE char *line = bg_asprintf("%s%s", json_get_string_or(data, "prefix", ""), form_text(&dialog->form, 0));
	view->face = FACE_ASKED;
	view->typing = true;
	input_set(&view->input, line);
	signoff_submit(view, context);
	if (!view->typing)
		return;
	view->typing = false;
	input_set(&view->input, "");
	view_refuse(context, "%s", view->complaint);
}

void signoff_ask_answer(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	AUTO_FREE char *title = bg_asprintf("Sign as %s", view->statement_role);
	Json *data = json_new_object();
	size_t wanted = view->answer_wanted - 1;
	view->answer_wanted = 0;
	view->answer_asked = false;
	json_add_string(data, "prefix", ANSWERS[wanted].prefix);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, title, ANSWERS[wanted].verb, answered, data);
	dialog->danger = true;   /* nobody answers before the text was told */
	if (wanted == 0)
		styled_printf(&dialog->text, ROLE_TEXT, "%s\n", gate && gate->reason_required ? "A yes wants a reason too: sign REASON."
			: "Signing is sign; refusing is no and the reason; escalate and a reason asks that somebody else decides.");
	FormField *field = form_add(&dialog->form, FIELD_TEXT, ANSWERS[wanted].label, "");
	field->required = true;
}

void signoff_line_go_on(SignoffView *view, ViewContext *context)
{
	if (!view->answer_wanted || view->answer_asked || signoff_keys_are_sought(view))
		return;
	size_t wanted = view->answer_wanted - 1;
	CommandId id = ANSWERS[wanted].id;
	const char *why_not = VIEW_SIGNOFF.reason(view, context, id);
	if (!why_not && !ANSWERS[wanted].begin) {
		view->answer_asked = true;
		signoff_show_statement(view, context);
		return;
	}
	view->answer_wanted = 0;
	if (!why_not) {
		ANSWERS[wanted].begin(view, context);
		return;
	}
	view_refuse(context, "%s: %s", command_get(id)->name, why_not);
}

/* The keys may still be looked for: unlike a person at a screen, a script cannot see that it has to wait. */
Outcome signoff_line_in_words(void *state, ViewContext *context, CommandId id)
{
	SignoffView *view = state;
	for (size_t i = 0; i < BG_LENGTH(ANSWERS); i++) {
		if (ANSWERS[i].id != id)
			continue;
		if (view->face == FACE_PASTE)
			view->face = FACE_ASKED;   /* a word says that no signature is pasted after all */
		view->answer_wanted = i + 1;
		view->answer_asked = false;
		signoff_line_go_on(view, context);
		return OUTCOME_DONE;
	}
	return OUTCOME_IGNORED;
}
