/* signoff.c: the sign-off screen: the gates of the run on the left, who has answered below each, and what is asked on the right. */
#include "core/base/alloc.h"
#include "tui/view/signoff_view.h"
#include <stdio.h>

#define LIST_COLUMNS 27
#define LIST_WIDE_COLUMNS 40
#define WIDE_COLUMNS 110
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
		if (signoff_is_asked(&run->gates[i], context->wall))
			return &run->gates[i];
		if (!closed && gate_state(&run->gates[i], context->wall) == GATE_CLOSED)
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
	AUTO_CLEAR(StrList) files = { 0 };
	AUTO_CLEAR(StrList) agents = { 0 };
	if (view->looking || !context->model->environment)
		return;
	JSON_EACH(key, json_get(context->model->environment, "keys"))
		strlist_add(&files, json_string(key));
	JSON_EACH(agent, json_get(context->model->environment, "agents"))
		strlist_add(&agents, json_string(agent));
	view->looking = signoff_work_list(&agents, &files);
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
	if (!view->keys && !view->looking && !error_is_set(&view->keys_error))
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

static void render_prompt(SignoffView *view, const ViewContext *context, const Gate *gate, Canvas *canvas, Rect row)
{
	SignoffWay way;
	char span[SPAN_TEXT_SIZE];
	static const char *const stages[] = { [STAGE_STATEMENT] = "asking the engine for the text", [STAGE_KEY] = "waiting for the key",
		[STAGE_ENGINE] = "the engine looks at the signature" };
	if (view->stage != STAGE_IDLE) {
		int64_t elapsed = context->mono.ms - view->stage_since.ms;
		canvas_printf(canvas, row, row.x, row.y, ROLE_RUNNING, "%s   %s   Esc stops waiting", stages[view->stage],
			span_format(elapsed < 0 ? 0 : elapsed, span));
		return;
	}
	if (!signoff_way(view, context, gate, &way) || view->face == FACE_PASTE)
		return;
	input_render(&view->input, canvas, row, view->typing ? "answer: " : "Enter begins the answer ", view->typing);
}

static void render_pane(SignoffView *view, const ViewContext *context, Canvas *canvas, Rect rect)
{
	const Gate *gate = signoff_gate(view, context);
	rect = rect_inset(rect, 1, 0);
	rect.width += rect.width > 10 ? 1 : 0;
	if (!gate) {
		canvas_paragraph(canvas, rect, 0, ROLE_MUTED, "This procedure asks for no signatures.");
		return;
	}
	SignoffWay way;
	bool prompts = view->stage != STAGE_IDLE || (view->face != FACE_PASTE && signoff_way(view, context, gate, &way));
	Rect prompt = rect_cut_bottom(&rect, prompts ? 1 : 0);
	Rect complaint = rect_cut_bottom(&rect, prompts ? 1 : 0);
	styled_reset(&view->text);
	signoff_write(view, context, gate, rect.width - 1, &view->text);
	pager_render(&view->pager, &view->text, canvas, rect);
	if (prompts)
		render_prompt(view, context, gate, canvas, prompt);
	const char *answers = gate->reason_required ? "sign REASON, no REASON, or escalate REASON" : "sign, no REASON, or escalate REASON";
	canvas_text_fit(canvas, complaint, complaint.x, complaint.y, complaint.width, *view->complaint ? ROLE_WARN : ROLE_MUTED,
		*view->complaint ? view->complaint : view->stage == STAGE_IDLE ? answers : "");
}

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	SignoffView *view = state;
	const char *not_yet = view_not_yet(context);
	if (not_yet || !context->run) {
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet ? not_yet :
			"Nothing is to be signed: no procedure is being walked. A gate waits here once a step that needs signatures is reached.");
		return;
	}
	/* A text that is signed is shown in lines as long as they are. */
	if ((context->small && !view->on_list) || view->face != FACE_ASKED) {
		render_pane(view, context, canvas, rect);
		return;
	}
	AUTO_CLEAR(GateRows) rows = gate_rows_make(view, context);
	ListSource source = gate_rows_source(&rows);
	Rect left = context->small ? rect : view_split(canvas, &rect, rect.width >= WIDE_COLUMNS ? LIST_WIDE_COLUMNS : LIST_COLUMNS);
	list_render(&view->list, &source, canvas, left);
	if (!context->small)
		render_pane(view, context, canvas, rect);
}

/* ---- keys ---- */

/* Why nothing can be answered here now; NULL when it can. */
static const char *why_not_answer(SignoffView *view, const ViewContext *context, const Gate *gate, bool choosing)
{
	SignoffWay way, ways[SIGNOFF_WAYS_MAX];
	if (!gate)
		return "no gate is chosen";
	if (view->stage != STAGE_IDLE)
		return "a signature is on its way";
	if (!gate->subject[0])
		return "it is not asked yet";
	if (!signoff_is_asked(gate, context->wall))
		return "it is signed";
	if (!choosing && signoff_ways(view, context, gate, ways) && !signoff_way(view, context, gate, &way))
		return "only somebody else's key can sign what is missing: o takes it";
	if (!signoff_ways(view, context, gate, ways))
		return view->looking || (view->keys && !view->keys_known) ? "the keys are still being looked for" : "no key at hand can sign what is missing";
	return NULL;
}

static const char *reason(void *state, const ViewContext *context, CommandId id)
{
	SignoffView *view = state;
	const Gate *gate = signoff_gate(view, context);
	SignoffWay ways[SIGNOFF_WAYS_MAX], now;
	bool answers = id == COMMAND_SIGN || id == COMMAND_REFUSE || id == COMMAND_ESCALATE || id == COMMAND_CHOOSE_ROLE;
	bool texts = id == COMMAND_STATEMENT || id == COMMAND_PASTE_SIGNATURE || id == COMMAND_DETAILS;
	if ((answers || texts) && !context->model->caught_up)
		return "there is no connection to the engine";
	const char *why = answers ? why_not_answer(view, context, gate, id == COMMAND_CHOOSE_ROLE) : NULL;
	if (!why && texts)
		why = !gate ? "no gate is chosen" : !gate->subject[0] ? "it is not asked yet: there is nothing to sign" :
			!signoff_is_asked(gate, context->wall) && id == COMMAND_PASTE_SIGNATURE ? "it is signed" : NULL;
	if (!why && id == COMMAND_CHOOSE_ROLE && signoff_way(view, context, gate, &now) && signoff_ways(view, context, gate, ways) < 2)
		why = "there is only one way to sign here";
	if (!why && id == COMMAND_COPY_STATEMENT && !view->statement)
		why = "no text is shown; v or S shows it";
	if (!why && id == COMMAND_OVERRIDE)
		why = "the environment does not allow to go on alone";
	return why;
}

static void begin_typing(SignoffView *view, const char *text)
{
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
		choose(view, context, context->run->gates[rows.items[index].gate].id);
	return true;
}

static void answer(SignoffView *view, ViewContext *context)
{
	if (context->small && view->on_list)
		view->on_list = false;
	else
		begin_typing(view, "");
}

static void answer_no(SignoffView *view, ViewContext *context)
{
	(void) context;
	begin_typing(view, "no ");
}

static void answer_escalate(SignoffView *view, ViewContext *context)
{
	(void) context;
	begin_typing(view, "escalate ");
}

static const struct { CommandId id; void (*run)(SignoffView *view, ViewContext *context); } KEYS[] = {
	{ COMMAND_SIGN, answer }, { COMMAND_REFUSE, answer_no }, { COMMAND_ESCALATE, answer_escalate }, { COMMAND_CHOOSE_ROLE, next_way },
	{ COMMAND_STATEMENT, signoff_show_statement }, { COMMAND_DETAILS, signoff_show_statement },
	{ COMMAND_PASTE_SIGNATURE, signoff_begin_paste }, { COMMAND_COPY_STATEMENT, signoff_copy },
};

static Outcome on_command(void *state, ViewContext *context, CommandId id)
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

/* The first letter of an answer begins it, so that who reads "type sign" and types it has signed. */
static bool on_key(void *state, ViewContext *context, KeyChord key)
{
	SignoffView *view = state;
	uint32_t typed;
	if (!view->typing) {
		bool begins = !key.modifiers && key_types(key, &typed) && (typed == 's' || typed == 'n' || typed == 'e');
		if (!begins || !context->run || view->face == FACE_PASTE || why_not_answer(view, context, signoff_gate(view, context), false))
			return false;
		begin_typing(view, (char[]) { (char) typed, '\0' });
		return true;
	}
	if (key_equal(key, key_named(KEY_ESC)) || (key.modifiers == KEY_CTRL && (key.code_point == 'c' || key.code_point == 'g'))) {
		begin_typing(view, "");
		view->typing = false;
		return true;
	}
	if (key_equal(key, key_named(KEY_ENTER))) {
		signoff_submit(view, context);
		return true;
	}
	return input_key(&view->input, key);
}

static bool on_paste(void *state, ViewContext *context, Str text)
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

static void hint(void *state, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	SignoffView *view = state;
	const Gate *gate = signoff_gate(view, context);
	SignoffWay way, ways[SIGNOFF_WAYS_MAX];
	Error err = { 0 };
	if (!gate)
		return;
	if (view->face == FACE_PASTE)
		snprintf(text, VIEW_HINT_SIZE, "paste   the signature, from -----BEGIN to END-----");
	else if (signoff_way(view, context, gate, &way))
		snprintf(text, VIEW_HINT_SIZE, "asks you   as %s", way.role);
	else if (signoff_ways(view, context, gate, ways))
		snprintf(text, VIEW_HINT_SIZE, "waits   %s is still asked: o takes that role, with %s's key", ways[0].role, ways[0].signer->person);
	else if (gate_refuses(gate, context->wall, &err))
		snprintf(text, VIEW_HINT_SIZE, "%s   %s", gate_state_name(gate_state(gate, context->wall)), err.why);
	else
		snprintf(text, VIEW_HINT_SIZE, "signed   esc goes back to the walk");
}

static void brief(void *state, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32])
{
	const Gate *gate = signoff_gate(state, context);
	AUTO_CLEAR(Buf) words = { 0 };
	if (!gate)
		return;
	snprintf(left, VIEW_HINT_SIZE, "%s", signoff_step_words(context->run, gate, &words));
	snprintf(right, 32, "%s", gate_state_name(gate_state(gate, context->wall)));
}

static void tab(void *state, const ViewContext *context, Tab *tab)
{
	(void) state;
	for (size_t i = 0; context->run && context->run->state == RUN_WALKING && i < context->run->gate_count; i++)
		if (signoff_is_asked(&context->run->gates[i], context->wall))
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
	.render = render,
	.on_command = on_command,
	.on_key = on_key,
	.on_paste = on_paste,
	.reason = reason,
	.hint = hint,
	.brief = brief,
	.tab = tab,
	.wake_ms = wake_ms,
	.rows = signoff_line_rows,
	.choose = choose_row,
	.page = signoff_line_page,
	.is_busy = signoff_line_is_busy,
	.in_words = signoff_line_in_words,
};
