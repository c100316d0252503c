/* sim_route.c: matching a request's path against a table, part by part, before decoding: an encoded slash in a name does
 * not begin a new part. */
#include "core/sandbox/sim_route.h"
#include "core/base/alloc.h"

static bool pattern_matches(const char *pattern, const char *path, SimCall *call) {
	Str patterns = str_from(pattern), parts = str_from(path), expected, part;
	while (true) {
		bool more_expected = str_split(&patterns, '/', &expected);
		bool more = str_split(&parts, '/', &part);
		if (!more_expected || !more)
			return more_expected == more;
		if (!str_eq_c(expected, "*")) {
			if (!str_eq(expected, part))
				return false;
			continue;
		}
		if (part.len == 0 || call->param_count == SIM_MAX_PARAMS)
			return false;
		Buf decoded = {0};
		sim_percent_decode(part, false, &decoded);
		call->params[call->param_count++] = buf_take(&decoded);
	}
}

const SimRoute *sim_route_find(const SimRoute *routes, size_t count, SimCall *call) {
	for (size_t i = 0; i < count; i++) {
		bool method_fits = text_eq(routes[i].method, call->request->method) ||
			(text_eq(routes[i].method, "GET") && text_eq(call->request->method, "HEAD"));
		if (!method_fits)
			continue;
		if (pattern_matches(routes[i].pattern, call->request->path, call))
			return &routes[i];
		sim_call_clear_params(call);
	}
	return NULL;
}
