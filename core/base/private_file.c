/* private_file.c: checks the open descriptor, not the path, so that the file that was checked is the file that is read. */
#include "core/base/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"

static bool check_owner_and_mode(int fd, const char *path, Error *err)
{
	struct stat info;
	if (fstat(fd, &info) != 0)
		return error_errno(err, errno, "the file's mode cannot be read");
	if (S_ISDIR(info.st_mode))
		return error_set(err, ERROR_INVALID, "it is a folder, not a file");
	if (info.st_uid != geteuid() && info.st_uid != 0) {
		error_set(err, ERROR_DENIED, "the file belongs to another user (uid %u)", (unsigned) info.st_uid);
		return error_hint(err, "use a file of your own");
	}
	if (S_ISREG(info.st_mode) && (info.st_mode & 077)) {
		error_set(err, ERROR_DENIED, "others can read the file (mode %04o)", (unsigned) info.st_mode & 07777);
		return error_hint(err, "chmod 600 %s", path);
	}
	return true;
}

bool private_file_read(const char *path, size_t limit, Buf *out, Error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		error_errno(err, errno, "the file cannot be opened");
	} else if (check_owner_and_mode(fd, path, err)) {
		buf_reserve(out, limit + 1);
		if (file_read_fd(fd, path, limit, out, err))
			return true;
	}
	return error_where(err, "%s", path);
}
