/* path.c: names of files, as text. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

char *path_join(const char *folder, const char *name)
{
	if (name[0] == '/' || !folder[0])
		return bg_strdup(name);
	const char *slash = str_ends(str_from(folder), "/") ? "" : "/";
	return bg_asprintf("%s%s%s", folder, slash, name);
}

char *path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return bg_strdup(".");
	return slash == path ? bg_strdup("/") : bg_strndup(path, (size_t) (slash - path));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *path_expand_home(const char *path)
{
	const char *home = getenv("HOME");
	if (!home || !home[0] || (strcmp(path, "~") != 0 && strncmp(path, "~/", 2) != 0))
		return bg_strdup(path);
	return bg_asprintf("%s%s", home, path + 1);
}
