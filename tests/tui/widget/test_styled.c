/* Tests of tui/widget/styled.h and pager.h. */
#include "tui/widget/styled.h"

#include "picture.h"
#include "tui/widget/pager.h"

static void fill(Styled *text)
{
	styled_add(text, ROLE_HEADING, "Changes\n");
	styled_add(text, ROLE_CHANGED, "  address ");
	styled_add(text, ROLE_REMOVED, "ocw-content-live-production");
	styled_add(text, ROLE_TEXT, " to ");
	styled_add(text, ROLE_ADDED, "ocw-content-backup");
	styled_newline(text);
	styled_newline(text);
	styled_add(text, ROLE_OUTPUT, "\033[31mred\033[0m done");
}

Test(styled, text_wraps_under_its_own_indent_and_keeps_its_roles)
{
	AUTO_CLEAR(Styled) text = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(32, 7);
	fill(&text);
	int height = styled_render(&text, &canvas, canvas_rect(&canvas), 0, "BACKUP");
	cr_expect(height == 6 && styled_height(&text, 32) == 6, "%d", height);
	expect_picture("wrapped", &canvas,
		"Changes\n  address\n  ocw-content-live-production to\n  ocw-content-backup\n\nred done\n\n");
	cr_expect(canvas_cell(&canvas, 2, 1)->role == ROLE_CHANGED);
	cr_expect(canvas_cell(&canvas, 2, 2)->role == ROLE_REMOVED);
	cr_expect(canvas_cell(&canvas, 2, 3)->role == ROLE_ADDED);
	cr_expect(canvas_cell(&canvas, 14, 3)->role == ROLE_MATCH);
	cr_expect(canvas_cell(&canvas, 0, 5)->role == ROLE_OUTPUT);
}

Test(styled, any_size_is_survived)
{
	AUTO_CLEAR(Styled) text = {0};
	fill(&text);
	styled_field(&text, 12, "environment", ROLE_TEXT, "世界 ocw-production");
	for (int columns = 0; columns < 60; columns++) {
		AUTO_CLEAR(Canvas) canvas = picture_canvas(columns, 3);
		cr_expect(styled_render(&text, &canvas, canvas_rect(&canvas), 1, "o") == styled_height(&text, columns));
	}
}

Test(styled, a_pager_scrolls_searches_and_follows)
{
	AUTO_CLEAR(Styled) text = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(12, 3);
	Pager pager = {0};
	for (int i = 0; i < 10; i++)
		styled_printf(&text, ROLE_OUTPUT, "line %d%s\n", i, i == 6 ? " here" : "");
	pager_render(&pager, &text, &canvas, canvas_rect(&canvas));
	expect_picture("top", &canvas, "line 0\nline 1\nline 2     ↓\n");
	cr_expect(pager_command(&pager, &text, COMMAND_PAGE_DOWN) && pager.top == 2);
	cr_expect(pager_command(&pager, &text, COMMAND_LAST) && pager.top == 7);
	cr_expect(pager_command(&pager, &text, COMMAND_DOWN) && pager.top == 7);
	cr_expect(pager_search(&pager, &text, "HERE") && pager.top == 6);
	cr_expect(!pager_search(&pager, &text, "nowhere") && pager.top >= 0);
	cr_expect(pager_search(&pager, &text, ""));
	pager_command(&pager, &text, COMMAND_FOLLOW);
	styled_add(&text, ROLE_OUTPUT, "newest\n");
	canvas_erase(&canvas);
	pager_render(&pager, &text, &canvas, canvas_rect(&canvas));
	expect_picture("followed", &canvas, "line 8     ↑\nline 9\nnewest\n");
	pager_command(&pager, &text, COMMAND_UP);
	cr_expect(!pager.follow, "moving up ends following");
	cr_expect(!pager_command(&pager, &text, COMMAND_APPLY));
}
