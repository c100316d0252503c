/* nodes.c: the machines, thousands of them: sorted, filtered, marked, one in full. What is listed and how it is told is core/health/nodes.h, as for
 * `breakglass nodes`. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "tui/view/nodes_command.h"
#include "tui/view/nodes_trust.h"
#include "tui/view/nodes_view.h"
#include "tui/view/reading_page.h"

#define REFRESH_ASKED_MAX 64        /* one by one; more are asked all at once */

/* Readings come and ages pass; the list is made anew at most once a second, and when there is news. */
static void collect(NodesState *state, const ViewContext *context)
{
	int64_t second = context->wall.ms / 1000;
	state->context = context;
	/* A row borrows its reading: whatever changed the model may have moved that. */
	if (state->nodes.rows && state->version == context->model->version && state->second == second && state->made_sort == state->sort)
		return;
	nodes_collect(context->model->readings, context->model->reading_count, context->wall, state->sort, "", &state->nodes);
	state->version = context->model->version;
	state->second = second;
	state->made_sort = state->sort;
}

static void update(void *data, ViewContext *context)
{
	NodesState *state = data;
	collect(state, context);
	ListSource source = nodes_source(state);
	list_update(&state->list, &source);
}

static const NodeRow *selected(NodesState *state)
{
	size_t index;
	ListSource source = nodes_source(state);
	return list_selected(&state->list, &source, &index) ? nodes_row_at(state, index) : NULL;
}

/* ---- drawing ---- */

/* "142 nodes   2 fail   138 ok", and on the right how it is sorted and what is marked. */
static void draw_head(NodesState *state, Canvas *canvas, Rect rect)
{
	AUTO_CLEAR(Buf) counts = { 0 };
	char right[64];
	nodes_summary(&state->nodes, &counts);
	if (state->marked.count)
		snprintf(right, sizeof(right), "%zu marked   by %s", state->marked.count, nodes_sort_name(state->sort));
	else
		snprintf(right, sizeof(right), "by %s", nodes_sort_name(state->sort));
	int end = canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, right);
	canvas_text_fit(canvas, rect, rect.x + 1, rect.y, end - rect.x - 2, ROLE_HEADING, buf_text(&counts));
}

/* The box score of the newest command. */
static void draw_score(const NodesState *state, Canvas *canvas, Rect *rect)
{
	const IncidentAction *last = nodes_command_last(state->context);
	AUTO_CLEAR(Buf) score = { 0 };
	if (!last)
		return;
	nodes_command_score(last, &score);
	canvas_text_fit(canvas, *rect, rect->x + 1, rect->y, rect->width - 2, ROLE_NOTICE, buf_text(&score));
	(void) rect_cut_top(rect, 1);
}

static void render(void *data, const ViewContext *context, Canvas *canvas, Rect rect)
{
	NodesState *state = data;
	collect(state, context);
	ListSource source = nodes_source(state);
	const char *not_yet = view_not_yet(context);
	const NodeRow *row = state->details ? selected(state) : NULL;
	if (not_yet && !context->model->reading_count) {
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet);
		return;
	}
	if (row) {
		styled_reset(&state->page);
		reading_page(row->reading, row->state, NULL, context->wall, &state->page);
		pager_render(&state->pager, &state->page, canvas, rect_inset(rect, 1, 0));
		return;
	}
	/* On a small screen its brief says the same. */
	if (state->nodes.total && !context->small) {
		draw_head(state, canvas, rect);
		(void) rect_cut_top(&rect, 1);
		draw_score(state, canvas, &rect);
	}
	list_render(&state->list, &source, canvas, rect);
}

/* ---- in words ---- */

static void rows(void *data, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	NodesState *state = data;
	collect(state, context);
	ListSource source = nodes_source(state);
	list_update(&state->list, &source);
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	NodesState *state = data;
	collect(state, context);
	ListSource source = nodes_source(state);
	list_select(&state->list, &source, id);
}

static bool page(void *data, ViewContext *context, Styled *out)
{
	NodesState *state = data;
	collect(state, context);
	const NodeRow *row = state->details ? selected(state) : NULL;
	if (row) {
		reading_page(row->reading, row->state, NULL, context->wall, out);
		return true;
	}
	AUTO_CLEAR(Buf) counts = { 0 };
	nodes_summary(&state->nodes, &counts);
	if (state->nodes.total)
		styled_printf(out, ROLE_TEXT, "%s   by %s\n", buf_text(&counts), nodes_sort_name(state->sort));
	const IncidentAction *last = nodes_command_last(context);
	if (last) {
		AUTO_CLEAR(Buf) score = { 0 };
		nodes_command_score(last, &score);
		styled_printf(out, ROLE_TEXT, "%s\n", buf_text(&score));
	}
	return false;
}

/* ---- commands ---- */

/* By its name behind the command, else the next one. */
static void sort(NodesState *state, ViewContext *context)
{
	NodesSort wanted = (NodesSort) ((state->sort + 1) % NODES_SORT_COUNT);
	AUTO_CLEAR(Buf) names = { 0 };
	for (size_t i = 0; i < NODES_SORT_COUNT; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", nodes_sort_name((NodesSort) i));
	if (*context->argument && !nodes_sort_parse(context->argument, &wanted)) {
		view_refuse(context, "sort by %s", buf_text(&names));
		return;
	}
	state->sort = wanted;
	collect(state, context);
	ListSource source = nodes_source(state);
	list_update(&state->list, &source);
	view_say(context, ROLE_TOAST, "Sorted by %s.", nodes_sort_name(wanted));
}

static void ask_one(ViewContext *context, const char *name, const char *done)
{
	Json *args = json_new_object();
	json_add_string(args, "name", name);
	view_ask(context, ASK_REFRESH, args, done);
}

/* The marked ones, else the selected one. */
static void refresh(NodesState *state, ViewContext *context)
{
	const NodeRow *row = selected(state);
	size_t count = state->marked.count;
	if (count > REFRESH_ASKED_MAX)
		view_ask(context, ASK_REFRESH, NULL, "Looking again at all");
	else if (count)
		for (size_t i = 0; i < count; i++)
			ask_one(context, state->marked.items[i], i + 1 == count ? "Looking again at the marked ones" : NULL);
	else if (row)
		ask_one(context, row->reading->name, "Looking again");
}

static void mark(NodesState *state, ViewContext *context)
{
	const NodeRow *row = selected(state);
	if (!row)
		return;
	nodes_toggle_mark(state, row->reading->name);
	view_say(context, ROLE_TOAST, "%s is %s, %zu in all.", row->reading->name, nodes_is_marked(state, row->reading->name) ? "marked" : "not marked", state->marked.count);
	ListSource source = nodes_source(state);
	(void) list_command(&state->list, &source, COMMAND_DOWN);   /* at the end it stays */
}

/* To the marked ones, else the selected one. */
static void send(NodesState *state, ViewContext *context)
{
	AUTO_CLEAR(StrList) one = { 0 };
	const NodeRow *row = selected(state);
	if (!state->marked.count && !row)
		return;
	if (!state->marked.count)
		strlist_add(&one, row->reading->name);
	nodes_command_ask(context, state->marked.count ? &state->marked : &one);
}

static Outcome on_command(void *data, ViewContext *context, CommandId id)
{
	NodesState *state = data;
	collect(state, context);
	ListSource source = nodes_source(state);
	if (id == COMMAND_REFRESH)
		refresh(state, context);
	else if (id == COMMAND_SORT)
		sort(state, context);
	else if (id == COMMAND_TRUST)
		nodes_trust(context, selected(state));
	else if (id == COMMAND_SEND)
		send(state, context);
	else if (id == COMMAND_SEND_AGAIN)
		nodes_command_retry(context);
	else if (id == COMMAND_MARK)
		mark(state, context);
	else if (id == COMMAND_MARK_ALL) {
		nodes_toggle_all(state);
		view_say(context, ROLE_TOAST, "%zu marked.", state->marked.count);
	} else if (state->details && (id == COMMAND_BACK || id == COMMAND_DETAILS))
		state->details = false;
	else if (id == COMMAND_DETAILS || id == COMMAND_OPEN) {
		state->details = selected(state) != NULL;
		state->pager = (Pager) { 0 };
	} else if (state->details)
		return pager_command(&state->pager, &state->page, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
	else
		return list_command(&state->list, &source, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
	return OUTCOME_DONE;
}

static const char *reason(void *data, const ViewContext *context, CommandId id)
{
	NodesState *state = data;
	collect(state, context);
	if (id == COMMAND_OPEN && state->details)
		return "it is open; Esc goes back";
	if (!state->nodes.total && (id == COMMAND_OPEN || id == COMMAND_DETAILS || id == COMMAND_MARK || id == COMMAND_MARK_ALL || id == COMMAND_SORT || id == COMMAND_REFRESH || id == COMMAND_TRUST || id == COMMAND_SEND))
		return "this environment has no nodes";
	return id == COMMAND_SEND ? nodes_command_no_send(context) : id == COMMAND_SEND_AGAIN ? nodes_command_no_retry(context) : NULL;
}

static void filter(void *data, ViewContext *context, const char *text)
{
	NodesState *state = data;
	collect(state, context);
	ListSource source = nodes_source(state);
	list_filter(&state->list, &source, text);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	NodesState *state = data;
	collect(state, context);
	const NodeRow *row = selected(state);
	if (row && row->reading->reason)
		snprintf(text, VIEW_HINT_SIZE, "%.60s   %.300s", row->reading->name, row->reading->reason);
}

/* Counted without a list: this runs for every frame, whichever screen is shown. */
static void tab(void *data, const ViewContext *context, Tab *ret)
{
	(void) data;
	for (size_t i = 0; i < context->model->reading_count; i++) {
		const Reading *reading = &context->model->readings[i];
		ret->count += nodes_is_one(reading) && health_judge(reading, context->wall) == READING_FAIL;
	}
}

static bool is_absent(void *data, const ViewContext *context)
{
	(void) data;
	for (size_t i = 0; i < context->model->reading_count; i++)
		if (nodes_is_one(&context->model->readings[i]))
			return false;
	return true;
}

static void brief(void *data, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32])
{
	NodesState *state = data;
	collect(state, context);
	snprintf(left, VIEW_HINT_SIZE, "%zu nodes", state->nodes.total);
	snprintf(right, 32, "%zu fail  %zu unknown", state->nodes.states[READING_FAIL], state->nodes.states[READING_UNKNOWN]);
}

static int64_t wake_ms(void *data, const ViewContext *context)
{
	(void) data;
	return context->model->reading_count ? 10000 : 0;
}

static void close_nodes(void *data)
{
	NodesState *state = data;
	list_clear(&state->list);
	nodes_clear(&state->nodes);
	strlist_clear(&state->marked);
	styled_clear(&state->page);
	buf_clear(&state->text);
}

const View VIEW_NODES = {
	.name = "nodes",
	.title = "Nodes",
	.command = COMMAND_SCREEN_NODES,
	.contexts = { CONTEXT_NODES, CONTEXT_LIST, CONTEXT_PAGER },
	.state_size = sizeof(NodesState),
	.is_absent = is_absent,
	.close = close_nodes,
	.update = update,
	.render = render,
	.on_command = on_command,
	.reason = reason,
	.filter = filter,
	.hint = hint,
	.tab = tab,
	.brief = brief,
	.wake_ms = wake_ms,
	.rows = rows,
	.choose = choose,
	.page = page,
};
