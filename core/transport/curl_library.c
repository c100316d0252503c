/* curl_library.c: finds libcurl and its functions at run time. The library is never unloaded: its TLS library registers exit handlers. */
#include "core/transport/curl_library.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "core/base/library.h"

static const char *const NAMES[] = {"libcurl.so.4", "libcurl.4.dylib", "libcurl.so"};

static struct {
	pthread_once_t once;
	bool loaded;
	char why[LIBRARY_WHY_SIZE];
	CurlLibrary library;
} state = {.once = PTHREAD_ONCE_INIT};

/* CURLOPT_NOSIGNAL leaves SIGPIPE alone, and TLS writes to a closed connection raise it. */
static void ignore_broken_pipes(void) {
	struct sigaction now;
	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

static void load(void) {
	void *handle = library_open(NAMES, BG_LENGTH(NAMES), state.why);
	if (!handle)
		return;
#define CURL_LOOK_UP(name) \
	if (!library_function(handle, "curl_" #name, &state.library.name, state.why)) \
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
