/* board_story.h: what is known of the systems, for golden screens: readings told to a script, each with an age that never changes. */
#pragma once
#include "scripted_engine.h"

/* Everything is well, and was seen just now. */
void board_is_well(Script *script);
/* A mass publish has broken pages; the drill is overdue; a node is silent. */
void board_is_red(Script *script);
/* Nothing can be reached. */
void board_is_blind(Script *script);
/* Forty nodes, one of which refuses. */
void board_is_long(Script *script);
