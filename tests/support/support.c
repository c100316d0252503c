/* support.c: see support.h. */
#include "tests/support/support.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

#define READ_TEXT_MAX_BYTES (64U << 20)
#define CLEAR_TRIES 1000

/* What tells a test where to find a program or server of others stays. */
static bool is_for_tests(Str entry)
{
	return str_starts(entry, "BREAKGLASS_TEST_FASTLY=") || str_starts(entry, "BREAKGLASS_TEST_AZURITE=");
}

/* Runs before main() of every test program: what else the person at the keyboard has set must not reach a test. */
__attribute__((constructor)) static void clean_environment(void)
{
	AUTO_CLEAR(StrList) names = { 0 };
	for (char **entry = environ; entry && *entry; entry++) {
		Str rest = str_from(*entry), name;
		if (str_starts(rest, "BREAKGLASS_") && !is_for_tests(rest) && str_split(&rest, '=', &name))
			strlist_add_str(&names, name);
	}
	for (size_t i = 0; i < names.count; i++)
		(void) unsetenv(names.items[i]);
	(void) unsetenv("SSH_AUTH_SOCK");
}

TempFolder temp_folder(void)
{
	const char *base = getenv("TMPDIR");
	/* Digits only: with letters by chance, a command that names the folder says "rm" now and then, and is judged by it. */
	for (unsigned number = 0; number < 1000; number++) {
		AUTO_FREE char *name = bg_asprintf("breakglass-test-%d-%u", (int) getpid(), number);
		TempFolder folder = { .path = path_join(base && base[0] ? base : "/tmp", name) };
		if (mkdir(folder.path, 0700) == 0)
			return folder;
		cr_assert(errno == EEXIST, "cannot make a temporary folder %s", folder.path);
		free(folder.path);
	}
	cr_assert_fail("there is no free name for a temporary folder");
	return (TempFolder) { 0 };
}

void temp_folder_clear(TempFolder *folder)
{
	if (folder->path) {
		Error err = { 0 };
		/* A process that is just ending may still put something into it. */
		bool ok = file_remove_tree(folder->path, &err);
		for (int tries = 0; !ok && err.os_code == ENOTEMPTY && tries < CLEAR_TRIES; tries++) {
			(void) sched_yield();
			ok = file_remove_tree(folder->path, &err);
		}
		assert_ok(ok, &err);
	}
	free(folder->path);
	strlist_clear(&folder->names);
	*folder = (TempFolder) { 0 };
}

const char *temp_path(TempFolder *folder, const char *name)
{
	strlist_add_take(&folder->names, path_join(folder->path, name));
	return folder->names.items[folder->names.count - 1];
}

const char *temp_write(TempFolder *folder, const char *name, const char *text)
{
	const char *path = temp_path(folder, name);
	AUTO_FREE char *parent = path_folder(path);
	Error err = { 0 };
	assert_ok(file_make_folder(parent, 0700, &err), &err);
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
	return path;
}

static char *path_below(const char *variable, const char *name)
{
	const char *root = getenv(variable);
	cr_assert(root, "%s is not set: run this test with `meson test`", variable);
	return path_join(root, name);
}

char *source_path(const char *name)
{
	return path_below("TEST_SOURCE_ROOT", name);
}

char *build_path(const char *name)
{
	return path_below("TEST_BUILD_ROOT", name);
}

char *read_text(const char *path)
{
	AUTO_CLEAR(Buf) text = { 0 };
	Error err = { 0 };
	assert_ok(file_read(path, READ_TEXT_MAX_BYTES, &text, &err), &err);
	return buf_take(&text);
}

void assert_error(const Error *err, ErrorKind kind, const char *why_part)
{
	char text[640];
	cr_assert(err->kind == kind, "kind is %s, expected %s: %s", error_kind_name(err->kind), error_kind_name(kind),
		error_format(err, text, sizeof text));
	cr_assert(strstr(err->why, why_part), "why is \"%s\", expected to hold \"%s\"", err->why, why_part);
}

void assert_text(const char *name, const char *actual, const char *expected)
{
	cr_assert(text_eq(actual, expected), "%s\n  actual:   \"%s\"\n  expected: \"%s\"", name,
		actual ? actual : "(null)", expected ? expected : "(null)");
}
