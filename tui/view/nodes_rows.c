/* nodes_rows.c: a machine a row: drawn, said, searched. */
#include "core/base/alloc.h"
#include "tui/view/nodes_command.h"
#include "tui/view/nodes_view.h"
#include "tui/view/reading_page.h"

/* Columns of a row: mark, sign and state word, name, address, role, words, age. */
enum { STATE_COLUMN = 1, NAME_COLUMN = 8, NAME_WIDTH = 14, ADDRESS_WIDTH = 18, ROLE_WIDTH = 14, ROLE_FROM = 100 };

static const char *row_id(size_t index, void *userdata) { return nodes_row_at(userdata, index)->reading->name; }

static const char *row_text(size_t index, void *userdata)
{
	NodesState *state = userdata;
	const NodeRow *row = nodes_row_at(state, index);
	buf_truncate(&state->text, 0);
	node_row_text(row, &state->text);
	buf_puts(&state->text, nodes_is_marked(state, row->reading->name) ? " marked" : "");
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
	const NodeRow *row = nodes_row_at(state, index);
	const ReadingLook *look = &READING_LOOKS[row->state];
	bool small = state->context->small;
	char age[READING_AGE_SIZE];
	AUTO_CLEAR(Buf) words = { 0 };
	reading_age(row->reading, state->context->wall, false, age);
	node_row_words(row, state->context->wall, &words);
	if (nodes_is_marked(state, row->reading->name))
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
	const NodeRow *row = nodes_row_at(state, index);
	const char *role = node_row_role(row), *address = node_row_address(row);
	char age[READING_AGE_SIZE];
	reading_age(row->reading, state->context->wall, false, age);
	buf_printf(out, "%s: %s%s%s%s%s%s: ", reading_state_name(row->state), row->reading->name, *address ? " " : "", address, *role ? " " : "", role,
		nodes_is_marked(state, row->reading->name) ? " marked" : "");
	const ActionNode *end = nodes_command_end(nodes_command_last(state->context), row->reading->name);
	if (end) {
		buf_puts(out, "command ");
		nodes_command_words(end, out);
		buf_puts(out, "; ");
	}
	node_row_words(row, state->context->wall, out);
	buf_printf(out, " (%s)", age);
}

ListSource nodes_source(NodesState *state)
{
	return (ListSource) { .count = state->nodes.count, .id = row_id, .render = draw_row, .text = row_text, .say = say_row, .userdata = state,
		.empty = "This environment has no nodes. Name the team's cluster-config.json under nodes: in its file, or list the machines there: each is then looked "
		"at over SSH again and again." };
}
