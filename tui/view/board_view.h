/* board_view.h: what the files of the board share. Internal. */
#pragma once
#include "tui/view/reading_page.h"
#include "tui/view/standing.h"
#include "tui/view/view.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

typedef struct BoardState {
	List list;
	const ViewContext *context;     /* of the present call: the list's questions come back to it */
	bool details;
	Styled page;
	Pager pager;
	Standing standing;
	char text[300];
} BoardState;

/* ---- board_rows.c ---- */
const Reading *board_reading(const BoardState *state, size_t index);
/* What it is judged to be now, by its age and by the verdict. */
ReadingState board_judged(const BoardState *state, size_t index);
ListSource board_source(BoardState *state);
/* A small screen cuts nearly every answer: that of the selected row stands below the list. Rows that it wants there; 0 = it is whole. */
int board_answer_rows(BoardState *state, int columns);
void board_draw_answer(BoardState *state, Canvas *canvas, Rect rect);

/* ---- board_verdict.c ---- */
/* Rows that it needs below the list, its rule included. */
int board_verdict_rows(const BoardState *state, Rect rect);
/* The verdict, and what to do about it. */
void board_draw_verdict(BoardState *state, Canvas *canvas, Rect rect);
void board_say_verdict(BoardState *state, Styled *out);
