/* nodes_marks.c: the machines that are marked, as a sorted list of names. */
#include "tui/view/nodes_view.h"
#include <stdlib.h>
#include <string.h>

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

bool nodes_is_marked(const NodesState *state, const char *name)
{
	bool there;
	(void) mark_place(&state->marked, name, &there);
	return there;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *) a, *(char *const *) b); }

void nodes_toggle_mark(NodesState *state, const char *name)
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

void nodes_toggle_all(NodesState *state)
{
	AUTO_CLEAR(StrList) names = { 0 };
	bool all = true;
	for (size_t i = 0; i < state->list.visible_count; i++)
		all = all && nodes_is_marked(state, nodes_row_at(state, state->list.visible[i])->reading->name);
	if (all) {
		strlist_clear(&state->marked);
		return;
	}
	for (size_t i = 0; i < state->list.visible_count; i++)
		if (!nodes_is_marked(state, nodes_row_at(state, state->list.visible[i])->reading->name))
			strlist_add(&names, nodes_row_at(state, state->list.visible[i])->reading->name);
	for (size_t i = 0; i < names.count; i++)
		strlist_add(&state->marked, names.items[i]);
	qsort(state->marked.items, state->marked.count, sizeof(char *), by_name);
}
