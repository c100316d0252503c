/* test_line_screens.c: every screen of the table can be told in words. */
#include "tui/view/shell.h"

#include "tests/support/support.h"

Test(line_screens, every_screen_has_rows_or_a_page)
{
	cr_assert(view_count() >= 7);
	for (size_t i = 0; i < view_count(); i++) {
		const View *view = VIEWS[i];
		cr_expect(view->rows || view->page, "%s cannot be told", view->name);
		cr_expect(!view->rows == !view->choose, "%s: rows that are told can be named, and the other way round", view->name);
		cr_expect(command_get(view->command)->line != LINE_NONE, "%s cannot be asked for", view->name);
	}
}
