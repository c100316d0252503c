/* told.c: see told.h. The runner, in which the hooks are called, is the parent of each test: the file has its number. */
#include "tests/support/told.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

#define TOLD_MAX (1024 * 1024)

static char *file_of(pid_t runner) {
	const char *root = getenv("TEST_BUILD_ROOT");
	return bg_asprintf("%s/tests/told-%d.txt", root ? root : ".", (int) runner);
}

void tell(const char *format, ...) {
	AUTO_FREE char *path = file_of(getppid());
	va_list args;
	va_start(args, format);
	AUTO_FREE char *line = bg_vasprintf(format, args);
	va_end(args);
	FILE *file = fopen(path, "ae");
	cr_assert(file && fprintf(file, "# %s\n", line) > 0, "cannot write %s", path);
	(void) fclose(file);
}

ReportHook(PRE_ALL)(struct criterion_test_set *unused) {
	(void) unused;
	AUTO_FREE char *path = file_of(getpid());
	(void) unlink(path);
}

/* Only when the runner ends has it its own output again. In a test there is no such file. */
__attribute__((destructor)) static void tell_all(void) {
	AUTO_FREE char *path = file_of(getpid());
	AUTO_CLEAR(Buf) text = {0};
	if (!file_read(path, TOLD_MAX, &text, NULL))
		return;
	(void) fputs(buf_text(&text), stdout);
	(void) fflush(stdout);
	(void) unlink(path);
}
