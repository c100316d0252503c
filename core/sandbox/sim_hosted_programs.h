/* sim_hosted_programs.h: the pretended programs of a hosted project's scenario, and its part of the environment file. */
#pragma once
#include "core/sandbox/sim_commands.h"
#include "core/sandbox/sim_folder.h"

/* Them and the checkout that they work on. */
BG_CHECK bool sim_hosted_start(const char *folder, const char *self, SimHosted *hosted, const SimCommandsOwner *owner, SimCommands **ret_commands, Error *err);
void sim_hosted_describe(const SimFolder *folder, Buf *out);
