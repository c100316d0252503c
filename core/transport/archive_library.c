/* archive_library.c: finds libarchive and its functions at run time. */
#include "core/transport/archive_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const char *const NAMES[] = {"libarchive.so.13", "libarchive.13.dylib", "libarchive.so"};

static struct {
	pthread_once_t once;
	bool loaded;
	char why[160];
	ArchiveLibrary library;
} state = {.once = PTHREAD_ONCE_INIT};

static void *open_library(void) {
	void *handle = NULL;
	for (size_t i = 0; i < BG_LENGTH(NAMES) && !handle; i++) {
		handle = dlopen(NAMES[i], RTLD_LAZY | RTLD_LOCAL);
		if (!handle && i == 0)
			snprintf(state.why, sizeof(state.why), "%s", dlerror());
	}
	return handle;
}

/* ISO C has no conversion from a data pointer to a function pointer; POSIX has dlsym and says to copy the bytes. */
static bool look_up(void *handle, const char *name, void *ret_function) {
	void *symbol = dlsym(handle, name);
	if (!symbol) {
		snprintf(state.why, sizeof(state.why), "it has no function %s", name);
		return false;
	}
	memcpy(ret_function, &symbol, sizeof(symbol));
	return true;
}

static void load(void) {
	void *handle = open_library();
	if (!handle)
		return;
#define ARCHIVE_LOOK_UP(name) \
	if (!look_up(handle, #name, &state.library.name)) \
		return;
	ARCHIVE_LIBRARY_FUNCTIONS(ARCHIVE_LOOK_UP)
#undef ARCHIVE_LOOK_UP
	state.loaded = true;
}

bool archive_library_get(const ArchiveLibrary **ret_library, Error *err) {
	pthread_once(&state.once, load);
	if (!state.loaded) {
		error_set(err, ERROR_MISSING, "libarchive cannot be used: %s", state.why);
		return error_hint(err, "install libarchive (Debian: apt-get install libarchive13)");
	}
	*ret_library = &state.library;
	return true;
}
