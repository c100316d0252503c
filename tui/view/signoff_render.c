/* signoff_render.c: the sign-off screen drawn: the list of gates, the text beside it, and the line in which an answer is typed. */
#include "tui/view/signoff_view.h"

#define LIST_COLUMNS 27
#define LIST_WIDE_COLUMNS 40
#define WIDE_COLUMNS 110

static void render_prompt(SignoffView *view, const ViewContext *context, const Gate *gate, Canvas *canvas, Rect row)
{
	SignoffWay way;
	char span[SPAN_TEXT_SIZE];
	static const char *const stages[] = { [STAGE_STATEMENT] = "asking the engine for the text", [STAGE_KEY] = "waiting for the key",
		[STAGE_ENGINE] = "the engine looks at the signature" };
	if (view->stage != STAGE_IDLE) {
		bool touch = view->stage == STAGE_KEY && signoff_wants_touch(view);
		int64_t elapsed = context->mono.ms - view->stage_since.ms;
		canvas_printf(canvas, row, row.x, row.y, touch ? ROLE_WARN : ROLE_RUNNING, "%s   %s   Esc stops waiting",
			touch ? "touch your key" : stages[view->stage],
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

void signoff_render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
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
