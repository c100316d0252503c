/* board.h: the readings together: which of them the verdict rests on. Pure. */
#pragma once
#include "core/health/health.h"

/* The reading named `name`; NULL if there is none. */
const Reading *board_find(const Reading *readings, size_t count, const char *name);
/* The verdict for an environment whose `damage` names its probes ({"live": NAME, "backup": NAME}); the pipeline's reading is found by
 * itself: the concourse.pipeline probe on the same system as the backup job. False when the environment names none: there is no
 * verdict to show then. */
bool board_verdict(const Reading *readings, size_t count, const Json *damage, WallTime asked, WallTime now, Verdict *ret_verdict);
