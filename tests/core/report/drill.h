/* drill.h: a small drill, journaled: what reports are made of in tests. */
#pragma once
#include "../incident/story.h"
#include "core/journal/journal.h"

typedef struct Drill { Story story; Journal *journal; } Drill;
/* `playful` texts hold markup of every kind: they must be shown, and shape nothing. */
void drill_play(Drill *drill, TempFolder *folder, const char *title, const char *note);
/* Writes down what was told last. */
void drill_keep(Drill *drill);
#define drill_tell(drill, ...) do { story_ok(&(drill)->story, __VA_ARGS__); drill_keep(drill); } while (0)
void drill_clear(Drill *drill);
BG_DEFINE_CLEARP(Drill, drill_clear)
