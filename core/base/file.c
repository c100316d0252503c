/* file.c: whole files. Reading has a limit that the caller names; writing is all or nothing: a crash leaves the old
 * file or the new one. */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"

#define READ_CHUNK_BYTES 65536

void bg_close_fd(int *fd)
{
	if (*fd >= 0)
		(void) close(*fd);
	*fd = -1;
}

static bool fail(Error *err, const char *path, const char *doing)
{
	(void) error_errno(err, errno, "%s", doing);
	return error_where(err, "%s", path);
}

bool file_read_fd(int fd, const char *name, size_t limit, Buf *out, Error *err)
{
	AUTO_FREE char *chunk = bg_malloc(READ_CHUNK_BYTES);
	size_t start = out->len;
	for (;;) {
		ssize_t got = read(fd, chunk, READ_CHUNK_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return true;
		if (got < 0) {
			(void) fail(err, name, "reading failed");
			break;
		}
		if ((size_t) got > limit - (out->len - start)) {
			(void) error_set(err, ERROR_INVALID, "larger than the limit of %zu bytes", limit);
			(void) error_where(err, "%s", name);
			break;
		}
		buf_append(out, chunk, (size_t) got);
		if (out->overflowed) {
			(void) error_set(err, ERROR_INVALID, "larger than the limit of %zu bytes", out->limit);
			(void) error_where(err, "%s", name);
			break;
		}
	}
	buf_truncate(out, start);
	return false;
}

bool file_read(const char *path, size_t limit, Buf *out, Error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, path, "cannot open the file");
	struct stat status;
	if (fstat(fd, &status) != 0)
		return fail(err, path, "cannot look at the file");
	if (S_ISDIR(status.st_mode)) {
		(void) error_set(err, ERROR_INVALID, "this is a folder, not a file");
		return error_where(err, "%s", path);
	}
	return file_read_fd(fd, path, limit, out, err);
}

bool file_write_all(int fd, const void *bytes, size_t len, Error *err)
{
	const char *next = bytes;
	while (len) {
		ssize_t written = write(fd, next, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return error_errno(err, errno, "writing failed");
		next += written;
		len -= (size_t) written;
	}
	return true;
}

/* Fills the open temporary file and makes it durable. */
static bool fill_temporary(int fd, const void *bytes, size_t len, unsigned mode, Error *err)
{
	if (fchmod(fd, (mode_t) mode) != 0)
		return error_errno(err, errno, "cannot set the file's mode");
	if (!file_write_all(fd, bytes, len, err))
		return false;
	return fsync(fd) == 0 || error_errno(err, errno, "the disk did not confirm the write");
}

bool file_write_atomic(const char *path, const void *bytes, size_t len, unsigned mode, Error *err)
{
	AUTO_FREE char *temporary = bg_asprintf("%s.tmp-XXXXXX", path);
	AUTO_FREE char *folder = path_folder(path);
	AUTO_CLOSE int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return fail(err, path, "cannot make a temporary file beside it");
	bool ok = fill_temporary(fd, bytes, len, mode, err);
	if (ok && rename(temporary, path) != 0)
		ok = error_errno(err, errno, "cannot put the new file in place");
	if (!ok) {
		(void) unlink(temporary); /* the cause is told already */
		return error_where(err, "%s", path);
	}
	return file_sync_folder(folder, err);
}

bool file_sync_folder(const char *path, Error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, path, "cannot open the folder");
	/* Some network and FUSE file systems cannot sync folders and say so with EINVAL: there is nothing more to do
	 * there. */
	if (fsync(fd) != 0 && errno != EINVAL)
		return fail(err, path, "the disk did not confirm the folder");
	return true;
}

bool file_exists(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0;
}

bool file_is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void fd_set_cloexec(int fd)
{
	int flags = fcntl(fd, F_GETFD);
	BG_ASSERT(flags >= 0);
	(void) fcntl(fd, F_SETFD, flags | FD_CLOEXEC); /* cannot fail once F_GETFD worked */
}

void fd_set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	BG_ASSERT(flags >= 0);
	(void) fcntl(fd, F_SETFL, flags | O_NONBLOCK); /* cannot fail once F_GETFL worked */
}
