/* pager.h: a long text that can be scrolled, searched and followed. The text itself belongs to the view. */
#pragma once
#include "tui/keys/command.h"
#include "tui/widget/styled.h"

#define PAGER_SEARCH_SIZE 80
typedef struct Pager {
	int top;                          /* first line shown */
	int height, columns, page;        /* of the text, of the last drawing */
	bool follow;                      /* stay at the end as the text grows */
	char search[PAGER_SEARCH_SIZE];
} Pager;

/* True if the command meant something here: moving, next and previous match, follow. */
bool pager_command(Pager *pager, const Styled *text, CommandId command);
/* Looks for `text` from here on; empty ends the search. False if it is nowhere. */
bool pager_search(Pager *pager, const Styled *text, const char *search);
void pager_render(Pager *pager, const Styled *text, Canvas *canvas, Rect rect);
