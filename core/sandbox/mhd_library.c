/* mhd_library.c: finds libmicrohttpd and its functions at run time. It is never unloaded: its TLS library registers exit handlers. */
#include "core/sandbox/mhd_library.h"
#include <pthread.h>

#include "core/base/library.h"

static const char *const NAMES[] = { "libmicrohttpd.so.12", "libmicrohttpd.12.dylib", "libmicrohttpd.so", "libmicrohttpd.dylib" };

static struct {
	pthread_once_t once;
	bool loaded;
	char why[LIBRARY_WHY_SIZE];
	MhdLibrary library;
} state = { .once = PTHREAD_ONCE_INIT };

static void load(void) {
	void *handle = library_open(NAMES, BG_LENGTH(NAMES), state.why);
	if (!handle)
		return;
#define MHD_LOOK_UP(name) \
	if (!library_function(handle, "MHD_" #name, &state.library.name, state.why)) \
		return;
	MHD_LIBRARY_FUNCTIONS(MHD_LOOK_UP)
#undef MHD_LOOK_UP
	state.loaded = true;
}

bool mhd_library_get(const MhdLibrary **ret_library, Error *err) {
	pthread_once(&state.once, load);
	if (!state.loaded) {
		error_set(err, ERROR_MISSING, "libmicrohttpd cannot be used: %s", state.why);
		return error_hint(err, "install libmicrohttpd (Debian: apt-get install libmicrohttpd12)");
	}
	*ret_library = &state.library;
	return true;
}
