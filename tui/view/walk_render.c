/* walk_render.c: outline, step and live output in the room that there is. */
#include "core/base/alloc.h"
#include "tui/view/walk_view.h"
#include "tui/widget/progress.h"
#include <stdio.h>

#define OUTLINE_COLUMNS 34
#define OUTLINE_NARROW_COLUMNS 27   /* beside a plan, whose values want the room */
#define OUTLINE_WIDE_COLUMNS 50
#define WIDE_COLUMNS 110
#define OUTPUT_FEW_ROWS 3
#define RECORD_AGES_MS 10000   /* how old an age in the record of a step may get */

/* ---- live output ---- */

static bool has_output(const WalkTarget *target)
{
	return target->job && (target->job->running || target->job->output.len > 0);
}

/* Takes what is new since the last drawing. */
static void fill_output(WalkView *walk, const ClientJob *job)
{
	uint64_t fresh = job->output_total - walk->output_total;
	if (walk->output_job != job->id) {
		walk->output_job = job->id;
		walk->output_pager = (Pager) { .follow = true };
		styled_reset(&walk->output);
		fresh = job->output.len;
	}
	/* More than is kept has come: what lies between is in the action's log. */
	if (fresh > job->output.len) {
		styled_reset(&walk->output);
		fresh = job->output.len;
	}
	walk->output_total = job->output_total;
	if (!fresh)
		return;
	styled_add_str(&walk->output, ROLE_OUTPUT, str_slice(buf_str(&job->output), job->output.len - fresh, fresh));
	if (walk->output.text.len > CLIENT_OUTPUT_MAX + CLIENT_OUTPUT_MAX / 4)
		walk->output_pager.top -= styled_keep_end(&walk->output, CLIENT_OUTPUT_MAX);
}

/* Rows of what is told of the progress above its bar; a look tells it in the step's text, beside its check. */
static int progress_rows(const ClientJob *job, int columns)
{
	AUTO_CLEAR(Styled) text = { 0 };
	if (!job->running || !job->progress || text_eq(job->kind, "check"))
		return 0;
	styled_add(&text, ROLE_RUNNING, job->progress);
	int rows = styled_height(&text, columns);
	return canvas_text_width(job->progress) <= columns / 2 ? 0 : rows > 3 ? 3 : rows;
}

static void render_progress(const ViewContext *context, const ClientJob *job, Canvas *canvas, Rect row)
{
	if (!job->running) {
		canvas_text_fit(canvas, row, row.x, row.y, row.width, ROLE_MUTED, job->action ? "output" : "output of the plan");
		return;
	}
	int64_t elapsed = context->mono.ms - job->started_ms;
	Progress progress = { .done = job->done, .total = job->total, .elapsed_ms = elapsed < 0 ? 0 : elapsed, .usual_ms = job->usual_ms };
	bool beside = job->progress && !text_eq(job->kind, "check") && canvas_text_width(job->progress) <= row.width / 2;
	int used = beside ? canvas_text_fit(canvas, row, row.x, row.y, row.width / 2, ROLE_RUNNING, job->progress) - row.x + 2 : 0;
	rect_cut_left(&row, used);
	progress_render(&progress, canvas, row);
}

static void render_output(WalkView *walk, const ViewContext *context, const WalkTarget *target, Canvas *canvas, Rect *rest)
{
	if (!has_output(target))
		return;
	fill_output(walk, target->job);
	bool some = walk->output.text.len > 0, many = some && styled_is_longer(&walk->output, rest->width - 2, OUTPUT_FEW_ROWS);
	/* Three heights only, so that what stands above does not move with every line. */
	int most = rest->height / 2, rows = !some ? 1 : many ? most : OUTPUT_FEW_ROWS + 1;
	int told = progress_rows(target->job, rest->width - 2);
	rows += told;
	rows = rows > most ? most : rows;
	Rect area = rect_cut_bottom(rest, rows);
	Rect rule = rect_cut_bottom(rest, rest->height > 2 ? 1 : 0);
	canvas_horizontal(canvas, rule, rule.x, rule.y, rule.width, ROLE_BORDER);
	if (!context->small && !rect_is_empty(rule))
		(void) canvas_glyph(canvas, canvas_rect(canvas), rule.x - 1, rule.y, ROLE_BORDER, GLYPH_TEE_RIGHT);
	area = rect_inset(area, 1, 0);
	if (told)
		canvas_paragraph(canvas, rect_cut_top(&area, told), 0, ROLE_RUNNING, target->job->progress);
	render_progress(context, target->job, canvas, rect_cut_top(&area, 1));
	pager_render(&walk->output_pager, &walk->output, canvas, area);
}

/* ---- the step ---- */

static void build(WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns)
{
	styled_reset(&walk->head);
	styled_reset(&walk->body);
	walk_write_head(walk, context, target, columns, &walk->head);
	walk_write_body(walk, context, target, columns, &walk->body);
	if (!text_eq(walk->body_of, walk->list.selected)) {
		snprintf(walk->body_of, sizeof(walk->body_of), "%s", walk->list.selected);
		walk->pager = (Pager) { 0 };
	}
}

static void render_step(WalkView *walk, const ViewContext *context, const WalkTarget *target, Canvas *canvas, Rect rect)
{
	Rect rest = rect;
	render_output(walk, context, target, canvas, &rest);
	rest = rect_inset(rest, 1, 0);
	rest.width += rest.width > 10 ? 1 : 0;   /* the pager keeps a column of its own at the right */
	int columns = rest.width - 1;
	build(walk, context, target, columns);
	int head = styled_height(&walk->head, columns), room = rest.height * 2 / 3;
	walk->head_cut = head > room;
	Rect top = rect_cut_top(&rest, walk->head_cut ? room : head);
	top.width = columns;
	styled_render(&walk->head, canvas, top, 0, NULL);
	if (walk->head_cut)
		canvas_text_right(canvas, top, top.x + top.width, top.y + top.height - 1, ROLE_WARN, " more: d");
	rect_cut_top(&rest, head && rest.height > 8 && target->step ? 1 : 0);
	pager_render(&walk->pager, &walk->body, canvas, rest);
}

/* ---- the record ---- */

/* It may hold a MiB of output: it is built anew when something in it can have changed, not for every key. */
static void build_record(WalkView *walk, const ViewContext *context, const WalkTarget *target, int columns)
{
	int64_t moment = context->wall.ms / RECORD_AGES_MS;
	bool same = text_eq(walk->record_of, target->step->id) && walk->record_seq == target->incident->seq && walk->record_columns == columns
		&& walk->record_moment == moment && !(target->job && target->job->running);
	if (same)
		return;
	snprintf(walk->record_of, sizeof(walk->record_of), "%s", target->step->id);
	walk->record_seq = target->incident->seq;
	walk->record_columns = columns;
	walk->record_moment = moment;
	styled_reset(&walk->record);
	walk_write_record(walk, context, target, columns, &walk->record);
}

static void render_record(WalkView *walk, const ViewContext *context, const WalkTarget *target, Canvas *canvas, Rect rect)
{
	rect = rect_inset(rect, 1, 0);
	build_record(walk, context, target, rect.width - 1);
	pager_render(&walk->record_pager, &walk->record, canvas, rect);
}

void walk_render(WalkView *walk, const ViewContext *context, Canvas *canvas, Rect rect)
{
	const WalkTarget target = walk_target(walk, context);
	OutlineSource outline = { &walk->outline, target.run, &walk->list, context->wall, walk, context };
	ListSource source = outline_source(&outline);
	if (walk->details && target.step) {
		render_record(walk, context, &target, canvas, rect);
		return;
	}
	if (context->small) {
		if (walk->on_outline)
			list_render(&walk->list, &source, canvas, rect);
		else
			render_step(walk, context, &target, canvas, rect);
		return;
	}
	bool full = target.open || has_output(&target);
	Rect left = view_split(canvas, &rect, rect.width >= WIDE_COLUMNS ? OUTLINE_WIDE_COLUMNS : full ? OUTLINE_NARROW_COLUMNS : OUTLINE_COLUMNS);
	list_render(&walk->list, &source, canvas, left);
	render_step(walk, context, &target, canvas, rect);
}
