/* Tests of tui/widget/list.h: selection by id, folding, filter, scrolling, and what an empty list says. */
#include "tui/widget/list.h"

#include "picture.h"

typedef struct Row { const char *id; int depth; bool passive; } Row;
typedef struct Rows { const Row *rows; } Rows;

static const char *row_id(size_t index, void *userdata)
{
	return ((Rows *) userdata)->rows[index].id;
}

static int row_depth(size_t index, void *userdata)
{
	return ((Rows *) userdata)->rows[index].depth;
}

static bool row_passive(size_t index, void *userdata)
{
	return ((Rows *) userdata)->rows[index].passive;
}

static void row_render(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const Row *row = &((Rows *) userdata)->rows[index];
	canvas_text(canvas, rect, rect.x + row->depth * 2, rect.y, ROLE_TEXT, row->id);
}

static ListSource source_of(Rows *rows, size_t count)
{
	return (ListSource){ .count = count, .id = row_id, .render = row_render, .depth = row_depth, .is_passive = row_passive,
		.userdata = rows, .empty = "Nothing is open. What a step breaks open is listed here." };
}

static const Row outline[] = {
	{ "1 confirm", 0, false }, { "4 fastly", 0, false }, { "4.1 clone", 1, false }, { "4.2 hosts", 1, false },
	{ "4.2.1 address", 2, false }, { "5 verify", 0, false },
};

static void expect_selected(const List *list, const ListSource *source, const char *id)
{
	size_t index = 0;
	cr_assert(list_selected(list, source, &index));
	assert_text("selected", source->id(index, source->userdata), id);
}

Test(list, moving_stops_at_the_ends_and_the_window_follows)
{
	Rows rows = { outline };
	ListSource source = source_of(&rows, 6);
	AUTO_CLEAR(List) list = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(14, 3);
	list_render(&list, &source, &canvas, canvas_rect(&canvas));
	expect_selected(&list, &source, "1 confirm");
	cr_expect(list_command(&list, &source, COMMAND_UP));
	expect_selected(&list, &source, "1 confirm");
	for (int i = 0; i < 3; i++)
		cr_expect(list_command(&list, &source, COMMAND_DOWN));
	canvas_erase(&canvas);
	list_render(&list, &source, &canvas, canvas_rect(&canvas));
	expect_picture("scrolled", &canvas, "4 fastly     ↑\n  4.1 clone\n  4.2 hosts  ↓\n");
	cr_expect(selected_row(&canvas) == 2);
	cr_expect(list_command(&list, &source, COMMAND_LAST));
	expect_selected(&list, &source, "5 verify");
	cr_expect(list_command(&list, &source, COMMAND_PAGE_UP));
	expect_selected(&list, &source, "4.2 hosts");
	cr_expect(list_command(&list, &source, COMMAND_FIRST));
	expect_selected(&list, &source, "1 confirm");
	cr_expect(!list_command(&list, &source, COMMAND_APPLY));
}

Test(list, the_selection_stays_on_its_row_when_rows_come_and_go)
{
	static const Row before[] = { { "a", 0, false }, { "b", 0, false }, { "c", 0, false } };
	static const Row after[] = { { "new", 0, false }, { "a", 0, false }, { "b", 0, false } };
	static const Row without[] = { { "a", 0, false }, { "c", 0, false } };
	Rows rows = { before };
	ListSource source = source_of(&rows, 3);
	AUTO_CLEAR(List) list = {0};
	list_select(&list, &source, "b");
	rows.rows = after;
	list_update(&list, &source);
	expect_selected(&list, &source, "b");
	cr_expect(list.position == 2);
	rows.rows = without;
	source.count = 2;
	list_update(&list, &source);
	expect_selected(&list, &source, "c");
	source.count = 0;
	size_t index;
	list_update(&list, &source);
	cr_expect(!list_selected(&list, &source, &index));
	cr_expect(!list_command(&list, &source, COMMAND_DOWN));
}

Test(list, branches_fold_and_unfold)
{
	Rows rows = { outline };
	ListSource source = source_of(&rows, 6);
	AUTO_CLEAR(List) list = {0};
	list_select(&list, &source, "4.2.1 address");
	cr_expect(list_command(&list, &source, COMMAND_FOLD));
	expect_selected(&list, &source, "4.2 hosts");
	cr_expect(list_command(&list, &source, COMMAND_FOLD));
	cr_expect(list.visible_count == 5 && list_is_folded(&list, "4.2 hosts"));
	cr_expect(list_command(&list, &source, COMMAND_FOLD));
	expect_selected(&list, &source, "4 fastly");
	cr_expect(list_command(&list, &source, COMMAND_FOLD));
	cr_expect(list.visible_count == 3);
	cr_expect(list_command(&list, &source, COMMAND_UNFOLD));
	cr_expect(list.visible_count == 5, "the inner branch stays folded");
}

Test(list, a_filter_hides_rows_and_gives_the_selection_back)
{
	Rows rows = { outline };
	ListSource source = source_of(&rows, 6);
	AUTO_CLEAR(List) list = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(30, 2);
	list_select(&list, &source, "5 verify");
	list_filter(&list, &source, "HOSTS");
	expect_selected(&list, &source, "4.2 hosts");
	list_filter(&list, &source, "zzz");
	list_render(&list, &source, &canvas, canvas_rect(&canvas));
	expect_picture("no match", &canvas, " Nothing here contains \"zzz\".\n Esc shows all again.\n");
	cr_expect(list_command(&list, &source, COMMAND_BACK) && list.visible_count == source.count, "back takes the filter away");
	cr_expect(!list_command(&list, &source, COMMAND_BACK), "and without one it is for the screen");
	expect_selected(&list, &source, "5 verify");
}

Test(list, headings_are_never_selected_and_an_empty_list_says_why)
{
	static const Row grouped[] = { { "Failover", 0, true }, { "ocw", 1, false }, { "Failback", 0, true }, { "back", 1, false } };
	Rows rows = { grouped };
	ListSource source = source_of(&rows, 4);
	AUTO_CLEAR(List) list = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(34, 2);
	list_update(&list, &source);
	expect_selected(&list, &source, "ocw");
	cr_expect(list_command(&list, &source, COMMAND_UP));
	expect_selected(&list, &source, "ocw");
	cr_expect(list_command(&list, &source, COMMAND_DOWN));
	expect_selected(&list, &source, "back");
	source.count = 0;
	list_render(&list, &source, &canvas, canvas_rect(&canvas));
	expect_picture("empty", &canvas, " Nothing is open. What a step\n breaks open is listed here.\n");
	source.count = 4;
	static const Rect none = {0};
	list_render(&list, &source, &canvas, none);
}
