/* board.c: all readings at a glance, with their ages, and the verdict that matters before anybody presses a key. What is green was seen
 * within its budget: every reading is judged by the clock each time that it is drawn. */
#include <stdio.h>
#include <string.h>
#include "core/health/health.h"
#include "tui/view/board_view.h"
#include "tui/view/shell.h"

#define LEAST_ROWS 3   /* of the list, before anything below it */

static void write_details(const BoardState *state, size_t index, Styled *page)
{
	const char *why;
	const Reading *reading = board_reading(state, index);
	ReadingState judged = standing_judge(&state->standing, state->context, reading, &why);
	reading_page(reading, judged, why, state->context->wall, page);
}

static void update(void *data, ViewContext *context)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = board_source(state);
	list_update(&state->list, &source);
	standing_read(context, &state->standing);
}

static void render(void *data, const ViewContext *context, Canvas *canvas, Rect rect)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = board_source(state);
	const char *not_yet = view_not_yet(context);
	size_t index;
	if (not_yet && !context->model->reading_count) {
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet);
		return;
	}
	if (state->details && list_selected(&state->list, &source, &index)) {
		styled_reset(&state->page);
		write_details(state, index, &state->page);
		pager_render(&state->pager, &state->page, canvas, rect_inset(rect, 1, 0));
		return;
	}
	int below = board_verdict_rows(state, rect), answer = board_answer_rows(state, rect.width), all = (int) source.count;
	int blank = context->small ? 0 : 1, room = rect.height - below - answer - blank;
	if (room < LEAST_ROWS && answer) {
		room += answer;
		answer = 0;
	}
	int rows = all < room ? all : room;
	Rect rest = rect, top = rect_cut_top(&rest, below && rows > 0 ? rows + blank : rect.height);
	list_render(&state->list, &source, canvas, top);
	board_draw_answer(state, canvas, rect_cut_top(&rest, answer));
	if (!below || rows <= 0)
		return;
	canvas_horizontal(canvas, rect, rest.x, rest.y, rest.width, ROLE_BORDER);
	rect_cut_top(&rest, 1);
	board_draw_verdict(state, canvas, rest);
}

/* ---- in words ---- */

static void rows(void *data, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = board_source(state);
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = board_source(state);
	list_select(&state->list, &source, id);
}

static bool page(void *data, ViewContext *context, Styled *out)
{
	BoardState *state = data;
	size_t index;
	state->context = context;
	ListSource source = board_source(state);
	if (state->details && list_selected(&state->list, &source, &index)) {
		write_details(state, index, out);
		return true;
	}
	board_say_verdict(state, out);
	return false;
}

/* ---- what is not ok ---- */

/* Rows keep the order of the environment's file, so that each is found where it was yesterday; these are found by a key. */
static bool is_trouble(const BoardState *state, size_t index) { return board_judged(state, index) != READING_OK; }

static bool has_other_trouble(BoardState *state)
{
	ListSource source = board_source(state);
	size_t selected;
	bool any = list_selected(&state->list, &source, &selected);
	for (size_t i = 0; i < state->context->model->reading_count; i++)
		if (is_trouble(state, i) && !(any && i == selected))
			return true;
	return false;
}

/* The next one below, or above, round the end. */
static void go_to_trouble(BoardState *state, const ListSource *source, bool down)
{
	size_t count = source->count, at;
	if (!list_selected(&state->list, source, &at))
		return;
	for (size_t i = 1; i < count; i++) {
		size_t index = (at + (down ? i : count - i)) % count;
		if (is_trouble(state, index)) {
			list_select(&state->list, source, board_reading(state, index)->name);
			return;
		}
	}
}

/* ---- commands ---- */

static Outcome on_command(void *data, ViewContext *context, CommandId id)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = board_source(state);
	size_t index;
	if (id == COMMAND_REFRESH) {
		view_ask(context, ASK_REFRESH, NULL, "Looking again");
		return OUTCOME_DONE;
	}
	if (state->details && (id == COMMAND_BACK || id == COMMAND_DETAILS)) {
		state->details = false;
		return OUTCOME_DONE;
	}
	if (id == COMMAND_DETAILS || id == COMMAND_OPEN) {
		state->details = list_selected(&state->list, &source, &index);
		state->pager = (Pager) { 0 };
		return OUTCOME_DONE;
	}
	if (state->details)
		return pager_command(&state->pager, &state->page, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
	if (!state->list.filter[0] && (id == COMMAND_NEXT_MATCH || id == COMMAND_PREVIOUS_MATCH)) {
		go_to_trouble(state, &source, id == COMMAND_NEXT_MATCH);
		return OUTCOME_DONE;
	}
	return list_command(&state->list, &source, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}

static void filter(void *data, ViewContext *context, const char *text)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = board_source(state);
	list_filter(&state->list, &source, text);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	BoardState *state = data;
	size_t index;
	state->context = context;
	ListSource source = board_source(state);
	if (!context->model->reading_count || !list_selected(&state->list, &source, &index))
		return;
	const Reading *reading = board_reading(state, index);
	const char *why;
	(void) standing_judge(&state->standing, context, reading, &why);   /* its reason is what counts here */
	if (why || reading->reason)
		snprintf(text, VIEW_HINT_SIZE, "%.60s   %.300s", reading->name, why ? why : reading->reason);
}

static void tab(void *data, const ViewContext *context, Tab *ret)
{
	(void) data;
	ret->count = standing_count(context, READING_FAIL);
}

/* A small screen shows only some of the rows: what is red, and what is not known, is told all the same. */
static void brief(void *data, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32])
{
	(void) data;
	(void) left;
	int fail = standing_count(context, READING_FAIL), unknown = standing_count(context, READING_UNKNOWN);
	char text[64] = "";
	if (fail)
		snprintf(text, sizeof(text), "%d fail%s", fail, unknown ? "  " : "");
	if (unknown)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d unknown", unknown);
	snprintf(right, 32, "%.31s", text);
}

static const char *reason(void *data, const ViewContext *context, CommandId id)
{
	BoardState *state = data;
	state->context = context;
	if (id == COMMAND_OPEN && state->details)
		return "it is open; Esc goes back";
	if ((id == COMMAND_OPEN || id == COMMAND_DETAILS) && !context->model->reading_count)
		return "there is no reading yet";
	if (id == COMMAND_REFRESH && !context->model->caught_up)
		return "there is no connection to the engine";
	if (id == COMMAND_NEXT_MATCH && !state->details && !has_other_trouble(state))
		return "no other row is anything but ok";
	if (id == COMMAND_BACK && !state->details && !state->list.filter[0] && !context->shell->history_count)
		return "this is the first screen; q leaves";
	return NULL;
}

static size_t first(void *data, const ViewContext *context, CommandId ret_ids[static VIEW_MAX_FIRST])
{
	BoardState *state = data;
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;
	size_t count = 0;
	state->context = context;
	if (state->details) {
		ret_ids[0] = COMMAND_BACK;
		return 1;
	}
	ret_ids[count++] = COMMAND_OPEN;
	ret_ids[count++] = COMMAND_NEXT_MATCH;
	if (standing_fitting(&state->standing, context, &entry, &procedure))
		ret_ids[count++] = COMMAND_SCREEN_PLAYBOOKS;
	return count;
}

static const char *label(void *data, const ViewContext *context, CommandId id)
{
	const BoardState *state = data;
	(void) context;
	if (id == COMMAND_OPEN)
		return state->details ? "" : "details";
	if (id == COMMAND_NEXT_MATCH)
		return state->details || state->list.filter[0] ? "" : "next not ok";
	return id == COMMAND_DETAILS && !state->details ? "" : NULL;
}

/* Ages change although no news comes: coarse enough that an idle screen stays quiet. */
static int64_t wake_ms(void *data, const ViewContext *context)
{
	(void) data;
	return context->model->reading_count ? 10000 : 0;
}

static void close_board(void *data)
{
	BoardState *state = data;
	list_clear(&state->list);
	styled_clear(&state->page);
}

const View VIEW_BOARD = {
	.name = "board",
	.title = "Board",
	.command = COMMAND_SCREEN_BOARD,
	.contexts = { CONTEXT_BOARD, CONTEXT_LIST, CONTEXT_PAGER },
	.state_size = sizeof(BoardState),
	.close = close_board,
	.update = update,
	.render = render,
	.on_command = on_command,
	.reason = reason,
	.first = first,
	.label = label,
	.filter = filter,
	.hint = hint,
	.tab = tab,
	.brief = brief,
	.wake_ms = wake_ms,
	.rows = rows,
	.choose = choose,
	.page = page,
};
