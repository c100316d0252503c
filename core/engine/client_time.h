/* client_time.h: a time that somebody types: asked of the engine first, shown in every zone, then set as it was shown. For consoles and commands.
 *   client_time_ask(args)  ->  ASK_SET, answered  ->  client_time_is(reply)?  ->  client_time_say(), the person agrees  ->  client_time_agreed()  ->  ASK_SET */
#pragma once
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"

/* Turns the args of an ASK_SET into the question what it would set. "local" is the zone of whoever types, and not the engine's: it is read here.
 * Anything else goes as it is. False: it is a local time that comes twice, or never. */
BG_CHECK bool client_time_ask(Json *args, Error *err);
bool client_time_is(const Json *reply);
/* The same for a time that needs no engine to be read, such as when the damage began: what ASK_SET would have answered. Owned; NULL: it is asked again. */
Json *client_time_past(const char *typed, Error *err);
/* Whether something was reckoned: no zone but UTC was in it. */
bool client_time_is_plain(const Json *reply);
/* "2026-11-20 17:30:00 UTC = 17:30 GMT Europe/London = 18:30 CET here, 9 h 30 m ago". Appends. `environment` as the engine tells it. */
void client_time_say(const Json *environment, const Json *reply, Buf *out);
/* The args that set exactly what was shown, or, of what is no time, what was typed: `args` as they were asked. Owned. */
Json *client_time_agreed(const Json *args, const Json *reply);
