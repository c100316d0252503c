/* patience.c: see patience.h. */
#include "core/providers/patience.h"

#include <poll.h>

#define TRIES_MAX 5
#define SLICE_MS 100

static int64_t wait_of(const HttpResponse *response, int64_t limit_ms) {
	int64_t seconds = 0;
	bool told = str_parse_int(http_header(response, "Retry-After"), &seconds) && seconds >= 0 && seconds < INT64_MAX / 1000;
	return told ? seconds * 1000 : limit_ms;
}

/* False: the limit ends after the deadline, or somebody wants it to stop. */
static bool wait_for_limit(const Api *api, int64_t wait_ms) {
	if (wait_ms >= call_remaining_ms(api->call))
		return false;
	call_progress(api->call, 0, 0, "%s has had too many requests: waiting %lld s", api->service, (long long) (wait_ms / 1000));
	for (int64_t end = mono_now().ms + wait_ms; mono_now().ms < end && !call_is_cancelled(api->call);)
		(void) poll(NULL, 0, (int) (end - mono_now().ms < SLICE_MS ? end - mono_now().ms + 1 : SLICE_MS));   /* only the time matters */
	return !call_is_cancelled(api->call);
}

bool api_send_patiently(Api *api, const char *method, const char *path, const ApiBody *body, int64_t limit_ms, HttpResponse *ret,
	SendEnd *ret_end, Error *err) {
	Error local = {0};
	for (int tries = 0;; tries++) {
		http_response_clear(ret);
		*ret_end = SEND_UNKNOWN;
		if (!api_send(api, method, path, body, ret, &local)) {
			*ret_end = ret->unsent ? SEND_UNSENT : SEND_UNKNOWN;
			if (err)
				*err = local;
			return false;
		}
		if (ret->status != 429)
			return true;
		*ret_end = SEND_REFUSED;
		if (tries + 1 >= TRIES_MAX || !wait_for_limit(api, wait_of(ret, limit_ms)))
			return api_refused(api, method, path, ret, err);
	}
}
