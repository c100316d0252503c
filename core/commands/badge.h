/* badge.h: --as PERSON: in a shared terminal the person proves who types before the command acts. */
#pragma once
#include "core/commands/command.h"

/* With a key at hand; the connection then acts in that person's name. */
BG_CHECK bool command_badge(Command *command, const char *person, Error *err);
