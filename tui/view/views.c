/* views.c: the screens, in the order of their tabs. */
#include "core/base/alloc.h"
#include "tui/view/shell.h"

const View *const VIEWS[] = {
	&VIEW_BOARD, &VIEW_PLAYBOOKS, &VIEW_WALK, &VIEW_SIGNOFF, &VIEW_TIMELINE, &VIEW_LEDGER, &VIEW_NODES, &VIEW_HELP, &VIEW_CONTACTS,
};

size_t view_count(void)
{
	return BG_LENGTH(VIEWS);
}

size_t view_index(const View *view)
{
	for (size_t i = 0; i < BG_LENGTH(VIEWS); i++)
		if (VIEWS[i] == view)
			return i;
	BG_ASSERT(false);
	return 0;
}
