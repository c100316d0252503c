/* fake_curl.h: an HTTP server that says what a fuzzer made up, in place of libcurl: the answers stand in the input, and everything above
 * libcurl's functions is the real thing.
 *   @ GET /api/v1/x       the request that it answers, by method and path; each once, then the last that fits again, then any that was not used
 *   HTTP/1.1 200 OK       raw: header lines, an empty line, the body
 *   ...
 * "! N" in place of the answer is libcurl's error N. A request that nothing answers ends in "got nothing". */
#pragma once
#include "core/base/str.h"

/* Borrowed until the next call. */
void fake_curl_answer(Str answers);
/* Requests since then. */
unsigned fake_curl_requests(void);
