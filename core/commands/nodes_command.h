/* nodes_command.h: a command on machines, from the shell. */
#pragma once
#include "core/commands/command.h"

/* What stands behind --, on machines by name. */
int run_nodes_command(Command *command, const StrList *names);
/* The newest one again, only where it is not done: or goes on with it, once it was signed or agreed to. */
int run_nodes_retry(Command *command);
