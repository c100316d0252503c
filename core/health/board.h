/* board.h: the readings together: which of them the verdict rests on. Pure. */
#pragma once
#include "core/health/health.h"

/* The reading named `name`; NULL if there is none. */
const Reading *board_find(const Reading *readings, size_t count, const char *name);
/* The verdict for an environment whose `damage` names its probes ({"live": NAME, "backup": NAME, "bucket": NAME}); the pipeline's reading
 * is found by itself: the concourse.pipeline probe on the same system as the backup job. `asked` and its words as in VerdictBasis. False
 * when the environment names none: there is no verdict to show then. */
bool board_verdict(const Reading *readings, size_t count, const Json *damage, WallTime asked, const char *asked_words, WallTime now,
	Verdict *ret_verdict);
/* The state to show for a row: as health_judge(), but the backup's own rows are not ok while the verdict (NULL = none) says that the backup
 * holds the damage. *ret_reason: why it is not what its probe said; NULL when it is. */
ReadingState board_judge(const Reading *reading, const Json *damage, const Verdict *verdict, WallTime now, const char **ret_reason);
