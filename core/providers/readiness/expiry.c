/* expiry.c: until when does the credential of each system count, as its system tells or as stands in it? Signers' keys are judged with the people. */
#include "core/base/alloc.h"
#include "core/providers/readiness/readiness.h"

#define SOON_MS (14LL * 24 * 3600 * 1000)
#define SYSTEM_MS 10000
#define RENEW "renew it, and put the new one where the environment file says"

static void judge(Readiness *readiness, const EnvironmentSystem *system, const char *place, WallTime end) {
	char clock[WALL_TEXT_SIZE], left[SPAN_TEXT_SIZE];
	int64_t left_ms = end.ms - readiness->now.ms;
	if (left_ms <= 0)
		readiness_found(readiness, READING_FAIL, place, RENEW, "the credential of %s ended %s", system->name, wall_format_dated(end, readiness->now, clock));
	else if (left_ms < SOON_MS)
		readiness_found(readiness, READING_WARN, place, RENEW, "the credential of %s ends %s, in %s", system->name, wall_format_dated(end, readiness->now, clock),
			span_format_short(left_ms, left));
	else
		readiness_found(readiness, READING_OK, place, NULL, "the credential of %s counts until %s", system->name, wall_format_dated(end, readiness->now, clock));
}

static void look_at(Readiness *readiness, const Provider *provider, const EnvironmentSystem *system) {
	AUTO_FREE char *place = bg_asprintf("%s:%d", readiness->environment->path, system->place.line);
	AUTO(Json) *args = json_new_object();
	Call call = *readiness->call;
	MonoTime until = {mono_now().ms + SYSTEM_MS};
	WallTime end = {0};
	Error err = {0};
	call.system = system;
	call.args = args;
	call.deadline = until.ms < call.deadline.ms ? until : call.deadline;
	if (!provider->credential_end(&call, &end, &err))
		readiness_found(readiness, err.kind == ERROR_DENIED ? READING_FAIL : READING_UNKNOWN, place, *err.hint ? err.hint : "look at the system, then ask again",
			"until when the credential of %s counts could not be asked: %s", system->name, err.why);
	else if (wall_known(end))
		judge(readiness, system, place, end);
	else
		readiness_untold(readiness, place, "", "the credential of %s has no end, or none is told", system->name);
}

void readiness_expiry(Readiness *readiness) {
	const Environment *environment = readiness->environment;
	for (size_t i = 0; i < environment->system_count && !call_is_cancelled(readiness->call); i++) {
		const Provider *provider = provider_find(environment->systems[i].provider);
		if (provider && provider->credential_end)
			look_at(readiness, provider, &environment->systems[i]);
	}
}
