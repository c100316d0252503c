/* http_internal.h: what the files of http share. For this folder only. */
#pragma once
#include "core/transport/curl_library.h"
#include "core/transport/http.h"

/* One request on its way; what libcurl's callbacks get. */
typedef struct Transfer {
	const HttpRequest *request;
	HttpResponse *response;
	MonoTime began;
	size_t received;          /* bytes of the body so far */
	size_t max_body;
	int64_t deadline_ms, connect_ms;
	bool too_large, stopped, was_cancelled, headers_too_large;
} Transfer;

/* For CURLOPT_HEADERFUNCTION: one line at a time; a new status line forgets the answer before it. */
size_t http_response_take_header(char *bytes, size_t size, size_t count, void *transfer);
/* For CURLOPT_WRITEFUNCTION. */
size_t http_response_take_body(char *bytes, size_t size, size_t count, void *transfer);
/* What was sent as a credential and comes back (a careless error page repeats the request) is crossed out, before anybody can tell it on. */
void http_response_hide(HttpResponse *response, const Secret *secret);
/* Says in `err` why no whole answer was had. `detail` is libcurl's own text, "" if none. Always false. */
bool http_error_set(const CurlLibrary *curl, CURL *handle, const Transfer *transfer, CURLcode code, const char *detail, Error *err);
