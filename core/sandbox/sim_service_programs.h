/* sim_service_programs.h: the pretended programs of a service's scenario, and its part of the environment file. */
#pragma once
#include "core/sandbox/sim_commands.h"
#include "core/sandbox/sim_folder.h"

/* Them and the checkout that they work on. */
BG_CHECK bool sim_service_start(const char *folder, const char *self, SimService *service, const SimCommandsOwner *owner, SimCommands **ret_commands, Error *err);
void sim_service_describe(const SimFolder *folder, Buf *out);
/* The SAS by which the console may list the container, and what the team's bot and its board are reached with. */
BG_CHECK bool sim_service_write(const SimFolder *folder, Error *err);
