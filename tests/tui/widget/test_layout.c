/* Tests of tui/widget/layout.h. */
#include "tui/widget/layout.h"

#include "core/base/attributes.h"
#include "tests/support/support.h"

#define expect_rect(r, ax, ay, aw, ah) do { \
		Rect got_ = (r); \
		cr_expect(got_.x == (ax) && got_.y == (ay) && got_.width == (aw) && got_.height == (ah), "got %d,%d %dx%d", got_.x, \
			got_.y, got_.width, got_.height); \
	} while (0)

Test(layout, strips_are_cut_off_and_never_more_than_there_is)
{
	Rect rest = { .width = 80, .height = 24 };
	expect_rect(rect_cut_top(&rest, 2), 0, 0, 80, 2);
	expect_rect(rect_cut_bottom(&rest, 1), 0, 23, 80, 1);
	expect_rect(rect_cut_left(&rest, 27), 0, 2, 27, 21);
	expect_rect(rect_cut_right(&rest, 3), 77, 2, 3, 21);
	expect_rect(rest, 27, 2, 50, 21);
	expect_rect(rect_cut_top(&rest, 100), 27, 2, 50, 21);
	cr_expect(rect_is_empty(rest));
	expect_rect(rect_cut_top(&rest, 1), 27, 23, 50, 0);
	rest = (Rect){0};
	cr_expect(rect_is_empty(rect_cut_left(&rest, 5)) && rect_is_empty(rest));
}

Test(layout, parts_cover_the_whole_exactly_at_any_size)
{
	static const LayoutPart parts[] = { { .fixed = 27 }, { .fixed = 1 }, { .weight = 2, .least = 10 }, { .weight = 1 } };
	for (int size = 0; size <= 200; size++) {
		Rect out[4];
		layout_split((Rect){ .x = 3, .width = size, .height = 5 }, LAYOUT_COLUMNS, parts, 4, out);
		int at = 3;
		for (size_t i = 0; i < 4; i++) {
			cr_expect(out[i].x == at && out[i].width >= 0 && out[i].height == 5, "size %d part %zu", size, i);
			at += out[i].width;
		}
		cr_expect(at == 3 + size, "size %d covers %d", size, at - 3);
	}
}

Test(layout, flexible_parts_share_by_weight_and_keep_their_least)
{
	static const LayoutPart parts[] = { { .weight = 1, .least = 20 }, { .weight = 3 } };
	Rect out[2];
	layout_split((Rect){ .width = 10, .height = 100 }, LAYOUT_ROWS, parts, 2, out);
	expect_rect(out[0], 0, 0, 10, 25);
	expect_rect(out[1], 0, 25, 10, 75);
	layout_split((Rect){ .width = 10, .height = 24 }, LAYOUT_ROWS, parts, 2, out);
	expect_rect(out[0], 0, 0, 10, 20);
	expect_rect(out[1], 0, 20, 10, 4);
}

Test(layout, meeting_centring_and_insetting)
{
	Rect screen = { .width = 80, .height = 24 };
	expect_rect(rect_intersect(screen, ((Rect){ .x = 70, .y = -5, .width = 20, .height = 10 })), 70, 0, 10, 5);
	cr_expect(rect_is_empty(rect_intersect(screen, (Rect){ .x = 90, .width = 5, .height = 5 })));
	expect_rect(rect_centre(screen, 40, 10), 20, 7, 40, 10);
	expect_rect(rect_centre(screen, 400, 100), 0, 0, 80, 24);
	expect_rect(rect_inset(screen, 1, 2), 1, 2, 78, 20);
	expect_rect(rect_inset(((Rect){ .width = 1, .height = 1 }), 5, 5), 0, 0, 1, 1);
	cr_expect(rect_contains(screen, 79, 23) && !rect_contains(screen, 80, 23) && !rect_contains(screen, -1, 0));
}
