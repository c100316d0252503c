/* folder.c: making, listing and removing folders. Removing works on open descriptors, so that a link that is put in the
 * way cannot lead it elsewhere. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

/* Deeper trees are not ours. Each level costs one descriptor while it is walked. */
#define TREE_MAX_DEPTH 64

static bool fail(Error *err, const char *path, const char *doing)
{
	(void) error_errno(err, errno, "%s", doing);
	return error_where(err, "%s", path);
}

static bool make_one(const char *path, unsigned mode, Error *err)
{
	if (mkdir(path, (mode_t) mode) == 0)
		return true;
	bool taken = errno == EEXIST;
	if (taken && file_is_folder(path))
		return true;
	if (taken)
		errno = ENOTDIR;   /* says more than that something of this name exists */
	return fail(err, path, "cannot make the folder");
}

bool file_make_folder(const char *path, unsigned mode, Error *err)
{
	if (!path[0])
		return error_set(err, ERROR_INVALID, "the name of a folder is empty");
	AUTO_FREE char *partial = bg_strdup(path);
	for (char *c = partial + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		if (!file_is_folder(partial) && !make_one(partial, mode, err))
			return false;
		*c = '/';
	}
	return make_one(partial, mode, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

bool file_list_folder(const char *path, StrList *ret_names, Error *err)
{
	DIR *folder = opendir(path);
	if (!folder)
		return fail(err, path, "cannot open the folder");
	StrList names = { 0 };
	const struct dirent *entry;
	errno = 0;
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			strlist_add(&names, entry->d_name);
	}
	bool ok = errno == 0 || fail(err, path, "cannot list the folder");
	(void) closedir(folder);
	if (!ok) {
		strlist_clear(&names);
		return false;
	}
	if (names.count)
		qsort(names.items, names.count, sizeof *names.items, by_name);
	*ret_names = names;
	return true;
}

static bool remove_entry(int parent_fd, const char *name, unsigned depth);

/* Takes over `fd`. */
static bool empty_folder(int fd, unsigned depth)
{
	DIR *folder = fdopendir(fd);
	if (!folder) {
		(void) close(fd);
		return false;
	}
	const struct dirent *entry;
	bool ok = true;
	while (ok && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			ok = remove_entry(dirfd(folder), entry->d_name, depth + 1);
	}
	int cause = errno;
	(void) closedir(folder);
	errno = cause;
	return ok;
}

/* On failure errno says why. */
static bool remove_entry(int parent_fd, const char *name, unsigned depth)
{
	if (depth > TREE_MAX_DEPTH) {
		errno = ELOOP;
		return false;
	}
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return unlinkat(parent_fd, name, 0) == 0;
	if (fd < 0 && errno != EACCES)
		return false;
	if (fd >= 0 && !empty_folder(fd, depth))
		return false;
	return unlinkat(parent_fd, name, AT_REMOVEDIR) == 0;
}

bool file_remove_tree(const char *path, Error *err)
{
	if (remove_entry(AT_FDCWD, path, 0) || errno == ENOENT)
		return true;
	return fail(err, path, "cannot remove the folder");
}
