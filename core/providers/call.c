/* call.c: what every provider function does with the call it was given. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/provider.h"

const char *call_arg(const Call *call, const char *name) { return json_get_string(call->args, name); }

bool call_arg_is_open(const Call *call, const char *name) {
	const Json *value = json_get(call->args, name);
	return value && json_is_null(value);
}

bool call_is_cancelled(const Call *call) { return call->cancelled && call->cancelled(call->userdata); }

int64_t call_remaining_ms(const Call *call) {
	int64_t left = call->deadline.ms - mono_now().ms;
	return left > 0 ? left : 0;
}

void call_progress(const Call *call, int64_t done, int64_t total, const char *text, ...) {
	if (!call->progress)
		return;
	va_list args;
	va_start(args, text);
	AUTO_FREE char *words = bg_vasprintf(text, args);
	va_end(args);
	call->progress(call->userdata, words, done, total);
}

void action_result_clear(ActionResult *result) {
	free(result->evidence);
	free(result->value);
	json_free(result->values);
	json_free(result->nodes);
	strlist_clear(&result->warnings);
	*result = (ActionResult){0};
}
