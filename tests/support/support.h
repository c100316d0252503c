/* support.h: what every test may use: a folder of its own, files, errors that speak, and where the tree stands.
 * Failures end the test at once with the cause. Before any test runs, SSH_AUTH_SOCK and all BREAKGLASS_* are taken out
 * of the environment. */
#pragma once
#include <criterion/criterion.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

/* A folder that is removed, with all in it, when it goes out of scope: AUTO_CLEAR(TempFolder) folder = temp_folder(); */
typedef struct TempFolder {
	char *path;       /* absolute */
	StrList names;    /* what temp_path() gave out */
} TempFolder;
TempFolder temp_folder(void);
void temp_folder_clear(TempFolder *folder);
BG_DEFINE_CLEARP(TempFolder, temp_folder_clear)
/* "<folder>/<name>", borrowed until the folder is cleared. */
const char *temp_path(TempFolder *folder, const char *name);
/* Writes `text` to a file in the folder, making sub-folders; returns its path, borrowed. */
const char *temp_write(TempFolder *folder, const char *name, const char *text);

/* Absolute paths, owned: in the source tree, in the build tree ("breakglass" is the program). */
char *source_path(const char *name);
char *build_path(const char *name);
/* The whole file, owned. */
char *read_text(const char *path);

/* assert_ok(file_read(path, 99, &buf, &err), &err); */
#define assert_ok(call, err) do { \
		bool ok_ = (call); \
		char text_[640]; \
		cr_assert(ok_, "%s: %s", #call, error_format((err), text_, sizeof text_)); \
	} while (0)
/* The call fails with this kind and `why_part` somewhere in why. */
#define assert_refused(call, err, expected_kind, why_part) do { \
		bool ok_ = (call); \
		cr_assert(!ok_, "%s: was accepted", #call); \
		assert_error((err), (expected_kind), (why_part)); \
	} while (0)
void assert_error(const Error *err, ErrorKind kind, const char *why_part);
/* Shows both texts; `name` says which case it is. */
void assert_text(const char *name, const char *actual, const char *expected);
