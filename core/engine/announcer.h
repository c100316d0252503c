/* announcer.h: the engine's end of the announcements (announce: of the environment): which records wait to be posted, in their order, and up to
 * which they were. One is under way at a time. Before it goes to the prober, its number is durable in the incident's folder: an engine that
 * comes later posts nothing twice, and says of the one that was under way that nobody knows. Nothing ever waits for it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/json.h"
#include "core/incident/event.h"
#include "core/providers/reading.h"

struct Engine;
typedef struct Announcer Announcer;

#define ANNOUNCE_WAITING_MAX 100     /* the oldest beyond that are dropped, and that is said */

/* NULL: the environment names no place for announcements. */
Announcer *announcer_new(struct Engine *engine);
Announcer *announcer_free(Announcer *announcer);     /* NULL ok; returns NULL */
/* Each takes NULL for an announcer. */
/* The engine's incident is another one now, or none. What still waits of the one before is posted all the same, if this engine lives. */
void announcer_use(Announcer *announcer);
void announcer_record(Announcer *announcer, const Event *event);
/* Sends the next one, if it is time for it. */
void announcer_pump(Announcer *announcer);
/* {"outcome":"posted|not-posted|in-doubt","seq":N,"thread":..}, from the prober. */
void announcer_told(Announcer *announcer, const Json *frame);
void announcer_prober_died(Announcer *announcer);
/* Adds to the place's reading what waits, what was dropped and what is in doubt. */
void announcer_judge(const Announcer *announcer, Reading *reading);
