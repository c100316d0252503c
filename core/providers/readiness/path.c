/* path.c: see path.h. */
#include "core/providers/readiness/path.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

static bool is_program(const char *path) {
	struct stat info;
	return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static char *find_among(const StrList *folders, const char *name) {
	for (size_t i = 0; i < folders->count; i++) {
		AUTO_FREE char *path = path_join(*folders->items[i] ? folders->items[i] : ".", name);
		if (is_program(path))
			return TAKE(path);
	}
	return NULL;
}

char *readiness_find_program(const Environment *environment, const char *name) {
	if (strchr(name, '/'))
		return is_program(name) ? bg_strdup(name) : NULL;
	char *found = environment ? find_among(&environment->command_path, name) : NULL;
	if (found)
		return found;
	AUTO_CLEAR(StrList) folders = {0};
	const char *path = getenv("PATH");
	strlist_split(&folders, str_from(path ? path : "/usr/local/bin:/usr/bin:/bin"), ':');
	return find_among(&folders, name);
}
