/* board.h: the readings as they are now, for those who else have only the record. */
#pragma once
#include "core/commands/command.h"

/* Appends the sitrep of this incident as the engine sees it. False when no engine runs that has it open: none is started for that. */
bool board_live_sitrep(Command *command, const char *incident, Buf *out);
