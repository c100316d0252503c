/* anchors.h: checkpoints that stand in signed texts and in notes of their own, held against the journal. Used inside
 * journal only. */
#pragma once
#include "core/journal/journal.h"

typedef struct Anchor { int64_t seq; char head[65]; char *where; } Anchor;
typedef struct Anchors { Anchor *items; size_t count; } Anchors;
void anchors_clear(Anchors *anchors);
BG_DEFINE_CLEARP(Anchors, anchors_clear)

/* Adds the checkpoint of a note (three lines, and of this incident) or of a signed text: its line "record: N
 * sha256:HEX". False when it has none. `where` says whose it is; `incident` NULL: not known, any will do. */
bool anchors_add(Anchors *anchors, Str text, const char *incident, const char *where);
/* One that does not hold is a problem of the report: the journal was cut or changed since. */
BG_CHECK bool anchors_check(const Anchors *anchors, const char *folder, JournalReport *report, Error *err);
