/* trial.c: see trial.h. Arguments are such that the call fails even where it is let through, with another error than the filter's. */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(int fd, const char *name, long result) {
	int error = result < 0 ? errno : 0;
	char line[64];
	size_t len = strlen(name);
	memcpy(line, name, len);
	line[len++] = ' ';
	if (error >= 100)
		line[len++] = (char) ('0' + error / 100);
	if (error >= 10)
		line[len++] = (char) ('0' + error / 10 % 10);
	line[len++] = (char) ('0' + error % 10);
	line[len++] = '\n';
	if (write(fd, line, len) < 0)
		return;
}

#define TRY(name, ...) say(fd, #name, syscall(SYS_##name, __VA_ARGS__))

void trial_everywhere(int fd) {
#ifndef __SANITIZE_ADDRESS__
	TRY(ptrace, PTRACE_PEEKDATA, 0, 0, 0);
#endif
	TRY(process_vm_readv, 0, 0, 0, 0, 0, 0);
	TRY(process_vm_writev, 0, 0, 0, 0, 0, 0);
	TRY(kcmp, 0, 0, 99, 0, 0);
	TRY(bpf, -1, 0, 0);
	TRY(perf_event_open, 0, 0, 0, 0, 0);
	TRY(userfaultfd, -1);
	TRY(init_module, 0, 0, 0);
	TRY(finit_module, -1, 0, 0);
	TRY(mount, 0, 1, 0, 0, 0);
	TRY(umount2, 1, 0);
	TRY(pivot_root, 1, 1);
	TRY(swapon, 1, 0);
	TRY(reboot, 0, 0, 0, 0);
	TRY(open_by_handle_at, -1, 0, 0);
	TRY(io_uring_setup, 0, 0);
}

static void try_file(int fd, const char *name, const char *folder) {
	char path[4096];
	size_t len = strlen(folder);
	if (len + 16 > sizeof(path))
		return;
	memcpy(path, folder, len);
	memcpy(path + len, "/trial.made", 12);
	int made = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	say(fd, name, made);
	if (made >= 0)
		close(made);
}

void trial_where_no_program_is_needed(int fd, const char *folder) {
	TRY(execve, "/nonexistent", 0, 0);
	TRY(listen, -1, 0);
	TRY(accept4, -1, 0, 0, 0);
	TRY(setuid, getuid());
	TRY(setns, -1, 0);
	TRY(unshare, 0);
	TRY(chroot, 1);
	TRY(keyctl, 0, 0, 0, 0, 0);
	TRY(clock_settime, 99, 0);
	try_file(fd, "file", folder);
	int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	say(fd, "null", null_fd);
	if (null_fd >= 0)
		close(null_fd);
}
