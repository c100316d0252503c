/* list.h: rows with one selected, as a flat list or an outline that folds. The rows belong to the view, which answers questions about them;
 * the list remembers which one is selected by its id, so that rows may come, go and move. */
#pragma once
#include "core/base/str.h"
#include "tui/keys/command.h"
#include "tui/widget/canvas.h"

#define LIST_ID_SIZE 128
#define LIST_FILTER_SIZE 80

typedef struct ListSource {
	size_t count;
	const char *(*id)(size_t index, void *userdata);
	/* Draws the row; the list paints the selection over it. */
	void (*render)(Canvas *canvas, Rect rect, size_t index, void *userdata);
	/* What a filter is looked for in; NULL: the id. Borrowed until the next call. */
	const char *(*text)(size_t index, void *userdata);
	/* 0 for the top of an outline; NULL: a flat list. Children follow their parent. */
	int (*depth)(size_t index, void *userdata);
	/* Rows that are drawn but never selected, such as headings; NULL: none. */
	bool (*is_passive)(size_t index, void *userdata);
	/* Line mode: the row in words, its state first; NULL: its text. */
	void (*say)(size_t index, void *userdata, Buf *out);
	/* What a person calls the row; NULL: its place, from 1. "" = it has no name. */
	const char *(*number)(size_t index, void *userdata);
	bool newest_last;    /* a record: line mode tells its end */
	void *userdata;
	const char *empty;   /* why there is nothing, and what would fill it */
} ListSource;

typedef struct List {
	char selected[LIST_ID_SIZE];
	char filter[LIST_FILTER_SIZE];
	StrList folded;               /* ids */
	size_t *visible;              /* indexes of the source's rows, after folding and filter */
	size_t visible_count, visible_capacity;
	size_t position;              /* of the selected row among the visible */
	size_t top, page;
} List;

/* Takes in what the source has now. Call before list_command() and after every change. */
void list_update(List *list, const ListSource *source);
/* True if the command meant something here. */
bool list_command(List *list, const ListSource *source, CommandId command);
void list_filter(List *list, const ListSource *source, const char *filter);
void list_select(List *list, const ListSource *source, const char *id);
/* The selected row of the source. False when there is none. */
bool list_selected(const List *list, const ListSource *source, size_t *ret_index);
bool list_is_folded(const List *list, const char *id);
void list_render(List *list, const ListSource *source, Canvas *canvas, Rect rect);
void list_clear(List *list);
BG_DEFINE_CLEARP(List, list_clear)
