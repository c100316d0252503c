/* practice_tell.c: a word to a sandbox that runs, through the pipe in its folder: what the world outside does in a drill. */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"
#include "core/sandbox/sandbox.h"

/* Opens only when somebody reads at the other end; -1 else. */
static int open_control(const char *path) {
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

static bool refuse_none(const char *where, Error *err) {
	error_set(err, ERROR_MISSING, "no sandbox of yours runs %s", where);
	return error_hint(err, "begin one with breakglass try, or name its folder with --folder DIR");
}

/* The one drill of this login that lives in a temporary folder; -1 with `err`. */
static int find_control(Error *err) {
	const char *base = getenv("TMPDIR");
	glob_t found = {0};
	size_t alive = 0;
	int fd = -1;
	AUTO_FREE char *pattern = bg_asprintf("%s/breakglass-*/control", base && *base == '/' ? base : "/tmp");
	BG_IGNORE(glob(pattern, GLOB_NOSORT, NULL, &found));   /* nothing found, or nothing readable: the same to a person */
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int one = open_control(found.gl_pathv[i]);
		if (one < 0)
			continue;
		alive++;
		bg_close_fd(&fd);
		fd = one;
	}
	globfree(&found);
	if (alive == 1)
		return fd;
	bg_close_fd(&fd);
	if (alive > 1) {
		error_set(err, ERROR_CONFLICT, "%zu sandboxes run here", alive);
		error_hint(err, "say which one with --folder DIR");
	} else {
		BG_IGNORE(refuse_none("here", err));
	}
	return -1;
}

static bool tell(const char *folder, const char *words, Error *err) {
	if (!sandbox_knows(words, err))
		return false;
	AUTO_FREE char *path = folder ? path_join(folder, "control") : NULL;
	AUTO_CLOSE int fd = path ? open_control(path) : find_control(err);
	if (fd < 0)
		return path ? refuse_none("in that folder", err) : false;
	AUTO_FREE char *line = bg_asprintf("%s\n", words);
	return file_write_all(fd, line, strlen(line), err);
}

int tell_sandbox(Command *command) {
	Error err = {0};
	const char *words = command_flag(command, "tell");
	if (!tell(command_flag(command, "folder"), words, &err)) {
		error_what(&err, "tell the sandbox");
		return command_failed(&err);
	}
	printf("told: %s\n", words);
	return EXIT_OK;
}
