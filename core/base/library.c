/* library.c: see library.h. */
#include "core/base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

void *library_open(const char *const names[], size_t count, char ret_why[static LIBRARY_WHY_SIZE])
{
	void *library = NULL;
	for (size_t i = 0; i < count && !library; i++) {
		library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
		if (!library && i == 0)
			snprintf(ret_why, LIBRARY_WHY_SIZE, "%s", dlerror());
	}
	return library;
}

/* ISO C has no conversion from a data pointer to a function pointer; POSIX has dlsym and says to copy the bytes. */
bool library_function(void *library, const char *name, void *ret_function, char ret_why[static LIBRARY_WHY_SIZE])
{
	void *symbol = dlsym(library, name);
	if (!symbol) {
		snprintf(ret_why, LIBRARY_WHY_SIZE, "it has no function %s", name);
		return false;
	}
	memcpy(ret_function, &symbol, sizeof symbol);
	return true;
}
