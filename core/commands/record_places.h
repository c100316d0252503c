/* record_places.h: what the environment's places for checkpoints hold of an incident, for `verify`. */
#pragma once
#include "core/environment/environment.h"

/* Fetches each place's newest checkpoint of `incident` into FOLDER/NAME/, and adds that folder to `places`. A place that has none, or cannot
 * be asked, is told in `problems`: what is absent proves nothing. */
void record_places_fetch(const Environment *environment, const char *incident, const char *folder, StrList *places, StrList *problems);
