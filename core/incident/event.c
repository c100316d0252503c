/* event.c: the names of the types of record. */
#include "core/incident/event.h"

#include "core/base/str.h"

typedef struct EventName { const char *name, *label; } EventName;

static const EventName names[EVENT_TYPE_COUNT] = {
	[EVENT_UNKNOWN] = { "", "" },
#define X(enumerator, text, label) [enumerator] = { text, label },
#include "core/incident/events.def"
#undef X
};

const char *event_type_name(EventType type)
{
	return type < EVENT_TYPE_COUNT ? names[type].name : "";
}

const char *event_type_label(EventType type)
{
	return type < EVENT_TYPE_COUNT ? names[type].label : "";
}

EventType event_type_parse(const char *name)
{
	for (int i = 1; i < EVENT_TYPE_COUNT; i++) {
		if (text_eq(names[i].name, name))
			return (EventType) i;
	}
	return EVENT_UNKNOWN;
}
