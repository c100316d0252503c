/* pager.c: see pager.h. A column at the right shows where one is, when not all fits. */
#include "tui/widget/pager.h"
#include <stdio.h>

static int clamp_top(const Pager *pager, int top)
{
	int most = pager->height - pager->page;
	return top > most ? (most > 0 ? most : 0) : top < 0 ? 0 : top;
}

static bool jump(Pager *pager, const Styled *text, bool backwards)
{
	int line = styled_find(text, pager->columns, pager->search, pager->top, backwards);
	if (line < 0 && pager->search[0])
		line = styled_find(text, pager->columns, pager->search, backwards ? pager->height : -1, backwards);
	if (line < 0)
		return false;
	pager->follow = false;
	pager->top = clamp_top(pager, line);
	return true;
}

bool pager_command(Pager *pager, const Styled *text, CommandId command)
{
	const struct { CommandId id; int top; } moves[] = {
		{ COMMAND_UP, pager->top - 1 }, { COMMAND_DOWN, pager->top + 1 },
		{ COMMAND_TEXT_UP, pager->top - 1 }, { COMMAND_TEXT_DOWN, pager->top + 1 },
		{ COMMAND_PAGE_UP, pager->top - (pager->page > 1 ? pager->page - 1 : 1) },
		{ COMMAND_PAGE_DOWN, pager->top + (pager->page > 1 ? pager->page - 1 : 1) },
		{ COMMAND_FIRST, 0 }, { COMMAND_LAST, pager->height },
	};
	for (size_t i = 0; i < BG_LENGTH(moves); i++)
		if (moves[i].id == command) {
			pager->top = clamp_top(pager, moves[i].top);
			pager->follow = false;
			return true;
		}
	if (command == COMMAND_FOLLOW) {
		pager->follow = !pager->follow;
		return true;
	}
	if (command == COMMAND_NEXT_MATCH || command == COMMAND_PREVIOUS_MATCH) {
		(void) jump(pager, text, command == COMMAND_PREVIOUS_MATCH); /* nothing found: stay */
		return true;
	}
	return false;
}

bool pager_search(Pager *pager, const Styled *text, const char *search)
{
	snprintf(pager->search, sizeof(pager->search), "%s", search);
	if (!*search)
		return true;
	pager->top--;
	bool found = jump(pager, text, false);
	pager->top = clamp_top(pager, pager->top);
	return found;
}

static void render_position(const Pager *pager, Canvas *canvas, Rect column)
{
	if (pager->height <= pager->page || column.height < 2)
		return;
	if (pager->top > 0)
		canvas_glyph(canvas, column, column.x, column.y, ROLE_MUTED, GLYPH_SCROLL_UP);
	if (pager->top + pager->page < pager->height)
		canvas_glyph(canvas, column, column.x, column.y + column.height - 1, ROLE_MUTED, GLYPH_SCROLL_DOWN);
}

void pager_render(Pager *pager, const Styled *text, Canvas *canvas, Rect rect)
{
	Rect column = rect_cut_right(&rect, rect.width > 10 ? 1 : 0);
	pager->columns = rect.width;
	pager->page = rect.height;
	pager->height = styled_height(text, rect.width);
	pager->top = clamp_top(pager, pager->follow ? pager->height : pager->top);
	styled_render(text, canvas, rect, pager->top, pager->search);
	render_position(pager, canvas, column);
}
