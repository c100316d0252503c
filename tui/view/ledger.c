/* ledger.c: what this incident has broken open and not yet closed, and what it has. The incident cannot quietly end while one is open. */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "tui/view/view.h"
#include "tui/widget/list.h"

typedef struct LedgerState {
	List list;
	const ViewContext *context;
	size_t *order;          /* indexes of the items: open ones first, each group oldest first */
	size_t count;
	bool details;
	Styled page;
	char id[LIST_ID_SIZE], text[300];
} LedgerState;

enum { NAME_WIDTH = 28 };

static const LedgerItem *item_at(const LedgerState *state, size_t index)
{
	return &state->context->model->incident->ledger[state->order[index]];
}

static const char *row_id(size_t index, void *userdata)
{
	LedgerState *state = userdata;
	snprintf(state->id, sizeof(state->id), "%zu/%.100s", state->order[index], item_at(state, index)->name);
	return state->id;
}

static const char *row_text(size_t index, void *userdata)
{
	LedgerState *state = userdata;
	const LedgerItem *item = item_at(state, index);
	snprintf(state->text, sizeof(state->text), "%.80s %.200s", item->name, item->step_title ? item->step_title : "");
	return state->text;
}

/* "opened 22:54Z 23:54 BST by ann"; which of the two the row says already. */
static void draw_when(const LedgerState *state, Canvas *canvas, Rect rect, const LedgerItem *item, int x, int columns)
{
	char clock[ZONE_BOTH_SIZE], words[240];
	const char *who = item->open ? item->opened_who : item->closed_who, *what = item->open ? "opened " : "closed ";
	WallTime time = item->open ? item->opened : item->closed;
	int room = columns - canvas_text_width(who ? who : "?") - canvas_text_width(" by ");
	bool both = zone_offset_minutes(NULL, time) != 0, fits = canvas_text_width(zone_hm(time, state->context->wall, clock)) + 7 <= room;
	snprintf(words, sizeof(words), "%s%s by %.100s", both && !fits ? "" : what, view_hm_fit(time, state->context->wall, room, clock), who ? who : "?");
	canvas_text_fit(canvas, rect, x, rect.y, columns, ROLE_MUTED, words);
}

static void draw_row(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const LedgerState *state = userdata;
	const LedgerItem *item = item_at(state, index);
	Role role = !item->open ? ROLE_DONE : item->doubtful ? ROLE_DOUBT : ROLE_WARN;
	char span[SPAN_TEXT_SIZE], age[SPAN_TEXT_SIZE + 16];
	canvas_glyph(canvas, rect, rect.x + 1, rect.y, role, !item->open ? GLYPH_DONE : item->doubtful ? GLYPH_DOUBT : GLYPH_WARN);
	canvas_text(canvas, rect, rect.x + 3, rect.y, role, !item->open ? "closed" : item->doubtful ? "OPEN?" : "OPEN");
	int x = rect.x + 10;
	snprintf(age, sizeof(age), state->context->small ? "%s" : "%s ago", view_bound(state->context->wall, item->open ? item->opened : item->closed, span));
	int right = canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, age);
	x = canvas_text_fit(canvas, rect, x, rect.y, right - x - 1, ROLE_TEXT, item->name);
	x = x < rect.x + 10 + NAME_WIDTH ? rect.x + 10 + NAME_WIDTH : x;
	if (!state->context->small)
		draw_when(state, canvas, rect, item, x + 1, right - x - 2);
}

static void say_row(size_t index, void *userdata, Buf *out)
{
	const LedgerState *state = userdata;
	const LedgerItem *item = item_at(state, index);
	char span[SPAN_TEXT_SIZE];
	buf_printf(out, "%s: %s", !item->open ? "closed" : item->doubtful ? "OPEN, perhaps" : "OPEN", item->name);
	if (item->step_title)
		buf_printf(out, ", by \"%s\"", item->step_title);
	buf_printf(out, ", %s %s", item->open ? "since" : "closed", view_age(state->context->wall, item->open ? item->opened : item->closed, span));
	if (item->open && item->closed_by)
		buf_printf(out, "; closed by %s", item->closed_by);
}

static ListSource source_of(LedgerState *state)
{
	return (ListSource) { .count = state->count, .id = row_id, .render = draw_row, .text = row_text, .say = say_row, .userdata = state,
		.empty = state->context->model->incident ? "Nothing is broken open. A step that pauses, freezes or repoints something enters it here, until it is "
		"mended." : "No incident is open. D declares one; what it breaks open is listed here until it is mended." };
}

static void update(void *data, ViewContext *context)
{
	LedgerState *state = data;
	const Incident *incident = context->model->incident;
	size_t total = incident ? incident->ledger_count : 0;
	state->context = context;
	state->order = bg_reallocarray(state->order, total + 1, sizeof(*state->order));
	state->count = 0;
	for (int open = 1; open >= 0; open--)
		for (size_t i = 0; i < total; i++)
			if (incident->ledger[i].open == (open == 1))
				state->order[state->count++] = i;
	ListSource source = source_of(state);
	list_update(&state->list, &source);
}

static const LedgerItem *selected(LedgerState *state)
{
	size_t index;
	ListSource source = source_of(state);
	return list_selected(&state->list, &source, &index) ? item_at(state, index) : NULL;
}

/* ---- details ---- */

static void write_when(Styled *page, const char *label, WallTime time, const char *who, WallTime now)
{
	char line[320], clock[ZONE_BOTH_SIZE], span[SPAN_TEXT_SIZE];
	snprintf(line, sizeof(line), "%s, %s ago, by %.100s", zone_clock(time, now, clock), span_format(now.ms - time.ms, span), who ? who : "?");
	styled_field(page, 10, label, ROLE_TEXT, line);
}

static void write_details(const LedgerItem *item, WallTime now, Styled *page)
{
	styled_printf(page, ROLE_HEADING, "%s\n\n", item->name);
	styled_field(page, 10, "state", item->open ? ROLE_WARN : ROLE_DONE, !item->open ? "closed" : item->doubtful
		? "open? the action that opens it is in doubt" : "open");
	write_when(page, "opened", item->opened, item->opened_who, now);
	if (!item->open)
		write_when(page, "closed", item->closed, item->closed_who, now);
	styled_field(page, 10, "by step", ROLE_TEXT, item->step_title ? item->step_title : "-");
	if (item->closed_by)
		styled_field(page, 10, "closed by", ROLE_LINK, item->closed_by);
	if (item->open)
		styled_add(page, ROLE_MUTED, item->can_undo ? "\nu plans the way back. Enter goes to the step that opened it.\n"
			: "\nEnter goes to the step that opened it. Its playbook says how it is closed.\n");
}

static void render(void *data, const ViewContext *context, Canvas *canvas, Rect rect)
{
	LedgerState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	const char *not_yet = view_not_yet(context);
	const LedgerItem *item = state->details ? selected(state) : NULL;
	if (not_yet && !context->model->incident)
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet);
	else if (item) {
		styled_reset(&state->page);
		write_details(item, context->wall, &state->page);
		(void) styled_render(&state->page, canvas, rect_inset(rect, 1, 0), 0, NULL);
	} else
		list_render(&state->list, &source, canvas, rect);
}

/* ---- commands ---- */

static void go_to_step(ViewContext *context, const LedgerItem *item)
{
	view_select(context, item->run, item->step, "");
	view_go(context, &VIEW_WALK);
}

static const char *reason(void *data, const ViewContext *context, CommandId id)
{
	LedgerState *state = data;
	state->context = context;
	const LedgerItem *item = context->model->incident ? selected(state) : NULL;
	if ((id == COMMAND_OPEN || id == COMMAND_DETAILS) && !item)
		return "nothing is listed";
	if (id != COMMAND_UNDO && id != COMMAND_MEND)
		return NULL;
	if (!item)
		return "nothing is selected";
	if (!item->open)
		return "it is closed already";
	if (id == COMMAND_UNDO && !item->can_undo)
		return "no way back is written at its step; the playbook that closes it has one";
	return NULL;
}

/* Mending by hand is the step's own tick, with a reason: there is one way in which things are closed. */
static void mend(ViewContext *context, const LedgerItem *item)
{
	go_to_step(context, item);
	view_say(context, ROLE_TOAST, "Closed by hand? Say so at the step that closes it, or end the incident with a reason that names it");
}

static Outcome on_command(void *data, ViewContext *context, CommandId id)
{
	LedgerState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	const LedgerItem *item = context->model->incident ? selected(state) : NULL;
	if (state->details && (id == COMMAND_BACK || id == COMMAND_DETAILS)) {
		state->details = false;
		return OUTCOME_DONE;
	}
	if (id == COMMAND_DETAILS && item) {
		state->details = true;
		return OUTCOME_DONE;
	}
	if (id == COMMAND_OPEN && item) {
		go_to_step(context, item);
		return OUTCOME_DONE;
	}
	if (id == COMMAND_UNDO && item) {
		go_to_step(context, item);
		view_command(context, COMMAND_UNDO, NULL);
		return OUTCOME_DONE;
	}
	if (id == COMMAND_MEND && item) {
		mend(context, item);
		return OUTCOME_DONE;
	}
	return list_command(&state->list, &source, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}

static size_t first(void *data, const ViewContext *context, CommandId ret_ids[static VIEW_MAX_FIRST])
{
	const LedgerState *state = data;
	(void) context;
	ret_ids[0] = COMMAND_BACK;
	return state->details ? 1 : 0;
}

static const char *label(void *data, const ViewContext *context, CommandId id)
{
	(void) data;
	(void) context;
	return id == COMMAND_OPEN ? "its step" : NULL;
}

static void filter(void *data, ViewContext *context, const char *text)
{
	LedgerState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_filter(&state->list, &source, text);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	LedgerState *state = data;
	state->context = context;
	const LedgerItem *item = context->model->incident ? selected(state) : NULL;
	if (item && item->open && item->closed_by)
		snprintf(text, VIEW_HINT_SIZE, "%.60s   closed by %.120s", item->name, item->closed_by);
	else if (item && item->open)
		snprintf(text, VIEW_HINT_SIZE, "%.60s   opened by %.100s", item->name, item->opened_who ? item->opened_who : "?");
}

static void tab(void *data, const ViewContext *context, Tab *ret)
{
	(void) data;
	ret->count = context->model->incident ? (int) ledger_open_count(context->model->incident) : 0;
}

static int64_t wake_ms(void *data, const ViewContext *context)
{
	const LedgerState *state = data;
	(void) context;
	return state->count ? 20000 : 0;
}

/* ---- in words ---- */

static void rows(void *data, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	LedgerState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	LedgerState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_select(&state->list, &source, id);
}

static bool page(void *data, ViewContext *context, Styled *out)
{
	LedgerState *state = data;
	state->context = context;
	const LedgerItem *item = state->details && context->model->incident ? selected(state) : NULL;
	if (item)
		write_details(item, context->wall, out);
	return item != NULL;
}

static void close_ledger(void *data)
{
	LedgerState *state = data;
	list_clear(&state->list);
	styled_clear(&state->page);
	free(state->order);
}

const View VIEW_LEDGER = {
	.name = "ledger",
	.title = "Ledger",
	.command = COMMAND_SCREEN_LEDGER,
	.contexts = { CONTEXT_LEDGER, CONTEXT_LIST },
	.state_size = sizeof(LedgerState),
	.close = close_ledger,
	.update = update,
	.render = render,
	.on_command = on_command,
	.reason = reason,
	.first = first,
	.label = label,
	.filter = filter,
	.hint = hint,
	.tab = tab,
	.wake_ms = wake_ms,
	.rows = rows,
	.choose = choose,
	.page = page,
};
