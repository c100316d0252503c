/* small_disk.c: see small_disk.h. Without privileges a user namespace gives the right to mount; the user stays who it is outside. */
#include "tests/support/small_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "tests/support/support.h"

#define BUSY_STEP_MS 10
#define BUSY_TRIES 2000

/* What a process is in cannot be undone: its state. */
static int entered;

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text);
	bg_close_fd(&fd);
	return ok;
}

/* Namespaces `flags`: as root at once, else with a user namespace around them. */
static bool enter(int flags, const char **ret_why)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();
	if ((entered & flags) == flags)
		return true;
	if (unshare(flags) < 0) {
		*ret_why = "neither mounts of its own nor a user namespace are permitted here";
		if (unshare(CLONE_NEWUSER | flags) < 0)
			return false;
		(void) write_file("/proc/self/setgroups", "deny");
		snprintf(map, sizeof map, "%u %u 1", uid, uid);
		*ret_why = "a user namespace without a user is all that is permitted here";
		if (!write_file("/proc/self/uid_map", map))
			return false;
		snprintf(map, sizeof map, "%u %u 1", gid, gid);
		if (!write_file("/proc/self/gid_map", map))
			return false;
	}
	entered |= flags;
	return true;
}

/* Mounts of the test's own, which nobody else sees. */
static bool enter_mounts(const char **ret_why)
{
	if (!enter(CLONE_NEWNS, ret_why))
		return false;
	*ret_why = "mounts cannot be kept from others here";
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

bool small_disk_mount(const char *folder, size_t bytes, const char **ret_why)
{
	char options[64];
	if (!enter_mounts(ret_why))
		return false;
	snprintf(options, sizeof options, "size=%zu,mode=0700", bytes);
	*ret_why = "a tmpfs cannot be mounted here";
	return mount("none", folder, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

bool cover_file(const char *path, const char *with, const char **ret_why)
{
	if (!enter_mounts(ret_why))
		return false;
	*ret_why = "a file cannot be mounted over another one here";
	return mount(with, path, NULL, MS_BIND, NULL) == 0;
}

void small_disk_need(const char *folder, size_t bytes)
{
	const char *why;
	if (!small_disk_mount(folder, bytes, &why))
		cr_skip_test("no disk can be filled in this test: %s", why);
}

bool no_network(const char **ret_why)
{
	return enter(CLONE_NEWNET, ret_why);
}

static char *filling(const char *folder)
{
	return path_join(folder, ".filling");
}

void small_disk_fill(const char *folder)
{
	AUTO_FREE char *path = filling(folder);
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	static const char block[4096];
	cr_assert(fd >= 0, "%s: %s", path, strerror(errno));
	while (write(fd, block, sizeof block) > 0)
		continue;
	cr_assert_eq(errno, ENOSPC);
}

void small_disk_free(const char *folder)
{
	AUTO_FREE char *path = filling(folder);
	cr_assert(unlink(path) == 0, "%s: %s", path, strerror(errno));
}

void small_disk_unmount(const char *folder)
{
	(void) umount2(folder, MNT_DETACH);
}

void small_disk_read_only(const char *folder, bool read_only)
{
	unsigned long flags = MS_REMOUNT | MS_NOSUID | MS_NODEV | (read_only ? MS_RDONLY : 0);
	/* A process that was ended may hold a file of its own open for a moment more. */
	for (int tries = 0; mount(NULL, folder, NULL, flags, NULL) < 0; tries++) {
		cr_assert(errno == EBUSY && tries < BUSY_TRIES, "%s: %s", folder, strerror(errno));
		(void) poll(NULL, 0, BUSY_STEP_MS);
	}
}
