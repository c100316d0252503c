/* fuzz.c: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"

static char folder[64];

void fuzz_refused(const Error *err)
{
	BG_ASSERT(err->kind != ERROR_NONE && err->kind != ERROR_BUG);
	BG_ASSERT(err->why[0]);
}

void fuzz_harmless(Str text, SanitiseMode mode)
{
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise(text, mode, &clean);
	BG_ASSERT(str_eq(buf_str(&clean), text));
}

static void remove_folder(void)
{
	BG_IGNORE(file_remove_tree(folder, NULL));
}

const char *fuzz_folder(void)
{
	if (folder[0])
		return folder;
	snprintf(folder, sizeof folder, "%s/breakglass-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	BG_ASSERT(mkdtemp(folder));
	BG_ASSERT(atexit(remove_folder) == 0);
	return folder;
}

char *fuzz_path(const char *name)
{
	return path_join(fuzz_folder(), name);
}

void fuzz_write(const char *name, Str bytes)
{
	AUTO_FREE char *path = fuzz_path(name);
	AUTO_FREE char *parent = bg_strndup(path, (size_t) (path_base(path) - path));
	BG_ASSERT(mkdir(parent, 0700) == 0 || access(parent, W_OK) == 0);
	FILE *file = fopen(path, "w");
	BG_ASSERT(file && chmod(path, 0600) == 0);
	BG_ASSERT(fwrite(bytes.len ? bytes.ptr : "", 1, bytes.len, file) == bytes.len);
	BG_ASSERT(fclose(file) == 0);
}

Str fuzz_line(Str *rest)
{
	Str line = { 0 };
	if (!rest->ptr || !str_next_line(rest, &line))
		return STR("");
	if (!rest->ptr)
		*rest = STR("");
	return line;
}
