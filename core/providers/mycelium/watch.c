/* watch.c: see watch.h. */
#include "core/providers/mycelium/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"

struct OverlayWatch {
	const Environment *environment;
	const EnvironmentSystem *system;
	OverlayWatchOwner owner;
	int64_t every_ms, deadline_ms;
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* Under the lock: */
	bool stopping, wanted, has_told;
	Overlay told;
	MonoTime asked;
};

static bool is_stopping(void *userdata) {
	OverlayWatch *watch = userdata;
	pthread_mutex_lock(&watch->lock);
	bool stopping = watch->stopping;
	pthread_mutex_unlock(&watch->lock);
	return stopping;
}

/* False: it is to end. */
static bool wait_for_wish(OverlayWatch *watch) {
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += watch->every_ms / 1000;
	int status = 0;
	pthread_mutex_lock(&watch->lock);
	while (!watch->wanted && !watch->stopping && status != ETIMEDOUT)
		status = pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
	watch->wanted = false;
	bool goes_on = !watch->stopping;
	pthread_mutex_unlock(&watch->lock);
	return goes_on;
}

static void *watch_thread(void *userdata) {
	OverlayWatch *watch = userdata;
	while (wait_for_wish(watch)) {
		Overlay overlay = {0};
		MonoTime asked = mono_now();
		Call call = {.environment = watch->environment, .system = watch->system, .deadline = {asked.ms + watch->deadline_ms}, .cancelled = is_stopping,
			.userdata = watch};
		(void) overlay_read(&call, &overlay);   /* its problem is what is told then */
		pthread_mutex_lock(&watch->lock);
		overlay_clear(&watch->told);
		watch->told = overlay;
		watch->asked = asked;
		watch->has_told = true;
		pthread_mutex_unlock(&watch->lock);
		watch->owner.told(watch->owner.userdata);
	}
	return NULL;
}

bool overlay_watch_start(const Environment *environment, const EnvironmentSystem *system, int64_t every_ms, int64_t deadline_ms,
	const OverlayWatchOwner *owner, OverlayWatch **ret, Error *err) {
	AUTO(OverlayWatch) *watch = bg_calloc(1, sizeof(*watch));
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&watch->lock, NULL);
	pthread_cond_init(&watch->wake, &clock);
	pthread_condattr_destroy(&clock);
	watch->environment = environment;
	watch->system = system;
	watch->every_ms = every_ms;
	watch->deadline_ms = deadline_ms;
	watch->owner = *owner;
	watch->wanted = true;
	int status = pthread_create(&watch->thread, NULL, watch_thread, watch);
	watch->running = status == 0;
	if (status)
		return error_errno(err, status, "cannot start a thread for the overlay");
	*ret = TAKE(watch);
	return true;
}

void overlay_watch_want(OverlayWatch *watch) {
	pthread_mutex_lock(&watch->lock);
	watch->wanted = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
}

bool overlay_watch_take(OverlayWatch *watch, Overlay *ret, MonoTime *ret_asked) {
	pthread_mutex_lock(&watch->lock);
	bool has = watch->has_told;
	if (has) {
		*ret = watch->told;
		*ret_asked = watch->asked;
		watch->told = (Overlay){0};
		watch->has_told = false;
	}
	pthread_mutex_unlock(&watch->lock);
	return has;
}

OverlayWatch *overlay_watch_free(OverlayWatch *watch) {
	if (!watch)
		return NULL;
	pthread_mutex_lock(&watch->lock);
	watch->stopping = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	if (watch->running)
		pthread_join(watch->thread, NULL);
	overlay_clear(&watch->told);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
	return NULL;
}
