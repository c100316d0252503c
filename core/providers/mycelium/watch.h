/* watch.h: the daemon asked on a thread of its own, now and then and when somebody wants to know, for a loop that must not wait. */
#pragma once
#include "core/providers/mycelium/mycelium.h"

typedef struct OverlayWatch OverlayWatch;

typedef struct OverlayWatchOwner {
	void (*told)(void *userdata);     /* there is something to take; on the watch's thread */
	void *userdata;
} OverlayWatchOwner;

/* Asks at once, and every `every_ms`; one ask may take `deadline_ms`. Borrows environment and system. */
BG_CHECK bool overlay_watch_start(const Environment *environment, const EnvironmentSystem *system, int64_t every_ms, int64_t deadline_ms,
	const OverlayWatchOwner *owner, OverlayWatch **ret, Error *err);
/* Ask now, or once more when an ask is under way. */
void overlay_watch_want(OverlayWatch *watch);
/* What was told last, when it has not been taken yet: *ret is the caller's then, and *ret_asked when it was asked for. */
bool overlay_watch_take(OverlayWatch *watch, Overlay *ret, MonoTime *ret_asked);
OverlayWatch *overlay_watch_free(OverlayWatch *watch);    /* waits for the ask under way. NULL ok; returns NULL */
BG_DEFINE_FREEP(OverlayWatch, overlay_watch_free)
