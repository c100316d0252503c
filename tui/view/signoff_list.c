/* signoff_list.c: the left pane of the sign-off: a row for each gate of the run, and below it one for each role. Pure. */
#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "tui/view/signoff_view.h"
#include <stdio.h>

void gate_rows_clear(GateRows *rows)
{
	free(rows->items);
}

GateRows gate_rows_make(const SignoffView *view, const ViewContext *context)
{
	GateRows rows = { .view = view, .context = context };
	const Run *run = context->run;
	size_t capacity = 1;
	for (size_t i = 0; run && i < run->gate_count; i++)
		capacity += 1 + run->gates[i].roles.count;
	rows.items = bg_calloc(capacity, sizeof(*rows.items));
	for (size_t i = 0; run && i < run->gate_count; i++)
		for (int r = -1; r < (int) run->gates[i].roles.count; r++) {
			GateRow *row = &rows.items[rows.count++];
			*row = (GateRow) { .gate = i, .role = r };
			snprintf(row->id, sizeof(row->id), "%s%s%s", run->gates[i].id, r < 0 ? "" : "\n", r < 0 ? "" : run->gates[i].roles.items[r]);
		}
	return rows;
}

static const char *row_id(size_t index, void *userdata)
{
	return ((GateRows *) userdata)->items[index].id;
}

static bool row_is_passive(size_t index, void *userdata)
{
	return ((GateRows *) userdata)->items[index].role >= 0;
}

static Glyph gate_glyph(GateState state)
{
	static const Glyph glyphs[] = { [GATE_CLOSED] = GLYPH_WAITING, [GATE_WAITING] = GLYPH_WARN, [GATE_SIGNED] = GLYPH_OK,
		[GATE_REFUSED] = GLYPH_FAIL, [GATE_ESCALATED] = GLYPH_WARN, [GATE_EXPIRED] = GLYPH_STALE };
	return glyphs[state];
}

static Role gate_look(GateState state)
{
	static const Role roles[] = { [GATE_CLOSED] = ROLE_WAITING, [GATE_WAITING] = ROLE_WARN, [GATE_SIGNED] = ROLE_OK,
		[GATE_REFUSED] = ROLE_FAIL, [GATE_ESCALATED] = ROLE_WARN, [GATE_EXPIRED] = ROLE_STALE };
	return roles[state];
}

static void draw_role(const GateRows *rows, const Gate *gate, const char *role, Canvas *canvas, Rect row)
{
	const ViewContext *context = rows->context;
	const Signoff *later = gate_countersignature(gate, role), *signoff = later ? later : gate_signoff(gate, role);
	bool asked = signoff_is_asked(context->run, gate, context->wall) || !signoff || !decision_opens(signoff->decision);
	bool open = !later && asked && signoff_role_is_open(gate, role, context->wall), shown = text_eq(gate->id, rows->view->gate);
	char age[SPAN_TEXT_SIZE], clock[ZONE_BOTH_SIZE];
	SignoffWay way;
	int x = canvas_text_fit(canvas, row, row.x + 3, row.y, 12, ROLE_TEXT, role);
	x = x < row.x + 16 ? row.x + 16 : x + 1;
	if (signoff && !open) {
		x = canvas_glyph(canvas, row, x, row.y, ROLE_OK, GLYPH_OK);
		canvas_text(canvas, row, x + 1, row.y, ROLE_MUTED, view_hm_fit(signoff->time, context->wall, row.x + row.width - x - 2, clock));
	} else if (signoff && !decision_opens(signoff->decision)) {
		canvas_text(canvas, row, x, row.y, ROLE_FAIL, decision_words(signoff->decision));
	} else if (!gate->subject[0]) {
		canvas_text(canvas, row, x, row.y, ROLE_WAITING, "not asked");
	} else if (shown && signoff_way(rows->view, context, gate, &way) && text_eq(way.role, role)) {
		x = canvas_glyph(canvas, row, x, row.y, ROLE_WARN, GLYPH_RUNNING);
		canvas_text(canvas, row, x + 1, row.y, ROLE_WARN, "you");
	} else {
		const char *since = view_age(context->wall, gate->asked, age);
		canvas_printf(canvas, row, x, row.y, ROLE_WAITING, text_eq(since, "now") ? "waits" : "waits %s", since);
	}
}

static void row_render(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const GateRows *rows = userdata;
	const GateRow *row = &rows->items[index];
	const Gate *gate = &rows->context->run->gates[row->gate];
	if (row->role >= 0) {
		draw_role(rows, gate, gate->roles.items[row->role], canvas, rect);
		return;
	}
	GateState state = run_gate_state(rows->context->run, gate, rows->context->wall);
	AUTO_CLEAR(Buf) words = { 0 };
	(void) canvas_glyph(canvas, rect, rect.x + 1, rect.y, gate_look(state), gate_glyph(state));
	canvas_text_fit(canvas, rect, rect.x + 3, rect.y, rect.width - 4, ROLE_TEXT, signoff_step_words(rows->context->run, gate, &words));
}

static void say_role(const GateRows *rows, const Gate *gate, const char *role, Buf *out)
{
	const ViewContext *context = rows->context;
	const Signoff *later = gate_countersignature(gate, role), *signoff = later ? later : gate_signoff(gate, role);
	bool asked = signoff_is_asked(context->run, gate, context->wall) || !signoff || !decision_opens(signoff->decision);
	bool open = !later && asked && signoff_role_is_open(gate, role, context->wall);
	char age[SPAN_TEXT_SIZE], clock[ZONE_BOTH_SIZE];
	if (signoff && !open)
		buf_printf(out, "%s: %s by %s, %s", role, decision_words(signoff->decision), signoff->person, zone_hm(signoff->time, context->wall, clock));
	else if (signoff && !decision_opens(signoff->decision))
		buf_printf(out, "%s: %s by %s", role, signoff->decision == DECISION_NO ? "NO" : "escalated", signoff->person);
	else if (!gate->subject[0])
		buf_printf(out, "%s: not asked yet", role);
	else
		buf_printf(out, "%s: waits since %s", role, view_age(context->wall, gate->asked, age));
}

static void row_say(size_t index, void *userdata, Buf *out)
{
	const GateRows *rows = userdata;
	const Gate *gate = &rows->context->run->gates[rows->items[index].gate];
	AUTO_CLEAR(Buf) words = { 0 };
	if (rows->items[index].role >= 0)
		say_role(rows, gate, gate->roles.items[rows->items[index].role], out);
	else
		buf_printf(out, "%s: %s", gate_state_name(run_gate_state(rows->context->run, gate, rows->context->wall)), signoff_step_words(rows->context->run, gate, &words));
}

ListSource gate_rows_source(GateRows *rows)
{
	return (ListSource) { .count = rows->count, .id = row_id, .render = row_render, .is_passive = row_is_passive, .say = row_say, .userdata = rows,
		.empty = "This procedure asks for no signatures." };
}
