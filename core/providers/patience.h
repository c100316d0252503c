/* patience.h: requests that change something: what became of each, and waiting where the other side asks for it. */
#pragma once
#include "core/providers/api.h"

/* What became of a request: an error alone does not tell whether it was done. */
typedef enum SendEnd {
	SEND_UNKNOWN,     /* it was sent, and nobody knows */
	SEND_DONE,
	SEND_REFUSED,     /* the other side said that it did not do it */
	SEND_UNSENT,      /* it never came there */
} SendEnd;

/* One request, again after each 429, which says that nothing was done: after as long as Retry-After says, else `limit_ms`; inside the call's deadline, a few
 * times at most, and no longer than nobody cancels it. True: any whole answer but that one, *ret_end is SEND_UNKNOWN still. */
BG_CHECK bool api_send_patiently(Api *api, const char *method, const char *path, const ApiBody *body, int64_t limit_ms, HttpResponse *ret,
	SendEnd *ret_end, Error *err);
