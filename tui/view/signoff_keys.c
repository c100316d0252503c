/* signoff_keys.c: the keys of the sign-off screen: which can be used now, what they do, and what is typed in place. */
#include "tui/view/signoff_view.h"
#include <stdio.h>
#include "core/base/alloc.h"

static const char NO_ENGINE[] = "there is no connection to the engine";

/* The answers that a key begins, and what each of them is. */
static const struct { CommandId id; Decision decision; } ANSWERS[] = {
	{ COMMAND_SIGN, DECISION_YES }, { COMMAND_REFUSE, DECISION_NO }, { COMMAND_ESCALATE, DECISION_ESCALATE }, { COMMAND_CHOOSE_ROLE, DECISION_YES },
	{ COMMAND_WITHDRAW, DECISION_WITHDRAW }, { COMMAND_OVERRIDE, DECISION_ALONE }, { COMMAND_COUNTERSIGN, DECISION_COUNTERSIGN },
};

static const char *why_no_key(const SignoffView *view, Decision decision)
{
	if (signoff_keys_are_sought(view))
		return "the keys are still being looked for";
	switch (decision) {
	case DECISION_WITHDRAW: return "nobody whose key is at hand has answered this";
	case DECISION_ALONE: return "no key at hand is of somebody who could go on alone";
	case DECISION_COUNTERSIGN: return "no key at hand is of another person in a role that was missing";
	case DECISION_YES: case DECISION_NO: case DECISION_ESCALATE: break;
	}
	return "no key at hand can sign what is missing";
}

/* Why this answer cannot be given here now; NULL when it can. */
static const char *why_not_answer(SignoffView *view, const ViewContext *context, const Gate *gate, CommandId id, Decision decision)
{
	SignoffWay way, ways[SIGNOFF_WAYS_MAX];
	if (!gate)
		return "no gate is chosen";
	if (view->stage != STAGE_IDLE)
		return "a signature is on its way";
	if (view->face == FACE_PASTE)
		return "a signature made elsewhere is waited for; Esc leaves that";
	if (!gate->subject[0] && decision != DECISION_COUNTERSIGN)
		return "it is not asked yet";
	const char *why = signoff_answer_refused(context->run, gate, decision, context->wall);
	if (why)
		return why;
	if (!signoff_ways_to(view, context, gate, decision, ways))
		return why_no_key(view, decision);
	bool in_place = id == COMMAND_SIGN || id == COMMAND_REFUSE || id == COMMAND_ESCALATE;
	return in_place && !signoff_way(view, context, gate, &way) ? "only somebody else's key can sign what is missing: o takes it" : NULL;
}

static const char *why_not_code(SignoffView *view, const ViewContext *context, const Gate *gate)
{
	if (!gate)
		return "no gate is chosen";
	if (!json_get_bool(context->model->environment, "codes", false))
		return "this environment takes no one-time codes";
	if (view->stage != STAGE_IDLE)
		return "a signature is on its way";
	return gate->subject[0] || gate_override(gate, NULL) ? NULL : "it is not asked yet";
}

static const char *why_no_text(const ViewContext *context, const Gate *gate, CommandId id)
{
	if (!gate)
		return "no gate is chosen";
	if (!gate->subject[0])
		return "it is not asked yet: there is nothing to sign";
	bool is_over = !signoff_is_asked(context->run, gate, context->wall) && !gate_override(gate, NULL);
	return is_over && id == COMMAND_PASTE_SIGNATURE ? "it is signed" : NULL;
}

const char *signoff_reason(void *state, const ViewContext *context, CommandId id)
{
	SignoffView *view = state;
	const Gate *gate = signoff_gate(view, context);
	SignoffWay ways[SIGNOFF_WAYS_MAX], now;
	bool texts = id == COMMAND_STATEMENT || id == COMMAND_PASTE_SIGNATURE || id == COMMAND_DETAILS;
	const char *why = NULL;
	for (size_t i = 0; i < BG_LENGTH(ANSWERS) && !why; i++)
		if (ANSWERS[i].id == id)
			why = context->model->caught_up ? why_not_answer(view, context, gate, id, ANSWERS[i].decision) : NO_ENGINE;
	if (texts || id == COMMAND_SIGN_BY_CODE)
		why = !context->model->caught_up ? NO_ENGINE : texts ? why_no_text(context, gate, id) : why_not_code(view, context, gate);
	if (!why && id == COMMAND_CHOOSE_ROLE && signoff_way(view, context, gate, &now) && signoff_ways(view, context, gate, ways) < 2)
		why = "there is only one way to sign here";
	if (!why && id == COMMAND_COPY_STATEMENT && !view->statement)
		why = "no text is shown; v or S shows it";
	return why;
}

/* `word`, and behind it what followed the command's name. */
static void begin_typing(SignoffView *view, const ViewContext *context, const char *word)
{
	AUTO_FREE char *text = bg_asprintf("%s%s", word, context->argument);
	view->typing = true;
	view->complaint[0] = '\0';
	input_set(&view->input, text);
}

static void next_way(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	SignoffWay ways[SIGNOFF_WAYS_MAX], now;
	size_t count = gate ? signoff_ways(view, context, gate, ways) : 0;
	if (!count)
		return;
	if (!signoff_way(view, context, gate, &now))
		now = ways[count - 1];
	for (size_t i = 0; i < count; i++)
		if (ways[i].signer == now.signer && text_eq(ways[i].role, now.role)) {
			const SignoffWay *next = &ways[(i + 1) % count];
			snprintf(view->role, sizeof(view->role), "%s", next->role);
			snprintf(view->fingerprint, sizeof(view->fingerprint), "%s", next->signer->fingerprint);
			return;
		}
}

static bool go_back(SignoffView *view, const ViewContext *context)
{
	if (view->stage != STAGE_IDLE)
		signoff_drop(view);
	else if (view->face != FACE_ASKED)
		view->face = FACE_ASKED;
	else if (view->fingerprint[0] && view->role[0])
		signoff_forget_way(view);
	else if (context->small && !view->on_list)
		view->on_list = true;
	else
		return false;
	view->pager = (Pager) { 0 };
	return true;
}

static bool move(SignoffView *view, ViewContext *context, CommandId id)
{
	AUTO_CLEAR(GateRows) rows = gate_rows_make(view, context);
	ListSource source = gate_rows_source(&rows);
	if (id == COMMAND_TEXT_UP || id == COMMAND_TEXT_DOWN || id == COMMAND_PAGE_UP || id == COMMAND_PAGE_DOWN || view->face != FACE_ASKED)
		return pager_command(&view->pager, &view->text, id);
	if (!list_command(&view->list, &source, id))
		return false;
	size_t index;
	if (list_selected(&view->list, &source, &index))
		signoff_select(view, context, context->run->gates[rows.items[index].gate].id);
	return true;
}

static void answer(SignoffView *view, ViewContext *context)
{
	if (context->small && view->on_list)
		view->on_list = false;
	else
		begin_typing(view, context, *context->argument ? "sign " : "");
}

static void answer_no(SignoffView *view, ViewContext *context)
{
	begin_typing(view, context, "no ");
}

static void answer_escalate(SignoffView *view, ViewContext *context)
{
	begin_typing(view, context, "escalate ");
}

static const struct { CommandId id; void (*run)(SignoffView *view, ViewContext *context); } KEYS[] = {
	{ COMMAND_SIGN, answer }, { COMMAND_REFUSE, answer_no }, { COMMAND_ESCALATE, answer_escalate }, { COMMAND_CHOOSE_ROLE, next_way },
	{ COMMAND_STATEMENT, signoff_show_statement }, { COMMAND_DETAILS, signoff_show_statement },
	{ COMMAND_PASTE_SIGNATURE, signoff_begin_paste }, { COMMAND_COPY_STATEMENT, signoff_copy },
	{ COMMAND_WITHDRAW, signoff_begin_withdraw }, { COMMAND_OVERRIDE, signoff_begin_alone }, { COMMAND_COUNTERSIGN, signoff_begin_countersign },
	{ COMMAND_SIGN_BY_CODE, signoff_begin_code },
};

Outcome signoff_on_command(void *state, ViewContext *context, CommandId id)
{
	SignoffView *view = state;
	if (!context->run)
		return OUTCOME_IGNORED;
	if (id == COMMAND_BACK)
		return go_back(view, context) ? OUTCOME_DONE : OUTCOME_IGNORED;
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		if (KEYS[i].id == id) {
			KEYS[i].run(view, context);
			return OUTCOME_DONE;
		}
	return move(view, context, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}

/* d shows the same text as v. */
const char *signoff_label(void *state, const ViewContext *context, CommandId id)
{
	(void) state;
	(void) context;
	return id == COMMAND_DETAILS ? "" : NULL;
}

size_t signoff_typing(void *state, const ViewContext *context, KeyLabel ret_keys[static VIEW_MAX_TYPING])
{
	static const CommandContext here[] = { CONTEXT_SIGNOFF };
	SignoffView *view = state;
	KeyChord copy;
	size_t count = 0;
	if (view->stage != STAGE_IDLE)
		ret_keys[count++] = (KeyLabel) { "Esc", "stop waiting" };
	else if (view->typing)
		ret_keys[count++] = (KeyLabel) { "Enter", "give this answer" };
	else if (view->face == FACE_PASTE && keymap_first(context->keymap, COMMAND_COPY_STATEMENT, here, BG_LENGTH(here), &copy))
		ret_keys[count++] = (KeyLabel) { key_format_short(copy, view->copy_key), "copy the text" };
	if (view->stage == STAGE_IDLE && (view->typing || view->face == FACE_PASTE))
		ret_keys[count++] = (KeyLabel) { "Esc", view->typing ? "drop it" : "back" };
	if (count)
		ret_keys[count++] = (KeyLabel) { "PgUp PgDn", "read on" };
	return count;
}

/* The first letter of an answer begins it, so that who reads "type sign" and types it has signed. */
bool signoff_on_key(void *state, ViewContext *context, KeyChord key)
{
	SignoffView *view = state;
	uint32_t typed;
	if (!view->typing) {
		bool begins = !key.modifiers && key_types(key, &typed) && (typed == 's' || typed == 'n' || typed == 'e');
		if (!begins || !context->run || view->face == FACE_PASTE || why_not_answer(view, context, signoff_gate(view, context), COMMAND_SIGN, DECISION_YES))
			return false;
		begin_typing(view, context, (char[]) { (char) typed, '\0' });
		return true;
	}
	if (key_equal(key, key_named(KEY_ESC)) || (key.modifiers == KEY_CTRL && (key.code_point == 'c' || key.code_point == 'g'))) {
		begin_typing(view, context, "");
		view->typing = false;
		return true;
	}
	if (key_equal(key, key_named(KEY_ENTER))) {
		signoff_submit(view, context);
		return true;
	}
	if (!input_key(&view->input, key))
		return false;
	view->complaint[0] = '\0';   /* it was about what stood there before */
	return true;
}

bool signoff_on_paste(void *state, ViewContext *context, Str text)
{
	SignoffView *view = state;
	if (view->face == FACE_PASTE)
		signoff_pasted(view, context, text);
	else if (view->typing)
		input_paste(&view->input, text);
	else
		return false;
	return true;
}

void signoff_hint(void *state, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	SignoffView *view = state;
	const Gate *gate = signoff_gate(view, context);
	SignoffWay way, ways[SIGNOFF_WAYS_MAX];
	Error err = { 0 };
	if (!gate)
		return;
	if (view->face == FACE_PASTE)
		snprintf(text, VIEW_HINT_SIZE, "paste   the signature, from -----BEGIN to END-----");
	else if (!signoff_is_asked(context->run, gate, context->wall) && gate->subject[0] && !gate_override(gate, NULL))
		snprintf(text, VIEW_HINT_SIZE, "signed   Esc goes back to the walk");
	else if (signoff_way(view, context, gate, &way))
		snprintf(text, VIEW_HINT_SIZE, "asks you   as %s", way.role);
	else if (signoff_ways(view, context, gate, ways))
		snprintf(text, VIEW_HINT_SIZE, "waits   %s is still asked: o takes that role, with %s's key", ways[0].role, ways[0].signer->person);
	else if (gate_refuses(gate, context->wall, &err))
		snprintf(text, VIEW_HINT_SIZE, "%s   %s", gate_state_name(gate_state(gate, context->wall)), err.why);
	else
		snprintf(text, VIEW_HINT_SIZE, "signed alone   another person's countersignature is missing; C gives it");
}
