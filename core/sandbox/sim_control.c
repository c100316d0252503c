/* sim_control.c: see sim_control.h. The FIFO is opened for writing too, so that a writer that goes away leaves it open. */
#include "core/sandbox/sim_control.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/file.h"

bool sim_control_open(SimControl *control, const char *folder, Error *err) {
	*control = (SimControl) { .path = path_join(folder, "control"), .fd = -1 };
	struct stat status;
	/* One that is there is from a sandbox that was killed in a folder that is used again. */
	if (lstat(control->path, &status) == 0 && S_ISFIFO(status.st_mode))
		(void) unlink(control->path);   /* else the next line says why */
	bool made = mkfifo(control->path, 0600) == 0;
	if (made)
		control->fd = open(control->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (control->fd >= 0)
		return true;
	error_errno(err, errno, "cannot make the sandbox's control pipe");
	error_where(err, "%s", control->path);
	return error_hint(err, "give a folder on an ordinary file system with --folder DIR");
}

static void receive(SimControl *control) {
	char chunk[512];
	ssize_t got;
	while (control->waiting.len <= SIM_CONTROL_MAX_LINE && (got = read(control->fd, chunk, sizeof(chunk))) > 0)
		buf_append(&control->waiting, chunk, (size_t) got);
}

/* The first whole line of what has come; it is consumed. */
static bool cut_line(SimControl *control, Buf *ret_line) {
	ptrdiff_t end = str_find_char(buf_str(&control->waiting), '\n');
	if (end < 0)
		return false;
	buf_truncate(ret_line, 0);
	buf_put_str(ret_line, str_trim(str_slice(buf_str(&control->waiting), 0, (size_t) end)));
	buf_consume(&control->waiting, (size_t) end + 1);
	return true;
}

bool sim_control_line(SimControl *control, Buf *ret_line) {
	if (control->fd < 0)
		return false;
	receive(control);
	while (cut_line(control, ret_line)) {
		if (!control->skipping)
			return true;
		control->skipping = false;
	}
	if (control->waiting.len > SIM_CONTROL_MAX_LINE) {
		buf_truncate(&control->waiting, 0);
		control->skipping = true;
	}
	return false;
}

void sim_control_close(SimControl *control) {
	if (control->fd >= 0)
		(void) unlink(control->path);   /* the folder mostly goes as a whole */
	bg_close_fd(&control->fd);
	buf_clear(&control->waiting);
	free(control->path);
	*control = (SimControl) { .fd = -1 };
}
