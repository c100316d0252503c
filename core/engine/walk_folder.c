/* walk_folder.c: the folder that a command runs in. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/walk.h"

/* "~/checkout" is meant for a shell, and no shell reads this one. */
char *walk_folder(const Walk *walk, const StepCommand *command, StrList *missing) {
	AUTO_CLEAR(Buf) folder = {0};
	if (!command->cwd)
		return NULL;
	BG_IGNORE(walk_expand(walk, command->cwd, &folder, missing));   /* what is missing is named by the caller */
	return path_expand_home(buf_text(&folder));
}
