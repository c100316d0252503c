/* event.h: one record as the model sees it: a borrowed view, whatever store it came from. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/moment.h"

typedef enum EventType {
	EVENT_UNKNOWN = 0,   /* a type from a newer version: kept in the journal, changes no state */
#define X(enumerator, text, label) enumerator,
#include "core/incident/events.def"
#undef X
	EVENT_TYPE_COUNT
} EventType;

typedef struct Event {
	int64_t seq;         /* 1 for the first record */
	WallTime time;
	int64_t mono_ms;     /* since the incident began, by a clock that no one can set */
	const char *who;     /* a person of the environment, a login, or "engine" */
	const char *how;     /* how that is known: "uid", "key", "code", "engine" */
	EventType type;
	const Json *data;
} Event;

const char *event_type_name(EventType type);     /* "step.ticked"; "" for UNKNOWN */
const char *event_type_label(EventType type);    /* "ticked" */
EventType event_type_parse(const char *name);
/* One plain line for a timeline: "2.1 pause the pipeline: ticked". `incident` (may be NULL) gives step titles.
 * Sanitised. Appends. */
struct Incident;
void event_describe(const Event *event, const struct Incident *incident, Buf *out);
