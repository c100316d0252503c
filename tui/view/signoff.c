/* signoff.c: the sign-off screen: the gates of the run on the left, who has answered below each, and what is asked on the right. */
#include "core/base/alloc.h"
#include "tui/view/signoff_view.h"
#include <stdio.h>

#define WORK_POLL_MS 50

/* ---- which gate ---- */

const Gate *signoff_gate(const SignoffView *view, const ViewContext *context)
{
	return context->run && view->gate[0] ? run_find_gate(context->run, view->gate) : NULL;
}

/* One that waits, else the next that will, else the one that was signed last. */
static const Gate *best_gate(const ViewContext *context)
{
	const Run *run = context->run;
	const Gate *closed = NULL;
	for (size_t i = 0; i < run->gate_count; i++) {
		if (signoff_is_asked(run, &run->gates[i], context->wall))
			return &run->gates[i];
		if (!closed && run_gate_state(run, &run->gates[i], context->wall) == GATE_CLOSED)
			closed = &run->gates[i];
	}
	return closed ? closed : run->gate_count ? &run->gates[run->gate_count - 1] : NULL;
}

void signoff_forget_way(SignoffView *view)
{
	view->role[0] = view->fingerprint[0] = '\0';
}

static void choose(SignoffView *view, ViewContext *context, const char *gate)
{
	if (text_eq(view->gate, gate))
		return;
	snprintf(view->gate, sizeof(view->gate), "%s", gate);
	snprintf(view->told, sizeof(view->told), "%s", gate);
	signoff_drop(view);
	signoff_forget_way(view);
	view->face = FACE_ASKED;
	view->typing = false;
	view->refusal = (Error) { 0 };
	view->pager = (Pager) { 0 };
	view->subject = json_free(view->subject);
	view->subject_seq = 0;
	input_set(&view->input, "");
	view_select(context, NULL, NULL, gate);
}

void signoff_select(SignoffView *view, ViewContext *context, const char *gate)
{
	AUTO_CLEAR(GateRows) rows = gate_rows_make(view, context);
	ListSource source = gate_rows_source(&rows);
	list_select(&view->list, &source, gate);
	choose(view, context, gate);
}

/* What the engine says would be signed now, for a gate that was not asked yet; again after each record. */
static void took_subject(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	SignoffView *view = state;
	(void) context;
	(void) err;   /* nothing is shown then; the next record asks again */
	view->subject_asked = false;
	if (!ok || !text_eq(view->gate, json_get_string(data, "gate")))
		return;
	json_free(view->subject);
	view->subject = json_copy(reply);
}

static void fetch_subject(SignoffView *view, ViewContext *context)
{
	const Gate *gate = signoff_gate(view, context);
	if (!gate || gate->subject[0] || view->subject_asked || !context->model->connected || view->subject_seq == context->model->incident->seq)
		return;
	view->subject_seq = context->model->incident->seq;
	view->subject_asked = true;
	Json *args = json_new_object();
	json_add_string(args, "run", context->run->id);
	json_add_string(args, "gate", gate->id);
	view_ask_then(context, ASK_GATE, args, took_subject, json_copy(args));
}

void signoff_look_for_keys(SignoffView *view, ViewContext *context)
{
	if (!view->looking && context->model->environment)
		view->looking = signoff_work_find(context->model->environment);
}

/* ---- the view ---- */

static void update(void *state, ViewContext *context)
{
	SignoffView *view = state;
	if (!context->run || !context->model->incident)
		return;
	const Gate *wanted = *context->gate ? run_find_gate(context->run, context->gate) : NULL;
	if (wanted && !text_eq(wanted->id, view->told))
		signoff_select(view, context, wanted->id);
	else if (!signoff_gate(view, context)) {
		const Gate *best = best_gate(context);
		if (best)
			signoff_select(view, context, best->id);
	}
	if (!view->keys && !view->looking && !view->fresh && !error_is_set(&view->keys_error))
		signoff_look_for_keys(view, context);
	signoff_service(view, context);
	fetch_subject(view, context);
	signoff_line_go_on(view, context);
}

/* Keys typed ahead come before the first drawing: what they act on must be there. */
static void shown(void *state, ViewContext *context)
{
	SignoffView *view = state;
	view->on_list = view->typing = false;
	if (view->stage == STAGE_IDLE)
		signoff_forget_way(view);
	view->refusal = (Error) { 0 };
	if (view->stage == STAGE_IDLE)
		view->face = FACE_ASKED;
	signoff_look_for_keys(view, context);
	update(state, context);
}

static void brief(void *state, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32])
{
	const Gate *gate = signoff_gate(state, context);
	AUTO_CLEAR(Buf) words = { 0 };
	if (!gate)
		return;
	snprintf(left, VIEW_HINT_SIZE, "%s", signoff_step_words(context->run, gate, &words));
	snprintf(right, 32, "%s", gate_state_name(run_gate_state(context->run, gate, context->wall)));
}

static void tab(void *state, const ViewContext *context, Tab *tab)
{
	(void) state;
	for (size_t i = 0; context->run && context->run->state == RUN_WALKING && i < context->run->gate_count; i++)
		if (signoff_is_asked(context->run, &context->run->gates[i], context->wall) || gate_override(&context->run->gates[i], NULL))
			tab->count++;
	tab->urgent = tab->count > 0;
}

static int64_t wake_ms(void *state, const ViewContext *context)
{
	const SignoffView *view = state;
	(void) context;
	return view->looking || view->signing ? WORK_POLL_MS : 0;
}

static void choose_row(void *state, ViewContext *context, const char *id)
{
	if (context->run && run_find_gate(context->run, id))
		signoff_select(state, context, id);
}

static void close_view(void *state)
{
	SignoffView *view = state;
	signoff_drop(view);
	view->looking = signoff_work_free(view->looking);
	view->keys = signer_list_free(view->keys);
	view->fresh = signer_list_free(view->fresh);
	json_free(view->subject);
	signoff_forget_file(view);
	list_clear(&view->list);
	styled_clear(&view->text);
	input_clear(&view->input);
}

const View VIEW_SIGNOFF = {
	.name = "sign-off",
	.title = "Sign-off",
	.command = COMMAND_SCREEN_SIGNOFF,
	.contexts = { CONTEXT_SIGNOFF, CONTEXT_LIST },
	.state_size = sizeof(SignoffView),
	.close = close_view,
	.shown = shown,
	.update = update,
	.render = signoff_render,
	.on_command = signoff_on_command,
	.copy = signoff_copying,
	.on_key = signoff_on_key,
	.on_paste = signoff_on_paste,
	.reason = signoff_reason,
	.label = signoff_label,
	.typing = signoff_typing,
	.hint = signoff_hint,
	.brief = brief,
	.tab = tab,
	.wake_ms = wake_ms,
	.rows = signoff_line_rows,
	.choose = choose_row,
	.page = signoff_line_page,
	.is_busy = signoff_line_is_busy,
	.in_words = signoff_line_in_words,
};
