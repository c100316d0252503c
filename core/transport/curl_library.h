/* curl_library.h: libcurl, loaded when the first request is made.
 * The console is the same program as everything else and must be on the screen within some 20 ms; libcurl brings about thirty shared
 * libraries that cost the loader 8 to 10 ms at every start, in processes that never make a request. So it is not linked: the functions
 * are looked up once, typed by <curl/curl.h>. For this folder's own files only. */
#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include "core/base/error.h"

#define CURL_LIBRARY_FUNCTIONS(X) \
	X(global_init) X(easy_init) X(easy_cleanup) X(easy_reset) X(easy_setopt) X(easy_perform) X(easy_getinfo) \
	X(easy_strerror) X(slist_append) X(slist_free_all)

typedef struct CurlLibrary {
#define CURL_MEMBER(name) __typeof__(&curl_##name) name;
	CURL_LIBRARY_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
} CurlLibrary;

/* The one instance, static; loaded by the first call from any thread. A machine without libcurl gives an error that says so. */
BG_CHECK bool curl_library_get(const CurlLibrary **ret_library, Error *err);
