/* nodes_view.h: what the files of the screen of machines share: its state, the rows and the marks on them. */
#pragma once
#include "core/health/nodes.h"
#include "tui/view/shell.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

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

static inline const NodeRow *nodes_row_at(const NodesState *state, size_t index) { return &state->nodes.rows[index]; }

/* nodes_rows.c */
ListSource nodes_source(NodesState *state);

/* nodes_marks.c: what a command is sent to. Names, so that they stay whatever is looked at again. */
bool nodes_is_marked(const NodesState *state, const char *name);
void nodes_toggle_mark(NodesState *state, const char *name);
/* All that are shown; when they are marked already, none of them. */
void nodes_toggle_all(NodesState *state);
