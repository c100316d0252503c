/* nodes.c: the machines, thousands of them: sorted, filtered, marked, one in full. What is listed and how it is told is core/health/nodes.h, as for
 * `breakglass nodes`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/health/nodes.h"
#include "tui/view/nodes_command.h"
#include "tui/view/nodes_trust.h"
#include "tui/view/reading_page.h"
#include "tui/view/shell.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

#define REFRESH_ASKED_MAX 64        /* one by one; more are asked all at once */

typedef struct NodesState {
	List list;
	const ViewContext *context;
	Nodes nodes;
	NodesSort sort;
	uint64_t version;               /* of the model, and */
	int64_t second;                 /* when `nodes` was made */
	NodesSort made_sort;
	StrList marked;                 /* names, sorted */
	bool details;
	Styled page;
	Pager pager;
	Buf text;
} NodesState;

/* Columns of a row: mark, sign and state word, name, address, role, words, age. */
enum { STATE_COLUMN = 1, NAME_COLUMN = 8, NAME_WIDTH = 14, ADDRESS_WIDTH = 18, ROLE_WIDTH = 14, ROLE_FROM = 100 };

static const NodeRow *row_at(const NodesState *state, size_t index) { return &state->nodes.rows[index]; }

/* ---- marks ---- */

static size_t mark_place(const StrList *marked, const char *name, bool *ret_there)
{
	size_t low = 0, high = marked->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcmp(marked->items[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_there = low < marked->count && text_eq(marked->items[low], name);
	return low;
}

static bool is_marked(const NodesState *state, const char *name)
{
	bool there;
	(void) mark_place(&state->marked, name, &there);
	return there;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *) a, *(char *const *) b); }

static void toggle_mark(NodesState *state, const char *name)
{
	bool there;
	size_t place = mark_place(&state->marked, name, &there);
	if (there) {
		strlist_remove(&state->marked, place);
		return;
	}
	strlist_add(&state->marked, name);
	char *added = state->marked.items[state->marked.count - 1];
	memmove(&state->marked.items[place + 1], &state->marked.items[place], (state->marked.count - 1 - place) * sizeof(char *));
	state->marked.items[place] = added;
}

/* All that are shown; when they are marked already, none of them. */
static void toggle_all(NodesState *state)
{
	AUTO_CLEAR(StrList) names = { 0 };
	bool all = true;
	for (size_t i = 0; i < state->list.visible_count; i++)
		all = all && is_marked(state, row_at(state, state->list.visible[i])->reading->name);
	if (all) {
		strlist_clear(&state->marked);
		return;
	}
	for (size_t i = 0; i < state->list.visible_count; i++)
		if (!is_marked(state, row_at(state, state->list.visible[i])->reading->name))
			strlist_add(&names, row_at(state, state->list.visible[i])->reading->name);
	for (size_t i = 0; i < names.count; i++)
		strlist_add(&state->marked, names.items[i]);
	qsort(state->marked.items, state->marked.count, sizeof(char *), by_name);
}

/* ---- rows ---- */

static const char *row_id(size_t index, void *userdata) { return row_at(userdata, index)->reading->name; }

static const char *row_text(size_t index, void *userdata)
{
	NodesState *state = userdata;
	const NodeRow *row = row_at(state, index);
	buf_truncate(&state->text, 0);
	node_row_text(row, &state->text);
	buf_puts(&state->text, is_marked(state, row->reading->name) ? " marked" : "");
	const ActionNode *end = nodes_command_end(nodes_command_last(state->context), row->reading->name);
	if (end) {
		buf_puts(&state->text, " command:");
		nodes_command_words(end, &state->text);
	}
	return buf_text(&state->text);
}

static void draw_row(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const NodesState *state = userdata;
	const NodeRow *row = row_at(state, index);
	const ReadingLook *look = &READING_LOOKS[row->state];
	bool small = state->context->small;
	char age[READING_AGE_SIZE];
	AUTO_CLEAR(Buf) words = { 0 };
	reading_age(row->reading, state->context->wall, false, age);
	node_row_words(row, state->context->wall, &words);
	if (is_marked(state, row->reading->name))
		canvas_text(canvas, rect, rect.x, rect.y, ROLE_NOTICE, "*");
	canvas_glyph(canvas, rect, rect.x + STATE_COLUMN, rect.y, look->role, look->glyph);
	canvas_text(canvas, rect, rect.x + STATE_COLUMN + 2, rect.y, look->role, small ? "" : look->word);
	int x = rect.x + (small ? 3 : NAME_COLUMN + 1), name_width = small ? 12 : NAME_WIDTH;
	canvas_text_fit(canvas, rect, x, rect.y, name_width, ROLE_TEXT, row->reading->name);
	x += name_width + 1;
	if (!small) {
		canvas_text_fit(canvas, rect, x, rect.y, ADDRESS_WIDTH, ROLE_MUTED, node_row_address(row));
		x += ADDRESS_WIDTH + 1;
	}
	if (rect.width >= ROLE_FROM) {
		canvas_text_fit(canvas, rect, x, rect.y, ROLE_WIDTH, ROLE_MUTED, node_row_role(row));
		x += ROLE_WIDTH + 1;
	}
	int right = small ? rect.x + rect.width : canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, age);
	const ActionNode *end = nodes_command_end(nodes_command_last(state->context), row->reading->name);
	if (end) {
		AUTO_CLEAR(Buf) came = { 0 };
		nodes_command_words(end, &came);
		x = 2 + canvas_text_fit(canvas, rect, x, rect.y, right - x - 1, nodes_command_role(end->end), buf_text(&came));
	}
	if (x < right)
		canvas_text_fit(canvas, rect, x, rect.y, right - x - 1, ROLE_TEXT, buf_text(&words));
}

static void say_row(size_t index, void *userdata, Buf *out)
{
	const NodesState *state = userdata;
	const NodeRow *row = row_at(state, index);
	const char *role = node_row_role(row), *address = node_row_address(row);
	char age[READING_AGE_SIZE];
	reading_age(row->reading, state->context->wall, false, age);
	buf_printf(out, "%s: %s%s%s%s%s%s: ", reading_state_name(row->state), row->reading->name, *address ? " " : "", address, *role ? " " : "", role,
		is_marked(state, row->reading->name) ? " marked" : "");
	const ActionNode *end = nodes_command_end(nodes_command_last(state->context), row->reading->name);
	if (end) {
		buf_puts(out, "command ");
		nodes_command_words(end, out);
		buf_puts(out, "; ");
	}
	node_row_words(row, state->context->wall, out);
	buf_printf(out, " (%s)", age);
}

static ListSource source_of(NodesState *state)
{
	return (ListSource) { .count = state->nodes.count, .id = row_id, .render = draw_row, .text = row_text, .say = say_row, .userdata = state,
		.empty = "This environment has no nodes. Name the team's cluster-config.json under nodes: in its file, or list the machines there: each is then looked "
		"at over SSH again and again." };
}

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
	ListSource source = source_of(state);
	list_update(&state->list, &source);
}

static const NodeRow *selected(NodesState *state)
{
	size_t index;
	ListSource source = source_of(state);
	return list_selected(&state->list, &source, &index) ? row_at(state, index) : NULL;
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
	ListSource source = source_of(state);
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
	ListSource source = source_of(state);
	list_update(&state->list, &source);
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	NodesState *state = data;
	collect(state, context);
	ListSource source = source_of(state);
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
	ListSource source = source_of(state);
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
	toggle_mark(state, row->reading->name);
	view_say(context, ROLE_TOAST, "%s is %s, %zu in all.", row->reading->name, is_marked(state, row->reading->name) ? "marked" : "not marked", state->marked.count);
	ListSource source = source_of(state);
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
	ListSource source = source_of(state);
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
		toggle_all(state);
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
	ListSource source = source_of(state);
	list_filter(&state->list, &source, text);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	NodesState *state = data;
	collect(state, context);
	const NodeRow *row = selected(state);
	if (row && row->reading->reason)
		snprintf(text, VIEW_HINT_SIZE, "%.60s   %.130s", row->reading->name, row->reading->reason);
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
