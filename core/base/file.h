/* file.h: whole files, atomically, with limits. Paths are UTF-8 text as given. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"

/* Reads all of `path` into `out` (appends). More than `limit` bytes is an error that names the limit. Regular files,
 * pipes and devices. */
BG_CHECK bool file_read(const char *path, size_t limit, Buf *out, Error *err);
/* Reads an open descriptor to its end. */
BG_CHECK bool file_read_fd(int fd, const char *name, size_t limit, Buf *out, Error *err);
/* Writes to a temporary file beside `path`, fsyncs, renames over it, fsyncs the folder. */
BG_CHECK bool file_write_atomic(const char *path, const void *bytes, size_t len, unsigned mode, Error *err);
/* Writes everything, retrying short writes and EINTR. */
BG_CHECK bool file_write_all(int fd, const void *bytes, size_t len, Error *err);
/* Creates `path` and its parents with `mode` (0700 for state). Existing folders are left as they are. */
BG_CHECK bool file_make_folder(const char *path, unsigned mode, Error *err);
BG_CHECK bool file_sync_folder(const char *path, Error *err);
bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* Removes a folder and what is in it; does not follow symbolic links. */
BG_CHECK bool file_remove_tree(const char *path, Error *err);
/* "a" + "b" -> "a/b" (owned); an absolute `name` wins. */
char *path_join(const char *folder, const char *name);
char *path_folder(const char *path);                  /* "a/b/c" -> "a/b"; "c" -> "."; owned */
const char *path_base(const char *path);              /* borrowed */
/* A leading "~/" becomes $HOME/ (owned). */
char *path_expand_home(const char *path);
/* Sorted names (no dot files) in a folder. */
BG_CHECK bool file_list_folder(const char *path, StrList *ret_names, Error *err);
void fd_set_cloexec(int fd);
void fd_set_nonblocking(int fd);
