/* readiness.h: `breakglass check --environment`. */
#pragma once
#include "core/commands/command.h"

int check_readiness(Command *command);
