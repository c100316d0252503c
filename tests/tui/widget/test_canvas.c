/* Tests of tui/widget/canvas.h: clipping, wide and combining characters, and text that wants to do harm. */
#include "tui/widget/canvas.h"

#include "tests/support/support.h"

static Canvas canvas_of(int width, int height, GlyphSet glyphs)
{
	Canvas canvas = {0};
	canvas_resize(&canvas, width, height, glyphs);
	return canvas;
}

static void expect_picture(const char *name, const Canvas *canvas, const char *expected)
{
	AUTO_CLEAR(Buf) out = {0};
	canvas_print(canvas, &out);
	assert_text(name, buf_text(&out), expected);
}

/* Every wide character has its right half, and every right half its character. */
static void expect_sound(const Canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const Cell *cell = canvas_cell(canvas, x, y), *next = canvas_cell(canvas, x + 1, y);
			const Cell *before = canvas_cell(canvas, x - 1, y);
			if (cell->width == 2)
				cr_expect(next && next->width == 0, "%d,%d has no right half", x, y);
			if (cell->width == 0)
				cr_expect(before && before->width == 2, "%d,%d is half of nothing", x, y);
			cr_expect(cell->code_point >= ' ' || cell->width == 0, "%d,%d holds a control", x, y);
		}
}

Test(canvas, text_is_clipped_on_every_side)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(6, 3, GLYPHS_UTF8);
	Rect all = canvas_rect(&canvas);
	canvas_text(&canvas, all, -2, 0, ROLE_TEXT, "abcdef");
	canvas_text(&canvas, all, 4, 1, ROLE_TEXT, "xyz");
	canvas_text(&canvas, all, 0, 3, ROLE_TEXT, "below");
	canvas_text(&canvas, all, 0, -1, ROLE_TEXT, "above");
	canvas_text(&canvas, (Rect){ .x = 1, .y = 2, .width = 3, .height = 1 }, 0, 2, ROLE_TEXT, "123456");
	expect_picture("clipped", &canvas, "cdef\n    xy\n 234\n");
	expect_sound(&canvas);
}

Test(canvas, wide_characters_are_never_cut_in_half)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(5, 4, GLYPHS_UTF8);
	Rect all = canvas_rect(&canvas);
	int end = canvas_text(&canvas, all, 0, 0, ROLE_TEXT, "世界世");
	cr_expect(end == 5);
	canvas_text(&canvas, all, -1, 1, ROLE_TEXT, "世x");
	canvas_text(&canvas, all, 0, 2, ROLE_TEXT, "世界");
	canvas_text(&canvas, all, 1, 2, ROLE_TEXT, "ab");
	canvas_text(&canvas, all, 0, 3, ROLE_TEXT, "abcd");
	canvas_text(&canvas, all, 1, 3, ROLE_TEXT, "世");
	expect_picture("wide", &canvas, "世界\n x\n ab\na世d\n");
	expect_sound(&canvas);
}

Test(canvas, combining_marks_stay_on_their_letter_and_do_not_pile_up)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(8, 2, GLYPHS_UTF8);
	Rect all = canvas_rect(&canvas);
	int end = canvas_text(&canvas, all, 0, 0, ROLE_TEXT, "e\xcc\x81" "a");
	cr_expect(end == 2 && canvas_cell(&canvas, 0, 0)->combining[0] == 0x301);
	canvas_text(&canvas, all, 0, 1, ROLE_TEXT, "z\xcc\x81\xcc\x82\xcc\x83\xcc\x84w");
	cr_expect(canvas_cell(&canvas, 0, 1)->combining[1] == 0x302, "at most two are kept");
	cr_expect(canvas_cell(&canvas, 1, 1)->code_point == 'w');
	expect_sound(&canvas);
}

Test(canvas, hostile_text_becomes_harmless_cells)
{
	static const char *const hostile[] = {
		"\033[2J\033[Hgone", "\033]0;title\007x", "a\rb\nc\td", "\x9b" "31mred", "\xe2\x80\xae" "evil", "\xff\xfe\xfd",
		"bell\007\010\177", "\xe2\x80\x8bzero", "\033", "\033[", "\xc2\x9b" "2J", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x92",
	};
	for (size_t i = 0; i < BG_LENGTH(hostile); i++) {
		AUTO_CLEAR(Canvas) canvas = canvas_of(20, 2, GLYPHS_UTF8);
		canvas_text(&canvas, canvas_rect(&canvas), 0, 0, ROLE_TEXT, hostile[i]);
		canvas_paragraph(&canvas, canvas_rect(&canvas), 0, ROLE_TEXT, hostile[i]);
		expect_sound(&canvas);
		for (int x = 0; x < 20; x++) {
			uint32_t c = canvas_cell(&canvas, x, 0)->code_point;
			cr_expect(c == 0 || (c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0) && c != 0x202e && c != 0x200b), "case %zu", i);
		}
	}
}

Test(canvas, an_ellipsis_shows_what_did_not_fit)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(10, 5, GLYPHS_UTF8);
	Rect all = canvas_rect(&canvas);
	canvas_text_fit(&canvas, all, 0, 0, 6, ROLE_TEXT, "ocw-content");
	canvas_text_fit(&canvas, all, 0, 1, 6, ROLE_TEXT, "ocwocw");
	canvas_text_fit(&canvas, all, 0, 2, 4, ROLE_TEXT, "世界世");
	canvas_text_fit(&canvas, all, 0, 3, 0, ROLE_TEXT, "nothing");
	cr_expect(canvas_text_right(&canvas, all, 10, 4, ROLE_TEXT, "12 s") == 6);
	expect_picture("fit", &canvas, "ocw-c…\nocwocw\n世…\n\n      12 s\n");
}

Test(canvas, a_sentence_is_cut_behind_a_word_where_there_is_one)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(14, 5, GLYPHS_UTF8);
	Rect all = canvas_rect(&canvas);
	canvas_text_words(&canvas, all, 0, 0, 12, ROLE_TEXT, "older than 26 hours");
	canvas_text_words(&canvas, all, 0, 1, 12, ROLE_TEXT, "older than 2");
	canvas_text_words(&canvas, all, 0, 2, 12, ROLE_TEXT, "a longer-than-any word");
	canvas_text_words(&canvas, all, 0, 3, 12, ROLE_TEXT, "世界 世界世界世");
	canvas_text_words(&canvas, all, 0, 4, 0, ROLE_TEXT, "nothing");
	expect_picture("words", &canvas, "older than…\nolder than 2\na longer-th…\n世界 世界世…\n\n");
}

Test(canvas, a_paragraph_wraps_scrolls_and_counts)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(12, 2, GLYPHS_UTF8);
	int lines = canvas_paragraph(&canvas, canvas_rect(&canvas), 1, ROLE_TEXT, "pause the pipeline first\nthen look");
	cr_expect(lines == 4, "%d", lines);
	expect_picture("paragraph", &canvas, "pipeline\nfirst\n");
}

Test(canvas, boxes_and_lines_join_in_utf8_and_in_ascii)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(12, 3, GLYPHS_UTF8);
	canvas_box(&canvas, canvas_rect(&canvas), ROLE_BORDER, "Sign");
	expect_picture("utf8", &canvas, "┌─ Sign ───┐\n│          │\n└──────────┘\n");
	canvas_resize(&canvas, 12, 3, GLYPHS_ASCII);
	canvas_box(&canvas, canvas_rect(&canvas), ROLE_BORDER, "Sign");
	expect_picture("ascii", &canvas, "+- Sign ---+\n|          |\n+----------+\n");
}

Test(canvas, in_ascii_everything_is_ascii_and_keeps_its_columns)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(14, 2, GLYPHS_ASCII);
	canvas_text(&canvas, canvas_rect(&canvas), 0, 0, ROLE_TEXT, "✔ a → b 世x e\xcc\x81");
	canvas_text_fit(&canvas, canvas_rect(&canvas), 0, 1, 5, ROLE_TEXT, "too long");
	expect_picture("ascii", &canvas, "+ a > b ? x e\ntoo ~\n");
	expect_sound(&canvas);
}

Test(canvas, nothing_is_drawn_at_size_zero)
{
	static const int sizes[][2] = { { 0, 0 }, { 0, 5 }, { 5, 0 }, { -3, -3 }, { 1, 1 } };
	for (size_t i = 0; i < BG_LENGTH(sizes); i++) {
		AUTO_CLEAR(Canvas) canvas = canvas_of(sizes[i][0], sizes[i][1], GLYPHS_UTF8);
		Rect all = canvas_rect(&canvas);
		canvas_text(&canvas, all, 0, 0, ROLE_TEXT, "世abc");
		canvas_text_fit(&canvas, all, 0, 0, 3, ROLE_TEXT, "abcdef");
		canvas_paragraph(&canvas, all, 0, ROLE_TEXT, "some text\nmore");
		canvas_box(&canvas, all, ROLE_BORDER, "title");
		canvas_fill(&canvas, all, ROLE_BAR);
		canvas_select(&canvas, all);
		canvas_attribute(&canvas, (Rect){ .x = -5, .y = -5, .width = 50, .height = 50 }, STYLE_BOLD);
		canvas_cursor(&canvas, 4, 4);
		cr_expect(canvas.cursor_x == -1);
		expect_sound(&canvas);
	}
}

Test(canvas, size_is_limited)
{
	AUTO_CLEAR(Canvas) canvas = canvas_of(1000000, 1000000, GLYPHS_UTF8);
	cr_expect(canvas.width == CANVAS_MAX_COLUMNS && canvas.height == CANVAS_MAX_ROWS);
}
