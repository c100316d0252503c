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

Test(styled, a_long_field_goes_on_under_its_value)
{
	AUTO_CLEAR(Styled) text = {0};
	AUTO_CLEAR(Canvas) canvas = {0};
	AUTO_CLEAR(Buf) shown = {0};
	styled_field(&text, 6, "why", ROLE_TEXT, "no route to host");
	styled_field(&text, 6, "", ROLE_TEXT, "second value here");
	canvas_resize(&canvas, 16, 4, GLYPHS_UTF8);
	(void) styled_render(&text, &canvas, canvas_rect(&canvas), 0, NULL);
	canvas_print(&canvas, &shown);
	assert_text("fields", buf_text(&shown), "why   no route\n      to host\n      second\n      value here\n");
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

/* What a page shows from line `skip` on. */
static char *page_of(const Styled *text, int columns, int skip)
{
	AUTO_CLEAR(Canvas) canvas = picture_canvas(columns, 5);
	AUTO_CLEAR(Buf) out = {0};
	buf_printf(&out, "%d\n", styled_render(text, &canvas, canvas_rect(&canvas), skip, NULL));
	canvas_print(&canvas, &out);
	return buf_take(&out);
}

/* The same text built anew knows nothing from earlier drawings. */
static void expect_same_as_anew(const Styled *text, int columns, int skip)
{
	AUTO_CLEAR(Styled) anew = {0};
	styled_add_str(&anew, ROLE_OUTPUT, buf_str(&text->text));
	AUTO_FREE char *expected = page_of(&anew, columns, skip);
	AUTO_FREE char *actual = page_of(text, columns, skip);
	assert_text("a page of a text that grew", actual, expected);
}

static unsigned next_number(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16 & 0x7fff;
}

static void add_piece(Styled *text, unsigned *state)
{
	static const char *const PIECES[] = { "word ", "longer-than-most-columns ", "\n", "\n\n", "   indented ", "世界", "e\xcc\x81", "     ", "x", "end.\n" };
	for (unsigned i = next_number(state) % 40; i > 0; i--)
		styled_add(text, ROLE_OUTPUT, PIECES[next_number(state) % BG_LENGTH(PIECES)]);
}

Test(styled, a_text_that_grows_is_drawn_like_one_built_at_once)
{
	unsigned state = 7;
	AUTO_CLEAR(Styled) text = {0};
	for (int round = 0; round < 300; round++) {
		add_piece(&text, &state);
		int columns = round % 50 < 40 ? 17 : 9, height = styled_height(&text, columns);
		cr_expect(styled_is_longer(&text, columns, height - 1) && !styled_is_longer(&text, columns, height));
		expect_same_as_anew(&text, columns, 0);
		expect_same_as_anew(&text, columns, height - 3);
		expect_same_as_anew(&text, columns, (int) next_number(&state) % (height + 1));
	}
	styled_reset(&text);
	cr_expect(styled_height(&text, 17) == 0);
	add_piece(&text, &state);
	expect_same_as_anew(&text, 17, 0);
}

Test(styled, the_end_of_a_text_is_kept_and_says_how_many_lines_went)
{
	unsigned state = 11;
	AUTO_CLEAR(Styled) text = {0};
	for (int round = 0; round < 300; round++) {
		add_piece(&text, &state);
		int height = styled_height(&text, 17);
		AUTO_FREE char *before = page_of(&text, 17, height - 5);
		int gone = styled_keep_end(&text, 3000);
		AUTO_FREE char *after = page_of(&text, 17, height - gone - 5);
		cr_expect(text.text.len <= 3000);
		cr_expect(styled_height(&text, 17) == height - gone);
		assert_text("the last page, below its height", strchr(after, '\n'), strchr(before, '\n'));
		expect_same_as_anew(&text, 17, height - gone - 3);
	}
}

Test(styled, a_text_that_was_never_drawn_is_cut_at_a_line)
{
	AUTO_CLEAR(Styled) text = {0};
	for (int i = 0; i < 100; i++)
		styled_printf(&text, i % 2 ? ROLE_OUTPUT : ROLE_WARN, "line %d\n", i);
	cr_expect(styled_keep_end(&text, 20) == 0);
	AUTO_CLEAR(Canvas) canvas = picture_canvas(12, 3);
	cr_expect(styled_render(&text, &canvas, canvas_rect(&canvas), 0, NULL) == 2);
	expect_picture("cut", &canvas, "line 98\nline 99\n\n");
	cr_expect(canvas_cell(&canvas, 0, 0)->role == ROLE_WARN);
	cr_expect(canvas_cell(&canvas, 0, 1)->role == ROLE_OUTPUT);
}
