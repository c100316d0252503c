/* prober_confine.h: what the prober gives up, decided from the environment: whether a credential needs a program, which folders keep checkpoints. */
#pragma once
#include <stdbool.h>
#include "core/environment/environment.h"

/* Before the first thread. What now holds, for the engine: {"t":"confined","told":{..}}. Owned. */
Json *prober_confine(const Environment *environment);
/* A folder for checkpoints that is another one than then, since something was mounted there or it was made: rules stick to the folder that
 * was there, so nothing could be kept in this one. Only a prober that is started anew can. From any thread. */
bool prober_place_moved(const EnvironmentProbe *probe);
