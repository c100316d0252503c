/* board_story.h: what is known of the systems, for golden screens: readings told to a script, each with an age that never changes. */
#pragma once
#include "scripted_engine.h"

/* Everything is well, and was seen just now. */
void board_is_well(Script *script);
/* A mass publish has broken pages; the drill is overdue; a node is silent. */
void board_is_red(Script *script);
/* The same, and the backup bucket was written after the damage. */
void board_is_too_late(Script *script);
/* All is well again, because visitors are served from the backup. */
void board_is_on_backup(Script *script);
/* The library knows the way back and the failover, in this order. */
void board_has_playbooks(Script *script);
/* Nothing can be reached. */
void board_is_blind(Script *script);
/* Forty nodes, one of which refuses. */
void board_is_long(Script *script);
/* One machine, behind a jump host whose key is not known. */
void board_has_a_gate(Script *script);
/* 142 machines, four of which are not well. */
void board_has_nodes(Script *script);
