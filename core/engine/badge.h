/* badge.h: who is at the keys of a terminal that people share. The login tells who opened it; a badge, by signing a challenge of the engine,
 * tells who types. Acts of that connection bear the person's name until the badge goes or runs out. Engine-internal. */
#pragma once
#include "core/engine/services.h"

#define BADGE_NAMESPACE "badge@breakglass"

/* text: what is to be signed in BADGE_NAMESPACE. Once, by this connection, within two minutes. */
bool badge_challenge(Ask *ask, Error *err);
/* person! signature!: takes the badge. */
bool badge_take(Ask *ask, Error *err);
bool badge_drop(Ask *ask, Error *err);
/* True when the badge ran out: it is gone, and `err` says so. Nobody acts under the login's name without knowing it. */
bool badge_ran_out(Engine *engine, Connection *connection, Error *err);
