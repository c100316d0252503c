/* prober_link.h: the engine's end of the prober: starts it, takes its readings, restarts it with backoff when it dies.
 * Wire: frames of frame.h over one socket pair (descriptor 3 of the prober).
 *   engine -> prober: {"t":"start","environment":PATH,"incidents":FOLDER} {"t":"refresh","name":N|absent}
 *                     {"t":"checkpoint","incident":ID,"seq":N,"note":TEXT}: what the places that keep copies have to keep
 *                     {"t":"announce","incident":ID,"seq":N,"text":TEXT,"thread":T|absent}: posted once, by this life of the prober
 *   prober -> engine: {"t":"confined","told":{..}} once, {"t":"reading","reading":{..}}
 *                     {"t":"announced","incident":ID,"seq":N,"outcome":"posted|not-posted|in-doubt","thread":T|absent} */
#pragma once
#include <stdbool.h>
#include <uv.h>
#include "core/base/error.h"
#include "core/providers/reading.h"

typedef struct ProberLink ProberLink;
typedef struct ProberOwner {
	void (*reading)(void *userdata, Reading *reading);   /* may be emptied by the owner */
	void (*announced)(void *userdata, const Json *frame);
	void (*died)(void *userdata, const char *why);       /* it will be started again */
	void *userdata;
	const char *incidents;   /* folder of the incidents that were, for as long as the link lives */
} ProberOwner;

ProberLink *prober_link_start(uv_loop_t *loop, const char *self, const char *environment_path, const ProberOwner *owner);
void prober_link_refresh(ProberLink *link, const char *name);   /* NULL: all */
/* The newest checkpoint of the record. A prober that is started again gets it, too. */
void prober_link_checkpoint(ProberLink *link, const char *incident, int64_t seq, const char *note);
/* Has `text` posted, by the prober that lives now; what comes of it is told to the owner, or that this one died. */
void prober_link_announce(ProberLink *link, const char *incident, int64_t seq, const char *text, const char *thread);
/* The process that lives now; 0 = none. */
int prober_link_pid(const ProberLink *link);
/* What holds for it, as it read back itself (confine.h); NULL: it did not say so yet. */
const Json *prober_link_told(const ProberLink *link);
/* Ends the prober (its socket closes) and stops starting it. Memory goes when the loop has closed the handles. */
void prober_link_stop(ProberLink *link);
