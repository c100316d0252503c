/* A library that is there is opened by the first name that fits; one that is not, or that lacks a function, is told why. */
#include <string.h>

#include "core/base/library.h"
#include "tests/support/support.h"

Test(library, the_first_name_that_is_there_is_opened)
{
	static const char *const names[] = { "libnothing-of-the-kind.so.0", "libc.so.6" };
	char why[LIBRARY_WHY_SIZE] = "";
	size_t (*length)(const char *) = NULL;
	void *library = library_open(names, 2, why);
	cr_assert_not_null(library, "%s", why);
	cr_assert(library_function(library, "strlen", &length, why), "%s", why);
	cr_assert_eq(length("four"), 4);
	cr_assert_not(library_function(library, "nothing_of_the_kind", &length, why));
	cr_assert_str_eq(why, "it has no function nothing_of_the_kind");
}

Test(library, what_is_not_there_is_told)
{
	static const char *const names[] = { "libnothing-of-the-kind.so.0" };
	char why[LIBRARY_WHY_SIZE] = "";
	cr_assert_null(library_open(names, 1, why));
	cr_assert_not_null(strstr(why, "libnothing-of-the-kind"), "%s", why);
}
