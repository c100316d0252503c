/* Memory is there or the process ends, after the terminal was given back. */
#include "core/base/alloc.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/support.h"

static void leave_with_three(void)
{
	_exit(3);
}

Test(alloc, runs_the_hook_when_an_invariant_breaks, .exit_code = 3)
{
	bg_set_abort_hook(leave_with_three);
	BG_ASSERT(1 + 1 == 3);
}

Test(alloc, aborts_when_an_invariant_breaks, .signal = SIGABRT)
{
	BG_ASSERT(1 + 1 == 3);
}

Test(alloc, runs_the_hook_when_a_product_overflows, .exit_code = 3)
{
	bg_set_abort_hook(leave_with_three);
	void *none = bg_reallocarray(NULL, SIZE_MAX / 2, 3);
	free(none);
}

Test(alloc, copies_texts)
{
	AUTO_FREE char *empty = bg_strdup(NULL);
	assert_text("NULL", empty, "");
	cr_assert_null(bg_strdup_or_null(NULL));
	AUTO_FREE char *part = bg_strndup("hello", 2);
	assert_text("part", part, "he");
	AUTO_FREE char *formatted = bg_asprintf("%s-%d", "a", 1);
	assert_text("formatted", formatted, "a-1");
	AUTO_FREE unsigned char *bytes = bg_memdup("\0x", 2);
	cr_assert(bytes[0] == 0 && bytes[1] == 'x');
	AUTO_FREE void *nothing = bg_memdup(NULL, 0);
	cr_assert_not_null(nothing);
}
