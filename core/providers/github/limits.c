/* limits.c: GitHub's limits on requests, which it asks to be obeyed ("Rate limits for the REST API", "Best practices"): a primary one, an hour's worth of
 * requests for a token, and secondary ones. Both answer 403 or 429; ages and ends are by GitHub's own clock. */
#include <poll.h>

#include "core/base/alloc.h"
#include "core/providers/github/github.h"

#define SECONDARY_MS 60000   /* "wait for at least one minute" where it says nothing else */
#define SLICE_MS 100

static bool speaks_of_limit(const HttpResponse *response) {
	AUTO_FREE char *message = github_message(response);
	return message && str_find_nocase(str_from(message), "rate limit") >= 0;
}

int64_t github_limit_ms(const HttpResponse *response) {
	int64_t seconds = 0, remaining = -1, reset = 0;
	if (response->status != 403 && response->status != 429)
		return -1;
	if (str_parse_int(http_header(response, "Retry-After"), &seconds) && seconds >= 0 && seconds < 1000000)
		return seconds * 1000;
	bool spent = str_parse_int(http_header(response, "x-ratelimit-remaining"), &remaining) && remaining == 0;
	if (spent && str_parse_int(http_header(response, "x-ratelimit-reset"), &reset) && reset > 0 && reset < INT64_MAX / 1000) {
		WallTime now = wall_known(response->date) ? response->date : wall_now();
		/* Of the second in which it ends nothing is left over. */
		return reset * 1000 > now.ms ? reset * 1000 - now.ms + 1000 : 0;
	}
	return spent || response->status == 429 || speaks_of_limit(response) ? SECONDARY_MS : -1;
}

bool github_wait(const Call *call, int64_t wait_ms) {
	MonoTime until = {mono_now().ms + wait_ms};
	for (int64_t left; (left = until.ms - mono_now().ms) > 0;) {
		if (call_is_cancelled(call) || call_remaining_ms(call) <= 0)
			return false;
		(void) poll(NULL, 0, left < SLICE_MS ? (int) left : SLICE_MS);   /* only the time matters */
	}
	return !call_is_cancelled(call);
}
