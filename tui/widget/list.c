/* list.c: which rows are visible, which one is selected, and how the window moves over them. */
#include "tui/widget/list.h"
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/base/text.h"

static int depth_of(const ListSource *source, size_t index)
{
	return source->depth ? source->depth(index, source->userdata) : 0;
}

static const char *text_of(const ListSource *source, size_t index)
{
	return (source->text ? source->text : source->id)(index, source->userdata);
}

static bool passes(const List *list, const ListSource *source, size_t index)
{
	return !list->filter[0] || text_passes(str_from(text_of(source, index)), list->filter);
}

static bool is_passive(const ListSource *source, size_t index)
{
	return source->is_passive && source->is_passive(index, source->userdata);
}

bool list_is_folded(const List *list, const char *id)
{
	return strlist_has(&list->folded, id);
}

static void collect_visible(List *list, const ListSource *source)
{
	if (source->count > list->visible_capacity) {
		list->visible_capacity = source->count;
		list->visible = bg_reallocarray(list->visible, source->count, sizeof(size_t));
	}
	list->visible_count = 0;
	int hidden_below = -1;
	for (size_t i = 0; i < source->count; i++) {
		int depth = depth_of(source, i);
		if (hidden_below >= 0 && depth > hidden_below)
			continue;
		/* A filter looks into folded branches too. */
		hidden_below = !list->filter[0] && list_is_folded(list, source->id(i, source->userdata)) ? depth : -1;
		if (passes(list, source, i))
			list->visible[list->visible_count++] = i;
	}
}

static void remember(List *list, const ListSource *source)
{
	if (list->position < list->visible_count)
		snprintf(list->selected, sizeof(list->selected), "%s",
			source->id(list->visible[list->position], source->userdata));
}

/* Goes to the nearest row that can be selected: first in the direction of movement, then the other way. */
static void settle(List *list, const ListSource *source, bool backwards)
{
	if (list->visible_count == 0) {
		list->position = 0;
		return;
	}
	if (list->position >= list->visible_count)
		list->position = list->visible_count - 1;
	size_t start = list->position;
	for (int turn = 0; turn < 2; turn++, backwards = !backwards)
		for (size_t at = start; at < list->visible_count; at += backwards ? (size_t) -1 : 1)
			if (!is_passive(source, list->visible[at])) {
				list->position = at;
				remember(list, source);
				return;
			}
}

void list_update(List *list, const ListSource *source)
{
	collect_visible(list, source);
	for (size_t i = 0; i < list->visible_count && list->selected[0]; i++)
		if (text_eq(source->id(list->visible[i], source->userdata), list->selected)) {
			list->position = i;
			return;
		}
	/* The selected row is gone or hidden: what stands in its place now is nearest to what the person was looking at.
	 * Its id is kept while a filter hides it, so that it is selected again when the filter ends. */
	char selected[LIST_ID_SIZE];
	snprintf(selected, sizeof(selected), "%s", list->selected);
	settle(list, source, false);
	if (selected[0] && list->filter[0])
		snprintf(list->selected, sizeof(list->selected), "%s", selected);
}

static void move_to(List *list, const ListSource *source, size_t position)
{
	bool backwards = position < list->position;
	list->position = position;
	settle(list, source, backwards);
}

static void fold(List *list, const ListSource *source)
{
	size_t index = list->visible[list->position];
	int depth = depth_of(source, index);
	const char *id = source->id(index, source->userdata);
	bool has_children = index + 1 < source->count && depth_of(source, index + 1) > depth;
	if (has_children && !list_is_folded(list, id)) {
		strlist_add(&list->folded, id);
		list_update(list, source);
		return;
	}
	for (size_t at = list->position; at > 0; at--)
		if (depth_of(source, list->visible[at - 1]) < depth) {
			move_to(list, source, at - 1);
			return;
		}
}

static void unfold(List *list, const ListSource *source)
{
	const char *id = source->id(list->visible[list->position], source->userdata);
	for (size_t i = 0; i < list->folded.count; i++)
		if (text_eq(list->folded.items[i], id)) {
			strlist_remove(&list->folded, i);
			list_update(list, source);
			return;
		}
}

bool list_command(List *list, const ListSource *source, CommandId command)
{
	size_t page = list->page > 1 ? list->page - 1 : 1, at = list->position;
	const struct { CommandId id; size_t position; } moves[] = {
		{ COMMAND_UP, at > 0 ? at - 1 : 0 }, { COMMAND_DOWN, at + 1 }, { COMMAND_PAGE_UP, at > page ? at - page : 0 },
		{ COMMAND_PAGE_DOWN, at + page }, { COMMAND_FIRST, 0 }, { COMMAND_LAST, list->visible_count },
	};
	if (command == COMMAND_BACK && list->filter[0]) {
		list_filter(list, source, "");
		return true;
	}
	if (list->visible_count == 0)
		return false;
	for (size_t i = 0; i < BG_LENGTH(moves); i++)
		if (moves[i].id == command) {
			move_to(list, source, moves[i].position);
			return true;
		}
	if (source->depth && command == COMMAND_FOLD)
		fold(list, source);
	else if (source->depth && command == COMMAND_UNFOLD)
		unfold(list, source);
	else
		return false;
	return true;
}

void list_filter(List *list, const ListSource *source, const char *filter)
{
	snprintf(list->filter, sizeof(list->filter), "%s", filter);
	list_update(list, source);
}

void list_select(List *list, const ListSource *source, const char *id)
{
	snprintf(list->selected, sizeof(list->selected), "%s", id);
	list_update(list, source);
}

bool list_selected(const List *list, const ListSource *source, size_t *ret_index)
{
	if (list->position >= list->visible_count || list->visible[list->position] >= source->count ||
		is_passive(source, list->visible[list->position]))
		return false;
	*ret_index = list->visible[list->position];
	return true;
}

static void keep_in_sight(List *list, size_t rows)
{
	list->page = rows;
	if (list->position < list->top)
		list->top = list->position;
	if (rows > 0 && list->position >= list->top + rows)
		list->top = list->position - rows + 1;
	size_t most = list->visible_count > rows ? list->visible_count - rows : 0;
	if (list->top > most)
		list->top = most;
}

static void render_empty(const List *list, const ListSource *source, Canvas *canvas, Rect rect)
{
	Rect inside = rect_inset(rect, rect.width > 4 ? 1 : 0, 0);
	if (list->filter[0]) {
		AUTO_CLEAR(Buf) text = {0};
		buf_printf(&text, "Nothing here contains \"%s\". Esc shows all again.", list->filter);
		canvas_paragraph(canvas, inside, 0, ROLE_MUTED, buf_text(&text));
	} else if (source->empty)
		canvas_paragraph(canvas, inside, 0, ROLE_MUTED, source->empty);
}

void list_render(List *list, const ListSource *source, Canvas *canvas, Rect rect)
{
	size_t rows = rect.height > 0 ? (size_t) rect.height : 0;
	list_update(list, source);
	keep_in_sight(list, rows);
	if (list->visible_count == 0) {
		render_empty(list, source, canvas, rect);
		return;
	}
	bool more_above = list->top > 0, more_below = list->top + rows < list->visible_count;
	for (size_t i = 0; i < rows && list->top + i < list->visible_count; i++) {
		size_t index = list->visible[list->top + i];
		Rect row = { .x = rect.x, .y = rect.y + (int) i, .width = rect.width, .height = 1 };
		source->render(canvas, row, index, source->userdata);
		if (list->top + i == list->position && !is_passive(source, index))
			canvas_select(canvas, row);
	}
	int right = rect.x + rect.width - 1;
	if (more_above && rect.width > 10)
		canvas_glyph(canvas, rect, right, rect.y, ROLE_MUTED, GLYPH_SCROLL_UP);
	if (more_below && rect.width > 10)
		canvas_glyph(canvas, rect, right, rect.y + rect.height - 1, ROLE_MUTED, GLYPH_SCROLL_DOWN);
}

void list_clear(List *list)
{
	free(list->visible);
	strlist_clear(&list->folded);
	*list = (List){0};
}
