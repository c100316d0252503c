/* archive_library.c: finds libarchive and its functions at run time. */
#include "core/transport/archive_library.h"

#include <pthread.h>

#include "core/base/library.h"

static const char *const NAMES[] = {"libarchive.so.13", "libarchive.13.dylib", "libarchive.so"};

static struct {
	pthread_once_t once;
	bool loaded;
	char why[LIBRARY_WHY_SIZE];
	ArchiveLibrary library;
} state = {.once = PTHREAD_ONCE_INIT};

static void load(void) {
	void *handle = library_open(NAMES, BG_LENGTH(NAMES), state.why);
	if (!handle)
		return;
#define ARCHIVE_LOOK_UP(name) \
	if (!library_function(handle, #name, &state.library.name, state.why)) \
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
