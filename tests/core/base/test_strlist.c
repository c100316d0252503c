/* Lists of owned strings. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/str.h"
#include "tests/support/support.h"

Test(strlist, grows_joins_and_removes)
{
	AUTO_CLEAR(StrList) list = { 0 };
	for (int i = 0; i < 20; i++)
		strlist_add_take(&list, bg_asprintf("%d", i));
	strlist_remove(&list, 0);
	strlist_remove(&list, 18);
	while (list.count > 3)
		strlist_remove(&list, 1);
	strlist_add_str(&list, str_slice(STR("xyz"), 1, 1));
	AUTO_FREE char *joined = strlist_join(&list, ", ");
	assert_text("joined", joined, "1, 17, 18, y");
	cr_assert(strlist_has(&list, "y") && !strlist_has(&list, "2"));
}

Test(strlist, splits_trims_and_drops_empties)
{
	AUTO_CLEAR(StrList) list = { 0 };
	strlist_split(&list, STR(" a , ,b,, c"), ',');
	AUTO_FREE char *joined = strlist_join(&list, "|");
	assert_text("parts", joined, "a|b|c");
	AUTO_CLEAR(StrList) none = { 0 };
	strlist_split(&none, STR(""), ',');
	AUTO_FREE char *empty = strlist_join(&none, "|");
	assert_text("nothing", empty, "");
}

Test(strlist, is_an_argv)
{
	AUTO_CLEAR(StrList) list = { 0 };
	cr_assert(strlist_argv(&list)[0] == NULL);
	for (size_t i = 0; i < 40; i++) {
		strlist_add(&list, "x");
		cr_assert(strlist_argv(&list)[i + 1] == NULL);
	}
}
