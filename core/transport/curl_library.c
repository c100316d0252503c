/* curl_library.c: finds libcurl and its functions at run time. The library is never unloaded: its TLS library registers exit handlers. */
#include "core/transport/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *const NAMES[] = {"libcurl.so.4", "libcurl.4.dylib", "libcurl.so"};

static struct {
	pthread_once_t once;
	bool loaded;
	char why[160];
	CurlLibrary library;
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

/* CURLOPT_NOSIGNAL leaves SIGPIPE alone, and TLS writes to a closed connection raise it. */
static void ignore_broken_pipes(void) {
	struct sigaction now;
	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

static void load(void) {
	void *handle = open_library();
	if (!handle)
		return;
#define CURL_LOOK_UP(name) \
	if (!look_up(handle, "curl_" #name, &state.library.name)) \
		return;
	CURL_LIBRARY_FUNCTIONS(CURL_LOOK_UP)
#undef CURL_LOOK_UP
	CURLcode code = state.library.global_init(CURL_GLOBAL_DEFAULT);
	if (code != CURLE_OK) {
		snprintf(state.why, sizeof(state.why), "it does not start (code %d)", (int) code);
		return;
	}
	ignore_broken_pipes();
	state.loaded = true;
}

bool curl_library_get(const CurlLibrary **ret_library, Error *err) {
	pthread_once(&state.once, load);
	if (!state.loaded) {
		error_set(err, ERROR_MISSING, "libcurl cannot be used: %s", state.why);
		return error_hint(err, "install libcurl (Debian: apt-get install libcurl4)");
	}
	*ret_library = &state.library;
	return true;
}
