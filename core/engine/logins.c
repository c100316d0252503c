/* logins.c: see logins.h. */
#include "core/engine/logins.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"

static char *name_here(unsigned uid) {
	FILE *file = fopen("/etc/passwd", "re");
	char *name = NULL, buffer[4096];
	struct passwd entry, *found = NULL;
	while (file && !name && fgetpwent_r(file, &entry, buffer, sizeof(buffer), &found) == 0)
		if (found && found->pw_uid == uid)
			name = bg_strdup(found->pw_name);
	if (file)
		fclose(file);
	return name;
}

static char *name_anywhere(unsigned uid) {
	char buffer[4096];
	struct passwd entry, *found = NULL;
	(void) getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found);   /* no entry: the number is the name */
	return found ? bg_strdup(found->pw_name) : bg_asprintf("uid %u", uid);
}

const char *logins_name(Logins *logins, unsigned uid) {
	for (size_t i = 0; i < logins->count; i++)
		if (logins->items[i].uid == uid)
			return logins->items[i].name;
	if (logins->count == LOGINS_KEPT)
		logins_clear(logins);
	char *name = name_here(uid);
	logins->items = bg_reallocarray(logins->items, logins->count + 1, sizeof(*logins->items));
	logins->items[logins->count] = (Login){uid, name ? name : name_anywhere(uid)};
	return logins->items[logins->count++].name;
}

void logins_clear(Logins *logins) {
	for (size_t i = 0; i < logins->count; i++)
		free(logins->items[i].name);
	free(logins->items);
	*logins = (Logins){0};
}
