/* difference.h: what became of the steps of a playbook whose file was edited while it is being walked. A run keeps the bytes that it was
 * started with; this only tells people that the file says something else by now. */
#pragma once
#include "core/playbook/model.h"

typedef struct PlaybookDifference { size_t changed, added, removed; } PlaybookDifference;

/* Steps count as the same when their words, commands and directives are; moved ones as well. */
PlaybookDifference playbook_difference(const Playbook *pinned, const Playbook *edited);
/* "the file has changed since: 2 steps differ, 1 was added" into `out`; nothing when no step differs. Appends. */
void playbook_difference_describe(const PlaybookDifference *difference, Buf *out);
