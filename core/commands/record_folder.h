/* record_folder.h: which incident a command that reads the record means. */
#pragma once
#include "core/commands/command.h"
#include "core/engine/paths.h"

/* Where the incidents of the environment are. */
BG_CHECK bool record_incidents(Command *command, StatePaths *ret_paths, Error *err);
/* The folder of an incident: a path as given, or its id below the state folder, or (NULL) the newest one. Owned. */
BG_CHECK bool record_folder(Command *command, const char *name, char **ret_folder, Error *err);
